/* run_series - a series is interned once, by source and name, and gets its role. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../base/hash.h"
#include "parts.h"

enum { INDEX_FIRST = 8 };

static uint32_t *slot_of(struct run *r, uint16_t source, struct span name)
{
    size_t mask = r->index_size - 1, at = (size_t)hash64(name.p, name.n, source) & mask;
    for (;; at = (at + 1) & mask) {
        if (!r->index[at]) return &r->index[at];
        const struct series *s = &r->series[r->index[at] - 1]->s;
        if (s->source == source && span_is(name, s->name)) return &r->index[at];
    }
}

static bool index_grow(struct run *r)
{
    if (r->index_size && r->n_series * 2 < r->index_size) return true;
    size_t size = r->index_size ? r->index_size * 2 : INDEX_FIRST;
    uint32_t *index = calloc(size, sizeof *index);
    if (!index) return false;
    free(r->index);
    r->index = index;
    r->index_size = size;
    for (size_t i = 0; i < r->n_series; i++) *slot_of(r, r->series[i]->s.source, span_of(r->series[i]->s.name)) = (uint32_t)i + 1;
    return true;
}

void run_series_free(struct run_series *s)
{
    if (!s) return;
    free(s->curve.buckets);
    run_frozen_free(s->frozen);
    run_past_free(&s->kept);
    run_past_free(s->whole);
    free(s->whole), free(s->compared);
    free(s->hearers.all);
    free(s->since);
    free(s);
}

/* A text of the series, with a NUL; *to goes on behind it. */
static const char *keep(char **to, struct span text)
{
    char *kept = *to;
    if (text.n) memcpy(kept, text.p, text.n);
    *to += text.n + 1;
    return kept;
}

static struct run_series *series_new(uint32_t id, uint16_t source, struct span name, enum axis axis, const struct role_match *m)
{
    struct span metric = span_of(m->metric), part = span_of(m->part);
    struct run_series *s = calloc(1, sizeof *s + name.n + 1 + metric.n + 1 + part.n + 1);
    if (!s) return NULL;
    char *texts = s->texts;
    s->s = (struct series){.name = keep(&texts, name),
                           .unit = m->unit,
                           .metric = keep(&texts, metric),
                           .part = part.n ? keep(&texts, part) : NULL,
                           .depth = part.n ? (int32_t)id : -1,
                           .id = id,
                           .source = source,
                           .role = m->role,
                           .better = m->better,
                           .axis = axis,
                           .bounded = m->bounded};
    s->last = NAN;
    s->key = NO_KEY;
    s->kept.past.fine = &s->curve;
    s->kept.past.newest = NAN;
    run_beat_new(s);
    return s;
}

/* counts_games - "losses" beside "wins" or "draws" of the same source: games that were lost. They come in this order, or in that of the alphabet. */
static bool counts_games(struct run *r, uint16_t source, struct span name)
{
    static const char *const others[] = {"wins", "draws", "ties", "Wins", "Draws", "Ties"};
    enum { TAIL = 6, ROOM = 80, KINDS = 3 }; /* TAIL: of "losses" */
    char other[ROOM];
    if (name.n < TAIL || name.n + 1 > ROOM || memcmp(name.p + name.n - TAIL + 1, "osses", TAIL - 1) != 0) return false;
    size_t front = name.n - TAIL, capital = name.p[front] == 'L' ? KINDS : 0;
    memcpy(other, name.p, front);
    for (size_t i = 0; i < KINDS; i++) {
        size_t n = strlen(others[capital + i]);
        memcpy(other + front, others[capital + i], n);
        if (*slot_of(r, source, (struct span){other, front + n})) return true;
    }
    return false;
}

int run_intern(struct run *r, uint16_t source, struct span name, enum axis axis, const struct role_match *known)
{
    if (!index_grow(r)) return -1;
    uint32_t *slot = slot_of(r, source, name);
    if (*slot) {
        r->series[*slot - 1]->s.axis = axis; /* a format may learn later what the steps count */
        return (int)*slot - 1;
    }
    if (r->n_series >= SERIES_MAX || !run_grow((void **)&r->series, &r->series_room, r->n_series, sizeof *r->series)) return -1;
    struct run_series *s = NULL;
    struct str full = {0};
    str_add_span(&full, known ? name : run_add_split(r, source, name, &full)); /* for the role only */
    if (full.p && !full.failed) {
        struct role_match m = known ? *known : role_of(full.p);
        if (!known && counts_games(r, source, name)) m.role = ROLE_NONE;
        s = series_new((uint32_t)r->n_series, source, name, axis, &m);
    }
    str_done(&full);
    if (!s) return -1;
    r->series[r->n_series++] = s;
    *slot = (uint32_t)r->n_series;
    run_watch(r, s);
    if (!r->replaying && r->options.hooks.series) r->options.hooks.series(r->options.hooks.arg, &s->s);
    return (int)r->n_series - 1;
}
