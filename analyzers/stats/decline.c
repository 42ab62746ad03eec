#include "decline.h"

#include <string.h>

#include "robust.h"

enum { LEVEL = 3 };
#define LEAST_BOUNDED 0.1 /* a share must have moved by a tenth to count as a gain */
#define LEARNED_SD                                                                                                               \
    5.0 /* a return must have risen so far above its noise before it has something to lose: the best of 64 levels is 2.5 sd up by chance */
#define NEAR_TOP  0.8    /* a dip counts from where the score had all but arrived */
#define LEAST_LOG 0.6931 /* a positive score that is better when lower must double to count as lost */

void decline_add(struct decline *d, const struct point *p)
{
    d->curve.buckets = d->buckets;
    if (!d->curve.capacity || p->segment != d->segment) {
        curve_init(&d->curve, d->buckets, DECLINE_BUCKETS);
        d->sum_squares = 0;
        d->segment = p->segment;
    }
    d->better = p->series->better;
    d->bounded = p->series->bounded;
    if (d->curve.points) d->sum_squares += (p->value - d->last) * (p->value - d->last);
    d->last = p->value;
    if (d->bounded && d->quantum.n < QUANTUM_VALUES && p->value >= 0)
        quantum_add(&d->quantum, p->value > 1.5 ? p->value / 100 : p->value);
    curve_add(&d->curve, p->step, p->value, p->line);
}

/* Higher is better on this scale, whatever the metric. */
static double worth(const struct decline *d, double x)
{
    if (d->better == BETTER_HIGHER) return x;
    return -log(fmax(x, SCALE_FLOOR));
}

/* What each bucket is worth, and the levels: the median of each and its neighbours. */
static size_t levels_of(const struct decline *d, double *y, double *level)
{
    size_t n = d->curve.used;
    for (size_t i = 0; i < n; i++) y[i] = worth(d, d->buckets[i].mean);
    for (size_t i = 0; i < n; i++) {
        size_t from = i ? i - 1 : 0, to = i + 2 < n ? i + 2 : n;
        if (to - from == LEVEL) {
            double a = y[from], b = y[from + 1], c = y[from + 2], low = a < b ? a : b, high = a < b ? b : a;
            level[i] = c < low ? low : c > high ? high : c;
            continue;
        }
        if (to - from < LEVEL && n >= LEVEL) from = i ? n - LEVEL : 0, to = from + LEVEL;
        level[i] = robust_median(y + from, to - from);
    }
    return n;
}

double decline_level(const struct decline *d)
{
    double y[LEVEL];
    size_t n = d->curve.used < LEVEL ? d->curve.used : LEVEL;
    for (size_t i = 0; i < n; i++) y[i] = d->buckets[d->curve.used - 1 - i].mean;
    return robust_median(y, n);
}

double decline_single_sd(const struct decline *d)
{
    return d->curve.points > 1 ? sqrt(d->sum_squares / (double)(d->curve.points - 1) / 2) : 0;
}

static double least_gain(const struct decline *d)
{
    if (d->better != BETTER_HIGHER) return LEAST_LOG;
    if (d->bounded) return fabs(d->buckets[0].max) > 1.5 ? 100 * LEAST_BOUNDED : LEAST_BOUNDED;
    return 2 * decline_single_sd(d);
}

/* Standard deviation of a level for being counted on few examples. Evaluations share their examples, so that 1.96 of the difference of two
 * independent ones are 5 of this. */
static double binomial(const struct decline *d, double top, double now)
{
    double n = d->bounded ? quantum_least(&d->quantum) : 0, scale = d->buckets[0].max > 1.5 || top > 1.5 ? 100 : 1;
    double p = fmin(fmax((top + now) / 2 / scale, 0.01), 0.99);
    return n > 0 ? 1.96 * M_SQRT2 / 5 * scale * sqrt(p * (1 - p) / n) : 0;
}

bool decline_judge(struct decline *d, double min_points, struct decline_verdict *v)
{
    double level[DECLINE_BUCKETS], y[DECLINE_BUCKETS];
    d->curve.buckets = d->buckets;
    if ((double)d->curve.points < min_points || d->curve.used < LEVEL + 2 || d->better == BETTER_UNKNOWN) return false;
    if (d->better == BETTER_LOWER)
        for (uint32_t i = 0; i < d->curve.used; i++)
            if (!(d->buckets[i].min >= 0)) return false;
    size_t n = levels_of(d, y, level), best = 0, trough, onset;
    for (size_t i = 1; i < n; i++)
        if (level[i] > level[best]) best = i;
    /* the deepest fall from the best so far, and the fall from the best of all to the end */
    double top = level[0], deepest = 0;
    size_t top_at = 0, from = 0;
    trough = best;
    for (size_t i = 1; i < n; i++) {
        if (level[i] > top) top = level[i], top_at = i;
        if (top - level[i] > deepest) deepest = top - level[i], trough = i, from = top_at;
    }
    double gain = fmax(top - level[0], least_gain(d)), now = level[n - 1];
    if (deepest <= 0 || gain <= 0) return false;
    bool matters = deepest >= DECLINE_LITTLE * gain || (d->better == BETTER_HIGHER && !d->bounded); /* most do not */
    double noise = matters ? fmax(robust_noise(y, n), 1e-9) : (double)INFINITY;
    if (d->better == BETTER_HIGHER && deepest > gain / 4) noise = fmax(noise, binomial(d, top, level[trough]));
    if (d->better == BETTER_HIGHER && !d->bounded && top - level[0] < fmax(least_gain(d) / 2, LEARNED_SD * noise)) return false;
    v->recovered = trough + 1 < n && now > level[trough] + 0.7 * deepest;
    size_t reference = v->recovered ? from : best;
    onset = v->recovered ? trough : n - 1;
    while (onset > reference + 1 &&
           level[onset - 1] < level[reference] - 0.5 * (level[reference] - level[v->recovered ? trough : n - 1]))
        onset--;
    v->best = d->buckets[reference].mean, v->now = d->buckets[n - 1].mean, v->trough = d->buckets[trough].mean,
    v->initial = d->buckets[0].mean;
    v->drop_share = (level[best] - now) / gain;
    v->drop_sd = (level[best] - now) / noise;
    v->trough_share =
        level[from] - level[0] >= NEAR_TOP * (top - level[0]) ? deepest / gain : 0; /* a setback on the way up is learning */
    v->trough_sd = deepest / noise;
    v->factor = d->better == BETTER_HIGHER ? (v->now != 0 ? v->best / v->now : INFINITY) : exp(level[best] - now);
    v->lasted_share = (double)(n - onset) / (double)n;
    v->best_step = d->buckets[reference].first_step, v->onset_step = d->buckets[onset].first_step;
    v->trough_step = d->buckets[trough].first_step, v->last_step = d->buckets[n - 1].last_step,
    v->onset_line = d->buckets[onset].first_line;
    return true;
}
