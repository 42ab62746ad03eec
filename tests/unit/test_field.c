/* test_field - names that are the step, clocks that are times, counters that wrap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>

#include "../../daemon/format/field.h"

static enum field_kind kind_of(const char *name) { return field_of(span_of(name))->kind; }

static void names_are_known_in_any_case_and_punctuation(void **unused)
{
    (void)unused;
    assert_int_equal(kind_of("Global-Step"), FIELD_STEP);
    assert_int_equal(kind_of(" num.updates "), FIELD_STEP);
    assert_int_equal(kind_of("train/global_step"), FIELD_STEP);
    assert_int_equal(kind_of("time/total_timesteps"), FIELD_STEP);
    assert_int_equal(kind_of("num episodes"), FIELD_EPISODE);
    assert_int_equal(kind_of("consumed samples"), FIELD_SAMPLE);
    assert_int_equal(kind_of("train/epoch"), FIELD_EPOCH);
    assert_int_equal(kind_of("Wall time"), FIELD_TIME);
    assert_int_equal(kind_of("time_elapsed"), FIELD_CLOCK);
    assert_int_equal(kind_of("max_steps"), FIELD_SETTING);
    assert_int_equal(kind_of("config/lr"), FIELD_SETTING);
}

static void a_metric_whose_name_holds_a_counter_stays_a_metric(void **unused)
{
    (void)unused;
    const char *const metrics[] = {"loss",       "step_time", "steps_per_second", "epoch_loss", "time/fps",
                                   "eval/steps", "",          "samples/s"};
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) assert_int_equal(kind_of(metrics[i]), FIELD_VALUE);
}

static int rank_of(const char *name) { return field_rank(field_of(span_of(name))); }

static void steps_are_preferred_to_episodes_samples_and_epochs(void **unused)
{
    (void)unused;
    assert_true(rank_of("global_step") < rank_of("step"));
    assert_true(rank_of("total_timesteps") < rank_of("time/iterations"));
    assert_true(rank_of("batch") < rank_of("episode"));
    assert_true(rank_of("episode") < rank_of("samples"));
    assert_true(rank_of("samples") < rank_of("epoch"));
    assert_true(rank_of("epochs") < FIELD_UNRANKED);
    assert_int_equal(rank_of("loss"), FIELD_UNRANKED);
    assert_int_equal(rank_of("timestamp"), FIELD_UNRANKED);
}

static void only_a_wall_clock_is_a_time(void **unused)
{
    (void)unused;
    assert_true(isnan(field_time(63.3)));
    assert_true(isnan(field_time(INFINITY)));
    assert_true(isnan(field_time(NAN)));
    assert_true(field_time(1700000000.25) == 1700000000.25);
    assert_true(field_time(1700000000250.0) == 1700000000.25);
    assert_true(field_time(1700000000250000.0) == 1700000000.25);
}

static void iso_times_are_read_with_their_zone(void **unused)
{
    (void)unused;
    assert_float_equal(field_time_text(span_of("2026-01-05T10:00:01Z")), 1767607201.0, 1e-6);
    assert_float_equal(field_time_text(span_of("2026-01-05 10:00:01,500")), 1767607201.5, 1e-6);
    assert_float_equal(field_time_text(span_of("2026-01-05T11:00:01.25+01:00")), 1767607201.25, 1e-6);
    assert_float_equal(field_time_text(span_of("2026-01-05T05:00:01-0500")), 1767607201.0, 1e-6);
    const char *const none[] = {"", "0:00:21", "2026-01-05", "2026-13-05T10:00:01", "2026-01-05T10:00", "20a6-01-05T10:00:01"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) assert_true(isnan(field_time_text(span_of(none[i]))));
}

static void a_step_of_all_steps_is_read(void **unused)
{
    (void)unused;
    double step = -1;
    assert_true(field_step_of_all(span_of(" 10/300 "), &step));
    assert_true(step == 10);
    assert_false(field_step_of_all(span_of("10"), &step));
    assert_false(field_step_of_all(span_of("a/b"), &step));
    assert_false(field_step_of_all(span_of("1/"), &step));
}

/* steps - feed pairs of counter and epoch, compare with the expected steps. */
static void steps(const double (*rows)[3], size_t n)
{
    struct stepper s = {0};
    for (size_t i = 0; i < n; i++) assert_int_equal(stepper_next(&s, (int64_t)rows[i][0], rows[i][1]), (int64_t)rows[i][2]);
}

static void a_counter_that_wraps_in_an_epoch_goes_on(void **unused)
{
    (void)unused;
    const double rows[][3] = {{100, 1, 100}, {200, 1, 200}, {100, 2, 300}, {200, 2, 400}, {50, 3, 450}, {150, 3, 550}};
    steps(rows, 6);
}

static void a_restart_stays_a_restart(void **unused)
{
    (void)unused;
    const double rows[][3] = {{100, 1, 100}, {200, 1, 200}, {100, 1, 100}, {200, 1, 200}};
    steps(rows, 4);
    const double no_epoch[][3] = {{10, NAN, 10}, {20, NAN, 20}, {0, NAN, 0}, {10, NAN, 10}};
    steps(no_epoch, 4);
    const double earlier_epoch[][3] = {{1, 1, 1}, {2, 1, 2}, {1, 2, 3}, {2, 2, 4}, {1, 3, 5}, {1, 2, 3}, {1, 1, 1}};
    steps(earlier_epoch, 7);
}

static void a_global_counter_is_left_alone(void **unused)
{
    (void)unused;
    const double rows[][3] = {{49, 0, 49}, {99, 0, 99}, {99, 1, 99}, {149, 1, 149}, {199, 1, 199}, {199, 2, 199}, {249, 2, 249}};
    steps(rows, 7);
}

static void one_row_an_epoch_with_its_length_counts_on(void **unused)
{
    (void)unused;
    const double rows[][3] = {{937, 1, 937}, {937, 2, 937}, {937, 3, 1874}, {937, 4, 2811}};
    steps(rows, 4);
}

static void counters_at_the_end_of_the_range_do_not_overflow(void **unused)
{
    (void)unused;
    struct stepper s = {0};
    stepper_next(&s, INT64_MAX, 1);
    stepper_next(&s, INT64_MAX - 1, 2);
    stepper_next(&s, 1, 3);
    stepper_next(&s, INT64_MIN, 4);
    stepper_next(&s, INT64_MIN, 5);
    assert_false(field_is_step(1e300));
    assert_false(field_is_step(NAN));
    assert_false(field_is_step(0.5));
    assert_true(field_is_step(-3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_known_in_any_case_and_punctuation),
        cmocka_unit_test(a_metric_whose_name_holds_a_counter_stays_a_metric),
        cmocka_unit_test(steps_are_preferred_to_episodes_samples_and_epochs),
        cmocka_unit_test(only_a_wall_clock_is_a_time),
        cmocka_unit_test(iso_times_are_read_with_their_zone),
        cmocka_unit_test(a_step_of_all_steps_is_read),
        cmocka_unit_test(a_counter_that_wraps_in_an_epoch_goes_on),
        cmocka_unit_test(a_restart_stays_a_restart),
        cmocka_unit_test(a_global_counter_is_left_alone),
        cmocka_unit_test(one_row_an_epoch_with_its_length_counts_on),
        cmocka_unit_test(counters_at_the_end_of_the_range_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
