/* Runs of which no curve says enough: what all of them together say, and where nothing is said. */
#include "chance.h"
#include "watched.h"

static const struct series loss = SERIES(ROLE_LOSS_TRAIN, "train/loss", "loss", 1),
                           held = SERIES(ROLE_LOSS_EVAL, "val/loss", "loss", 2),
                           generator = SERIES(ROLE_LOSS_GENERATOR, "g_loss", "g_loss", 3);
static const struct series score = ACCURACY("val/accuracy", 4);

/* A loss that loses the share `falls` of itself within a tenth of 100 records, a held-out loss and a score that stand still from the first evaluation or
 * learn with it; from step `from` on. How many warnings there are, and the last finding in *w. */
static int judged(struct watch *w, double falls, bool stands, int64_t from, bool game)
{
    seed = 41;
    watch(w, "whole_run");
    for (int i = 0; i < 100; i++) {
        double done_share = 1 - exp(-i / 10.0);
        give(w, &loss, from + i, (1 - falls * done_share) * exp(noise(0.05)));
        if (game) give(w, &generator, from + i, 1);
        if (i % 20 != 19) continue;
        give(w, &held, from + i, stands ? 0.8852 : 1 - falls * done_share);
        give(w, &score, from + i, stands ? 0.62 : 0.5 + 0.45 * done_share);
    }
    done(w);
    return w->loud;
}

static void a_loss_that_fell_a_little_and_a_held_out_one_that_stands_are_a_warning_together(void **ctx)
{
    (void)ctx;
    struct watch w;
    assert_int_equal(judged(&w, 0.15, true, 0, false), 1);
    assert_string_equal(w.last.kind, "loss_plateau");
    assert_true(evidence(&w, "runs_alike") >= 0.87);
    assert_int_equal(judged(&w, 0.9, false, 0, false), 0);
}

static void a_log_that_begins_in_the_middle_and_a_game_are_not_judged(void **ctx)
{
    (void)ctx;
    struct watch w;
    assert_int_equal(judged(&w, 0.15, true, 10000, false), 0);
    assert_int_equal(judged(&w, 0.15, true, 0, true), 0);
}

static void a_run_of_few_values_is_not_judged(void **ctx)
{
    (void)ctx;
    struct watch w;
    watch(&w, "whole_run");
    for (int i = 0; i < 4; i++) give(&w, &loss, i, 1), give(&w, &held, i, 1), give(&w, &score, i, 0.1);
    done(&w);
    assert_int_equal(w.loud, 0);
}

static void a_loss_that_is_printed_as_0_is_not_judged(void **ctx)
{
    (void)ctx;
    struct watch w;
    static const double right[] = {0.716, 0.756, 0.768, 0.654, 0.654, 0.654, 0.654};
    for (int loud = 0; loud < 2; loud++) {
        watch(&w, "whole_run");
        for (int i = 0; i < 7; i++) give(&w, &loss, i, loud && i == 6 ? 1e-9 : 0), give(&w, &score, i, right[i]);
        done(&w);
        assert_int_equal(w.loud, loud);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loss_that_fell_a_little_and_a_held_out_one_that_stands_are_a_warning_together),
        cmocka_unit_test(a_loss_that_is_printed_as_0_is_not_judged),
        cmocka_unit_test(a_log_that_begins_in_the_middle_and_a_game_are_not_judged),
        cmocka_unit_test(a_run_of_few_values_is_not_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
