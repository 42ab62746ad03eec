/* Tests of the singular values: of matrices whose values are known, whichever side is longer. Skipped aloud in a program without LAPACK. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/inspect/spectrum.h"

static bool there(void)
{
    if (!spectrum_missing()) return true;
    print_message("SKIP: %s\n", spectrum_missing());
    return false;
}

static void near(double is, double should)
{
    if (!(fabs(is - should) <= 1e-6 * fabs(should))) fail_msg("it is %.12g and should be %.12g", is, should);
}

static void equal_values_use_every_dimension(void **state)
{
    double a[40 * 60] = {0};
    (void)state;
    if (!there()) return;
    for (int i = 0; i < 40; i++) a[i * 60 + (i * 7 + 3) % 60] = -2.5;
    struct spectrum s = spectrum_of(a, 40, 60);
    near(s.effective_rank, 40);
    near(s.largest_singular, 2.5);
}

static void equal_rows_use_one(void **state)
{
    double a[30 * 8], norm = 0;
    (void)state;
    if (!there()) return;
    for (int i = 0; i < 30 * 8; i++) a[i] = 0.1 * (i % 8 - 3), norm += a[i] * a[i];
    struct spectrum s = spectrum_of(a, 30, 8);
    near(s.effective_rank, 1);
    near(s.largest_singular, sqrt(norm));
}

static void known_values_give_the_entropy_of_their_shares(void **state)
{
    static const double values[] = {4, 2, 1, 1};
    double a[4 * 5] = {0}, entropy = 0;
    (void)state;
    if (!there()) return;
    for (int i = 0; i < 4; i++) a[i * 5 + 3 - i] = values[i], entropy -= values[i] / 8 * log(values[i] / 8);
    struct spectrum s = spectrum_of(a, 4, 5);
    near(s.effective_rank, exp(entropy));
    near(s.largest_singular, 4);
}

static void a_matrix_and_its_transpose_have_the_same(void **state)
{
    enum { N = 37, M = 90 };
    static double a[N * M], b[N * M];
    uint64_t seed = 5;
    (void)state;
    if (!there()) return;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < M; j++) {
            seed = seed * UINT64_C(6364136223846793005) + 1;
            a[i * M + j] = b[j * N + i] = (double)(int64_t)seed * 0x1p-63;
        }
    struct spectrum s = spectrum_of(a, N, M), t = spectrum_of(b, M, N);
    near(s.effective_rank, t.effective_rank);
    near(s.largest_singular, t.largest_singular);
    assert_true(s.effective_rank > 0.8 * N && s.effective_rank < N); /* random numbers use nearly all */
}

static void nothing_has_no_rank(void **state)
{
    double a[9] = {0};
    (void)state;
    if (!there()) return;
    struct spectrum s = spectrum_of(a, 3, 3);
    assert_true(isnan(s.effective_rank) && isnan(s.largest_singular));
}

/* Squares that are drawn from a density x^-alpha, at its quantiles. */
static void a_power_law_gives_its_exponent(void **state)
{
    enum { N = 80 };
    static double a[N * N];
    (void)state;
    if (!there()) return;
    for (int turn = 0; turn < 2; turn++) {
        double alpha = turn ? 8 : 2.5;
        for (int i = 0; i < N; i++) a[i * N + (i * 9 + 5) % N] = sqrt(0.1 * pow(1 - (i + 0.5) / N, -1 / (alpha - 1)));
        struct spectrum s = spectrum_of(a, N, N);
        if (!(fabs(s.tail_exponent - alpha) < 0.1 * alpha)) fail_msg("it is %g and should be %g", s.tail_exponent, alpha);
    }
    assert_true(isnan(spectrum_of(a, 40, 40).tail_exponent)); /* too few to tell */
}

static void what_is_too_large_does_not_fit(void **state)
{
    (void)state;
    assert_true(spectrum_fits(2, 2) && spectrum_fits(1024, 1024) && spectrum_fits(512, 2048));
    assert_false(spectrum_fits(1, 100) || spectrum_fits(0, 5) || spectrum_fits(1025, 1025) || spectrum_fits(1024, 1025));
    assert_false(spectrum_fits(2, UINT64_MAX) || spectrum_fits(UINT64_MAX, UINT64_MAX));
    assert_true(spectrum_seconds(128, 512) < 0.01 && spectrum_seconds(1024, 1024) > 0.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_values_use_every_dimension),
        cmocka_unit_test(equal_rows_use_one),
        cmocka_unit_test(known_values_give_the_entropy_of_their_shares),
        cmocka_unit_test(a_matrix_and_its_transpose_have_the_same),
        cmocka_unit_test(nothing_has_no_rank),
        cmocka_unit_test(a_power_law_gives_its_exponent),
        cmocka_unit_test(what_is_too_large_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
