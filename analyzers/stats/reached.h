/* reached - how high a positive series has come in ordinary steps, the last dozen left out: what grows now is held against it. */
#ifndef MLWATCH_REACHED_H
#define MLWATCH_REACHED_H

#include <stdint.h>

enum { REACHED_BLOCK = 8 };
struct reached {
    double before; /* highest, but for the last one or two blocks of values; 0 while there are no older ones */
    double block[2], last[2];
    uint32_t n; /* values in the newest block */
};

/* Of numbers; fmin and fmax are calls, for what they do with NaN. */
static inline double reached_low(double a, double b) { return a < b ? a : b; }
static inline double reached_high(double a, double b) { return a > b ? a : b; }

/* reached_add - one value, positive. Of three in a row the middle one counts, for one alone is a spike. O(1) */
static inline void reached_add(struct reached *r, double value)
{
    double low = reached_low(r->last[0], r->last[1]), high = reached_high(r->last[0], r->last[1]);
    r->block[1] = reached_high(r->block[1], reached_high(low, reached_low(high, value)));
    r->last[0] = r->last[1], r->last[1] = value;
    if (++r->n < REACHED_BLOCK) return;
    r->before = reached_high(r->before, r->block[0]);
    r->block[0] = r->block[1], r->block[1] = 0, r->n = 0;
}

#endif
