/* run_agree - do two sources of one metric tell the same?
 *
 * A disagreement is a matter of meaning more often than of error: one file holds each batch, the other the mean of an epoch. So it is
 * said only where most values of either lie outside of everything that the other held around the same step; or where one is NaN at a step
 * at which the other holds a number, as when one rank of several fails. */
#include <math.h>
#include <stdlib.h>

#include "parts.h"

enum { COMPARED_MIN = 5 };

static const double ROUNDING = 0.01, WINDOW_SHARE = 0.1, PERCENT = 100;

/* Everything a series held around these steps. */
struct reach run_reach(const struct curve *c, int64_t from, int64_t to)
{
    struct reach w = {INFINITY, -INFINITY};
    for (uint32_t i = 0; i < c->used; i++) {
        const struct bucket *b = &c->buckets[i];
        if (b->last_step < from || b->first_step > to || isnan(b->mean)) continue;
        w.low = fmin(w.low, b->min), w.high = fmax(w.high, b->max);
    }
    return w;
}

static double outside(const struct reach *w, double value, double coarse)
{
    double margin = coarse + ROUNDING * fabs(value);
    return value > w->high + margin ? value - w->high : value < w->low - margin ? w->low - value : 0;
}

/* How many of a's buckets lie outside of what b held around them, b's values taken times `scale`?
 *   at  the first of them, or NULL */
static size_t apart(const struct run_series *a, const struct run_series *b, double scale, double coarse, size_t *compared,
                    const struct bucket **at)
{
    size_t n = 0;
    int64_t margin = (int64_t)(WINDOW_SHARE * (double)(b->last_step - b->first_step));
    *compared = 0;
    for (uint32_t i = 0; i < a->curve.used; i++) {
        const struct bucket *x = &a->curve.buckets[i];
        if (x->first_step < b->first_step || x->last_step > b->last_step || isnan(x->mean)) continue;
        struct reach w = run_reach(&b->curve, x->first_step - margin, x->last_step + margin);
        if (!(w.low <= w.high)) continue;
        ++*compared;
        w.low *= scale, w.high *= scale;
        if (outside(&w, x->mean, coarse * scale) && n++ == 0 && at) *at = x;
    }
    return n;
}

static bool compare(const struct run *r, const struct run_series *best, const struct run_series *other, struct difference *ret)
{
    static const double scales[] = {1, PERCENT, 1 / PERCENT};
    const struct bucket *at = NULL;
    double coarse = fmax(run_coarseness(r, best->s.source), run_coarseness(r, other->s.source));
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) { /* a share and a percentage are the same */
        size_t seen, seen_too, n = apart(other, best, scales[i], coarse, &seen, i ? NULL : &at);
        size_t m = apart(best, other, 1 / scales[i], coarse, &seen_too, NULL);
        if (seen < COMPARED_MIN || seen_too < COMPARED_MIN || 2 * n <= seen || 2 * m <= seen_too) return false;
    }
    struct reach w = run_reach(&best->curve, at->first_step, at->last_step);
    *ret = (struct difference){at->first_step, at->mean, w.low <= w.high ? 0.5 * (w.low + w.high) : NAN};
    return true;
}

bool run_disagrees(const struct run *r, const struct run_series *best, const struct run_series *other, struct difference *ret)
{
    struct run_series *s = r->series[other->s.id];
    uint64_t points = best->points + other->points;
    if (run_apart_in_time(r, best, other)) return false;
    if (!s->compared) s->compared = calloc(1, sizeof *s->compared);
    struct compared *c = s->compared;
    if (!c) return false;
    if (!c->points || c->with != best->s.id || points > c->points + c->points / 8 || (r->finished && points != c->points)) {
        c->points = points;
        c->with = best->s.id;
        c->differ = compare(r, best, other, &c->first);
    }
    *ret = c->first;
    return c->differ;
}

/* ---- NaN in one of them ----------------------------------------------------------------------------------------------------------- */

static bool is_number_at(const struct run_series *s, int64_t step)
{
    for (uint32_t i = 0; i < s->curve.used; i++) {
        const struct bucket *b = &s->curve.buckets[i];
        if (b->first_step <= step && step <= b->last_step) return !b->nonfinite;
    }
    return false;
}

enum run_loss run_lost(const struct run *r, const struct run_series *best, const struct run_series *other, int64_t *step)
{
    if (best->s.axis != other->s.axis || run_apart_in_time(r, best, other)) return RUN_LOST_NOWHERE;
    if (other->nonfinite && is_number_at(best, other->nonfinite_step)) return *step = other->nonfinite_step, RUN_LOST_HERE;
    if (best->nonfinite && is_number_at(other, best->nonfinite_step)) return *step = best->nonfinite_step, RUN_LOST_THERE;
    return RUN_LOST_NOWHERE;
}
