/* The instruction sets from the widest to the narrowest, and packing, which is the same for all. */
#include "simd.h"

#include <string.h>

const struct simd *const simd_all[] = {
#if defined(__x86_64__)
    &simd_avx512, &simd_avx2,
#endif
    &simd_portable, NULL};

const struct simd *simd_best(void)
{
    size_t i = 0;
    while (!simd_all[i]->runs_here()) i++; /* the portable one always does */
    return simd_all[i];
}

static size_t round_up(size_t n, size_t unit) { return (n + unit - 1) / unit * unit; }

size_t simd_packed_length(const struct simd *s, size_t outputs, size_t inputs) { return round_up(outputs, s->panel) * inputs; }

/* Both loops in the order of the packed side; the other one then reads `panel` rows at once, each forwards. */
static void pack_panel(float *packed, size_t panel, const float *w, size_t outputs, size_t inputs, size_t output_stride,
                       size_t input_stride)
{
    for (size_t i = 0; i < inputs; i++, packed += panel) {
        const float *in = w + i * input_stride;
        for (size_t o = 0; o < outputs; o++) packed[o] = in[o * output_stride];
        for (size_t o = outputs; o < panel; o++) packed[o] = 0;
    }
}

void simd_pack(const struct simd *s, float *packed, const float *w, size_t outputs, size_t inputs, size_t output_stride,
               size_t input_stride)
{
    for (size_t o = 0; o < outputs; o += s->panel, packed += s->panel * inputs) {
        size_t n = outputs - o < s->panel ? outputs - o : s->panel;
        pack_panel(packed, s->panel, w + o * output_stride, n, inputs, output_stride, input_stride);
    }
}
