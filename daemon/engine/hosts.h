/* hosts - the failure memory as readers see it: the databases of every host below the data home, read-only, as if they were one.
 *
 * The daemon need not run. What is given back is copied into its arena and lives until hosts_close. A database that
 * cannot be read is left out and named by hosts_note: one broken file must not hide the others. */
#ifndef MLWATCH_HOSTS_H
#define MLWATCH_HOSTS_H

#include "../base/arena.h"
#include "../report/report.h"
#include "../store/store.h"

enum { HOSTS_STORES_MAX = 64, HOSTS_INCIDENTS_MAX = 20000, HOSTS_ARENA_BYTES = 256 << 20 };

struct hosts {
    struct store *stores[HOSTS_STORES_MAX];
    size_t n_stores;
    struct outcome *outcomes;
    size_t n_outcomes; /* added up over all databases, for rank() */
    char note[600];    /* what was left out, or "" */
    struct arena arena;
};
struct hosts_run {
    struct store *store;
    struct run_row row;
};

/* hosts_open - every readable database. No database at all is OK with n_stores 0.
 * Errors: E_MEMORY. Cost: one open and one query a database. */
enum status hosts_open(struct hosts *h, struct err *err);
/* hosts_close - close all, free all; takes a zeroed struct too. */
void hosts_close(struct hosts *h);

/* hosts_run - a run by id, unique prefix of an id, name or path. E_ABSENT when no database has it, E_USAGE when several runs fit. */
enum status hosts_run(struct hosts *h, const char *which, struct hosts_run *ret, struct err *err);
/* hosts_incident - by id or unique prefix, of any host. Errors as hosts_run. */
enum status hosts_incident(struct hosts *h, const char *prefix, const struct incident_row **ret, struct err *err);
/* hosts_incidents - of one run, or of all runs when run_id is NULL; newest first, at most HOSTS_INCIDENTS_MAX. */
enum status hosts_incidents(struct hosts *h, const char *run_id, const struct incident_row **ret, size_t *n, struct err *err);
/* hosts_outcomes - what was tried about an incident, told by any host; oldest first. */
enum status hosts_outcomes(struct hosts *h, const char *incident, const struct outcome_line **ret, size_t *n, struct err *err);
/* hosts_trials - which fixes, offered for other runs, this one tries; oldest first. */
enum status hosts_trials(struct hosts *h, const char *run_id, const struct trial_line **ret, size_t *n, struct err *err);
/* hosts_similar - past incidents of other runs that this one resembles: the same cause before the same symptom, those with a fix that
 * worked before those without, newer before older.
 *   kind, cause   of the trouble at hand; cause may be NULL;  run_id   left out, may be NULL;  ret   room for max, borrowed rows */
enum status hosts_similar(struct hosts *h, const char *kind, const char *cause, const char *run_id, size_t max,
                          const struct incident_row **ret, size_t *n, struct err *err);
/* hosts_search - the best hits of all databases, best first. refused: no database knows a word of it. */
enum status hosts_search(struct hosts *h, const struct search_query *q, bool *refused, const struct search_hit **ret, size_t *n,
                         struct err *err);

#endif
