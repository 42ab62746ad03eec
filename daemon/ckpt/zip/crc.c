/* crc - four 128-bit lanes are folded over 64 bytes a turn, then into one, then (128 to 64 to 32 bits) into the remainder.
 *
 * The constants are x^k mod P, bits reflected and shifted by one: k = 4*128+32 and 4*128-32 (four lanes), 128+32 and 128-32 (one lane),
 * 64 (the last fold); P' and mu = x^64 div P for Barrett's reduction. */
#include "crc.h"

#include <zlib.h>

static uint32_t crc_plain(uint32_t crc, const uint8_t *p, size_t n)
{
    for (; n > UINT32_MAX; p += UINT32_MAX, n -= UINT32_MAX) crc = (uint32_t)crc32(crc, p, UINT32_MAX);
    return (uint32_t)crc32(crc, p, (uInt)n);
}

#if defined(__x86_64__)
#include <immintrin.h>

enum { LANES_BYTES = 64 };

__attribute__((target("pclmul,sse4.1"))) static inline __m128i fold(__m128i x, __m128i k, __m128i next)
{
    return _mm_xor_si128(_mm_xor_si128(_mm_clmulepi64_si128(x, k, 0x00), _mm_clmulepi64_si128(x, k, 0x11)), next);
}

__attribute__((target("pclmul,sse4.1"))) static uint32_t reduce(__m128i x)
{
    const __m128i k4 = _mm_set_epi64x(0, 0x0ccaa009e), k5 = _mm_set_epi64x(0, 0x163cd6124);
    const __m128i barrett = _mm_set_epi64x(0x1f7011641, 0x1db710641), low = _mm_set_epi32(0, 0, 0, -1);
    x = _mm_xor_si128(_mm_clmulepi64_si128(x, k4, 0x00), _mm_srli_si128(x, 8));
    x = _mm_xor_si128(_mm_clmulepi64_si128(_mm_and_si128(x, low), k5, 0x00), _mm_srli_si128(x, 4));
    __m128i t = _mm_clmulepi64_si128(_mm_and_si128(x, low), barrett, 0x10);
    t = _mm_clmulepi64_si128(_mm_and_si128(t, low), barrett, 0x00);
    return (uint32_t)_mm_extract_epi32(_mm_xor_si128(x, t), 1);
}

/* n is a multiple of 16, at least 64; crc is the inverted one. */
__attribute__((target("pclmul,sse4.1"))) static uint32_t crc_folded(uint32_t crc, const uint8_t *p, size_t n)
{
    const __m128i k4lanes = _mm_set_epi64x(0x1c6e41596, 0x154442bd4), k1lane = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
    const __m128i *q = (const __m128i *)(const void *)p;
    __m128i a = _mm_xor_si128(_mm_loadu_si128(q), _mm_cvtsi32_si128((int)crc));
    __m128i b = _mm_loadu_si128(q + 1), c = _mm_loadu_si128(q + 2), d = _mm_loadu_si128(q + 3);
    for (q += 4, n -= LANES_BYTES; n >= LANES_BYTES; q += 4, n -= LANES_BYTES) {
        a = fold(a, k4lanes, _mm_loadu_si128(q));
        b = fold(b, k4lanes, _mm_loadu_si128(q + 1));
        c = fold(c, k4lanes, _mm_loadu_si128(q + 2));
        d = fold(d, k4lanes, _mm_loadu_si128(q + 3));
    }
    a = fold(fold(fold(a, k1lane, b), k1lane, c), k1lane, d);
    for (; n >= 16; q++, n -= 16) a = fold(a, k1lane, _mm_loadu_si128(q));
    return reduce(a);
}

uint32_t zip_crc32(uint32_t crc, const void *p, size_t n)
{
    size_t folded = n & ~(size_t)15;
    if (folded < LANES_BYTES || !__builtin_cpu_supports("pclmul") || !__builtin_cpu_supports("sse4.1"))
        return crc_plain(crc, p, n);
    crc = ~crc_folded(~crc, p, folded);
    return crc_plain(crc, (const uint8_t *)p + folded, n - folded);
}
#else
uint32_t zip_crc32(uint32_t crc, const void *p, size_t n) { return crc_plain(crc, p, n); }
#endif
