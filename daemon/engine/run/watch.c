/* run_watch - which analyzers hear which series of a run.
 *
 * One source is judged by itself: an analyzer that joins series has a state for every source, which hears that source alone, so what
 * it says cannot depend on what other files hold or when they came. Where a run's metrics are spread over several sources (the loss in one
 * file, the score in another), there is one state more, "the whole", which hears of every metric its preferred source only. It
 * begins as a copy of the state of the one source that was heard so far, which is what it would have become by itself.
 *
 * The whole is unclean when a better source of a metric turns up after the worse one was heard by it, or beside what it
 * cannot copy. In reading a finished run that never happens: preferred sources are read first. A daemon replays the run then. */
#include <stdlib.h>
#include <string.h>

#include "../../base/hash.h"
#include "parts.h"

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
    for (const struct knob *k = a->knobs; k && k->name; k++)
        *(double *)((char *)w->state + k->offset) = config_knob(r->options.config, k, r->options.sensitivity, NULL);
    if (a->init) a->init(w->state);
    for (size_t i = 0; a->fact && i < r->n_facts; i++) a->fact(w->state, r->facts[i].key, r->facts[i].value);
}

static struct watcher *watcher_new(struct run *r, const struct analyzer *a, const char *metric, int32_t source)
{
    struct watcher *w = calloc(1, sizeof *w);
    if (!w || !run_grow((void **)&r->watchers, &r->watchers_room, r->n_watchers, sizeof *r->watchers)) return free(w), NULL;
    *w = (struct watcher){.analyzer = a,
                          .state = calloc(1, a->state_size),
                          .metric = metric ? str_dup(span_of(metric)) : NULL,
                          .id = (uint32_t)r->n_watchers + 1,
                          .source = source};
    if (!w->state) return free(w->metric), free(w), NULL;
    watcher_begin(r, w);
    return r->watchers[r->n_watchers++] = w;
}

static bool listed(struct watcher *const *list, size_t n, const struct analyzer *a, const char *metric, struct watcher **ret)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i]->analyzer != a || (metric && strcmp(list[i]->metric, metric) != 0)) continue;
        *ret = list[i];
        return true;
    }
    return false;
}

/* The state of a joining analyzer for one source (and metric, where its scope is one). */
static struct watcher *of_source(struct run *r, const struct analyzer *a, uint16_t source, const char *metric)
{
    struct run_source *from = r->sources[source];
    struct watcher *w = NULL;
    if (a->scope != PER_METRIC) metric = NULL;
    if (listed(from->joins, from->n_joins, a, metric, &w)) return w;
    if (!run_grow((void **)&from->joins, &from->joins_room, from->n_joins, sizeof *from->joins)) return NULL;
    w = watcher_new(r, a, metric, source);
    if (w) from->joins[from->n_joins++] = w;
    return w;
}

static struct join *join_of(struct run *r, size_t analyzer)
{
    size_t n = 0;
    while (analyzers[n]) n++;
    if (!r->joins) r->joins = calloc(n, sizeof *r->joins);
    return r->joins ? &r->joins[analyzer] : NULL;
}

static struct watcher *of_run(struct run *r, size_t analyzer)
{
    struct join *j = join_of(r, analyzer);
    if (j && !j->whole) j->whole = watcher_new(r, analyzers[analyzer], NULL, WHOLE_RUN);
    return j ? j->whole : NULL;
}

static void listen_to(struct run_series *s, struct watcher *w)
{
    for (size_t i = 0; i < s->n_watchers; i++)
        if (s->watchers[i] == w) return;
    if (w) s->watchers[s->n_watchers++] = w;
}

static void ignore(struct run_series *s, const struct watcher *w)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->n_watchers; i++)
        if (s->watchers[i] != w) s->watchers[kept++] = s->watchers[i];
    s->n_watchers = kept;
}

/* ---- metrics and their preferred sources -------------------------------------------------------------------------------------- */

static bool same_text(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

/* The metric of a series, made at first sight; NO_KEY where memory ran out. */
static uint32_t key_of(struct run *r, const struct series *s)
{
    uint64_t h = hash64(s->metric, strlen(s->metric), (uint64_t)s->role);
    uint32_t *slot = &r->key_slots[(s->part ? hash64(s->part, strlen(s->part), h) : h) % RUN_KEY_SLOTS];
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

static void own(struct run *r, size_t analyzer, uint16_t source, const struct run_key *k, int change)
{
    struct join *j = join_of(r, analyzer);
    struct watcher *w = of_source(r, analyzers[analyzer], source, k->metric);
    if (!j || !w) return;
    if (change > 0) j->sources += w->owned++ == 0;
    else j->sources -= --w->owned == 0;
}

/* The whole stops to hear the source that was preferred so far. */
static void hand_over(struct run *r, size_t analyzer, const struct run_key *k, uint16_t from)
{
    struct join *j = join_of(r, analyzer);
    for (uint32_t at = k->first; j && j->whole && at; at = r->series[at - 1]->next) {
        if (r->series[at - 1]->s.source != from) continue;
        j->unclean = j->unclean || r->series[at - 1]->points;
        ignore(r->series[at - 1], j->whole);
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

static void make_whole(struct run *r, size_t analyzer)
{
    const struct analyzer *a = analyzers[analyzer];
    int32_t from = beginning(r, a);
    struct join *j = join_of(r, analyzer);
    struct watcher *w = of_run(r, analyzer), *first = NULL;
    if (!w) return;
    j->unclean = from == -2;
    if (from == -2 && r->lead >= 0) from = r->lead;
    if (from >= 0) first = of_source(r, a, (uint16_t)from, NULL);
    if (first) memcpy(w->state, first->state, a->state_size);
    copy_findings(r, first, w);
    for (size_t i = 0; i < r->n_series; i++) {
        struct run_series *s = r->series[i];
        ignore(s, w);
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

static void adopt(struct run *r, struct run_series *s)
{
    struct run_key *k = &r->keys[s->key];
    bool begins = !k->first, better = !begins && run_prefers(r, s->s.source, k->owner);
    uint16_t before = k->owner;
    if (better) k->owner = s->s.source;
    s->next = k->first;
    k->first = s->s.id + 1;
    for (size_t i = 0; analyzers[i]; i++) {
        if (analyzers[i]->scope != PER_RUN || !run_joins_series(analyzers[i]) || !wants(analyzers[i], s->s.role)) continue;
        if (begins || better) own(r, i, s->s.source, k, 1);
        if (better) own(r, i, before, k, -1), hand_over(r, i, k, before);
        join(r, i, s);
    }
}

/* ---- what run.c calls ------------------------------------------------------------------------------------------------------------ */

static struct watcher *hearer(struct run *r, size_t analyzer, uint16_t source, const char *metric)
{
    const struct analyzer *a = analyzers[analyzer];
    if (hears_the_run(a)) return of_run(r, analyzer);
    if (a->scope == PER_SERIES || source >= r->n_sources) return watcher_new(r, a, NULL, source);
    return of_source(r, a, source, metric);
}

void run_watch(struct run *r, struct run_series *s)
{
    if (s->s.role == ROLE_EVENT) return; /* heard source by source */
    for (size_t i = 0; analyzers[i]; i++)
        if (wants(analyzers[i], s->s.role)) listen_to(s, hearer(r, i, s->s.source, s->s.metric));
    if (s->s.role == ROLE_NONE || s->s.role >= ROLE_EVENT || s->s.source >= r->n_sources) return;
    s->key = key_of(r, &s->s);
    if (s->key != NO_KEY) adopt(r, s);
}

void run_watch_events(struct run *r, struct run_source *s)
{
    if (s->n_hears) return;
    for (size_t i = 0; analyzers[i]; i++) {
        if (!wants(analyzers[i], ROLE_EVENT)) continue;
        struct watcher *w = hearer(r, i, s->sink.source, NULL);
        if (w && run_grow((void **)&s->hears, &s->hears_room, s->n_hears, sizeof *s->hears)) s->hears[s->n_hears++] = w;
    }
}

bool run_stale(const struct run *r)
{
    for (size_t i = 0; r->joins && analyzers[i]; i++)
        if (run_joins_series(analyzers[i]) && r->joins[i].sources > 1 && r->joins[i].unclean) return true;
    return false;
}
