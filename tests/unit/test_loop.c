/* The loop and its lane: order, once-ness, and nothing that reaches a descriptor's successor. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/engine/lane.h"

struct seen {
    struct loop *loop;
    char order[32];
    struct loop_timer *self;
    int fd;
};

static void note(struct seen *s, char c) { s->order[strlen(s->order)] = c; }

static void fire_a(void *arg) { note(arg, 'a'); }
static void fire_b(void *arg) { note(arg, 'b'); }
static void fire_again(void *arg)
{
    struct seen *s = arg;
    note(s, 'r');
    if (strlen(s->order) < 3) loop_start(s->loop, s->self, 0);
    else loop_stop(s->loop);
}

static void timers_fire_in_time_order_and_once(void **state)
{
    (void)state;
    struct seen s = {.loop = loop_new(NULL)};
    struct loop_timer a = {.fire = fire_a, .arg = &s}, b = {.fire = fire_b, .arg = &s};
    loop_start(s.loop, &a, 0.02);
    loop_start(s.loop, &b, 0.001);
    while (strlen(s.order) < 2) loop_turn(s.loop, 1);
    loop_turn(s.loop, 0.01);
    assert_string_equal(s.order, "ba");
    loop_free(s.loop);
}

enum { CROWD = 400, CHANGES = 4000 };
struct crowd {
    struct loop_timer timers[CROWD];
    double last;
    unsigned fired, disorder;
};
struct member {
    struct crowd *crowd;
    struct loop_timer *timer;
};

static void fire_member(void *arg)
{
    struct member *m = arg;
    m->crowd->fired++;
    if (m->timer->at < m->crowd->last) m->crowd->disorder++;
    m->crowd->last = m->timer->at;
}

/* Hundreds of timers are started, hurried, put off and cancelled at random: those still armed fire once each, in the order of their times. */
static void a_crowd_of_timers_fires_in_order_and_cancelled_ones_never(void **state)
{
    (void)state;
    static struct crowd c;
    static struct member members[CROWD];
    struct loop *l = loop_new(NULL);
    unsigned armed = 0;
    srand(7);
    for (size_t i = 0; i < CROWD; i++) {
        members[i] = (struct member){&c, &c.timers[i]};
        c.timers[i] = (struct loop_timer){.fire = fire_member, .arg = &members[i]};
    }
    for (int i = 0; i < CHANGES; i++) {
        struct loop_timer *t = &c.timers[rand() % CROWD];
        double after = 1e-4 * (rand() % 1000);
        int what = rand() % 4;
        if (what == 0) loop_cancel(l, t);
        else if (what == 1) loop_hurry(l, t, after);
        else loop_start(l, t, after);
    }
    for (size_t i = 0; i < CROWD; i++) armed += c.timers[i].armed;
    for (int i = 0; i < 2000 && c.fired < armed; i++) loop_turn(l, 0.2);
    loop_turn(l, 0.01);
    assert_true(armed > CROWD / 4);
    assert_int_equal(c.fired, armed);
    assert_int_equal(c.disorder, 0);
    loop_free(l);
}

static void a_timer_may_start_itself_again(void **state)
{
    (void)state;
    struct seen s = {.loop = loop_new(NULL)};
    struct loop_timer t = {.fire = fire_again, .arg = &s};
    s.self = &t;
    loop_start(s.loop, &t, 0);
    loop_run(s.loop);
    assert_string_equal(s.order, "rrr");
    loop_free(s.loop);
}

static void a_hurried_timer_is_never_later_than_it_was(void **state)
{
    (void)state;
    struct seen s = {.loop = loop_new(NULL)};
    struct loop_timer t = {.fire = fire_a, .arg = &s};
    loop_start(s.loop, &t, 100);
    loop_hurry(s.loop, &t, 0);
    loop_hurry(s.loop, &t, 200);
    loop_turn(s.loop, 1);
    assert_string_equal(s.order, "a");
    loop_start(s.loop, &t, 100);
    loop_cancel(s.loop, &t);
    assert_false(t.armed);
    loop_free(s.loop);
}

static void on_ready(void *arg, uint32_t events)
{
    struct seen *s = arg;
    assert_true(events & EPOLLIN);
    note(s, 'x');
    loop_remove(s->loop, s->fd);
}

static void a_removed_descriptor_is_silent(void **state)
{
    (void)state;
    struct seen s = {.loop = loop_new(NULL)};
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    s.fd = ends[0];
    assert_int_equal(loop_add(s.loop, ends[0], EPOLLIN, on_ready, &s, NULL), OK);
    assert_int_equal(write(ends[1], "z", 1), 1);
    loop_turn(s.loop, 1);
    loop_turn(s.loop, 0.01);
    assert_string_equal(s.order, "x");
    close(ends[0]);
    close(ends[1]);
    loop_free(s.loop);
}

static void on_signal(void *arg, int signal)
{
    struct seen *s = arg;
    note(s, signal == SIGUSR1 ? 'u' : '?');
}

static void signals_come_through_the_loop(void **state)
{
    (void)state;
    struct seen s = {.loop = loop_new(NULL)};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    assert_int_equal(loop_signals(s.loop, &set, on_signal, &s, NULL), OK);
    raise(SIGUSR1);
    loop_turn(s.loop, 1);
    assert_string_equal(s.order, "u");
    loop_free(s.loop);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

enum { JOBS = 200 };
struct counted {
    struct job job;
    int number;
    int *next_work, *next_done;
};

static void work(struct job *j)
{
    struct counted *c = (struct counted *)j;
    assert_int_equal(c->number, (*c->next_work)++);
}

static void done(struct job *j)
{
    struct counted *c = (struct counted *)j;
    assert_int_equal(c->number, (*c->next_done)++);
}

static void jobs_are_done_in_order_and_come_back_to_the_loop(void **state)
{
    (void)state;
    static struct counted jobs[JOBS];
    int worked = 0, given_back = 0;
    struct loop *l = loop_new(NULL);
    struct lane *lane = lane_new(l, "test", NULL);
    for (int i = 0; i < JOBS; i++) {
        jobs[i] = (struct counted){{.work = work, .done = done}, i, &worked, &given_back};
        lane_push(lane, &jobs[i].job);
        if (i == JOBS / 2)
            while (!given_back) loop_turn(l, 1);
    }
    lane_drain(lane);
    assert_int_equal(worked, JOBS);
    assert_int_equal(given_back, JOBS);
    assert_int_equal(lane_waiting(lane), 0);
    lane_free(lane);
    loop_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timers_fire_in_time_order_and_once),
        cmocka_unit_test(a_crowd_of_timers_fires_in_order_and_cancelled_ones_never),
        cmocka_unit_test(a_timer_may_start_itself_again),
        cmocka_unit_test(a_hurried_timer_is_never_later_than_it_was),
        cmocka_unit_test(a_removed_descriptor_is_silent),
        cmocka_unit_test(signals_come_through_the_loop),
        cmocka_unit_test(jobs_are_done_in_order_and_come_back_to_the_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
