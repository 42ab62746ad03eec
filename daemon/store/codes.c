#include "codes.h"

#include <math.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

void codes_put(uint64_t *to, size_t stride, const float *v, size_t dims)
{
    for (size_t w = 0; w < codes_words(dims); w++) {
        uint64_t word = 0;
        for (size_t b = 0; b < 64 && w * 64 + b < dims; b++) word |= (uint64_t)(v[w * 64 + b] > 0) << b;
        to[w * stride] = word;
    }
}

/* ---- instruction sets ----------------------------------------------------------------------------------------------------- */

#define INLINE static inline __attribute__((always_inline))

typedef float lanes __attribute__((vector_size(64), aligned(4), may_alias));

INLINE double dot_lanes(const float *a, const float *b, size_t n)
{
    lanes s = {0}, t = {0};
    size_t i = 0;
    float sum = 0;
    for (; i + 32 <= n; i += 32) {
        s += *(const lanes *)(a + i) * *(const lanes *)(b + i);
        t += *(const lanes *)(a + i + 16) * *(const lanes *)(b + i + 16);
    }
    s += t;
    for (; i < n; i++) sum += a[i] * b[i];
    for (int k = 0; k < 16; k++) sum += s[k];
    return (double)sum;
}

INLINE void count_groups(const uint64_t *groups, size_t n_groups, const uint64_t *question, size_t words, uint16_t *out)
{
    for (size_t g = 0; g < n_groups; g++, groups += words * CODES_LANES)
        for (size_t lane = 0; lane < CODES_LANES; lane++) {
            int differ = 0;
            for (size_t w = 0; w < words; w++) differ += __builtin_popcountll(groups[w * CODES_LANES + lane] ^ question[w]);
            *out++ = (uint16_t)differ;
        }
}

static void distances_portable(const uint64_t *groups, size_t n_groups, const uint64_t *question, size_t words, uint16_t *out)
{
    count_groups(groups, n_groups, question, words, out);
}

static double dot_portable(const float *a, const float *b, size_t n) { return dot_lanes(a, b, n); }
static bool portable_here(void) { return true; }
static const struct codes_kernel portable = {"portable", portable_here, distances_portable, dot_portable};

#if defined(__x86_64__)

#define POPCNT __attribute__((target("popcnt,avx2,fma")))

/* One copy for vectors of 384 numbers: with a constant number of words the loop over them is unrolled. */
POPCNT static void distances_popcnt(const uint64_t *groups, size_t n_groups, const uint64_t *question, size_t words,
                                    uint16_t *out)
{
    if (words == 6) count_groups(groups, n_groups, question, 6, out);
    else count_groups(groups, n_groups, question, words, out);
}

POPCNT static double dot_avx2(const float *a, const float *b, size_t n) { return dot_lanes(a, b, n); }

static bool popcnt_here(void)
{
    return __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
static const struct codes_kernel popcnt = {"popcnt", popcnt_here, distances_popcnt, dot_avx2};

#define AVX512 __attribute__((target("avx512f,avx512vpopcntdq,fma")))

INLINE AVX512 void count_wide(const uint64_t *groups, size_t n_groups, const uint64_t *question, size_t words, uint16_t *out)
{
    for (size_t g = 0; g < n_groups; g++, groups += words * CODES_LANES, out += CODES_LANES) {
        __m512i differ = _mm512_setzero_si512();
        for (size_t w = 0; w < words; w++) {
            const __m512i code = _mm512_load_si512(groups + w * CODES_LANES), asked = _mm512_set1_epi64((int64_t)question[w]);
            differ = _mm512_add_epi64(differ, _mm512_popcnt_epi64(_mm512_xor_si512(code, asked)));
        }
        _mm_storeu_si128((__m128i *)(void *)out, _mm512_cvtepi64_epi16(differ));
    }
}

AVX512 static void distances_avx512(const uint64_t *groups, size_t n_groups, const uint64_t *question, size_t words,
                                    uint16_t *out)
{
    if (words == 6) count_wide(groups, n_groups, question, 6, out);
    else count_wide(groups, n_groups, question, words, out);
}

AVX512 static double dot_avx512(const float *a, const float *b, size_t n) { return dot_lanes(a, b, n); }

static bool avx512_here(void) { return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vpopcntdq"); }
static const struct codes_kernel avx512 = {"avx512", avx512_here, distances_avx512, dot_avx512};

#endif

const struct codes_kernel *const codes_all[] = {
#if defined(__x86_64__)
    &avx512, &popcnt,
#endif
    &portable, NULL};

const struct codes_kernel *codes_best(void)
{
    size_t i = 0;
    while (!codes_all[i]->runs_here()) i++; /* the portable one always does */
    return codes_all[i];
}

/* ---- the finer look ------------------------------------------------------------------------------------------------------- */

/* A number becomes 0 .. 15: -largest .. largest in equal steps. A set bit of the code costs what is missing to 15, a clear one the level. */
void codes_ask(struct codes_question *q, const float *v, size_t dims)
{
    float largest = 0;
    *q = (struct codes_question){.words = codes_words(dims)};
    codes_put(q->signs, 1, v, dims);
    for (size_t i = 0; i < dims; i++) largest = fmaxf(largest, fabsf(v[i]));
    for (size_t i = 0; i < dims && largest > 0; i++) {
        uint32_t level = (uint32_t)lroundf((v[i] / largest + 1) * (CODES_LEVELS - 1) / 2);
        q->sum += level;
        for (size_t p = 0; p < CODES_PLANES; p++) q->planes[p][i / 64] |= (uint64_t)(level >> p & 1) << i % 64;
    }
}

INLINE uint32_t penalty(const struct codes_question *q, const uint64_t *code)
{
    uint32_t set = 0, fits = 0;
    for (size_t w = 0; w < q->words; w++) {
        const uint64_t word = code[w * CODES_LANES];
        set += (uint32_t)__builtin_popcountll(word);
        for (size_t p = 0; p < CODES_PLANES; p++) fits += (uint32_t)__builtin_popcountll(word & q->planes[p][w]) << p;
    }
    return q->sum + (CODES_LEVELS - 1) * set - 2 * fits;
}

#if defined(__x86_64__)
POPCNT static uint32_t penalty_popcnt(const struct codes_question *q, const uint64_t *code) { return penalty(q, code); }
uint32_t codes_penalty(const struct codes_question *q, const uint64_t *code)
{
    return popcnt_here() ? penalty_popcnt(q, code) : penalty(q, code);
}
#else
uint32_t codes_penalty(const struct codes_question *q, const uint64_t *code) { return penalty(q, code); }
#endif
