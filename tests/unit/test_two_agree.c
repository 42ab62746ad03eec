/* Where values are few, or scatter, two measurements that agree: each standstill beside the run that learns. */
#include "chance.h"
#include "watched.h"

static const struct series loss = SERIES(ROLE_LOSS_TRAIN, "train/loss", "loss", 1),
                           held = SERIES(ROLE_LOSS_EVAL, "val/loss", "loss", 2);
static const struct series score = ACCURACY("val/accuracy", 4);

/* Standardised targets, single batches of which scatter by half: the held-out loss comes from `begins` to `ends`. */
static int of_numbers(double begins, double ends, bool classes)
{
    struct watch w;
    seed = 21;
    watch(&w, "loss_not_decreasing");
    for (int s = 0; s < 120; s++) {
        double level = ends + (begins - ends) * exp(-s / 30.0);
        give(&w, &loss, s, level * (1 + noise(0.5)));
        if (s % 15 == 14) give(&w, &held, s, 0.96 * level + noise(0.004));
        if (s % 15 == 14 && classes) give(&w, &score, s, 0.3 + 0.002 * s);
    }
    done(&w);
    return w.loud;
}

static void a_loss_of_numbers_that_stands_at_their_variance_has_learned_nothing(void **ctx)
{
    (void)ctx;
    assert_true(of_numbers(1, 1, false) > 0);
    assert_int_equal(of_numbers(1, 0.6, false), 0); /* slowly, beneath all that scatter */
    assert_int_equal(of_numbers(3, 1, false), 0);   /* it came down to there: other units */
    assert_int_equal(of_numbers(1.25, 0.95, true), 0);
}

/* Evaluations at the end of each of n epochs: an accuracy that is one number, or not, beside a held-out loss that comes from `from` to `to`. */
static int of_few_epochs(int n, bool one_number, double from, double to)
{
    struct watch w;
    seed = 22;
    watch(&w, "score_stuck");
    for (int s = 0; s < 33 * n; s++) {
        give(&w, &loss, s, 1.2 * exp(noise(0.03)));
        if (s % 33 != 32) continue;
        give(&w, &held, s, from + (to - from) * s / (33.0 * n - 1));
        give(&w, &score, s, one_number ? 0.37 : 0.37 + fabs(noise(0.03)));
    }
    done(&w);
    return w.loud;
}

static void an_accuracy_that_is_one_number_needs_few_evaluations_where_the_loss_stands_too(void **ctx)
{
    (void)ctx;
    assert_true(of_few_epochs(4, true, 1.22, 1.22) > 0);
    assert_int_equal(of_few_epochs(4, true, 1.4, 1.1), 0); /* the loss knows that something is learned */
    assert_int_equal(of_few_epochs(4, false, 1.22, 1.22), 0);
    assert_int_equal(of_few_epochs(3, true, 1.22, 1.22), 0);
}

/* Epochs of a classifier of eight: its loss comes to ln 8, and its accuracy stands at `right`. */
static int at_chance_of_eight(int epochs, double right)
{
    static const struct series by_epoch = {
        .name = "loss", .unit = "", .metric = "loss", .depth = -1, .role = ROLE_LOSS_TRAIN, .axis = AXIS_EPOCH, .id = 6};
    struct watch w;
    seed = 23;
    watch(&w, "loss_at_chance");
    for (int i = 0; i < epochs; i++) give(&w, &by_epoch, i, log(8) + 0.15 * exp(-i)), give(&w, &score, i, right + noise(0.003));
    done(&w);
    return w.loud;
}

static void an_accuracy_of_one_in_n_confirms_a_loss_of_ln_n(void **ctx)
{
    (void)ctx;
    assert_true(at_chance_of_eight(5, 0.125) > 0);
    assert_int_equal(at_chance_of_eight(5, 0.3), 0);
    assert_int_equal(at_chance_of_eight(4, 0.125), 0);
}

/* Held-out losses that jump about `level` while the training loss falls from 0.66; one of them is lucky. */
static int jumps_about(double level, bool rises, double noisy)
{
    struct watch w;
    seed = 27;
    watch(&w, "split_gap");
    for (int s = 60; s <= 1380; s += 60) {
        double slow = exp(-(s - 60) / 300.0), now = rises ? 0.6 + (level - 0.6) * s / 1380 : level * exp(noise(noisy));
        if (!rises && noisy < 0.1) now *= 0.4 + 0.6 * slow; /* the same in other units */
        give(&w, &loss, s, 0.12 + 0.54 * exp(-(s - 60) / 120.0));
        give(&w, &held, s, s == 840 ? 0.5 : now);
    }
    done(&w);
    return w.loud;
}

static void one_lucky_evaluation_makes_a_held_out_loss_no_better_than_untrained(void **ctx)
{
    (void)ctx;
    assert_true(jumps_about(6, false, 0.7) > 0);
    assert_int_equal(jumps_about(0.5, false, 0.7), 0);
    assert_int_equal(jumps_about(6, true, 0), 0);      /* it parts slowly: overfitting's business */
    assert_int_equal(jumps_about(60, false, 0.01), 0); /* other units: it comes down with the training loss */
}

/* A classifier that gets better from 0.14 to 0.32, and what its wrong answers cost: the same each, or by as much as single rows differ. */
static int wrong_answers_cost(double each, double differ)
{
    struct watch w;
    seed = 25;
    watch(&w, "loss_starts_high");
    for (int i = 0; i < 20; i++) {
        double right = 0.14 + 0.009 * i;
        give(&w, &loss, i, each * (1 - right) * exp(noise(0.01))), give(&w, &score, i, right);
        give(&w, &held, i, each * (1 - right) * exp(noise(differ)));
    }
    done(&w);
    return w.loud;
}

static void outputs_at_their_ends_are_known_by_what_a_wrong_answer_costs(void **ctx)
{
    (void)ctx;
    assert_true(wrong_answers_cost(-log(1e-7), 0.001) > 0);
    assert_int_equal(wrong_answers_cost(-log(1e-7), 0.1), 0); /* high, and no clipped logarithm */
    assert_int_equal(wrong_answers_cost(2.3, 0.001), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loss_of_numbers_that_stands_at_their_variance_has_learned_nothing),
        cmocka_unit_test(an_accuracy_that_is_one_number_needs_few_evaluations_where_the_loss_stands_too),
        cmocka_unit_test(an_accuracy_of_one_in_n_confirms_a_loss_of_ln_n),
        cmocka_unit_test(one_lucky_evaluation_makes_a_held_out_loss_no_better_than_untrained),
        cmocka_unit_test(outputs_at_their_ends_are_known_by_what_a_wrong_answer_costs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
