/* run_join - the whole: the state of an analyzer that hears each metric of a run from its preferred source only.
 *
 * It begins as a copy of the state of the one source that was heard so far, which is what it would have become by itself, and is unclean when a
 * better source of a metric turns up after the worse one was heard by it, or beside what it cannot copy. In reading a finished run that never
 * happens: preferred sources are read first. A daemon replays the run then. */
#include <stdlib.h>

#include "parts.h"

bool run_joins_series(const struct analyzer *a)
{
    return a->scope != PER_SERIES && !(a->wants & (WANTS(ROLE_EVENT) | WANTS(ROLE_SILENCE)));
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

/* The one source whose state the whole can begin as: the only one that was heard of so far, and of nothing that it is not preferred for.
 * -1: nothing was heard. -2: there is no such source. */
static int32_t beginning(const struct run *r, const struct analyzer *a)
{
    int32_t from = -1;
    for (size_t i = 0; i < r->n_series; i++) {
        const struct run_series *s = r->series[i];
        if (!s->points || s->key == NO_KEY || !run_wants(a, s->s.role)) continue;
        if (run_owns(r, s) ? from >= 0 && from != s->s.source : false) return -2;
        if (run_owns(r, s)) from = s->s.source;
    }
    for (size_t i = 0; i < r->n_series; i++) {
        const struct run_series *s = r->series[i];
        if (s->points && s->s.source == from && s->key != NO_KEY && run_wants(a, s->s.role) && !run_owns(r, s)) return -2;
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
    struct watcher *w = run_watcher_of_run(r, a), *first = NULL;
    if (!w) return;
    j->whole = w;
    j->unclean = from == -2;
    if (from == -2 && r->lead >= 0) from = r->lead;
    if (from >= 0) first = run_watcher_of_source(r, a, (uint16_t)from);
    if (first && !run_watcher_copy(w, first)) first = NULL;
    copy_findings(r, first, w);
    for (size_t i = 0; i < r->n_series; i++) {
        struct run_series *s = r->series[i];
        hearers_remove(&s->hearers, w);
        if (s->key != NO_KEY && run_wants(a, s->s.role) && run_owns(r, s)) run_listen(s, w);
    }
    r->whole = true;
}

static void join(struct run *r, size_t analyzer, struct run_series *s)
{
    struct join *j = join_of(r, analyzer);
    if (!j || j->sources < 2) return;
    if (!j->whole || j->unclean) make_whole(r, analyzer);
    else if (run_owns(r, s)) run_listen(s, j->whole);
}

/* What the keys of the only source so far are to the analyzers that may join it with others. */
static void begin_to_join(struct run *r)
{
    r->joining = true;
    for (size_t k = 0; k < r->n_keys; k++)
        for (size_t i = 0; r->keys[k].first && analyzers[i]; i++)
            if (analyzers[i]->scope == PER_RUN && run_joins_series(analyzers[i]) && run_wants(analyzers[i], r->keys[k].role))
                own(r, i, r->keys[k].owner, 1);
}

void run_adopt(struct run *r, struct run_series *s)
{
    if (r->n_sources > 1 && !r->joining) begin_to_join(r);
    struct run_key *k = &r->keys[s->key];
    bool begins = !k->first, better = !begins && run_prefers(r, s->s.source, k->owner);
    uint16_t before = k->owner;
    if (better) k->owner = s->s.source;
    s->next = k->first;
    k->first = s->s.id + 1;
    for (size_t i = 0; r->joining && analyzers[i]; i++) {
        if (analyzers[i]->scope != PER_RUN || !run_joins_series(analyzers[i]) || !run_wants(analyzers[i], s->s.role)) continue;
        if (begins || better) own(r, i, s->s.source, 1);
        if (better) own(r, i, before, -1), hand_over(r, i, k, before);
        join(r, i, s);
    }
}

bool run_stale(const struct run *r)
{
    if (r->excused_late) return true;
    for (size_t i = 0; r->joins && analyzers[i]; i++)
        if (run_joins_series(analyzers[i]) && r->joins[i].sources > 1 && r->joins[i].unclean) return true;
    return false;
}
