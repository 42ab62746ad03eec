/* What one curve leaves open, another one of the same log decides: each trouble over seeded curves, and the healthy run that looks like it. */
#include "../../analyzers/stats/reached.h"
#include "chance.h"
#include "watched.h"

static const struct series loss = SERIES(ROLE_LOSS_TRAIN, "train/loss", "loss", 1),
                           held = SERIES(ROLE_LOSS_EVAL, "val/loss", "loss", 2), rate = SERIES(ROLE_LEARNING_RATE, "lr", "lr", 3),
                           norm = SERIES(ROLE_GRAD_NORM, "grad_norm", "grad_norm", 5),
                           paid = SERIES(ROLE_RETURN, "ep_rew_mean", "return", 7),
                           d = SERIES(ROLE_LOSS_DISCRIMINATOR, "d_loss", "d_loss", 8),
                           g = SERIES(ROLE_LOSS_GENERATOR, "g_loss", "g_loss", 9),
                           entropy = SERIES(ROLE_ENTROPY, "entropy", "entropy", 10), kl = SERIES(ROLE_KL, "approx_kl", "kl", 11);
static const struct series score = ACCURACY("val/accuracy", 4);
static const struct series right = {.name = "train/accuracy",
                                    .unit = "",
                                    .metric = "accuracy",
                                    .depth = -1,
                                    .role = ROLE_SCORE_TRAIN,
                                    .better = BETTER_HIGHER,
                                    .bounded = true,
                                    .id = 12};
static const struct series fid = {
    .name = "fid", .unit = "", .metric = "fid", .depth = -1, .role = ROLE_SCORE_EVAL, .better = BETTER_LOWER, .id = 6};

/* A policy that becomes certain while its return rises; each update moves it by `moves`. */
static int certain(double moves)
{
    struct watch w;
    seed = 31;
    watch(&w, "entropy_collapse");
    for (int s = 0; s < 200; s++) {
        give(&w, &paid, s, 20 - 15 * exp(-s / 30.0) + noise(0.2));
        give(&w, &kl, s, moves * exp(noise(0.5)));
        give(&w, &entropy, s, 1.1 * exp(-s / 15.0) + 0.01 + fabs(noise(0.003)));
    }
    done(&w);
    return w.loud;
}

static void a_policy_that_is_certain_and_still_moved_far_has_not_found_its_answer(void **ctx)
{
    (void)ctx;
    assert_true(certain(0.1) > 0);
    assert_int_equal(certain(0.002), 0);
}

/* A cosine over 600 steps whose rate is `times` as high for ten of them. The loss stops in the first third, at two thirds. */
static int stands_after(double times)
{
    struct watch w;
    seed = 32;
    watch(&w, "loss_plateau");
    for (int s = 0; s < 600; s++) {
        double lr = 1e-3 * (1 + cos(M_PI * s / 600)) / 2;
        give(&w, &rate, s, s >= 15 && s < 25 ? times * lr : lr);
        give(&w, &loss, s, (1.7 + 0.9 * exp(-s / 60.0)) * exp(noise(0.02)));
    }
    done(&w);
    return w.loud;
}

static void a_few_steps_at_many_times_the_rate_are_no_measure_of_the_schedule(void **ctx)
{
    (void)ctx;
    assert_int_equal(stands_after(1), 0);
    assert_int_equal(stands_after(20), 0);
}

/* A norm that had come down a thousandfold with its loss, and is at `back` again. */
static int norm_back_at(double back)
{
    struct watch w;
    seed = 33;
    watch(&w, "grad_explosion");
    for (int s = 0; s < 300; s++) {
        give(&w, &loss, s, (s < 150 ? 2 * exp(-s / 20.0) + 1e-3 : 0.5) * exp(noise(0.05)));
        give(&w, &norm, s, (s < 150 ? exp(-s / 20.0) + 1e-3 : back) * exp(noise(0.1)));
    }
    done(&w);
    return w.loud;
}

static void a_norm_that_returns_to_where_the_run_began_has_not_exploded(void **ctx)
{
    (void)ctx;
    assert_int_equal(norm_back_at(1), 0);
    assert_true(norm_back_at(30) > 0);
}

static void what_grows_now_is_not_what_it_is_held_against(void **ctx)
{
    struct reached r = {0};
    (void)ctx;
    for (int i = 0; i < 40; i++) reached_add(&r, i == 3 ? 1000 : 2); /* one alone is a spike */
    assert_true(r.before == 2);
    for (int i = 0; i < REACHED_BLOCK; i++) reached_add(&r, 50);
    assert_true(r.before == 2);
    for (int i = 0; i < 2 * REACHED_BLOCK; i++) reached_add(&r, 50);
    assert_true(r.before == 50);
}

/* An adversary whose loss fell within the first values, to 0.15, and a generator that nobody believes; FID goes from 170 to `to`. */
static int refused(double to)
{
    struct watch w;
    seed = 34;
    watch(&w, "discriminator_wins");
    for (int s = 0; s < 100; s++) {
        give(&w, &d, s, s ? 0.15 * exp(noise(0.3)) : 0.9);
        give(&w, &g, s, 0.8 + 6 * (1 - exp(-s / 4.0)) + noise(0.5));
        if (s % 4 == 0) give(&w, &fid, s, to + (170 - to) * exp(-s / 20.0));
    }
    done(&w);
    return w.loud;
}

static void a_generator_that_never_got_better_has_lost_to_a_discriminator_that_is_not_quite_sure(void **ctx)
{
    (void)ctx;
    assert_true(refused(172) > 0);
    assert_int_equal(refused(12), 0);
}

static void a_critic_that_nothing_holds_is_told_and_one_that_wanders_is_not(void **ctx)
{
    (void)ctx;
    for (int wild = 0; wild < 2; wild++) {
        struct watch w;
        seed = 35;
        watch(&w, "discriminator_wins");
        for (int s = 0; s < 120; s++) {
            double grows = wild && s > 70 ? exp((s - 70) / 4.0) : 1;
            give(&w, &d, s, -0.6 * grows + noise(0.1));
            give(&w, &g, s, (0.8 + 0.004 * s) * grows + noise(0.1));
        }
        done(&w);
        assert_true(wild ? w.loud > 0 : w.loud == 0);
    }
}

/* A hinge at `d_level` whose generator's loss is at `g_level`, after half of the run in balance. */
static int believed(double d_level, double g_level)
{
    struct watch w;
    seed = 36;
    watch(&w, "generator_wins");
    for (int s = 0; s < 200; s++) {
        give(&w, &d, s, s < 100 ? 1.9 + noise(0.1) : d_level + noise(0.05));
        give(&w, &g, s, s < 100 ? noise(0.2) : g_level + noise(0.02));
    }
    done(&w);
    return w.loud;
}

static void a_hinge_beyond_balance_whose_generator_is_believed_without_doubt_has_lost(void **ctx)
{
    (void)ctx;
    assert_true(believed(3.2, -1.3) > 0);
    assert_int_equal(believed(2.1, -0.3), 0);
}

/* All held-out rows right from the first evaluation on, and next to nothing left of their loss; training comes down to `left`. */
static int flawless(double left)
{
    struct watch w;
    seed = 37;
    watch(&w, "validation_too_good");
    for (int s = 0; s < 200; s++) {
        give(&w, &loss, s, (1.1 * exp(-s / 5.0) + left) * exp(noise(0.2)));
        if (s % 10 || s == 0) continue;
        give(&w, &held, s, 0.1 * exp(-s / 4.0) + 1e-4);
        give(&w, &score, s, 1);
    }
    done(&w);
    return w.loud;
}

static void a_few_easy_rows_cost_less_than_those_that_are_trained_on(void **ctx)
{
    (void)ctx;
    assert_true(flawless(2e-4) > 0); /* an answer that has leaked is in both */
    assert_int_equal(flawless(0.02), 0);
}

/* A validation accuracy of 0.4 of `scale`, and one of training rows of 0.1, as a share. */
static int above_training(double scale)
{
    struct watch w;
    seed = 39;
    watch(&w, "validation_too_good");
    for (int s = 0; s < 200; s++) {
        give(&w, &right, s, 0.1 + noise(0.005));
        if (s % 10 == 9) give(&w, &score, s, scale * (0.4 + noise(0.005)));
    }
    done(&w);
    return w.loud;
}

static void a_share_is_not_laid_beside_a_percentage(void **ctx)
{
    (void)ctx;
    assert_true(above_training(1) > 0);
    assert_int_equal(above_training(100), 0);
}

/* A training loss that falls to a tenth, and a held-out one that goes from 0.65 to `to`. */
static int left_behind(double to)
{
    struct watch w;
    seed = 38;
    watch(&w, "split_gap");
    for (int s = 0; s < 500; s++) {
        give(&w, &loss, s, (0.06 + 0.7 * exp(-s / 80.0)) * exp(noise(0.05)));
        if (s % 30 == 29) give(&w, &held, s, (to + (0.65 - to) * exp(-s / 100.0)) * exp(noise(0.005)));
    }
    done(&w);
    return w.loud;
}

static void held_out_rows_that_learning_never_reaches_are_told(void **ctx)
{
    (void)ctx;
    assert_true(left_behind(0.64) > 0);
    assert_int_equal(left_behind(0.3), 0);
}

/* A loss at 1.6 % above ln 4 whose accuracy is around `right`. */
static int near_chance(double right, double held_out)
{
    struct watch w;
    seed = 39;
    watch(&w, "loss_at_chance");
    for (int s = 0; s < 200; s++) {
        give(&w, &loss, s, 1.016 * log(4) * exp(noise(0.003)));
        if (s % 20) continue;
        give(&w, &held, s, held_out);
        give(&w, &score, s, right + 0.01 * (s / 20 % 2));
    }
    done(&w);
    return w.loud;
}

static void an_accuracy_of_one_in_n_tells_how_many_classes_there_are(void **ctx)
{
    (void)ctx;
    assert_true(near_chance(0.25, 1.41) > 0);
    assert_int_equal(near_chance(0.45, 1.41), 0);
    assert_int_equal(near_chance(0.25, 1.2), 0); /* held-out rows cost less than guessing */
}

/* A summed loss of classes that begins at 200 and goes to `to`, while `right` of the answers become right. */
static int summed(double to, double right)
{
    struct watch w;
    seed = 40;
    watch(&w, "loss_starts_high");
    for (int s = 0; s < 200; s++) {
        give(&w, &loss, s, (to + 200 * exp(-s / 6.0)) * exp(noise(0.1)));
        if (s % 10) continue;
        give(&w, &held, s, to * exp(noise(0.2)));
        give(&w, &score, s, right - (right - 0.27) * exp(-s / 20.0) + noise(0.01));
    }
    done(&w);
    return w.loud;
}

static void a_loss_far_above_guessing_is_loud_only_where_nothing_is_learned(void **ctx)
{
    (void)ctx;
    assert_true(summed(18, 0.27) > 0);
    assert_int_equal(summed(18, 0.9), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_policy_that_is_certain_and_still_moved_far_has_not_found_its_answer),
        cmocka_unit_test(a_few_steps_at_many_times_the_rate_are_no_measure_of_the_schedule),
        cmocka_unit_test(a_norm_that_returns_to_where_the_run_began_has_not_exploded),
        cmocka_unit_test(what_grows_now_is_not_what_it_is_held_against),
        cmocka_unit_test(a_generator_that_never_got_better_has_lost_to_a_discriminator_that_is_not_quite_sure),
        cmocka_unit_test(a_critic_that_nothing_holds_is_told_and_one_that_wanders_is_not),
        cmocka_unit_test(a_hinge_beyond_balance_whose_generator_is_believed_without_doubt_has_lost),
        cmocka_unit_test(a_few_easy_rows_cost_less_than_those_that_are_trained_on),
        cmocka_unit_test(a_share_is_not_laid_beside_a_percentage),
        cmocka_unit_test(held_out_rows_that_learning_never_reaches_are_told),
        cmocka_unit_test(an_accuracy_of_one_in_n_tells_how_many_classes_there_are),
        cmocka_unit_test(a_loss_far_above_guessing_is_loud_only_where_nothing_is_learned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
