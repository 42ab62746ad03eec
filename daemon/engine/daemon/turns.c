/* daemon_turns - who is read next. Events lead to the runs that follow the files they tell of; runs that want a turn wait in line (due.h);
 * the pump gives turns for PUMP_S at a time, so that events and requests are never kept waiting for long. */
#include "../../base/clock.h"
#include "parts.h"

enum { WAITING_POINTS_MAX = 1 << 19, WARM_RUNS = 8 };
static const double PUMP_S = 0.001, MEMORY_LAGS_S = 0.005;

/* This one and those that are likely to come behind it. Alone it would wait for its memory either way. */
static void warm_next(const struct daemon *d, const struct live *first)
{
    const void *next[WARM_RUNS] = {first};
    size_t n = 1 + due_next(&d->watched.due, next + 1, WARM_RUNS - 1);
    if (n > 1) live_warm((const struct live *const *)next, n);
}

/* When the memory lags, reading waits for it: what is held in between is bounded. When it fails, reading goes on. */
void daemon_pump(void *arg)
{
    struct daemon *d = arg;
    struct memory *m = d->engine.memory;
    double until = clock_now() + PUMP_S;
    struct live *l;
    if (m && memory_waiting_points(m) > WAITING_POINTS_MAX && !memory_failing(m)) {
        loop_start(d->loop, &d->pump, MEMORY_LAGS_S);
        return;
    }
    for (size_t n = 0; (l = due_take(&d->watched.due)); n++) {
        if (n % WARM_RUNS == 0) warm_next(d, l);
        live_turn(l);
        if (clock_now() >= until) break;
    }
    if (d->watched.due.n) loop_start(d->loop, &d->pump, 0);
}

void daemon_changed(void *arg)
{
    struct daemon *d = arg;
    if (!d->pump.armed) loop_start(d->loop, &d->pump, 0);
}

static void look_at_told(struct daemon *d)
{
    live_warm_told(d->told, d->n_told);
    for (size_t i = 0; i < d->n_told; i++) live_touched(d->told[i].live, d->told[i].source, false);
    d->n_told = 0;
}

static void grown_source(void *arg, void *owner, size_t which)
{
    struct daemon *d = arg;
    if (d->n_told == DAEMON_TOLD) look_at_told(d);
    d->told[d->n_told++] = (struct live_told){owner, which};
}

static void named_source(void *arg, void *owner, size_t which)
{
    (void)arg;
    live_touched(owner, which, true);
}

static void touched_directory(void *arg, void *owner, size_t which)
{
    (void)arg, (void)which;
    live_hurry(owner);
}

/* A name that nobody follows may be a log that was moved, or what a database writes beside itself: whoever follows a file of that directory
 * looks. */
static void look_up_grown(struct daemon *d)
{
    const struct whose *w = &d->watched.files;
    for (int step = 0; step < 2; step++)
        for (size_t i = 0; i < d->n_grown; i++) whose_warm(w, d->grown[i].directory, d->grown[i].name, step);
    for (size_t i = 0; i < d->n_grown; i++)
        if (!whose_named(w, d->grown[i].directory, d->grown[i].name, grown_source, d))
            (void)whose_each(w, d->grown[i].directory, touched_directory, NULL);
    d->n_grown = 0;
}

void daemon_touched(void *arg, void *who, uint64_t directory, const char *name, bool names)
{
    struct daemon *d = arg;
    const struct whose *w = &d->watched.files;
    if (names) {
        (void)whose_named(w, directory, whose_name(name), named_source, arg);
        (void)whose_each(w, directory, touched_directory, NULL);
    } else {
        if (d->n_grown == DAEMON_TOLD) look_up_grown(d);
        d->grown[d->n_grown++] = (struct grown){directory, whose_name(name)};
    }
    place_touched(who, names);
}

void daemon_told(void *arg)
{
    struct daemon *d = arg;
    look_up_grown(d);
    look_at_told(d);
}

void daemon_overflow(void *arg)
{
    struct daemon *d = arg;
    for (size_t i = 0; i < d->n_places; i++) place_look(d->places[i]);
}
