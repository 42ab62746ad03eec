/* crc32c - one byte, eight bytes, three streams.
 *
 * Tables: a checksum is linear, so what byte b contributes k bytes before the end is the exclusive or of what its bits do; BITS holds
 * the 8 x 8 of them and the compiler makes the 8 x 256 (Kounavis and Berry 2005, "A Systematic Approach to Building High
 * Performance Software-Based CRC Generators").
 * SSE 4.2: the instruction takes 3 cycles and can start each cycle, so long texts are three streams of one length whose checksums are then
 * moved behind each other: the register after n zero bytes is crc * x^(8n) mod P, a carry-less product (Gopal et al. 2011,
 * "Fast CRC Computation for iSCSI Polynomial Using CRC32 Instruction"). The product of two reflected 32-bit values is short of x, and reducing
 * it with the instruction itself multiplies by x^32: hence x^(8n - 33). */
#include "crc32c.h"

#include <string.h>

/* ---- tables ------------------------------------------------------------------------------------------------------------ */

#define TERM(b, i, bit) ((((b) >> (i)) & 1u) * (bit))
#define BYTE(b, b0, b1, b2, b3, b4, b5, b6, b7)                                                                                  \
    (TERM(b, 0, b0) ^ TERM(b, 1, b1) ^ TERM(b, 2, b2) ^ TERM(b, 3, b3) ^ TERM(b, 4, b4) ^ TERM(b, 5, b5) ^ TERM(b, 6, b6) ^      \
     TERM(b, 7, b7))
#define FOUR(b, ...) BYTE(b, __VA_ARGS__), BYTE((b) + 1u, __VA_ARGS__), BYTE((b) + 2u, __VA_ARGS__), BYTE((b) + 3u, __VA_ARGS__)
#define SIXTEEN(b, ...)                                                                                                          \
    FOUR(b, __VA_ARGS__), FOUR((b) + 4u, __VA_ARGS__), FOUR((b) + 8u, __VA_ARGS__), FOUR((b) + 12u, __VA_ARGS__)
#define QUARTER(b, ...)                                                                                                          \
    SIXTEEN(b, __VA_ARGS__), SIXTEEN((b) + 16u, __VA_ARGS__), SIXTEEN((b) + 32u, __VA_ARGS__), SIXTEEN((b) + 48u, __VA_ARGS__)
#define BITS(...)                                                                                                                \
    {                                                                                                                            \
        QUARTER(0u, __VA_ARGS__), QUARTER(64u, __VA_ARGS__), QUARTER(128u, __VA_ARGS__), QUARTER(192u, __VA_ARGS__)              \
    }

/* after[k][b]: the register after byte b and k bytes of zero; each row is given by its 8 single bits */
static const uint32_t after[8][256] = {
    BITS(0xf26b8303u, 0xe13b70f7u, 0xc79a971fu, 0x8ad958cfu, 0x105ec76fu, 0x20bd8edeu, 0x417b1dbcu, 0x82f63b78u),
    BITS(0x13a29877u, 0x274530eeu, 0x4e8a61dcu, 0x9d14c3b8u, 0x3fc5f181u, 0x7f8be302u, 0xff17c604u, 0xfbc3faf9u),
    BITS(0xa541927eu, 0x4f6f520du, 0x9edea41au, 0x38513ec5u, 0x70a27d8au, 0xe144fb14u, 0xc76580d9u, 0x8b277743u),
    BITS(0xdd45aab8u, 0xbf672381u, 0x7b2231f3u, 0xf64463e6u, 0xe964b13du, 0xd725148bu, 0xaba65fe7u, 0x52a0c93fu),
    BITS(0x38116facu, 0x7022df58u, 0xe045beb0u, 0xc5670b91u, 0x8f2261d3u, 0x1ba8b557u, 0x37516aaeu, 0x6ea2d55cu),
    BITS(0xef306b19u, 0xdb8ca0c3u, 0xb2f53777u, 0x6006181fu, 0xc00c303eu, 0x85f4168du, 0x0e045bebu, 0x1c08b7d6u),
    BITS(0x68032cc8u, 0xd0065990u, 0xa5e0c5d1u, 0x4e2dfd53u, 0x9c5bfaa6u, 0x3d5b83bdu, 0x7ab7077au, 0xf56e0ef4u),
    BITS(0x493c7d27u, 0x9278fa4eu, 0x211d826du, 0x423b04dau, 0x847609b4u, 0x0d006599u, 0x1a00cb32u, 0x34019664u),
};

uint32_t crc32c_portable(uint32_t crc, const void *p, size_t n)
{
    const unsigned char *b = p;
    uint32_t c = ~crc;
    for (; n >= 8; n -= 8, b += 8) {
        c ^= (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
        c = after[7][c & 255] ^ after[6][c >> 8 & 255] ^ after[5][c >> 16 & 255] ^ after[4][c >> 24] ^ after[3][b[4]] ^
            after[2][b[5]] ^ after[1][b[6]] ^ after[0][b[7]];
    }
    for (; n; n--) c = after[0][(c ^ *b++) & 255] ^ (c >> 8);
    return ~c;
}

/* ---- the instruction --------------------------------------------------------------------------------------------------- */

#ifdef __x86_64__
#include <immintrin.h>

enum { STREAM_BYTES = 1024 };
static const uint32_t over_one = 0x170076fa, over_two = 0xa51b6135; /* x^(8 * 1024 - 33), x^(8 * 2048 - 33) mod P */

static inline uint64_t load(const unsigned char *b)
{
    uint64_t word;
    memcpy(&word, b, sizeof word);
    return word;
}

__attribute__((target("sse4.2,pclmul"))) static inline uint64_t moved(uint64_t crc, uint32_t by)
{
    __m128i product = _mm_clmulepi64_si128(_mm_cvtsi64_si128((long long)crc), _mm_cvtsi64_si128((long long)by), 0);
    return _mm_crc32_u64(0, (uint64_t)_mm_cvtsi128_si64(product));
}

__attribute__((target("sse4.2,pclmul"))) static uint32_t streams(uint32_t crc, const unsigned char *b, size_t n)
{
    uint64_t first = crc;
    for (; n >= 3 * STREAM_BYTES; n -= 3 * STREAM_BYTES, b += 3 * STREAM_BYTES) {
        uint64_t second = 0, third = 0;
        for (size_t i = 0; i < STREAM_BYTES; i += 8) {
            first = _mm_crc32_u64(first, load(b + i));
            second = _mm_crc32_u64(second, load(b + STREAM_BYTES + i));
            third = _mm_crc32_u64(third, load(b + 2 * STREAM_BYTES + i));
        }
        first = moved(first, over_two) ^ moved(second, over_one) ^ third;
    }
    return (uint32_t)first;
}

__attribute__((target("sse4.2,pclmul"))) static uint32_t crc32c_sse42(uint32_t crc, const unsigned char *b, size_t n)
{
    uint64_t c = ~crc;
    if (n >= 3 * STREAM_BYTES) {
        c = streams((uint32_t)c, b, n);
        b += n - n % (3 * STREAM_BYTES);
        n %= 3 * STREAM_BYTES;
    }
    for (; n >= 8; n -= 8, b += 8) c = _mm_crc32_u64(c, load(b));
    if (n & 4) {
        uint32_t word;
        memcpy(&word, b, sizeof word);
        c = _mm_crc32_u32((uint32_t)c, word);
        b += 4;
    }
    if (n & 2) {
        uint16_t word;
        memcpy(&word, b, sizeof word);
        c = _mm_crc32_u16((uint32_t)c, word);
        b += 2;
    }
    if (n & 1) c = _mm_crc32_u8((uint32_t)c, *b);
    return ~(uint32_t)c;
}

uint32_t crc32c(uint32_t crc, const void *p, size_t n)
{
    if (__builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul")) return crc32c_sse42(crc, p, n);
    return crc32c_portable(crc, p, n);
}

#else

uint32_t crc32c(uint32_t crc, const void *p, size_t n) { return crc32c_portable(crc, p, n); }

#endif
