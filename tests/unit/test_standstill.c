/* Runs that learn nothing, too little or something else, over seeded curves: what is told, and the healthy run beside each that is not. */
#include "chance.h"
#include "watched.h"

static const struct series loss = SERIES(ROLE_LOSS_TRAIN, "train/loss", "loss", 1),
                           held = SERIES(ROLE_LOSS_EVAL, "val/loss", "loss", 2), rate = SERIES(ROLE_LEARNING_RATE, "lr", "lr", 3);
static const struct series score = ACCURACY("val/accuracy", 4);

enum { SEEDS = 40 };

/* A regression whose batches scatter by a third; the network answers with the mean, or learns within a few steps down to the noise. */
static int scattering(uint64_t with_seed, double learned, bool with_held)
{
    struct watch w;
    seed = with_seed;
    watch(&w, "loss_not_decreasing");
    for (int s = 0; s < 400; s += 4) {
        double level = 1 - learned * (1 - exp(-s / 25.0));
        give(&w, &loss, s, level * exp(noise(0.3)));
        if (with_held && s % 40 == 0) give(&w, &held, s, level * exp(noise(0.002)));
    }
    done(&w);
    return w.loud;
}

/* What the evidence says of batches that scatter around one level, beside a held-out loss that moves by so much from one evaluation to the next. */
static double around(double moves)
{
    struct watch w;
    seed = 5;
    watch(&w, "loss_not_decreasing");
    for (int s = 0; s < 400; s += 4) {
        give(&w, &loss, s, exp(noise(0.1)));
        if (s % 40 == 0) give(&w, &held, s, exp(noise(moves)));
    }
    done(&w);
    assert_true(w.loud > 0);
    return finding_evidence(&w.last, "noisy", NAN);
}

static void a_held_out_loss_that_rests_is_told_from_one_that_moves_with_the_weights(void **ctx)
{
    (void)ctx;
    assert_float_equal(around(0.0003), 2, 0);
    assert_float_equal(around(0.008), 1, 0);
}

static void scatter_does_not_hide_a_loss_that_never_falls(void **ctx)
{
    int told = 0;
    (void)ctx;
    for (uint64_t i = 1; i <= SEEDS; i++) told += scattering(i, 0, true) > 0;
    assert_true(told >= SEEDS * 9 / 10);
}

static void a_noisy_loss_that_falls_is_left_alone(void **ctx)
{
    (void)ctx;
    for (uint64_t i = 1; i <= SEEDS; i++) {
        assert_int_equal(scattering(i, 0.7, true), 0);
        assert_int_equal(scattering(i, 0.3, true), 0);
        assert_int_equal(scattering(i, 0.7, false), 0);
    }
}

static void a_loss_that_falls_late_is_taken_back(void **ctx)
{
    struct watch w;
    (void)ctx;
    seed = 7;
    watch(&w, "loss_not_decreasing");
    for (int s = 0; s < 400; s++) give(&w, &loss, s, (s < 150 ? 2.3 : 0.2 + 2.1 * exp(-(s - 150) / 40.0)) * exp(noise(0.003)));
    done(&w);
    assert_true(w.loud > 0);
    assert_int_equal(w.closed, 1);
    assert_int_equal(w.last.phase, PHASE_CLOSED);
}

static void a_loss_that_creeps_is_told_from_one_that_cannot_move(void **ctx)
{
    struct watch creeping, constant;
    (void)ctx;
    seed = 3;
    watch(&creeping, "loss_not_decreasing"), watch(&constant, "loss_not_decreasing");
    for (int s = 0; s < 200; s++) {
        double batch = exp(noise(0.01));
        give(&creeping, &loss, s, (1.95 - 0.0002 * s) * batch), give(&constant, &loss, s, 1.95 * batch);
        if (s % 10 == 0) give(&creeping, &held, s, 1.94 - 0.0002 * s), give(&constant, &held, s, 1.94);
    }
    done(&creeping), done(&constant);
    assert_true(creeping.loud > 0 && constant.loud > 0);
    assert_true(evidence(&creeping, "creeps") == 1 && evidence(&creeping, "held_constant") == 0);
    assert_true(evidence(&constant, "creeps") == 0 && evidence(&constant, "held_constant") == 1);
}

static void a_loss_that_only_rises_never_decreased(void **ctx)
{
    struct watch w;
    (void)ctx;
    seed = 5;
    watch(&w, "loss_not_decreasing");
    for (int s = 0; s < 60; s++) give(&w, &loss, s, 1.2 * exp(0.1 * s + noise(0.1)));
    done(&w);
    assert_true(w.loud > 0);
    assert_true(evidence(&w, "total_change") > 10);
}

enum said { NOTHING, INFO, LOUD };

static enum said falling(double (*at)(int), int steps, bool with_held, double *straight)
{
    struct watch w;
    seed = 11;
    watch(&w, "still_improving");
    for (int s = 0; s < steps; s++) {
        give(&w, &loss, s, at(s) * exp(noise(0.0005)));
        if (with_held) give(&w, &held, s, 1.05 * at(s));
    }
    done(&w);
    *straight = evidence(&w, "straight");
    return w.loud ? LOUD : w.last.kind ? INFO : NOTHING;
}

static double straight_line(int s) { return 1 - 0.0012 * s; }
static double slowing_down(int s) { return 0.8 + 0.2 * exp(-s / 20.0); }
static double four_epochs(int s) { return 0.5 + 1.7 * exp(-(s + 1) / 2.2); }
static double six_epochs_evenly(int s) { return 1 - 0.015 * s; }
static double far_down_evenly(int s) { return 1.5 - 0.06 * s; }
static double six_epochs_slowing(int s) { return 0.8 + 0.2 * exp(-s / 6.0); }
static double converged_epochs(int s) { return 0.5 + 1.7 * exp(-(s + 1) / 0.7); }

static void a_straight_fall_near_the_beginning_is_a_warning(void **ctx)
{
    double straight;
    (void)ctx;
    assert_int_equal(falling(straight_line, 50, true, &straight), LOUD);
    assert_true(straight == 1);
    assert_int_equal(falling(slowing_down, 50, true, &straight), NOTHING);
}

static void a_held_out_loss_that_falls_evenly_is_a_warning_however_few_its_values(void **ctx)
{
    double straight;
    (void)ctx;
    assert_int_equal(falling(six_epochs_evenly, 6, true, &straight), LOUD);
    assert_true(straight == 1);
    assert_int_equal(falling(far_down_evenly, 12, true, &straight), LOUD); /* half is left, and no floor in sight */
    assert_int_equal(falling(six_epochs_slowing, 6, true, &straight), NOTHING);
    assert_int_equal(falling(six_epochs_evenly, 6, false, &straight), NOTHING); /* batches may do so by chance */
    assert_int_equal(falling(six_epochs_evenly, 4, true, &straight), NOTHING);
}

static void a_run_stopped_after_few_epochs_is_told_while_both_losses_fall(void **ctx)
{
    double straight;
    (void)ctx;
    assert_int_equal(falling(four_epochs, 4, true, &straight), INFO); /* it may have been meant to be short */
    assert_true(straight == 0);
    assert_int_equal(falling(four_epochs, 4, false, &straight),
                     NOTHING); /* nothing says that it is more than fitting the training rows */
    assert_int_equal(falling(converged_epochs, 6, true, &straight), NOTHING);
}

static int stuck_at(double share, double level)
{
    struct watch w;
    seed = 13;
    watch(&w, "score_stuck");
    for (int s = 0; s < 200; s++) {
        give(&w, &loss, s, level * exp(noise(0.01)));
        if (s % 10 == 0) give(&w, &score, s, share + noise(0.006)), give(&w, &held, s, 1.01 * level * exp(noise(0.002)));
    }
    done(&w);
    return w.loud > 0 ? (int)evidence(&w, "chance_of") : 0;
}

/* Two in three answers are right from the second evaluation on, and a held-out loss that began so much higher stands since then. */
static int stands_since(double began)
{
    struct watch w;
    seed = 14;
    watch(&w, "score_stuck");
    for (int e = 0; e < 20; e++) {
        for (int s = 0; s < 10; s++) give(&w, &loss, 10 * e + s, (0.86 + (began - 0.86) * exp(-e / 0.7)) * exp(noise(0.01)));
        give(&w, &score, 10 * e + 9, (e ? 0.667 : 0.64) + noise(0.005));
        give(&w, &held, 10 * e + 9, e ? 0.872 : began);
    }
    done(&w);
    return w.loud;
}

static void what_was_learned_before_the_second_evaluation_counts(void **ctx)
{
    (void)ctx;
    assert_int_equal(stands_since(1.13), 0);
    assert_true(stands_since(0.88) > 0);
}

static void a_score_at_chance_needs_a_loss_at_chance(void **ctx)
{
    (void)ctx;
    assert_int_equal(stuck_at(0.1, 2.34), 10);
    assert_int_equal(stuck_at(0.25, 1.40), 4);
    assert_int_equal(stuck_at(0.25, 0.9), 0);  /* the loss knows more than chance */
    assert_int_equal(stuck_at(0.44, 1.60), 0); /* no whole number of classes is guessed so often */
}

/* A score that creeps from one level to another around chance, while the losses stand where guessing puts them. */
static bool creeps_at_chance(int classes)
{
    struct watch w;
    double share = 1.0 / classes, level = log(classes);
    seed = 14;
    watch(&w, "score_stuck");
    for (int s = 0; s < 200; s++) {
        give(&w, &loss, s, level * exp(noise(0.01)));
        if (s % 10 == 0)
            give(&w, &score, s, share * (0.92 + 0.08 * s / 100.0) + noise(0.01)), give(&w, &held, s, level * exp(noise(0.002)));
    }
    done(&w);
    return w.loud > 0;
}

/* Two classes that can hardly be told apart look like that at their best; four of which nothing is known do not. */
static void a_moving_score_of_two_classes_is_not_said_to_know_nothing(void **ctx)
{
    (void)ctx;
    assert_false(creeps_at_chance(2));
    assert_true(creeps_at_chance(4));
}

static enum severity gap(double (*training)(int), double (*validation)(int), int evaluations)
{
    struct watch w;
    seed = 17;
    watch(&w, "split_gap");
    w.last.severity = SEVERITY_INFO;
    for (int s = 0; s <= 400; s++) {
        give(&w, &loss, s, training(s) * exp(noise(0.02)));
        if (s && s % (400 / evaluations) == 0) give(&w, &held, s, validation(s) * exp(noise(0.01)));
    }
    done(&w);
    return w.loud ? SEVERITY_WARNING : SEVERITY_INFO;
}

static double learned(int s) { return 0.9 + 1.4 * exp(-s / 60.0); }
static double worse_than_untrained(int s) { return 3.1 + 0.001 * s; }
static double a_little_above(int s) { return 1.1 + 1.3 * exp(-s / 60.0); }
static double apart_but_useful(int s) { return 1.6 - 0.0002 * s; }

static void two_evaluations_far_below_guessing_are_enough(void **ctx)
{
    (void)ctx;
    assert_int_equal(gap(learned, worse_than_untrained, 2), SEVERITY_WARNING);
    assert_int_equal(gap(learned, a_little_above, 2), SEVERITY_INFO);
    assert_int_equal(gap(learned, apart_but_useful, 20), SEVERITY_INFO);
}

static int ends_at(double begin, double end, double right)
{
    struct watch w;
    seed = 19;
    watch(&w, "softmax_floor");
    for (int s = 0; s < 300; s++) {
        give(&w, &loss, s, end + (begin - end) * exp(-s / 20.0) + fabs(noise(0.005)));
        if (s % 20 == 0) give(&w, &score, s, right - 0.5 * exp(-s / 20.0));
    }
    done(&w);
    return w.loud > 0 ? (int)evidence(&w, "classes") : 0;
}

static void a_loss_on_the_floor_of_two_softmaxes_is_known_by_its_score(void **ctx)
{
    (void)ctx;
    assert_int_equal(ends_at(log(10), log1p(9 / exp(1)) + 0.005, 0.97), 10);
    assert_int_equal(ends_at(log(5), log1p(4 / exp(1)) + 0.005, 0.95), 5);
    assert_int_equal(ends_at(log(10), log1p(9 / exp(1)) + 0.005, 0.55), 0); /* honest: half of the answers are wrong */
    assert_int_equal(ends_at(log(10), 0.52, 0.97), 0);                      /* label smoothing of a tenth */
    assert_int_equal(ends_at(log(10), 1.30, 0.97), 0);                      /* below the floor: no second softmax */
}

/* Half of the weights answer, with two softmaxes or an honest loss of the same answers: held-out loss and accuracy alone tell which. Outputs are
 * unsure by so much at first, and by a tenth of that at the end. */
static int held_out_equation(int evaluations, bool twice, double unsure)
{
    struct watch w;
    seed = 20;
    watch(&w, "softmax_floor");
    for (int i = 0; i < evaluations; i++) {
        double right = 0.9 - 0.6 * exp(-i / 5.0) + noise(0.01), wrong = 1 - right;
        double slack = i > 2 ? unsure * pow(0.1, (double)i / evaluations) : 0;
        double batch = fmin(wrong * exp(noise(0.3)), 1); /* the share of wrong answers in it */
        give(&w, &loss, 10 * i, twice ? log1p(3 / exp(1)) + batch : 3 * batch);
        give(&w, &held, 10 * i, twice ? log1p(3 / exp(1)) + wrong + slack + noise(0.003) : 3 * wrong);
        give(&w, &score, 10 * i, right);
    }
    done(&w);
    return w.loud > 0 ? (int)evidence(&w, "classes") : 0;
}

static void two_softmaxes_solve_their_equation_however_often_is_evaluated(void **ctx)
{
    (void)ctx;
    assert_int_equal(held_out_equation(20, true, 0), 4);
    assert_int_equal(held_out_equation(33, true, 0), 4); /* more than a curve has buckets */
    assert_int_equal(held_out_equation(200, true, 0), 4);
    assert_int_equal(held_out_equation(33, false, 0), 0);
    assert_int_equal(held_out_equation(24, true, 0.065), 4); /* their outputs became certain late */
}

/* Two classes of which one answer in eight is wrong: two softmaxes, or an honest loss that is about as high. batch: of the lowest training loss. */
static int two_classes(double above, double batch)
{
    struct watch w;
    seed = 21;
    watch(&w, "softmax_floor");
    for (int i = 0; i < 12; i++) {
        double wrong = 0.125 + 0.2 * exp(-i / 2.0) + noise(0.004);
        give(&w, &loss, i, i == 7 ? batch : log1p(1 / exp(1)) + wrong + fabs(noise(0.02)));
        give(&w, &held, i, log1p(1 / exp(1)) + wrong + above + noise(0.001));
        give(&w, &score, i, 1 - wrong);
    }
    done(&w);
    return w.loud > 0 ? (int)evidence(&w, "classes") : 0;
}

static void two_classes_solve_the_equation_closely_or_not_at_all(void **ctx)
{
    (void)ctx;
    assert_int_equal(two_classes(0, 0.42), 2);
    assert_int_equal(two_classes(0.02, 0.42), 0); /* near it, as losses of two classes often are */
    assert_int_equal(two_classes(0, 0.29), 0);    /* no second softmax: a batch cost less than any could */
}

static int plateau(double kept)
{
    struct watch w;
    seed = 23;
    watch(&w, "loss_plateau");
    for (int s = 0; s < 300; s++) {
        give(&w, &rate, s, 1e-3 * pow(kept, s));
        give(&w, &loss, s, (1.75 + 0.45 * exp(-s / 12.0)) * exp(noise(0.01)));
    }
    done(&w);
    return w.loud;
}

static void a_plateau_after_the_rate_ran_out_is_a_warning(void **ctx)
{
    (void)ctx;
    assert_true(plateau(0.9) > 0);
    assert_int_equal(plateau(0.999), 0);
}

static int at_ln4(double right)
{
    struct watch w;
    seed = 29;
    watch(&w, "loss_at_chance");
    for (int s = 0; s < 100; s++) {
        give(&w, &loss, s, log(4) + 0.8 * exp(-s / 8.0) + noise(0.002));
        if (s % 4 == 0) give(&w, &score, s, right + noise(0.005));
    }
    done(&w);
    return w.loud;
}

static void a_score_above_chance_contradicts_a_loss_that_happens_to_lie_there(void **ctx)
{
    (void)ctx;
    assert_true(at_ln4(0.25) > 0);
    assert_int_equal(at_ln4(0.48), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scatter_does_not_hide_a_loss_that_never_falls),
        cmocka_unit_test(a_noisy_loss_that_falls_is_left_alone),
        cmocka_unit_test(a_held_out_loss_that_rests_is_told_from_one_that_moves_with_the_weights),
        cmocka_unit_test(a_loss_that_falls_late_is_taken_back),
        cmocka_unit_test(a_loss_that_creeps_is_told_from_one_that_cannot_move),
        cmocka_unit_test(a_loss_that_only_rises_never_decreased),
        cmocka_unit_test(a_straight_fall_near_the_beginning_is_a_warning),
        cmocka_unit_test(a_held_out_loss_that_falls_evenly_is_a_warning_however_few_its_values),
        cmocka_unit_test(a_run_stopped_after_few_epochs_is_told_while_both_losses_fall),
        cmocka_unit_test(a_score_at_chance_needs_a_loss_at_chance),
        cmocka_unit_test(what_was_learned_before_the_second_evaluation_counts),
        cmocka_unit_test(a_moving_score_of_two_classes_is_not_said_to_know_nothing),
        cmocka_unit_test(two_evaluations_far_below_guessing_are_enough),
        cmocka_unit_test(a_loss_on_the_floor_of_two_softmaxes_is_known_by_its_score),
        cmocka_unit_test(two_softmaxes_solve_their_equation_however_often_is_evaluated),
        cmocka_unit_test(two_classes_solve_the_equation_closely_or_not_at_all),
        cmocka_unit_test(a_plateau_after_the_rate_ran_out_is_a_warning),
        cmocka_unit_test(a_score_above_chance_contradicts_a_loss_that_happens_to_lie_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
