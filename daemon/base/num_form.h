/* num_form - a number that looks like the one before it: the columns of a log keep the form of their literals for long stretches.
 *
 * "0.1234," after "0.5678," differs in its digits alone. The form of the last literal says for each of its bytes, and the one behind it,
 * from where on and how far it may vary; sixteen bytes are compared at once, and where the digits stand needs not be found
 * anew. They are then joined without the point, their last one in the last byte, and become an integer by four
 * multiplications; one division by a power of ten rounds it (decimal.h: up to 15 digits, down to 10^-22). The exponent of a form
 * is fixed. What does not fit goes to num_scan, which teaches the next form. Without SSE2 num_scan does it all. */
#ifndef MLWATCH_NUM_FORM_H
#define MLWATCH_NUM_FORM_H

#include <stdbool.h>

#include "num_scan.h"

enum { NUM_FORM_BYTES = 16, NUM_FORM_BEFORE = 16, NUM_FORM_DIGITS = 15 };

#if defined __SSE2__
#include <emmintrin.h>

struct num_form {          /* zeroed: fits no number */
    __m128i least, range;  /* of each byte: the lowest it may be, and by how much it may be higher */
    double unit;           /* what the digits are divided by; below 0 for negative numbers */
    uint8_t width, digits; /* bytes of the literal, and up to the end of its digits */
    uint8_t all, behind;   /* digits; and those behind the point, or all where there is none */
    uint8_t misses;
};

/* num_form_again - num_scan where the form does not fit; learns the literal's form now and then. */
const char *num_form_again(struct num_form *f, const char *p, double *value);

static inline __m128i num_form_bytes(const char *p)
{
    __m128i bytes;
    memcpy(&bytes, p, sizeof bytes);
    return bytes;
}

/* num_form_last - 15 in the last n bytes, 16 at most. */
static inline __m128i num_form_last(uint32_t n)
{
    static const unsigned char ramp[2 * NUM_FORM_BYTES] = {
        [NUM_FORM_BYTES] = 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15};
    return num_form_bytes((const char *)ramp + n);
}

static inline bool num_form_fits(const struct num_form *f, const char *p)
{
    __m128i above = _mm_sub_epi8(num_form_bytes(p), f->least);
    return _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(above, f->range), above)) == UINT16_MAX;
}

/* num_form_integer - sixteen digits, 0 to 9 each, the first one in the lowest byte: pairs, fours, eights. */
static inline uint64_t num_form_integer(__m128i digits)
{
    __m128i pairs =
        _mm_add_epi16(_mm_mullo_epi16(_mm_and_si128(digits, _mm_set1_epi16(15)), _mm_set1_epi16(10)), _mm_srli_epi16(digits, 8));
    __m128i fours = _mm_madd_epi16(pairs, _mm_set1_epi32(1 << 16 | 100));
    __m128i eights = _mm_madd_epi16(_mm_packs_epi32(fours, fours), _mm_set1_epi32(1 << 16 | 10000));
    uint64_t both = (uint64_t)_mm_cvtsi128_si64(eights);
    return (both & UINT32_MAX) * 100000000 + (both >> 32);
}

/* num_form_joined - of the digits before `end` the last `all`, without the point among them, behind which so many of them stand. */
static inline uint64_t num_form_joined(const char *end, uint32_t all, uint32_t behind)
{
    __m128i last = num_form_last(behind), whole = _mm_andnot_si128(last, num_form_last(all));
    return num_form_integer(_mm_or_si128(_mm_and_si128(num_form_bytes(end - NUM_FORM_BYTES), last),
                                         _mm_and_si128(num_form_bytes(end - NUM_FORM_BYTES - 1), whole)));
}

/* num_form_scan - num_scan of a column whose last number had the form f. NUM_SCAN_BYTES are readable at p and NUM_FORM_BEFORE before it. */
__attribute__((always_inline)) static inline const char *num_form_scan(struct num_form *f, const char *p, double *value)
{
    if (!num_form_fits(f, p)) return num_form_again(f, p, value);
    *value = (double)(int64_t)num_form_joined(p + f->digits, f->all, f->behind) / f->unit;
    return p + f->width;
}

#else

struct num_form {
    char none;
};
static inline const char *num_form_scan(struct num_form *f, const char *p, double *value) { return (void)f, num_scan(p, value); }

#endif
#endif
