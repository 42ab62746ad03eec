/* store_ops - what a back end of the failure memory must do; private to this folder.
 *
 * A back end's own struct begins with struct store. Each function answers as its namesake in store.h describes. */
#ifndef MLWATCH_STORE_OPS_H
#define MLWATCH_STORE_OPS_H

#include "note.h"
#include "store.h"
#include "upkeep.h"

struct store {
    const struct store_ops *ops;
};

struct store_ops {
    const char *scheme; /* "sqlite": URLs that begin with "sqlite:" */
    enum status (*open)(const char *address, bool writing, struct store **ret, struct err *err); /* address: behind the scheme */
    void (*close)(struct store *s);
    enum status (*commit)(struct store *s, const struct commit *const *commits, size_t n, struct err *err);
    enum status (*outcome)(struct store *s, const char *incident, const char *fix, const char *worked, const char *note,
                           double when, struct err *err);
    enum status (*trials_put)(struct store *s, const char *run_id, const struct trial_row *rows, size_t n, bool *fresh,
                              struct err *err);
    enum status (*verdict)(struct store *s, const char *run_id, const char *incident, const char *fix, const char *worked,
                           const char *note, double when, bool *news, struct err *err);
    enum status (*setting)(struct store *s, const char *run_id, const char *name, const char *value, struct err *err);
    enum status (*watch)(struct store *s, const char *run_id, bool watched, struct err *err);
    enum status (*runs)(struct store *s, bool (*each)(void *arg, const struct run_row *r), void *arg, struct err *err);
    enum status (*run)(struct store *s, const char *which, bool (*each)(void *arg, const struct run_row *r), void *arg,
                       struct err *err);
    enum status (*sources)(struct store *s, const char *run_id, bool (*each)(void *arg, const struct source_row *r), void *arg,
                           struct err *err);
    enum status (*series)(struct store *s, const char *run_id, bool (*each)(void *arg, const struct series_row *r), void *arg,
                          struct err *err);
    enum status (*points)(struct store *s, const char *run_id, bool (*each)(void *arg, const struct point_row *p), void *arg,
                          struct err *err);
    enum status (*facts)(struct store *s, const char *run_id, bool (*each)(void *arg, const struct fact *f), void *arg,
                         struct err *err);
    enum status (*events)(struct store *s, const char *run_id, bool (*each)(void *arg, const struct event_row *e), void *arg,
                          struct err *err);
    enum status (*incidents)(struct store *s, const char *run_id, bool (*each)(void *arg, const struct incident_row *i),
                             void *arg, struct err *err);
    enum status (*incident)(struct store *s, const char *prefix, bool (*each)(void *arg, const struct incident_row *i), void *arg,
                            struct err *err);
    enum status (*outcomes)(struct store *s, bool (*each)(void *arg, const struct outcome *o), void *arg, struct err *err);
    enum status (*outcome_rows)(struct store *s, const char *incident, bool (*each)(void *arg, const struct outcome_row *o),
                                void *arg, struct err *err);
    enum status (*trials)(struct store *s, const char *run_id, bool (*each)(void *arg, const struct trial_row *t), void *arg,
                          struct err *err);
    enum status (*unsolved)(struct store *s, const char *project, const char *but_run, size_t max,
                            bool (*each)(void *arg, const struct incident_row *i, const struct run_row *run), void *arg,
                            struct err *err);
    enum status (*settings)(struct store *s, const char *run_id, bool (*each)(void *arg, const struct fact *f), void *arg,
                            struct err *err);
    enum status (*search)(struct store *s, const struct search_query *q, bool *refused,
                          bool (*each)(void *arg, const struct search_hit *h), void *arg, struct err *err);
    enum status (*unembedded)(struct store *s, const char *model, size_t max, bool (*each)(void *arg, const char *incident),
                              void *arg, struct err *err);
    enum status (*put_vectors)(struct store *s, const struct vector_row *rows, size_t n, struct err *err);
    enum status (*vectors)(struct store *s, const char *run_id, const char *model, size_t dims,
                           bool (*each)(void *arg, const char *incident, const char *run, const float *v), void *arg,
                           struct err *err);
    enum status (*nearest)(struct store *s, const char *model, const float *question, size_t dims, size_t k,
                           bool (*each)(void *arg, const char *incident, const char *run, double cosine), void *arg,
                           struct err *err);
    enum status (*vector_of)(struct store *s, const char *incident, const char *model, float *ret, size_t dims, struct err *err);
    enum status (*set_aside)(const char *address, char **moved, struct err *err);
    size_t (*salvage)(struct store *to, const char *from, bool (*each)(void *arg, const char *path), void *arg);
    const struct note_ops *notes;    /* note.h */
    const struct upkeep_ops *upkeep; /* upkeep.h */
};

extern const struct store_ops store_sqlite;

#endif
