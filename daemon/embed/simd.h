/* simd - what a transformer's forward pass does with rows of floats, written once for each instruction set.
 *
 * simd_body.h is the code, in the compiler's vectors of some width; simd_avx512.c, simd_avx2.c and simd_portable.c include it and
 * say how wide a vector is and how many registers there are. All give the same numbers but for the order in which they add.
 *
 * A matrix W (outputs, inputs) is packed before it is multiplied with: in panels of `panel` outputs, which lie side by side for
 * each input, so that the inner loop reads memory strictly forwards:
 *
 *     for each panel p: for each input i: W[p * panel + 0][i], W[p * panel + 1][i], ...    zeros where outputs end within a panel
 *
 * (Goto and van de Geijn 2008, "Anatomy of High-Performance Matrix Multiplication", with rows of x held in registers instead of packed:
 * a sentence has 5 to 256 of them.) */
#ifndef MLWATCH_SIMD_H
#define MLWATCH_SIMD_H

#include <stdbool.h>
#include <stddef.h>

enum { SIMD_ALIGNMENT = 64, SIMD_PANEL_MAX = 32 };

/* y += x Wᵀ. Rows of y and x may lie in wider matrices. y has room for outputs rounded up to whole panels. */
struct product {
    float *y;            /* (rows, outputs), rows y_stride apart */
    const float *x;      /* (rows, inputs), rows x_stride apart */
    const float *packed; /* simd_pack's, aligned to SIMD_ALIGNMENT */
    size_t rows, outputs, inputs, y_stride, x_stride;
};

struct simd {
    const char *name;
    size_t panel;            /* outputs of one panel; a divisor of SIMD_PANEL_MAX */
    bool (*runs_here)(void); /* has this processor the instructions? */
    void (*multiply)(const struct product *p);
    void (*add)(float *y, const float *x, size_t n); /* y += x; n is a multiple of 16 */
    /* gelu - x Φ(x), the exact form, in place; n is a multiple of 16. (Hendrycks and Gimpel 2016, arXiv:1606.08415) */
    void (*gelu)(float *x, size_t n);
    /* softmax - of x * scale over a row of n numbers; what is behind them, up to a multiple of 16, becomes 0. */
    void (*softmax)(float *x, size_t n, float scale);
    /* normalise - layer normalisation of a row: (x - mean) / sqrt(variance + 1e-12) * gain + bias; n is a multiple of 16.
     * (Ba, Kiros and Hinton 2016, arXiv:1607.06450) */
    void (*normalise)(float *x, const float *gain, const float *bias, size_t n);
};

/* simd_all - from the widest to the narrowest, NULL ends them. simd_best - the first that runs on this processor. */
extern const struct simd *const simd_all[];
const struct simd *simd_best(void);

/* simd_packed_length - floats of a packed (outputs, inputs) matrix. */
size_t simd_packed_length(const struct simd *s, size_t outputs, size_t inputs);
/* simd_pack - pack W, whose element (o, i) is w[o * output_stride + i * input_stride]. */
void simd_pack(const struct simd *s, float *packed, const float *w, size_t outputs, size_t inputs, size_t output_stride,
               size_t input_stride);

#if defined(__x86_64__)
extern const struct simd simd_avx512, simd_avx2;
#endif
extern const struct simd simd_portable;

#endif
