/* upkeep - the failure memory as a whole: taken out and put back, measured, kept small.
 *
 * Back ends answer through upkeep_ops. Reading works on a store that is open for reading. */
#ifndef MLWATCH_UPKEEP_H
#define MLWATCH_UPKEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/err.h"

struct store;
struct commit;

enum { UPKEEP_CELLS_MAX = 16, UPKEEP_TABLES_MAX = 48, UPKEEP_MODELS_MAX = 16, UPKEEP_NAME_BYTES = 64 };

/* One value of a row of a small table. */
struct upkeep_cell {
    const char *name; /* of its column; static */
    const char *text; /* NULL: null, or a number */
    double number;    /* when is_number */
    bool is_number, is_null;
};
/* Tables that are taken out row by row, in this order. */
enum upkeep_table { UPKEEP_OUTCOME, UPKEEP_TRIAL, UPKEEP_SETTING, UPKEEP_TABLE_COUNT };

struct upkeep_stats {
    int64_t runs, watched, points, incidents, open_incidents, outcomes, notes, events, facts;
    int64_t bytes, free_bytes; /* of the file; free_bytes of them could be given back */
    double oldest, newest;     /* last_data of runs, seconds since 1970; NaN without runs */
    struct {
        char name[UPKEEP_NAME_BYTES];
        int64_t bytes;
    } tables[UPKEEP_TABLES_MAX]; /* indexes count for their table; largest first. None where SQLite cannot tell */
    size_t n_tables;
    struct {
        char model[UPKEEP_NAME_BYTES];
        int64_t incidents, notes; /* that have a vector of it */
    } models[UPKEEP_MODELS_MAX];
    size_t n_models;
};

struct upkeep_pruning {
    double before;       /* runs whose last data are older, seconds since 1970 */
    bool keep_incidents; /* of those that had some, only the points go */
    bool dry;            /* only count */
};
struct upkeep_pruned {
    int64_t healthy, troubled; /* runs that are forgotten: those without incidents; those with some */
    int64_t emptied;           /* runs whose points and events went, and whose incidents stay */
    int64_t incidents, points; /* that went */
    int64_t watched;           /* runs that are old enough and stay because they are watched */
    int64_t bytes_before, bytes_after;
};

/* upkeep_hold - readers between this and upkeep_release see one moment of the memory. */
enum status upkeep_hold(struct store *s, struct err *err);
void upkeep_release(struct store *s);

/* upkeep_rows - every row of a small table, in an order that does not depend on when it was written where that says nothing.
 *   cells   valid until each returns */
enum status upkeep_rows(struct store *s, enum upkeep_table which,
                        bool (*each)(void *arg, const struct upkeep_cell *cells, size_t n), void *arg, struct err *err);
/* upkeep_name - "outcome", "trial", "setting"; static. upkeep_columns - its columns' names, NULL ends them. */
const char *upkeep_name(enum upkeep_table which);
const char *const *upkeep_columns(enum upkeep_table which);
/* upkeep_put - a row, unless one like it is there.
 *   cells   one a column, in their order;  fresh   whether it was added.  Errors: E_STORE; E_FORMAT when a value is of
 * the wrong kind */
enum status upkeep_put(struct store *s, enum upkeep_table which, const struct upkeep_cell *cells, bool *fresh, struct err *err);

/* upkeep_restore - a whole run as one transaction: all that was there of its points, series, sources, settings and events is replaced; its
 * incidents are joined by those that are given, or take their place where ids agree.
 *   next   gives the pieces, of one run each; *ret NULL at the end. An error of it undoes everything
 * Cost: memory for one piece */
enum status upkeep_restore(struct store *s, enum status (*next)(void *arg, const struct commit **ret, struct err *err), void *arg,
                           struct err *err);
/* upkeep_points - how many points the memory has of a run, and whether it is watched; E_ABSENT when it has no such run. */
enum status upkeep_points(struct store *s, const char *run_id, int64_t *points, bool *watched, struct err *err);

/* upkeep_stats - count. Cost: a walk over the whole file for the bytes of tables. */
enum status upkeep_stats(struct store *s, struct upkeep_stats *ret, struct err *err);
/* upkeep_prune - forget what is old: first the points of runs that were healthy, then those of runs with incidents. What is watched stays;
 * so do incidents that somebody told an outcome of, for fixes are ranked by them, and the outcomes themselves. Then the file gives
 * back what it does not need. Cost: a transaction a hundred runs. */
enum status upkeep_prune(struct store *s, const struct upkeep_pruning *how, struct upkeep_pruned *ret, struct err *err);
/* upkeep_forget_vectors - of this model, or of all but this one. */
enum status upkeep_forget_vectors(struct store *s, const char *model, bool others, struct err *err);

struct upkeep_ops {
    enum status (*hold)(struct store *s, struct err *err);
    void (*release)(struct store *s);
    enum status (*rows)(struct store *s, enum upkeep_table which,
                        bool (*each)(void *arg, const struct upkeep_cell *cells, size_t n), void *arg, struct err *err);
    enum status (*put)(struct store *s, enum upkeep_table which, const struct upkeep_cell *cells, bool *fresh, struct err *err);
    enum status (*restore)(struct store *s, enum status (*next)(void *arg, const struct commit **ret, struct err *err), void *arg,
                           struct err *err);
    enum status (*points)(struct store *s, const char *run_id, int64_t *points, bool *watched, struct err *err);
    enum status (*stats)(struct store *s, struct upkeep_stats *ret, struct err *err);
    enum status (*prune)(struct store *s, const struct upkeep_pruning *how, struct upkeep_pruned *ret, struct err *err);
    enum status (*forget_vectors)(struct store *s, const char *model, bool others, struct err *err);
};

#endif
