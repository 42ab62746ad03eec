/* loop - wait for file descriptors, timers and signals; call whoever asked. One thread; nothing here blocks but the wait. */
#ifndef MLWATCH_LOOP_H
#define MLWATCH_LOOP_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "../base/err.h"

#define LOOP_GRID_S 0.001953125 /* 1/512 s */

struct loop;

/* A timer is a field of whoever owns it; zeroed at first. It fires once; its callback may start it again. */
struct loop_timer {
    void (*fire)(void *arg);
    void *arg;
    double at; /* loop_now() at which it fires */
    bool armed;
    struct loop_timer *child, *next, *prev; /* in a pairing heap; prev: the left neighbour, of a first child its parent */
};

/* loop_new - E_IO when the system gives no epoll. loop_free - takes NULL; descriptors and timers stay their owners'. */
struct loop *loop_new(struct err *err);
void loop_free(struct loop *l);

/* loop_run - until loop_stop. loop_turn - one wait of at most max_wait_s and what it brings; false once stopped. */
void loop_run(struct loop *l);
bool loop_turn(struct loop *l, double max_wait_s);
void loop_stop(struct loop *l);

/* loop_now - seconds of the monotonic clock, read once a turn. */
double loop_now(const struct loop *l);

/* loop_add - call back when fd is ready; events are EPOLLIN | EPOLLOUT. loop_change, loop_remove - before fd is closed. */
enum status loop_add(struct loop *l, int fd, uint32_t events, void (*ready)(void *arg, uint32_t events), void *arg,
                     struct err *err);
void loop_change(struct loop *l, int fd, uint32_t events);
void loop_remove(struct loop *l, int fd);

/* loop_start - (re)arm t to fire in after_s seconds, or up to LOOP_GRID_S later, so that timers of thousands of runs wake the process together;
 * what is to come in less than half of that comes when it was asked for. loop_hurry - the same, but never later than it is armed for. loop_cancel. */
void loop_start(struct loop *l, struct loop_timer *t, double after_s);
void loop_hurry(struct loop *l, struct loop_timer *t, double after_s);
void loop_cancel(struct loop *l, struct loop_timer *t);

/* loop_signals - block these signals and take them through the loop instead. */
enum status loop_signals(struct loop *l, const sigset_t *set, void (*caught)(void *arg, int signal), void *arg, struct err *err);

#endif
