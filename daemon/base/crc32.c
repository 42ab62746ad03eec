/* crc32 - see crc32.h.
 *
 * A CRC is the remainder of a division by a polynomial P over GF(2). 16 bytes X that stand n bits before the end count as
 * X * (x^n mod P), so four lanes of 16 bytes are carried forward by 64 bytes with two multiplications each, at last folded into one, and
 * that reduced by Barrett's method. Constants for reflected bits: x^n mod P << 1.
 * Gopal, Ozturk, Guilford et al. 2009, "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel. */
#include "crc32.h"

#include <stdbool.h>
#include <zlib.h>

#if defined __x86_64__ && defined __GNUC__
#include <immintrin.h>

enum { LANE_BYTES = 16, STRIDE_BYTES = 64 };

#define WITH_PCLMUL __attribute__((target("pclmul,sse4.1")))

WITH_PCLMUL static inline __m128i load(const char *p) { return _mm_loadu_si128((const __m128i *)(const void *)p); }

/* forward - x carried to where y stands. k: x^(n+32) and x^(n-32) mod P for a distance of n bits. */
WITH_PCLMUL static inline __m128i forward(__m128i x, __m128i k, __m128i y)
{
    return _mm_xor_si128(y, _mm_xor_si128(_mm_clmulepi64_si128(x, k, 0x00), _mm_clmulepi64_si128(x, k, 0x11)));
}

/* reduced - 128 bits to the remainder of 32. */
WITH_PCLMUL static uint32_t reduced(__m128i x)
{
    const __m128i by_64 = _mm_set_epi64x(0x0163cd6124, 0x00ccaa009e), low = _mm_setr_epi32(-1, 0, -1, 0);
    const __m128i barrett = _mm_set_epi64x(0x01f7011641, 0x01db710641); /* x^64 / P, and P */
    x = _mm_xor_si128(_mm_srli_si128(x, 8), _mm_clmulepi64_si128(x, by_64, 0x00));
    x = _mm_xor_si128(_mm_srli_si128(x, 4), _mm_clmulepi64_si128(_mm_and_si128(x, low), by_64, 0x10));
    __m128i q = _mm_clmulepi64_si128(_mm_and_si128(x, low), barrett, 0x10);
    __m128i r = _mm_clmulepi64_si128(_mm_and_si128(q, low), barrett, 0x00);
    return (uint32_t)_mm_extract_epi32(_mm_xor_si128(x, r), 1);
}

/* folded - what n bytes make of the remainder crc; neither is inverted. n is at least 64 and a multiple of 16. */
WITH_PCLMUL static uint32_t folded(uint32_t crc, const char *p, size_t n)
{
    const __m128i by_512 = _mm_set_epi64x(0x01c6e41596, 0x0154442bd4), by_128 = _mm_set_epi64x(0x00ccaa009e, 0x01751997d0);
    __m128i lane[4] = {_mm_xor_si128(load(p), _mm_cvtsi32_si128((int)crc)), load(p + 16), load(p + 32), load(p + 48)};
    for (p += STRIDE_BYTES, n -= STRIDE_BYTES; n >= STRIDE_BYTES; p += STRIDE_BYTES, n -= STRIDE_BYTES)
        for (int i = 0; i < 4; i++) lane[i] = forward(lane[i], by_512, load(p + i * LANE_BYTES));
    for (int i = 1; i < 4; i++) lane[0] = forward(lane[0], by_128, lane[i]);
    for (; n >= LANE_BYTES; p += LANE_BYTES, n -= LANE_BYTES) lane[0] = forward(lane[0], by_128, load(p));
    return reduced(lane[0]);
}

uint32_t crc32_add(uint32_t crc, const void *p, size_t n)
{
    size_t whole = n & ~(size_t)(LANE_BYTES - 1);
    bool fast = whole >= STRIDE_BYTES && __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
    size_t done = fast ? whole : 0;
    if (fast) crc = ~folded(~crc, p, whole);
    return n > done ? (uint32_t)crc32_z(crc, (const Bytef *)p + done, n - done) : crc;
}

#else

uint32_t crc32_add(uint32_t crc, const void *p, size_t n) { return n ? (uint32_t)crc32_z(crc, p, n) : crc; }

#endif
