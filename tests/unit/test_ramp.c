/* A gradual rise, which hides in the noise that it makes itself; a step, a bump and a small rise that is sure. */
#include "../../analyzers/stats/ramp.h"
#include "chance.h"
#include "watched.h"

static const struct series loss = SERIES(ROLE_LOSS_TRAIN, "loss", "loss", 1);
static const struct ramp_knobs plain = {
    .factor = 0.26, .height = 4.5, .sure_factor = 0.11, .sure_height = 8, .leap = 0.6, .undone = 2.5};

/* 60 records of a level that scatters by 7 %, then one that doubles in 20 of them while its scatter doubles too. */
static void a_rise_that_brings_its_own_noise_is_told_before_the_loss_doubles(void **unused)
{
    enum { SEEDS = 50, STANDS = 60, DOUBLES = 80 };
    struct watch w;
    int early = 0, before = 0;
    (void)unused;
    for (uint64_t i = 0; i < SEEDS; i++) {
        seed = 7 * i + 1;
        watch(&w, "loss_rising");
        for (int s = 0; s < 100; s++) {
            double up = s > STANDS ? (s - STANDS) / 20.0 * log(2) : 0;
            give(&w, &loss, s, (0.25 + 0.6 * exp(-s / 5.0)) * exp(up + noise(s > STANDS ? 0.14 : 0.07)));
        }
        done(&w);
        early += w.told && w.opened <= STANDS;
        before += w.told && w.opened > STANDS && w.opened < DOUBLES;
    }
    assert_int_equal(early, 0);
    if (before < 45) print_error("%d of %d before the loss doubled\n", before, SEEDS);
    assert_true(before >= 45);
}

/* Falls from first towards 2.3 with a scatter of 2 %, and climbs by a fifth from record 90 on; where it comes back, in 30 more records. */
static struct watch small_rise(double first, bool comes_back)
{
    struct watch w;
    seed = 5;
    watch(&w, "loss_rising");
    for (int s = 0; s < (comes_back ? 220 : 122); s++) {
        double up = s < 90 ? 0 : s < 122 ? (s - 90) * 0.016 : fmax(0.512 - (s - 122) * 0.016, 0);
        give(&w, &loss, s, (2.3 + (first - 2.3) * exp(-s / 18.0) + up) * exp(noise(0.02)));
    }
    done(&w);
    return w;
}

/* For a loss that began at 3.6 it is nearly half of all that was learned; for one that began at 30 next to nothing. */
static void a_small_rise_that_is_sure_and_undoes_much_is_told(void **unused)
{
    (void)unused;
    assert_int_equal(small_rise(3.6, false).told, 1);
    assert_int_equal(small_rise(30, false).told, 0);
}

static void what_comes_back_is_taken_back(void **unused)
{
    struct watch w = small_rise(3.6, true);
    (void)unused;
    assert_int_equal(w.told, 1);
    assert_int_equal(w.last.phase, PHASE_CLOSED);
    assert_true(w.last.confidence == 0);
}

static void a_step_is_no_climb(void **unused)
{
    enum { N = 40 };
    double climbs[N], steps[N];
    struct ramp ramp = {0};
    (void)unused;
    seed = 9;
    for (int i = 0; i < N; i++) {
        double x = noise(0.05);
        climbs[i] = x + (i >= 30 ? 0.1 * (i - 29) : 0);
        steps[i] = x + (i >= 34 ? 1 : 0);
    }
    assert_true(ramp_rises(climbs, N, N, &plain, &ramp));
    assert_in_range(ramp.at, 29, 32);
    assert_true(ramp.to > 0.7 && fabs(ramp.from) < 0.1);
    for (size_t n = RAMP_LEAST; n <= N; n++) assert_false(ramp_rises(steps, n, n, &plain, &ramp));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rise_that_brings_its_own_noise_is_told_before_the_loss_doubles),
        cmocka_unit_test(a_small_rise_that_is_sure_and_undoes_much_is_told),
        cmocka_unit_test(a_step_is_no_climb),
        cmocka_unit_test(what_comes_back_is_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
