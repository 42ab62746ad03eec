#include "history.h"

#include <stdlib.h>
#include <string.h>

#include "../base/hash.h"

static void push(uint64_t **list, size_t *n, size_t *room, uint64_t value)
{
    if (*n == *room) {
        size_t more = *room + (*room > 64 ? *room / 4 : 16);
        uint64_t *p = realloc(*list, more * sizeof *p);
        if (!p) return;
        *list = p;
        *room = more;
    }
    (*list)[(*n)++] = value;
}

bool history_joins(const struct history_record *r, uint32_t series, int64_t step, uint64_t line)
{
    return r->open && line == r->line && step == r->step && series != r->first_series;
}

static void open_record(struct history_record *r, uint32_t series, int64_t step, uint64_t line)
{
    if (!r->open) *r = (struct history_record){.line = line, .step = step, .first_series = series, .open = true};
}

void history_join(struct history_record *r, uint32_t series, int64_t step, double value, uint64_t line)
{
    open_record(r, series, step, line);
    uint64_t words[3] = {series, (uint64_t)step, 0};
    memcpy(&words[2], &value, sizeof value);
    r->hash = hash64(words, sizeof words, r->hash);
}

void history_close(struct history *h)
{
    if (h->last.open && h->counted) h->n++;
    else if (h->last.open) push(&h->hashes, &h->n, &h->room, h->last.hash);
    h->last.open = false;
}

void history_count(struct history *h)
{
    free(h->hashes);
    h->hashes = NULL;
    h->room = 0;
    h->counted = true;
}

void history_point(struct history *h, uint32_t series, int64_t step, double value, uint64_t line)
{
    if (!history_joins(&h->last, series, step, line)) history_close(h);
    if (h->counted) open_record(&h->last, series, step, line);
    else history_join(&h->last, series, step, value, line);
}

void history_done(struct history *h)
{
    if (!h) return;
    free(h->hashes);
    free(h->events);
    *h = (struct history){0};
}

size_t history_find(const struct history *h, size_t from, size_t to, uint64_t hash)
{
    for (size_t i = from; i < to; i++)
        if (h->hashes[i] == hash) return i;
    return SIZE_MAX;
}

static int by_hash(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

struct history_set history_set_of(const struct history *h)
{
    struct history_set s = {malloc((h->n + 1) * sizeof *s.hashes), calloc(h->n + 1, sizeof *s.taken), h->n};
    if (!s.hashes || !s.taken) history_set_done(&s);
    if (!s.n) return s;
    memcpy(s.hashes, h->hashes, s.n * sizeof *s.hashes);
    qsort(s.hashes, s.n, sizeof *s.hashes, by_hash);
    return s;
}

void history_set_done(struct history_set *s)
{
    free(s->hashes);
    free(s->taken);
    *s = (struct history_set){0};
}

bool history_set_take(struct history_set *s, uint64_t hash)
{
    size_t from = 0, to = s->n;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (s->hashes[middle] < hash) from = middle + 1;
        else to = middle;
    }
    size_t at = from < s->n ? from + s->taken[from] : s->n;
    if (at >= s->n || s->hashes[at] != hash) return false;
    s->taken[from]++;
    return true;
}

static uint64_t event_key(int kind, uint64_t line) { return line * 64 + (uint64_t)kind; }

void history_event(struct history *h, int kind, uint64_t line)
{
    if (h->n_events < HISTORY_EVENTS_MAX) push(&h->events, &h->n_events, &h->events_room, event_key(kind, line));
}

bool history_had_event(const struct history *h, int kind, uint64_t line)
{
    uint64_t key = event_key(kind, line);
    for (size_t i = 0; i < h->n_events; i++)
        if (h->events[i] == key) return true;
    return false;
}
