/* sqlite_store - the failure memory in one SQLite file; shared by the files sqlite*.c of this folder only.
 *
 * sqlite.c opens and reads runs and what belongs to them, sqlite_schema.c holds the tables, sqlite_commit.c writes, sqlite_points.c
 * keeps points, sqlite_incident.c incidents and outcomes, sqlite_search.c finds them again,
 * sqlite_vector.c keeps what they mean. */
#ifndef MLWATCH_SQLITE_STORE_H
#define MLWATCH_SQLITE_STORE_H

#include "../base/span.h"
#include "../base/sqlite.h"
#include "store_ops.h"

struct memory {
    struct store store;
    struct sqlite *db;
    bool writing;
};
static inline struct memory *memory_of(struct store *s) { return (struct memory *)s; }

/* Tables: create or migrate (writing), or see that they are ours and of this version (reading). E_STORE with the reason. */
enum status schema_prepare(struct sqlite *db, bool writing, struct err *err);

/* key of a run by its id; E_ABSENT when the memory has no such run. */
enum status run_key(struct sqlite *db, const char *run_id, int64_t *key, struct err *err);
/* one_id - the single id of a table that is `given` or begins with it.
 *   sql      a literal that selects id and a name for people by ?1, at most CANDIDATES_MAX + 1 rows
 *   what     "run", "incident"
 * Errors: E_ABSENT when there is none, E_USAGE naming the candidates when there are several. */
enum status one_id(struct sqlite *db, const char *sql, const char *what, const char *given, char id[12], struct err *err);
enum { CANDIDATES_MAX = 5 };

/* Callbacks of struct store_ops, and the steps of a commit. run: the run's key, inside the transaction. */
enum status sqlite_store_commit(struct store *s, const struct commit *const *commits, size_t n, struct err *err);
enum status sqlite_store_points(struct store *s, const char *run_id, bool (*each)(void *arg, const struct point_row *p),
                                void *arg, struct err *err);
enum status sqlite_store_run(struct store *s, const char *which, bool (*each)(void *arg, const struct run_row *r), void *arg,
                             struct err *err);
enum status sqlite_store_incidents(struct store *s, const char *run_id, bool (*each)(void *arg, const struct incident_row *i),
                                   void *arg, struct err *err);
enum status sqlite_store_incident(struct store *s, const char *prefix, bool (*each)(void *arg, const struct incident_row *i),
                                  void *arg, struct err *err);
enum status sqlite_store_outcome(struct store *s, const char *incident, const char *fix, const char *worked, const char *note,
                                 double when, struct err *err);
enum status sqlite_store_outcomes(struct store *s, bool (*each)(void *arg, const struct outcome *o), void *arg, struct err *err);
enum status sqlite_store_outcome_lines(struct store *s, const char *incident,
                                       bool (*each)(void *arg, const char *fix, const char *worked, const char *note,
                                                    double when),
                                       void *arg, struct err *err);
enum status sqlite_store_search(struct store *s, const struct search_query *q, bool *refused,
                                bool (*each)(void *arg, const struct search_hit *h), void *arg, struct err *err);
enum status sqlite_store_unembedded(struct store *s, const char *model, size_t max, bool (*each)(void *arg, const char *incident),
                                    void *arg, struct err *err);
enum status sqlite_store_vector(struct store *s, const char *incident, const char *model, const float *v, size_t n,
                                struct err *err);
enum status sqlite_store_vectors(struct store *s, const char *model, size_t dims,
                                 bool (*each)(void *arg, const char *incident, const char *run, const float *v), void *arg,
                                 struct err *err);
enum status put_points(struct memory *m, const struct commit *c, int64_t run, struct err *err);
enum status put_incidents(struct memory *m, const struct commit *c, int64_t run, struct err *err);

/* The columns of an incident i of run r, and the struct they make; texts are the statement's. */
#define INCIDENT_COLUMNS                                                                                                         \
    "i.key, i.id, r.id, r.name, i.kind, i.series, i.severity, i.state, i.cause, i.cause_probability, i.opened, i.closed, "       \
    "i.onset_step, i.message, i.text"
enum { INCIDENT_COLUMN_COUNT = 15 };
/* incident_of - from the current row; its texts live until the next one. */
struct incident incident_of(struct rows *rows);

#endif
