/* decimal_of - what a log prints has few decimals: its numbers are integers over a power of ten, and come back from them bit for bit. */
#ifndef MLWATCH_DECIMAL_OF_H
#define MLWATCH_DECIMAL_OF_H

#include <math.h>

#include "bytes.h"

enum { DECIMAL_DIGITS_MAX = 17 };

static inline double ten_to(unsigned digits)
{
    static const double powers[DECIMAL_DIGITS_MAX + 1] = {1e0, 1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,
                                                          1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17};
    return powers[digits];
}

/* decimal_back - integer / 10^digits, digits up to DECIMAL_DIGITS_MAX. */
static inline double decimal_back(int64_t integer, unsigned digits) { return (double)integer / ten_to(digits); }

/* decimal_of - is v exactly an integer over 10^digits, less than `most` in size, and which? */
static inline bool decimal_of(double v, unsigned digits, double most, int64_t *ret)
{
    double scaled = v * ten_to(digits);
    if (!(fabs(scaled) < most)) return false;
    int64_t m = (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    if (bits_of(decimal_back(m, digits)) != bits_of(v)) return false;
    *ret = m;
    return true;
}

#endif
