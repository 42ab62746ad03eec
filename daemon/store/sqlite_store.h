/* sqlite_store - the failure memory in one SQLite file; shared by the files sqlite*.c of this folder only.
 *
 * sqlite.c opens and reads runs and what belongs to them, sqlite_schema.c holds the tables, sqlite_commit.c writes, sqlite_points.c
 * keeps points, sqlite_incident.c incidents, sqlite_outcome.c outcomes and trials, sqlite_search.c finds them again,
 * sqlite_vector.c keeps what they mean, sqlite_nearest.c searches that; sqlite_note.c keeps notes, sqlite_export.c takes everything
 * out and puts it back, sqlite_prune.c keeps it small, sqlite_salvage.c makes the best of a damaged one. */
#ifndef MLWATCH_SQLITE_STORE_H
#define MLWATCH_SQLITE_STORE_H

#include "../base/span.h"
#include "../base/sqlite.h"
#include "chunk.h"
#include "store_ops.h"

struct memory {
    struct store store;
    struct sqlite *db;
    bool writing;
    struct nearest *nearest; /* the file of vectors, once it was looked for */
    struct chunk_writer chunks;
};
static inline struct memory *memory_of(struct store *s) { return (struct memory *)s; }

/* Tables: create or migrate (writing), or see that they are ours and of this version (reading). E_STORE with the reason. */
enum status schema_prepare(struct sqlite *db, bool writing, struct err *err);

/* check_writing - E_STORE when the memory is open for reading.  end_transaction - commit, or undo it all and pass the error on.
 * changed - did the last statement change a row? */
enum status check_writing(const struct memory *m, struct err *err);
enum status end_transaction(struct sqlite *db, enum status status, struct err *err);
enum status changed(struct sqlite *db, bool *ret, struct err *err);

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
enum status sqlite_store_outcome_rows(struct store *s, const char *incident, bool (*each)(void *arg, const struct outcome_row *o),
                                      void *arg, struct err *err);
enum status sqlite_store_trials_put(struct store *s, const char *run_id, const struct trial_row *rows, size_t n, bool *fresh,
                                    struct err *err);
enum status sqlite_store_verdict(struct store *s, const char *run_id, const char *incident, const char *fix, const char *worked,
                                 const char *note, double when, bool *news, struct err *err);
enum status sqlite_store_setting(struct store *s, const char *run_id, const char *name, const char *value, struct err *err);
enum status sqlite_store_trials(struct store *s, const char *run_id, bool (*each)(void *arg, const struct trial_row *t),
                                void *arg, struct err *err);
enum status sqlite_store_unsolved(struct store *s, const char *project, const char *but_run, size_t max,
                                  bool (*each)(void *arg, const struct incident_row *i, const struct run_row *run), void *arg,
                                  struct err *err);
enum status sqlite_store_settings(struct store *s, const char *run_id, bool (*each)(void *arg, const struct fact *f), void *arg,
                                  struct err *err);
enum status sqlite_store_search(struct store *s, const struct search_query *q, bool *refused,
                                bool (*each)(void *arg, const struct search_hit *h), void *arg, struct err *err);
enum status sqlite_store_unembedded(struct store *s, const char *model, size_t max, bool (*each)(void *arg, const char *incident),
                                    void *arg, struct err *err);
enum status sqlite_store_put_vectors(struct store *s, const struct vector_row *rows, size_t n, struct err *err);
enum status sqlite_store_vectors(struct store *s, const char *run_id, const char *model, size_t dims,
                                 bool (*each)(void *arg, const char *incident, const char *run, const float *v), void *arg,
                                 struct err *err);
enum status sqlite_store_nearest(struct store *s, const char *model, const float *question, size_t dims, size_t k,
                                 bool (*each)(void *arg, const char *incident, const char *run, double cosine), void *arg,
                                 struct err *err);
enum status sqlite_store_vector_of(struct store *s, const char *incident, const char *model, float *ret, size_t dims,
                                   struct err *err);
enum status sqlite_store_set_aside(const char *address, char **moved, struct err *err);
size_t sqlite_store_salvage(struct store *to, const char *from, bool (*each)(void *arg, const char *path), void *arg);
/* give_unembedded - ids without a vector of a model; sql selects them by ?1, the model, at most ?2 of them. */
enum status give_unembedded(struct sqlite *db, const char *sql, const char *model, size_t max,
                            bool (*each)(void *arg, const char *id), void *arg, struct err *err);
/* The file of vectors beside the database: forgotten; looked at once a start; told that so many rows were put. */
void nearest_free(struct nearest *n);
void nearest_look(struct memory *m, const char *model);
void nearest_added(struct memory *m, const char *model, size_t dims, size_t rows);
enum status put_points(struct memory *m, const struct commit *c, int64_t run, struct err *err);
enum status put_incidents(struct memory *m, const struct commit *c, int64_t run, struct err *err);
/* give_incident - the incident of the current row, whose first columns are INCIDENT_COLUMNS, with its causes and offered fixes. */
enum status give_incident(struct sqlite *db, struct rows *r, bool (*each)(void *arg, const struct incident_row *i), void *arg,
                          bool *more, struct err *err);
/* incident_id - the one incident that `given` names or begins; a whole id of another host's incident stands for itself. */
enum status incident_id(struct sqlite *db, const char *given, char id[12], struct err *err);

/* put_commit - all of it, inside a transaction. */
enum status put_commit(struct memory *m, const struct commit *c, struct err *err);

/* Notes (note.h), and the memory as a whole (upkeep.h). */
struct upkeep_stats;
struct upkeep_pruning;
struct upkeep_pruned;
enum status sqlite_store_stats(struct store *s, struct upkeep_stats *ret, struct err *err);
enum status sqlite_store_prune(struct store *s, const struct upkeep_pruning *how, struct upkeep_pruned *ret, struct err *err);
enum status sqlite_store_forget_vectors(struct store *s, const char *model, bool others, struct err *err);
extern const struct note_ops sqlite_note_ops;
extern const struct upkeep_ops sqlite_upkeep_ops;

/* The columns of an incident i of run r, and the struct they make; texts are the statement's. */
#define INCIDENT_COLUMNS                                                                                                         \
    "i.key, i.id, r.id, r.name, i.kind, i.series, i.severity, i.state, i.cause, i.cause_probability, i.opened, i.closed, "       \
    "i.onset_step, i.message, i.text"
enum { INCIDENT_COLUMN_COUNT = 15 };
/* incident_of - from the current row; its texts live until the next one. */
struct incident incident_of(struct rows *rows);

#endif
