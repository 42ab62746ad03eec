/* Every instruction set of this processor computes what the textbook says, at every shape. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/embed/simd.h"

static uint64_t seed = 88172645463325252u;
static float chance(void)
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return (float)((double)(seed >> 11) / 9007199254740992.0 * 2 - 1);
}

static float *numbers(size_t n)
{
    float *p = aligned_alloc(SIMD_ALIGNMENT, (n * sizeof *p + SIMD_ALIGNMENT) / SIMD_ALIGNMENT * SIMD_ALIGNMENT);
    for (size_t i = 0; i < n; i++) p[i] = chance();
    return p;
}

static void check_product(const struct simd *s, size_t rows, size_t outputs, size_t inputs)
{
    const size_t wide = (outputs + 31) / 32 * 32 + 5, x_stride = inputs + 3;
    float *x = numbers(rows * x_stride), *w = numbers(outputs * inputs), *y = numbers(rows * wide), *packed, *before;
    packed = numbers(simd_packed_length(s, outputs, inputs));
    before = numbers(rows * wide);
    memcpy(before, y, rows * wide * sizeof *y);
    simd_pack(s, packed, w, outputs, inputs, inputs, 1);
    s->multiply(&(struct product){y, x, packed, rows, outputs, inputs, wide, x_stride});
    for (size_t r = 0; r < rows; r++)
        for (size_t o = 0; o < wide; o++) {
            double expected = before[r * wide + o];
            for (size_t i = 0; o < outputs && i < inputs; i++)
                expected += (double)x[r * x_stride + i] * (double)w[o * inputs + i];
            if (fabs(expected - (double)y[r * wide + o]) > 2e-4)
                fail_msg("%s: %zu x %zu x %zu at %zu, %zu: %g, not %g", s->name, rows, outputs, inputs, r, o,
                         (double)y[r * wide + o], expected);
        }
    free(x), free(w), free(y), free(packed), free(before);
}

static void each_simd(void (*check)(const struct simd *s))
{
    size_t n = 0;
    for (size_t i = 0; simd_all[i]; i++)
        if (simd_all[i]->runs_here()) n++, check(simd_all[i]);
    assert_true(n >= 1);
}

static void check_products(const struct simd *s)
{
    for (size_t rows = 1; rows <= 26; rows++) check_product(s, rows, 32, 7);
    for (size_t outputs = 1; outputs <= 70; outputs += 3) check_product(s, 5, outputs, 32);
    check_product(s, 3, 64, 1);
    check_product(s, 13, 96, 800); /* more inputs than one block */
}

static void products_are_those_of_plain_loops_at_every_shape(void **state)
{
    (void)state;
    each_simd(check_products);
}

static void check_gelu(const struct simd *s)
{
    enum { N = 8000 };
    float *x = numbers(N), was[N];
    for (size_t i = 0; i < N; i++) was[i] = x[i] = ((float)i - N / 2) / 400;
    was[0] = x[0] = 1e4f, was[1] = x[1] = -1e4f, was[2] = x[2] = 0;
    s->gelu(x, N);
    for (size_t i = 0; i < N; i++) {
        double v = (double)was[i], expected = v * 0.5 * (1 + erf(v / sqrt(2)));
        assert_true(fabs((double)x[i] - expected) <= 2e-6 + 2e-7 * fabs(v));
    }
    free(x);
}

static void gelu_is_the_exact_form_to_six_digits(void **state)
{
    (void)state;
    each_simd(check_gelu);
}

static void check_softmax(const struct simd *s)
{
    for (size_t n = 1; n <= 64; n++) {
        float *x = numbers(96);
        double e[64], sum = 0, got = 0, most = -1e9;
        for (size_t i = 0; i < n; i++) x[i] *= 300, most = fmax(most, (double)x[i]);
        for (size_t i = 0; i < n; i++) sum += e[i] = exp(((double)x[i] - most) * 0.25);
        s->softmax(x, n, 0.25f);
        for (size_t i = 0; i < n; i++) assert_true(fabs((double)x[i] - e[i] / sum) < 1e-6), got += (double)x[i];
        for (size_t i = n; i < (n + 15) / 16 * 16; i++) assert_true(x[i] == 0);
        assert_true(fabs(got - 1) < 1e-5);
        free(x);
    }
}

static void softmax_sums_to_one_and_clears_what_is_behind_the_row(void **state)
{
    (void)state;
    each_simd(check_softmax);
}

static void check_normalise(const struct simd *s)
{
    enum { N = 384 };
    float *x = numbers(N), *gain = numbers(N), *bias = numbers(N), was[N];
    double mean = 0, variance = 0;
    for (size_t i = 0; i < N; i++) was[i] = x[i] = x[i] * 3 + 5, mean += (double)x[i] / N;
    for (size_t i = 0; i < N; i++) variance += ((double)was[i] - mean) * ((double)was[i] - mean) / N;
    s->normalise(x, gain, bias, N);
    for (size_t i = 0; i < N; i++) {
        double expected = ((double)was[i] - mean) / sqrt(variance) * (double)gain[i] + (double)bias[i];
        assert_true(fabs((double)x[i] - expected) < 1e-5);
    }
    free(x), free(gain), free(bias);
}

static void normalisation_is_that_of_doubles(void **state)
{
    (void)state;
    each_simd(check_normalise);
}

static void the_best_set_runs_here(void **state)
{
    (void)state;
    assert_true(simd_best()->runs_here());
    assert_true(simd_portable.runs_here());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_those_of_plain_loops_at_every_shape),
        cmocka_unit_test(gelu_is_the_exact_form_to_six_digits),
        cmocka_unit_test(softmax_sums_to_one_and_clears_what_is_behind_the_row),
        cmocka_unit_test(normalisation_is_that_of_doubles),
        cmocka_unit_test(the_best_set_runs_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
