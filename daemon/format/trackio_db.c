/* trackio_db - trackio's database, PROJECT.db: the records of a project's runs, one row each. Many runs share one file.
 *
 *   metrics  id, run_id, timestamp (ISO 8601), run_name, step, metrics (JSON: {"train/loss": 0.5, "note": "..."}); older ones lack run_id
 *   configs, system_metrics, alerts   are not read
 * NaN and the infinities are the texts "NaN", "Infinity", "-Infinity" in the JSON (gradio-app/trackio: trackio/sqlite_storage.py, utils.py).
 *
 * One source is one run, so one run of the file is read: the one whose record came last. A newer one takes over with its first record, and
 * its steps begin anew. Rows are only ever added, under ids that grow. */
#include "database.h"
#include "field.h"
#include "format.h"
#include "json_scan.h"
#include "record.h"

#include <stdio.h>

enum { BATCH_ROWS = 5000, RUN_BYTES = 200 };
static const struct database_kind kind = {
    DATABASE_TABLES "name = 'metrics' AND sql LIKE '%run_name%' AND sql LIKE '%step%' AND sql LIKE '%metrics TEXT%'", 1};

struct state {
    struct record record;
    char run[RUN_BYTES];
    int64_t last; /* id told last, 0 for none */
};
struct asking {
    struct state *s;
    struct sqlite *db;
    const struct format_out *out;
    struct err *err;
    uint64_t line; /* the id in hand */
};

/* choose - the run to read, into s->run; empty when there is no record. */
static enum status choose(const struct asking *a)
{
    struct rows *rows = NULL;
    enum status status = sqlite_query(a->db, "SELECT run_name FROM metrics ORDER BY id DESC LIMIT 1", UNBOUND, &rows, a->err);
    if (status) return status;
    const char *name = rows_next(rows) ? rows_text(rows, 0) : NULL;
    if (name && strlen(name) < sizeof a->s->run && strcmp(name, a->s->run) != 0) {
        strcpy(a->s->run, name);
        a->s->last = 0;
        a->out->fact(a->out->arg, span_of("trackio_run"), span_of(name));
    }
    return rows_done(rows, a->err);
}

static void scalar(void *arg, struct span path, enum json_kind kind, struct span raw, double value)
{
    const struct asking *a = arg;
    struct record *r = &a->s->record;
    if (!path.n || kind == JSON_WORD || kind == JSON_SKIPPED) return;
    int column = record_column(r, path, NULL, a->line, a->out);
    if (column < 0) return;
    if (kind == JSON_NUMBER) record_number(r, column, value);
    else record_text(r, column, raw);
}

enum { ID, TIME, STEP, METRICS }; /* columns of a query for records */

static void tell_row(void *arg, struct rows *row)
{
    struct asking *a = arg;
    struct record *r = &a->s->record;
    struct span text = span_of(rows_text(row, METRICS)), time = span_of(rows_text(row, TIME));
    struct json_cursor c = {.p = text.p, .end = text.p + text.n};
    struct json_sink sink = {a, scalar};
    a->line = (uint64_t)rows_int(row, ID);
    record_begin(r);
    if (!json_scan_object(&c, &sink)) {
        a->out->bad(a->out->arg, a->line, "a record that is no JSON object");
        return;
    }
    record_number(r, record_column(r, span_of("step"), NULL, a->line, a->out), (double)rows_int(row, STEP));
    int column = time.n ? record_column(r, span_of("timestamp"), NULL, a->line, a->out) : -1;
    if (column >= 0) record_text(r, column, time);
    record_end(r, a->line, a->out);
}

static const struct database_rows records = {
    "SELECT id, timestamp, step, metrics FROM metrics WHERE run_name = ?1 AND id > ?2 ORDER BY id LIMIT ?3", BATCH_ROWS,
    tell_row};

static enum status poll(void *state, const char *path, const struct format_out *out, struct err *err)
{
    struct asking a = {state, NULL, out, err, 0};
    bool found;
    enum status status = database_open(&kind, path, &a.db, &found, err);
    if (!status && found) status = choose(&a);
    if (!status && a.s->run[0]) status = database_tell(a.db, &records, a.s->run, &a.s->last, &a, err);
    sqlite_close(a.db);
    return status ? err->status = E_IO : OK;
}

static int sniff(const char *path, struct span head) { return database_sniff(&kind, path, head); }

const struct format format_trackio_db = {
    .name = "trackio_db",
    .summary = "trackio database (SQLite): the run that logged last",
    .globs = "*.db",
    .growth = GROWTH_QUERIED,
    .state_size = sizeof(struct state),
    .sniff = sniff,
    .poll = poll,
};
