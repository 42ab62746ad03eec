/* early - a series whose beginning matters most: buckets that hold the more values the later they come.
 *
 * A new bucket is begun once the last one holds a fifth of what came before it, so that any place of the curve is known to within a fifth
 * of the way to it: the first values singly, and a quarter of a million of them in EARLY_BUCKETS. */
#ifndef MLWATCH_EARLY_H
#define MLWATCH_EARLY_H

#include "../analyzer.h"

enum { EARLY_BUCKETS = 64 };
struct early_bucket {
    int64_t first_step, last_step;
    double mean;
    uint64_t n;
};
struct early {
    const struct series *series;
    uint16_t segment;
    uint32_t used;
    uint64_t before; /* values in the buckets that are full */
    struct early_bucket buckets[EARLY_BUCKETS];
};

/* early_add - one finite value; a new segment begins afresh. O(1) */
void early_add(struct early *e, const struct point *p);
/* early_join - early_add for one more value of the newest bucket, which is not full; false, with nothing done, for another. */
static inline bool early_join(struct early *e, const struct point *p)
{
    if (e->series != p->series || e->segment != p->segment || !e->used) return false;
    struct early_bucket *b = &e->buckets[e->used - 1];
    if (b->n * 5 >= e->before && e->used < EARLY_BUCKETS) return false;
    b->n++;
    b->mean += (p->value - b->mean) / (double)b->n;
    b->last_step = p->step;
    return true;
}
/* early_level - where it stood at a step: the higher of the bucket there and the one before it, for what falls. A value that is the mean of
 * an epoch stands for itself. NaN when the series begins later. */
double early_level(const struct early *e, int64_t step);

#endif
