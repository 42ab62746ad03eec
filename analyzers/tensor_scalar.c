/* tensor_scalar - the loops of tensor_kernel.h in plain C: for processors without wide registers, and what the others are held against. */
#include <math.h>

#include "tensor_kernel.h"

static float float_at(const unsigned char *p, size_t i)
{
    float x;
    memcpy(&x, p + 4 * i, sizeof x);
    return x;
}
static uint16_t raw_at(const unsigned char *p, size_t i)
{
    uint16_t x;
    memcpy(&x, p + 2 * i, sizeof x);
    return x;
}

struct sets {
    float s[2][KERNEL_LANES], q[2][KERNEL_LANES];
};
static void add(struct sets *f, size_t set, size_t lane, float x)
{
    f->s[set][lane] += x;
    f->q[set][lane] = fmaf(x, x, f->q[set][lane]);
}
static void fold(const struct sets *f, struct kernel_sums *out)
{
    for (size_t i = 0; i < KERNEL_LANES; i++) {
        out->sum[i] += (double)(f->s[0][i] + f->s[1][i]);
        out->squares[i] += (double)(f->q[0][i] + f->q[1][i]);
    }
}

static void f32(const void *p, size_t n, struct kernel_sums *out)
{
    float least = float_at(p, 0), greatest = least;
    *out = (struct kernel_sums){.sum = {0}};
    for (size_t step = 0; step < n; step += KERNEL_STEP) {
        struct sets f = {.s = {{0}}};
        for (size_t i = 0; i < KERNEL_STEP; i++) {
            float x = float_at(p, step + i);
            least = x < least ? x : least;
            greatest = x > greatest ? x : greatest;
            out->zero += x == 0;
            add(&f, i / KERNEL_LANES % 2, i % KERNEL_LANES, x);
        }
        fold(&f, out);
    }
    out->min = (double)least;
    out->max = (double)greatest;
}

static void f16_step(const unsigned char *p, struct kernel_sums *out)
{
    struct sets f = {.s = {{0}}};
    for (size_t i = 0; i < KERNEL_STEP; i++) add(&f, i / KERNEL_LANES % 2, i % KERNEL_LANES, kernel_f16(raw_at(p, i)));
    fold(&f, out);
}

/* A float without an exponent of its own is 0 to the instruction that the order of bf16 comes from. */
static float flushed(float x) { return fabsf(x) < 0x1p-126f ? copysignf(0, x) : x; }

static void bf16_step(const unsigned char *p, struct kernel_sums *out)
{
    struct sets f = {.s = {{0}}};
    for (size_t i = 0; i < KERNEL_STEP; i++) {
        float x = flushed(kernel_bf16(raw_at(p, i ^ 1))), *s = &f.s[i / 32 % 2][i % 32 / 2], *q = &f.q[i / 32 % 2][i % 32 / 2];
        *s = flushed(*s + x);
        *q = flushed(fmaf(x, x, *q));
    }
    for (size_t i = 0; i < KERNEL_LANES; i++) f.s[0][i] = flushed(f.s[0][i] + f.s[1][i]), f.s[1][i] = 0;
    fold(&f, out);
}

typedef void half_step(const unsigned char *p, struct kernel_sums *out);
static void half(const unsigned char *p, size_t n, float (*number)(uint16_t), half_step *step, struct kernel_sums *out)
{
    struct kernel_raw e = {0x8000, 0};
    uint16_t unsigned_min = 0xffff;
    *out = (struct kernel_sums){0};
    for (size_t i = 0; i < n; i++) {
        uint16_t x = raw_at(p, i);
        if ((int16_t)x > (int16_t)e.signed_max) e.signed_max = x;
        if (x > e.unsigned_max) e.unsigned_max = x;
        if (x < unsigned_min) unsigned_min = x;
        out->zero += (x & 0x7fff) == 0;
    }
    for (size_t i = 0; i < n; i += KERNEL_STEP) step(p + 2 * i, out);
    out->min = (double)number(kernel_least(e, unsigned_min));
    out->max = (double)number(kernel_greatest(e, unsigned_min));
}

static void bf16(const void *p, size_t n, struct kernel_sums *out) { half(p, n, kernel_bf16, bf16_step, out); }
static void f16(const void *p, size_t n, struct kernel_sums *out) { half(p, n, kernel_f16, f16_step, out); }

static void pair_f32(const void *before, const void *now, size_t n, struct kernel_pair *out)
{
    *out = (struct kernel_pair){.before = {0}};
    for (size_t i = 0; i < n; i++) {
        double a = (double)float_at(before, i), b = (double)float_at(now, i), d = b - a;
        size_t lane = i % KERNEL_LANES;
        out->before[lane] += a * a;
        out->now[lane] += b * b;
        out->difference[lane] += d * d;
        out->dot[lane] += a * b;
    }
}

const struct tensor_kernel tensor_scalar = {.name = "scalar", .f32 = f32, .bf16 = bf16, .f16 = f16, .pair_f32 = pair_f32};
