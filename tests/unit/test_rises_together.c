/* A held-out loss that rises while the rate climbs above all it was: what warm-ups that end, restarts and rows learned by heart do not do. */
#include "chance.h"
#include "watched.h"

static const struct series loss = SERIES(ROLE_LOSS_TRAIN, "loss", "loss", 1), rate = SERIES(ROLE_LEARNING_RATE, "lr", "lr", 2),
                           held_out = SERIES(ROLE_LOSS_EVAL, "val_loss", "loss", 3),
                           norm = SERIES(ROLE_GRAD_NORM, "grad_norm", "grad_norm", 4);

static double never_ends(int s) { return s < 100 ? s / 100.0 : 1 + (s - 100) / 20.0; }
static double ends(int s) { return s < 100 ? s / 100.0 : 1; }
static double restarts(int s) { return 0.5 + 0.5 * cos(3.14159 * (s % 150) / 150); }

/* One batch every 10 steps; every 50 an evaluation, whose loss rises by a fifth each time from step 250 on. The training loss shows a tenth of
 * that, or falls as much where rows are learned by heart. Returns the step at which that was told. */
static int64_t told_at(double (*at)(int), bool by_heart)
{
    struct watch w;
    seed = 3;
    watch(&w, "rises_together");
    for (int s = 10; s < 400; s += 10) {
        double up = s > 250 ? 0.2 * (s - 250) / 50 : 0, y = 0.2 + exp(-s / 40.0);
        give(&w, &loss, s, y * exp((by_heart ? -1 : 0.1) * up + noise(0.01)));
        give(&w, &rate, s, 1e-3 * at(s));
        if (s % 50 == 0) give(&w, &held_out, s, y * exp(up));
    }
    done(&w);
    return w.told ? w.opened : 0;
}

static void a_held_out_loss_that_rises_with_the_rate_is_told(void **unused)
{
    (void)unused;
    assert_in_range(told_at(never_ends, false), 300, 350);
    assert_int_equal(told_at(never_ends, true), 0); /* rows are learned by heart */
    assert_int_equal(told_at(ends, false), 0);
    assert_int_equal(told_at(restarts, false), 0);
}

/* The gradient norm leaps to `times` what it was at step 250, and stays there; the held-out loss rises by a seventh at each evaluation, at the first of them
 * by too little to count. The training loss neither rises nor falls. Returns the step at which that was told. */
static int64_t told_beside(double times)
{
    struct watch w;
    seed = 5;
    watch(&w, "rises_together");
    for (int s = 10; s < 400; s += 10) {
        double y = 0.2 + exp(-(s < 250 ? s : 250) / 40.0);
        give(&w, &loss, s, y * exp(noise(0.01)));
        give(&w, &norm, s, (s > 250 ? times : 1) * exp(noise(0.05)));
        if (s % 50 == 0) give(&w, &held_out, s, y * exp(s > 250 ? 0.15 * (s - 250) / 50 : 0));
    }
    done(&w);
    return w.told ? w.opened : 0;
}

static void a_norm_that_stays_above_all_until_the_best_evaluation_is_told_however_long_it_has_stayed(void **unused)
{
    (void)unused;
    assert_in_range(told_beside(3), 350, 350);
    assert_int_equal(told_beside(1.2), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_held_out_loss_that_rises_with_the_rate_is_told),
        cmocka_unit_test(a_norm_that_stays_above_all_until_the_best_evaluation_is_told_however_long_it_has_stayed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
