/* A held-out loss that has become one number: weights that move no more, told without any learning rate. */
#include "chance.h"
#include "watched.h"

static const struct series loss = SERIES(ROLE_LOSS_TRAIN, "train/loss", "loss", 1),
                           held = SERIES(ROLE_LOSS_EVAL, "val/loss", "loss", 2);

/* 400 steps, an evaluation every 20; from the step on nothing moves but the batches. */
static int stopped(int at, double unit, double floor)
{
    struct watch w;
    seed = 5;
    watch(&w, "held_out_stops");
    for (int s = 0; s < 400; s++) {
        double level = floor + (2.3 - floor) * exp(-(s < at ? s : at) / 60.0);
        give(&w, &loss, s, level * exp(noise(0.05)));
        if (s % 20 == 10) give(&w, &held, s, round(1.0317 * level / unit) * unit);
    }
    done(&w);
    return w.loud;
}

static void a_held_out_loss_that_is_one_number_tells_that_the_weights_stand(void **ctx)
{
    (void)ctx;
    assert_true(stopped(100, 1e-6, 0.5) > 0);
    assert_true(stopped(100, 1e-4, 0.5) > 0); /* as a console prints it */
    assert_true(stopped(9, 1e-6, 0.5) == 0);  /* it never moved, and the training loss hardly did: nothing was learned */
}

static void one_that_moves_in_its_last_digits_does_not(void **ctx)
{
    (void)ctx;
    assert_int_equal(stopped(400, 1e-6, 0.5), 0);
    assert_int_equal(stopped(300, 1e-6, 0.5), 0); /* at the end of a schedule */
}

/* A schedule that came to its end in 100 of 400 evaluations, long after the loss had come to rest: some trainers go on behind it. */
static void one_that_had_come_to_rest_is_no_warning(void **ctx)
{
    (void)ctx;
    struct watch w;
    seed = 6;
    watch(&w, "held_out_stops");
    for (int s = 0; s < 400; s++) {
        give(&w, &loss, s, (0.5 + 1.8 * exp(-s / 5.0)) * exp(noise(0.02)));
        if (s % 4 == 0) give(&w, &held, s, 0.51234 + 1.8 * exp(-s / 5.0) + (s < 100 ? noise(0.0005) : 0));
    }
    done(&w);
    assert_int_equal(w.loud, 0);
    assert_true(w.last.kind && w.last.severity == SEVERITY_INFO);
}

static void rounding_and_a_loss_of_nothing_are_no_standstill(void **ctx)
{
    (void)ctx;
    assert_int_equal(stopped(100, 0.01, 0.5), 0);
    assert_int_equal(stopped(390, 1e-6, 1e-9), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_held_out_loss_that_is_one_number_tells_that_the_weights_stand),
        cmocka_unit_test(one_that_moves_in_its_last_digits_does_not),
        cmocka_unit_test(one_that_had_come_to_rest_is_no_warning),
        cmocka_unit_test(rounding_and_a_loss_of_nothing_are_no_standstill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
