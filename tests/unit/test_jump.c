/* curve_jumps - a loss that steps up for good is told from one that scatters, one that comes back and one that learned nothing. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../analyzers/stats/jump.h"

enum { ROOM = 32 };

static bool jumps(const double *y, size_t n, struct jump *ret)
{
    struct bucket buckets[ROOM];
    struct curve c;
    curve_init(&c, buckets, ROOM);
    for (size_t i = 0; i < n; i++) curve_add(&c, (int64_t)(10 * i), y[i], i + 1);
    return curve_jumps(&c, 0.5, 2, ret);
}

static void a_step_that_no_later_value_makes_good_is_told_where_it_began(void **ctx)
{
    static const double y[] = {1.2, 0.9, 0.7, 0.5, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 1.0, 0.9, 0.95, 0.8};
    struct jump jump;
    (void)ctx;
    assert_true(jumps(y, sizeof y / sizeof *y, &jump));
    assert_int_equal(jump.step, 100);
    assert_int_equal(jump.last_step, 130);
    assert_int_equal(jump.line, 11);
    assert_true(jump.undone > 0.5 && jump.undone < 1);
    assert_true(jump.from < jump.to);
}

static void a_step_that_is_made_good_is_none(void **ctx)
{
    static const double y[] = {1.2, 0.9, 0.7, 0.5, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 1.0, 0.9, 0.4, 0.1};
    struct jump jump;
    (void)ctx;
    assert_false(jumps(y, sizeof y / sizeof *y, &jump));
}

static void what_multiplies_near_nothing_has_undone_nothing(void **ctx)
{
    static const double y[] = {1.2, 0.5, 0.2, 0.1, 0.01, 0.001, 0.001, 0.001, 0.001, 0.02, 0.03, 0.02, 0.03};
    struct jump jump;
    (void)ctx;
    assert_false(jumps(y, sizeof y / sizeof *y, &jump));
}

static void three_values_are_too_few_and_so_is_a_curve_that_never_fell(void **ctx)
{
    static const double late[] = {1.2, 0.9, 0.7, 0.5, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 1.0, 0.9, 0.95};
    static const double rising[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 3, 3, 3, 3, 3};
    struct jump jump;
    (void)ctx;
    assert_false(jumps(late, sizeof late / sizeof *late, &jump));
    assert_false(jumps(rising, sizeof rising / sizeof *rising, &jump));
}

/* A loss that falls from 1.1 to `low` and stands at `back` from the 20th value of 80 on, scattered. */
static bool falls_back(double low, double back, size_t until, struct jump *ret)
{
    struct bucket buckets[96];
    struct curve c;
    curve_init(&c, buckets, 96);
    for (size_t i = 0; i < 80; i++) {
        double level = i < 20 ? low + (1.1 - low) * exp(-(double)i / 4) : i < until ? back : low;
        curve_add(&c, (int64_t)(10 * i), level * (1 + 0.1 * ((double)(i * 7919 % 13) - 6) / 6), i + 1);
    }
    return curve_falls_back(&c, 0.85, 6, ret);
}

static void a_level_where_it_began_is_told_however_its_values_scatter(void **ctx)
{
    struct jump jump;
    (void)ctx;
    assert_true(falls_back(0.5, 1.1, 80, &jump));
    assert_true(jump.step >= 180 && jump.step <= 220);
    assert_true(jump.undone >= 0.85 && jump.to > 1 && jump.from < 0.7);
    assert_false(falls_back(0.5, 0.8, 80, &jump));  /* half-way */
    assert_false(falls_back(0.5, 1.1, 50, &jump));  /* made good */
    assert_false(falls_back(1.08, 1.1, 80, &jump)); /* there was nothing to lose */
}

/* What a mean of many values makes of a single one that was bad: it decays to where the loss was. */
static void a_decay_that_has_come_back_is_no_fall(void **ctx)
{
    struct bucket buckets[96];
    struct curve c;
    struct jump jump;
    (void)ctx;
    curve_init(&c, buckets, 96);
    for (size_t i = 0; i < 120; i++) {
        double level = 0.5 + 0.5 * exp(-(double)i / 4) + (i < 73 ? 0 : 2200 * exp(-(double)(i - 73) / 4));
        curve_add(&c, (int64_t)(5 * i), level * (1 + 0.03 * ((double)(i * 7919 % 13) - 6) / 6), i + 1);
    }
    assert_false(curve_falls_back(&c, 0.85, 6, &jump));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_that_no_later_value_makes_good_is_told_where_it_began),
        cmocka_unit_test(a_step_that_is_made_good_is_none),
        cmocka_unit_test(what_multiplies_near_nothing_has_undone_nothing),
        cmocka_unit_test(three_values_are_too_few_and_so_is_a_curve_that_never_fell),
        cmocka_unit_test(a_level_where_it_began_is_told_however_its_values_scatter),
        cmocka_unit_test(a_decay_that_has_come_back_is_no_fall),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
