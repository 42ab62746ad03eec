/* The statistics the analyzers share, against the plain definition. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../analyzers/stats/curve.h"
#include "../../analyzers/stats/decline.h"
#include "../../analyzers/stats/excursion.h"
#include "../../analyzers/stats/robust.h"
#include "../../analyzers/stats/rolling.h"
#include "chance.h"

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}
static double plain_median(const double *x, size_t n)
{
    double copy[512];
    memcpy(copy, x, n * sizeof *x);
    qsort(copy, n, sizeof *copy, ascending);
    return n % 2 ? copy[n / 2] : (copy[n / 2 - 1] + copy[n / 2]) / 2;
}
static double plain_sd(const double *x, size_t n)
{
    double m = plain_median(x, n), away[512];
    for (size_t i = 0; i < n; i++) away[i] = fabs(x[i] - m);
    return 1.4826 * plain_median(away, n);
}
static void assert_near(double is, double want) { assert_true(fabs(is - want) <= 1e-12 * fmax(1, fabs(want))); }

/* Values of all sizes, with many that are equal. */
static double any_value(void) { return chance() < 0.3 ? floor(chance() * 5) : noise(1) * pow(10, 12 * chance() - 6); }

static void rolling_is_the_median_of_the_last_values(void **unused)
{
    (void)unused;
    for (seed = 1; seed < 20;) {
        struct rolling r = {0};
        double all[400];
        uint64_t kept = seed;
        assert_true(isnan(rolling_median(&r)));
        for (size_t i = 0; i < 400; i++) {
            all[i] = any_value();
            rolling_add(&r, all[i]);
            size_t n = i + 1 < ROLLING_MAX ? i + 1 : ROLLING_MAX;
            assert_near(rolling_median(&r), plain_median(all + i + 1 - n, n));
            assert_near(rolling_sd(&r), plain_sd(all + i + 1 - n, n));
            for (uint32_t ago = 0; ago < n; ago++) assert_true(rolling_newest(&r, ago) == all[i - ago]);
        }
        seed = kept + 1;
    }
}

static void robust_median_and_sd_leave_the_values_alone(void **unused)
{
    (void)unused;
    seed = 2;
    for (size_t n = 1; n <= ROBUST_MAX; n += 3) {
        double x[ROBUST_MAX], copy[ROBUST_MAX];
        for (size_t i = 0; i < n; i++) x[i] = copy[i] = any_value();
        assert_near(robust_median(x, n), plain_median(x, n));
        assert_near(robust_sd(x, n), plain_sd(x, n));
        assert_memory_equal(x, copy, n * sizeof *x);
    }
    assert_true(isnan(robust_median((double[]){0}, 0)));
    assert_true(robust_noise((double[]){1, 2}, 2) == 0);
}

static void robust_noise_does_not_see_the_trend(void **unused)
{
    (void)unused;
    seed = 3;
    double x[200];
    for (int i = 0; i < 200; i++) x[i] = 0.5 * i + noise(0.3);
    assert_true(robust_noise(x, 200) > 0.2 && robust_noise(x, 200) < 0.4);
    x[50] = 1e9;
    assert_true(robust_noise(x, 200) < 0.4);
}

static void slope_and_trend_survive_outliers(void **unused)
{
    (void)unused;
    seed = 4;
    double x[40], flat[40];
    for (int i = 0; i < 40; i++) x[i] = -0.2 * i + noise(0.1), flat[i] = noise(1);
    x[7] = 1e6;
    x[31] = -1e6;
    assert_true(fabs(robust_slope(x, 40) + 0.2) < 0.02);
    assert_true(robust_trend(x, 40) < -5);
    assert_true(fabs(robust_trend(flat, 40)) < 3);
    assert_true(robust_trend((double[]){1, 1, 1, 1, 1}, 5) == 0);
}

static void a_curve_keeps_count_mean_and_extremes(void **unused)
{
    (void)unused;
    for (uint32_t capacity = 4; capacity <= 256; capacity *= 4)
        for (size_t n = 1; n < 3000; n += 371) {
            struct bucket buckets[256];
            struct curve c;
            double sum = 0, lowest = INFINITY, highest = -INFINITY, kept = 0;
            uint64_t counted = 0, bad = 0, finite = 0;
            seed = n;
            curve_init(&c, buckets, capacity);
            for (size_t i = 0; i < n; i++) {
                double v = chance() < 0.05 ? (double)NAN : any_value();
                curve_add(&c, (int64_t)i, v, i + 1);
                if (isfinite(v)) sum += v, finite++, lowest = fmin(lowest, v), highest = fmax(highest, v);
            }
            double low = INFINITY, high = -INFINITY;
            assert_true(c.used <= capacity && c.points == n);
            for (uint32_t i = 0; i < c.used; i++) {
                const struct bucket *b = &buckets[i];
                counted += b->n, bad += b->nonfinite;
                assert_true(i + 1 == c.used || b->n == c.width);
                assert_true(b->first_line == (uint64_t)b->first_step + 1 && b->last_step >= b->first_step);
                assert_true(i == 0 || b->first_step == buckets[i - 1].last_step + 1);
                if (b->n == b->nonfinite) assert_true(isnan(b->mean));
                else kept += b->mean * (b->n - b->nonfinite), low = fmin(low, b->min), high = fmax(high, b->max);
            }
            assert_true(counted == n && bad == n - finite && c.nonfinite == bad);
            assert_true(fabs(kept - sum) <= 1e-9 * fmax(1, highest - lowest) * (double)n);
            assert_true(low == lowest && high == highest);
        }
}

static const struct excursion_knobs knobs = {
    .height_sd = 6, .height_factor = 1.5, .undone = 0.15, .patience_points = 20, .patience_share = 0.03};
static const struct series loss = {.name = "loss", .role = ROLE_LOSS_TRAIN, .better = BETTER_LOWER};

static enum excursion_change excursion_take(struct excursion *e, int64_t step, double value)
{
    struct point p = {.series = &loss, .step = step, .value = value, .line = (uint64_t)step + 1};
    return excursion_add(e, &knobs, &p);
}

static double level_before(struct excursion *e)
{
    seed = 5;
    for (int s = 0; s < 200; s++) assert_int_equal(excursion_take(e, s, exp(noise(0.05))), EXCURSION_NONE);
    return rolling_median(&e->base);
}

static void an_excursion_never_absorbs_what_it_judges(void **unused)
{
    (void)unused;
    struct excursion e = {0};
    double before = level_before(&e);
    assert_int_equal(excursion_take(&e, 200, 1e12), EXCURSION_STARTED);
    assert_true(fabs(excursion_factor(&e) / 1e12 - 1) < 0.2);
    for (int s = 201; s < 400; s++) excursion_take(&e, s, 1e12);
    assert_true(rolling_median(&e.base) == before && e.open && e.settled);
    assert_int_equal(e.onset_step, 200);
}

static void an_excursion_that_returns_is_over(void **unused)
{
    (void)unused;
    struct excursion e = {0};
    level_before(&e);
    assert_int_equal(excursion_take(&e, 200, 30), EXCURSION_STARTED);
    assert_int_equal(excursion_take(&e, 201, 40), EXCURSION_GREW);
    bool returned = false;
    for (int s = 202; s < 215; s++) returned |= excursion_take(&e, s, exp(noise(0.05))) == EXCURSION_RETURNED;
    assert_true(returned && !e.open);
    assert_int_equal(e.peak_step, 201);
    for (int s = 215; s < 400; s++) assert_int_equal(excursion_take(&e, s, exp(noise(0.05))), EXCURSION_NONE);
}

static void noise_alone_is_no_excursion(void **unused)
{
    (void)unused;
    int told = 0;
    for (int k = 1; k <= 200; k++) {
        struct excursion e = {0};
        seed = (uint64_t)k;
        for (int s = 0; s < 1000; s++)
            told += excursion_take(&e, s, (0.3 + 2 * exp(-s / 100.0)) * exp(noise(0.1))) == EXCURSION_STARTED;
    }
    assert_int_equal(told, 0);
}

static void a_slow_rise_is_an_excursion_too(void **unused)
{
    (void)unused;
    struct excursion e = {0};
    bool told = false;
    level_before(&e);
    for (int s = 200; s < 1200; s++) told |= excursion_take(&e, s, exp((s - 200) / 250.0 + noise(0.05))) == EXCURSION_STARTED;
    assert_true(told);
}

static void a_new_segment_is_judged_afresh(void **unused)
{
    (void)unused;
    struct excursion e = {0};
    level_before(&e);
    struct point p = {.series = &loss, .step = 0, .value = 50, .line = 1, .segment = 1};
    assert_int_equal(excursion_add(&e, &knobs, &p), EXCURSION_NONE);
}

/* decline over values of a bounded score */
static bool declined(const double *x, size_t n, struct decline_verdict *v)
{
    static const struct series score = {.name = "acc", .role = ROLE_SCORE_EVAL, .better = BETTER_HIGHER, .bounded = true};
    struct decline d = {0};
    for (size_t i = 0; i < n; i++) {
        struct point p = {.series = &score, .step = (int64_t)i, .value = x[i], .line = i + 1};
        decline_add(&d, &p);
    }
    return decline_judge(&d, 8, v);
}

static void a_score_that_falls_for_good_is_a_decline(void **unused)
{
    (void)unused;
    double x[60];
    struct decline_verdict v;
    seed = 6;
    for (int i = 0; i < 60; i++) x[i] = (i < 40 ? 0.9 - 0.8 * exp(-i / 6.0) : 0.3) + noise(0.01);
    assert_true(declined(x, 60, &v));
    assert_false(v.recovered);
    assert_true(v.drop_share > 0.6 && v.drop_share < 1.1 && v.drop_sd > 10);
    assert_true(v.onset_step >= 38 && v.onset_step <= 42 && v.best_step < 40);
}

static void a_dip_that_comes_back_is_recovered(void **unused)
{
    (void)unused;
    double x[60];
    struct decline_verdict v;
    seed = 7;
    for (int i = 0; i < 60; i++) x[i] = (i >= 30 && i < 38 ? 0.3 : 0.9 - 0.8 * exp(-i / 6.0)) + noise(0.01);
    assert_true(declined(x, 60, &v));
    assert_true(v.recovered && v.trough_share > 0.5);
    assert_true(v.trough_step >= 29 && v.trough_step <= 38);
}

static void a_score_that_rises_does_not_decline(void **unused)
{
    (void)unused;
    for (int k = 1; k <= 100; k++) {
        double x[120];
        struct decline_verdict v;
        seed = (uint64_t)k;
        for (int i = 0; i < 120; i++) x[i] = 0.9 - 0.8 * exp(-i / 20.0) + noise(0.02);
        bool fell = declined(x, 120, &v) && (v.drop_share > 0.5 || v.trough_share > 0.5);
        assert_false(fell);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rolling_is_the_median_of_the_last_values), cmocka_unit_test(robust_median_and_sd_leave_the_values_alone),
        cmocka_unit_test(robust_noise_does_not_see_the_trend),      cmocka_unit_test(slope_and_trend_survive_outliers),
        cmocka_unit_test(a_curve_keeps_count_mean_and_extremes),    cmocka_unit_test(an_excursion_never_absorbs_what_it_judges),
        cmocka_unit_test(an_excursion_that_returns_is_over),        cmocka_unit_test(noise_alone_is_no_excursion),
        cmocka_unit_test(a_slow_rise_is_an_excursion_too),          cmocka_unit_test(a_new_segment_is_judged_afresh),
        cmocka_unit_test(a_score_that_falls_for_good_is_a_decline), cmocka_unit_test(a_dip_that_comes_back_is_recovered),
        cmocka_unit_test(a_score_that_rises_does_not_decline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
