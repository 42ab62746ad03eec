/* run_watch - which analyzers hear which series of a run.
 *
 * One source is judged by itself: an analyzer that joins series has a state for every source, which hears that source alone, so what
 * it says cannot depend on what other files hold or when they came. Where a run's metrics are spread over several sources (the loss in one
 * file, the score in another), there is one state more, "the whole", which hears of every metric its preferred source only. It
 * begins as a copy of the state of the one source that was heard so far, which is what it would have become by itself.
 *
 * The whole is unclean when a better source of a metric turns up after the worse one was heard by it, or beside what it
 * cannot copy. In reading a finished run that never happens: preferred sources are read first. A daemon replays the run then.
 *
 * Most runs log a loss and little else, and most analyzers compare it with something: a state that needs more than was seen so far is not
 * made (analyzer.h, needs), and catches up from the pasts of the other series when it is. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "../../base/hash.h"
#include "parts.h"

enum { STATE_BLOCK_BYTES = 12 << 10, COMING_MAX = 64 };

bool run_joins_series(const struct analyzer *a)
{
    return a->scope != PER_SERIES && !(a->wants & (WANTS(ROLE_EVENT) | WANTS(ROLE_SILENCE)));
}

/* Silence is the run's, so what listens to it listens to all sources. */
static bool hears_the_run(const struct analyzer *a) { return a->wants & WANTS(ROLE_SILENCE); }

static bool wants(const struct analyzer *a, enum role role) { return a->wants & WANTS((unsigned)role); }

/* ---- states ---------------------------------------------------------------------------------------------------------------- */

static void watcher_begin(struct run *r, struct watcher *w)
{
    const struct analyzer *a = w->analyzer;
    void *state = watcher_state(w);
    if (a->knobs) *(const void **)state = thresholds_of(r->options.thresholds, a);
    if (a->init) a->init(state);
    for (size_t i = 0; a->fact && i < r->n_facts; i++) a->fact(state, r->facts[i].key, r->facts[i].value);
}

static size_t aligned(size_t n) { return (n + STATE_ALIGN - 1) / STATE_ALIGN * STATE_ALIGN; }
static size_t first_size(const struct analyzer *a) { return a->first_size ? a->first_size : a->state_size; }
static size_t watcher_bytes(const struct analyzer *a) { return sizeof(struct watcher) + aligned(first_size(a)); }
_Static_assert(sizeof(struct watcher) % STATE_ALIGN == 0, "its state lies behind it");

/* Room for a watcher, zeroed; NULL when memory ran out. */
static void *state_room(struct run *r, size_t n)
{
    const size_t *coming = r->states_coming;
    if (coming && *coming) r->states_coming++;
    if (n > r->state_left) {
        size_t size = n;
        for (size_t i = 1; coming && *coming && coming[i] && size + coming[i] <= STATE_BLOCK_BYTES; i++) size += coming[i];
        struct state_block *b = calloc(1, sizeof *b + size);
        if (!b) return NULL;
        b->next = r->states;
        r->states = b;
        r->state_room = b->bytes;
        r->state_left = size;
    }
    char *room = r->state_room;
    r->state_room += n;
    r->state_left -= n;
    return room;
}

static bool is_whole(const struct watcher *w) { return !w->analyzer->first_size || w->moved; }

/* The state of a watcher with all its bytes, at another place: the few that come to this leave their first one unused. */
static bool make_whole_state(struct run *r, struct watcher *w)
{
    const size_t *coming = r->states_coming;
    if (is_whole(w)) return true;
    r->states_coming = NULL;
    char *state = state_room(r, aligned(w->analyzer->state_size));
    r->states_coming = coming;
    if (!state) return false;
    memcpy(state, watcher_state(w), first_size(w->analyzer));
    *(void **)watcher_state(w) = state;
    w->moved = true;
    return true;
}

void *run_whole_state(void *arg)
{
    struct run *r = arg;
    struct watcher *w = r->watchers[r->hearing.emitting - 1];
    return make_whole_state(r, w) ? watcher_state(w) : NULL;
}

void run_watchers_free(struct run *r)
{
    for (struct state_block *b = r->states, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(r->watchers);
}

static struct watcher *watcher_new(struct run *r, const struct analyzer *a, bool of_run)
{
    if (!run_grow((void **)&r->watchers, &r->watchers_room, r->n_watchers, sizeof *r->watchers)) return NULL;
    struct watcher *w = state_room(r, watcher_bytes(a));
    if (!w) return NULL;
    *w = (struct watcher){.analyzer = a, .id = WATCHER_ID(r->n_watchers + 1), .of_run = of_run};
    watcher_begin(r, w);
    return r->watchers[r->n_watchers++] = w;
}

static struct watcher *joins(const struct run *r, const struct run_source *from, const struct analyzer *a)
{
    for (size_t i = 0; i < from->n_joins; i++)
        if (r->watchers[from->joins[i] - 1]->analyzer == a) return r->watchers[from->joins[i] - 1];
    return NULL;
}

static void listen_to(struct run_series *s, struct watcher *w)
{
    if (w) hearers_add(&s->hearers, w, w->of_run);
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
        r->hearing.emitting = w->id;
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
        if (s->s.source != source || s->s.role == ROLE_EVENT || !wants(w->analyzer, s->s.role)) continue;
        listen_to(s, w);
        if (s->points) catch_up(r, w, s);
    }
}

/* The state of a joining analyzer for one source. */
static struct watcher *of_source(struct run *r, const struct analyzer *a, uint16_t source)
{
    struct run_source *from = r->sources[source];
    struct watcher *w = joins(r, from, a);
    if (w) return w;
    if (!run_grow((void **)&from->joins, &from->joins_room, from->n_joins, sizeof *from->joins)) return NULL;
    w = watcher_new(r, a, false);
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
            wanted = wanted || (r->series[k]->s.source == s->sink.source && wants(analyzers[i], r->series[k]->s.role));
        if (wanted) (void)of_source(r, analyzers[i], s->sink.source);
    }
}

static size_t n_analyzers(void)
{
    size_t n = 0;
    while (analyzers[n]) n++;
    return n;
}

static struct join *join_of(struct run *r, size_t analyzer)
{
    if (!r->joins) r->joins = calloc(n_analyzers(), sizeof *r->joins);
    return r->joins ? &r->joins[analyzer] : NULL;
}

/* Metrics that each analyzer wants and this source is the preferred one of. */
static uint32_t *owned_of(struct run *r, uint16_t source)
{
    struct run_source *s = r->sources[source];
    if (!s->owned) s->owned = calloc(n_analyzers(), sizeof *s->owned);
    return s->owned;
}

static struct watcher *known_of_run(const struct run *r, const struct analyzer *a)
{
    for (size_t i = 0; i < r->n_watchers; i++)
        if (r->watchers[i]->analyzer == a && r->watchers[i]->of_run) return r->watchers[i];
    return NULL;
}

static struct watcher *of_run(struct run *r, const struct analyzer *a)
{
    struct watcher *w = known_of_run(r, a);
    return w ? w : watcher_new(r, a, true);
}

/* ---- metrics and their preferred sources -------------------------------------------------------------------------------------- */

static bool same_text(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

static uint64_t key_hash(enum role role, const char *metric, const char *part)
{
    uint64_t h = hash64(metric, strlen(metric), (uint64_t)role);
    return part ? hash64(part, strlen(part), h) : h;
}

static uint32_t *key_slot(const struct run *r, uint64_t hash) { return &r->key_slots[hash & (r->n_key_slots - 1)]; }

/* As many chains as there are keys, or more; without memory they become longer. False when there are none at all. */
static bool more_key_slots(struct run *r)
{
    if (r->n_keys < r->n_key_slots) return true;
    size_t n = r->n_key_slots ? 2 * r->n_key_slots : RUN_KEY_SLOTS;
    uint32_t *slots = calloc(n, sizeof *slots);
    if (!slots) return r->n_key_slots > 0;
    free(r->key_slots);
    r->key_slots = slots, r->n_key_slots = n;
    for (size_t i = 0; i < r->n_keys; i++) {
        struct run_key *k = &r->keys[i];
        uint32_t *slot = key_slot(r, key_hash(k->role, k->metric, k->part));
        k->next = *slot;
        *slot = (uint32_t)i + 1;
    }
    return true;
}

/* The metric of a series, made at first sight; NO_KEY where memory ran out. */
static uint32_t key_of(struct run *r, const struct series *s)
{
    if (!more_key_slots(r)) return NO_KEY;
    uint32_t *slot = key_slot(r, key_hash(s->role, s->metric, s->part));
    for (uint32_t at = *slot; at; at = r->keys[at - 1].next) {
        const struct run_key *k = &r->keys[at - 1];
        if (k->role == s->role && same_text(k->metric, s->metric) && same_text(k->part, s->part)) return at - 1;
    }
    if (!run_grow((void **)&r->keys, &r->keys_room, r->n_keys, sizeof *r->keys)) return NO_KEY;
    r->keys[r->n_keys++] =
        (struct run_key){.role = s->role, .metric = s->metric, .part = s->part, .owner = s->source, .next = *slot};
    *slot = (uint32_t)r->n_keys;
    return *slot - 1;
}

bool run_owns(const struct run *r, const struct run_series *s)
{
    return s->key == NO_KEY || r->keys[s->key].owner == s->s.source;
}

static void own(struct run *r, size_t analyzer, uint16_t source, int change)
{
    struct join *j = join_of(r, analyzer);
    uint32_t *owned = owned_of(r, source);
    if (!j || !owned) return;
    if (change > 0) j->sources += owned[analyzer]++ == 0;
    else j->sources -= --owned[analyzer] == 0;
}

/* The whole stops to hear the source that was preferred so far. */
static void hand_over(struct run *r, size_t analyzer, const struct run_key *k, uint16_t from)
{
    struct join *j = join_of(r, analyzer);
    for (uint32_t at = k->first; j && j->whole && at; at = r->series[at - 1]->next) {
        if (r->series[at - 1]->s.source != from) continue;
        j->unclean = j->unclean || r->series[at - 1]->points;
        hearers_remove(&r->series[at - 1]->hearers, j->whole);
    }
}

/* ---- the whole ------------------------------------------------------------------------------------------------------------------ */

/* The one source whose state the whole can begin as: the only one that was heard of so far, and of nothing that it is not preferred for.
 * -1: nothing was heard. -2: there is no such source. */
static int32_t beginning(const struct run *r, const struct analyzer *a)
{
    int32_t from = -1;
    for (size_t i = 0; i < r->n_series; i++) {
        const struct run_series *s = r->series[i];
        if (!s->points || s->key == NO_KEY || !wants(a, s->s.role)) continue;
        if (run_owns(r, s) ? from >= 0 && from != s->s.source : false) return -2;
        if (run_owns(r, s)) from = s->s.source;
    }
    for (size_t i = 0; i < r->n_series; i++) {
        const struct run_series *s = r->series[i];
        if (s->points && s->s.source == from && s->key != NO_KEY && wants(a, s->s.role) && !run_owns(r, s)) return -2;
    }
    return from;
}

/* What a source's state found so far, the whole found too. */
static void copy_findings(struct run *r, const struct watcher *from, const struct watcher *to)
{
    size_t kept = 0, n = r->n_findings;
    for (size_t i = 0; i < n; i++)
        if (r->findings[i].watcher != to->id) r->findings[kept++] = r->findings[i];
    r->n_findings = n = kept;
    for (size_t i = 0; from && i < n; i++) {
        if (r->findings[i].watcher != from->id || r->n_findings >= FINDINGS_MAX) continue;
        if (!run_grow((void **)&r->findings, &r->findings_room, r->n_findings, sizeof *r->findings)) return;
        r->findings[r->n_findings] = r->findings[i];
        r->findings[r->n_findings++].watcher = to->id;
    }
}

/* What lies behind a first size that was enough is zero. */
static void copy_state(struct watcher *to, const struct watcher *from)
{
    to->heard = from->heard;
    size_t n = is_whole(from) ? from->analyzer->state_size : first_size(from->analyzer);
    memcpy(watcher_state(to), watcher_state(from), n);
    if (is_whole(to)) memset((char *)watcher_state(to) + n, 0, to->analyzer->state_size - n);
}

static void make_whole(struct run *r, size_t analyzer)
{
    const struct analyzer *a = analyzers[analyzer];
    int32_t from = beginning(r, a);
    struct join *j = join_of(r, analyzer);
    struct watcher *w = of_run(r, a), *first = NULL;
    if (!w) return;
    j->whole = w;
    j->unclean = from == -2;
    if (from == -2 && r->lead >= 0) from = r->lead;
    if (from >= 0) first = of_source(r, a, (uint16_t)from);
    if (first && is_whole(first) && !make_whole_state(r, w)) first = NULL;
    if (first) copy_state(w, first);
    copy_findings(r, first, w);
    for (size_t i = 0; i < r->n_series; i++) {
        struct run_series *s = r->series[i];
        hearers_remove(&s->hearers, w);
        if (s->key != NO_KEY && wants(a, s->s.role) && run_owns(r, s)) listen_to(s, w);
    }
    r->whole = true;
}

static void join(struct run *r, size_t analyzer, struct run_series *s)
{
    struct join *j = join_of(r, analyzer);
    if (!j || j->sources < 2) return;
    if (!j->whole || j->unclean) make_whole(r, analyzer);
    else if (run_owns(r, s)) listen_to(s, j->whole);
}

/* What the keys of the only source so far are to the analyzers that may join it with others. */
static void begin_to_join(struct run *r)
{
    r->joining = true;
    for (size_t k = 0; k < r->n_keys; k++)
        for (size_t i = 0; r->keys[k].first && analyzers[i]; i++)
            if (analyzers[i]->scope == PER_RUN && run_joins_series(analyzers[i]) && wants(analyzers[i], r->keys[k].role))
                own(r, i, r->keys[k].owner, 1);
}

static void adopt(struct run *r, struct run_series *s)
{
    if (r->n_sources > 1 && !r->joining) begin_to_join(r);
    struct run_key *k = &r->keys[s->key];
    bool begins = !k->first, better = !begins && run_prefers(r, s->s.source, k->owner);
    uint16_t before = k->owner;
    if (better) k->owner = s->s.source;
    s->next = k->first;
    k->first = s->s.id + 1;
    for (size_t i = 0; r->joining && analyzers[i]; i++) {
        if (analyzers[i]->scope != PER_RUN || !run_joins_series(analyzers[i]) || !wants(analyzers[i], s->s.role)) continue;
        if (begins || better) own(r, i, s->s.source, 1);
        if (better) own(r, i, before, -1), hand_over(r, i, k, before);
        join(r, i, s);
    }
}

/* ---- what run.c calls ------------------------------------------------------------------------------------------------------------ */

static struct watcher *hearer(struct run *r, size_t analyzer, uint16_t source)
{
    const struct analyzer *a = analyzers[analyzer];
    if (hears_the_run(a)) return of_run(r, a);
    if (a->scope == PER_SERIES || source >= r->n_sources) return watcher_new(r, a, false);
    return of_source(r, a, source);
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
        if (!wants(analyzers[i], s->s.role) || may_wait(r, analyzers[i], s)) continue;
        hear++;
        if (n < COMING_MAX && !there(r, analyzers[i], s)) coming[n++] = watcher_bytes(analyzers[i]);
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
        if (wants(analyzers[i], s->s.role) && !may_wait(r, analyzers[i], s)) listen_to(s, hearer(r, i, s->s.source));
    r->states_coming = NULL;
    if (s->s.role == ROLE_NONE || s->s.role >= ROLE_EVENT || s->s.source >= r->n_sources) return;
    s->key = key_of(r, &s->s);
    if (s->key != NO_KEY) adopt(r, s);
}

void run_watch_events(struct run *r, struct run_source *s)
{
    if (s->hears.n) return;
    for (size_t i = 0; analyzers[i]; i++) {
        if (!wants(analyzers[i], ROLE_EVENT)) continue;
        struct watcher *w = hearer(r, i, s->sink.source);
        if (w) hearers_add(&s->hears, w, w->of_run);
    }
}

bool run_stale(const struct run *r)
{
    if (r->excused_late) return true;
    for (size_t i = 0; r->joins && analyzers[i]; i++)
        if (run_joins_series(analyzers[i]) && r->joins[i].sources > 1 && r->joins[i].unclean) return true;
    return false;
}
