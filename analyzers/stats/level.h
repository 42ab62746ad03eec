/* level - a running mean and mean deviation that no single value can move far: the cheapest baseline there is.
 *
 * For where a second series only has to be seen rising with a first one. Source: Roberts 1959, Technometrics 1(3), with each value's
 * pull limited to four deviations. */
#ifndef MLWATCH_LEVEL_H
#define MLWATCH_LEVEL_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

struct level {
    double mean, deviation;
    uint32_t n;
};

/* level_add - x is finite. Weight 1/16. O(1), about 3 ns. */
static inline void level_add(struct level *l, double x)
{
    double weight = l->n < 16 ? 1.0 / (l->n + 1) : 1.0 / 16, off = x - l->mean, limit = 4 * l->deviation;
    if (l->n > 5 && fabs(off) > limit) off = off > 0 ? limit : -limit;
    if (l->n++) l->deviation += weight * (fabs(off) - l->deviation);
    l->mean += weight * off;
}
/* level_above - is x above the mean by this factor and by so many mean deviations? False until 5 values are known. */
static inline bool level_above(const struct level *l, double x, double factor, double deviations)
{
    return l->n >= 5 && x - l->mean > (factor - 1) * fabs(l->mean) && x - l->mean > deviations * l->deviation;
}

#endif
