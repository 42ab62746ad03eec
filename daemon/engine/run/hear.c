#include "hear.h"

#include <stdlib.h>
#include <string.h>

enum { MORE = 8 };

void hearers_make_room(struct hearers *h, size_t n)
{
    if (n > HEARERS_MAX) n = HEARERS_MAX;
    if (h->room >= n) return;
    struct hearer *more = realloc(h->all, n * sizeof *more);
    if (more) h->all = more, h->room = (uint8_t)n;
}

void hearers_add(struct hearers *h, struct watcher *w, bool whole)
{
    for (uint32_t i = 0; i < h->n; i++)
        if (h->all[i].watcher == w) return;
    hearers_make_room(h, h->n < h->room ? h->n + 1u : h->n + (size_t)MORE);
    if (h->n == h->room) return;
    unsigned how =
        (w->analyzer->counts ? HEARER_COUNTS : 0u) | (whole ? HEARER_WHOLE : 0u) | (w->analyzer->blind ? 0u : HEARER_LOOKS);
    h->all[h->n++] = (struct hearer){.watcher = w, .how = (uint8_t)how};
    h->due = 0;
}

void hearers_remove(struct hearers *h, const struct watcher *w)
{
    uint8_t kept = 0;
    for (uint32_t i = 0; i < h->n; i++)
        if (h->all[i].watcher != w) h->all[kept++] = h->all[i];
    h->n = kept;
    h->due = 0;
}

void hearers_wake(struct hearers *h)
{
    for (uint32_t i = 0; i < h->n; i++) h->all[i].until = 0;
    h->due = 0;
}

void hearers_chain(struct hearers *h, uint64_t nth)
{
    uint8_t *at = &h->first;
    h->due = UINT32_MAX;
    for (uint8_t i = 0; i < h->n; i++) {
        struct hearer *one = &h->all[i];
        if (!(one->how & HEARER_COUNTS) && one->until > nth) {
            if (one->until < h->due) h->due = one->until;
            continue;
        }
        *at = i;
        at = &one->next;
    }
    *at = NOBODY;
}

uint8_t *hearers_rest(struct hearers *h, uint8_t *at, uint64_t nth, bool finite, struct hearing *now)
{
    struct hearer *one = &h->all[*at];
    uint64_t points = now->rest;
    now->rest = 0;
    if (points == REST_UNTIL_0) h->until_0 = true;
    if (one->how & HEARER_WHOLE || !finite) return &one->next;
    uint64_t until = (one->how & HEARER_COUNTS ? (uint64_t)one->watcher->heard : nth) + points + 1;
    one->until = until < UINT32_MAX && points < REST ? (uint32_t)until : UINT32_MAX;
    if (one->how & HEARER_COUNTS) return &one->next;
    if (one->until < h->due) h->due = one->until;
    *at = one->next;
    return at;
}

void hearers_give_odd(struct hearer *one, const struct point *p, const struct point *of_run, struct findings *out,
                      struct hearing *now)
{
    struct watcher *w = one->watcher;
    const bool whole = one->how & HEARER_WHOLE;
    if (whole && !(one->how & HEARER_COUNTS)) w->heard += w->heard < UINT32_MAX;
    if (whole || one->how & HEARER_COUNTS) out->heard = w->heard;
    if (one->how & HEARER_LOOKS && !curves_open(out)) return;
    now->running = w;
    w->analyzer->observe(watcher_state(w), whole ? of_run : p, out);
}
