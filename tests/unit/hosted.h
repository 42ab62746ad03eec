/* hosted - analyzers in the care of a host that does as the engine does: a state for what each wants to hear, what was told in its newest
 * phase, and what was taken back forgotten at the end. One analyzer, or all of the list beside each other; a made run in any order. */
#ifndef MLWATCH_TEST_HOSTED_H
#define MLWATCH_TEST_HOSTED_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../analyzers/stats/taken_back.h"
#include "knobs.h"
#include "made_runs.h"
#include "pasts.h"

struct told {
    struct finding f;
    int watcher;
};
struct host {
    const struct analyzer *a;
    void *state[SERIES];
    const char *metric[SERIES];
    int n_states, emitting;
    int of[SERIES]; /* a series' state; -1 when it is not wanted */
    struct told told[TOLD];
    size_t n_told;
};

static void emit(void *arg, const struct finding *f)
{
    struct host *h = arg;
    bool known = false;
    for (const char *const *kind = h->a->kinds; *kind; kind++) known |= strcmp(*kind, f->kind) == 0;
    if (!known) print_error("%s emits '%s', which is none of its kinds\n", h->a->name, f->kind);
    assert_true(known);
    assert_true(f->confidence >= 0 && f->confidence <= 1);
    assert_true(f->severity >= SEVERITY_INFO && f->severity <= SEVERITY_CRITICAL);
    assert_true(f->n_evidence <= EVIDENCE_MAX);
    if (f->dropped) print_error("'%s' has more evidence than there is room for\n", f->kind);
    assert_int_equal(f->dropped, 0);
    for (size_t i = 0; i < h->n_told; i++) {
        struct told *t = &h->told[i];
        if (t->watcher != h->emitting || t->f.episode != f->episode || strcmp(t->f.kind, f->kind) != 0) continue;
        t->f = *f;
        return;
    }
    if (h->n_told < TOLD) h->told[h->n_told++] = (struct told){*f, h->emitting};
}

static bool last(void *arg, const char *kind, uint32_t episode, struct finding *ret)
{
    const struct host *h = arg;
    for (size_t i = 0; i < h->n_told; i++) {
        const struct told *t = &h->told[i];
        if (t->watcher != h->emitting || t->f.episode != episode || strcmp(t->f.kind, kind) != 0) continue;
        *ret = t->f;
        return true;
    }
    return false;
}

static void *state_new(const struct analyzer *a)
{
    char *state = calloc(1, a->state_size);
    assert_non_null(state);
    knobs_initial(state, a);
    if (a->init) a->init(state);
    return state;
}

static struct pasts pasts; /* too large to be cleared each time */

static void host_open(struct host *h, const struct analyzer *a, const struct data *d)
{
    pasts.n = 0;
    memset(h, 0, offsetof(struct host, told));
    h->n_told = 0;
    h->a = a;
    for (size_t i = 0; i < d->n_series; i++) {
        h->of[i] = -1;
        if (!(a->wants & WANTS((unsigned)d->s[i].role))) continue;
        for (int j = 0; a->scope != PER_SERIES && j < h->n_states; j++)
            if (a->scope == PER_RUN || strcmp(h->metric[j], d->s[i].metric) == 0) h->of[i] = j;
        if (h->of[i] >= 0) continue;
        h->metric[h->n_states] = d->s[i].metric;
        h->state[h->n_states] = state_new(a);
        h->of[i] = h->n_states++;
    }
}

static void hear(struct host *h, const struct point *p, size_t series)
{
    struct findings out = {.arg = h, .emit = emit, .last = last};
    if (h->of[series] < 0) return;
    h->emitting = h->of[series];
    h->a->observe(h->state[h->emitting], p, &out);
}

static void give(struct host *h, struct point *p, size_t series)
{
    pasts_add(&pasts, p);
    hear(h, p, series);
}

/* As the engine does at the end. */
static void host_forget(struct host *h)
{
    size_t kept = 0;
    for (size_t i = 0; i < h->n_told; i++)
        if (!taken_back(&h->told[i].f)) h->told[kept++] = h->told[i];
    h->n_told = kept;
}

static void host_finish(struct host *h)
{
    struct findings out = {.arg = h, .emit = emit, .last = last};
    for (h->emitting = 0; h->a->finish && h->emitting < h->n_states; h->emitting++) h->a->finish(h->state[h->emitting], &out);
    host_forget(h);
}

static void host_close(struct host *h)
{
    for (int i = 0; i < h->n_states; i++) free(h->state[i]);
}

/* Every state goes on in other memory, and the old memory is spoiled. */
static void host_move(struct host *h)
{
    for (int i = 0; i < h->n_states; i++) {
        void *copy = malloc(h->a->state_size);
        assert_non_null(copy);
        memcpy(copy, h->state[i], h->a->state_size);
        memset(h->state[i], 0xa5, h->a->state_size);
        free(h->state[i]);
        h->state[i] = copy;
    }
}

static int by_text(const void *a, const void *b) { return strcmp(a, b); }

/* "critical loss_divergence train/loss; ...", sorted. */
static void words(const struct host *h, char *out, size_t n)
{
    char line[TOLD][128];
    size_t used = 0;
    out[0] = 0;
    if (!h->n_told) return;
    for (size_t i = 0; i < h->n_told; i++)
        snprintf(line[i], sizeof line[i], "%s %s %s%s", severity_name(h->told[i].f.severity), h->told[i].f.kind,
                 h->told[i].f.series ? h->told[i].f.series->name : "-", h->told[i].f.phase == PHASE_CLOSED ? " (over)" : "");
    qsort(line, h->n_told, sizeof *line, by_text);
    for (size_t i = 0; i < h->n_told && used < n; i++) used += (size_t)snprintf(out + used, n - used, "%s; ", line[i]);
}

enum order { BY_STEP, BY_CHANCE, ONE_BY_ONE, LAST_FIRST };

/* The series whose next point comes next. */
static size_t next_series(const struct data *d, const size_t at[SERIES], enum order order)
{
    size_t best = d->n_series;
    if (order == BY_CHANCE) do
            best = below(d->n_series);
        while (at[best] >= d->n[best]);
    for (size_t i = 0; i < d->n_series && order != BY_CHANCE; i++) {
        if (at[i] >= d->n[i]) continue;
        bool earlier = best == d->n_series || (order == BY_STEP && d->step[i][at[i]] < d->step[best][at[best]]);
        if (earlier || order == LAST_FIRST) best = i;
    }
    return best;
}

/* The next point of a run. */
static struct point next_point(const struct data *d, size_t at[SERIES], enum order order, size_t seq, size_t *series)
{
    size_t i = *series = next_series(d, at, order);
    struct point p = {.series = &d->s[i],
                      .seq = seq,
                      .step = d->step[i][at[i]],
                      .time = NAN,
                      .value = d->value[i][at[i]],
                      .line = (uint64_t)d->step[i][at[i]] + 1,
                      .source = d->s[i].source};
    at[i]++;
    return p;
}

/* play - the whole run through one analyzer, by step; what was told at the end goes to out. */
static void play(struct host *h, const struct analyzer *a, const struct data *d, char *out, size_t n)
{
    size_t at[SERIES] = {0}, series;
    host_open(h, a, d);
    for (size_t k = 0; k < d->n_points; k++) {
        struct point p = next_point(d, at, BY_STEP, k + 1, &series);
        give(h, &p, series);
    }
    host_finish(h);
    words(h, out, n);
}

/* All analyzers of the list beside each other, as in the engine: they share what is made once a point. */
enum { CROWD = 96, TEXT = 4096 };
static struct host crowd[CROWD];
static size_t n_crowd;
typedef char told_text[TEXT];

static void crowd_open(const struct data *d)
{
    for (n_crowd = 0; analyzers[n_crowd]; n_crowd++) {
        assert_true(n_crowd < CROWD);
        host_open(&crowd[n_crowd], analyzers[n_crowd], d);
    }
}

static void crowd_give(struct point *p, size_t series)
{
    pasts_add(&pasts, p);
    for (size_t i = 0; i < n_crowd; i++) hear(&crowd[i], p, series);
}

static void crowd_close(void)
{
    for (size_t i = 0; i < n_crowd; i++) host_close(&crowd[i]);
}

/* play_all - the same through each of the list; told has a text for each.
 *   move_at   number of points after which the states change place; 0 for never */
static void play_all(const struct data *d, enum order order, size_t move_at, told_text *told)
{
    size_t at[SERIES] = {0}, series;
    crowd_open(d);
    for (size_t k = 0; k < d->n_points; k++) {
        struct point p = next_point(d, at, order, k + 1, &series);
        crowd_give(&p, series);
        for (size_t i = 0; move_at && k + 1 == move_at && i < n_crowd; i++) host_move(&crowd[i]);
    }
    for (size_t i = 0; i < n_crowd; i++) host_finish(&crowd[i]), words(&crowd[i], told[i], sizeof told[i]);
    crowd_close();
}

#endif
