/* Who waits for a turn: small before large, first come first served, and the large ones get somewhere too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/engine/due.h"
#include "chance.h"

struct waiter {
    struct due_place place;
    uint64_t behind;
    size_t turns;
};

static void wait_for_turn(struct due *d, struct waiter *w) { due_put(d, &w->place, w, w->behind); }

static void a_line_does_not_wait_for_a_gigabyte(void **state)
{
    (void)state;
    struct due d = {0};
    struct waiter big = {.behind = 1 << 30}, a = {.behind = 30}, b = {.behind = 12000};
    wait_for_turn(&d, &big), wait_for_turn(&d, &b), wait_for_turn(&d, &a);
    assert_ptr_equal(due_take(&d), &b); /* both are small: who came first */
    assert_ptr_equal(due_take(&d), &a);
    assert_ptr_equal(due_take(&d), &big);
    assert_null(due_take(&d));
}

static void who_waits_already_keeps_the_place_or_moves_ahead(void **state)
{
    (void)state;
    struct due d = {0};
    struct waiter a = {.behind = 1 << 20}, b = {.behind = 1 << 20};
    wait_for_turn(&d, &a), wait_for_turn(&d, &b), wait_for_turn(&d, &a);
    assert_int_equal(d.n, 2);
    b.behind = 100;
    wait_for_turn(&d, &b);
    a.behind = UINT64_MAX;
    wait_for_turn(&d, &a);
    assert_ptr_equal(due_take(&d), &b);
    assert_ptr_equal(due_take(&d), &a);
    assert_int_equal(d.n, 0);
}

static void who_comes_next_is_known_ahead_and_goes_on_waiting(void **state)
{
    (void)state;
    struct due d = {0};
    const void *next[4];
    struct waiter big = {.behind = 1 << 30}, w[3] = {{.behind = 1}, {.behind = 1}, {.behind = 1}};
    assert_int_equal(due_next(&d, next, 4), 0);
    wait_for_turn(&d, &big);
    for (int i = 0; i < 3; i++) wait_for_turn(&d, &w[i]);
    assert_int_equal(due_next(&d, next, 2), 2);
    assert_int_equal(due_next(&d, next, 4), 3);
    for (int i = 0; i < 3; i++) assert_ptr_equal(due_take(&d), next[i]);
    assert_int_equal(due_next(&d, next, 4), 1);
    assert_ptr_equal(next[0], &big);
}

static void who_leaves_gets_no_turn(void **state)
{
    (void)state;
    struct due d = {0};
    struct waiter w[3] = {{.behind = 1}, {.behind = 1}, {.behind = 1}};
    for (int i = 0; i < 3; i++) wait_for_turn(&d, &w[i]);
    due_drop(&d, &w[1].place);
    due_drop(&d, &w[1].place);
    assert_ptr_equal(due_take(&d), &w[0]);
    assert_ptr_equal(due_take(&d), &w[2]);
    assert_null(due_take(&d));
}

/* Small ones that come back at once, for ever: the large one still has its share of the turns. */
static void nobody_starves(void **state)
{
    (void)state;
    struct due d = {0};
    struct waiter small[4] = {{.behind = 1}, {.behind = 1}, {.behind = 1}, {.behind = 1}}, big = {.behind = 1 << 28};
    for (int i = 0; i < 4; i++) wait_for_turn(&d, &small[i]);
    wait_for_turn(&d, &big);
    for (int i = 0; i < 1600; i++) {
        struct waiter *w = due_take(&d);
        w->turns++;
        wait_for_turn(&d, w);
    }
    assert_int_equal(big.turns, 1600 / DUE_PATIENCE);
    for (int i = 0; i < 4; i++) assert_in_range(small[i].turns, 374, 376);
}

static void each_has_one_turn_for_each_time_it_waited(void **state)
{
    (void)state;
    enum { N = 50 };
    struct due d = {0};
    struct waiter w[N];
    size_t waiting[N] = {0}, n = 0;
    memset(w, 0, sizeof w);
    seed = 11;
    for (int i = 0; i < 20000; i++) {
        size_t k = below(N);
        w[k].behind = UINT64_C(1) << below(40);
        double what = chance();
        if (what < 0.5) wait_for_turn(&d, &w[k]), n += !waiting[k], waiting[k] = 1;
        else if (what < 0.6) due_drop(&d, &w[k].place), n -= waiting[k], waiting[k] = 0;
        else {
            struct waiter *got = due_take(&d);
            assert_int_equal(got == NULL, n == 0);
            if (!got) continue;
            assert_int_equal(waiting[got - w], 1);
            waiting[got - w] = 0, n--;
        }
        assert_int_equal(d.n, n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_does_not_wait_for_a_gigabyte),
        cmocka_unit_test(who_waits_already_keeps_the_place_or_moves_ahead),
        cmocka_unit_test(who_comes_next_is_known_ahead_and_goes_on_waiting),
        cmocka_unit_test(who_leaves_gets_no_turn),
        cmocka_unit_test(nobody_starves),
        cmocka_unit_test(each_has_one_turn_for_each_time_it_waited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
