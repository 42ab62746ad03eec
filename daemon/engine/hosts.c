/* hosts - each question goes to every database; the answers are copied, joined and sorted here. */
#include "hosts.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "paths.h"

/* A list of fixed-size rows that grows inside the arena: twice the room each time, so at most half of it is lost. */
struct rows {
    struct hosts *h;
    char *at;
    size_t n, room, size, max;
    bool failed;
};

static void *rows_add(struct rows *r)
{
    if (r->n == r->max) return NULL;
    if (r->n == r->room) {
        size_t room = r->room ? 2 * r->room : 16;
        char *more = arena_alloc(&r->h->arena, room * r->size);
        if (!more) return r->failed = true, NULL;
        if (r->n) memcpy(more, r->at, r->n * r->size);
        r->at = more;
        r->room = room;
    }
    return r->at + r->n++ * r->size;
}

static enum status rows_status(const struct rows *r, struct err *err)
{
    return r->failed ? err_set(err, E_MEMORY, "the memory holds more than fits into %d MiB", HOSTS_ARENA_BYTES >> 20) : OK;
}

static const char *copy(struct rows *r, const char *text)
{
    if (!text) return NULL;
    char *p = arena_copy(&r->h->arena, text, strlen(text));
    if (!p) r->failed = true;
    return p ? p : "";
}

/* ---- databases ---------------------------------------------------------------------------------------------------------- */

static void open_one(struct hosts *h, const char *path)
{
    struct err err = {0};
    enum status s = store_open(path, false, &h->stores[h->n_stores], &err);
    if (s == OK) h->n_stores++;
    else if (s != E_ABSENT) snprintf(h->note, sizeof h->note, "left out: %s", err.text);
}

/* <root>/<hostname>/memory.db, a directory a host. */
static void open_hosts(struct hosts *h, const char *root)
{
    char path[PATH_MAX];
    DIR *d = opendir(root);
    for (struct dirent *e = d ? readdir(d) : NULL; e && h->n_stores < HOSTS_STORES_MAX; e = readdir(d)) {
        if (e->d_name[0] == '.') continue;
        int n = snprintf(path, sizeof path, "%s/%s/memory.db", root, e->d_name);
        if (n > 0 && (size_t)n < sizeof path && access(path, F_OK) == 0) open_one(h, path);
    }
    if (d) closedir(d);
}

static bool same_text(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

static bool add_outcome(void *arg, const struct outcome *o)
{
    struct rows *r = arg;
    struct outcome *all = (struct outcome *)(void *)r->at;
    for (size_t i = 0; i < r->n; i++)
        if (same_text(all[i].cause, o->cause) && same_text(all[i].fix, o->fix) && same_text(all[i].kind, o->kind) &&
            same_text(all[i].project, o->project) && same_text(all[i].framework, o->framework)) {
            all[i].worked += o->worked, all[i].failed += o->failed, all[i].worse += o->worse;
            all[i].times += o->times, all[i].times_worked += o->times_worked;
            return true;
        }
    struct outcome *row = rows_add(r);
    if (!row) return false;
    *row = *o;
    row->cause = copy(r, o->cause), row->fix = copy(r, o->fix), row->kind = copy(r, o->kind);
    row->project = copy(r, o->project), row->framework = copy(r, o->framework);
    return true;
}

static enum status load_outcomes(struct hosts *h, struct err *err)
{
    struct rows r = {.h = h, .size = sizeof(struct outcome), .max = SIZE_MAX};
    for (size_t i = 0; i < h->n_stores; i++) {
        enum status s = store_outcomes(h->stores[i], add_outcome, &r, err);
        if (s) return s;
    }
    h->outcomes = (struct outcome *)(void *)r.at;
    h->n_outcomes = r.n;
    return rows_status(&r, err);
}

enum status hosts_open(struct hosts *h, struct err *err)
{
    struct paths paths;
    *h = (struct hosts){0};
    arena_init(&h->arena, HOSTS_ARENA_BYTES);
    if (paths_find(&paths, NULL) == OK) { /* without a home there is no memory, and reading a directory needs none */
        open_hosts(h, paths.root);
        paths_done(&paths);
    }
    enum status s = load_outcomes(h, err);
    if (s) hosts_close(h);
    return s;
}

void hosts_close(struct hosts *h)
{
    if (!h) return;
    for (size_t i = 0; i < h->n_stores; i++) store_close(h->stores[i]);
    arena_done(&h->arena);
    *h = (struct hosts){0};
}

/* ---- runs --------------------------------------------------------------------------------------------------------------- */

static bool keep_run(void *arg, const struct run_row *row)
{
    struct rows *r = arg;
    struct run_row *kept = rows_add(r);
    if (!kept) return false;
    *kept = *row;
    kept->name = copy(r, row->name);
    kept->path = copy(r, row->path);
    kept->project = copy(r, row->project);
    kept->framework = copy(r, row->framework);
    kept->tags = copy(r, row->tags);
    return true;
}

enum status hosts_run(struct hosts *h, const char *which, struct hosts_run *ret, struct err *err)
{
    struct hosts_run best = {0};
    for (size_t i = 0; i < h->n_stores; i++) {
        struct rows r = {.h = h, .size = sizeof(struct run_row), .max = 1};
        enum status s = store_run(h->stores[i], which, keep_run, &r, err);
        if (s == E_ABSENT || (s == OK && !r.n)) continue;
        if (s || (s = rows_status(&r, err))) return s;
        const struct run_row *row = (const struct run_row *)(const void *)r.at;
        if (best.store && strcmp(best.row.id, row->id) != 0)
            return err_set(err, E_USAGE, "'%s' is more than one run: %s and %s; give the id", which, best.row.id, row->id);
        if (!best.store || row->last_data > best.row.last_data) best = (struct hosts_run){h->stores[i], *row};
    }
    if (!best.store) return err_set(err, E_ABSENT, "there is no run '%s' in the memory", which);
    *ret = best;
    return OK;
}

/* ---- incidents ---------------------------------------------------------------------------------------------------------- */

static bool keep_incident(void *arg, const struct incident_row *row)
{
    struct rows *r = arg;
    struct incident_row *kept = rows_add(r);
    if (!kept) return false;
    *kept = *row;
    struct incident *i = &kept->incident;
    i->run_name = copy(r, i->run_name), i->kind = copy(r, i->kind), i->series = copy(r, i->series);
    i->severity = copy(r, i->severity), i->state = copy(r, i->state), i->cause = copy(r, i->cause),
    i->message = copy(r, i->message);
    for (size_t c = 0; c < row->n_causes; c++) kept->causes[c].cause = copy(r, row->causes[c].cause);
    for (size_t f = 0; f < row->n_offered; f++) kept->offered[f].fix = copy(r, row->offered[f].fix);
    kept->text = copy(r, row->text);
    return true;
}

enum status hosts_incident(struct hosts *h, const char *prefix, const struct incident_row **ret, struct err *err)
{
    const struct incident_row *best = NULL;
    for (size_t i = 0; i < h->n_stores; i++) {
        struct rows r = {.h = h, .size = sizeof *best, .max = 1};
        enum status s = store_incident(h->stores[i], prefix, keep_incident, &r, err);
        if (s == E_ABSENT || (s == OK && !r.n)) continue;
        if (s || (s = rows_status(&r, err))) return s;
        const struct incident_row *row = (const struct incident_row *)(const void *)r.at;
        if (best && strcmp(best->incident.id, row->incident.id) != 0)
            return err_set(err, E_USAGE, "'%s' is more than one incident: %s and %s; give more of the id", prefix,
                           best->incident.id, row->incident.id);
        best = row;
    }
    if (!best) return err_set(err, E_ABSENT, "there is no incident '%s' in the memory", prefix);
    *ret = best;
    return OK;
}

static int newest_first(const void *a, const void *b)
{
    const struct incident_row *x = a, *y = b;
    if (x->incident.opened != y->incident.opened) return x->incident.opened < y->incident.opened ? 1 : -1;
    return strcmp(x->incident.id, y->incident.id);
}

/* A memory that was copied to another host tells the same incidents again. */
static size_t drop_copies(struct incident_row *rows, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!kept || strcmp(rows[kept - 1].incident.id, rows[i].incident.id) != 0) rows[kept++] = rows[i];
    return kept;
}

enum status hosts_incidents(struct hosts *h, const char *run_id, const struct incident_row **ret, size_t *n, struct err *err)
{
    struct rows r = {.h = h, .size = sizeof **ret, .max = HOSTS_INCIDENTS_MAX};
    for (size_t i = 0; i < h->n_stores; i++) {
        enum status s = store_incidents(h->stores[i], run_id, keep_incident, &r, err);
        if (s && s != E_ABSENT) return s;
    }
    if (r.n) qsort(r.at, r.n, r.size, newest_first);
    *ret = (const struct incident_row *)(const void *)r.at;
    *n = drop_copies((struct incident_row *)(void *)r.at, r.n);
    return rows_status(&r, err);
}

/* ---- outcomes ----------------------------------------------------------------------------------------------------------- */

struct lines {
    struct rows rows;
    const char *incident;
};

static bool keep_line(void *arg, const struct outcome_row *o)
{
    struct lines *l = arg;
    struct rows *r = &l->rows;
    struct outcome_line *kept = rows_add(r);
    if (kept)
        *kept = (struct outcome_line){l->incident, copy(r, o->fix),    copy(r, o->worked), copy(r, o->note),
                                      o->when,     copy(r, o->teller), copy(r, o->run),    o->weight};
    return kept != NULL;
}

static int oldest_first(const void *a, const void *b)
{
    const struct outcome_line *x = a, *y = b;
    return (x->when > y->when) - (x->when < y->when);
}

enum status hosts_outcomes(struct hosts *h, const char *incident, const struct outcome_line **ret, size_t *n, struct err *err)
{
    struct lines l = {.rows = {.h = h, .size = sizeof **ret, .max = HOSTS_INCIDENTS_MAX}};
    l.incident = copy(&l.rows, incident);
    for (size_t i = 0; i < h->n_stores; i++) {
        enum status s = store_outcome_rows(h->stores[i], incident, keep_line, &l, err);
        if (s && s != E_ABSENT) return s;
    }
    if (l.rows.n) qsort(l.rows.at, l.rows.n, l.rows.size, oldest_first);
    *ret = (const struct outcome_line *)(const void *)l.rows.at;
    *n = l.rows.n;
    return rows_status(&l.rows, err);
}

static bool keep_trial(void *arg, const struct trial_row *t)
{
    struct rows *r = arg;
    struct trial_line *kept = rows_add(r);
    if (kept)
        *kept = (struct trial_line){copy(r, t->incident), copy(r, t->fix),   copy(r, t->changes),
                                    copy(r, t->of.kind),  copy(r, t->state), copy(r, t->note)};
    return kept != NULL;
}

enum status hosts_trials(struct hosts *h, const char *run_id, const struct trial_line **ret, size_t *n, struct err *err)
{
    struct rows r = {.h = h, .size = sizeof **ret, .max = HOSTS_INCIDENTS_MAX};
    for (size_t i = 0; i < h->n_stores; i++) {
        enum status s = store_trials(h->stores[i], run_id, keep_trial, &r, err);
        if (s) return s;
    }
    *ret = (const struct trial_line *)(const void *)r.at;
    *n = r.n;
    return rows_status(&r, err);
}

/* ---- likeness ----------------------------------------------------------------------------------------------------------- */

struct alike {
    const struct incident_row *row;
    int rank;
};
enum { ALIKE_CAUSE = 4, ALIKE_KIND = 2, ALIKE_SOLVED = 1, ALIKE_LOOKED_AT = 200 };

static int most_alike(const void *a, const void *b)
{
    const struct alike *x = a, *y = b;
    return x->rank != y->rank ? y->rank - x->rank : newest_first(x->row, y->row);
}

static int likeness(const struct incident *i, const char *kind, const char *cause, const char *run_id)
{
    if (run_id && *run_id && strcmp(i->run_id, run_id) == 0) return 0;
    return (cause && same_text(i->cause, cause) ? ALIKE_CAUSE : 0) + (kind && same_text(i->kind, kind) ? ALIKE_KIND : 0);
}

static bool is_solved(struct hosts *h, const char *incident)
{
    const struct outcome_line *lines;
    size_t n = 0;
    if (hosts_outcomes(h, incident, &lines, &n, NULL)) return false;
    for (size_t i = 0; i < n; i++)
        if (strcmp(lines[i].worked, "yes") == 0) return true;
    return false;
}

enum status hosts_similar(struct hosts *h, const char *kind, const char *cause, const char *run_id, size_t max,
                          const struct incident_row **ret, size_t *n, struct err *err)
{
    const struct incident_row *all;
    struct rows r = {.h = h, .size = sizeof(struct alike), .max = ALIKE_LOOKED_AT};
    size_t n_all = 0;
    enum status s = hosts_incidents(h, NULL, &all, &n_all, err);
    if (s) return s;
    for (size_t i = 0; i < n_all; i++) {
        int rank = likeness(&all[i].incident, kind, cause, run_id);
        struct alike *one = rank ? rows_add(&r) : NULL;
        if (one) *one = (struct alike){&all[i], rank + (is_solved(h, all[i].incident.id) ? ALIKE_SOLVED : 0)};
    }
    struct alike *best = (struct alike *)(void *)r.at;
    if (r.n) qsort(best, r.n, sizeof *best, most_alike);
    *n = r.n < max ? r.n : max;
    for (size_t i = 0; i < *n; i++) ret[i] = best[i].row;
    return rows_status(&r, err);
}

/* ---- search ------------------------------------------------------------------------------------------------------------- */

static bool keep_hit(void *arg, const struct search_hit *hit)
{
    struct rows *r = arg;
    const struct search_hit *all = (const struct search_hit *)(const void *)r->at;
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(all[i].incident.id, hit->incident.id) == 0) return true;
    struct search_hit *kept = rows_add(r);
    if (!kept) return false;
    *kept = *hit;
    struct incident *i = &kept->incident;
    i->run_name = copy(r, i->run_name), i->kind = copy(r, i->kind), i->series = copy(r, i->series);
    i->severity = copy(r, i->severity), i->state = copy(r, i->state), i->cause = copy(r, i->cause),
    i->message = copy(r, i->message);
    kept->title = copy(r, hit->title), kept->fix = copy(r, hit->fix), kept->worked = copy(r, hit->worked);
    for (size_t w = 0; w < hit->n_why; w++) kept->why[w] = copy(r, hit->why[w]);
    return true;
}

static int best_first(const void *a, const void *b)
{
    const struct search_hit *x = a, *y = b;
    if (x->score != y->score) return x->score < y->score ? 1 : -1;
    return strcmp(x->incident.id, y->incident.id);
}

enum status hosts_search(struct hosts *h, const struct search_query *q, bool *refused, const struct search_hit **ret, size_t *n,
                         struct err *err)
{
    struct rows r = {.h = h, .size = sizeof **ret, .max = HOSTS_INCIDENTS_MAX};
    *refused = true;
    for (size_t i = 0; i < h->n_stores; i++) {
        bool unknown = false;
        enum status s = store_search(h->stores[i], q, &unknown, keep_hit, &r, err);
        if (s == E_ABSENT && q->like_run) continue; /* a run of another host: this database cannot tell what is like it */
        if (s) return s;
        if (!unknown) *refused = false;
    }
    if (r.n) qsort(r.at, r.n, r.size, best_first);
    *ret = (const struct search_hit *)(const void *)r.at;
    *n = r.n < q->limit ? r.n : q->limit;
    return rows_status(&r, err);
}
