/* study - one old run is read as `check` reads it, judged, and written as lines of dump.h.
 *
 * Points that do not fit into memory lie in a scratch file until the run's first line can be written, for that says how many they are. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../base/hash.h"
#include "../gate.h"
#include "../journal.h"
#include "../memory_incident.h"
#include "../project.h"
#include "ingest.h"

enum { HEAD_BYTES = 4096, HELD_POINTS = 1 << 16 };

struct studying {
    struct study *study;
    const struct ingest_run *from;
    FILE *out;
    struct str text; /* lines on their way to out */
    struct run *run;
    struct run_row row;
    struct journal journal;
    struct point_row *held;
    size_t n_held;
    uint64_t points;
    bool spilled;
    struct str lines; /* of points, on their way to the scratch file */
    struct str incidents;
    size_t n_incidents;
    const struct view *view;
    struct err err;
};

/* ---- which run it is --------------------------------------------------------------------------------------------------------- */

static bool path_is(const char *path, const char *other) { return path && other && strcmp(path, other) == 0; }

/* Is there another run with this id: one whose directory still lies elsewhere, or one of this import? What comes from a database or a server
 * (its path has a '#') is named by an id of its own, which no other run has, wherever it is read. */
static bool is_taken(struct study *s, const char *id, const char *path)
{
    struct hosts_run known;
    if (strchr(path, '#')) return false;
    for (size_t i = 0; i < s->n_ids; i++)
        if (strcmp(s->ids[i], id) == 0 && strcmp(s->paths[i], path) != 0) return true;
    if (hosts_run(&s->recall->hosts, id, &known, NULL) || strcmp(known.row.id, id) != 0) return false;
    return known.row.path && !path_is(known.row.path, path) && access(known.row.path, F_OK) == 0;
}

static void remember_id(struct study *s, const char *id, const char *path)
{
    if (s->n_ids == s->ids_room) {
        size_t room = s->ids_room ? 2 * s->ids_room : 64;
        char(*ids)[12] = realloc(s->ids, room * sizeof *ids);
        if (ids) s->ids = ids;
        char **paths = realloc(s->paths, room * sizeof *paths);
        if (paths) s->paths = paths;
        if (!ids || !paths) return;
        s->ids_room = room;
    }
    snprintf(s->ids[s->n_ids], sizeof *s->ids, "%s", id);
    if ((s->paths[s->n_ids] = str_dup(span_of(path)))) s->n_ids++;
}

/* The id that the daemon would give it (engine/live.c): of its name and its first bytes; of its path where that is taken. */
static void identify(struct study *s, const struct ingest_run *r, char id[12])
{
    char head[HEAD_BYTES];
    run_identify(id, r->name, head, r->from->head(r, head, sizeof head));
    if (is_taken(s, id, r->path)) {
        snprintf(head, sizeof head, "%016llx", (unsigned long long)hash64(r->path, strlen(r->path), 0));
        run_identify(id, r->name, head, strlen(head));
    }
    remember_id(s, id, r->path);
}

struct comparing {
    const struct source_row *rows;
    size_t n, same;
};

/* What the daemon read has no hash of the file's end that we could make; its size will do. */
static bool compare(void *arg, const struct source_row *stored)
{
    struct comparing *c = arg;
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->rows[i].path, stored->path) == 0)
            c->same += c->rows[i].offset == stored->offset &&
                       (stored->records != c->rows[i].records || c->rows[i].tail_hash == stored->tail_hash);
    return true;
}

/* Does the memory have the run, and do its sources look as they did then? id becomes the one that it has there. */
static bool is_known(struct study *s, const struct ingest_run *r, const struct source_row *rows, size_t n, char id[12])
{
    struct hosts_run known;
    struct comparing c = {rows, n, 0};
    bool there = hosts_run(&s->recall->hosts, r->path, &known, NULL) == OK && path_is(known.row.path, r->path);
    if (!there) there = hosts_run(&s->recall->hosts, id, &known, NULL) == OK && path_is(known.row.path, r->path);
    if (!there) return false;
    strcpy(id, known.row.id);
    return store_sources(known.store, id, compare, &c, NULL) == OK && c.same == n && n > 0;
}

/* ---- what it tells ----------------------------------------------------------------------------------------------------------- */

static void spill(struct studying *g)
{
    struct study *s = g->study;
    dump_points(&g->lines, g->held, g->n_held);
    g->n_held = 0;
    if (g->lines.failed || fwrite(g->lines.p, 1, g->lines.n, s->spill) != g->lines.n)
        err_errno(&g->err, E_IO, "cannot keep the points of '%s' while they are read", g->from->path);
    g->spilled = true;
    str_clear(&g->lines);
}

static void on_series(void *arg, const struct series *s) { journal_series(&((struct studying *)arg)->journal, s); }
static void on_fact(void *arg, const char *key, const char *value)
{
    journal_fact(&((struct studying *)arg)->journal, key, value);
}

static void on_event(void *arg, uint16_t source, uint64_t line, enum event kind, const char *text)
{
    journal_event(&((struct studying *)arg)->journal, source, line, kind, text);
}

static void on_point(void *arg, const struct point *p)
{
    struct studying *g = arg;
    if (g->n_held == HELD_POINTS) spill(g);
    g->held[g->n_held++] = (struct point_row){p->series->id, p->source, p->segment, p->step, p->time, p->value, p->line};
    g->points++;
}

static void on_incident(void *arg, const struct incident_news *n)
{
    struct studying *g = arg;
    struct str text = {0};
    if (!n->finding) return;
    struct incident_row row = memory_incident(n, g->view, &text);
    row.incident.run_name = g->row.name;
    dump_incident(&g->incidents, &row);
    g->n_incidents++;
    str_done(&text);
}

/* ---- writing ----------------------------------------------------------------------------------------------------------------- */

static void judge(struct studying *g)
{
    const struct view *v = g->view;
    struct gate gate = {0};
    struct gate_out out = {g, on_incident};
    g->row.framework = v->framework;
    g->row.state = v->state == RUN_RUNNING || v->state == RUN_STALLED ? RUN_UNKNOWN : v->state;
    g->row.last_data = isfinite(v->last_time) ? v->last_time : g->from->last_data;
    g->row.first_seen = isfinite(v->first_time) ? v->first_time : g->row.last_data;
    gate_update(&gate, v, g->row.last_data, &out);
    gate_done(&gate);
}

static void cannot_write(struct studying *g) { err_errno(&g->err, E_IO, "cannot write what '%s' tells", g->from->path); }

static void give_text(struct studying *g)
{
    if (g->text.n && fwrite(g->text.p, 1, g->text.n, g->out) != g->text.n) cannot_write(g);
    str_clear(&g->text);
}

static void unspill(struct studying *g)
{
    char bytes[1 << 16];
    FILE *f = g->study->spill;
    if (fflush(f) != 0) cannot_write(g);
    rewind(f);
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, f)) > 0;)
        if (fwrite(bytes, 1, n, g->out) != n) cannot_write(g);
    rewind(f);
    if (ftruncate(fileno(f), 0) != 0) cannot_write(g);
}

static void write_run(struct studying *g, const struct source_row *rows, size_t n)
{
    const struct batch *b = g->journal.open;
    struct str *out = &g->text;
    dump_run(out, &g->row, g->points);
    for (size_t i = 0; i < n; i++) dump_source(out, &rows[i]);
    for (size_t i = 0; b && i < b->commit.n_series; i++) dump_series(out, &b->series[i]);
    give_text(g);
    if (g->spilled) unspill(g);
    dump_points(out, g->held, g->n_held);
    for (size_t i = 0; b && i < b->commit.n_facts; i++) dump_fact(out, &b->facts[i]);
    for (size_t i = 0; b && i < b->commit.n_events; i++) dump_event(out, &b->events[i]);
    str_add_span(out, (struct span){g->incidents.p ? g->incidents.p : "", g->incidents.n});
    dump_end(out, g->row.id);
    give_text(g);
}

static enum status open_run(struct studying *g, struct err *err)
{
    struct recall *c = g->study->recall;
    struct run_options o = {.knowledge = &c->knowledge,
                            .config = &c->config,
                            .sensitivity = c->config.sensitivity,
                            .outcomes = c->hosts.outcomes,
                            .n_outcomes = c->hosts.n_outcomes,
                            .hooks = {g, on_series, on_point, on_fact, on_event, NULL}};
    g->held = malloc(HELD_POINTS * sizeof *g->held);
    g->run = run_new(g->from->name, g->from->path, &o);
    if (!g->held || !g->run) return err_set(err, E_MEMORY, "no memory to import '%s'", g->from->path);
    run_set_id(g->run, g->row.id, g->row.name, g->row.project);
    return OK;
}

/* A source that fails does not hide the others. */
static enum status look(struct studying *g, const struct source_row *rows, size_t n, enum studied *ret, struct err *err)
{
    struct err one = {0};
    enum status status = open_run(g, err);
    if (status) return status;
    status = g->from->from->read(g->from, g->run, &one);
    *ret = run_points(g->run) ? STUDIED : STUDIED_EMPTY;
    if (status && !run_points(g->run)) return *err = one, status;
    if (*ret == STUDIED_EMPTY) return OK;
    if (!(g->view = run_view(g->run))) return err_set(err, E_MEMORY, "no memory to judge '%s'", g->from->path);
    judge(g);
    write_run(g, rows, n);
    if (g->journal.lost || g->text.failed || g->incidents.failed)
        return err_set(err, E_MEMORY, "no memory to import '%s'", g->from->path);
    return g->err.status ? (*err = g->err, g->err.status) : OK;
}

enum status study_run(struct study *s, const struct ingest_run *r, FILE *out, enum studied *ret, struct err *err)
{
    struct studying g = {.study = s, .from = r, .out = out, .row = {.name = r->name, .path = r->path}};
    struct source_row *rows = NULL;
    size_t n = 0;
    off_t before = ftello(out);
    enum status status = r->from->place(r, &rows, &n, err);
    if (status) return free(rows), status;
    identify(s, r, g.row.id);
    if (is_known(s, r, rows, n, g.row.id)) return free(rows), *ret = STUDIED_KNOWN, OK;
    char *project = strstr(r->path, "://") ? str_dup((struct span){r->path, strcspn(r->path, "#")}) : project_key(r->path);
    g.row.project = project;
    status = look(&g, rows, n, ret, err);
    if (status && (fflush(out) != 0 || ftruncate(fileno(out), before) != 0 || fseeko(out, before, SEEK_SET) != 0))
        status = err_set(err, E_IO, "cannot write what '%s' tells", r->path);
    s->points = g.points;
    s->incidents = g.n_incidents;
    run_free(g.run);
    journal_done(&g.journal);
    free(g.held), free(rows), free(project);
    str_done(&g.lines);
    str_done(&g.text);
    str_done(&g.incidents);
    return status;
}

void study_done(struct study *s)
{
    for (size_t i = 0; i < s->n_ids; i++) free(s->paths[i]);
    free(s->ids);
    free(s->paths);
    *s = (struct study){0};
}
