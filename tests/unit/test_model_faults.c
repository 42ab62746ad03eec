/* Faults of the network, of its output and of the optimizer over seeded curves: what is told and which evidence, and the near miss of each. */
#include "chance.h"
#include "watched.h"

static const struct series loss = SERIES(ROLE_LOSS_TRAIN, "train/loss", "loss", 1),
                           held = SERIES(ROLE_LOSS_EVAL, "val/loss", "loss", 2), rate = SERIES(ROLE_LEARNING_RATE, "lr", "lr", 3),
                           norm = SERIES(ROLE_GRAD_NORM, "grad_norm", "grad_norm", 5),
                           value = SERIES(ROLE_LOSS_VALUE, "value_loss", "value_loss", 6),
                           paid = SERIES(ROLE_RETURN, "ep_rew_mean", "return", 7),
                           d = SERIES(ROLE_LOSS_DISCRIMINATOR, "d_loss", "d_loss", 8),
                           g = SERIES(ROLE_LOSS_GENERATOR, "g_loss", "g_loss", 9);
static const struct series score = ACCURACY("val/accuracy", 4);

static void set(struct watch *w, const char *key, const char *text)
{
    assert_non_null(w->a->fact);
    w->a->fact(w->state, key, text);
}

/* A loss around `level` whose first value is `begins`, and accuracies that go round among `answers` values; `up`: they rise by as much in all. */
static double score_told(double begins, double level, double scatter, int answers, double up)
{
    struct watch w;
    seed = 21;
    watch(&w, "loss_not_decreasing");
    for (int s = 0; s < 200; s++) {
        give(&w, &loss, s, (s ? level : begins) * exp(s ? noise(scatter) : 0));
        if (s % 10 || answers == 0) continue;
        give(&w, &held, s, s ? level : begins);
        give(&w, &score, s, 0.1 + up * s / 200 + 0.005 * (s / 10 % 3 ? s / 10 % answers : 0));
    }
    done(&w);
    assert_true(w.loud > 0);
    return evidence(&w, "at_chance");
}

static double chance_told(double begins, double level, double scatter, int answers)
{
    return score_told(begins, level, scatter, answers, 0);
}

static void a_loss_at_chance_tells_whether_inputs_are_told_apart(void **ctx)
{
    (void)ctx;
    assert_true(chance_told(2.36, log(10), 0.003, 20) == 1); /* another accuracy each time */
    assert_true(chance_told(2.36, log(10), 0.003, 0) == 2);  /* no accuracy is logged */
    assert_true(chance_told(2.36, log(10), 0.003, 1) == 3);  /* one answer */
    assert_true(chance_told(log(10), log(10), 0.003, 1) == 4);
    assert_true(chance_told(2.36, log(10), 0.003, 4) == 3);       /* a few that come back: one answer, now and then another one */
    assert_true(chance_told(log(32), log(32), 0.003, 1) == 4);    /* any number of classes */
    assert_true(score_told(2.36, log(10), 0.003, 20, 0.15) == 0); /* it gets better: no guessing */
}

/* Held-out losses that come to `level` from `begins`, exactly, and stay. */
static double settled_told(double begins, double level)
{
    struct watch w;
    seed = 24;
    watch(&w, "loss_not_decreasing");
    for (int s = 0; s < 200; s++) {
        give(&w, &loss, s, (begins + (level - begins) * fmin(1, s / 40.0)) * exp(noise(0.002)));
        if (s % 10 == 0) give(&w, &held, s, begins + (level - begins) * fmin(1, s / 40.0)), give(&w, &score, s, 0.1);
    }
    done(&w);
    assert_true(w.loud > 0);
    return evidence(&w, "at_chance");
}

static void weights_that_shrink_to_nothing_are_told_from_units_that_are_off(void **ctx)
{
    (void)ctx;
    assert_true(settled_told(2.28, log(10)) == 5);
    assert_true(settled_told(2.33, log(10)) == 3);         /* from above, as any network does */
    assert_true(settled_told(2.28, 0.997 * log(10)) == 3); /* what the shares of the classes cost: a last bias learns them */
}

/* A flat loss under a gradient norm that scatters and comes down by so much. */
static double steady_told(double scatter, double falls)
{
    struct watch w;
    seed = 25;
    watch(&w, "loss_not_decreasing");
    for (int s = 0; s < 200; s++) {
        give(&w, &loss, s, 2.3 * exp(noise(0.003)));
        give(&w, &norm, s, 0.5 * exp(noise(scatter) - falls * s / 200));
    }
    done(&w);
    assert_true(w.loud > 0);
    return evidence(&w, "steady");
}

static void a_gradient_that_stays_what_it_was_tells_of_steps_next_to_nothing(void **ctx)
{
    (void)ctx;
    assert_true(steady_told(0.05, 0) == 1);
    assert_true(steady_told(0.4, 0) == 0);
    assert_true(steady_told(0.05, 0.5) == 0);
}

static void a_squared_error_that_happens_to_be_ln_3_is_not_at_chance(void **ctx)
{
    (void)ctx;
    assert_true(chance_told(1.13, log(3), 0.3, 0) == 0);
}

static double begun_told(double begins, double held_loss, double accuracy)
{
    struct watch w;
    seed = 22;
    watch(&w, "loss_not_decreasing");
    for (int s = 0; s < 60; s++) {
        give(&w, &loss, s, s ? held_loss * exp(noise(0.001)) : begins);
        if (s % 6 == 0) give(&w, &held, s, held_loss), give(&w, &score, s, accuracy);
    }
    done(&w);
    assert_true(w.loud > 0);
    return evidence(&w, "held_constant");
}

static double constant_told(double held_loss, double accuracy) { return begun_told(held_loss, held_loss, accuracy); }

static void outputs_at_their_ends_are_told_from_weights_that_stand(void **ctx)
{
    (void)ctx;
    assert_true(constant_told(2.35, 0.08) == 1);                     /* as it began */
    assert_true(constant_told(16.118 * 0.9, 0.1) == 2);              /* ten classes, -ln(1e-7) for each wrong answer */
    assert_true(constant_told(23 * log(2) * (1 - 0.62), 0.62) == 3); /* one unit of softmax in Keras */
    assert_true(constant_told(100 * (1 - 0.55), 0.55) == 3);         /* the same in PyTorch */
    assert_true(begun_told(9.4, 16.118 * 0.9, 0.1) == 4);            /* the first rows were answered before */
    assert_true(constant_told(10.8, 0.0001) == 1);                   /* 50,000 tokens: guessing costs as much */
}

/* Noisy batches around one level and a single evaluation: too little to tell, but for a decay that explains it. */
static int noisy_batches(const char *decay)
{
    struct watch w;
    seed = 23;
    watch(&w, "loss_not_decreasing");
    set(&w, "lr", "0.05"), set(&w, "weight_decay", decay);
    for (int s = 0; s < 54; s++) give(&w, &loss, s * 5, 1.0 * exp(noise(0.3)));
    give(&w, &held, 270, 1.0);
    done(&w);
    return w.loud;
}

static void a_decay_that_outweighs_learning_explains_a_flat_loss(void **ctx)
{
    (void)ctx;
    assert_int_equal(noisy_batches("1e-4"), 0);
    assert_true(noisy_batches("3.0") > 0);
}

/* A classifier that ends at `end`, with accuracies from `first` to `last`. */
static int plateau(double begins, double end, double first, double last, double *floor, double *shown)
{
    struct watch w;
    seed = 24;
    watch(&w, "loss_plateau");
    for (int s = 0; s < 300; s++) {
        double done_share = 1 - exp(-s / 30.0);
        give(&w, &loss, s, begins + (end - begins) * done_share);
        if (s % 15 == 0) give(&w, &score, s, first + (last - first) * done_share);
    }
    done(&w);
    *floor = evidence(&w, "softmax_floor");
    *shown = evidence(&w, "score");
    return w.loud;
}

static void a_low_score_is_shown_with_a_plateau_but_makes_no_warning_of_it(void **ctx)
{
    double floor, shown;
    (void)ctx;
    assert_int_equal(plateau(2.4, 1.8, 0.15, 0.25, &floor, &shown), 0); /* one hidden unit for ten digits; or hopeless data */
    assert_true(shown == 0.25 || (shown > 0.24 && shown < 0.25));
    assert_int_equal(plateau(2.5, 1.9, 0.46, 0.55, &floor, &shown), 0); /* fine-tuned: it never guessed */
    assert_int_equal(plateau(1.1, 0.7, 0.4, 0.75, &floor, &shown), 0);  /* hard, and learned */
}

static void the_floor_of_two_softmaxes_makes_room_for_wrong_answers(void **ctx)
{
    double floor, shown;
    (void)ctx;
    assert_true(plateau(0.69, 0.335, 0.6, 0.972, &floor, &shown) > 0);
    assert_true(fabs(floor - 0.3133) < 1e-3);
    plateau(0.69, 0.38, 0.6, 0.985, &floor, &shown); /* too high for so few errors */
    assert_true(floor < 0);
}

static int swings(double swing, double falls)
{
    struct watch w;
    seed = 25;
    watch(&w, "loss_oscillation");
    for (int s = 0; s < 300; s++) {
        give(&w, &loss, s, (1.2 - falls * s / 300) * exp(noise(0.05)));
        if (s % 20 == 10) give(&w, &held, s, 1 - falls * s / 300 + (s / 20 % 2 ? swing : 0) + noise(0.01));
    }
    done(&w);
    return w.told - w.closed; /* what is told on the way may be taken back */
}

/* Ten evaluations that move by a few hundredths each; one of them leaps. */
static int leaps_once(double top)
{
    static const double evaluations[] = {0.328, 0.24, 0.202, 0.187, 0.183, 0.207, 0, 0.241, 0.172, 0.174};
    struct watch w;
    seed = 27;
    watch(&w, "loss_oscillation");
    for (int s = 0; s < 200; s++) {
        give(&w, &loss, s, 0.3 * exp(noise(0.1)));
        if (s % 20 == 10) give(&w, &held, s, s == 130 ? top : evaluations[s / 20]);
    }
    done(&w);
    return w.told - w.closed;
}

static void one_evaluation_that_leaps_out_is_no_swing(void **ctx)
{
    (void)ctx;
    assert_int_equal(leaps_once(4.5), 0);
}

static void a_held_out_loss_that_swings_and_gets_nowhere_is_told(void **ctx)
{
    (void)ctx;
    assert_true(swings(0.5, 0) > 0);
    assert_int_equal(swings(0.1, 0), 0);
    assert_int_equal(swings(0.5, 0.9), 0); /* the run gets somewhere */
}

static int few_norms(int n, double power, double scatter, double *adds_up)
{
    struct watch w;
    seed = 26;
    watch(&w, "grad_adds_up");
    for (int s = 1; s <= n; s++) give(&w, &norm, s, 2 * pow(s, power) * exp(noise(scatter)));
    done(&w);
    *adds_up = evidence(&w, "adds_up");
    return w.loud;
}
static int norms(double power, double scatter, double *adds_up) { return few_norms(200, power, scatter, adds_up); }

static void a_gradient_that_is_a_sum_grows_and_hardly_scatters(void **ctx)
{
    double adds_up;
    (void)ctx;
    assert_true(norms(0.5, 0.02, &adds_up) > 0 && adds_up == 1);
    assert_true(norms(1, 0.01, &adds_up) > 0);
    assert_int_equal(norms(0.5, 0.25, &adds_up), 0); /* each batch its own */
    assert_int_equal(norms(0, 0.02, &adds_up), 0);
    assert_int_equal(norms(-0.3, 0.02, &adds_up), 0);
}

static void a_norm_that_grows_tenfold_and_never_falls_is_told_where_few_are_logged(void **ctx)
{
    double adds_up;
    (void)ctx;
    assert_true(few_norms(40, 1, 0.01, &adds_up) > 0 && adds_up == 1);
    assert_true(few_norms(40, 3, 0.01, &adds_up) > 0 && adds_up == 0); /* no sum grows so fast */
    assert_int_equal(few_norms(40, 1, 0.4, &adds_up), 0);
}

static void a_rate_of_a_millionth_is_as_good_as_none(void **ctx)
{
    struct watch dying, falling;
    (void)ctx;
    watch(&dying, "lr_zero"), watch(&falling, "lr_zero");
    for (int s = 0; s < 400; s++) {
        give(&dying, &rate, s, 1e-3 * pow(0.9, s));
        give(&falling, &rate, s, 1e-3 * pow(0.975, s)); /* to 4e-5 of it */
    }
    done(&dying), done(&falling);
    assert_true(dying.loud > 0);
    assert_true(evidence(&dying, "peak") > 0);
    assert_int_equal(falling.loud, 0);
}

/* Rewards a thousand times as large from the middle on; the log counts returns in the old coin or in the new one, and so many steps of the
 * environment for each update of the learner. */
static int leaps_over(int steps, double return_before, double return_after, double before, double after)
{
    struct watch w;
    seed = 27;
    watch(&w, "value_loss_explosion");
    for (int s = 0; s < 120; s++) {
        give(&w, &paid, s * steps, (s < 60 ? return_before * fmin(1, 0.2 + s / 40.0) : return_after) * exp(noise(0.05)));
        give(&w, &value, s, (s < 60 ? before : after) * exp(noise(0.3)));
    }
    done(&w);
    return evidence(&w, "leap") == 1 ? w.loud : 0;
}
static int leaps(double return_before, double return_after, double before, double after)
{
    return leaps_over(1, return_before, return_after, before, after);
}

static void a_value_loss_that_leaps_tells_of_another_scale_of_rewards(void **ctx)
{
    (void)ctx;
    assert_true(leaps(200, 200, 60, 6e7) > 0);
    assert_true(leaps(200, 2e5, 60, 6e7) > 0);
    assert_true(leaps(-90, -9e4, 60, 6e7) > 0);
    assert_true(leaps_over(40, 20, 2e4, 0.3, 2e7) > 0); /* returns count the environment's steps, losses the updates */
    assert_int_equal(leaps_over(40, 0, 1, 1e-7, 0.2), 0);
    assert_int_equal(leaps(0, 1, 1e-7, 0.2), 0);      /* a sparse reward is found */
    assert_int_equal(leaps(-200, -150, 0.01, 80), 0); /* the same where each step costs something */
    assert_int_equal(leaps(200, 260, 60, 400), 0);
}

static int clipped(const char *optimizer, double size)
{
    struct watch w;
    seed = 28;
    watch(&w, "clipping_always_on");
    set(&w, "optimizer", optimizer), set(&w, "max_grad_norm", "1.0");
    for (int s = 0; s < 100; s++) give(&w, &norm, s, size * exp(noise(0.2)));
    done(&w);
    assert_true(w.opened >= 0 && w.last.kind != NULL);
    return w.loud;
}

static void clipping_is_a_warning_where_it_leaves_a_hundredth_of_plain_steps(void **ctx)
{
    (void)ctx;
    assert_true(clipped("sgd", 400) > 0);
    assert_int_equal(clipped("sgd", 8), 0);
    assert_int_equal(clipped("adamw", 400), 0);
}

/* A discriminator that is right from the third step on; `refused`: the generator's loss climbs. */
static void winner(bool refused, struct finding *ret)
{
    struct watch w;
    seed = 29;
    watch(&w, "discriminator_wins");
    for (int s = 0; s < 150; s++) {
        give(&w, &d, s, s < 3 ? 0.7 : 1e-8 * exp(noise(0.3)));
        give(&w, &g, s, refused ? 0.7 + 20 * (1 - exp(-s / 20.0)) + noise(0.05) : 1e-8 * exp(noise(0.3)));
    }
    done(&w);
    *ret = w.last;
}

static void a_generator_that_is_refused_has_lost_and_one_without_a_signal_stands(void **ctx)
{
    struct finding f;
    (void)ctx;
    winner(true, &f);
    assert_string_equal(f.kind, "discriminator_wins");
    winner(false, &f);
    assert_string_equal(f.kind, "adversarial_stalemate");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loss_at_chance_tells_whether_inputs_are_told_apart),
        cmocka_unit_test(weights_that_shrink_to_nothing_are_told_from_units_that_are_off),
        cmocka_unit_test(a_gradient_that_stays_what_it_was_tells_of_steps_next_to_nothing),
        cmocka_unit_test(a_squared_error_that_happens_to_be_ln_3_is_not_at_chance),
        cmocka_unit_test(outputs_at_their_ends_are_told_from_weights_that_stand),
        cmocka_unit_test(a_decay_that_outweighs_learning_explains_a_flat_loss),
        cmocka_unit_test(a_low_score_is_shown_with_a_plateau_but_makes_no_warning_of_it),
        cmocka_unit_test(the_floor_of_two_softmaxes_makes_room_for_wrong_answers),
        cmocka_unit_test(a_held_out_loss_that_swings_and_gets_nowhere_is_told),
        cmocka_unit_test(one_evaluation_that_leaps_out_is_no_swing),
        cmocka_unit_test(a_gradient_that_is_a_sum_grows_and_hardly_scatters),
        cmocka_unit_test(a_norm_that_grows_tenfold_and_never_falls_is_told_where_few_are_logged),
        cmocka_unit_test(a_rate_of_a_millionth_is_as_good_as_none),
        cmocka_unit_test(a_value_loss_that_leaps_tells_of_another_scale_of_rewards),
        cmocka_unit_test(clipping_is_a_warning_where_it_leaves_a_hundredth_of_plain_steps),
        cmocka_unit_test(a_generator_that_is_refused_has_lost_and_one_without_a_signal_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
