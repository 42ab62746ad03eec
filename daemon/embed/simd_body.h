/* simd_body - the code of simd.h for one instruction set. Whoever includes it defines
 *
 *     SIMD_WIDTH     floats of a vector
 *     SIMD_ROWS      rows of y held in registers: SIMD_ROWS * 2 vectors, and three more, have to fit
 *     SIMD_TARGET    the attribute that lets the compiler use the instructions, or nothing
 *     SIMD_NAME      the name of the struct simd;  SIMD_LABEL  the same for people;  SIMD_RUNS_HERE  an expression */
#include <math.h>
#include <stdint.h>

#include "simd.h"

enum { PANEL = 2 * SIMD_WIDTH, INPUT_BLOCK = 384 };
#define INLINE static inline __attribute__((always_inline)) SIMD_TARGET

typedef float vec __attribute__((vector_size(SIMD_WIDTH * 4)));
typedef int32_t ints __attribute__((vector_size(SIMD_WIDTH * 4)));
typedef float vec_anywhere __attribute__((vector_size(SIMD_WIDTH * 4), aligned(4), may_alias));

#define LOAD(p)         ((vec) * (const vec_anywhere *)(p))
#define STORE(p, v)     (*(vec_anywhere *)(p) = (v))
#define SPLAT(x)        ((x) - (vec){0})
#define SELECT(m, a, b) ((vec)(((m) & (ints)(a)) | (~(m) & (ints)(b))))

/* ---- y += x Wᵀ ---------------------------------------------------------------------------------------------------------- */

/* `rows` is a constant in each copy that the switch below makes, so `a` is registers. */
INLINE void multiply_tile(const int rows, const struct product *p, float *y, const float *x, const float *w, size_t inputs)
{
    vec a[SIMD_ROWS][2];
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
        a[r][0] = LOAD(y + (size_t)r * p->y_stride);
        a[r][1] = LOAD(y + (size_t)r * p->y_stride + SIMD_WIDTH);
    }
    for (size_t i = 0; i < inputs; i++, w += PANEL) {
        const vec w0 = *(const vec *)w, w1 = *(const vec *)(w + SIMD_WIDTH);
#pragma GCC unroll 16
        for (int r = 0; r < rows; r++) {
            const vec xi = SPLAT(x[(size_t)r * p->x_stride + i]);
            a[r][0] += xi * w0;
            a[r][1] += xi * w1;
        }
    }
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
        STORE(y + (size_t)r * p->y_stride, a[r][0]);
        STORE(y + (size_t)r * p->y_stride + SIMD_WIDTH, a[r][1]);
    }
}

#define TILE(n)                                                                                                                  \
    case n: multiply_tile(n, p, y, x, w, inputs); break
/* A copy of multiply_tile for each number of rows there can be. */
SIMD_TARGET static void multiply_rows(size_t rows, const struct product *p, float *y, const float *x, const float *w,
                                      size_t inputs)
{
    switch (rows) {
        TILE(1);
        TILE(2);
        TILE(3);
        TILE(4);
        TILE(5);
        TILE(6);
#if SIMD_ROWS > 6
        TILE(7);
        TILE(8);
        TILE(9);
        TILE(10);
        TILE(11);
        TILE(12);
#endif
    default: break;
    }
}

/* One panel times all rows, in tiles of nearly the same height: 22 rows are 11 and 11, not 12 and 10. */
SIMD_TARGET static void multiply_panel(const struct product *p, float *y, const float *x, const float *w, size_t inputs)
{
    size_t tiles = (p->rows + SIMD_ROWS - 1) / SIMD_ROWS;
    for (size_t t = 0; t < tiles; t++) {
        size_t rows = p->rows / tiles + (t < p->rows % tiles);
        multiply_rows(rows, p, y, x, w, inputs);
        y += rows * p->y_stride;
        x += rows * p->x_stride;
    }
}

/* Inputs in blocks, so that the block's part of x stays in the second-level cache while all panels pass. */
SIMD_TARGET static void multiply(const struct product *p)
{
    for (size_t from = 0; from < p->inputs; from += INPUT_BLOCK) {
        size_t inputs = p->inputs - from < INPUT_BLOCK ? p->inputs - from : INPUT_BLOCK;
        for (size_t o = 0; o < p->outputs; o += PANEL)
            multiply_panel(p, p->y + o, p->x + from, p->packed + o * p->inputs + from * PANEL, inputs);
    }
}

/* ---- element by element ------------------------------------------------------------------------------------------------- */

/* e^x for x <= 0, relative error 2e-7: e^x = 2^k e^r with |r| <= ln 2 / 2, k by adding 1.5 * 2^23, which rounds and leaves k in the low
 * bits; e^r by its series to r^6; ln 2 in two parts, the first of which times k is exact. (Cody and Waite 1980, chapter 6) */
INLINE vec exp_negative(vec x)
{
    const vec magic = SPLAT(12582912.0f);
    x = SELECT(x < -87.0f, SPLAT(-87.0f), x);
    const vec shifted = x * 1.44269504f + magic, k = shifted - magic;
    const vec r = x - k * 0.693359375f - k * -2.12194440e-4f;
    vec e = SPLAT(1.0f / 720);
    e = e * r + 1.0f / 120;
    e = e * r + 1.0f / 24;
    e = e * r + 1.0f / 6;
    e = e * r + 0.5f;
    e = e * r + 1.0f;
    e = e * r + 1.0f;
    return (vec)((ints)e + ((ints)shifted << 23));
}

/* erf of z >= 0, absolute error 1.5e-7. (Hastings 1955; Abramowitz and Stegun 1964, formula 7.1.26) */
INLINE vec erf_positive(vec z)
{
    const vec t = 1.0f / (1.0f + 0.3275911f * z);
    vec p = SPLAT(1.061405429f);
    p = p * t + -1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t + -0.284496736f;
    p = p * t + 0.254829592f;
    return 1.0f - p * t * exp_negative(-z * z);
}

SIMD_TARGET static void add(float *y, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i += SIMD_WIDTH) STORE(y + i, LOAD(y + i) + LOAD(x + i));
}

SIMD_TARGET static void gelu(float *x, size_t n)
{
    for (size_t i = 0; i < n; i += SIMD_WIDTH) {
        const vec v = LOAD(x + i), size = SELECT(v < 0.0f, -v, v);
        STORE(x + i, 0.5f * (v + size * erf_positive(size * 0.70710678f))); /* erf is odd: v erf(v) = |v| erf(|v|) */
    }
}

INLINE float sum_of(vec v)
{
    float sum = 0;
    for (int i = 0; i < SIMD_WIDTH; i++) sum += v[i];
    return sum;
}

INLINE float largest_of(const float *x, size_t n)
{
    vec most = LOAD(x);
    for (size_t i = SIMD_WIDTH; i < n; i += SIMD_WIDTH) most = SELECT(LOAD(x + i) > most, LOAD(x + i), most);
    float m = most[0];
    for (int i = 1; i < SIMD_WIDTH; i++) m = most[i] > m ? most[i] : m;
    return m;
}

/* What is behind the row takes part as a number whose exponential is nothing beside the largest's, and is then set to 0. */
SIMD_TARGET static void softmax(float *x, size_t n, float scale)
{
    const size_t whole = (n + 15) / 16 * 16;
    for (size_t i = n; i < whole; i++) x[i] = -1e30f;
    const float largest = largest_of(x, whole);
    vec sum = {0};
    for (size_t i = 0; i < whole; i += SIMD_WIDTH) {
        const vec e = exp_negative((LOAD(x + i) - largest) * scale);
        STORE(x + i, e);
        sum += e;
    }
    const float share = 1.0f / sum_of(sum);
    for (size_t i = 0; i < whole; i += SIMD_WIDTH) STORE(x + i, LOAD(x + i) * share);
    for (size_t i = n; i < whole; i++) x[i] = 0;
}

/* In two passes: the mean, then what is left. */
SIMD_TARGET static void normalise(float *x, const float *gain, const float *bias, size_t n)
{
    vec sum = {0}, squares = {0};
    for (size_t i = 0; i < n; i += SIMD_WIDTH) sum += LOAD(x + i);
    const float mean = sum_of(sum) / (float)n;
    for (size_t i = 0; i < n; i += SIMD_WIDTH) squares += (LOAD(x + i) - mean) * (LOAD(x + i) - mean);
    const float share = 1.0f / sqrtf(sum_of(squares) / (float)n + 1e-12f);
    for (size_t i = 0; i < n; i += SIMD_WIDTH) STORE(x + i, (LOAD(x + i) - mean) * share * LOAD(gain + i) + LOAD(bias + i));
}

static bool runs_here(void) { return SIMD_RUNS_HERE; }

const struct simd SIMD_NAME = {SIMD_LABEL, PANEL, runs_here, multiply, add, gelu, softmax, normalise};
