/* One commit, or several at once, one transaction: what a source gave, how far it was read, what was found and what must be told stand or fall together,
 * so that after a crash nothing is lost and nothing is there twice. */
#include "sqlite_store.h"

/* A value that is not given (NULL) leaves the one that is stored; first_seen never changes. */
static enum status put_run(struct memory *m, const struct run_row *r, int64_t *key, struct err *err)
{
    enum status status =
        sqlite_run(m->db,
                   "INSERT INTO run(id, name, path, project, framework, tags, first_seen, last_data, state, watched)"
                   " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT(id) DO UPDATE SET name = ?2, path = ?3,"
                   " project = coalesce(?4, project), framework = coalesce(?5, framework), tags = coalesce(?6, tags),"
                   " last_data = coalesce(?8, last_data), state = ?9, watched = ?10",
                   BOUND(bound_text(r->id), bound_text(r->name ? r->name : ""), bound_text(r->path ? r->path : ""),
                         bound_text(r->project), bound_text(r->framework), bound_text(r->tags), bound_real(r->first_seen),
                         bound_real(r->last_data), bound_int(r->state), bound_int(r->watched)),
                   err);
    return status ? status : run_key(m->db, r->id, key, err);
}

static enum status put_sources(struct memory *m, const struct commit *c, int64_t run, struct err *err)
{
    enum status status = OK;
    for (const struct source_row *r = c->sources; !status && r < c->sources + c->n_sources; r++)
        status = sqlite_run(m->db, "REPLACE INTO source VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
                            BOUND(bound_int(run), bound_int(r->index), bound_text(r->path), bound_text(r->format),
                                  bound_bits(r->device), bound_bits(r->inode), bound_bits(r->offset), bound_bits(r->lines),
                                  bound_bits(r->records), bound_bits(r->head_hash), bound_bits(r->tail_hash),
                                  bound_int(r->head_bytes), bound_int(r->tail_bytes)),
                            err);
    return status;
}

static enum status put_series(struct memory *m, const struct commit *c, int64_t run, struct err *err)
{
    enum status status = OK;
    for (const struct series_row *r = c->series; !status && r < c->series + c->n_series; r++)
        status = sqlite_run(
            m->db, "REPLACE INTO series VALUES(?1, ?2, ?3, ?4, ?5)",
            BOUND(bound_int(run), bound_int(r->id), bound_int(r->source), bound_text(r->name), bound_int(r->axis)), err);
    return status;
}

static enum status put_facts(struct memory *m, const struct commit *c, int64_t run, struct err *err)
{
    enum status status = OK;
    for (const struct fact *f = c->facts; !status && f < c->facts + c->n_facts; f++)
        status = sqlite_run(
            m->db, "INSERT INTO fact(run, name, value) VALUES(?1, ?2, ?3) ON CONFLICT(run, name) DO UPDATE SET value = ?3",
            BOUND(bound_int(run), bound_text(f->key), bound_text(f->value ? f->value : "")), err);
    return status;
}

static enum status put_events(struct memory *m, const struct commit *c, int64_t run, struct err *err)
{
    enum status status = OK;
    for (const struct event_row *e = c->events; !status && e < c->events + c->n_events; e++)
        status = sqlite_run(
            m->db, "INSERT INTO event(run, source, line, kind, text) VALUES(?1, ?2, ?3, ?4, ?5)",
            BOUND(bound_int(run), bound_int(e->source), bound_bits(e->line), bound_int(e->kind), bound_text(e->text)), err);
    return status;
}

/* A notice that is there already was made by the same findings before a crash: it is not queued again. */
static enum status put_notices(struct memory *m, const struct commit *c, int64_t run, struct err *err)
{
    (void)run;
    enum status status = OK;
    for (const struct notice_row *n = c->notices; !status && n < c->notices + c->n_notices; n++)
        status = sqlite_run(m->db, "INSERT INTO notice(id, sink, body, time) VALUES(?1, ?2, ?3, ?4) ON CONFLICT(id) DO NOTHING",
                            BOUND(bound_text(n->id), bound_text(n->sink), bound_text(n->body), bound_real(n->when)), err);
    return status;
}

static enum status (*const parts[])(struct memory *m, const struct commit *c, int64_t run, struct err *err) = {
    put_sources, put_series, put_points, put_facts, put_events, put_incidents, put_notices,
};

enum status put_commit(struct memory *m, const struct commit *c, struct err *err)
{
    int64_t run = 0;
    enum status status = put_run(m, &c->run, &run, err);
    for (size_t i = 0; !status && i < sizeof parts / sizeof *parts; i++) status = parts[i](m, c, run, err);
    return status;
}

enum status sqlite_store_commit(struct store *s, const struct commit *const *commits, size_t n, struct err *err)
{
    struct memory *m = memory_of(s);
    enum status status = check_writing(m, err);
    if (status) return status;
    status = sqlite_begin(m->db, err);
    for (size_t i = 0; !status && i < n; i++) status = put_commit(m, commits[i], err);
    return end_transaction(m->db, status, err);
}
