/* lengths - only a part of the run is there yet, or it goes on as it ended. */
#include "parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Only this share of the run is there yet. */
static bool cut(struct tape *t, double by)
{
    struct span_of_steps reach[AXIS_RECORD + 1];
    size_t left = 0;
    uint64_t *last = calloc(UINT16_MAX + 1, sizeof *last);
    reach_of(t, reach);
    for (size_t i = 0; i < t->n; i++) {
        struct told *e = &t->all[i];
        if (e->what != TOLD_POINT) continue;
        const struct span_of_steps *r = &reach[t->series[e->series].axis];
        if (r->first <= r->last && (double)(e->step - r->first) > by * (double)(r->last - r->first)) e->what = TOLD_NOTHING;
        else if (e->line > last[e->source]) last[e->source] = e->line;
        left += is_of(t, e, WANTS(ROLE_LOSS_TRAIN) | GAMES | SCORES);
    }
    for (size_t i = 0; i < t->n; i++)
        if (t->all[i].what == TOLD_EVENT && t->all[i].line > last[t->all[i].source]) t->all[i].what = TOLD_NOTHING;
    free(last);
    return left >= RECORDS_MIN;
}

/* A line through the last points of a series: where it ends, and what it gains a step. */
struct ending {
    double at, slope;
};

static struct ending ending_of(struct told **p, size_t n)
{
    double mx = 0, my = 0, sxy = 0, sxx = 0;
    for (size_t i = 0; i < n; i++) mx += (double)p[i]->step / (double)n, my += p[i]->value / (double)n;
    for (size_t i = 0; i < n; i++) {
        double dx = (double)p[i]->step - mx;
        sxy += dx * (p[i]->value - my), sxx += dx * dx;
    }
    double slope = sxx > 0 ? sxy / sxx : 0;
    return (struct ending){my + slope * ((double)p[n - 1]->step - mx), slope};
}

/* Its rate is held where it was; a rate that has gone to nothing would be a fault if training went on. */
static bool rate_is_left(const struct tape *t)
{
    double most = 0, last = NAN;
    for (size_t i = 0; i < t->n; i++)
        if (is_of(t, &t->all[i], WANTS(ROLE_LEARNING_RATE))) last = t->all[i].value, most = fmax(most, last);
    return isnan(last) || last > 0.1 * most;
}

static struct told gone_on(const struct tape *t, struct told e, const struct ending *end, const struct told *last, double span)
{
    double line = end->at + end->slope * (double)(e.step - last->step);
    if (is_of(t, &e, COUNTS)) e.value += end->slope * span;
    else if (is_of(t, &e, MEASURED | MACHINE)) e.value = end->at + e.value - line;
    else e.value = last->value;
    return e;
}

/* Its last part, `by` of it, comes once more: the level that it reached, and the noise around it. */
static bool goes_on(struct tape *t, double by)
{
    struct span_of_steps reach[AXIS_RECORD + 1];
    struct ending *end = calloc(t->n_series + 1, sizeof *end);
    struct told **last = calloc(t->n_series + 1, sizeof *last);
    size_t n = t->n, more = 0;
    uint64_t lines = 0;
    reach_of(t, reach);
    for (uint32_t s = 0; s < t->n_series; s++) {
        struct told **p = points_of(t, s, &n);
        size_t from = 0;
        const struct span_of_steps *r = &reach[t->series[s].axis];
        while (from < n && (double)p[from]->step < (double)r->last - by * (double)(r->last - r->first)) from++;
        if (n > from) end[s] = ending_of(p + from, n - from), last[s] = p[n - 1];
        free(p);
    }
    struct told *all = malloc(2 * t->n * sizeof *all + 1);
    memcpy(all, t->all, t->n * sizeof *all);
    for (size_t i = 0; i < t->n; i++)
        if (t->all[i].line > lines) lines = t->all[i].line;
    for (size_t i = 0; i < t->n; i++) {
        const struct told *e = &t->all[i];
        if (e->what != TOLD_POINT || !last[e->series]) continue;
        const struct span_of_steps *r = &reach[t->series[e->series].axis];
        double span = by * (double)(r->last - r->first);
        if (r->first > r->last || (double)e->step <= (double)r->last - span) continue;
        struct told on = gone_on(t, *e, &end[e->series], last[e->series], span);
        on.step += (int64_t)span, on.line += lines;
        if (isfinite(on.time) && isfinite(last[e->series]->time)) on.time = NAN;
        all[t->n + more++] = on;
    }
    free(end), free(last), free(t->all);
    t->all = all, t->n += more, t->room = 2 * t->n;
    forget_lengths(t);
    return more >= TAIL_MIN && rate_is_left(t);
}

const struct way ways_lengths[] = {
    {"60 % of it", cut, 0.6},
    {"80 % of it", cut, 0.8},
    {"goes on as it ended", goes_on, 0.25},
    {NULL, NULL, 0},
};
