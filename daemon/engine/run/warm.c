/* run_warm - what a point of a run touches, asked for ahead: step by step, each along the pointers that the one before it asked for. */
#include "../warm.h"
#include "parts.h"

enum { SOURCES_MAX = 2, SERIES_WARM_MAX = 4, WATCHER_BYTES = 128 /* it, and how its state begins */ };

static void warm_curve(const struct curve *c)
{
    if (c->buckets) warm(c->buckets + c->used - (c->used != 0), 2 * sizeof *c->buckets);
}

static void warm_series(const struct run_series *s, int step)
{
    if (step == 2) warm(s, sizeof *s);
    for (size_t i = 0; step == 4 && i < s->hearers.n; i++) warm(s->hearers.all[i].watcher, WATCHER_BYTES);
    if (step != 3) return;
    warm(s->hearers.all, s->hearers.n * sizeof *s->hearers.all);
    warm_curve(&s->curve);
    if (s->frozen) warm(s->frozen, sizeof *s->frozen);
    warm_curve(&s->kept.past.coarse);
    if (s->kept.coarse_frozen) warm(s->kept.coarse_frozen, sizeof *s->kept.coarse_frozen);
    if (s->kept.finite) warm_curve(&s->kept.finite->curve);
}

void run_warm(const struct run *r, int step)
{
    if (step == 0) warm(r, sizeof *r);
    if (step == 1) warm(r->series, sizeof *r->series), warm(r->sources, sizeof *r->sources);
    for (size_t i = 0; step == 2 && i < r->n_sources && i < SOURCES_MAX; i++) warm(r->sources[i], sizeof *r->sources[i]);
    for (size_t i = 0; step >= 2 && i < r->n_series && i < SERIES_WARM_MAX; i++) warm_series(r->series[i], step);
}
