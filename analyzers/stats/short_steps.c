/* short_steps - see short_steps.h. */
#include "short_steps.h"

#include <math.h>

#include "robust.h"
#include "scale.h"

#define SCATTER                                                                                                                  \
    0.15 /* of a batch's norm: of 43 flat losses under steps next to nothing 30 have less, of 74 other ones 8 (tests/rates) */
#define DRIFT 0.1 /* of the level, from the first quarter to the last: all of the 30 have less, of the 8 half */
#define STRAIGHT                                                                                                                 \
    0.8           /* of what the first half of the evaluations fell, that the second does: a settling bias loses half and more */
#define LATE  0.1 /* of what the first half fell, at its rate, that the second one falls too */
#define CREEP 1.9 /* Mann-Kendall z, one-sided: 1 in 35 by chance; five values in a row that fall have 2.2 */
#define WARMS                                                                                                                    \
    4 /* times the first rates that a rate which only rises has come to, to warm up: a first bucket holds a tenth of them and more */
enum { FEW_NORMS = 12, FEW_EVALS = 4, FEW_RATES = 6 };

static double log_of(const struct bucket *b) { return log(fmax(b->mean, SCALE_FLOOR)); }

/* The scatter of single values around their neighbours. */
static double scatter_of(const struct curve *c)
{
    double squares = 0;
    for (uint32_t i = 1; i < c->used; i++) {
        double step = log_of(&c->buckets[i]) - log_of(&c->buckets[i - 1]);
        squares += step * step / 2 * c->width; /* a mean of `width` values scatters by so much less */
    }
    return sqrt(squares / (c->used - 1));
}

/* How far the last quarter lies from the first. */
static double drift_of(const struct curve *c)
{
    uint32_t quarter = c->used / 4;
    double drift = 0;
    for (uint32_t i = 0; i < quarter; i++) drift += (log_of(&c->buckets[c->used - 1 - i]) - log_of(&c->buckets[i])) / quarter;
    return drift;
}

bool short_steps_steady(const struct past *norm)
{
    struct past_room room;
    const struct curve *c = norm ? past_fine(norm, &room) : NULL;
    if (!c || c->used < FEW_NORMS || c->nonfinite) return false;
    return scatter_of(c) <= SCATTER && fabs(drift_of(c)) <= DRIFT;
}

/* How far the steps between two evaluations can have carried: the sum of the rates there, or their number where no rate is logged; NaN
 * where too few are. */
static double reach(const struct past *rate, const struct bucket *from, const struct bucket *to)
{
    struct past_room room;
    const struct curve *c = rate ? past_fine(rate, &room) : NULL;
    double sum = c ? NAN : (double)(to->last_step - from->last_step);
    for (uint32_t i = 0; c && i < c->used; i++)
        if (c->buckets[i].first_step > from->last_step && c->buckets[i].first_step <= to->last_step)
            sum = (isnan(sum) ? 0 : sum) + c->buckets[i].mean * c->buckets[i].n;
    return sum;
}

bool short_steps_straight(const struct track *held, const struct past *rate)
{
    double y[TRACK_BUCKETS];
    const struct curve *c = held->curve;
    size_t n = track_means(held, y), up = 0;
    for (size_t k = 1; k < n; k++) up += y[k] > y[k - 1];
    if (n < FEW_EVALS || up > 0) return false;
    double before = y[0] - y[n / 2], after = y[n / 2] - y[n - 1];
    double share = reach(rate, &c->buckets[n / 2], &c->buckets[n - 1]) / reach(rate, &c->buckets[0], &c->buckets[n / 2]);
    return after > 0 && after >= STRAIGHT * share * before;
}

/* What the learning rate of the second half is to that of the first, at most 1. */
static double rate_left(const struct past *rate)
{
    const struct curve *c = rate ? &rate->coarse : NULL;
    double half[2] = {0, 0};
    for (uint32_t i = 0; c && i < c->used / 2; i++) half[0] += c->buckets[i].mean, half[1] += c->buckets[c->used - 1 - i].mean;
    return half[0] > 0 ? fmin(1, fmax(0, half[1] / half[0])) : 1;
}

/* Does the second half fall steadily, and not by next to nothing of what the first one fell at its rate? */
static bool falls_late(const double *y, size_t n, const struct past *rate)
{
    size_t half = n / 2;
    double before = y[0] - y[half], after = y[half] - robust_median(y + n - 3, 3);
    return robust_trend(y + half, n - half) < -CREEP && after >= LATE * rate_left(rate) * before;
}

bool short_steps_creep(const struct track *held, uint32_t n, const struct track *train, const struct past *rate)
{
    double y[TRACK_BUCKETS];
    bool tells = false;
    for (uint32_t i = 0; i < n; i++) {
        size_t m = track_means(&held[i], y);
        if (m < 8) continue;
        if (falls_late(y, m, rate)) return true;
        tells = true;
    }
    size_t m = track_means(train, y);
    return !tells && m >= 12 && robust_trend(y + m / 2, m - m / 2) < -CREEP;
}

bool short_steps_warm_up(const struct past *rate)
{
    const struct curve *c = rate ? &rate->coarse : NULL;
    if (!c || c->used < FEW_RATES || !(c->buckets[0].mean > 0)) return false;
    for (uint32_t i = 1; i < c->used; i++)
        if (!(c->buckets[i].mean > c->buckets[i - 1].mean)) return false;
    return c->buckets[c->used - 1].last >= WARMS * c->buckets[0].mean;
}
