/* num_scan - the numbers of a log that is read in bulk, a few nanoseconds each: for the loops of formats, inline.
 *
 * Only JSON's plain grammar, -?(0|[1-9]d*)(.d+)?(e[+-]?d{1,3})?, with at most 19 digits that count: what is anything else is
 * num_prefix's to judge. Where the digits end is found for 16 bytes at once; eight digits at a time become a number by three
 * multiplications, each adding neighbours: pairs, then fours, then eight. Branches follow the literal's form, which a column keeps,
 * and not its digits. On big-endian machines, and where there is no SSE2, num_prefix does it all. */
#ifndef MLWATCH_NUM_SCAN_H
#define MLWATCH_NUM_SCAN_H

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "decimal.h"

enum { NUM_SCAN_BYTES = 64, NUM_SCAN_WIDTH = 16, NUM_SCAN_DIGITS = 19 };

/* num_scan_others - bit i says that p[i] is no digit, of NUM_SCAN_WIDTH bytes. */
static inline uint32_t num_scan_others(const char *p)
{
#if defined __SSE2__
    typedef uint8_t bytes __attribute__((vector_size(NUM_SCAN_WIDTH)));
    typedef char mask __attribute__((vector_size(NUM_SCAN_WIDTH)));
    bytes b;
    memcpy(&b, p, sizeof b);
    return (uint32_t)__builtin_ia32_pmovmskb128((mask)(b - '0' > 9));
#else
    return (void)p, 1;
#endif
}

/* num_scan_eight - the value of eight digits, the first one in the lowest byte; what is not there is 0. */
static inline uint64_t num_scan_eight(uint64_t digits)
{
    digits = (digits & 0x0F0F0F0F0F0F0F0F) * ((10 << 8) + 1) >> 8;
    digits = (digits & 0x00FF00FF00FF00FF) * ((100 << 16) + 1) >> 16;
    return (digits & 0x0000FFFF0000FFFF) * ((UINT64_C(10000) << 32) + 1) >> 32;
}

/* num_scan_digits - n > 0 more digits, those at p, behind the ones of value, modulo 2^64; reads 8 bytes at a time. */
static inline uint64_t num_scan_digits(uint64_t value, const char *p, uint32_t n)
{
    static const uint32_t power[9] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    uint64_t chars;
    for (; n > 8; n -= 8, p += 8) {
        memcpy(&chars, p, sizeof chars);
        value = value * power[8] + num_scan_eight(chars);
    }
    memcpy(&chars, p, sizeof chars);
    return value * power[n] + num_scan_eight(chars << (64 - 8 * n));
}

/* num_scan_length - where the first byte that is no digit stands, if it is not among the first NUM_SCAN_WIDTH; at most three times that. */
static inline uint32_t num_scan_length(const char *p)
{
    uint32_t n = NUM_SCAN_WIDTH;
    for (uint32_t others; n < 3 * NUM_SCAN_WIDTH; n += NUM_SCAN_WIDTH)
        if ((others = num_scan_others(p + n))) return n + (uint32_t)__builtin_ctz(others);
    return n;
}

/* num_scan_fits - do so many digits behind "0." make at most NUM_SCAN_DIGITS that count? */
static inline bool num_scan_fits(const char *p, uint32_t n)
{
    if (n > NUM_SCAN_DIGITS + 6) return false;
    for (; n > NUM_SCAN_DIGITS; n--)
        if (*p++ != '0') return false;
    return true;
}

/* num_scan_exponent - read what stands behind the e at p and add it; NULL when it is none. */
static inline const char *num_scan_exponent(const char *p, int *exponent)
{
    bool minus = p[1] == '-';
    uint32_t read = 0, n = 0;
    p += 1 + (minus || p[1] == '+');
    for (; n < 4 && p[n] >= '0' && p[n] <= '9'; n++) read = read * 10 + (uint32_t)(p[n] - '0');
    if (n == 0 || n == 4) return NULL;
    *exponent += minus ? -(int)read : (int)read;
    return p + n;
}

/* num_scan_few - the value of whole + behind digits, at most eight, with a point between them if there are some behind it. */
static inline uint64_t num_scan_few(const char *p, uint32_t whole, uint32_t behind)
{
    uint64_t chars, past;
    memcpy(&chars, p, sizeof chars);
    if (!behind) return num_scan_eight(chars << (64 - 8 * whole));
    memcpy(&past, p + 1, sizeof past);
    uint64_t front = (UINT64_C(1) << 8 * whole) - 1;
    return num_scan_eight(((chars & front) | (past & ~front)) << (64 - 8 * (whole + behind)));
}

/* num_scan_many - the same for any number of them; UINT64_MAX when more than NUM_SCAN_DIGITS count. */
static inline uint64_t num_scan_many(const char *p, uint32_t whole, uint32_t behind)
{
    uint64_t digits = whole == 1 ? (uint64_t)(*p - '0') : num_scan_digits(0, p, whole);
    if (!behind) return digits;
    if (behind + whole > NUM_SCAN_DIGITS && (digits || !num_scan_fits(p + whole + 1, behind))) return UINT64_MAX;
    return num_scan_digits(digits, p + whole + 1, behind);
}

static inline double num_scan_signed(double size, uint64_t minus)
{
    uint64_t bits;
    memcpy(&bits, &size, sizeof bits);
    bits |= minus << 63;
    memcpy(&size, &bits, sizeof bits);
    return size;
}

/* num_scan - the number at p; returns its end, or NULL when num_prefix must look. NUM_SCAN_BYTES are readable at p. */
__attribute__((always_inline)) static inline const char *num_scan(const char *p, double *value)
{
    uint64_t minus = *p == '-';
    uint32_t others = num_scan_others(p) >> minus, whole = (uint32_t)__builtin_ctz(others | 1u << NUM_SCAN_WIDTH), behind = 0;
    const char *from = p, *end = (p += minus) + whole;
    if (whole == 0 || whole == NUM_SCAN_WIDTH || (*p == '0' && whole > 1)) return NULL;
    if (*end == '.') {
        others &= others - 1;
        end = others ? p + __builtin_ctz(others) : from + num_scan_length(from);
        behind = (uint32_t)(end - p) - whole - 1;
        if (behind == 0) return NULL;
    }
    bool few = whole + behind <= 8, power = (*end | 32) == 'e';
    uint64_t digits = few ? num_scan_few(p, whole, behind) : num_scan_many(p, whole, behind);
    if (few && !power) return *value = num_scan_signed((double)(int64_t)digits / decimal_exact[behind], minus), end;
    int exponent = -(int)behind;
    if (digits == UINT64_MAX || (power && !(end = num_scan_exponent(end, &exponent)))) return NULL;
    double size = decimal_nearest(digits, exponent);
    if (isnan(size)) return NULL;
    return *value = num_scan_signed(size, minus), end;
}

#endif
