#include "early.h"

#include <math.h>

void early_add(struct early *e, const struct point *p)
{
    if (early_join(e, p)) return;
    if (e->series != p->series || e->segment != p->segment) *e = (struct early){.series = p->series, .segment = p->segment};
    if (e->used) e->before += e->buckets[e->used - 1].n;
    e->buckets[e->used++] = (struct early_bucket){p->step, p->step, p->value, 1};
}

double early_level(const struct early *e, int64_t step)
{
    uint32_t i = 0;
    while (i < e->used && e->buckets[i].first_step <= step) i++;
    if (!i) return NAN;
    double at = e->buckets[i - 1].mean;
    return i > 1 && e->series->axis != AXIS_EPOCH ? fmax(at, e->buckets[i - 2].mean) : at;
}
