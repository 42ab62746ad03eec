/* Healthy runs that look faulty for being of another size, noise or speed than usual, and beside each the fault it must not be taken for. */
#include "chance.h"
#include "watched.h"

static const struct series loss = SERIES(ROLE_LOSS_TRAIN, "train/loss", "loss", 1),
                           held = SERIES(ROLE_LOSS_EVAL, "val/loss", "loss", 2),
                           norm = SERIES(ROLE_GRAD_NORM, "grad_norm", "grad_norm", 3);
static const struct series pay = {
    .name = "episode_return", .unit = "", .metric = "return", .depth = -1, .role = ROLE_RETURN, .better = BETTER_HIGHER, .id = 4};

enum { SEEDS = 20 };

/* Batches of one: a loss is near nothing or several times the mean. */
static int single_examples(uint64_t with_seed, double held_falls)
{
    struct watch w;
    seed = with_seed;
    watch(&w, "loss_not_decreasing");
    for (int s = 0; s < 1500; s += 5) {
        give(&w, &loss, s, 0.6 * pow(noise(1), 2));
        if (s % 100 == 0) give(&w, &held, s, 0.6 * (1 - held_falls * s / 1500.0) * exp(noise(0.003)));
    }
    done(&w);
    return w.loud;
}

static void a_held_out_loss_that_falls_says_that_something_is_learned_however_single_examples_scatter(void **ctx)
{
    int told = 0;
    (void)ctx;
    for (uint64_t i = 1; i <= SEEDS; i++) {
        assert_int_equal(single_examples(i, 0.4), 0);
        told += single_examples(i, 0) > 0;
    }
    assert_true(told > 0);
}

/* Four texts a batch, for a model that knew the language before: the held-out loss falls by `share`, most of it early. */
static int fine_tuned(uint64_t with_seed, double share)
{
    struct watch w;
    seed = with_seed;
    watch(&w, "loss_not_decreasing");
    for (int s = 0; s < 2250; s++) {
        double left = 1 - share * (1 - exp(-s / 700.0)) / (1 - exp(-2250 / 700.0));
        give(&w, &loss, s, 1.2 * left * (0.4 + pow(noise(0.8), 2)));
        if (s % 50 == 0) give(&w, &held, s, 1.2 * left);
    }
    done(&w);
    return w.told > w.closed; /* few evaluations tell less than all of them */
}

static void a_held_out_loss_better_at_each_evaluation_is_one_that_learns(void **ctx)
{
    int told = 0;
    (void)ctx;
    for (uint64_t i = 1; i <= SEEDS; i++) {
        assert_int_equal(fine_tuned(i, 0.13), 0);
        told += fine_tuned(i, 0.02) > 0;
    }
    assert_true(told > 0);
}

static void a_loss_that_was_far_below_for_long_did_not_stand_still(void **ctx)
{
    (void)ctx;
    for (uint64_t i = 1; i <= SEEDS; i++) {
        struct watch w;
        seed = i;
        watch(&w, "loss_not_decreasing");
        for (int s = 0; s < 1000; s += 20) {
            double level = s < 380 ? 0.02 : 0.3 + 0.4 * exp(-(s - 380) / 300.0);
            give(&w, &loss, s, (s == 0 ? 0.71 : level) * exp(noise(0.2)));
        }
        done(&w);
        assert_int_equal(w.loud, 0);
    }
}

static int nine_tenths(double held_end)
{
    struct watch w;
    seed = 3;
    watch(&w, "loss_plateau");
    for (int s = 0; s < 800; s += 5) {
        double left = exp(-s / 30.0);
        give(&w, &loss, s, (4500 + 500 * left) * exp(noise(0.01)));
        if (s % 40 == 0) give(&w, &held, s, 4500 + 500 * left - (4500 - held_end) * s / 800.0);
    }
    done(&w);
    return w.loud;
}

static void both_losses_at_nine_tenths_of_the_first_are_no_convergence(void **ctx)
{
    (void)ctx;
    assert_true(nine_tenths(4500) > 0);
    assert_int_equal(nine_tenths(3000), 0); /* one of them goes on */
}

static int norms(bool grows)
{
    struct watch w;
    seed = 9;
    watch(&w, "grad_explosion");
    for (int s = 0; s < 300; s++) {
        double level = 300 * exp(noise(0.5)) * (grows && s > 150 ? exp((s - 150) / 12.0) : 1);
        give(&w, &norm, s, s % 5 < 3 ? 0 : level);
        give(&w, &loss, s, 1 + 0.01 * noise(1));
    }
    done(&w);
    return w.loud;
}

static void a_norm_of_exactly_nothing_is_no_level_to_explode_from(void **ctx)
{
    (void)ctx;
    assert_int_equal(norms(false), 0);
    assert_true(norms(true) > 0);
}

static int returns_of(double first, double speed)
{
    struct watch w;
    seed = 4;
    watch(&w, "return_flat");
    for (int s = 1; s <= 300; s++) give(&w, &pay, s, -291 + first * exp(-s / speed) + noise(0.15));
    done(&w);
    return w.loud;
}

static void an_agent_that_learns_within_a_few_updates_has_learned(void **ctx)
{
    (void)ctx;
    assert_int_equal(returns_of(-9, 5), 0);
    assert_true(returns_of(0, 5) > 0);
}

/* Forty returns, of which the first twenty are half: what was lost there and won back is nothing learned. */
static void an_agent_that_is_back_where_it_began_has_not_learned(void **ctx)
{
    (void)ctx;
    static const struct series mean_return = SERIES(ROLE_RETURN, "ep_rew_mean", "return", 5);
    for (int more = 0; more < 2; more++) {
        struct watch w;
        seed = 8;
        watch(&w, "return_flat");
        for (int s = 0; s < 40; s++) {
            double y = s < 5 ? 10 - 0.45 * s : s < 18 ? 7.7 : 7.7 + (more ? 0.6 : 0.1) * (s - 18);
            give(&w, &mean_return, s, y + noise(0.2));
        }
        done(&w);
        assert_int_equal(w.loud > 0, !more);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_held_out_loss_that_falls_says_that_something_is_learned_however_single_examples_scatter),
        cmocka_unit_test(a_held_out_loss_better_at_each_evaluation_is_one_that_learns),
        cmocka_unit_test(a_loss_that_was_far_below_for_long_did_not_stand_still),
        cmocka_unit_test(both_losses_at_nine_tenths_of_the_first_are_no_convergence),
        cmocka_unit_test(a_norm_of_exactly_nothing_is_no_level_to_explode_from),
        cmocka_unit_test(an_agent_that_learns_within_a_few_updates_has_learned),
        cmocka_unit_test(an_agent_that_is_back_where_it_began_has_not_learned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
