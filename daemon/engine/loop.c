#include "loop.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "../base/clock.h"

enum { EVENTS_A_TURN = 64 };

struct slot {
    void (*ready)(void *arg, uint32_t events);
    void *arg;
    uint32_t generation; /* an event of a descriptor that was removed meanwhile must not reach its successor */
    bool used;
};
struct loop {
    int epoll, signals;
    bool stopped;
    double now;
    struct slot *slots; /* by descriptor */
    int n_slots;
    struct loop_timer *timers; /* the root of a pairing heap: a few timers a run, thousands of runs, and no allocation */
    void (*caught)(void *arg, int signal);
    void *caught_arg;
};

struct loop *loop_new(struct err *err)
{
    struct loop *l = calloc(1, sizeof *l);
    if (!l) return err_set(err, E_MEMORY, "no memory for the event loop"), NULL;
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    l->signals = -1;
    l->now = clock_now();
    if (l->epoll < 0) {
        err_errno(err, E_IO, "cannot make an event loop");
        return loop_free(l), NULL;
    }
    return l;
}

void loop_free(struct loop *l)
{
    if (!l) return;
    if (l->epoll >= 0) close(l->epoll);
    if (l->signals >= 0) close(l->signals);
    free(l->slots);
    free(l);
}

void loop_stop(struct loop *l) { l->stopped = true; }
double loop_now(const struct loop *l) { return l->now; }

static bool make_room(struct loop *l, int fd)
{
    if (fd < l->n_slots) return true;
    int n = fd + 64;
    struct slot *slots = realloc(l->slots, (size_t)n * sizeof *slots);
    if (!slots) return false;
    for (int i = l->n_slots; i < n; i++) slots[i] = (struct slot){0};
    l->slots = slots;
    l->n_slots = n;
    return true;
}

static struct epoll_event event_for(const struct loop *l, int fd, uint32_t events)
{
    return (struct epoll_event){.events = events, .data.u64 = (uint64_t)l->slots[fd].generation << 32 | (uint32_t)fd};
}

enum status loop_add(struct loop *l, int fd, uint32_t events, void (*ready)(void *, uint32_t), void *arg, struct err *err)
{
    if (!make_room(l, fd)) return err_set(err, E_MEMORY, "no memory to wait for another file");
    struct slot *s = &l->slots[fd];
    *s = (struct slot){ready, arg, s->generation + 1, true};
    struct epoll_event e = event_for(l, fd, events);
    if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &e) != 0) {
        s->used = false;
        return err_errno(err, E_IO, "cannot wait for descriptor %d", fd);
    }
    return OK;
}

void loop_change(struct loop *l, int fd, uint32_t events)
{
    struct epoll_event e = event_for(l, fd, events);
    epoll_ctl(l->epoll, EPOLL_CTL_MOD, fd, &e);
}

void loop_remove(struct loop *l, int fd)
{
    if (fd < 0 || fd >= l->n_slots || !l->slots[fd].used) return;
    epoll_ctl(l->epoll, EPOLL_CTL_DEL, fd, NULL);
    l->slots[fd].used = false;
}

/* Pairing heap (Fredman, Sedgewick, Sleator, Tarjan 1986): join is O(1), taking the earliest O(log n) amortised. */
static struct loop_timer *join(struct loop_timer *a, struct loop_timer *b)
{
    if (!a || !b) return a ? a : b;
    if (b->at < a->at) {
        struct loop_timer *t = a;
        a = b;
        b = t;
    }
    b->prev = a;
    b->next = a->child;
    if (b->next) b->next->prev = b;
    a->child = b;
    return a;
}

/* The children of a node that goes: joined two by two from the left, the pairs from the right. */
static struct loop_timer *join_children(struct loop_timer *first)
{
    struct loop_timer *pairs = NULL, *all = NULL;
    while (first) {
        struct loop_timer *a = first, *b = a->next;
        first = b ? b->next : NULL;
        a->next = a->prev = NULL;
        if (b) b->next = b->prev = NULL;
        a = join(a, b);
        a->next = pairs;
        pairs = a;
    }
    while (pairs) {
        struct loop_timer *rest = pairs->next;
        pairs->next = NULL;
        all = join(all, pairs);
        pairs = rest;
    }
    return all;
}

void loop_cancel(struct loop *l, struct loop_timer *t)
{
    if (!t->armed) return;
    struct loop_timer *below = join_children(t->child);
    if (t == l->timers) l->timers = below;
    else {
        if (t->prev->child == t) t->prev->child = t->next;
        else t->prev->next = t->next;
        if (t->next) t->next->prev = t->prev;
        l->timers = join(l->timers, below);
    }
    t->child = t->next = t->prev = NULL;
    t->armed = false;
}

static double on_grid(double at, double after_s) { return after_s < LOOP_GRID_S / 2 ? at : ceil(at / LOOP_GRID_S) * LOOP_GRID_S; }

void loop_start(struct loop *l, struct loop_timer *t, double after_s)
{
    loop_cancel(l, t);
    t->at = on_grid(clock_now() + after_s, after_s);
    t->armed = true;
    t->child = t->next = t->prev = NULL;
    l->timers = join(l->timers, t);
}

void loop_hurry(struct loop *l, struct loop_timer *t, double after_s)
{
    if (!t->armed || t->at > clock_now() + after_s) loop_start(l, t, after_s);
}

static struct loop_timer *earliest(const struct loop *l) { return l->timers; }

/* Timers that were due when the turn began, each once: one that starts itself again with 0 s waits for the next turn. */
static void fire_timers(struct loop *l)
{
    for (struct loop_timer *t = earliest(l); t && t->at <= l->now; t = earliest(l)) {
        loop_cancel(l, t);
        t->fire(t->arg);
    }
}

static double wait_s(const struct loop *l, double max_wait_s)
{
    const struct loop_timer *t = earliest(l);
    double wait = t ? fmin(t->at - clock_now(), max_wait_s) : max_wait_s;
    return fmin(fmax(wait, 0), 3600);
}

/* To the nanosecond where the kernel can (Linux 5.11), else the next millisecond. */
static int wait_for(const struct loop *l, struct epoll_event *events, int n, double wait)
{
    struct timespec t = {.tv_sec = (time_t)wait, .tv_nsec = (long)(fmod(wait, 1) * 1e9)};
    int got = epoll_pwait2(l->epoll, events, n, &t, NULL);
    return got >= 0 || errno == EINTR ? got : epoll_wait(l->epoll, events, n, (int)ceil(wait * 1000));
}

bool loop_turn(struct loop *l, double max_wait_s)
{
    struct epoll_event events[EVENTS_A_TURN];
    int n = l->stopped ? 0 : wait_for(l, events, EVENTS_A_TURN, wait_s(l, max_wait_s));
    l->now = clock_now();
    for (int i = 0; i < n && !l->stopped; i++) {
        const struct slot s = l->slots[events[i].data.u64 & 0xffffffff];
        if (s.used && s.generation == events[i].data.u64 >> 32) s.ready(s.arg, events[i].events);
    }
    if (!l->stopped) fire_timers(l);
    return !l->stopped;
}

void loop_run(struct loop *l)
{
    while (loop_turn(l, HUGE_VAL)) {}
}

static void signalled(void *arg, uint32_t events)
{
    struct loop *l = arg;
    struct signalfd_siginfo info;
    (void)events;
    while (read(l->signals, &info, sizeof info) == sizeof info) l->caught(l->caught_arg, (int)info.ssi_signo);
}

enum status loop_signals(struct loop *l, const sigset_t *set, void (*caught)(void *, int), void *arg, struct err *err)
{
    if (sigprocmask(SIG_BLOCK, set, NULL) != 0) return err_errno(err, E_IO, "cannot block signals");
    l->signals = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (l->signals < 0) return err_errno(err, E_IO, "cannot take signals");
    l->caught = caught;
    l->caught_arg = arg;
    return loop_add(l, l->signals, EPOLLIN, signalled, l, err);
}
