/* tensor - a pass over one tensor: chunks that fit the first-level cache, each summed on its own, then folded.
 *
 * Three ways through a chunk. Bytes are counted by value. 32- and 16-bit floats go through the processor's widest registers
 * (tensor_kernel.h). All else, and a chunk whose sums so made cannot be trusted (something in it is not finite, squares left the range of a
 * float, or the mean is so large against the spread that its square would swallow it), goes number by number, in double, around its mean. */
#include "tensor.h"

#include <math.h>
#include <string.h>

#include "tensor_kernel.h"
#include "tensor_number.h"

enum { CHUNK_BYTES = 32 << 10, CHUNK_MOST = CHUNK_BYTES / 2 /* reals */, PIECE = 512 };

struct chunk {
    uint64_t n, nan, inf, zero; /* n: finite ones */
    double mean, m2, squares, min, max;
};

/* fold - Chan, Golub, LeVeque 1979: the moments of two sets from those of each. */
static void fold(struct chunk *a, const struct chunk *b)
{
    a->nan += b->nan;
    a->inf += b->inf;
    a->zero += b->zero;
    if (!b->n) return;
    double n = (double)a->n, m = (double)b->n, apart = b->mean - a->mean;
    a->min = a->n && a->min < b->min ? a->min : b->min;
    a->max = a->n && a->max > b->max ? a->max : b->max;
    a->mean += apart * (m / (n + m));
    a->m2 += b->m2 + apart * apart * (n * (m / (n + m)));
    a->squares += b->squares;
    a->n += b->n;
}

/* Around a mean that is known, so that nothing cancels. */
static struct chunk piece(const double *x, size_t n)
{
    struct chunk c = {0};
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i])) c.nan++;
        else if (isinf(x[i])) c.inf++;
        else {
            c.min = c.n == 0 || x[i] < c.min ? x[i] : c.min;
            c.max = c.n == 0 || x[i] > c.max ? x[i] : c.max;
            c.n++;
            c.zero += x[i] == 0;
            sum += x[i];
            c.squares += x[i] * x[i];
        }
    }
    c.mean = c.n ? sum / (double)c.n : 0;
    if (isinf(c.mean)) {
        c.mean = 0;
        for (size_t i = 0; i < n; i++) c.mean += isfinite(x[i]) ? x[i] / (double)c.n : 0;
    }
    for (size_t i = 0; i < n; i++)
        if (isfinite(x[i])) c.m2 += (x[i] - c.mean) * (x[i] - c.mean);
    return c;
}

static struct chunk number_by_number(enum tensor_dtype d, const unsigned char *p, size_t n)
{
    double x[PIECE];
    struct chunk c = {0};
    size_t bytes = tensor_real_bytes(d);
    for (size_t i = 0; i < n; i += PIECE) {
        size_t m = n - i < PIECE ? n - i : PIECE;
        tensor_widen(d, p + i * bytes, m, x);
        struct chunk b = piece(x, m);
        fold(&c, &b);
    }
    return c;
}

static struct chunk by_value(enum tensor_dtype d, const unsigned char *p, size_t n)
{
    uint32_t count[4][256] = {{0}}; /* four, so that equal neighbours do not wait for each other */
    struct chunk c = {0};
    for (size_t i = 0; i < n; i++) count[i % 4][p[i]]++;
    for (unsigned v = 0; v < 256; v++) {
        uint32_t m = count[0][v] + count[1][v] + count[2][v] + count[3][v];
        if (!m) continue;
        double x = tensor_byte(d, (uint8_t)v);
        struct chunk b = {.min = x, .max = x, .mean = x, .squares = m * x * x};
        if (isnan(x)) b.nan = m;
        else if (isinf(x)) b.inf = m;
        else b.n = m, b.zero = x == 0 ? m : 0;
        fold(&c, &b);
    }
    return c;
}

static double lanes(const double *x)
{
    double sum = 0;
    for (int i = 0; i < KERNEL_LANES; i++) sum += x[i];
    return sum;
}

typedef void kernel_loop(const void *p, size_t n, struct kernel_sums *out);

/* lifted - tiny numbers times 2^60, so that their squares are no longer lost below the least float. */
static bool lifted(const struct tensor_kernel *k, enum tensor_dtype d, const unsigned char *p, size_t n, struct kernel_sums *s)
{
    float room[CHUNK_MOST];
    double x[PIECE];
    size_t bytes = tensor_real_bytes(d);
    for (size_t i = 0; i < n; i += PIECE) {
        size_t m = n - i < PIECE ? n - i : PIECE;
        tensor_widen(d, p + i * bytes, m, x);
        for (size_t j = 0; j < m; j++) room[i + j] = (float)(x[j] * 0x1p60);
    }
    k->f32(room, n, s);
    for (int i = 0; i < KERNEL_LANES; i++) s->sum[i] *= 0x1p-60, s->squares[i] *= 0x1p-120;
    s->min *= 0x1p-60;
    s->max *= 0x1p-60;
    return isfinite(lanes(s->squares));
}

/* The least mean square whose digits are all there: a square loses some of its own below 2^-126, of bf16 all, which are none of the first
 * 26 bits of the mean, of bf16 of the first 46. */
static double least_square(enum tensor_dtype d) { return d == TENSOR_BF16 ? 0x1p-80 : 0x1p-100; }

/* by_kernel - false when its sums cannot be trusted. A spread that is a hundredth of the squares has lost two of their digits at most. */
static bool by_kernel(const struct tensor_kernel *k, enum tensor_dtype d, const unsigned char *p, size_t n, struct chunk *c)
{
    kernel_loop *loop = d == TENSOR_BF16 ? k->bf16 : d == TENSOR_F16 ? k->f16 : k->f32;
    struct kernel_sums s;
    double count = (double)n;
    loop(p, n, &s);
    double squares = lanes(s.squares);
    if (!isfinite(squares) || !isfinite(s.min) || !isfinite(s.max)) return false;
    if (s.zero < n && squares < count * least_square(d)) {
        if (!lifted(k, d, p, n, &s)) return false;
        squares = lanes(s.squares);
    }
    double mean = lanes(s.sum) / count, m2 = squares - count * mean * mean;
    if (s.zero < n && m2 < 0.01 * squares) return false;
    *c = (struct chunk){.n = n, .zero = s.zero, .mean = mean, .m2 = m2, .squares = squares, .min = s.min, .max = s.max};
    return true;
}

static bool has_kernel(enum tensor_dtype d) { return d == TENSOR_F32 || d == TENSOR_BF16 || d == TENSOR_F16 || d == TENSOR_C64; }

static struct chunk sum_up(const struct tensor_kernel *k, enum tensor_dtype d, const unsigned char *p, size_t n)
{
    struct chunk c, rest;
    size_t bytes = tensor_real_bytes(d), whole = has_kernel(d) ? n - n % KERNEL_STEP : 0;
    if (bytes == 1) return by_value(d, p, n);
    if (!whole || !by_kernel(k, d, p, whole, &c)) return number_by_number(d, p, n);
    if (whole == n) return c;
    rest = number_by_number(d, p + whole * bytes, n - whole);
    fold(&c, &rest);
    return c;
}

/* A run of equal bytes is told by comparing it with itself, one byte on. */
static bool is_zero(enum tensor_dtype d, const unsigned char *p, size_t n)
{
    double x[64];
    size_t bytes = tensor_real_bytes(d);
    if (p[0] == 0 && memcmp(p, p + 1, n * bytes - 1) == 0) return true;
    for (size_t i = 0, m = 1; i < n;
         i += m, m = n - i < 64 ? n - i : 64) { /* it may hold -0; one number tells most of the others */
        tensor_widen(d, p + i * bytes, m, x);
        for (size_t j = 0; j < m; j++)
            if (x[j] != 0) return false;
    }
    return true;
}

/* rows - go on along the rows with n reals, of which so many are 0. */
static void rows(struct tensor_stream *s, const unsigned char *p, size_t n, uint64_t zero)
{
    uint64_t row = s->row_elements;
    if (!row) return;
    if (zero == 0) {
        s->sum.rows += (s->in_row + n) / row;
        s->in_row = (s->in_row + n) % row;
        s->row_is_zero = s->in_row == 0;
        return;
    }
    while (n) {
        uint64_t left = row - s->in_row;
        size_t m = left < n ? (size_t)left : n;
        s->row_is_zero = s->row_is_zero && is_zero(s->dtype, p, m);
        s->in_row += m;
        p += m * tensor_real_bytes(s->dtype);
        n -= m;
        if (s->in_row < row) return;
        s->sum.rows++;
        s->sum.zero_rows += s->row_is_zero;
        s->in_row = 0;
        s->row_is_zero = true;
    }
}

void tensor_begin(struct tensor_stream *s, enum tensor_dtype dtype, uint64_t row_elements)
{
    *s = (struct tensor_stream){.dtype = dtype, .row_is_zero = true};
    if (row_elements <= UINT64_MAX / 2) s->row_elements = row_elements * tensor_reals(dtype);
}

static void absorb(struct tensor_stream *s, const struct chunk *c)
{
    struct tensor_summary *t = &s->sum;
    struct chunk all = {.n = t->count - t->nan - t->inf,
                        .nan = t->nan,
                        .inf = t->inf,
                        .zero = t->zero,
                        .mean = t->mean,
                        .m2 = s->m2,
                        .squares = s->squares,
                        .min = t->min,
                        .max = t->max};
    fold(&all, c);
    t->count += c->n + c->nan + c->inf; /* reals, until the end */
    t->nan = all.nan;
    t->inf = all.inf;
    t->zero = all.zero;
    t->mean = all.mean;
    t->min = all.min;
    t->max = all.max;
    s->m2 = all.m2;
    s->squares = all.squares;
}

/* Twice as many numbers of 16 bits, so that the work between chunks is as rare. */
static size_t chunk_of(size_t bytes) { return bytes == 2 ? CHUNK_MOST : CHUNK_MOST / 2; }

void tensor_add_by(const struct tensor_kernel *k, struct tensor_stream *s, const void *p, size_t n)
{
    const unsigned char *at = p;
    size_t reals = n * tensor_reals(s->dtype), bytes = tensor_real_bytes(s->dtype), chunk = chunk_of(bytes);
    if (!bytes) s->sum.count += n;
    while (reals) {
        size_t m = reals < chunk ? reals : chunk;
        struct chunk c = sum_up(k, s->dtype, at, m);
        absorb(s, &c);
        rows(s, at, m, c.zero);
        at += m * bytes;
        reals -= m;
    }
}

void tensor_add(struct tensor_stream *s, const void *p, size_t n) { tensor_add_by(tensor_kernel_best(), s, p, n); }

struct tensor_summary tensor_end(const struct tensor_stream *s)
{
    struct tensor_summary t = s->sum;
    uint64_t finite = t.count - t.nan - t.inf;
    size_t reals = tensor_reals(s->dtype);
    if (reals > 1) t.count /= reals;
    t.mean += 0.0; /* -0 is 0 */
    t.min += 0.0;
    t.max += 0.0;
    t.std = finite && reals ? sqrt(s->m2 > 0 ? s->m2 / (double)finite : 0) : 0;
    t.norm = sqrt(s->squares);
    return t;
}

size_t tensor_kernels(const struct tensor_kernel **out)
{
    size_t n = 0;
#if defined(__x86_64__)
    bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                __builtin_cpu_supports("avx512vl");
    if (wide && __builtin_cpu_supports("avx512bf16")) out[n++] = &tensor_avx512_bf16;
    if (wide) out[n++] = &tensor_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) out[n++] = &tensor_avx2;
#endif
    out[n++] = &tensor_scalar;
    return n;
}

const struct tensor_kernel *tensor_kernel_best(void)
{
    const struct tensor_kernel *all[KERNELS_MOST];
    return tensor_kernels(all) ? all[0] : &tensor_scalar;
}
