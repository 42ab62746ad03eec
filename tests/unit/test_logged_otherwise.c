/* The same run logged more or less often, and what is said of it: thresholds are in units of the run, not of its log. */
#include "chance.h"
#include "watched.h"

static const struct series mean_return = SERIES(ROLE_RETURN, "rollout/ep_rew_mean", "return", 1),
                           memory = SERIES(ROLE_MEMORY, "memory_mb", "memory", 2),
                           loss = SERIES(ROLE_LOSS_TRAIN, "train/loss", "loss", 3),
                           held = SERIES(ROLE_LOSS_EVAL, "val/loss", "loss", 4);
static const struct series score = ACCURACY("val/accuracy", 5);

enum { SEEDS = 40 };

/* Is something told in the end? */
static bool stays_told(const struct watch *w)
{
    return w->last.kind && w->last.phase != PHASE_CLOSED && w->last.severity >= SEVERITY_WARNING;
}

/* ---- agents --------------------------------------------------------------------------------------------------------------------- */

/* Of 300 mean returns every so many: one that learns within the first 40 of them, to a level at which they scatter little; or never. */
static int agent(uint64_t with_seed, bool learns, int every)
{
    struct watch w;
    double wander = 0;
    seed = with_seed;
    watch(&w, "return_flat");
    for (int i = 0; i < 300; i++) {
        wander = 0.9 * wander + noise(0.3);
        double value = learns ? 9 - 3 * exp(-i / 12.0) + noise(0.17) : 22 + wander + noise(1);
        if (i % every == 0) give(&w, &mean_return, i, value);
    }
    done(&w);
    return stays_told(&w);
}

static void an_agent_that_learns_at_once_is_not_flat_however_rarely_it_is_logged(void **ctx)
{
    (void)ctx;
    for (uint64_t i = 1; i <= SEEDS; i++)
        for (int every = 1; every <= 5; every += 2) assert_int_equal(agent(i, true, every), 0);
}

static void an_agent_that_never_learns_is_flat_however_rarely_it_is_logged(void **ctx)
{
    (void)ctx;
    for (int every = 1; every <= 10; every = every < 2 ? 3 : 2 * every) {
        int told = 0;
        for (uint64_t i = 1; i <= SEEDS; i++) told += agent(i, false, every);
        if (told < SEEDS * 9 / 10) print_error("every %d: %d\n", every, told);
        assert_true(told >= SEEDS * 9 / 10);
    }
}

/* ---- memory --------------------------------------------------------------------------------------------------------------------- */

enum use { LEAKS, FILLS, SWINGS };

/* So many values of a run whose memory grows by half, fills up and stays, or goes up and down with the batches. */
static int remembered(uint64_t with_seed, enum use use, int values)
{
    struct watch w;
    seed = with_seed;
    watch(&w, "memory_growth");
    for (int i = 0; i < values; i++) {
        double done = (double)i / values, used = use == LEAKS ? 1 + done / 2 : use == FILLS ? 2 - exp(-8 * done) : 1.5;
        give(&w, &memory, i, 1000 * used + noise(use == SWINGS ? 150 : 2));
    }
    done(&w);
    return stays_told(&w);
}

static void a_leak_shows_in_ten_values_as_in_a_thousand(void **ctx)
{
    (void)ctx;
    for (uint64_t i = 1; i <= SEEDS; i++)
        for (int values = 10; values <= 1000; values *= 10) assert_int_equal(remembered(i, LEAKS, values), 1);
}

static void memory_that_fills_up_or_swings_is_no_leak_in_ten_values_either(void **ctx)
{
    (void)ctx;
    for (uint64_t i = 1; i <= SEEDS; i++)
        for (int values = 10; values <= 1000; values *= 10) {
            assert_int_equal(remembered(i, FILLS, values), 0);
            assert_int_equal(remembered(i, SWINGS, values), 0);
        }
}

/* ---- nothing is learned ------------------------------------------------------------------------------------------------------------- */

/* So many values of a loss that falls by so much of itself, evenly over the run, around which batches scatter by a hundredth. */
static int falling(uint64_t with_seed, double falls, int values)
{
    struct watch w;
    seed = with_seed;
    watch(&w, "loss_not_decreasing");
    for (int i = 0; i < values; i++) give(&w, &loss, 10 * i, 2.3 * (1 - falls * i / values) * exp(noise(0.01)));
    done(&w);
    return stays_told(&w);
}

static void a_loss_that_stands_is_told_of_thirty_values_as_of_hundreds(void **ctx)
{
    (void)ctx;
    for (int values = 30; values <= 960; values *= 2) {
        int told = 0;
        for (uint64_t i = 1; i <= SEEDS; i++) told += falling(i, 0.01, values);
        if (told < SEEDS * 9 / 10) print_error("%d values: %d\n", values, told);
        assert_true(told >= SEEDS * 9 / 10);
        for (uint64_t i = 1; i <= SEEDS; i++) assert_int_equal(falling(i, 0.2, values), 0);
    }
}

/* ---- a loss in other units -------------------------------------------------------------------------------------------------------- */

/* A classifier that has converged: its held-out loss and its accuracy stand. The loss is the cross-entropy times so much. */
static int converged(double unit)
{
    struct watch w;
    seed = 11;
    watch(&w, "softmax_floor");
    for (int s = 0; s < 400; s++) {
        give(&w, &loss, s, unit * (0.1 + 2.2 * exp(-s / 20.0)) * exp(noise(0.1)));
        if (s % 40 == 39) give(&w, &held, s, unit * (0.25 + 0.1 * exp(-s / 20.0)) + noise(0.001));
        if (s % 40 == 39) give(&w, &score, s, 0.93 + 0.003 * (s % 80 == 39));
    }
    done(&w);
    return w.loud;
}

static void a_loss_that_stands_is_on_no_floor_whatever_its_unit(void **ctx)
{
    (void)ctx;
    for (double unit = 1; unit < 20; unit *= 1.01) assert_int_equal(converged(unit), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_agent_that_learns_at_once_is_not_flat_however_rarely_it_is_logged),
        cmocka_unit_test(an_agent_that_never_learns_is_flat_however_rarely_it_is_logged),
        cmocka_unit_test(a_leak_shows_in_ten_values_as_in_a_thousand),
        cmocka_unit_test(memory_that_fills_up_or_swings_is_no_leak_in_ten_values_either),
        cmocka_unit_test(a_loss_that_stands_is_told_of_thirty_values_as_of_hundreds),
        cmocka_unit_test(a_loss_that_stands_is_on_no_floor_whatever_its_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
