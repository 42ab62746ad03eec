/* tensor_pair - a pass over two tensors of one shape side by side: what changed between two checkpoints.
 *
 * Bits are compared as they lie in the file; distances are taken in double. 16-bit floats are widened and share the loop of 32-bit ones.
 * A chunk whose sums are not finite is gone through again, number by number, without what is not finite on either side. */
#include <math.h>
#include <string.h>

#include "tensor.h"
#include "tensor_kernel.h"
#include "tensor_number.h"

enum { CHUNK = 2048 /* reals */, PIECE = 256 };

struct sums {
    double before, now, difference, dot;
};

static void number_by_number(enum tensor_dtype d, const unsigned char *p, const unsigned char *q, size_t n, struct sums *out)
{
    double x[PIECE], y[PIECE];
    size_t bytes = tensor_real_bytes(d);
    for (size_t i = 0; i < n; i += PIECE) {
        size_t m = n - i < PIECE ? n - i : PIECE;
        tensor_widen(d, p + i * bytes, m, x);
        tensor_widen(d, q + i * bytes, m, y);
        for (size_t j = 0; j < m; j++) {
            double apart = y[j] - x[j];
            if (!isfinite(x[j]) || !isfinite(y[j])) continue;
            out->before += x[j] * x[j];
            out->now += y[j] * y[j];
            out->difference += apart * apart;
            out->dot += x[j] * y[j];
        }
    }
}

/* The chunk as 32-bit floats: as it lies, or widened into room. */
static const void *floats(enum tensor_dtype d, const unsigned char *p, size_t n, float *room)
{
    if (d == TENSOR_F32 || d == TENSOR_C64) return p;
    for (size_t i = 0; i < n; i++) {
        uint16_t x;
        memcpy(&x, p + 2 * i, sizeof x);
        room[i] = d == TENSOR_BF16 ? kernel_bf16(x) : kernel_f16(x);
    }
    return room;
}

static double lanes(const double *x)
{
    double sum = 0;
    for (int i = 0; i < KERNEL_LANES; i++) sum += x[i];
    return sum;
}

static struct sums sum_up(const struct tensor_kernel *k, enum tensor_dtype d, const unsigned char *p, const unsigned char *q,
                          size_t n)
{
    float x[CHUNK], y[CHUNK];
    struct kernel_pair s;
    struct sums out = {0};
    bool fast = d == TENSOR_F32 || d == TENSOR_C64 || d == TENSOR_BF16 || d == TENSOR_F16;
    size_t whole = fast ? n - n % KERNEL_STEP : 0, bytes = tensor_real_bytes(d);
    if (whole) {
        k->pair_f32(floats(d, p, whole, x), floats(d, q, whole, y), whole, &s);
        out = (struct sums){lanes(s.before), lanes(s.now), lanes(s.difference), lanes(s.dot)};
        if (!isfinite(out.before) || !isfinite(out.now)) whole = 0, out = (struct sums){0};
    }
    number_by_number(d, p + whole * bytes, q + whole * bytes, n - whole, &out);
    return out;
}

/* How many of n elements differ. The widths that matter have loops that a compiler can turn into vectors. */
#define DIFFER(type)                                                                                                             \
    for (size_t i = 0; i < n; i++) {                                                                                             \
        type x, y;                                                                                                               \
        memcpy(&x, p + i * sizeof x, sizeof x);                                                                                  \
        memcpy(&y, q + i * sizeof y, sizeof y);                                                                                  \
        differ += x != y;                                                                                                        \
    }                                                                                                                            \
    return differ

static uint32_t differing(const unsigned char *p, const unsigned char *q, size_t n, size_t bytes)
{
    uint32_t differ = 0;
    switch (bytes) {
    case 1: DIFFER(uint8_t);
    case 2: DIFFER(uint16_t);
    case 4: DIFFER(uint32_t);
    case 8: DIFFER(uint64_t);
    default:
        for (size_t i = 0; i < n; i++) differ += memcmp(p + i * bytes, q + i * bytes, bytes) != 0;
        return differ;
    }
}

static void rows(struct tensor_pair *s, const unsigned char *p, const unsigned char *q, size_t n, uint64_t changed)
{
    size_t bytes = tensor_dtype_bytes(s->dtype);
    uint64_t row = s->row_elements;
    while (row && n) {
        uint64_t left = row - s->in_row;
        size_t m = left < n ? (size_t)left : n;
        s->row_changed = s->row_changed || (changed && memcmp(p, q, m * bytes) != 0);
        s->in_row += m;
        p += m * bytes;
        q += m * bytes;
        n -= m;
        if (s->in_row < row) return;
        s->change.rows++;
        s->change.changed_rows += s->row_changed;
        s->in_row = 0;
        s->row_changed = false;
    }
}

void tensor_pair_begin(struct tensor_pair *s, enum tensor_dtype dtype, uint64_t row_elements)
{
    *s = (struct tensor_pair){.dtype = dtype, .row_elements = tensor_dtype_bytes(dtype) ? row_elements : 0};
}

void tensor_pair_add_by(const struct tensor_kernel *k, struct tensor_pair *s, const void *before, const void *now, size_t n)
{
    const unsigned char *p = before, *q = now;
    size_t bytes = tensor_dtype_bytes(s->dtype), reals = tensor_reals(s->dtype);
    s->change.count += n;
    while (bytes && n) {
        size_t m = n < CHUNK / reals ? n : CHUNK / reals;
        struct sums c = sum_up(k, s->dtype, p, q, m * reals);
        uint32_t changed = differing(p, q, m, bytes);
        s->squares_before += c.before;
        s->squares_now += c.now;
        s->squares_difference += c.difference;
        s->change.dot += c.dot;
        s->change.changed += changed;
        rows(s, p, q, m, changed);
        p += m * bytes;
        q += m * bytes;
        n -= m;
    }
}

void tensor_pair_add(struct tensor_pair *s, const void *before, const void *now, size_t n)
{
    tensor_pair_add_by(tensor_kernel_best(), s, before, now, n);
}

struct tensor_change tensor_pair_end(const struct tensor_pair *s)
{
    struct tensor_change c = s->change;
    c.norm_before = sqrt(s->squares_before);
    c.norm_now = sqrt(s->squares_now);
    c.norm_difference = sqrt(s->squares_difference);
    return c;
}
