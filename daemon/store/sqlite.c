/* The SQLite back end: opening, and reading runs and what belongs to them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/str.h"
#include "sqlite_store.h"

enum status check_writing(const struct memory *m, struct err *err)
{
    return m->writing ? OK : err_set(err, E_STORE, "cannot write '%s': it is open for reading", sqlite_path(m->db));
}

enum status end_transaction(struct sqlite *db, enum status status, struct err *err)
{
    if (!status) return sqlite_commit(db, err);
    sqlite_rollback(db);
    return status;
}

enum status changed(struct sqlite *db, bool *ret, struct err *err)
{
    int64_t n = 0;
    enum status status = sqlite_integer(db, "SELECT changes()", UNBOUND, 0, &n, err);
    if (!status) *ret = n > 0;
    return status;
}

static void memory_close(struct store *s)
{
    struct memory *m = memory_of(s);
    nearest_free(m->nearest);
    chunk_writer_done(&m->chunks);
    sqlite_close(m->db);
    free(m);
}

static enum status memory_open(const char *path, bool writing, struct store **ret, struct err *err)
{
    struct err why = {0};
    if (!*path) return err_set(err, E_USAGE, "the memory needs a path: sqlite:PATH");
    struct memory *m = calloc(1, sizeof *m);
    if (!m) return err_set(err, E_MEMORY, "no memory to open '%s'", path);
    *m = (struct memory){.store = {&store_sqlite}, .writing = writing};
    enum status status = sqlite_open(path, writing, &m->db, err);
    if (!status && writing && sqlite_is_unclean(m->db) && sqlite_check(m->db, &why) == E_FORMAT)
        status = err_set(err, E_STORE, "cannot use '%s': its last writer did not come to its end, and %s", path, why.text);
    if (!status) status = schema_prepare(m->db, writing, err);
    if (status) memory_close(&m->store);
    else *ret = &m->store;
    return status;
}

enum status run_key(struct sqlite *db, const char *run_id, int64_t *key, struct err *err)
{
    enum status status = sqlite_integer(db, "SELECT key FROM run WHERE id = ?1", BOUND(bound_text(run_id)), 0, key, err);
    if (!status && *key == 0) return err_set(err, E_ABSENT, "there is no run '%s' in the memory", run_id);
    return status;
}

enum status one_id(struct sqlite *db, const char *sql, const char *what, const char *given, char id[12], struct err *err)
{
    struct rows *rows = NULL;
    struct str list = {0};
    size_t n = 0;
    enum status status = sqlite_query(db, sql, BOUND(bound_text(given)), &rows, err);
    if (status) return status;
    for (; rows_next(rows); n++) {
        const char *found = rows_text(rows, 0), *name = rows_text(rows, 1);
        if (n == 0) snprintf(id, 12, "%s", found ? found : "");
        if (n >= CANDIDATES_MAX) continue;
        str_addf(&list, "%s%s (", n ? ", " : "", found ? found : "");
        str_add_printable(&list, span_of(name ? name : ""), 40);
        str_add(&list, ")");
    }
    status = rows_done(rows, err);
    if (!status && n == 0) status = err_set(err, E_ABSENT, "there is no %s '%s' in the memory", what, given);
    if (!status && n > 1)
        status = err_set(err, E_USAGE, "'%s' may be several %ss: %s%s", given, what, list.p ? list.p : "",
                         n > CANDIDATES_MAX ? ", and more" : "");
    str_done(&list);
    return status;
}

#define RUN_COLUMNS "id, name, path, project, framework, tags, first_seen, last_data, state, watched"

static bool give_run(struct rows *r, bool (*each)(void *arg, const struct run_row *r), void *arg)
{
    struct run_row row = {.name = rows_text(r, 1),
                          .path = rows_text(r, 2),
                          .project = rows_text(r, 3),
                          .framework = rows_text(r, 4),
                          .tags = rows_text(r, 5),
                          .first_seen = rows_real(r, 6),
                          .last_data = rows_real(r, 7),
                          .state = (enum run_state)rows_int(r, 8),
                          .watched = rows_int(r, 9) != 0};
    const char *id = rows_text(r, 0);
    snprintf(row.id, sizeof row.id, "%s", id ? id : "");
    return each(arg, &row);
}

static enum status memory_runs(struct store *s, bool (*each)(void *arg, const struct run_row *r), void *arg, struct err *err)
{
    struct rows *rows = NULL;
    enum status status =
        sqlite_query(memory_of(s)->db, "SELECT " RUN_COLUMNS " FROM run ORDER BY last_data DESC, key DESC", UNBOUND, &rows, err);
    if (status) return status;
    while (rows_next(rows) && give_run(rows, each, arg)) continue;
    return rows_done(rows, err);
}

/* The ways to name a run; the first way that fits any run decides. */
static const char *const ways[] = {
    "SELECT id, name FROM run WHERE id = ?1",
    "SELECT id, name FROM run WHERE path = ?1 ORDER BY key DESC LIMIT 6",
    "SELECT id, name FROM run WHERE name = ?1 ORDER BY key DESC LIMIT 6",
    "SELECT id, name FROM run WHERE ?1 <> '' AND id BETWEEN ?1 AND ?1 || '~' ORDER BY id LIMIT 6",
};

enum status sqlite_store_run(struct store *s, const char *which, bool (*each)(void *arg, const struct run_row *r), void *arg,
                             struct err *err)
{
    struct sqlite *db = memory_of(s)->db;
    struct rows *rows = NULL;
    char id[12] = "";
    enum status status = E_ABSENT;
    for (size_t i = 0; i < sizeof ways / sizeof *ways && status == E_ABSENT; i++)
        status = one_id(db, ways[i], "run", which, id, err);
    if (!status) status = sqlite_query(db, "SELECT " RUN_COLUMNS " FROM run WHERE id = ?1", BOUND(bound_text(id)), &rows, err);
    if (status) return status;
    if (rows_next(rows)) give_run(rows, each, arg);
    return rows_done(rows, err);
}

/* Start reading what belongs to a run: sql has the run's key as ?1. */
static enum status query_run(struct store *s, const char *sql, const char *run_id, struct rows **rows, struct err *err)
{
    int64_t run = 0;
    enum status status = run_key(memory_of(s)->db, run_id, &run, err);
    return status ? status : sqlite_query(memory_of(s)->db, sql, BOUND(bound_int(run)), rows, err);
}

static enum status memory_sources(struct store *s, const char *run_id, bool (*each)(void *arg, const struct source_row *r),
                                  void *arg, struct err *err)
{
    struct rows *r = NULL;
    enum status status = query_run(s,
                                   "SELECT place, path, format, device, inode, offset, lines, records, head_hash, tail_hash,"
                                   " head_bytes, tail_bytes FROM source WHERE run = ?1 ORDER BY place",
                                   run_id, &r, err);
    while (!status && rows_next(r)) {
        const struct source_row row = {.index = (uint16_t)rows_int(r, 0),
                                       .path = rows_text(r, 1),
                                       .format = rows_text(r, 2),
                                       .device = (uint64_t)rows_int(r, 3),
                                       .inode = (uint64_t)rows_int(r, 4),
                                       .offset = (uint64_t)rows_int(r, 5),
                                       .lines = (uint64_t)rows_int(r, 6),
                                       .records = (uint64_t)rows_int(r, 7),
                                       .head_hash = (uint64_t)rows_int(r, 8),
                                       .tail_hash = (uint64_t)rows_int(r, 9),
                                       .head_bytes = (uint32_t)rows_int(r, 10),
                                       .tail_bytes = (uint32_t)rows_int(r, 11)};
        if (!each(arg, &row)) break;
    }
    return status ? status : rows_done(r, err);
}

static enum status memory_series(struct store *s, const char *run_id, bool (*each)(void *arg, const struct series_row *r),
                                 void *arg, struct err *err)
{
    struct rows *r = NULL;
    enum status status = query_run(s, "SELECT id, source, name, axis FROM series WHERE run = ?1 ORDER BY id", run_id, &r, err);
    while (!status && rows_next(r)) {
        const struct series_row row = {.id = (uint32_t)rows_int(r, 0),
                                       .source = (uint16_t)rows_int(r, 1),
                                       .name = rows_text(r, 2),
                                       .axis = (enum axis)rows_int(r, 3)};
        if (!each(arg, &row)) break;
    }
    return status ? status : rows_done(r, err);
}

static enum status memory_facts(struct store *s, const char *run_id, bool (*each)(void *arg, const struct fact *f), void *arg,
                                struct err *err)
{
    struct rows *r = NULL;
    enum status status = query_run(s, "SELECT name, value FROM fact WHERE run = ?1 ORDER BY key", run_id, &r, err);
    while (!status && rows_next(r)) {
        const struct fact fact = {rows_text(r, 0), rows_text(r, 1)};
        if (!each(arg, &fact)) break;
    }
    return status ? status : rows_done(r, err);
}

static enum status memory_events(struct store *s, const char *run_id, bool (*each)(void *arg, const struct event_row *e),
                                 void *arg, struct err *err)
{
    struct rows *r = NULL;
    enum status status = query_run(s, "SELECT source, line, kind, text FROM event WHERE run = ?1 ORDER BY key", run_id, &r, err);
    while (!status && rows_next(r)) {
        const struct event_row row = {.source = (uint16_t)rows_int(r, 0),
                                      .line = (uint64_t)rows_int(r, 1),
                                      .kind = (enum event)rows_int(r, 2),
                                      .text = rows_text(r, 3)};
        if (!each(arg, &row)) break;
    }
    return status ? status : rows_done(r, err);
}

static enum status memory_watch(struct store *s, const char *run_id, bool watched, struct err *err)
{
    int64_t run = 0;
    struct sqlite *db = memory_of(s)->db;
    enum status status = run_key(db, run_id, &run, err);
    if (status) return status;
    return sqlite_run(db, "UPDATE run SET watched = ?2 WHERE key = ?1", BOUND(bound_int(run), bound_int(watched)), err);
}

const struct store_ops store_sqlite = {
    .scheme = "sqlite",
    .open = memory_open,
    .close = memory_close,
    .commit = sqlite_store_commit,
    .outcome = sqlite_store_outcome,
    .watch = memory_watch,
    .runs = memory_runs,
    .run = sqlite_store_run,
    .sources = memory_sources,
    .series = memory_series,
    .points = sqlite_store_points,
    .facts = memory_facts,
    .events = memory_events,
    .incidents = sqlite_store_incidents,
    .incident = sqlite_store_incident,
    .outcomes = sqlite_store_outcomes,
    .outcome_rows = sqlite_store_outcome_rows,
    .trials_put = sqlite_store_trials_put,
    .verdict = sqlite_store_verdict,
    .setting = sqlite_store_setting,
    .trials = sqlite_store_trials,
    .unsolved = sqlite_store_unsolved,
    .settings = sqlite_store_settings,
    .search = sqlite_store_search,
    .unembedded = sqlite_store_unembedded,
    .put_vectors = sqlite_store_put_vectors,
    .vectors = sqlite_store_vectors,
    .nearest = sqlite_store_nearest,
    .vector_of = sqlite_store_vector_of,
    .set_aside = sqlite_store_set_aside,
    .salvage = sqlite_store_salvage,
    .notes = &sqlite_note_ops,
    .upkeep = &sqlite_upkeep_ops,
};
