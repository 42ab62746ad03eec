/* steady - see steady.h. */
#include "steady.h"

#include <math.h>

#define SCATTER                                                                                                                  \
    0.15 /* of a batch's norm: of 37 flat losses under steps next to nothing 27 have less, of 60 others that are flat 6 (tests/rates) */
#define DRIFT 0.1 /* of the level, from the first quarter to the last: of the same 27 none has more, and 4 of the 6 */
enum { FEW = 12 };

/* Of the logarithms: the scatter of single values around their neighbours, and how far the last quarter lies from the first. */
static double log_of(const struct bucket *b) { return log(fmax(b->mean, SCALE_FLOOR)); }

static double scatter_of(const struct curve *c)
{
    double squares = 0;
    for (uint32_t i = 1; i < c->used; i++) {
        double step = log_of(&c->buckets[i]) - log_of(&c->buckets[i - 1]);
        squares += step * step / 2 * c->width; /* a mean of `width` values scatters by so much less */
    }
    return sqrt(squares / (c->used - 1));
}

static double drift_of(const struct curve *c)
{
    uint32_t quarter = c->used / 4;
    double drift = 0;
    for (uint32_t i = 0; i < quarter; i++) drift += (log_of(&c->buckets[c->used - 1 - i]) - log_of(&c->buckets[i])) / quarter;
    return drift;
}

bool steady_norm(const struct past *norm)
{
    struct past_room room;
    const struct curve *c = norm ? past_fine(norm, &room) : NULL;
    if (!c || c->used < FEW || c->nonfinite) return false;
    return scatter_of(c) <= SCATTER && fabs(drift_of(c)) <= DRIFT;
}
