/* Faults of the data and of the way they are looked at, over seeded curves: rows in order, answers given away, an evaluation that does not
 * see what training sees, weights made anew. Beside each the run that is healthy and looks like it. */
#include "chance.h"
#include "watched.h"

#define SCORE(name_, metric_, id_)                                                                                               \
    {                                                                                                                            \
        .name = name_, .unit = "", .metric = metric_, .depth = -1, .role = ROLE_SCORE_EVAL, .better = BETTER_HIGHER,             \
        .bounded = true, .id = id_                                                                                               \
    }
static const struct series loss = SERIES(ROLE_LOSS_TRAIN, "train/loss", "loss", 1),
                           held = SERIES(ROLE_LOSS_EVAL, "val/loss", "loss", 2), rate = SERIES(ROLE_LEARNING_RATE, "lr", "lr", 3),
                           epoch = SERIES(ROLE_PROGRESS, "epoch", "", 4);
static const struct series score = SCORE("val/accuracy", "accuracy", 5), recall = SCORE("val/recall", "recall", 6);

static double fall(double s, double from, double to, double scale) { return to + (from - to) * exp(-s / scale); }

/* ---- rows in order ------------------------------------------------------------------------------------------------------------ */

enum shape { SHUFFLED, BY_CLASS, STAIR, RESTARTS };
static int rounds(enum shape shape, bool with_epochs, uint64_t with_seed)
{
    enum { EPOCH = 40 };
    struct watch w;
    seed = with_seed;
    watch(&w, "loss_periodic");
    for (int s = 0; s < 600; s++) {
        double level = shape == STAIR ? fall(s / EPOCH * EPOCH, 2, 0.1, 120) : fall(s, 2, 0.3, 120), in_epoch = s % EPOCH;
        double of_place = shape == BY_CLASS || shape == RESTARTS ? 1 + in_epoch / EPOCH : 1;
        if (with_epochs) give(&w, &epoch, s, (double)s / EPOCH);
        if (shape == RESTARTS) give(&w, &rate, s, 1e-3 * (1.05 + cos(M_PI * in_epoch / EPOCH)));
        give(&w, &loss, s, level * of_place * exp(noise(0.08)));
    }
    done(&w);
    return w.loud ? 1 + (evidence(&w, "of_epoch") > 0.97 && evidence(&w, "of_epoch") < 1.03) : 0;
}

static void rows_in_order_give_the_loss_the_period_of_the_epoch(void **ctx)
{
    (void)ctx;
    assert_int_equal(rounds(BY_CLASS, false, 1), 1);
    assert_int_equal(rounds(BY_CLASS, true, 1), 2);
}

static void shuffled_rows_have_no_period(void **ctx)
{
    (void)ctx;
    for (uint64_t i = 1; i <= 20; i++) assert_int_equal(rounds(SHUFFLED, i % 2, i), 0);
}

/* Eight values an epoch for seven epochs: of rows in order, single batches of which scatter by a third, or shuffled. */
static int short_log(bool in_order, bool with_epochs, uint64_t with_seed)
{
    struct watch w;
    seed = with_seed;
    watch(&w, "loss_periodic");
    for (int i = 0; i < 58; i++) {
        double of_place = in_order && i % 8 >= 4 ? 3 : 1;
        if (with_epochs) give(&w, &epoch, 10 * i, i / 8.0);
        give(&w, &loss, 10 * i, 0.3 * of_place * exp(noise(0.35)));
    }
    done(&w);
    return w.loud > 0;
}

static void a_known_epoch_needs_half_as_many_values(void **ctx)
{
    int told = 0, mistaken = 0;
    (void)ctx;
    for (uint64_t i = 1; i <= 100; i++) told += short_log(true, true, i), mistaken += short_log(false, true, i);
    assert_true(told >= 90);
    assert_true(mistaken <= 1);
    assert_int_equal(short_log(true, false, 1), 0); /* what period there is would have to be looked for */
}

static void a_stair_of_epochs_and_a_rate_that_restarts_are_no_swing_of_the_data(void **ctx)
{
    (void)ctx;
    assert_int_equal(rounds(STAIR, true, 2), 0);
    assert_int_equal(rounds(STAIR, false, 2), 0);
    assert_int_equal(rounds(RESTARTS, true, 2), 0);
}

/* ---- an evaluation that does not see what training sees ------------------------------------------------------------------------ */

/* Held-out loss stands at 2 while training falls from 2.3; or it follows until `parts` and stays there. */
static struct watch apart(double parts, bool with_epochs)
{
    struct watch w;
    seed = 5;
    watch(&w, "split_gap");
    for (int s = 0; s <= 1000; s += 5) {
        double level = fall(s, 2.3, 0.1, 120);
        if (with_epochs) give(&w, &epoch, s, s / 300.0);
        give(&w, &loss, s, level * exp(noise(0.05)));
        if (s % 50 == 0 && s) give(&w, &held, s, fmax(level, fall(fmin(s, parts), 2.3, 0.1, 120)) * exp(noise(0.01)));
    }
    done(&w);
    return w;
}

static void a_gap_within_the_first_epoch_is_the_evaluation_and_no_overfitting(void **ctx)
{
    (void)ctx;
    struct watch early = apart(60, true), late = apart(500, true), unknown = apart(90, false);
    assert_true(early.loud > 0);
    assert_true(evidence(&early, "first_epoch") == 1);
    assert_int_equal(late.loud, 0);
    assert_true(unknown.loud == 0 || evidence(&unknown, "first_epoch") == 0);
}

static void rounds_of_a_booster_overfit_from_the_first_one_on(void **ctx)
{
    static const struct series train = SERIES(ROLE_LOSS_TRAIN, "training's rmse", "rmse", 1),
                               valid = SERIES(ROLE_LOSS_EVAL, "valid_1's rmse", "rmse", 2);
    struct watch gap, over;
    (void)ctx;
    watch(&gap, "split_gap"), watch(&over, "overfitting");
    for (int i = 1; i <= 150; i++) {
        double t = 0.9 * exp(-i / 5.0), v = 1.07 - 0.17 * exp(-(i - 1) / 2.0);
        give(&gap, &train, i, t), give(&gap, &valid, i, v), give(&over, &train, i, t), give(&over, &valid, i, v);
    }
    done(&gap), done(&over);
    assert_int_equal(gap.loud, 0);
    assert_true(over.loud > 0);
    assert_true(evidence(&over, "best_step") == 1);
}

/* A training loss that falls to the end, beside these evaluations of an epoch each. */
static int told_of_few(const double *values, int n)
{
    static const struct series train = SERIES(ROLE_LOSS_TRAIN, "loss", "loss", 1),
                               valid = SERIES(ROLE_LOSS_EVAL, "val_loss", "loss", 2);
    struct watch w;
    watch(&w, "overfitting");
    for (int i = 0; i < 20 * n; i++) {
        give(&w, &train, i, 2 * exp(-i / 25.0));
        if (i % 20 == 19) give(&w, &valid, i, values[i / 20]);
    }
    done(&w);
    return w.loud;
}

static void a_held_out_loss_that_rises_half_as_high_again_needs_no_sixth_evaluation(void **ctx)
{
    (void)ctx;
    assert_true(told_of_few((double[]){0.41, 0.39, 0.75, 1.0, 1.1}, 5) > 0);
    assert_true(told_of_few((double[]){0.39, 0.5, 0.6, 0.7}, 4) > 0);
    assert_int_equal(told_of_few((double[]){0.41, 0.39, 0.45, 0.48, 0.5}, 5), 0); /* as high as noise may lift it */
    assert_int_equal(told_of_few((double[]){0.41, 0.39, 0.9, 0.6, 1.1}, 5), 0);   /* that is noise */
    assert_int_equal(told_of_few((double[]){0.9, 0.39, 0.75, 1.0}, 4), 0);        /* two after the best */
}

/* ---- too good, and too bad, to be true ------------------------------------------------------------------------------------------ */

static int flawless(double right, double left)
{
    struct watch w;
    seed = 9;
    watch(&w, "validation_too_good");
    for (int s = 0; s < 400; s += 5) {
        give(&w, &loss, s, fall(s, 2.3, left, 20));
        if (s % 20 == 0) give(&w, &held, s, fall(s, 2.3, left, 20)), give(&w, &score, s, fmin(1, 0.4 + s / 60.0) * right);
    }
    done(&w);
    return w.loud;
}

static void held_out_rows_without_an_error_and_without_a_loss_were_told_the_answer(void **ctx)
{
    (void)ctx;
    assert_true(flawless(1, 0.0005) > 0);
    assert_int_equal(flawless(1, 0.006), 0);
    assert_int_equal(flawless(0.993, 0.0005), 0);
}

static int guessed(double right, double held_from, double held_loss, double train_loss)
{
    struct watch w;
    seed = 12;
    watch(&w, "loss_at_chance");
    for (int s = 0; s < 300; s++) {
        give(&w, &loss, s, fall(s, 0.72, train_loss, 60) * exp(noise(0.03)));
        if (s % 20 == 19)
            give(&w, &held, s, (held_loss + (held_from - held_loss) * exp(-s / 30.0)) * exp(noise(0.003))),
                give(&w, &score, s, right + noise(0.01));
    }
    done(&w);
    return w.loud;
}

static void two_classes_guessed_by_their_shares_are_at_chance(void **ctx)
{
    (void)ctx;
    assert_true(guessed(0.60, 0.68, 0.68, 0.66) > 0);     /* 0.673 is the entropy of 60 and 40 per cent */
    assert_int_equal(guessed(0.63, 0.72, 0.66, 0.64), 0); /* its answers change and get better: it is the labels that are noisy */
    assert_int_equal(guessed(0.63, 0.60, 0.60, 0.58), 0); /* it knows something */
    assert_int_equal(guessed(0.63, 0.66, 0.66, 0.3), 0);  /* it has learned its rows by heart: another trouble */
}

static void a_rare_class_that_is_never_found_counts_though_the_accuracy_still_moves(void **ctx)
{
    struct watch never, at_first;
    (void)ctx;
    watch(&never, "prediction_collapse"), watch(&at_first, "prediction_collapse");
    for (int i = 1; i <= 12; i++) {
        double right = 0.8 + 0.01 * i;
        give(&never, &score, i, right), give(&never, &recall, i, i < 3 ? 0.1 : 0);
        give(&at_first, &score, i, right), give(&at_first, &recall, i, i < 9 ? 0 : 0.4);
    }
    done(&never), done(&at_first);
    assert_true(never.loud > 0);
    assert_int_equal(at_first.loud, 0);
}

static int begins_at(double from, bool classes)
{
    struct watch w;
    seed = 15;
    watch(&w, "loss_starts_high");
    for (int s = 0; s < 200; s += 5) {
        give(&w, &loss, s, fall(s, from, from / 20, 50) * exp(noise(0.1)));
        if (s % 20 == 0) give(&w, &held, s, fall(s, from, from / 20, 50));
        if (s % 20 == 0 && classes) give(&w, &score, s, 0.5);
    }
    done(&w);
    return w.last.kind != NULL;
}

static void a_classifier_that_begins_far_above_guessing_is_worth_knowing(void **ctx)
{
    (void)ctx;
    assert_int_equal(begins_at(300, true), 1);
    assert_int_equal(begins_at(7, true), 0);
    assert_int_equal(begins_at(300, false), 0); /* the loss of numbers has no such measure */
}

/* ---- weights made anew ------------------------------------------------------------------------------------------------------- */

enum trouble { ANEW, BAD_BATCH, STAYS_UP, SWINGS };
/*   times   600 values; in a run of more the analyzer holds what it needs in another way */
static int leap(enum trouble trouble, int times)
{
    struct watch w;
    const int at = 300 * times;
    seed = 21;
    watch(&w, "silent_restart");
    for (int s = 0; s < 2 * at; s++) {
        double y = fall(s, 2.3, 0.3, 60 * times);
        if (trouble == ANEW && s >= at) y = fall(s - at, 2.3, 0.3, 60 * times);
        if (trouble == BAD_BATCH && s >= at) y = fall(s - at, 2.3, 0.3, 1.5);
        if (trouble == STAYS_UP && s >= at) y = 2.3;
        if (trouble == SWINGS) y = 0.3 + 2 * (0.5 + 0.5 * cos(s / 15.0 / times));
        give(&w, &loss, s, y * exp(noise(0.05)));
    }
    done(&w);
    return w.loud;
}

static void a_loss_that_begins_anew_tells_of_weights_that_were_not_loaded(void **ctx)
{
    (void)ctx;
    for (int times = 1; times <= 20; times += 19) {
        assert_true(leap(ANEW, times) > 0);
        assert_int_equal(leap(BAD_BATCH, times), 0);
        assert_int_equal(leap(STAYS_UP, times), 0);
        assert_int_equal(leap(SWINGS, times), 0);
    }
}

/* Batches that differ by far once the network tells rows apart, and hardly while it answers all alike. */
static void of_batches_that_differ_the_untrained_network_is_known_by_how_little_it_does(void **ctx)
{
    (void)ctx;
    for (int anew = 0; anew < 2; anew++) {
        struct watch w;
        seed = 5;
        watch(&w, "silent_restart");
        for (int s = 0; s < 600; s++) {
            int since = anew && s >= 240 ? s - 240 : s;
            double fell = 1 - exp(-since / 40.0);
            give(&w, &loss, s, 1.75 * exp(-0.9 * fell + noise(0.02 + 0.5 * fell)));
        }
        done(&w);
        assert_int_equal(w.loud > 0, anew);
        if (anew) assert_in_range(w.last.onset_step, 239, 242);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_in_order_give_the_loss_the_period_of_the_epoch),
        cmocka_unit_test(shuffled_rows_have_no_period),
        cmocka_unit_test(a_known_epoch_needs_half_as_many_values),
        cmocka_unit_test(a_stair_of_epochs_and_a_rate_that_restarts_are_no_swing_of_the_data),
        cmocka_unit_test(a_gap_within_the_first_epoch_is_the_evaluation_and_no_overfitting),
        cmocka_unit_test(rounds_of_a_booster_overfit_from_the_first_one_on),
        cmocka_unit_test(a_held_out_loss_that_rises_half_as_high_again_needs_no_sixth_evaluation),
        cmocka_unit_test(held_out_rows_without_an_error_and_without_a_loss_were_told_the_answer),
        cmocka_unit_test(two_classes_guessed_by_their_shares_are_at_chance),
        cmocka_unit_test(a_rare_class_that_is_never_found_counts_though_the_accuracy_still_moves),
        cmocka_unit_test(a_classifier_that_begins_far_above_guessing_is_worth_knowing),
        cmocka_unit_test(a_loss_that_begins_anew_tells_of_weights_that_were_not_loaded),
        cmocka_unit_test(of_batches_that_differ_the_untrained_network_is_known_by_how_little_it_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
