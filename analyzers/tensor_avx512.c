/* tensor_avx512 - the loops of tensor_kernel.h, 64 bytes at a time; with AVX512_BF16 (Intel's processors from 2020 on, AMD's from 2022 on) a
 * loop for bfloat16 that takes two thirds of the time: one instruction adds the products of both elements of each lane. */
#include "tensor_kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512      __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,popcnt")))
#define AVX512_BF16 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,popcnt")))

/* Eight floats are read again rather than taken out of sixteen: that is dearer. */
AVX512 static inline __m512d doubles(const char *p) { return _mm512_cvtps_pd(_mm256_loadu_ps((const float *)p)); }

AVX512 static inline void add_doubles(__m512d *low, __m512d *high, __m512 x)
{
    *low = _mm512_add_pd(*low, _mm512_cvtps_pd(_mm512_castps512_ps256(x)));
    *high = _mm512_add_pd(*high, _mm512_cvtps_pd(_mm512_extractf32x8_ps(x, 1)));
}

AVX512 static void f32(const void *p, size_t n, struct kernel_sums *out)
{
    const char *at = p;
    __m512 least = _mm512_loadu_ps(at), greatest = least;
    __m512d s0 = _mm512_setzero_pd(), s1 = s0, q0 = s0, q1 = s0;
    uint32_t zero = 0;
    for (size_t i = 0; i < n; i += KERNEL_STEP) {
        __m512 s = _mm512_setzero_ps(), t = s, q = s, r = s;
#pragma GCC unroll 2
        for (int v = 0; v < 16; v++, at += 128) {
            __m512 x = _mm512_loadu_ps(at), y = _mm512_loadu_ps(at + 64);
            least = _mm512_min_ps(least, x);
            least = _mm512_min_ps(least, y);
            greatest = _mm512_max_ps(greatest, x);
            greatest = _mm512_max_ps(greatest, y);
            zero += (uint32_t)_mm_popcnt_u32(_mm512_kunpackw(_mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_EQ_OQ),
                                                             _mm512_cmp_ps_mask(y, _mm512_setzero_ps(), _CMP_EQ_OQ)));
            s = _mm512_add_ps(s, x);
            t = _mm512_add_ps(t, y);
            q = _mm512_fmadd_ps(x, x, q);
            r = _mm512_fmadd_ps(y, y, r);
        }
        add_doubles(&s0, &s1, _mm512_add_ps(s, t));
        add_doubles(&q0, &q1, _mm512_add_ps(q, r));
    }
    _mm512_storeu_pd(out->sum, s0);
    _mm512_storeu_pd(out->sum + 8, s1);
    _mm512_storeu_pd(out->squares, q0);
    _mm512_storeu_pd(out->squares + 8, q1);
    out->min = (double)_mm512_reduce_min_ps(least);
    out->max = (double)_mm512_reduce_max_ps(greatest);
    out->zero = zero;
}

/* What a loop over 16-bit floats carries; float sums are added to it after each step. */
struct carried {
    __m512d s0, s1, q0, q1;
    __m512i signed_max, unsigned_max;
    uint32_t zero;
};
AVX512 static inline struct carried nothing_yet(void)
{
    __m512d z = _mm512_setzero_pd();
    return (struct carried){z, z, z, z, _mm512_set1_epi16(INT16_MIN), _mm512_setzero_si512(), 0};
}
AVX512 static inline void look_at_bits(struct carried *c, __m512i x)
{
    c->signed_max = _mm512_max_epi16(c->signed_max, x);
    c->unsigned_max = _mm512_max_epu16(c->unsigned_max, x);
    c->zero += (uint32_t)_mm_popcnt_u32(_mm512_testn_epi16_mask(x, _mm512_set1_epi16(0x7fff)));
}
/* The greatest of 32 unsigned numbers: halved down to 8, among whose complements one instruction finds the least. */
AVX512 static inline uint16_t greatest_of(__m512i x)
{
    __m256i half = _mm256_max_epu16(_mm512_castsi512_si256(x), _mm512_extracti64x4_epi64(x, 1));
    __m128i eight = _mm_max_epu16(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
    return (uint16_t)~_mm_extract_epi16(_mm_minpos_epu16(_mm_xor_si128(eight, _mm_set1_epi16(-1))), 0);
}
AVX512 static uint16_t unsigned_min(const char *at, size_t n)
{
    __m512i least = _mm512_set1_epi16(-1);
    for (size_t i = 0; i < n; i += 32) least = _mm512_min_epu16(least, _mm512_loadu_si512(at + 2 * i));
    return (uint16_t)~greatest_of(_mm512_xor_si512(least, _mm512_set1_epi16(-1)));
}

AVX512 static void finish(const struct carried *c, const char *p, size_t n, float (*number)(uint16_t), struct kernel_sums *out)
{
    uint16_t least = 0, flipped = greatest_of(_mm512_xor_si512(c->signed_max, _mm512_set1_epi16(INT16_MIN)));
    struct kernel_raw e = {(uint16_t)(flipped ^ 0x8000), greatest_of(c->unsigned_max)};
    if (kernel_one_sign(e)) least = unsigned_min(p, n);
    _mm512_storeu_pd(out->sum, c->s0);
    _mm512_storeu_pd(out->sum + 8, c->s1);
    _mm512_storeu_pd(out->squares, c->q0);
    _mm512_storeu_pd(out->squares + 8, c->q1);
    out->min = (double)number(kernel_least(e, least));
    out->max = (double)number(kernel_greatest(e, least));
    out->zero = c->zero;
}

AVX512 static inline void odd_then_even(__m512 *s, __m512 *q, __m512i x)
{
    __m512 even = _mm512_castsi512_ps(_mm512_slli_epi32(x, 16));
    __m512 odd = _mm512_castsi512_ps(_mm512_and_si512(x, _mm512_set1_epi32((int)0xffff0000)));
    *s = _mm512_add_ps(_mm512_add_ps(*s, odd), even);
    *q = _mm512_fmadd_ps(even, even, _mm512_fmadd_ps(odd, odd, *q));
}
AVX512 __attribute__((noinline)) static void bf16_flushed(const void *p, size_t n, struct kernel_sums *out)
{
    const char *at = p;
    struct carried c = nothing_yet();
    for (size_t i = 0; i < n; i += KERNEL_STEP) {
        __m512 s = _mm512_setzero_ps(), t = s, q = s, r = s;
#pragma GCC unroll 2
        for (int v = 0; v < 8; v++, at += 128) {
            __m512i x = _mm512_loadu_si512(at), y = _mm512_loadu_si512(at + 64);
            look_at_bits(&c, x);
            look_at_bits(&c, y);
            odd_then_even(&s, &q, x);
            odd_then_even(&t, &r, y);
        }
        add_doubles(&c.s0, &c.s1, _mm512_add_ps(s, t));
        add_doubles(&c.q0, &c.q1, _mm512_add_ps(q, r));
    }
    finish(&c, p, n, kernel_bf16, out);
}
static void bf16(const void *p, size_t n, struct kernel_sums *out) { kernel_flushing(bf16_flushed, p, n, out); }

/* The sum is the products with 1. */
AVX512_BF16 __attribute__((noinline)) static void bf16_products_flushed(const void *p, size_t n, struct kernel_sums *out)
{
    const char *at = p;
    const __m512bh one = (__m512bh)_mm512_set1_epi16(0x3f80);
    struct carried c = nothing_yet();
    for (size_t i = 0; i < n; i += KERNEL_STEP) {
        __m512 s = _mm512_setzero_ps(), t = s, q = s, r = s;
#pragma GCC unroll 8
        for (int v = 0; v < 8; v++, at += 128) {
            __m512i x = _mm512_loadu_si512(at), y = _mm512_loadu_si512(at + 64);
            look_at_bits(&c, x);
            look_at_bits(&c, y);
            s = _mm512_dpbf16_ps(s, (__m512bh)x, one);
            t = _mm512_dpbf16_ps(t, (__m512bh)y, one);
            q = _mm512_dpbf16_ps(q, (__m512bh)x, (__m512bh)x);
            r = _mm512_dpbf16_ps(r, (__m512bh)y, (__m512bh)y);
        }
        add_doubles(&c.s0, &c.s1, _mm512_add_ps(s, t));
        add_doubles(&c.q0, &c.q1, _mm512_add_ps(q, r));
    }
    finish(&c, p, n, kernel_bf16, out);
}
static void bf16_products(const void *p, size_t n, struct kernel_sums *out) { kernel_flushing(bf16_products_flushed, p, n, out); }

AVX512 static void f16(const void *p, size_t n, struct kernel_sums *out)
{
    const char *at = p;
    struct carried c = nothing_yet();
    for (size_t i = 0; i < n; i += KERNEL_STEP) {
        __m512 s = _mm512_setzero_ps(), t = s, q = s, r = s;
#pragma GCC unroll 4
        for (int v = 0; v < 16; v++, at += 64) {
            __m512 first = _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)at));
            __m512 second = _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(at + 32)));
            look_at_bits(&c, _mm512_loadu_si512(at));
            s = _mm512_add_ps(s, first);
            t = _mm512_add_ps(t, second);
            q = _mm512_fmadd_ps(first, first, q);
            r = _mm512_fmadd_ps(second, second, r);
        }
        add_doubles(&c.s0, &c.s1, _mm512_add_ps(s, t));
        add_doubles(&c.q0, &c.q1, _mm512_add_ps(q, r));
    }
    finish(&c, p, n, kernel_f16, out);
}

AVX512 static void pair_f32(const void *before, const void *now, size_t n, struct kernel_pair *out)
{
    const char *p = before, *q = now;
    __m512d sum[2][4];
    for (int k = 0; k < 2; k++)
        for (int j = 0; j < 4; j++) sum[k][j] = _mm512_setzero_pd();
    for (size_t i = 0; i < n; i += 16)
        for (int k = 0; k < 2; k++, p += 32, q += 32) {
            __m512d a = doubles(p), b = doubles(q), d = _mm512_sub_pd(b, a);
            sum[k][0] = _mm512_fmadd_pd(a, a, sum[k][0]);
            sum[k][1] = _mm512_fmadd_pd(b, b, sum[k][1]);
            sum[k][2] = _mm512_fmadd_pd(d, d, sum[k][2]);
            sum[k][3] = _mm512_fmadd_pd(a, b, sum[k][3]);
        }
    for (int k = 0; k < 2; k++) {
        _mm512_storeu_pd(out->before + 8 * k, sum[k][0]);
        _mm512_storeu_pd(out->now + 8 * k, sum[k][1]);
        _mm512_storeu_pd(out->difference + 8 * k, sum[k][2]);
        _mm512_storeu_pd(out->dot + 8 * k, sum[k][3]);
    }
}

const struct tensor_kernel tensor_avx512 = {.name = "avx512", .f32 = f32, .bf16 = bf16, .f16 = f16, .pair_f32 = pair_f32};
const struct tensor_kernel tensor_avx512_bf16 = {
    .name = "avx512_bf16", .f32 = f32, .bf16 = bf16_products, .f16 = f16, .pair_f32 = pair_f32};
#else
const struct tensor_kernel tensor_avx512 = {.name = "avx512"}, tensor_avx512_bf16 = {.name = "avx512_bf16"}; /* never chosen */
#endif
