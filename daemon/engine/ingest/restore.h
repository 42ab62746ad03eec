/* restore - lines of dump.h become the memory again: whole runs in one transaction each, notes and outcomes as they come.
 *
 * It goes on in slices, so that the thread that owns the memory can do other work in between. A run that is not as it should be is
 * refused and named by its line, and the next one goes on; what was written stays written. */
#ifndef MLWATCH_RESTORE_H
#define MLWATCH_RESTORE_H

#include <stdio.h>

#include "dump.h"

struct restore_counts {
    uint64_t runs, points, incidents;     /* that were written */
    uint64_t known;                       /* runs of which the memory has as much, or more */
    uint64_t watched;                     /* runs that are watched right now: the daemon knows them better */
    uint64_t notes, outcomes, known_rows; /* outcomes: and trials and settings; known_rows: that were there already, notes too */
    uint64_t refused;                     /* runs and rows */
    uint64_t bytes, of;                   /* read so far, and in all */
};

struct restore;

/* restore_open - a file of lines. Errors: E_IO; E_FORMAT when its first line is not the schema. */
enum status restore_open(const char *path, struct restore **ret, struct err *err);
/* restore_close - takes NULL. */
void restore_close(struct restore *r);

/* restore_some - go on for about `seconds`, at least one run.
 *   more   whether there is more;  say   gets a sentence for each line that was refused, at most RESTORE_SAID_MAX of them
 * Errors: E_STORE, E_IO, E_MEMORY: it cannot go on; what is done is in the counts. */
enum { RESTORE_SAID_MAX = 20 };
enum status restore_some(struct restore *r, struct store *s, double seconds, bool *more, void (*say)(void *arg, const char *text),
                         void *arg, struct err *err);
const struct restore_counts *restore_counts(const struct restore *r);

#endif
