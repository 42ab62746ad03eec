/* run_sequels - a source that goes on where another one ended: the log of the second start of a run.
 *
 * TensorBoard, W&B and many programs open a new file at each start; a person moves a log away and starts again. Such files hold one
 * metric at different times, so neither confirms the other, and where the second begins the run was restarted. Known by the clock where
 * the log has one; else by the steps: the second begins and ends later, and they share less than half of either. */
#include <math.h>
#include <string.h>

#include "parts.h"

enum { WENT_ON_POINTS = 20 };

static double shared_steps(const struct run_series *a, const struct run_series *b)
{
    int64_t from = a->first_step > b->first_step ? a->first_step : b->first_step;
    int64_t to = a->last_step < b->last_step ? a->last_step : b->last_step;
    return to < from ? 0 : (double)(to - from);
}

static bool begins_behind(const struct run_series *a, const struct run_series *b)
{
    double shared = shared_steps(a, b);
    return b->first_step > a->first_step && b->last_step > a->last_step && 2 * shared < (double)(a->last_step - a->first_step) &&
           2 * shared < (double)(b->last_step - b->first_step);
}

bool run_follows(const struct run *r, uint16_t later, uint16_t earlier)
{
    if (later == earlier || later >= r->n_sources || earlier >= r->n_sources) return false;
    const struct run_source *a = r->sources[earlier], *b = r->sources[later];
    if (!a->lead || !b->lead || a->lead->key != b->lead->key || a->lead->s.axis != b->lead->s.axis ||
        strcmp(a->format, b->format) != 0)
        return false;
    if (!isnan(a->last_time) && !isnan(b->first_time)) return b->first_time >= a->last_time && b->last_time > a->first_time;
    return begins_behind(a->lead, b->lead);
}

/* The source that goes on next behind this one; NULL for none. */
static const struct run_source *next_of(const struct run *r, uint16_t source)
{
    const struct run_source *next = NULL;
    for (size_t i = 0; i < r->n_sources; i++) {
        if (!run_follows(r, (uint16_t)i, source)) continue;
        const struct run_source *s = r->sources[i];
        if (!next || run_follows(r, next->sink.source, (uint16_t)i)) next = s;
    }
    return next;
}

bool run_went_on(const struct run *r, uint16_t source)
{
    const struct run_source *next = source < r->n_sources && r->sources[source]->lead ? next_of(r, source) : NULL;
    return next && next->lead->points >= WENT_ON_POINTS;
}

/* The first of the sources that go on from one another to the leading one. */
static uint16_t first_of(const struct run *r)
{
    uint16_t first = (uint16_t)r->lead;
    for (size_t turns = 0, i = 0; turns < r->n_sources && i < r->n_sources; i++)
        if (run_follows(r, first, (uint16_t)i)) first = (uint16_t)i, i = 0, turns++;
    return first;
}

size_t run_seams(const struct run *r, struct seam *out, size_t max)
{
    size_t n = 0;
    if (r->lead < 0) return 0;
    const struct run_source *s = r->sources[first_of(r)];
    while (s && n < max) {
        for (size_t i = 0; i < r->n_seams && n < max; i++)
            if (r->seams[i].source == s->sink.source) out[n] = r->seams[i].seam, out[n].segment = (uint16_t)(n + 1), n++;
        const struct run_source *next = next_of(r, s->sink.source);
        if (next && n < max) out[n] = (struct seam){(uint16_t)(n + 1), s->lead->last_step, next->lead->first_step, 1}, n++;
        s = next;
    }
    return n;
}
