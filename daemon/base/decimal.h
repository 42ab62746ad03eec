/* decimal - digits and a power of ten to the nearest double.
 *
 * Two ways, both exact: up to 2^53 and within 10^±22 digits and power are doubles themselves, and one multiplication or division
 * rounds once (Clinger 1990, "How to read floating point numbers accurately"); else the digits meet 128 bits of the power of five,
 * which leaves next to nothing undecided (Lemire 2021, "Number parsing at a gigabyte per second", Software 51(8)). The
 * powers reach as far as single precision does: what is printed from a float of 1e-45 or 3e38, with any number of digits. */
#ifndef MLWATCH_DECIMAL_H
#define MLWATCH_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

enum { DECIMAL_LEAST = -64, DECIMAL_MOST = 40, DECIMAL_EXACT = 22 };
extern const uint64_t decimal_powers[DECIMAL_MOST - DECIMAL_LEAST + 1][2]; /* of five, 128 bits with the highest set */
extern const double decimal_exact[DECIMAL_EXACT + 1];                      /* of ten */

/* decimal_wide - digits × 10^exponent by 128 bits; NaN when the powers do not reach or do not decide. About 3 ns. */
double decimal_wide(uint64_t digits, int exponent);

/* decimal_nearest - digits × 10^exponent, correctly rounded, to even where two are as near. NaN: ask a slower way. */
static inline double decimal_nearest(uint64_t digits, int exponent)
{
    if (digits > UINT64_C(1) << 53 || exponent < -DECIMAL_EXACT || exponent > DECIMAL_EXACT)
        return decimal_wide(digits, exponent);
    return exponent <= 0 ? (double)(int64_t)digits / decimal_exact[-exponent] : (double)(int64_t)digits * decimal_exact[exponent];
}

#endif
