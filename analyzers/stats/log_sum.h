/* log_sum - the sum of the logarithms of many values, for the price of their product: a logarithm is taken once in dozens of them. */
#ifndef MLWATCH_LOG_SUM_H
#define MLWATCH_LOG_SUM_H

#include <math.h>

#include "scale.h"

struct log_sum {
    double sum, product; /* product: of the values that are not in the sum yet, 0 for none */
};

/* log_sum_add - one finite value; below SCALE_FLOOR it counts as that. O(1), about 1 ns. */
static inline void log_sum_add(struct log_sum *l, double x)
{
    const double far = 1e100; /* three of them do not leave the range of a double */
    double one = x > SCALE_FLOOR ? x : SCALE_FLOOR;
    if (one > far) l->sum += log(one), one = 1;
    l->product = l->product > 0 ? l->product * one : one;
    if (l->product < far && l->product > 1 / far) return;
    l->sum += log(l->product);
    l->product = 0;
}

/* log_sum_value - the sum so far. */
static inline double log_sum_value(const struct log_sum *l) { return l->product > 0 ? l->sum + log(l->product) : l->sum; }

#endif
