/* What public logs of healthy runs look like, told quietly: dips that are over, bumps that are made good, terms that overflow where they are
 * computed, evaluations that are not made each epoch, losses in units of their own beside scores that rise. */
#include "chance.h"
#include "watched.h"

#define RATED(role_, name_, metric_, better_, bounded_, axis_, id_)                                                              \
    {                                                                                                                            \
        .name = name_, .unit = "", .metric = metric_, .depth = -1, .role = role_, .better = better_, .bounded = bounded_,        \
        .axis = axis_, .id = id_                                                                                                 \
    }
static const struct series loss = RATED(ROLE_LOSS_TRAIN, "obj_loss", "obj_loss", BETTER_LOWER, false, AXIS_EPOCH, 1),
                           held = RATED(ROLE_LOSS_EVAL, "val/obj_loss", "obj_loss", BETTER_LOWER, false, AXIS_EPOCH, 2),
                           score = RATED(ROLE_SCORE_EVAL, "val/mAP", "map", BETTER_HIGHER, true, AXIS_EPOCH, 3),
                           class = RATED(ROLE_SCORE_EVAL, "dice/3", "dice", BETTER_HIGHER, true, AXIS_EPOCH, 4),
                           steps = RATED(ROLE_LOSS_TRAIN, "loss", "loss", BETTER_LOWER, false, AXIS_STEP, 5),
                           reward = RATED(ROLE_RETURN, "rew", "rew", BETTER_HIGHER, false, AXIS_STEP, 7),
                           d_loss = RATED(ROLE_LOSS_DISCRIMINATOR, "D_loss", "D_loss", BETTER_LOWER, false, AXIS_STEP, 8),
                           g_loss = RATED(ROLE_LOSS_GENERATOR, "G_loss", "G_loss", BETTER_LOWER, false, AXIS_STEP, 9),
                           whole = RATED(ROLE_LOSS_TRAIN, "loss", "loss", BETTER_LOWER, false, AXIS_EPOCH, 10),
                           whole_held = RATED(ROLE_LOSS_EVAL, "val_loss", "loss", BETTER_LOWER, false, AXIS_EPOCH, 11),
                           area = RATED(ROLE_SCORE_EVAL, "val_auc", "auc", BETTER_HIGHER, true, AXIS_EPOCH, 12),
                           right = RATED(ROLE_SCORE_EVAL, "val_accuracy", "accuracy", BETTER_HIGHER, true, AXIS_EPOCH, 13),
                           events = RATED(ROLE_EVENT, "event", "event", BETTER_UNKNOWN, false, AXIS_RECORD, 6);

static void a_dip_of_a_score_that_is_over_is_worth_knowing_only(void **unused)
{
    struct watch w;
    (void)unused;
    for (int back = 0; back < 2; back++) {
        seed = 3;
        watch(&w, "score_drop");
        for (int e = 0; e < 160; e++) {
            double v = e < 60 ? 0.1 + 0.01 * e : e < 76 ? 0.3 : back ? 0.72 : 0.3;
            give(&w, &score, e, v + noise(0.01));
        }
        done(&w);
        assert_string_equal(w.last.kind, "score_drop");
        assert_int_equal(w.last.severity == SEVERITY_INFO, back);
    }
}

static void one_class_that_dipped_is_no_warning(void **unused)
{
    struct watch w;
    (void)unused;
    seed = 5;
    watch(&w, "score_drop");
    for (int e = 0; e < 100; e++) give(&w, &class, e, (e < 20 ? 0.02 * e : e < 80 ? 0.1 : 0.45) + noise(0.005));
    done(&w);
    assert_true(!w.last.kind || w.last.severity == SEVERITY_INFO);
}

static void a_bump_that_is_made_good_at_once_and_undid_little_passes(void **unused)
{
    struct watch w;
    (void)unused;
    for (int large = 0; large < 2; large++) {
        seed = 7;
        watch(&w, "loss_spike");
        for (int s = 0; s < 600; s++) {
            double v = (0.2 + 2.8 * exp(-s / 60.0)) * exp(noise(0.03));
            give(&w, &steps, s, s >= 400 && s < 403 ? v + (large ? 1.5 : 0.2) : v);
        }
        done(&w);
        assert_string_equal(w.last.kind, "loss_spike");
        assert_int_equal(w.last.severity == SEVERITY_WARNING, large);
    }
}

static void a_held_out_term_that_overflows_from_the_start_is_worth_knowing_only(void **unused)
{
    struct watch w;
    (void)unused;
    for (int nan = 0; nan < 2; nan++) {
        watch(&w, "loss_nonfinite");
        for (int e = 0; e < 40; e++) give(&w, &held, e, nan ? (double)NAN : (double)INFINITY);
        done(&w);
        assert_int_equal(w.last.severity, nan ? SEVERITY_CRITICAL : SEVERITY_INFO);
    }
}

static void a_held_out_loss_may_be_evaluated_at_every_third_epoch(void **unused)
{
    struct watch w;
    (void)unused;
    for (int breaks = 0; breaks < 2; breaks++) {
        watch(&w, "loss_nonfinite");
        for (int e = 1; e < 60; e++) give(&w, &held, e, e % 3 || (breaks && e > 40) ? (double)NAN : 1 - 0.01 * e);
        done(&w);
        assert_int_equal(w.last.severity, breaks ? SEVERITY_CRITICAL : SEVERITY_INFO);
    }
}

static void a_gap_beside_scores_that_rise_is_worth_knowing_only(void **unused)
{
    struct watch w;
    (void)unused;
    for (int learns = 0; learns < 2; learns++) {
        seed = 9;
        watch(&w, "split_gap");
        for (int e = 0; e < 120; e++) {
            give(&w, &loss, e, (0.017 + 0.02 * exp(-e / 20.0)) * exp(noise(0.01)));
            give(&w, &held, e, 0.058 * exp(noise(0.01)));
            give(&w, &score, e, (learns ? 0.95 * (1 - exp(-e / 20.0)) : 0.02) + noise(0.002));
        }
        done(&w);
        assert_string_equal(w.last.kind, "gap_from_start");
        assert_int_equal(w.last.severity == SEVERITY_INFO, learns);
    }
}

static void an_exception_caught_in_each_epoch_is_no_crash(void **unused)
{
    struct watch w;
    (void)unused;
    for (int last = 0; last < 2; last++) {
        watch(&w, "run_crashed");
        for (int e = 0; e < 10; e++) {
            give(&w, &events, e, EVENT_TRACEBACK);
            give(&w, &loss, e, 1 - 0.01 * e);
        }
        if (last) give(&w, &events, 10, EVENT_TRACEBACK);
        done(&w);
        assert_int_equal(w.last.phase == PHASE_CLOSED, !last);
    }
}

/* Two ranks tell their loss at each of a dozen steps: too early to say that nothing is learned. */
static void values_of_several_ranks_are_no_more_steps(void **unused)
{
    struct watch w;
    (void)unused;
    for (int ranks = 1; ranks < 3; ranks++) {
        seed = 13;
        watch(&w, "loss_not_decreasing");
        for (int i = 0; i < 26; i++) give(&w, &steps, i / ranks, 5 + noise(0.05));
        done(&w);
        assert_int_equal(w.told > 0, ranks == 1);
    }
}

/* Returns that all end soon at first and anywhere later: what is noise later was none then. */
static void an_agent_whose_later_returns_scatter_has_learned(void **unused)
{
    struct watch w;
    (void)unused;
    for (int learns = 0; learns < 2; learns++) {
        seed = 17;
        watch(&w, "return_flat");
        for (int e = 0; e < 350; e++) {
            double most = learns ? fmin(100, 1 + 2.0 * e) : 100, least = learns ? 0.3 * most : 0;
            give(&w, &reward, e, least + (most - least) * (0.5 + noise(0.5)));
        }
        done(&w);
        assert_int_equal(w.told > 0, !learns);
    }
}

/* The mean of no episode is NaN; one finite value tells that episodes go on ending. */
static void a_return_of_no_episode_is_worth_knowing_only(void **unused)
{
    struct watch w;
    (void)unused;
    for (int back = 0; back < 2; back++) {
        seed = 19;
        watch(&w, "metric_nonfinite");
        for (int e = 0; e < 120; e++) give(&w, &reward, e, e < 60 || (back && e % 7 == 0) ? e + noise(0.5) : (double)NAN);
        done(&w);
        assert_string_equal(w.last.kind, "metric_nonfinite");
        assert_int_equal(w.last.severity == SEVERITY_INFO, back);
    }
}

/* Least squares of a few per cent from the first record on, beside a generator that pays what it does at balance. */
static void a_discriminator_has_not_won_while_the_generator_is_believed(void **unused)
{
    struct watch w;
    (void)unused;
    for (int refused = 0; refused < 2; refused++) {
        seed = 23;
        watch(&w, "discriminator_wins");
        for (int e = 0; e < 600; e++) {
            give(&w, &d_loss, e, (0.04 + 0.04 * exp(-e / 60.0)) * exp(noise(0.2)));
            give(&w, &g_loss, e, (refused ? 0.9 : 0.35) * exp(noise(0.1)));
        }
        done(&w);
        assert_int_equal(w.told > 0, refused);
    }
}

/* A large model learns little in sixty steps, and that surely. */
static void a_loss_that_surely_falls_is_not_flat(void **unused)
{
    struct watch w;
    (void)unused;
    for (int falls = 0; falls < 2; falls++) {
        seed = 29;
        watch(&w, "loss_not_decreasing");
        for (int e = 0; e < 60; e++) give(&w, &steps, e, (falls ? 5.15 - 0.006 * e : 5) * exp(noise(0.05)));
        done(&w);
        assert_int_equal(w.told > 0, !falls);
    }
}

/* The area under a curve comes near to 1 while rows are still wrong, and a loss that began among large numbers to next to nothing. */
static void an_area_is_not_flawless_while_rows_are_wrong(void **unused)
{
    struct watch w;
    (void)unused;
    for (int wrong = 0; wrong < 2; wrong++) {
        seed = 31;
        watch(&w, "validation_too_good");
        for (int e = 0; e < 78; e++) {
            give(&w, &whole, e, 0.02 + 37 * exp(-2.0 * e));
            give(&w, &whole_held, e, 0.018 + 30 * exp(-2.0 * e));
            give(&w, &area, e, 0.9991 + noise(0.0002));
            give(&w, &right, e, (wrong ? 0.992 : 0.9994) + noise(0.0003));
        }
        done(&w);
        assert_int_equal(w.last.kind && w.last.severity == SEVERITY_WARNING, !wrong);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_agent_whose_later_returns_scatter_has_learned),
        cmocka_unit_test(a_return_of_no_episode_is_worth_knowing_only),
        cmocka_unit_test(a_discriminator_has_not_won_while_the_generator_is_believed),
        cmocka_unit_test(a_loss_that_surely_falls_is_not_flat),
        cmocka_unit_test(an_area_is_not_flawless_while_rows_are_wrong),
        cmocka_unit_test(a_dip_of_a_score_that_is_over_is_worth_knowing_only),
        cmocka_unit_test(one_class_that_dipped_is_no_warning),
        cmocka_unit_test(a_bump_that_is_made_good_at_once_and_undid_little_passes),
        cmocka_unit_test(a_held_out_term_that_overflows_from_the_start_is_worth_knowing_only),
        cmocka_unit_test(a_held_out_loss_may_be_evaluated_at_every_third_epoch),
        cmocka_unit_test(a_gap_beside_scores_that_rise_is_worth_knowing_only),
        cmocka_unit_test(an_exception_caught_in_each_epoch_is_no_crash),
        cmocka_unit_test(values_of_several_ranks_are_no_more_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
