#include "gap_shape.h"

#include "robust.h"

#define GOES 1.65 /* Mann-Kendall z: 1 in 20 by chance */

bool gap_shape_never_as_good(const struct gap *g, const struct gap_knobs *k)
{
    return (double)g->eval->curve->points >= k->min_points && track_begins(g->eval) &&
           g->lowest >= fmax(k->never_untrained * g->untrained, (1 - k->never_gain) * g->e[0]) && g->late >= k->apart * g->now;
}

bool gap_shape_mostly_worse(const struct gap *g, const struct gap_knobs *k)
{
    size_t worse = 0;
    if ((double)g->eval->curve->points < k->constant_points || !track_begins(g->eval) || g->late < k->wide * g->now) return false;
    for (size_t i = 0; i < g->n; i++) worse += g->e[i] >= k->worse * g->untrained;
    bool at_first = g->e[0] >= k->worse * g->untrained, goes = fabs(robust_trend(g->e, g->n)) > GOES;
    return at_first && !goes && (double)worse >= k->mostly * (double)g->n && g->closest >= k->apart;
}

bool gap_shape_learns_nothing(const struct gap *g, const struct gap_knobs *k)
{
    return (double)g->eval->curve->points >= k->constant_points && 8 * g->first <= g->n && track_begins(g->eval) &&
           g->lowest >= fmax(k->useless, 1 - k->wide_gain) * g->untrained && g->late >= k->never_ratio * g->now;
}

bool gap_shape_constant(const struct gap *g, const struct gap_knobs *k)
{
    return (double)g->eval->curve->points >= k->constant_points && g->first == 0 && track_begins(g->eval) &&
           g->best >= (1 - k->constant_gain) * g->e[0] && g->late <= (1 + k->turned) * fmax(g->best, robust_median(g->e, 3));
}

bool gap_shape_stays_constant(const struct gap *g, const struct gap_knobs *k)
{
    int64_t begins = g->eval->curve->buckets[0].first_step, ends = g->train->curve->buckets[g->train->curve->used - 1].last_step;
    bool many = (double)g->eval->curve->points >= 1.5 * k->constant_points, soon = begins * 8 <= ends;
    bool shaky = robust_noise(g->e, g->n) >= k->constant_noise * robust_median(g->e, g->n);
    return many && soon && shaky && track_at(g->train, g->t, begins) >= k->constant_train * g->now;
}

bool gap_shape_left_behind(const struct gap *g, const struct gap_knobs *k)
{
    return (double)g->eval->curve->points >= k->constant_points && 8 * g->first <= g->n && track_begins(g->eval) &&
           g->best >= fmax((1 - k->wide_gain) * g->e[0], k->wide_left * g->untrained) && g->late >= k->wide * g->now &&
           g->late <= (1 + k->wide_rise) * g->best;
}

bool gap_shape_shaky(const struct gap *g, const struct gap_knobs *k)
{
    size_t few = g->n < 3 ? g->n : 3, half = g->n / 2;
    if ((double)g->eval->curve->points < 1.5 * k->constant_points || !track_begins(g->eval) || g->closest < k->apart)
        return false;
    double noise = robust_noise(g->e + half, g->n - half), level = robust_median(g->e + half, g->n - half);
    return noise >= k->constant_noise * level && level <= (1 + k->wide_rise) * robust_median(g->e, half) &&
           level >= (1 - k->shaky_gain) * robust_median(g->e, few) && g->best >= k->wide_left * g->untrained &&
           g->late >= k->wide * g->now;
}

bool gap_shape_beside_flat(const struct gap *g, const struct gap_knobs *k)
{
    return (double)g->eval->curve->points >= k->flat_points && track_begins(g->eval) && g->closest >= k->wide &&
           g->lowest >= fmax(k->never_untrained * g->untrained, (1 - k->never_gain) * g->e[0]) && g->now <= k->apart * g->t[0];
}
