/* rolling - median and MAD of the last values: a baseline that one bad value cannot move.
 *
 * Source: Hampel 1974, JASA 69(346); Rousseeuw & Croux 1993, JASA 88(424) for the factor 1.4826. */
#ifndef MLWATCH_ROLLING_H
#define MLWATCH_ROLLING_H

#include <math.h>
#include <stdint.h>

enum { ROLLING_MAX = 32 };
struct rolling {
    double sorted[ROLLING_MAX];
    uint8_t rank[ROLLING_MAX]; /* by age: where in `sorted` the value is; the oldest at `at` once the window is full */
    uint32_t n, at;
};

/* rolling_add - x is finite; the oldest value leaves when ROLLING_MAX are there. O(ROLLING_MAX), about 15 ns. */
void rolling_add(struct rolling *r, double x);
/* rolling_newest - the value that was added `ago` values before the newest; ago is below n. O(1) */
static inline double rolling_newest(const struct rolling *r, uint32_t ago)
{
    return r->sorted[r->rank[(r->at + ROLLING_MAX - 1 - ago) % ROLLING_MAX]];
}
/* rolling_median - NaN when empty. O(1) */
static inline double rolling_median(const struct rolling *r)
{
    if (r->n == ROLLING_MAX) return (r->sorted[ROLLING_MAX / 2 - 1] + r->sorted[ROLLING_MAX / 2]) / 2; /* nearly always */
    if (!r->n) return NAN;
    return r->n % 2 ? r->sorted[r->n / 2] : (r->sorted[r->n / 2 - 1] + r->sorted[r->n / 2]) / 2;
}
/* rolling_sd - 1.4826 * median absolute deviation, the standard deviation of a normal bulk; 0 when empty. O(ROLLING_MAX) */
double rolling_sd(const struct rolling *r);

#endif
