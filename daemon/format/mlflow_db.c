/* mlflow_db - MLflow's database, mlflow.db: the metrics, parameters, tags and state of a run in tables. Many runs share one file.
 *
 *   runs     run_uuid, name, status, start_time (ms), lifecycle_stage ("deleted" for one in the bin), ...
 *   metrics  run_uuid, key, value, timestamp (ms), step, is_nan      one row a value
 *   params   run_uuid, key, value            tags  likewise
 * NaN is is_nan = 1 with the value 0, an infinity the largest double of its sign (mlflow/mlflow:
 * mlflow/store/tracking/sqlalchemy_store.py).
 *
 * One source is one run, so one run of the file is read: of those that have a metric and are not deleted, the one that began
 * last. When a newer one gets its first metric it takes over, and its steps begin anew, as after a restart. A fact says how many
 * were left out. Rows are taken by rowid, so each poll reads what is new. A rowid is not for ever (a migration numbers the rows
 * anew), so the last row that was told is known by its contents, and looked for when it is not at its place. */
#include "database.h"
#include "field.h"
#include "mlflow.h"
#include "record.h"

#include <float.h>
#include <stdio.h>

enum { BATCH_ROWS = 10000, RUN_ID_BYTES = 64, NAMED = 95 };
static const struct database_kind kind = {DATABASE_TABLES "name IN ('runs', 'metrics', 'params', 'tags')", 4};

struct metric {
    struct mlflow_rows rows;
    int series;
    enum axis axis;
    bool named; /* series is that of axis */
};
struct state {
    struct record names;    /* its columns are the metrics */
    struct metric *metrics; /* one for each column */
    uint32_t room;
    char run[RUN_ID_BYTES];
    int64_t last;  /* rowid told last, 0 for none */
    uint64_t mark; /* of that row's contents */
    char status[16];
};
struct asking {
    struct state *s;
    struct sqlite *db;
    const struct format_out *out;
    struct err *err;
};

/* ---- which run --------------------------------------------------------------------------------------------------------- */

static void forget_rows(struct state *s)
{
    s->last = 0;
    s->mark = 0;
    s->status[0] = 0;
    for (uint32_t i = 0; i < s->room; i++) s->metrics[i].rows = (struct mlflow_rows){0};
}

static void say_others(const struct asking *a, const char *name)
{
    char text[200];
    int64_t n = 0;
    if (sqlite_integer(a->db, "SELECT count(*) FROM runs", UNBOUND, 0, &n, a->err) || n < 2) return;
    int length =
        snprintf(text, sizeof text, "%lld others in this database are not read; '%.80s' began last", (long long)n - 1, name);
    a->out->fact(a->out->arg, span_of("mlflow_runs"), (struct span){text, (size_t)length});
}

/* choose - the run to read, into s->run; empty when none has a metric. */
static enum status choose(const struct asking *a)
{
    struct rows *rows = NULL;
    enum status status =
        sqlite_query(a->db,
                     "SELECT run_uuid, coalesce(name, '') FROM runs WHERE lifecycle_stage IS NOT 'deleted' AND EXISTS"
                     " (SELECT 1 FROM metrics WHERE metrics.run_uuid = runs.run_uuid)"
                     " ORDER BY start_time DESC, rowid DESC LIMIT 1",
                     UNBOUND, &rows, a->err);
    if (status) return status;
    if (rows_next(rows)) {
        const char *id = rows_text(rows, 0), *name = rows_text(rows, 1);
        if (id && strcmp(id, a->s->run) != 0 && strlen(id) < sizeof a->s->run) {
            forget_rows(a->s);
            strcpy(a->s->run, id);
            a->out->fact(a->out->arg, span_of("mlflow_run"), span_of(id));
            say_others(a, name ? name : "");
        }
    }
    return rows_done(rows, a->err);
}

/* ---- its facts --------------------------------------------------------------------------------------------------------- */

static enum status tell_pairs(const struct asking *a, const char *sql,
                              void (*tell)(const struct format_out *, struct span, struct span))
{
    struct rows *rows = NULL;
    enum status status = sqlite_query(a->db, sql, BOUND(bound_text(a->s->run)), &rows, a->err);
    if (status) return status;
    while (rows_next(rows)) tell(a->out, span_of(rows_text(rows, 0)), span_trim(span_of(rows_text(rows, 1))));
    return rows_done(rows, a->err);
}

static enum status tell_facts(const struct asking *a)
{
    enum status status = tell_pairs(a, "SELECT key, value FROM params WHERE run_uuid = ?1 ORDER BY rowid", mlflow_param);
    return status ? status : tell_pairs(a, "SELECT key, value FROM tags WHERE run_uuid = ?1 ORDER BY rowid", mlflow_tag);
}

/* The end of a run is told behind its metrics, once. */
static enum status tell_status(const struct asking *a)
{
    struct rows *rows = NULL;
    enum status status =
        sqlite_query(a->db, "SELECT status FROM runs WHERE run_uuid = ?1", BOUND(bound_text(a->s->run)), &rows, a->err);
    if (status) return status;
    const char *word = rows_next(rows) ? rows_text(rows, 0) : NULL;
    if (word && strlen(word) < sizeof a->s->status && strcmp(word, a->s->status) != 0) {
        strcpy(a->s->status, word);
        mlflow_status(a->out, (uint64_t)a->s->last, span_of(word));
    }
    return rows_done(rows, a->err);
}

/* ---- its metrics ------------------------------------------------------------------------------------------------------- */

enum { ROWID, KEY, VALUE, TIME, STEP, IS_NAN }; /* columns of a query for metrics */
#define METRICS                                                                                                                  \
    "SELECT rowid, key, value, timestamp, step, is_nan FROM metrics WHERE run_uuid = ?1 AND rowid > ?2 ORDER BY rowid LIMIT ?3"

static double value_of(struct rows *row)
{
    double value = rows_real(row, VALUE);
    if (rows_int(row, IS_NAN)) return (double)NAN;
    return value >= DBL_MAX ? (double)INFINITY : value <= -DBL_MAX ? (double)-INFINITY : value;
}

static uint64_t mark_of(struct rows *row) /* FNV-1a over key and numbers */
{
    uint64_t h = 14695981039346656037u;
    struct span key = span_of(rows_text(row, KEY));
    double value = rows_real(row, VALUE);
    int64_t numbers[4] = {rows_int(row, TIME), rows_int(row, STEP), rows_int(row, IS_NAN), 0};
    memcpy(&numbers[3], &value, sizeof value);
    for (size_t i = 0; i < key.n; i++) h = (h ^ (unsigned char)key.p[i]) * 1099511628211u;
    for (size_t i = 0; i < sizeof numbers; i++) h = (h ^ ((const unsigned char *)numbers)[i]) * 1099511628211u;
    return h;
}

/* The metric of this name; NULL when the arena is used up. */
static struct metric *metric_of(struct state *s, struct span key, uint64_t line, const struct format_out *out)
{
    static const struct field plain = {"", FIELD_VALUE};
    int column = key.n ? record_column(&s->names, key, &plain, line, out) : -1;
    if (column < 0 || (uint32_t)column < s->room) return column < 0 ? NULL : &s->metrics[column];
    uint32_t room = s->room ? s->room * 2 : 32;
    struct metric *more = arena_alloc(out->arena, room * sizeof *more);
    if (!more) return NULL;
    if (s->room) memcpy(more, s->metrics, s->room * sizeof *more);
    s->metrics = more;
    s->room = room;
    return &s->metrics[column];
}

static void tell_row(void *arg, struct rows *row)
{
    const struct asking *a = arg;
    uint64_t line = (uint64_t)rows_int(row, ROWID);
    struct span key = span_of(rows_text(row, KEY));
    struct metric *m = metric_of(a->s, key, line, a->out);
    enum axis axis;
    a->s->mark = mark_of(row);
    if (!m) return;
    int64_t step = mlflow_step(&m->rows, rows_int(row, STEP), &axis);
    if (!m->named || m->axis != axis) m->series = a->out->series(a->out->arg, key, axis);
    m->named = true;
    m->axis = axis;
    if (m->series >= 0) a->out->point(a->out->arg, m->series, step, field_time((double)rows_int(row, TIME)), value_of(row), line);
}

/* find_again - the rows were numbered anew: where is the one that was told last? From the first row on when it is gone. */
static enum status find_again(const struct asking *a)
{
    struct rows *rows = NULL;
    int64_t at = 0;
    enum status status = sqlite_query(a->db, METRICS, BOUND(bound_text(a->s->run), bound_int(0), bound_int(-1)), &rows, a->err);
    if (status) return status;
    while (rows_next(rows))
        if (mark_of(rows) == a->s->mark) at = rows_int(rows, ROWID);
    status = rows_done(rows, a->err);
    if (!status && !at) {
        a->out->bad(a->out->arg, (uint64_t)a->s->last,
                    "rows that were read are gone from the database; it is read from its first row");
        forget_rows(a->s);
    } else if (!status) a->s->last = at;
    return status;
}

static enum status check_place(const struct asking *a)
{
    struct rows *rows = NULL;
    if (!a->s->last) return OK;
    enum status status =
        sqlite_query(a->db, METRICS, BOUND(bound_text(a->s->run), bound_int(a->s->last - 1), bound_int(1)), &rows, a->err);
    if (status) return status;
    bool same = rows_next(rows) && rows_int(rows, ROWID) == a->s->last && mark_of(rows) == a->s->mark;
    status = rows_done(rows, a->err);
    return status || same ? status : find_again(a);
}

static enum status tell_metrics(struct asking *a)
{
    static const struct database_rows metrics = {METRICS, BATCH_ROWS, tell_row};
    enum status status = check_place(a);
    return status ? status : database_tell(a->db, &metrics, a->s->run, &a->s->last, a, a->err);
}

/* ---- the outside ------------------------------------------------------------------------------------------------------- */

static enum status poll(void *state, const char *path, const struct format_out *out, struct err *err)
{
    struct asking a = {state, NULL, out, err};
    bool found;
    enum status status = database_open(&kind, path, &a.db, &found, err);
    if (!status && found) status = choose(&a);
    if (!status && a.s->run[0]) {
        status = tell_facts(&a);
        if (!status) status = tell_metrics(&a);
        if (!status) status = tell_status(&a);
    }
    sqlite_close(a.db);
    return status ? err->status = E_IO : OK;
}

static int sniff(const char *path, struct span head)
{
    if (database_is(head) && strcmp(path_name(path), "mlflow.db") == 0) return NAMED;
    return database_sniff(&kind, path, head);
}

const struct format format_mlflow_db = {
    .name = "mlflow_db",
    .summary = "MLflow database (SQLite): the run that began last",
    .globs = "mlflow.db",
    .growth = GROWTH_QUERIED,
    .state_size = sizeof(struct state),
    .sniff = sniff,
    .poll = poll,
};
