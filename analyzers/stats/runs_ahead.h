/* runs_ahead - what runs ahead of a loss that diverges: the gradient norm and the weight norm grow, the loss scale is cut, the rate climbs.
 *
 * Each is heard as it comes, one series a quantity, the first one; how far it has gone is asked of its average now against the one at the
 * loss's best level. Sources: failure knowledge F28, F31, F34 (norms grow before the loss does). */
#ifndef MLWATCH_RUNS_AHEAD_H
#define MLWATCH_RUNS_AHEAD_H

#include <math.h>
#include <stdbool.h>

#include "../analyzer.h"
#include "rises_early.h"

enum ahead_of { AHEAD_GRADIENT, AHEAD_WEIGHT, AHEAD_SCALE, AHEAD_RATE, AHEAD };

/* Another quantity beside the loss: its average now. */
struct ahead_level {
    const struct series *series;
    double level;
};
/* The rate besides: the highest it was before it climbed, how many rises in a row there were, and whether it has only risen so far. */
struct ahead_rate {
    double before, highest; /* highest: of all so far */
    uint64_t n, rises;
    bool jumped;
};
struct ahead {
    struct ahead_level of[AHEAD];
    struct rises_norm norm[2]; /* AHEAD_GRADIENT and AHEAD_WEIGHT */
    struct ahead_rate rate;
};

/* ahead_hear - a value of a norm or of the loss scale. O(1) */
static inline void ahead_hear(struct ahead *a, enum ahead_of what, const struct point *p)
{
    struct ahead_level *b = &a->of[what];
    if (!b->series) b->series = p->series, b->level = p->value;
    if (b->series != p->series || !(p->value > 0) || !isfinite(p->value)) return;
    if (what <= AHEAD_WEIGHT) rises_norm_add(&a->norm[what], p->value);
    double most = 2 * b->level; /* no single value moves a norm far */
    b->level = what == AHEAD_SCALE ? p->value : b->level + 0.2 * ((p->value < most ? p->value : most) - b->level);
}

static inline double ahead_larger(double a, double b) { return a > b ? a : b; } /* fmax is a call */

/* ahead_hear_rate - one that climbs does so value by value; one that is raised at once was raised on purpose. O(1) */
static inline void ahead_hear_rate(struct ahead *a, const struct point *p)
{
    struct ahead_level *b = &a->of[AHEAD_RATE];
    struct ahead_rate *c = &a->rate;
    if (!b->series) b->series = p->series;
    if (b->series != p->series || !(p->value >= 0) || !isfinite(p->value)) return;
    if (p->value > b->level && c->n) {
        if (!c->rises++) c->before = ahead_larger(c->before, b->level), c->jumped = false;
        c->jumped = c->jumped || p->value > 1.5 * b->level;
    } else if (p->value < b->level) c->before = ahead_larger(c->before, b->level), c->rises = 0;
    b->level = p->value;
    c->highest = ahead_larger(c->highest, p->value);
    c->n++;
}

/* ahead_warms_up - has the rate only risen since the start of the run? */
static inline bool ahead_warms_up(const struct ahead *a) { return a->rate.n > 0 && a->rate.rises + 2 >= a->rate.n; }
/* ahead_rate_climbs - value by value, behind the warm-up, to more than 1.2 times what it was. */
static inline bool ahead_rate_climbs(const struct ahead *a)
{
    return a->rate.rises >= 8 && !a->rate.jumped && !ahead_warms_up(a) && a->of[AHEAD_RATE].level > 1.2 * a->rate.before;
}
/* ahead_raised - is the rate above `then`, what it was, and neither climbs nor warms up? Then it was raised on purpose, which explains a rise. */
static inline bool ahead_raised(const struct ahead *a, double then)
{
    return then > 0 && a->of[AHEAD_RATE].level > 1.05 * then && !ahead_rate_climbs(a) && !ahead_warms_up(a);
}

/* ahead_told - does another quantity go the way it goes before a divergence? From 0, not at all, to 1, as far as this: the gradient norm
 * doubled, the weights grew by a third, the loss scale was cut twice, the rate climbed to twice what it was.
 *   then  their averages at the best level of the loss */
static inline double ahead_told(const struct ahead *a, const double then[AHEAD])
{
    static const double far[AHEAD] = {[AHEAD_GRADIENT] = 2, [AHEAD_WEIGHT] = 1.33, [AHEAD_SCALE] = 0.25, [AHEAD_RATE] = 2};
    double most = 0;
    for (int i = 0; i < AHEAD; i++) {
        double was = i == AHEAD_RATE ? a->rate.before : then[i], now = a->of[i].level;
        if (was > 0 && now > 0 && (i != AHEAD_RATE || ahead_rate_climbs(a))) most = fmax(most, log(now / was) / log(far[i]));
    }
    return fmin(most, 1);
}

#endif
