/* mlflow_store - all runs of an mlflow.db (format/mlflow_db.c, which watches, reads the one that began last; its opening comment has the
 * tables). Each is known by the database's path and '#' and its id. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../base/hash.h"
#include "../../base/sqlite.h"
#include "../../format/mlflow.h"
#include "../paths.h"
#include "ingest.h"
#include "mlflow_points.h"

enum { WAIT_MS = 2000 };

struct stored {
    char *database, *id, *status;
    int64_t rows, last; /* of its metrics: how many, and the highest rowid */
    double end;         /* seconds since 1970; NaN while it runs */
};

static void free_stored(void *what)
{
    struct stored *s = what;
    free(s->database), free(s->id), free(s->status);
    free(s);
}

static enum status place(const struct ingest_run *r, struct source_row **rows, size_t *n, struct err *err)
{
    const struct stored *s = r->of;
    *rows = calloc(1, sizeof **rows);
    if (!*rows) return err_set(err, E_MEMORY, "no memory to import '%s'", r->path);
    *n = 1;
    **rows = (struct source_row){.path = r->path,
                                 .format = "mlflow_db",
                                 .offset = (uint64_t)s->rows,
                                 .records = (uint64_t)s->rows,
                                 .tail_hash = hash64(s->status, strlen(s->status), (uint64_t)s->last)};
    return OK;
}

static size_t head(const struct ingest_run *r, char *to, size_t room)
{
    const struct stored *s = r->of;
    size_t n = strlen(s->id) < room ? strlen(s->id) : room;
    memcpy(to, s->id, n);
    return n;
}

/* ---- reading ---------------------------------------------------------------------------------------------------------------- */

static enum status tell_pairs(struct sqlite *db, const char *sql, const struct stored *s, const struct format_out *out,
                              void (*tell)(const struct format_out *, struct span, struct span), struct err *err)
{
    struct rows *rows = NULL;
    enum status status = sqlite_query(db, sql, BOUND(bound_text(s->id)), &rows, err);
    if (status) return status;
    while (rows_next(rows)) tell(out, span_of(rows_text(rows, 0)), span_trim(span_of(rows_text(rows, 1))));
    return rows_done(rows, err);
}

/* NaN is is_nan = 1 with the value 0, an infinity the largest double of its sign. */
static double value_of(struct rows *row)
{
    double value = rows_real(row, 1);
    if (rows_int(row, 4)) return (double)NAN;
    return value >= DBL_MAX ? (double)INFINITY : value <= -DBL_MAX ? -(double)INFINITY : value;
}

static enum status tell_metrics(struct sqlite *db, const struct stored *s, const struct format_out *out, struct err *err)
{
    struct rows *rows = NULL;
    struct mlflow_points p = {.out = out};
    enum status status =
        sqlite_query(db, "SELECT key, value, timestamp, step, is_nan, rowid FROM metrics WHERE run_uuid = ?1 ORDER BY rowid",
                     BOUND(bound_text(s->id)), &rows, err);
    while (!status && rows_next(rows))
        mlflow_points_add(&p, span_of(rows_text(rows, 0)), rows_int(rows, 3), (double)rows_int(rows, 2), value_of(rows),
                          (uint64_t)rows_int(rows, 5));
    enum status done = rows_done(rows, status ? NULL : err);
    mlflow_points_done(&p);
    return status ? status : done;
}

static enum status read_stored(const struct ingest_run *r, struct run *to, struct err *err)
{
    const struct stored *s = r->of;
    struct sqlite *db = NULL;
    int source = run_source(to, r->path, "mlflow_db", "a run of an MLflow database");
    if (source < 0) return err_set(err, E_MEMORY, "no memory to import '%s'", r->path);
    const struct format_out *out = run_out(to, source);
    enum status status = sqlite_open_foreign(s->database, WAIT_MS, &db, err);
    out->fact(out->arg, span_of("mlflow_run"), span_of(s->id));
    if (!status)
        status = tell_pairs(db, "SELECT key, value FROM params WHERE run_uuid = ?1 ORDER BY rowid", s, out, mlflow_param, err);
    if (!status)
        status = tell_pairs(db, "SELECT key, value FROM tags WHERE run_uuid = ?1 ORDER BY rowid", s, out, mlflow_tag, err);
    if (!status) status = tell_metrics(db, s, out, err);
    if (!status) mlflow_status(out, (uint64_t)s->last, span_of(s->status));
    sqlite_close(db);
    run_finish(to);
    return status;
}

static const struct ingest_from from_store = {place, head, read_stored};

/* ---- which there are -------------------------------------------------------------------------------------------------------- */

static enum status add_run(struct ingest_list *l, const char *database, struct rows *row, struct err *err)
{
    const char *id = rows_text(row, 0), *name = rows_text(row, 1), *status = rows_text(row, 2);
    struct str path = {0};
    struct stored *s = calloc(1, sizeof *s);
    if (!s || !id) return free(s), s ? OK : err_set(err, E_MEMORY, "no memory to import '%s'", database);
    *s = (struct stored){str_dup(span_of(database)), str_dup(span_of(id)), str_dup(span_of(status ? status : "")),
                         rows_int(row, 4),           rows_int(row, 5),     rows_real(row, 3) / 1000};
    str_addf(&path, "%s#%s", database, id);
    struct ingest_run r = {str_dup(span_of(name && *name ? name : id)), str_take(&path), s->end, &from_store, s};
    bool ok = s->database && s->id && s->status;
    if (ingest_hold(l, s, free_stored) && ingest_add(l, r) && ok) return OK;
    return err_set(err, E_MEMORY, "no memory to import '%s'", database);
}

/* In the order in which they began. The bin is left out. */
static enum status list_runs(struct ingest_list *l, struct sqlite *db, const char *database, struct err *err)
{
    struct rows *rows = NULL;
    enum status status = sqlite_query(db,
                                      "SELECT r.run_uuid, r.name, r.status, r.end_time, count(*), max(m.rowid) FROM runs r"
                                      " JOIN metrics m ON m.run_uuid = r.run_uuid WHERE r.lifecycle_stage IS NOT 'deleted'"
                                      " GROUP BY r.run_uuid ORDER BY r.start_time, r.run_uuid",
                                      UNBOUND, &rows, err);
    while (!status && rows_next(rows)) status = add_run(l, database, rows, err);
    enum status done = rows_done(rows, status ? NULL : err);
    return status ? status : done;
}

enum status ingest_mlflow_store(struct ingest_list *l, const char *path, struct err *err)
{
    struct sqlite *db = NULL;
    int64_t tables = 0;
    size_t before = l->n_runs;
    char *absolute = paths_absolute(path);
    if (!absolute) return err_set(err, E_MEMORY, "no memory to import '%s'", path);
    enum status status = sqlite_open_foreign(absolute, WAIT_MS, &db, err);
    if (!status)
        status =
            sqlite_integer(db,
                           "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('runs', 'metrics', 'params',"
                           " 'tags') AND sql NOT LIKE 'CREATE VIRTUAL%'",
                           UNBOUND, 0, &tables, err);
    if (!status && tables != 4) status = err_set(err, E_FORMAT, "'%s' is a database, but not one of MLflow", path);
    if (!status) status = list_runs(l, db, absolute, err);
    if (!status && l->n_runs == before)
        status = err_set(err, E_ABSENT, "the MLflow database '%s' holds no run with a metric", path);
    sqlite_close(db);
    free(absolute);
    return status;
}
