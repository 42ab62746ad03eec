/* decimal - see decimal.h. The value is w × 5^q × 2^q: the product of w and the power, both shifted so that their highest bit is
 * set, has the double's 53 bits in front, one to round by and at least nine below, that say whether the power's own cut can matter. */
#include "decimal.h"

#include <math.h>
#include <string.h>

enum { BIAS = 1023, FRACTION_BITS = 52, BELOW_BITS = 9 };
#define TIE_LEAST (-4) /* w × 10^q can lie midway between two doubles only from here ... */
#define TIE_MOST  23   /* ... to here: elsewhere w would need more than 64 bits (Lemire 2021, section 8) */

const double decimal_exact[DECIMAL_EXACT + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                                 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

struct wide {
    uint64_t high, low;
};

__extension__ typedef unsigned __int128 uint128;

static struct wide times(uint64_t a, uint64_t b)
{
    uint128 product = (uint128)a * b;
    return (struct wide){(uint64_t)(product >> 64), (uint64_t)product};
}

/* product - the highest 128 bits of w × 5^q, from the power's upper half alone where the lower one cannot carry that far. */
static struct wide product(uint64_t w, int q)
{
    const uint64_t *power = decimal_powers[q - DECIMAL_LEAST];
    struct wide upper = times(w, power[0]);
    if ((upper.high & ((1 << BELOW_BITS) - 1)) == (1 << BELOW_BITS) - 1)
        upper.high += __builtin_add_overflow(upper.low, times(w, power[1]).high, &upper.low);
    return upper;
}

/* log2_of_power - the place of the highest bit of 10^q: floor(q × log2(10)), exact for |q| <= 350. */
static int log2_of_power(int q) { return (217706 * q) >> 16; }

double decimal_wide(uint64_t digits, int exponent)
{
    double value;
    if (!digits) return 0;
    if (exponent < DECIMAL_LEAST || exponent > DECIMAL_MOST) return NAN;
    int zeros = __builtin_clzll(digits);
    struct wide p = product(digits << zeros, exponent);
    if (p.low == UINT64_MAX && exponent < -27) return NAN;
    unsigned carried = (unsigned)(p.high >> 63), shift = carried + BELOW_BITS;
    uint64_t bits = p.high >> shift;
    bool tie = p.low <= 1 && exponent >= TIE_LEAST && exponent <= TIE_MOST && (bits & 3) == 1 && bits << shift == p.high;
    if (tie) bits &= ~UINT64_C(1);
    bits = (bits + (bits & 1)) >> 1;
    int power = log2_of_power(exponent) + 63 - zeros + (int)carried + BIAS;
    bits += (uint64_t)(power - 1) << FRACTION_BITS; /* the leading bit adds one to the power, a carry another one */
    memcpy(&value, &bits, sizeof value);
    return value;
}
