#include "cluster.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 256 << 20 };

struct member {
    const struct incident_row *row;
    float *vector; /* or NULL */
    size_t group;
    double nearness;
};
struct group {
    float *sum;
    const char *kind, *cause;
    size_t n;
};
struct making {
    struct arena *arena;
    struct member *members;
    size_t n, dims, with_vector;
    struct group *groups;
    size_t n_groups;
    double nearness;
    bool failed;
};

/* ---- vectors ----------------------------------------------------------------------------------------------------------------- */

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct member *)a)->row->incident.id, ((const struct member *)b)->row->incident.id);
}

static bool keep_vector(void *arg, const char *incident, const char *run, const float *v)
{
    struct making *m = arg;
    struct incident_row row = {.incident = {.id = ""}};
    struct member key = {.row = &row};
    (void)run;
    snprintf(row.incident.id, sizeof row.incident.id, "%s", incident);
    struct member *found = bsearch(&key, m->members, m->n, sizeof *m->members, by_id);
    if (!found || found->vector) return true;
    found->vector = arena_alloc(m->arena, m->dims * sizeof *v);
    if (!found->vector) return !(m->failed = true);
    memcpy(found->vector, v, m->dims * sizeof *v);
    m->with_vector++;
    return true;
}

static double dot(const float *a, const float *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)a[i] * (double)b[i];
    return sum;
}

static double cosine(const struct making *m, const struct group *g, const float *v)
{
    double length = sqrt(dot(g->sum, g->sum, m->dims));
    return length > 0 ? dot(g->sum, v, m->dims) / length : 0;
}

/* ---- groups ------------------------------------------------------------------------------------------------------------------ */

static bool same_text(const char *a, const char *b) { return a && b ? strcmp(a, b) == 0 : a == b; }

static double likeness(const struct making *m, const struct group *g, const struct member *one)
{
    if (!same_text(g->kind, one->row->incident.kind)) return -2;
    if (one->vector && g->sum) return cosine(m, g, one->vector);
    return !one->vector && !g->sum && same_text(g->cause, one->row->incident.cause) ? 1 : -2;
}

static void join(struct making *m, struct member *one)
{
    size_t best = m->n_groups;
    double most = m->nearness;
    for (size_t i = 0; i < m->n_groups; i++) {
        double like = likeness(m, &m->groups[i], one);
        if (like >= most) best = i, most = like;
    }
    struct group *g = &m->groups[best];
    if (best == m->n_groups) {
        m->n_groups++;
        *g = (struct group){.kind = one->row->incident.kind, .cause = one->row->incident.cause};
        if (one->vector && !(g->sum = arena_alloc(m->arena, m->dims * sizeof *g->sum))) m->failed = true;
    }
    for (size_t i = 0; g->sum && i < m->dims; i++) g->sum[i] += one->vector[i];
    g->n++;
    one->group = best;
}

static int oldest_first(const void *a, const void *b)
{
    const struct incident *x = &((const struct member *)a)->row->incident, *y = &((const struct member *)b)->row->incident;
    if (x->opened != y->opened) return isnan(y->opened) || x->opened < y->opened ? -1 : 1;
    return strcmp(x->id, y->id);
}

static int by_group(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    if (x->group != y->group) return x->group < y->group ? -1 : 1;
    if (x->nearness != y->nearness) return x->nearness > y->nearness ? -1 : 1;
    return strcmp(x->row->incident.id, y->row->incident.id);
}

/* ---- what a group has in common ----------------------------------------------------------------------------------------------- */

/* How many of the others say the same as the i-th, for finding the commonest. */
static size_t alike(const struct incident_row *const *all, size_t n, size_t i, const char *(*of)(const struct incident_row *r))
{
    size_t same = 0;
    for (size_t k = 0; k < n; k++) same += same_text(of(all[k]), of(all[i]));
    return same;
}

static const char *cause_of(const struct incident_row *r) { return r->incident.cause; }
static const char *run_of(const struct incident_row *r) { return r->incident.run_id; }

static void sum_up(struct cluster *c)
{
    size_t most = 0;
    for (size_t i = 0; i < c->n && i < 1000; i++) {
        size_t n = c->all[i]->incident.cause ? alike(c->all, c->n, i, cause_of) : 0;
        if (n > most) most = n, c->cause = c->all[i]->incident.cause;
    }
    for (size_t i = 0; i < c->n; i++) {
        bool seen = false;
        for (size_t k = 0; k < i && !seen; k++) seen = same_text(run_of(c->all[i]), run_of(c->all[k]));
        c->runs += !seen;
    }
}

/* The fix that helped in most of its incidents. */
static enum status add_fix(struct hosts *h, struct cluster *c, struct err *err)
{
    struct {
        const char *fix;
        size_t n;
    } fixes[32];
    size_t known = 0;
    enum status status = OK;
    for (size_t i = 0; i < c->n && !status; i++) {
        const struct outcome_line *lines = NULL;
        size_t n = 0, k;
        status = hosts_outcomes(h, c->all[i]->incident.id, &lines, &n, err);
        for (size_t l = 0; l < n && !status; l++) {
            if (strcmp(lines[l].worked, "yes") != 0) continue;
            for (k = 0; k < known && strcmp(fixes[k].fix, lines[l].fix) != 0; k++) continue;
            if (k == known && known < 32) fixes[known].fix = lines[l].fix, fixes[known++].n = 0;
            if (k < known && ++fixes[k].n > c->helped) c->helped = fixes[k].n, c->fix = fixes[k].fix;
        }
    }
    return status;
}

static int largest_first(const void *a, const void *b)
{
    const struct cluster *x = a, *y = b;
    if (x->n != y->n) return x->n > y->n ? -1 : 1;
    return strcmp(x->all[0]->incident.id, y->all[0]->incident.id);
}

static enum status collect(struct hosts *h, struct making *m, struct clusters *ret, struct err *err)
{
    const struct incident_row **rows = arena_alloc(m->arena, (m->n + 1) * sizeof *rows);
    ret->all = arena_alloc(m->arena, (m->n_groups + 1) * sizeof *ret->all);
    if (!rows || !ret->all) return err_set(err, E_MEMORY, "no memory for groups of incidents");
    for (size_t i = 0; i < m->n; i++) {
        struct member *one = &m->members[i];
        one->nearness = one->vector ? cosine(m, &m->groups[one->group], one->vector) : 0;
    }
    if (m->n) qsort(m->members, m->n, sizeof *m->members, by_group);
    for (size_t i = 0; i < m->n; i++) {
        rows[i] = m->members[i].row;
        if (i == 0 || m->members[i].group != m->members[i - 1].group)
            ret->all[ret->n++] = (struct cluster){.kind = rows[i]->incident.kind, .all = &rows[i]};
        ret->all[ret->n - 1].n++;
    }
    enum status status = OK;
    for (size_t i = 0; i < ret->n && !status; i++) {
        sum_up(&ret->all[i]);
        status = add_fix(h, &ret->all[i], err);
    }
    if (ret->n) qsort(ret->all, ret->n, sizeof *ret->all, largest_first);
    return status;
}

enum status clusters_make(struct hosts *h, const char *model, size_t dims, double nearness, struct clusters *ret, struct err *err)
{
    const struct incident_row *rows = NULL;
    *ret = (struct clusters){0};
    arena_init(&ret->arena, ARENA_BYTES);
    struct making m = {.arena = &ret->arena, .dims = dims, .nearness = nearness};
    enum status status = hosts_incidents(h, NULL, &rows, &m.n, err);
    if (status) return status;
    m.members = arena_alloc(m.arena, (m.n + 1) * sizeof *m.members);
    m.groups = arena_alloc(m.arena, (m.n + 1) * sizeof *m.groups);
    if (!m.members || !m.groups) return err_set(err, E_MEMORY, "no memory for groups of incidents");
    for (size_t i = 0; i < m.n; i++) m.members[i] = (struct member){.row = &rows[i]};
    if (m.n) qsort(m.members, m.n, sizeof *m.members, by_id);
    for (size_t i = 0; i < h->n_stores && !status && m.n; i++)
        status = store_vectors(h->stores[i], NULL, model, dims, keep_vector, &m, err);
    if (m.n) qsort(m.members, m.n, sizeof *m.members, oldest_first);
    for (size_t i = 0; i < m.n && !status && !m.failed; i++) join(&m, &m.members[i]);
    if (!status && m.failed) status = err_set(err, E_MEMORY, "no memory for groups of incidents");
    ret->by_meaning = m.with_vector > 0;
    ret->incidents = m.n;
    return status ? status : collect(h, &m, ret, err);
}

void clusters_done(struct clusters *c)
{
    if (!c) return;
    arena_done(&c->arena);
    *c = (struct clusters){0};
}
