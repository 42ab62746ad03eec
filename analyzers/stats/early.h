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
/* Its buckets stand in a pool beside those of others: `room` of them from `at` on. */
struct early {
    const struct series *series;
    uint16_t segment;
    uint8_t used, room;
    uint32_t at;
    uint64_t before; /* values in the buckets that are full */
};
/* What is to be seen of one; used 0: there is none. */
struct early_view {
    const struct series *series;
    const struct early_bucket *buckets;
    uint32_t used;
};

/* early_more - how many buckets more the pool must have room for, behind all that are in use, before early_add: none, mostly. early_grow - it has:
 * those of `of` and of the n behind it, whose buckets lie behind, in this order. */
uint32_t early_more(const struct early *e, const struct point *p);
void early_grow(struct early *of, uint32_t n, struct early_bucket *pool, uint32_t more);
/* early_add - one finite value; a new segment begins afresh. O(1) */
void early_add(struct early *e, struct early_bucket *pool, const struct point *p);
/* early_join - early_add for one more value of the newest bucket, which is not full; false, with nothing done, for another. */
static inline bool early_join(struct early *e, struct early_bucket *pool, const struct point *p)
{
    if (e->series != p->series || e->segment != p->segment || !e->used) return false;
    struct early_bucket *b = &pool[e->at + e->used - 1];
    if (b->n * 5 >= e->before && e->used < EARLY_BUCKETS) return false;
    b->n++;
    b->mean += (p->value - b->mean) / (double)b->n;
    b->last_step = p->step;
    return true;
}
/* early_level - where it stood at a step: the higher of the bucket there and the one before it, for what falls. A value that is the mean of
 * an epoch stands for itself. NaN when the series begins later. */
double early_level(const struct early_view *e, int64_t step);

#endif
