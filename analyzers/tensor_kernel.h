/* tensor_kernel - the inner loops of tensor.c, once for each instruction set; all give the same bits.
 *
 * A vector of 32-bit floats is 16 elements, one of 16-bit ones 32. Element i of a vector always enters float lane i % 16, whatever the width
 * of a register (bf16: i / 2), of one of two sets (of even and odd vectors; f16: of the two elements of a lane). After 512 elements the two
 * sets are added to each other and to 16 lanes of doubles, and start anew. So the order of all roundings is fixed and the instruction sets
 * cannot disagree; squares are always added fused. 16 terms in float and one addition: a relative error below 2^-19 of their magnitudes at
 * worst, and far less of many, since roundings have no side.
 * bf16 goes as Intel defines VDPBF16PS: of two neighbours the odd one is added first, and what has no exponent (below 2^-126) is 0, whether
 * an element, a square or a sum.
 * Kernels know nothing of NaN: a chunk with one has squares or extremes that are not finite, and tensor.c then takes the careful way. */
#ifndef MLWATCH_TENSOR_KERNEL_H
#define MLWATCH_TENSOR_KERNEL_H

#include <string.h>

#include "tensor.h"

enum { KERNEL_LANES = 16, KERNEL_STEP = 512 };

struct kernel_sums {
    double sum[KERNEL_LANES], squares[KERNEL_LANES];
    double min, max; /* of 16-bit types not finite when an element is not */
    uint32_t zero;
};
struct kernel_pair {
    double before[KERNEL_LANES], now[KERNEL_LANES], difference[KERNEL_LANES], dot[KERNEL_LANES]; /* squares but for dot */
};

/* n is a multiple of KERNEL_STEP, not 0 and at most 2^16; pointers need no alignment. */
struct tensor_kernel {
    const char *name;
    void (*f32)(const void *p, size_t n, struct kernel_sums *out);
    void (*bf16)(const void *p, size_t n, struct kernel_sums *out);
    void (*f16)(const void *p, size_t n, struct kernel_sums *out);
    void (*pair_f32)(const void *before, const void *now, size_t n, struct kernel_pair *out);
};
extern const struct tensor_kernel tensor_scalar, tensor_avx2, tensor_avx512, tensor_avx512_bf16;

/* tensor_kernels - those that this processor can run, the fastest first; fills out, returns how many. tensor_kernel_best - the first. */
enum { KERNELS_MOST = 4 };
size_t tensor_kernels(const struct tensor_kernel **out);
const struct tensor_kernel *tensor_kernel_best(void);
/* tensor_add_by, tensor_pair_add_by - tensor_add and tensor_pair_add by a kernel of the caller's choice. */
void tensor_add_by(const struct tensor_kernel *k, struct tensor_stream *s, const void *p, size_t n);
void tensor_pair_add_by(const struct tensor_kernel *k, struct tensor_pair *s, const void *before, const void *now, size_t n);

#if defined(__x86_64__)
/* kernel_flushing - run a loop with the processor set to take floats without an exponent for 0, and to make none. The loop must not be inlined:
 * the compiler does not know that its additions depend on this. */
static inline void kernel_flushing(void (*loop)(const void *p, size_t n, struct kernel_sums *out), const void *p, size_t n,
                                   struct kernel_sums *out)
{
    enum { DENORMALS_ARE_ZERO = 1 << 6, FLUSH_TO_ZERO = 1 << 15 };
    unsigned before = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(before | DENORMALS_ARE_ZERO | FLUSH_TO_ZERO);
    loop(p, n, out);
    __builtin_ia32_ldmxcsr(before);
}
#endif

static inline float kernel_float(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}
static inline float kernel_bf16(uint16_t x) { return kernel_float((uint32_t)x << 16); }
/* 1 sign, 5 exponent (bias 15), 10 fraction; without an exponent fraction x 2^-24. */
static inline float kernel_f16(uint16_t x)
{
    uint32_t sign = (uint32_t)(x & 0x8000) << 16, exponent = x >> 10 & 31, fraction = x & 0x3ff;
    if (exponent == 31) return kernel_float(sign | 0x7f800000 | fraction << 13);
    if (exponent) return kernel_float(sign | (exponent + 112) << 23 | fraction << 13);
    float small = (float)fraction * 0x1p-24f;
    return sign ? -small : small;
}

/* The extremes of raw 16-bit floats. As unsigned numbers those with the sign set are the greatest and are ordered by magnitude; so the
 * greatest signed number is the greatest value, unless all have the sign set: then it is the least unsigned one; and so on. */
struct kernel_raw {
    uint16_t signed_max, unsigned_max;
};
static inline bool kernel_one_sign(struct kernel_raw e) { return ((e.signed_max ^ e.unsigned_max) & 0x8000) == 0; }
/* The same by the least unsigned number, which is only needed when all have one sign. */
static inline uint16_t kernel_least(struct kernel_raw e, uint16_t unsigned_min)
{
    return e.unsigned_max & 0x8000 ? e.unsigned_max : unsigned_min;
}
static inline uint16_t kernel_greatest(struct kernel_raw e, uint16_t unsigned_min)
{
    return e.signed_max & 0x8000 ? unsigned_min : e.signed_max;
}

#endif
