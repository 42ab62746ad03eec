/* recall - a finished look at a run: read from its directory, or replayed from the memory when that is gone.
 *
 * Both ways push the same points, facts and events through the same analyzers, so that they come to the same view. */
#ifndef MLWATCH_RECALL_H
#define MLWATCH_RECALL_H

#include "../knowledge/knowledge.h"
#include "hosts.h"
#include "run.h"

struct recall {
    struct knowledge knowledge;
    struct config config;
    struct hosts hosts;
    struct run *run; /* of the last recall_view */
    char run_id[12]; /* under which the memory knows it; "" when it does not */
};

/* recall_open - knowledge and memory; both are needed to judge. Errors: E_FORMAT of the knowledge, E_MEMORY. */
enum status recall_open(struct recall *c, struct err *err);
/* recall_close - free everything, views too; takes a zeroed struct. */
void recall_close(struct recall *c);

/* recall_view - judge a run again.
 *   which      a directory (or one log file) that holds exactly one run; else an id, id prefix or name in the memory
 *   deadline   seconds on CLOCK_MONOTONIC, INFINITY for none
 *   ret        valid until the next call or recall_close
 * Errors: E_ABSENT when neither is there; E_USAGE for several runs (the sentence names some); E_IO, E_FORMAT for directories
 * without a readable log; E_LIMIT at the deadline. Cost: reads or replays every point. */
enum status recall_view(struct recall *c, const char *which, double deadline, const struct view **ret, struct err *err);
/* recall_run_id - the id under which the memory knows `which` (a directory, id, prefix or name). E_ABSENT when it does not. */
enum status recall_run_id(struct recall *c, const char *which, char id[12], struct err *err);
/* recall_replay - what the memory holds of a run, through the door that its readers used: facts, then points, each event before the first
 * point that stood behind it in the log. Does not call run_finish. Errors: E_STORE, E_LIMIT at the deadline. */
enum status recall_replay(struct store *s, const char *run_id, struct run *r, double deadline, struct err *err);
/* recall_deadline - now + seconds on CLOCK_MONOTONIC; INFINITY for INFINITY. */
double recall_deadline(double seconds);

#endif
