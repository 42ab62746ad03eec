/* pasts - what a host keeps of series for analyzers (analyzers/stats/past.h), for tests that drive them by hand. */
#ifndef MLWATCH_TEST_PASTS_H
#define MLWATCH_TEST_PASTS_H

#include <assert.h>

#include "../../analyzers/stats/past.h"

enum { PASTS = 24 };
struct pasts {
    size_t n;
    struct one_past {
        const struct series *series;
        uint16_t segment;
        struct past past;
        struct curve fine;
        struct bucket coarse_buckets[PAST_COARSE], fine_buckets[PAST_FINE];
    } of[PASTS];
};

static inline void past_begin(struct one_past *o, uint16_t segment)
{
    o->segment = segment;
    curve_init(&o->past.coarse, o->coarse_buckets, PAST_COARSE);
    o->past.coarse.segment = segment;
    curve_init(&o->fine, o->fine_buckets, PAST_FINE);
    o->past.fine = &o->fine;
    o->past.newest = NAN;
}

/* past_take - the point becomes part of this past of its series, and knows it. The struct is zeroed before the first one, and stays where it is. */
static inline void past_take(struct one_past *o, struct point *p)
{
    if (o->series != p->series) o->series = p->series, past_begin(o, p->segment);
    p->past = &o->past;
    if (!isfinite(p->value)) return;
    if (o->segment != p->segment) past_begin(o, p->segment);
    if (PAST_LOG & WANTS((unsigned)p->series->role)) past_take_log(&o->past, p->value);
    curve_add(&o->past.coarse, p->step, p->value, p->line);
    curve_add(&o->fine, p->step, p->value, p->line);
}

/* pasts_add - the same for one of several series, whose past is looked for. */
static inline void pasts_add(struct pasts *h, struct point *p)
{
    size_t i = 0;
    while (i < h->n && h->of[i].series != p->series) i++;
    assert(i < PASTS);
    if (i == h->n) h->of[h->n++].series = NULL;
    past_take(&h->of[i], p);
}

#endif
