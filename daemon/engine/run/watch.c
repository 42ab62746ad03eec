/* run_watch - which analyzers hear which series of a run.
 *
 * One source is judged by itself: an analyzer that joins series has a state for every source, which hears that source alone, so what
 * it says cannot depend on what other files hold or when they came. Where a run's metrics are spread over several sources (the loss in one
 * file, the score in another), there is one state more, "the whole" (join.c), which hears of every metric its preferred source only (keys.c).
 *
 * Most runs log a loss and little else, and most analyzers compare it with something: a state that needs more than was seen so far is not
 * made (analyzer.h, needs), and catches up from the pasts of the other series when it is. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

enum { COMING_MAX = 64 };

/* Silence is the run's, so what listens to it listens to all sources. */
static bool hears_the_run(const struct analyzer *a) { return a->wants & WANTS(ROLE_SILENCE); }

static struct watcher *joins(const struct run *r, const struct run_source *from, const struct analyzer *a)
{
    for (size_t i = 0; i < from->n_joins; i++)
        if (r->watchers[from->joins[i] - 1]->analyzer == a) return r->watchers[from->joins[i] - 1];
    return NULL;
}

void run_wake(struct run *r, uint16_t source)
{
    for (size_t i = 0; i < r->n_series; i++)
        if (r->series[i]->s.source == source) hearers_wake(&r->series[i]->hearers);
}

/* What a series told before the state was made. */
static void catch_up(struct run *r, struct watcher *w, const struct run_series *s)
{
    enum { POINTS_MAX = 1 << 16 };
    struct past_room room;
    const struct curve *c = past_fine(&s->kept.past, &room);
    uint32_t one_of = (uint32_t)(c->points / POINTS_MAX) + 1;
    if (!curves_open(&r->out)) return;
    for (uint32_t i = 0; run_has_past(&s->s) && i < c->used; i++) {
        const struct bucket *b = &c->buckets[i];
        struct point p = {.series = &s->s,
                          .step = b->first_step,
                          .time = NAN,
                          .value = b->mean,
                          .line = b->first_line,
                          .source = s->s.source,
                          .segment = s->kept.segment,
                          .past = &s->kept.past};
        r->hearing.running = w;
        for (uint32_t n = 0; n < b->n; n += one_of) {
            r->out.heard = w->heard += w->heard < UINT32_MAX;
            w->analyzer->observe(watcher_state(w), &p, &r->out);
        }
    }
}

static void hear_earlier(struct run *r, struct watcher *w, uint16_t source)
{
    for (size_t i = 0; i < r->n_series; i++) {
        struct run_series *s = r->series[i];
        if (s->s.source != source || s->s.role == ROLE_EVENT || !run_wants(w->analyzer, s->s.role)) continue;
        run_listen(s, w);
        if (s->points) catch_up(r, w, s);
    }
}

struct watcher *run_watcher_of_source(struct run *r, const struct analyzer *a, uint16_t source)
{
    struct run_source *from = r->sources[source];
    struct watcher *w = joins(r, from, a);
    if (w) return w;
    if (!run_grow((void **)&from->joins, &from->joins_room, from->n_joins, sizeof *from->joins)) return NULL;
    w = run_watcher_new(r, a, false);
    if (!w) return NULL;
    from->joins[from->n_joins++] = w->id;
    if (a->needs) hear_earlier(r, w, source);
    return w;
}

/* Is there nothing to tell from this series alone, and no state that other series made? */
static bool may_wait(const struct run *r, const struct analyzer *a, const struct run_series *s)
{
    const struct run_source *from = s->s.source < r->n_sources ? r->sources[s->s.source] : NULL;
    return from && a->scope == PER_RUN && a->needs && !(a->needs & WANTS((unsigned)s->s.role)) &&
           !(from->timed && a->needs & NEEDS_TIME) && !joins(r, from, a);
}

void run_watch_times(struct run *r, struct run_source *s)
{
    s->timed = true;
    for (size_t i = 0; analyzers[i]; i++) {
        bool wanted = false;
        for (size_t k = 0; k < r->n_series && analyzers[i]->needs & NEEDS_TIME; k++)
            wanted = wanted || (r->series[k]->s.source == s->sink.source && run_wants(analyzers[i], r->series[k]->s.role));
        if (wanted) (void)run_watcher_of_source(r, analyzers[i], s->sink.source);
    }
}

static struct watcher *known_of_run(const struct run *r, const struct analyzer *a)
{
    for (size_t i = 0; i < r->n_watchers; i++)
        if (r->watchers[i]->analyzer == a && r->watchers[i]->of_run) return r->watchers[i];
    return NULL;
}

struct watcher *run_watcher_of_run(struct run *r, const struct analyzer *a)
{
    struct watcher *w = known_of_run(r, a);
    return w ? w : run_watcher_new(r, a, true);
}

static struct watcher *hearer(struct run *r, size_t analyzer, uint16_t source)
{
    const struct analyzer *a = analyzers[analyzer];
    if (hears_the_run(a)) return run_watcher_of_run(r, a);
    if (a->scope == PER_SERIES || source >= r->n_sources) return run_watcher_new(r, a, false);
    return run_watcher_of_source(r, a, source);
}

/* Is the state that will hear the series there already? */
static bool there(const struct run *r, const struct analyzer *a, const struct run_series *s)
{
    const struct run_source *from = s->s.source < r->n_sources ? r->sources[s->s.source] : NULL;
    if (hears_the_run(a)) return known_of_run(r, a);
    return a->scope != PER_SERIES && from && joins(r, from, a);
}

/* No more than that: most runs never have others. */
static void room_for_watchers(struct run *r, size_t n)
{
    if (r->watchers_room >= r->n_watchers + n) return;
    struct watcher **more = realloc(r->watchers, (r->n_watchers + n) * sizeof *more);
    if (more) r->watchers = more, r->watchers_room = r->n_watchers + n;
}

/* How many states will hear the series, and what those take that are not there yet: room for COMING_MAX + 1. */
static void prepare(struct run *r, struct run_series *s, size_t *coming)
{
    size_t hear = 0, n = 0;
    for (size_t i = 0; analyzers[i]; i++) {
        if (!run_wants(analyzers[i], s->s.role) || may_wait(r, analyzers[i], s)) continue;
        hear++;
        if (n < COMING_MAX && !there(r, analyzers[i], s)) coming[n++] = run_watcher_bytes(analyzers[i]);
    }
    coming[n] = 0;
    if (!r->n_watchers) room_for_watchers(r, n);
    hearers_make_room(&s->hearers, hear);
}

void run_watch(struct run *r, struct run_series *s)
{
    size_t coming[COMING_MAX + 1];
    if (s->s.role == ROLE_EVENT) return; /* heard source by source */
    prepare(r, s, coming);
    r->states_coming = coming;
    for (size_t i = 0; analyzers[i]; i++)
        if (run_wants(analyzers[i], s->s.role) && !may_wait(r, analyzers[i], s)) run_listen(s, hearer(r, i, s->s.source));
    r->states_coming = NULL;
    if (s->s.role == ROLE_NONE || s->s.role >= ROLE_EVENT || s->s.source >= r->n_sources) return;
    s->key = run_key_of(r, &s->s);
    if (s->key != NO_KEY) run_adopt(r, s);
}

void run_watch_events(struct run *r, struct run_source *s)
{
    if (s->hears.n) return;
    for (size_t i = 0; analyzers[i]; i++) {
        if (!run_wants(analyzers[i], ROLE_EVENT)) continue;
        struct watcher *w = hearer(r, i, s->sink.source);
        if (w) hearers_add(&s->hears, w, w->of_run);
    }
}
