/* test_hear - who rests from the points of a series is given those that it asked not to miss. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/engine/run/hear.h"

/* An analyzer that asks for the same rest each time, and writes down what it is given. */
struct state {
    uint64_t rest;
    double given[32], before[32];
    size_t n;
};

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    s->given[s->n] = p->value;
    s->before[s->n++] = out->before;
    if (s->rest) rest_for(out, s->rest);
}

static const struct analyzer writes_down = {.name = "writes_down", .state_size = sizeof(struct state), .observe = observe};

/* What is given of these values. */
static struct state given_of(uint64_t rest, const double *values, size_t n)
{
    struct {
        struct watcher watcher;
        struct state state;
    } w = {{.analyzer = &writes_down, .id = 1}, {.rest = rest}};
    struct hearers h = {0};
    struct findings out = {0};
    struct hearing now = {0};
    hearers_add(&h, &w.watcher, false);
    for (size_t i = 0; i < n; i++) {
        struct point p = {.seq = i + 1, .value = values[i]};
        hearers_give(&h, i + 1, i ? values[i - 1] : (double)NAN, &p, &p, isfinite(values[i]), &out, &now);
    }
    free(h.all);
    return w.state;
}

static void assert_given(const struct state *s, const double *values, size_t n)
{
    assert_int_equal(s->n, n);
    for (size_t i = 0; i < n; i++) assert_true(s->given[i] == values[i] || (isnan(s->given[i]) && isnan(values[i])));
}

static void one_that_does_not_rest_is_given_all(void **unused)
{
    (void)unused;
    const double values[] = {3, 0, 2, NAN, 1};
    struct state s = given_of(0, values, 5);
    assert_given(&s, values, 5);
}

static void one_that_rests_for_some_points_is_given_the_next_one(void **unused)
{
    (void)unused;
    struct state s = given_of(2, (const double[]){1, 2, 3, 4, 5, 6, 7}, 7);
    assert_given(&s, (const double[]){1, 4, 7}, 3);
}

static void one_that_rests_for_ever_is_given_what_is_no_number(void **unused)
{
    (void)unused;
    struct state s = given_of(REST, (const double[]){3, 0, 2, NAN, 1, 4}, 6);
    assert_given(&s, (const double[]){3, NAN, 1}, 3); /* and the first one behind it, for nobody rests from that */
}

static void one_that_rests_until_a_zero_is_given_the_first_of_each_row_of_zeros(void **unused)
{
    (void)unused;
    struct state s = given_of(REST_UNTIL_0, (const double[]){3, 2, 0, 0, 5, 4, 0, 6}, 8);
    assert_given(&s, (const double[]){3, 0, 0}, 3);
    assert_true(s.before[1] == 2 && s.before[2] == 4); /* and told what stood before it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_does_not_rest_is_given_all),
        cmocka_unit_test(one_that_rests_for_some_points_is_given_the_next_one),
        cmocka_unit_test(one_that_rests_for_ever_is_given_what_is_no_number),
        cmocka_unit_test(one_that_rests_until_a_zero_is_given_the_first_of_each_row_of_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
