/* Tests of the statistics of a tensor: against a plain long-double reference with decoders of its own, for every dtype, however the bytes are
 * cut, wherever they lie, and by every set of instructions this processor has. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../analyzers/tensor.h"
#include "../../analyzers/tensor_kernel.h"

enum { MOST = 20000 }; /* elements */

/* A small generator of its own, so that a seed means the same everywhere (xorshift64*; Vigna 2016). */
static uint64_t next(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * UINT64_C(2685821657736338717);
}
static double uniform(uint64_t *seed) { return (double)(next(seed) >> 11) * 0x1p-53; }

/* A float of given widths, by its definition. infinity: does the greatest exponent mean NaN and infinity? */
static long double small_float(uint64_t bits, int width, int exponent_bits, int bias, bool infinity)
{
    int fraction_bits = width - 1 - exponent_bits;
    long fraction = (long)(bits & ((UINT64_C(1) << fraction_bits) - 1));
    long exponent = (long)(bits >> fraction_bits & ((UINT64_C(1) << exponent_bits) - 1));
    long double sign = bits >> (width - 1) & 1 ? -1 : 1;
    if (infinity && exponent == (1 << exponent_bits) - 1) return fraction ? (long double)NAN : sign * (long double)INFINITY;
    if (exponent == 0) return sign * ldexpl((long double)fraction, 1 - bias - fraction_bits);
    return sign * ldexpl((long double)fraction + ldexpl(1, fraction_bits), (int)exponent - bias - fraction_bits);
}

static long double number(enum tensor_dtype d, const unsigned char *p)
{
    uint64_t bits = 0;
    size_t n = d == TENSOR_C64 ? 4 : d == TENSOR_C128 ? 8 : tensor_dtype_bytes(d);
    for (size_t i = 0; i < n; i++) bits |= (uint64_t)p[i] << 8 * i; /* little-endian, by definition */
    switch (d) {
    case TENSOR_C128:
    case TENSOR_F64: return small_float(bits, 64, 11, 1023, true);
    case TENSOR_C64:
    case TENSOR_F32: return small_float(bits, 32, 8, 127, true);
    case TENSOR_F16: return small_float(bits, 16, 5, 15, true);
    case TENSOR_BF16: return small_float(bits, 16, 8, 127, true);
    case TENSOR_F8_E4M3: return (bits & 0x7f) == 0x7f ? (long double)NAN : small_float(bits, 8, 4, 7, false);
    case TENSOR_F8_E5M2: return small_float(bits, 8, 5, 15, true);
    case TENSOR_F8_E4M3FNUZ: return bits == 0x80 ? (long double)NAN : small_float(bits, 8, 4, 8, false);
    case TENSOR_F8_E5M2FNUZ: return bits == 0x80 ? (long double)NAN : small_float(bits, 8, 5, 16, false);
    case TENSOR_F8_E8M0: return bits == 0xff ? (long double)NAN : ldexpl(1, (int)bits - 127);
    case TENSOR_I64: return (long double)(int64_t)bits;
    case TENSOR_I32: return (int32_t)bits;
    case TENSOR_I16: return (int16_t)bits;
    case TENSOR_I8: return (int8_t)bits;
    case TENSOR_BOOL: return bits != 0;
    default: return (long double)bits;
    }
}

static size_t reals(enum tensor_dtype d) { return d == TENSOR_C64 || d == TENSOR_C128 ? 2 : 1; }
static size_t real_bytes(enum tensor_dtype d) { return tensor_dtype_bytes(d) / reals(d); }

static struct tensor_summary reference(enum tensor_dtype d, const unsigned char *p, size_t n, uint64_t row_elements)
{
    struct tensor_summary s = {.count = n};
    long double sum = 0, squares = 0, spread = 0, finite = 0, mean;
    size_t m = n * reals(d), row = (size_t)row_elements * reals(d), zeros = 0;
    for (size_t i = 0; i < m; i++) {
        long double x = number(d, p + i * real_bytes(d));
        s.nan += isnan(x) ? 1 : 0;
        s.inf += isinf(x) ? 1 : 0;
        s.zero += x == 0;
        zeros += x == 0;
        if (isfinite(x)) {
            if (finite == 0 || x < s.min) s.min = (double)x;
            if (finite == 0 || x > s.max) s.max = (double)x;
            finite++;
            sum += x;
            squares += x * x;
        }
        if (row && (i + 1) % row == 0) {
            s.rows++;
            s.zero_rows += zeros == row;
            zeros = 0;
        }
    }
    mean = finite > 0 ? sum / finite : 0;
    for (size_t i = 0; i < m; i++) {
        long double x = number(d, p + i * real_bytes(d));
        if (isfinite(x)) spread += (x - mean) * (x - mean);
    }
    s.mean = (double)mean;
    s.std = finite > 0 ? (double)sqrtl(spread / finite) : 0;
    s.norm = (double)sqrtl(squares);
    return s;
}

static void near(double is, double should, double within, const char *what, enum tensor_dtype d, const char *kernel)
{
    if (is == should || fabs(is - should) <= within) return;
    fail_msg("%s by %s: %s is %.17g and should be %.17g (within %g)", tensor_dtype_name(d), kernel, what, is, should, within);
}

/* Floats of 32 and 16 bits are summed in float for a while; all else is good to the last digits of a double. */
static double digits(enum tensor_dtype d)
{
    return d == TENSOR_F32 || d == TENSOR_C64 || d == TENSOR_F16 || d == TENSOR_BF16 ? 1e-7 : 1e-12;
}

static void same(const struct tensor_summary *is, const struct tensor_summary *should, enum tensor_dtype d, const char *kernel)
{
    double finite = (double)(should->count * reals(d) - should->nan - should->inf), rms = should->norm / sqrt(fmax(finite, 1));
    assert_int_equal(is->count, should->count);
    assert_int_equal(is->nan, should->nan);
    assert_int_equal(is->inf, should->inf);
    assert_int_equal(is->zero, should->zero);
    assert_int_equal(is->rows, should->rows);
    assert_int_equal(is->zero_rows, should->zero_rows);
    near(is->min, should->min, 1e-15 * fabs(should->min), "least", d, kernel);
    near(is->max, should->max, 1e-15 * fabs(should->max), "greatest", d, kernel);
    near(is->mean, should->mean, digits(d) * rms, "mean", d, kernel);
    near(is->std, should->std, 30 * digits(d) * should->std + 1e-15 * rms, "standard deviation", d, kernel);
    near(is->norm, should->norm, digits(d) * should->norm, "norm", d, kernel);
}

/* pass - n elements in blocks of random sizes; a block as large as the rest where seed is 0. */
static struct tensor_summary pass(const struct tensor_kernel *k, enum tensor_dtype d, const unsigned char *p, size_t n,
                                  uint64_t row_elements, uint64_t *seed)
{
    struct tensor_stream s;
    tensor_begin(&s, d, row_elements);
    for (size_t at = 0; at < n;) {
        size_t m = seed && *seed ? 1 + next(seed) % (next(seed) % 4 ? 700 : n) : n;
        if (m > n - at) m = n - at;
        tensor_add_by(k, &s, p + at * tensor_dtype_bytes(d), m);
        at += m;
    }
    return tensor_end(&s);
}

static void check(enum tensor_dtype d, const unsigned char *p, size_t n, uint64_t row_elements, uint64_t seed)
{
    const struct tensor_kernel *all[KERNELS_MOST];
    struct tensor_summary should = reference(d, p, n, row_elements);
    size_t kernels = tensor_kernels(all);
    for (size_t k = 0; k < kernels; k++) {
        uint64_t cuts = seed;
        struct tensor_summary whole = pass(all[k], d, p, n, row_elements, NULL), cut = pass(all[k], d, p, n, row_elements, &cuts);
        same(&whole, &should, d, all[k]->name);
        same(&cut, &should, d, all[k]->name);
    }
}

/* What a tensor may be full of. */
enum filling { ANY_BITS, SMALL, AROUND_MANY, SPARSE, ALL_ZERO, POSITIVE, NEGATIVE, TINY, FILLINGS };

static uint64_t bits_of(enum tensor_dtype d, double x)
{
    float f = (float)x;
    uint32_t b;
    uint64_t wide;
    memcpy(&b, &f, sizeof b);
    memcpy(&wide, &x, sizeof wide);
    switch (d) {
    case TENSOR_F64:
    case TENSOR_C128: return wide;
    case TENSOR_F32:
    case TENSOR_C64: return b;
    case TENSOR_BF16: return b >> 16;
    case TENSOR_F16: { /* of normal ones, cut */
        int64_t exponent = (int64_t)(b >> 23 & 0xff) - 112;
        uint64_t sign = b >> 16 & 0x8000;
        return exponent < 1 ? sign : exponent > 30 ? sign | 0x7bff : sign | (uint64_t)exponent << 10 | (b >> 13 & 0x3ff);
    }
    default: return (uint64_t)(int64_t)(x * 1000);
    }
}

static double drawn(enum filling f, uint64_t *seed)
{
    double u = uniform(seed) + uniform(seed) + uniform(seed) - 1.5;
    switch (f) {
    case SMALL: return 0.04 * u;
    case AROUND_MANY: return 300 + u;
    case SPARSE: return next(seed) % 50 ? (next(seed) % 2 ? 0.0 : -0.0) : u;
    case POSITIVE: return 1e-6 * u * u;
    case NEGATIVE: return -1e-3 - u * u;
    case TINY: return 1e-30 * u;
    default: return 0;
    }
}

static void fill(enum filling f, enum tensor_dtype d, unsigned char *p, size_t n, uint64_t *seed)
{
    size_t bytes = real_bytes(d);
    for (size_t i = 0; i < n * reals(d); i++) {
        uint64_t bits = f == ANY_BITS ? next(seed) : bits_of(d, drawn(f, seed));
        if (f == ANY_BITS && bytes == 8 && (d == TENSOR_F64 || d == TENSOR_C128)) /* squares must fit a double */
            bits = (bits & ~(UINT64_C(0x7ff) << 52)) | (next(seed) % 20 ? 900 + next(seed) % 200 : 0x7ff) << 52;
        if (d == TENSOR_BOOL) bits &= 1;
        for (size_t k = 0; k < bytes; k++) p[i * bytes + k] = (unsigned char)(bits >> 8 * k);
    }
}

static void every_dtype_is_summed_as_by_hand(void **state)
{
    static const size_t sizes[] = {0, 1, 2, 255, 256, 257, 1000, 8191, 8192, 8193, MOST};
    static const uint64_t row_lengths[] = {0, 1, 3, 64, 1000, 5000};
    unsigned char *room = malloc(MOST * 16 + 64);
    uint64_t seed = 20240611;
    (void)state;
    for (int d = TENSOR_OPAQUE + 1; d < TENSOR_DTYPES; d++)
        for (int f = 0; f < FILLINGS; f++)
            for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                if (sizes[i] > 8192 && next(&seed) % 4) continue;
                unsigned char *p = room + next(&seed) % 64; /* any alignment */
                fill((enum filling)f, (enum tensor_dtype)d, p, sizes[i], &seed);
                check((enum tensor_dtype)d, p, sizes[i], row_lengths[next(&seed) % 6], seed);
            }
    free(room);
}

static void kernels_agree_to_the_last_bit(void **state)
{
    static const enum tensor_dtype types[] = {TENSOR_F32, TENSOR_BF16, TENSOR_F16, TENSOR_C64};
    unsigned char *p = malloc(MOST * 8);
    const struct tensor_kernel *all[KERNELS_MOST];
    size_t kernels = tensor_kernels(all);
    uint64_t seed = 7;
    (void)state;
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        for (int f = 0; f < FILLINGS; f++) {
            fill((enum filling)f, types[t], p, MOST, &seed);
            struct tensor_summary first = pass(all[0], types[t], p, MOST, 100, NULL);
            for (size_t k = 1; k < kernels; k++) {
                struct tensor_summary other = pass(all[k], types[t], p, MOST, 100, NULL);
                assert_memory_equal(&first, &other, sizeof first);
            }
        }
    free(p);
}

static void one_value_has_no_spread(void **state)
{
    enum { N = 3000 };
    static const double values[] = {0.1, 1, -1, 3e-7, 12345.678, -1e-25, 1e30};
    float x[N];
    (void)state;
    for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
        for (int i = 0; i < N; i++) x[i] = (float)values[v];
        struct tensor_stream s;
        tensor_begin(&s, TENSOR_F32, 0);
        tensor_add(&s, x, N);
        struct tensor_summary t = tensor_end(&s);
        assert_true(t.std <= 1e-15 * fabs((double)x[0]));
        assert_true(fabs(t.mean - (double)x[0]) <= 1e-15 * fabs((double)x[0]));
        assert_true(t.min == (double)x[0] && t.max == (double)x[0]);
    }
}

static void nothing_and_nothing_finite_have_no_numbers(void **state)
{
    float x[300];
    struct tensor_stream s;
    (void)state;
    for (int i = 0; i < 300; i++) x[i] = i % 3 ? NAN : -INFINITY;
    tensor_begin(&s, TENSOR_F32, 10);
    struct tensor_summary none = tensor_end(&s);
    assert_true(none.count == 0 && none.rows == 0 && none.mean == 0 && none.std == 0 && none.norm == 0);
    tensor_add(&s, x, 300);
    struct tensor_summary t = tensor_end(&s);
    assert_int_equal(t.nan, 200);
    assert_int_equal(t.inf, 100);
    assert_int_equal(t.rows, 30);
    assert_int_equal(t.zero_rows, 0);
    assert_true(t.mean == 0 && t.std == 0 && t.min == 0 && t.max == 0 && t.norm == 0);
}

static void nan_is_nan_whatever_its_payload_and_a_zero_whatever_its_sign(void **state)
{
    uint32_t x[512];
    struct tensor_stream s;
    (void)state;
    for (uint32_t i = 0; i < 512; i++) x[i] = (i & 1 ? UINT32_C(0x80000000) : 0) | (i < 256 ? 0x7f800001 + i * 31 : 0);
    tensor_begin(&s, TENSOR_F32, 256);
    tensor_add(&s, x, 512);
    struct tensor_summary t = tensor_end(&s);
    assert_int_equal(t.nan, 256);
    assert_int_equal(t.zero, 256);
    assert_int_equal(t.zero_rows, 1);
    assert_false(signbit(t.min) || signbit(t.max) || signbit(t.mean));
}

static void a_quarter_of_a_billion_elements_lose_no_digits(void **state)
{
    enum { N = 1 << 18, TIMES = 1000 };
    float *x = malloc(N * sizeof *x);
    uint64_t seed = 3;
    struct tensor_stream s;
    (void)state;
    for (int i = 0; i < N; i++) x[i] = (float)(0.5 + 0.02 * (uniform(&seed) - 0.5));
    struct tensor_summary once = reference(TENSOR_F32, (unsigned char *)x, N, 0);
    tensor_begin(&s, TENSOR_F32, 1 << 10);
    for (int i = 0; i < TIMES; i++) tensor_add(&s, x, N);
    struct tensor_summary t = tensor_end(&s);
    assert_int_equal(t.count, (uint64_t)N * TIMES);
    assert_int_equal(t.rows, (uint64_t)(N >> 10) * TIMES);
    near(t.mean, once.mean, 1e-10, "mean", TENSOR_F32, "the best");
    near(t.std, once.std, 1e-7 * once.std, "standard deviation", TENSOR_F32, "the best");
    near(t.norm, once.norm * sqrt(TIMES), 1e-9 * t.norm, "norm", TENSOR_F32, "the best");
    free(x);
}

static struct tensor_change reference_change(enum tensor_dtype d, const unsigned char *p, const unsigned char *q, size_t n,
                                             size_t row)
{
    struct tensor_change c = {.count = n};
    long double a = 0, b = 0, apart = 0, dot = 0;
    size_t bytes = tensor_dtype_bytes(d), changed = 0;
    for (size_t i = 0; i < n * reals(d); i++) {
        long double x = number(d, p + i * real_bytes(d)), y = number(d, q + i * real_bytes(d));
        if (!isfinite(x) || !isfinite(y)) continue;
        a += x * x;
        b += y * y;
        apart += (y - x) * (y - x);
        dot += x * y;
    }
    for (size_t i = 0; i < n; i++) {
        bool differs = memcmp(p + i * bytes, q + i * bytes, bytes) != 0;
        c.changed += differs;
        changed += differs;
        if (!row || (i + 1) % row) continue;
        c.rows++;
        c.changed_rows += changed != 0;
        changed = 0;
    }
    c.norm_before = (double)sqrtl(a);
    c.norm_now = (double)sqrtl(b);
    c.norm_difference = (double)sqrtl(apart);
    c.dot = (double)dot;
    return c;
}

static void check_pair(enum tensor_dtype d, const unsigned char *p, const unsigned char *q, size_t n, size_t row, uint64_t *seed)
{
    const struct tensor_kernel *all[KERNELS_MOST];
    struct tensor_change should = reference_change(d, p, q, n, row);
    size_t kernels = tensor_kernels(all), bytes = tensor_dtype_bytes(d);
    for (size_t k = 0; k < kernels; k++) {
        struct tensor_pair s;
        tensor_pair_begin(&s, d, row);
        for (size_t at = 0; at < n;) {
            size_t m = 1 + next(seed) % 3000;
            m = m < n - at ? m : n - at;
            tensor_pair_add_by(all[k], &s, p + at * bytes, q + at * bytes, m);
            at += m;
        }
        struct tensor_change is = tensor_pair_end(&s);
        assert_int_equal(is.count, should.count);
        assert_int_equal(is.changed, should.changed);
        assert_int_equal(is.rows, should.rows);
        assert_int_equal(is.changed_rows, should.changed_rows);
        near(is.norm_before, should.norm_before, 1e-12 * should.norm_before, "norm before", d, all[k]->name);
        near(is.norm_now, should.norm_now, 1e-12 * should.norm_now, "norm now", d, all[k]->name);
        near(is.norm_difference, should.norm_difference, 1e-12 * (should.norm_now + should.norm_before), "difference", d,
             all[k]->name);
        near(is.dot, should.dot, 1e-12 * should.norm_now * should.norm_before, "dot", d, all[k]->name);
    }
}

static void what_changed_is_told_as_by_hand(void **state)
{
    enum { N = 6000 };
    unsigned char *p = malloc(N * 16 + 8), *q = malloc(N * 16 + 8);
    uint64_t seed = 99;
    (void)state;
    for (int d = TENSOR_OPAQUE + 1; d < TENSOR_DTYPES; d++)
        for (int f = 0; f < FILLINGS; f++) {
            size_t bytes = tensor_dtype_bytes((enum tensor_dtype)d), n = next(&seed) % N, from = next(&seed) % 8;
            fill((enum filling)f, (enum tensor_dtype)d, p + from, n, &seed);
            fill((enum filling)f, (enum tensor_dtype)d, q + from, n, &seed);
            for (size_t i = 0; i < n; i++) /* most stay as they are, in whole stretches */
                if ((i / 97 + (size_t)f) % 4) memcpy(q + from + i * bytes, p + from + i * bytes, bytes);
            check_pair((enum tensor_dtype)d, p + from, q + from, n, f % 2 ? 37 : 0, &seed);
        }
    free(p);
    free(q);
}

static void a_tensor_that_did_not_change_has_no_difference(void **state)
{
    float x[1000];
    uint64_t seed = 5;
    struct tensor_pair s;
    (void)state;
    for (int i = 0; i < 1000; i++) x[i] = (float)uniform(&seed);
    tensor_pair_begin(&s, TENSOR_F32, 100);
    tensor_pair_add(&s, x, x, 1000);
    struct tensor_change c = tensor_pair_end(&s);
    assert_int_equal(c.changed, 0);
    assert_int_equal(c.rows, 10);
    assert_int_equal(c.changed_rows, 0);
    assert_true(c.norm_difference == 0 && c.norm_before == c.norm_now);
}

static void a_row_that_goes_on_in_the_next_block_is_one_row(void **state)
{
    float x[300] = {1};
    struct tensor_stream s;
    (void)state;
    tensor_begin(&s, TENSOR_F32, 300);
    tensor_add(&s, x, 1); /* what is not zero */
    tensor_add(&s, x + 1, 299);
    tensor_add(&s, x + 1, 299);
    tensor_add(&s, x + 1, 1);
    struct tensor_summary t = tensor_end(&s);
    assert_int_equal(t.rows, 2);
    assert_int_equal(t.zero_rows, 1);
}

static void opaque_elements_are_counted_and_not_read(void **state)
{
    struct tensor_stream s;
    (void)state;
    tensor_begin(&s, TENSOR_OPAQUE, 4);
    tensor_add(&s, NULL, 12);
    struct tensor_summary t = tensor_end(&s);
    assert_int_equal(t.count, 12);
    assert_true(t.rows == 0 && t.norm == 0 && t.std == 0 && t.nan == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dtype_is_summed_as_by_hand),
        cmocka_unit_test(kernels_agree_to_the_last_bit),
        cmocka_unit_test(one_value_has_no_spread),
        cmocka_unit_test(nothing_and_nothing_finite_have_no_numbers),
        cmocka_unit_test(nan_is_nan_whatever_its_payload_and_a_zero_whatever_its_sign),
        cmocka_unit_test(a_quarter_of_a_billion_elements_lose_no_digits),
        cmocka_unit_test(what_changed_is_told_as_by_hand),
        cmocka_unit_test(a_tensor_that_did_not_change_has_no_difference),
        cmocka_unit_test(a_row_that_goes_on_in_the_next_block_is_one_row),
        cmocka_unit_test(opaque_elements_are_counted_and_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
