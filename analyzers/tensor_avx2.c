/* tensor_avx2 - the loops of tensor_kernel.h, 32 bytes at a time. Every processor with AVX2 has F16C, too. */
#include "tensor_kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,fma,f16c,popcnt")))
AVX2 static inline __m256d doubles(const char *p) { return _mm256_cvtps_pd(_mm_loadu_ps((const float *)p)); }
AVX2 static inline __m256 floats(const char *p) { return _mm256_loadu_ps((const float *)p); }
AVX2 static inline __m256i bits(const char *p) { return _mm256_loadu_si256((const __m256i *)p); }
AVX2 static inline void add_doubles(double *to, __m256 x)
{
    __m256d low = _mm256_cvtps_pd(_mm256_castps256_ps128(x)), high = _mm256_cvtps_pd(_mm256_extractf128_ps(x, 1));
    _mm256_storeu_pd(to, _mm256_add_pd(_mm256_loadu_pd(to), low));
    _mm256_storeu_pd(to + 4, _mm256_add_pd(_mm256_loadu_pd(to + 4), high));
}

static void nothing_yet(struct kernel_sums *out) { *out = (struct kernel_sums){.sum = {0}}; }

/* Sums and squares of one step: two sets of 16 float lanes each, in registers of 8. */
struct step {
    __m256 s[4], q[4];
};
AVX2 static inline void fold_step(const struct step *f, struct kernel_sums *out)
{
    for (int h = 0; h < 2; h++) {
        add_doubles(out->sum + 8 * h, _mm256_add_ps(f->s[h], f->s[2 + h]));
        add_doubles(out->squares + 8 * h, _mm256_add_ps(f->q[h], f->q[2 + h]));
    }
}

AVX2 static void f32(const void *p, size_t n, struct kernel_sums *out)
{
    const char *at = p;
    float l[8], g[8];
    __m256 least = floats(at), greatest = least;
    nothing_yet(out);
    for (size_t i = 0; i < n; i += KERNEL_STEP) {
        struct step f;
        for (int h = 0; h < 4; h++) f.s[h] = f.q[h] = _mm256_setzero_ps();
        for (int v = 0; v < 16; v++) {
            unsigned zeros = 0;
#pragma GCC unroll 4
            for (int h = 0; h < 4; h++, at += 32) {
                __m256 x = floats(at);
                least = _mm256_min_ps(least, x);
                greatest = _mm256_max_ps(greatest, x);
                zeros = zeros << 8 | (unsigned)_mm256_movemask_ps(_mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_EQ_OQ));
                f.s[h] = _mm256_add_ps(f.s[h], x);
                f.q[h] = _mm256_fmadd_ps(x, x, f.q[h]);
            }
            out->zero += (uint32_t)_mm_popcnt_u32(zeros);
        }
        fold_step(&f, out);
    }
    _mm256_storeu_ps(l, least);
    _mm256_storeu_ps(g, greatest);
    for (int i = 1; i < 8; i++) l[0] = l[i] < l[0] ? l[i] : l[0], g[0] = g[i] > g[0] ? g[i] : g[0];
    out->min = (double)l[0];
    out->max = (double)g[0];
}

/* What a loop over 16-bit floats carries besides. */
struct carried {
    __m256i signed_max, unsigned_max, zero; /* zero: minus how many, in each 16 bits, of this step */
};
AVX2 static inline void look_at_bits(struct carried *c, __m256i x)
{
    __m256i magnitude = _mm256_and_si256(x, _mm256_set1_epi16(0x7fff));
    c->signed_max = _mm256_max_epi16(c->signed_max, x);
    c->unsigned_max = _mm256_max_epu16(c->unsigned_max, x);
    c->zero = _mm256_add_epi16(c->zero, _mm256_cmpeq_epi16(magnitude, _mm256_setzero_si256()));
}
/* At most 2^16 / 16 zeros in a lane, which is counted down from 0: they fit 16 bits. */
AVX2 static void finish(const struct carried *c, const char *p, size_t n, float (*number)(uint16_t), struct kernel_sums *out)
{
    int16_t s[16], z[16];
    uint16_t u[16], l[16], unsigned_min = 0xffff;
    struct kernel_raw e = {0x8000, 0};
    __m256i least = _mm256_set1_epi16(-1);
    _mm256_storeu_si256((__m256i *)s, c->signed_max);
    _mm256_storeu_si256((__m256i *)u, c->unsigned_max);
    _mm256_storeu_si256((__m256i *)z, c->zero);
    for (int i = 0; i < 16; i++) {
        if (s[i] > (int16_t)e.signed_max) e.signed_max = (uint16_t)s[i];
        if (u[i] > e.unsigned_max) e.unsigned_max = u[i];
        out->zero += (uint32_t)-z[i];
    }
    for (size_t i = 0; i < n && kernel_one_sign(e); i += 16) least = _mm256_min_epu16(least, bits(p + 2 * i));
    _mm256_storeu_si256((__m256i *)l, least);
    for (int i = 0; i < 16; i++) unsigned_min = l[i] < unsigned_min ? l[i] : unsigned_min;
    out->min = (double)number(kernel_least(e, unsigned_min));
    out->max = (double)number(kernel_greatest(e, unsigned_min));
}

AVX2 static inline void odd_then_even(__m256 *s, __m256 *q, __m256i x)
{
    __m256 even = _mm256_castsi256_ps(_mm256_slli_epi32(x, 16));
    __m256 odd = _mm256_castsi256_ps(_mm256_and_si256(x, _mm256_set1_epi32((int)0xffff0000)));
    *s = _mm256_add_ps(_mm256_add_ps(*s, odd), even);
    *q = _mm256_fmadd_ps(even, even, _mm256_fmadd_ps(odd, odd, *q));
}
AVX2 __attribute__((noinline)) static void bf16_flushed(const void *p, size_t n, struct kernel_sums *out)
{
    const char *at = p;
    struct carried c = {_mm256_set1_epi16(INT16_MIN), _mm256_setzero_si256(), _mm256_setzero_si256()};
    nothing_yet(out);
    for (size_t i = 0; i < n; i += KERNEL_STEP) {
        struct step f;
        for (int h = 0; h < 4; h++) f.s[h] = f.q[h] = _mm256_setzero_ps();
        for (int v = 0; v < 8; v++)
#pragma GCC unroll 4
            for (int h = 0; h < 4; h++, at += 32) {
                __m256i x = bits(at);
                look_at_bits(&c, x);
                odd_then_even(&f.s[h], &f.q[h], x);
            }
        fold_step(&f, out);
    }
    finish(&c, p, n, kernel_bf16, out);
}
static void bf16(const void *p, size_t n, struct kernel_sums *out) { kernel_flushing(bf16_flushed, p, n, out); }

AVX2 static void f16(const void *p, size_t n, struct kernel_sums *out)
{
    const char *at = p;
    struct carried c = {_mm256_set1_epi16(INT16_MIN), _mm256_setzero_si256(), _mm256_setzero_si256()};
    nothing_yet(out);
    for (size_t i = 0; i < n; i += KERNEL_STEP) {
        struct step f;
        for (int h = 0; h < 4; h++) f.s[h] = f.q[h] = _mm256_setzero_ps();
        for (int v = 0; v < 16; v++, at += 64) {
            look_at_bits(&c, bits(at));
            look_at_bits(&c, bits(at + 32));
#pragma GCC unroll 4
            for (int h = 0; h < 4; h++) {
                __m256 x = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(at + 16 * h)));
                f.s[h] = _mm256_add_ps(f.s[h], x);
                f.q[h] = _mm256_fmadd_ps(x, x, f.q[h]);
            }
        }
        fold_step(&f, out);
    }
    finish(&c, p, n, kernel_f16, out);
}

AVX2 static void pair_f32(const void *before, const void *now, size_t n, struct kernel_pair *out)
{
    const char *p = before, *q = now;
    *out = (struct kernel_pair){.before = {0}};
    for (int k = 0; k < 4; k++) {
        __m256d sa = _mm256_setzero_pd(), sb = sa, sd = sa, dot = sa;
        for (size_t i = 0; i < n; i += 16) {
            __m256d a = doubles(p + 4 * i + 16 * k), b = doubles(q + 4 * i + 16 * k), d = _mm256_sub_pd(b, a);
            sa = _mm256_fmadd_pd(a, a, sa);
            sb = _mm256_fmadd_pd(b, b, sb);
            sd = _mm256_fmadd_pd(d, d, sd);
            dot = _mm256_fmadd_pd(a, b, dot);
        }
        _mm256_storeu_pd(out->before + 4 * k, sa);
        _mm256_storeu_pd(out->now + 4 * k, sb);
        _mm256_storeu_pd(out->difference + 4 * k, sd);
        _mm256_storeu_pd(out->dot + 4 * k, dot);
    }
}

const struct tensor_kernel tensor_avx2 = {.name = "avx2", .f32 = f32, .bf16 = bf16, .f16 = f16, .pair_f32 = pair_f32};
#else
const struct tensor_kernel tensor_avx2 = {.name = "avx2"}; /* never chosen */
#endif
