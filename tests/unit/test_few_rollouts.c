/* Agents of libraries that log once a rollout: a short run is ten or twenty values of each, and what is plain to see in them is told. */
#include "chance.h"
#include "watched.h"

static const struct series paid = SERIES(ROLE_RETURN, "rollout/ep_rew_mean", "ep_rew_mean", 1),
                           entropy = SERIES(ROLE_ENTROPY, "train/entropy_loss", "entropy_loss", 2),
                           kl = SERIES(ROLE_KL, "train/approx_kl", "approx_kl", 3),
                           value = SERIES(ROLE_LOSS_VALUE, "train/value_loss", "value_loss", 4);

/* Ten rollouts: the policy is certain from the second one on, or becomes so as it learns. */
static int certain_after_one(bool learns)
{
    struct watch w;
    seed = 71;
    watch(&w, "entropy_collapse");
    for (int s = 0; s < 10; s++) {
        give(&w, &paid, s, (learns ? 6 + 2 * s : 7) + noise(0.4));
        give(&w, &entropy, s, learns ? -1.1 + 0.08 * s : s ? -0.01 : -0.8);
    }
    done(&w);
    return w.loud;
}

static void a_policy_that_one_rollout_made_certain_is_told_of_ten(void **ctx)
{
    (void)ctx;
    assert_true(certain_after_one(false) > 0);
    assert_int_equal(certain_after_one(true), 0);
}

/* Seventeen rollouts of a rising return: the policy is certain from the second one on, after an update that moved it by so much. */
static int certain_at_once(double divergence)
{
    struct watch w;
    seed = 75;
    watch(&w, "entropy_collapse");
    for (int s = 0; s < 17; s++) {
        give(&w, &paid, s, 7 + 0.35 * s + noise(0.3));
        give(&w, &kl, s, s ? 0.005 : divergence);
        give(&w, &entropy, s, s ? -0.01 : -0.6);
    }
    done(&w);
    return w.loud;
}

static void a_policy_that_one_update_threw_is_told_though_its_return_rises(void **ctx)
{
    (void)ctx;
    assert_true(certain_at_once(2.8) > 0);
    assert_int_equal(certain_at_once(0.01), 0);
}

/* Ten rollouts: the rewards are a thousand times as large from the middle on, or the value loss grows as it does with what is earned. */
static int leaps_in_ten(double times)
{
    struct watch w;
    seed = 72;
    watch(&w, "value_loss_explosion");
    for (int s = 0; s < 10; s++) {
        give(&w, &paid, s, (6 + 2 * s) * (s < 5 ? 1 : times));
        give(&w, &value, s, (2 + s) * (s < 5 ? 1 : times * times) * exp(noise(0.2)));
    }
    done(&w);
    return w.loud;
}

static void a_value_loss_that_leaps_is_told_of_ten(void **ctx)
{
    (void)ctx;
    assert_true(leaps_in_ten(1000) > 0);
    assert_int_equal(leaps_in_ten(1), 0);
}

/* A hundred means of returns that go smoothly from one level to another. */
static int goes(double from, double to)
{
    struct watch w;
    seed = 73;
    watch(&w, "return_flat");
    for (int s = 0; s < 100; s++) give(&w, &paid, s, to + (from - to) * exp(-s / 20.0) + noise(0.03));
    done(&w);
    return w.loud;
}

static void returns_that_only_fall_were_not_learned_at_once(void **ctx)
{
    (void)ctx;
    assert_true(goes(6, 1.6) > 0);
    assert_int_equal(goes(1.6, 6), 0);
}

/* Twelve rollouts whose updates move the policy by so much, with returns that wander. */
static struct watch moved_by(double divergence, double entropy_moves)
{
    struct watch w;
    seed = 74;
    watch(&w, "policy_still");
    for (int s = 0; s < 12; s++) {
        give(&w, &paid, s, 5 + noise(0.7));
        give(&w, &entropy, s, -1.099 + entropy_moves * s);
        give(&w, &kl, s, divergence);
    }
    done(&w);
    return w;
}

static void a_policy_that_no_update_moves_is_told(void **ctx)
{
    (void)ctx;
    struct watch w = moved_by(0, 1e-6);
    assert_true(w.loud > 0);
    assert_string_equal(w.last.kind, "return_flat");
    assert_int_equal(moved_by(0.004, 0.01).loud, 0);
    assert_int_equal(moved_by(0, 0.01).loud, 0);     /* a divergence that is never computed */
    assert_int_equal(moved_by(0.004, 1e-6).loud, 0); /* an entropy that is never computed */
}

/* Ninety means over the last episodes, which hang together: around one level, or up to another and back. */
static int hangs_together(double peak)
{
    struct watch w;
    double around = 0;
    seed = 75;
    watch(&w, "return_flat");
    for (int s = 0; s < 90; s++) {
        around = 0.7 * around + noise(0.12);
        give(&w, &paid, s, -9.8 + around + (s > 25 && s < 65 ? peak : 0));
    }
    done(&w);
    return w.loud;
}

static void rolling_means_that_wander_have_learned_nothing(void **ctx)
{
    (void)ctx;
    assert_true(hangs_together(0) > 0);
    assert_int_equal(hangs_together(4), 0);
}

/* A hundred returns, the first of which was luck. */
static void one_lucky_return_at_first_was_not_learned(void **ctx)
{
    (void)ctx;
    static const struct series single = SERIES(ROLE_RETURN, "total_reward", "total_reward", 5);
    struct watch w;
    seed = 76;
    watch(&w, "return_flat");
    for (int s = 0; s < 100; s++) give(&w, &single, s, s ? -149 + noise(0.4) : -88);
    done(&w);
    assert_true(w.loud > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_policy_that_one_rollout_made_certain_is_told_of_ten),
        cmocka_unit_test(a_policy_that_one_update_threw_is_told_though_its_return_rises),
        cmocka_unit_test(a_value_loss_that_leaps_is_told_of_ten),
        cmocka_unit_test(returns_that_only_fall_were_not_learned_at_once),
        cmocka_unit_test(rolling_means_that_wander_have_learned_nothing),
        cmocka_unit_test(one_lucky_return_at_first_was_not_learned),
        cmocka_unit_test(a_policy_that_no_update_moves_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
