/* hear - who is given the points of a series, in which order, and who rests from them (analyzer.h, rest_for).
 *
 * Most analyzers rest most of the time. So those that are awake are chained, in the order of all; the others cost a point nothing: the series
 * knows the first of its points at which one of them may be due. */
#ifndef MLWATCH_RUN_HEAR_H
#define MLWATCH_RUN_HEAR_H

#include <stdbool.h>
#include <stdint.h>

#include "../../../analyzers/analyzer.h"

/* An analyzer that hears one series, one source, or the preferred source of every metric. Its state lies behind it. */
struct watcher {
    const struct analyzer *analyzer;
    uint32_t heard; /* points of the series that it hears, UINT32_MAX at most, where it counts them (analyzer.h, counts) */
    uint32_t id : 30, of_run : 1, moved : 1; /* of_run: it hears all sources; moved: a pointer to the state lies behind it */
};
#define WATCHER_ID(n) ((uint32_t)(n)&0x3fffffff) /* of 20,000 series, each with 255 hearers, there are 5 million */

static inline void *watcher_state(const struct watcher *w)
{
    char *behind = (char *)w + sizeof *w;
    return w->moved ? *(void **)behind : behind;
}

enum { HEARERS_MAX = 255, NOBODY = HEARERS_MAX };
/* What a point needs of a watcher, kept side by side with the others that hear the series. */
struct hearer {
    struct watcher *watcher;
    uint32_t
        until; /* it rests until so many points of the series have come; where it counts, until it has heard so many. UINT32_MAX: for ever */
    uint8_t next; /* of those that are awake, the one behind this one */
    uint8_t how;  /* HEARER_ bits */
};
/* It counts (analyzer.h); it hears the whole run; it looks into coarse curves, unasked. */
enum { HEARER_COUNTS = 1, HEARER_WHOLE = 2, HEARER_LOOKS = 4 };
struct hearers {
    struct hearer *all;
    uint32_t due; /* points of the series until who rests is looked through; 0: at the next one */
    uint8_t n, room, first;
    bool until_0; /* somebody rests until a value is 0 */
};
/* While a point is given. */
struct hearing {
    uint64_t rest;                 /* points that the analyzer which is running asks to be left out; 0 in between */
    const struct watcher *running; /* its watcher; NULL: the run itself */
};

/* hearers_add - one more, behind the others; without memory, or beyond HEARERS_MAX, it stays away. hearers_make_room - for so many. */
void hearers_add(struct hearers *h, struct watcher *w, bool whole);
void hearers_make_room(struct hearers *h, size_t n);
void hearers_remove(struct hearers *h, const struct watcher *w);
/* hearers_wake - all are given the next point. */
void hearers_wake(struct hearers *h);
/* hearers_chain - those that do not rest from point nth on. hearers_rest - the one that `at` leads to asked for a rest behind nth; returns
 * what leads to the one behind it. hearers_give_odd - to one that counts and is due, or hears several
 * sources, or looks into curves that are closed. All for hearers_give. */
void hearers_chain(struct hearers *h, uint64_t nth);
uint8_t *hearers_rest(struct hearers *h, uint8_t *at, uint64_t nth, bool finite, struct hearing *now);
void hearers_give_odd(struct hearer *one, const struct point *p, const struct point *of_run, struct findings *out,
                      struct hearing *now);
/* hearer_rests - one more point for one that counts: does it rest? Then that was all, and most points of such are no more. */
static inline bool hearer_rests(const struct hearer *one)
{
    struct watcher *w = one->watcher;
    if (!(one->how & HEARER_COUNTS)) return false;
    w->heard += w->heard < UINT32_MAX;
    return w->heard < one->until;
}
/* hearers_give - a point to all that are awake.
 *   nth       of the series, from 1
 *   before    the value before it
 *   of_run    what the states that hear several sources are given. Those never rest, and nobody does from a value that is not finite
 *   finite    is its value? */
static inline void hearers_give(struct hearers *h, uint64_t nth, double before, const struct point *p, const struct point *of_run,
                                bool finite, struct findings *out, struct hearing *now)
{
    if (!finite || (h->until_0 && p->value == 0 && before != 0)) hearers_wake(h);
    if (nth >= h->due) hearers_chain(h, nth);
    out->nth = nth, out->rest = &now->rest, out->before = before;
    const unsigned odd = HEARER_COUNTS | HEARER_WHOLE | (out->closed ? HEARER_LOOKS : 0u);
    for (uint8_t *at = &h->first; *at != NOBODY;) {
        struct hearer *one = &h->all[*at];
        const struct watcher *w = one->watcher;
        if (!(one->how & odd)) now->running = w, w->analyzer->observe(watcher_state(w), p, out);
        else if (!hearer_rests(one)) hearers_give_odd(one, p, of_run, out, now);
        at = now->rest ? hearers_rest(h, at, nth, finite, now) : &one->next;
    }
    out->rest = NULL, out->nth = 0;
}

#endif
