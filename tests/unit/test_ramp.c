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

/* Four values above the sixteen before: no climb, and still no chance. One that leaps out of a quiet level is a new task. */
static void a_row_above_all_before_it_counts_where_the_caller_asks_for_it(void **unused)
{
    enum { BEFORE = 24, N = BEFORE + 4 };
    static const double row[] = {0.3, 0.42, 0.35, 0.4};
    struct ramp_knobs knobs = plain;
    struct ramp ramp = {0};
    double y[N];
    (void)unused;
    for (int quiet = 0; quiet < 2; quiet++) {
        for (int i = 0; i < N; i++) y[i] = i < BEFORE ? (quiet ? 0.02 : 0.1) * (i % 3 - 1) : row[i - BEFORE];
        knobs.row = false;
        if (!quiet) assert_false(ramp_rises(y, N, N, &knobs, &ramp));
        knobs.row = true;
        assert_int_equal(ramp_rises(y, N, N, &knobs, &ramp), !quiet);
        if (!quiet) assert_int_equal(ramp.at, BEFORE);
    }
}

/* A loss that scatters by 20 % and climbs by 3 % a record from the sixtieth on; an evaluation every fifth. Returns when that was told. */
static int64_t evaluated(uint64_t from, bool better)
{
    static const struct series held = SERIES(ROLE_LOSS_EVAL, "val_loss", "val_loss", 2);
    struct watch w;
    seed = from;
    watch(&w, "loss_rising");
    for (int s = 0; s < 100; s++) {
        give(&w, &loss, s, (0.3 + exp(-s / 5.0)) * exp(s > 60 ? 0.03 * (s - 60) : 0) * exp(noise(0.2)));
        if (s % 5 == 0) give(&w, &held, s, 0.32 + exp(-s / 5.0) + 0.001 * (better ? -s : s));
    }
    done(&w);
    return w.told ? w.opened : 100;
}

static void a_held_out_loss_that_is_no_better_makes_a_climb_known_earlier(void **unused)
{
    int sooner = 0;
    (void)unused;
    for (uint64_t i = 0; i < 50; i++) {
        int64_t with = evaluated(3 * i + 1, false), without = evaluated(3 * i + 1, true);
        assert_true(with > 60 && with <= without);
        sooner += with < without;
    }
    if (sooner < 15) print_error("%d of 50 are told sooner\n", sooner);
    assert_true(sooner >= 15);
}

/* Falls by 5 % a record with a scatter of 5 %, and climbs as fast from record `turns` on: the slow average has not come down by then. */
static void a_rise_that_follows_a_steady_fall_is_told_before_the_loss_doubles(void **unused)
{
    enum { SEEDS = 50 };
    int before = 0, early = 0;
    (void)unused;
    for (uint64_t i = 0; i < SEEDS; i++) {
        enum { TURNS = 40, DOUBLES = TURNS + 14 };
        struct watch w;
        seed = 11 * i + 1;
        watch(&w, "loss_rising");
        for (int s = 0; s < 70; s++) give(&w, &loss, s, 2 * exp(-0.05 * (s < TURNS ? s : 2 * TURNS - s) + noise(0.05)));
        done(&w);
        early += w.told && w.opened <= TURNS;
        before += w.told && w.opened > TURNS && w.opened < DOUBLES;
    }
    assert_int_equal(early, 0);
    if (before < 30) print_error("%d of %d before the loss doubled\n", before, SEEDS);
    assert_true(before >= 30);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rise_that_brings_its_own_noise_is_told_before_the_loss_doubles),
        cmocka_unit_test(a_rise_that_follows_a_steady_fall_is_told_before_the_loss_doubles),
        cmocka_unit_test(a_small_rise_that_is_sure_and_undoes_much_is_told),
        cmocka_unit_test(a_step_is_no_climb),
        cmocka_unit_test(a_row_above_all_before_it_counts_where_the_caller_asks_for_it),
        cmocka_unit_test(a_held_out_loss_that_is_no_better_makes_a_climb_known_earlier),
        cmocka_unit_test(what_comes_back_is_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
