/* Slow divergence: told while there is time, and only then. Warm-ups, restarts and losses that come back are left alone. */
#include "../../analyzers/stats/climb.h"
#include "chance.h"
#include "watched.h"

#define RATED(role_, name_, better_)                                                                                             \
    {                                                                                                                            \
        .name = name_, .unit = "", .metric = name_, .depth = -1, .role = role_, .better = better_, .id = role_                   \
    }
static const struct series loss = RATED(ROLE_LOSS_TRAIN, "loss", BETTER_LOWER),
                           norm = RATED(ROLE_GRAD_NORM, "grad_norm", BETTER_UNKNOWN),
                           weight = RATED(ROLE_WEIGHT_NORM, "weight_norm", BETTER_UNKNOWN),
                           rate = RATED(ROLE_LEARNING_RATE, "lr", BETTER_UNKNOWN),
                           reward = RATED(ROLE_RETURN, "return", BETTER_HIGHER);

/* ---- the loss and what runs ahead of it ------------------------------------------------------------------------------------------- */

/* Falls to 0.5; from step 400 on it doubles every 120 steps. Returns the step at which that was told. */
static int64_t told_at(const struct series *beside, double growth)
{
    struct watch w;
    seed = 11;
    watch(&w, "loss_rising");
    for (int s = 0; s < 800; s++) {
        double up = s > 400 ? (s - 400) / 120.0 * log(2) : 0;
        give(&w, &loss, s, (0.5 + 2 * exp(-s / 60.0)) * exp(up + noise(0.15)));
        if (beside) give(&w, beside, s, exp(growth * up + 0.02 * sin(s)));
    }
    done(&w);
    return w.told ? w.opened : INT64_MAX;
}

static void norms_that_grow_with_the_loss_make_it_known_earlier(void **unused)
{
    int64_t alone = told_at(NULL, 0);
    (void)unused;
    assert_in_range(alone, 401, 519);
    assert_true(told_at(&norm, 3) < alone);
    assert_true(told_at(&weight, 1) < alone);
    assert_int_equal(told_at(&norm, 0), alone);
}

/* Fifteen records; each holds the gradient norm behind the loss. */
static int64_t few_records(const double *last, const double *norms, double spread)
{
    struct watch w;
    seed = 31;
    watch(&w, "loss_rising");
    for (int s = 0; s < 20; s++) {
        double y = s < 16 ? 1.1 + exp(-s / 4.0) : last[s - 16], g = s < 16 ? 0.7 * exp(noise(spread)) : norms[s - 16];
        give(&w, &loss, 20 * s, y);
        give(&w, &norm, 20 * s, g);
    }
    done(&w);
    return w.told ? w.opened : -1;
}

static void few_records_tell_what_the_norms_ran_ahead_of(void **unused)
{
    (void)unused;
    static const double rises[] = {1.13, 1.24, 1.75, 2.9}, gently[] = {1.2, 1.3, 1.42, 1.6};
    assert_int_equal(few_records(rises, (double[]){0.72, 2.8, 4.9, 8.9}, 0.15), 360); /* the last leap was foretold */
    assert_int_equal(few_records(rises, (double[]){0.72, 0.8, 4.9, 0.7}, 0.15), -1);  /* a new task: both at once */
    assert_int_equal(few_records(gently, (double[]){0.75, 0.84, 0.9, 1}, 0.01), 360); /* norms that hardly differed */
    assert_int_equal(few_records(gently, (double[]){0.75, 0.84, 0.9, 1}, 0.2), -1);
}

/* While the rate rises from the start of the run, a rise below 1.5 times the initial loss is healthy. */
static void a_bump_while_the_rate_warms_up_is_left_alone(void **unused)
{
    struct watch w;
    (void)unused;
    for (int far = 0; far < 2; far++) {
        seed = 4;
        watch(&w, "loss_rising");
        for (int s = 0; s < 300; s++) {
            double bump = (far ? 1.5 : 0.3) * fmax(0, 1 - fabs(s - 90.0) / 45.0);
            give(&w, &rate, s, 1e-5 * (s + 1));
            give(&w, &loss, s, 3 * exp(bump - fmax(0, s - 90) / 80.0 + noise(0.01)));
        }
        done(&w);
        assert_int_equal(w.told > 0, far);
    }
}

static void a_rise_that_comes_back_is_told_to_be_over(void **unused)
{
    struct watch w;
    (void)unused;
    seed = 9;
    watch(&w, "loss_rising");
    for (int s = 0; s < 1000; s++) {
        double up = 1.2 * fmax(0, 1 - fabs(s - 500.0) / 150.0);
        give(&w, &loss, s, (0.5 + 2 * exp(-s / 60.0)) * exp(up + noise(0.05)));
    }
    assert_int_equal(w.told, 1);
    assert_int_equal(w.closed, 1);
    assert_int_equal(w.last.severity, SEVERITY_INFO);
    done(&w);
}

/* ---- at evaluations ---------------------------------------------------------------------------------------------------------------- */

/* Four noisy records to an evaluation; from the sixth of twelve on the held-out loss grows by a third each time, the norm by `norm`, and the
 * training loss by `own`. Returns the step at which that was told, 0 for never. */
static int64_t evaluated(double norm_grows, double own_grows)
{
    static const struct series held = RATED(ROLE_LOSS_EVAL, "val_loss", BETTER_LOWER);
    struct watch w;
    seed = 21;
    watch(&w, "rises_together");
    for (int e = 1; e <= 12; e++) {
        int up = e > 6 ? e - 6 : 0;
        for (int i = 0; i < 4; i++) {
            int s = 80 * e - 60 + 20 * i;
            give(&w, &loss, s, (0.5 + exp(-e / 2.0)) * exp(own_grows * up + noise(0.1)));
            if (norm_grows >= 0) give(&w, &norm, s, 0.7 * exp(norm_grows * up + noise(0.2)));
        }
        give(&w, &held, 80 * e, (0.6 + exp(-e / 2.0)) * exp(0.3 * up));
    }
    done(&w);
    return w.told ? w.opened : 0;
}

static void what_rises_at_evaluations_while_the_norm_grows_is_told_early(void **unused)
{
    (void)unused;
    assert_in_range(evaluated(0.6, 0.05), 560, 640);
    assert_int_equal(evaluated(0, 0), 0);          /* the norm is what it was, and so is the loss */
    assert_int_equal(evaluated(0.6, -0.3), 0);     /* rows are learned by heart */
    assert_in_range(evaluated(-1, 0.2), 640, 720); /* no norm: both losses, twice in a row */
    assert_int_equal(evaluated(-1, 0), 0);
}

/* Both at one evaluation, the held-out loss to more than twice its best: a fair part of what was learned is gone, or next to nothing. */
static void a_held_out_loss_that_doubles_with_the_training_loss_is_told_at_once(void **unused)
{
    static const struct series held = RATED(ROLE_LOSS_EVAL, "val_loss", BETTER_LOWER);
    (void)unused;
    for (int near_0 = 0; near_0 < 2; near_0++) {
        struct watch w;
        double at = near_0 ? 0.003 : 0.3;
        watch(&w, "rises_together");
        for (int s = 10; s <= 160; s += 10) {
            give(&w, &loss, s, s > 120 ? 1.8 * at : at + exp(-s / 8.0));
            if (s % 40 == 0) give(&w, &held, s, s > 120 ? 2.4 * at : at + exp(-s / 20.0));
        }
        done(&w);
        assert_int_equal(w.told, near_0 ? 0 : 1);
        if (!near_0) assert_int_equal(w.opened, 160);
    }
}

/* ---- the schedule ------------------------------------------------------------------------------------------------------------------ */

enum how { CLIMBS = 7, TOO_LONG = 3, STANDS = 10 };
static double decays_upwards(int s) { return 1e-3 * pow(1.01, fmax(0, s - 200)); }
static double warms_up_once(int s) { return 1e-3 * fmin(1, (s + 1) / 300.0); }
static double warms_up_late(int s) { return 1e-3 * fmin(1, fmax(0.01, (s - 10) / 300.0)); }
static double restarts_warm(int s) { return 5e-4 * (1 + cos(3.14159 * (s % 300) / 300)); }
static double swings_between(int s) { return 5e-4 * (1.2 - cos(3.14159 * s / 150)); }
static double goes_down_in_steps(int s) { return 1e-3 * pow(0.1, s / 200); }

static void a_rate_that_climbs_above_all_it_was_is_told_while_it_climbs(void **unused)
{
    static const struct {
        double (*value)(int s);
        bool climbs;
    } rates[] = {{decays_upwards, true}, {warms_up_once, false},  {warms_up_late, false},
                 {restarts_warm, false}, {swings_between, false}, {goes_down_in_steps, false}};
    struct watch w;
    (void)unused;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        watch(&w, "lr_out_of_schedule");
        for (int s = 0; s < 600; s++) give(&w, &rate, s, rates[i].value(s));
        assert_int_equal(w.told > 0, rates[i].climbs);
        if (rates[i].climbs) {
            assert_in_range(w.opened, 201, 260);
            assert_int_equal((enum how)evidence(&w, "how"), CLIMBS);
            assert_in_range(w.last.onset_step, 199, 203);
        }
        done(&w);
    }
}

/* Few records: a rate that had stood and grows by a factor each time, and a warm-up that begins late, by as much each time. */
static void few_records_tell_a_climb_that_grows_faster_and_faster(void **unused)
{
    (void)unused;
    for (int warms_up = 0; warms_up < 2; warms_up++) {
        struct watch w;
        watch(&w, "lr_out_of_schedule");
        for (int i = 1; i <= 17; i++)
            give(&w, &rate, 25 * i, i <= 8 ? 1e-3 : warms_up ? 1e-3 * (1 + 0.6 * (i - 8)) : 1e-3 * pow(1.35, i - 8));
        assert_int_equal(w.told, warms_up ? 0 : 1);
        if (!warms_up) assert_in_range(w.opened, 275, 350);
        if (!warms_up) assert_int_equal((enum how)evidence(&w, "how"), CLIMBS);
        done(&w);
    }
}

/* By the same factor each time: no warm-up rises so, and half as far is enough. */
static void a_climb_by_the_same_factor_each_time_is_told_sooner(void **unused)
{
    static const struct {
        double factor;
        int stood, told;
    } climbs[] = {{1.2, 5, 275}, {1.28, 11, 275}, {1.2, 2, 0}, {1.02, 11, 0}};
    (void)unused;
    for (size_t k = 0; k < sizeof climbs / sizeof *climbs; k++) {
        struct watch w;
        watch(&w, "lr_out_of_schedule");
        for (int i = 12 - climbs[k].stood; i <= 18; i++) give(&w, &rate, 25 * i, 1e-3 * pow(climbs[k].factor, fmax(0, i - 11)));
        assert_int_equal(w.told, climbs[k].told > 0);
        if (climbs[k].told) assert_in_range(w.opened, climbs[k].told, climbs[k].told + 100);
        done(&w);
    }
}

/* A rate that was printed with three digits stood for a few records at the end of the declared warm-up; then it climbs, or the warm-up goes on. */
static void a_climb_behind_the_declared_warm_up_is_told_where_it_is_steeper(void **unused)
{
    (void)unused;
    for (int steeper = 0; steeper < 2; steeper++) {
        struct watch w;
        watch(&w, "lr_out_of_schedule");
        w.a->fact(w.state, "warmup_steps", "120");
        for (int s = 1; s < 175; s++) {
            double behind = fmax(0, s - 124), value = 0.01 * fmin(1, s / 120.0);
            give(&w, &rate, s, value + 1e-4 * floor(steeper ? behind * behind / 8 : behind * 0.83));
        }
        done(&w);
        assert_int_equal(w.told, steeper);
        if (steeper) assert_in_range(w.opened, 135, 155);
    }
}

/* A schedule is declared, and the run ends with the rate where it was, or all but there. */
static void a_rate_that_never_moved_is_not_one_that_hardly_came_down(void **unused)
{
    (void)unused;
    for (int moves = 0; moves < 2; moves++) {
        struct watch w;
        watch(&w, "lr_out_of_schedule");
        w.a->fact(w.state, "lr_scheduler_type", "cosine");
        w.a->fact(w.state, "max_steps", "600");
        for (int s = 0; s <= 600; s += 10) give(&w, &rate, s, moves ? 1e-3 * cos(s / 1200.0) : 1e-3);
        done(&w);
        assert_int_equal(w.last.severity, moves ? SEVERITY_WARNING : SEVERITY_INFO);
        assert_int_equal((enum how)evidence(&w, "how"), moves ? TOO_LONG : STANDS);
    }
}

/* A warm-up that leaves its line and goes on up; and rates that are still rising, each as somebody means it to. */
static double goes_on_faster(int s) { return 1e-3 * (s < 150 ? (s + 1) / 150.0 : 1 + 60 * pow((s - 150) / 450.0, 2)); }
static double tries_rates(int s) { return 1e-7 * pow(1.03, s); }
static double warms_up_as_a_cosine(int s) { return 1e-3 * (1.04 - cos(3.14159 * fmin(1, s / 500.0))); }
static double warms_up_in_two_lines(int s) { return 1e-5 * (s < 150 ? s + 1 : 151 + 4 * (s - 150)); }
static double slows_down(int s) { return 1e-5 * (s < 150 ? s + 1 : 150 + sqrt(s - 149)); }

static void a_warm_up_that_goes_on_faster_and_faster_is_told_while_it_does(void **unused)
{
    static double (*const rates[])(int s) = {goes_on_faster, warms_up_once,         tries_rates,
                                             slows_down,     warms_up_in_two_lines, warms_up_as_a_cosine};
    (void)unused;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct watch w;
        watch(&w, "lr_out_of_schedule");
        for (int s = 0; s < 480; s += 8) give(&w, &rate, s, rates[i](s));
        assert_int_equal(w.told > 0, i == 0);
        if (i == 0) assert_in_range(w.opened, 160, 240);
        if (i == 0) assert_in_range(w.last.onset_step, 144, 168);
        done(&w);
    }
}

/* A loss that falls fast has no noise by that: its window spreads, its neighbours do not. */
static void a_hump_in_a_loss_that_falls_is_a_spike(void **unused)
{
    (void)unused;
    for (int hump = 0; hump < 2; hump++) {
        struct watch w;
        seed = 15;
        watch(&w, "loss_spike");
        for (int s = 0; s < 300; s++) {
            double up = hump && s >= 150 && s < 154 ? 2 : 1;
            give(&w, &loss, s, up * 3 * exp(-s / 60.0 + noise(0.03)));
        }
        done(&w);
        assert_int_equal(w.told > 0, hump);
    }
}

/* ---- what looks like a divergence and is none ---------------------------------------------------------------------------------------- */

/* Few examples came by for a while and were learned by heart; then all of them come again. */
static double loss_after_few_examples(int s)
{
    double fell = 2.3 * exp(-s / 50.0) + 0.01;
    return (s < 300   ? fell
            : s < 500 ? 0.001 + 0.02 * exp(-(s - 300) / 30.0)
                      : 0.005 + 0.06 * exp(-(s - 500) / 80.0)) *
           exp(noise(0.1));
}

static void a_step_that_leaves_most_of_the_progress_and_is_made_good_is_worth_knowing_only(void **unused)
{
    static const char *const names[] = {"loss_divergence", "loss_rising", "loss_spike"};
    struct watch w;
    (void)unused;
    for (size_t a = 0; a < sizeof names / sizeof *names; a++) {
        seed = 6;
        watch(&w, names[a]);
        for (int s = 0; s < 1200; s++) give(&w, &loss, s, loss_after_few_examples(s));
        done(&w);
        assert_int_equal(w.last.severity, SEVERITY_INFO);
    }
}

static void a_norm_that_comes_back_to_where_it_stood_is_no_explosion(void **unused)
{
    struct watch w;
    (void)unused;
    for (int beyond = 0; beyond < 2; beyond++) {
        seed = 12;
        watch(&w, "grad_explosion");
        for (int s = 0; s < 900; s++) {
            double level = s < 200 ? 3 : s < 500 ? 0.04 : beyond ? 60 : 3;
            give(&w, &norm, s, level * exp(noise(0.2)));
        }
        done(&w);
        assert_int_equal(w.loud > 0, beyond);
    }
}

static void an_agent_that_came_back_to_more_than_it_had_lost_has_learned(void **unused)
{
    struct watch w;
    (void)unused;
    for (int more = 0; more < 2; more++) {
        seed = 2;
        watch(&w, "score_drop");
        for (int s = 0; s < 300; s++) {
            double r = s < 60 ? 20 + 2.6 * s : s < 100 ? 176 : s < 150 ? 90 : more ? 199 : 165;
            give(&w, &reward, s, r + noise(4));
        }
        done(&w);
        assert_int_equal(w.last.severity, more ? SEVERITY_INFO : SEVERITY_WARNING);
    }
}

static void a_fall_that_was_told_holds_until_clearly_less_is_lost(void **unused)
{
    struct watch w;
    (void)unused;
    for (int less = 0; less < 2; less++) {
        seed = 2;
        watch(&w, "score_drop");
        for (int s = 0; s < 300; s++) {
            double r = s < 60    ? 20 + 2.6 * s
                       : s < 100 ? 176
                       : s < 200 ? 88
                       : less    ? 125
                                 : 104; /* lost: 0.56, then 0.33 or 0.46 */
            give(&w, &reward, s, r + noise(2));
        }
        done(&w);
        assert_int_equal(w.last.phase == PHASE_CLOSED, less);
        if (!less) assert_int_equal(w.last.severity, SEVERITY_WARNING);
    }
}

/* ---- stats/climb.h -------------------------------------------------------------------------------------------------------------------- */

static void a_climb_that_came_to_a_stand_does_not_go_on(void **unused)
{
    (void)unused;
    for (int stands = 0; stands < 2; stands++) {
        struct climb c;
        climb_begin(&c);
        seed = 3;
        for (int i = 0; i < 200; i++) {
            double x = i < 100 ? 0 : (i - 100) / 100.0, y = stands ? 1 - exp(-6 * x) : x;
            climb_add(&c, 1 - fmin(i, 60) / 60.0 + y + noise(0.02));
        }
        assert_true(fabs(climb_rise(&c, CLIMB_FAST) - 1) < 0.15);
        assert_int_equal(climb_goes_on(&c, 1), !stands);
    }
}

static void a_rise_half_of_which_was_undone_is_remembered(void **unused)
{
    struct climb c;
    (void)unused;
    climb_begin(&c);
    for (int i = 0; i < 60; i++) climb_add(&c, 0);
    for (int i = 0; i < 60; i++) climb_add(&c, 1);
    for (int i = 0; i < 60; i++) climb_add(&c, 0);
    assert_true(c.of[CLIMB_FAST].undone > 0.5 && c.of[CLIMB_FAST].undone <= 1);
    assert_true(climb_rise(&c, CLIMB_FAST) < 0.05);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(norms_that_grow_with_the_loss_make_it_known_earlier),
        cmocka_unit_test(few_records_tell_what_the_norms_ran_ahead_of),
        cmocka_unit_test(a_bump_while_the_rate_warms_up_is_left_alone),
        cmocka_unit_test(a_rise_that_comes_back_is_told_to_be_over),
        cmocka_unit_test(what_rises_at_evaluations_while_the_norm_grows_is_told_early),
        cmocka_unit_test(a_held_out_loss_that_doubles_with_the_training_loss_is_told_at_once),
        cmocka_unit_test(a_rate_that_climbs_above_all_it_was_is_told_while_it_climbs),
        cmocka_unit_test(few_records_tell_a_climb_that_grows_faster_and_faster),
        cmocka_unit_test(a_climb_by_the_same_factor_each_time_is_told_sooner),
        cmocka_unit_test(a_climb_behind_the_declared_warm_up_is_told_where_it_is_steeper),
        cmocka_unit_test(a_rate_that_never_moved_is_not_one_that_hardly_came_down),
        cmocka_unit_test(a_warm_up_that_goes_on_faster_and_faster_is_told_while_it_does),
        cmocka_unit_test(a_hump_in_a_loss_that_falls_is_a_spike),
        cmocka_unit_test(a_step_that_leaves_most_of_the_progress_and_is_made_good_is_worth_knowing_only),
        cmocka_unit_test(a_norm_that_comes_back_to_where_it_stood_is_no_explosion),
        cmocka_unit_test(an_agent_that_came_back_to_more_than_it_had_lost_has_learned),
        cmocka_unit_test(a_fall_that_was_told_holds_until_clearly_less_is_lost),
        cmocka_unit_test(a_climb_that_came_to_a_stand_does_not_go_on),
        cmocka_unit_test(a_rise_half_of_which_was_undone_is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
