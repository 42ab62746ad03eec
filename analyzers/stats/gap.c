#include "gap.h"

#include "robust.h"

#define TAIL 8.0 /* times the level: of normal noise on the logarithm with half a unit of deviation, none of 10,000 */
enum { MANY = 12 /* evaluations */, AGAIN = 2 /* times */ };

bool gap_has_fallen(const struct gap *g, double share) { return g->now > 0 && g->now <= (1 - share) * g->t[0]; }

bool gap_of(const struct track *eval, const struct track *train, const struct early_view *begins, const struct gap_knobs *k,
            struct gap *ret)
{
    size_t m = track_levels(train, ret->t), first = 0, n = track_means(eval, ret->e), few = n < 3 ? n : 3;
    if (m < 4) return false;
    ret->eval = eval, ret->train = train, ret->n = n, ret->untrained = fmax(train->curve->buckets[0].max, ret->t[0]),
    ret->now = ret->t[m - 1];
    if (train->series->axis == AXIS_EPOCH) ret->untrained *= k->epoch;
    ret->fallen = gap_has_fallen(ret, k->never_train);
    while (ret->fallen && first < n && early_level(begins, eval->curve->buckets[first].first_step) > 0.9 * ret->t[0]) first++;
    ret->first = first, ret->best = ret->closest = ret->lowest = INFINITY;
    ret->late = robust_median(ret->e + n - few, few);
    for (size_t i = 0; i < n; i++) ret->lowest = fmin(ret->lowest, ret->e[i]);
    for (size_t i = first; i < n; i++) {
        ret->best = fmin(ret->best, ret->e[i]);
        ret->closest = fmin(ret->closest, ret->e[i] / track_at(train, ret->t, eval->curve->buckets[i].first_step));
    }
    return first < n;
}

/* The least middle one of three evaluations in a row behind the first: one of many is lucky. Of few, the least. */
static double lowest_level(const struct gap *g)
{
    double low = INFINITY;
    for (size_t i = 1; i < g->n; i++)
        low = fmin(low, g->n < MANY ? g->e[i] : robust_median(g->e + i, g->n - i < 3 ? g->n - i : 3));
    return low;
}

bool gap_has_turned(const struct gap *g, const struct gap_knobs *k)
{
    double low = lowest_level(g);
    return low < 2 * g->untrained && low < (1 - k->turned) * g->eval->curve->buckets[0].max &&
           g->e[g->n - 1] > (1 + k->turned) * low;
}

bool gap_follows(const struct gap *g, const struct gap_knobs *k)
{
    double fell = log(g->e[0] / g->late), train_fell = log(g->t[0] / g->now);
    return g->n >= 3 && fell >= k->pass_follows * train_fell;
}

/* A batch that costs so much once, and those right beside it, are a leap: a tail shows again and again. */
bool gap_has_long_tail(const struct gap *g)
{
    const struct curve *c = g->train->curve;
    double least = fmax(g->late, TAIL * g->now);
    unsigned times = 0;
    uint32_t last = 0;
    for (uint32_t i = c->used / 2; i < c->used; i++) {
        if (c->buckets[i].max < least) continue;
        times += !times || i > last + 1;
        last = i;
    }
    return times >= AGAIN;
}
