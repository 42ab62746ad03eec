#include "early.h"

#include <math.h>
#include <string.h>

enum { AT_ONCE = 8 }; /* buckets that one is given; they add up to all of them */

uint32_t early_more(const struct early *e, const struct point *p)
{
    bool goes_on = e->series == p->series && e->segment == p->segment;
    return (goes_on ? e->used : 0) < e->room || e->room == EARLY_BUCKETS ? 0 : AT_ONCE;
}

void early_grow(struct early *of, uint32_t n, struct early_bucket *pool, uint32_t more)
{
    const struct early *last = &of[n];
    uint32_t end = of->at + of->room;
    memmove(pool + end + more, pool + end, (last->at + last->room - end) * sizeof *pool);
    for (uint32_t i = 1; i <= n; i++) of[i].at += more;
    of->room = (uint8_t)(of->room + more);
}

void early_add(struct early *e, struct early_bucket *pool, const struct point *p)
{
    if (early_join(e, pool, p)) return;
    if (e->series != p->series || e->segment != p->segment)
        *e = (struct early){.series = p->series, .segment = p->segment, .at = e->at, .room = e->room};
    if (e->used) e->before += pool[e->at + e->used - 1u].n;
    pool[e->at + e->used++] = (struct early_bucket){p->step, p->step, p->value, 1};
}

double early_level(const struct early_view *e, int64_t step)
{
    uint32_t i = 0;
    while (i < e->used && e->buckets[i].first_step <= step) i++;
    if (!i) return NAN;
    double at = e->buckets[i - 1].mean;
    return i > 1 && e->series->axis != AXIS_EPOCH ? fmax(at, e->buckets[i - 2].mean) : at;
}
