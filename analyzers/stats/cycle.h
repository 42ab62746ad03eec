/* cycle - does a series cross its own mean as regularly as a clock? Noise never does.
 *
 * So the losses of two adversaries do that go round their equilibrium instead of into it (Mescheder 2018, Which training methods for GANs do
 * actually converge). The crossings of noise come by chance: their intervals differ by as much as they are long. */
#ifndef MLWATCH_CYCLE_H
#define MLWATCH_CYCLE_H

#include "../analyzer.h"

struct cycle {
    const struct series *series;
    uint64_t n, crossed_at, crossings;    /* n values; the value and the number of the last crossing */
    double mean, low, high, sum, squares; /* of the intervals between crossings */
    int64_t first_step, last_step;
    uint64_t first_line, last_line;
    bool above;
};

/* cycle_add - one finite value; the first one says of which series, and others are not heard. O(1) */
void cycle_add(struct cycle *c, const struct point *p);
/* cycle_interval - the mean interval between crossings, in values; NaN where they are few or irregular, or have ended.
 *   crossings   at least
 *   least       values between two of them: what is shorter is noise
 *   regular     share of their mean by which intervals differ at most: 1 for noise */
double cycle_interval(const struct cycle *c, double crossings, double least, double regular);
/* cycle_in_turn - are two such intervals of the same period? Or is the second half of the first, as of a loss that is the product of two that go
 * round a quarter of a turn apart: a critic's. False for NaN. */
bool cycle_in_turn(double generator, double discriminator);

#endif
