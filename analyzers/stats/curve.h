/* curve - a series of any length in a fixed number of buckets.
 *
 * Points are appended to the last bucket until it holds `width` of them; when all buckets are used, neighbours are merged in pairs and
 * width doubles. So N points cost O(N) altogether, every bucket holds equally many points but the last, and a million points
 * look like a few hundred: enough to judge trends, turning points and the share of a run, and to draw it. */
#ifndef MLWATCH_CURVE_H
#define MLWATCH_CURVE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bucket { /* 64 bytes */
    int64_t first_step, last_step;
    uint32_t first_line;         /* of its first point; UINT32_MAX beyond that */
    uint32_t n, nonfinite;       /* points, and how many of them were NaN or infinite (not in the values below) */
    double mean, min, max, last; /* of the finite ones; NaN when there are none */
};

/* The caller gives the memory: struct curve with room for `capacity` buckets (even, at least 4). */
struct curve {
    uint32_t capacity, used, width;
    uint16_t segment; /* of the points: the host's to set, and no matter of this file */
    uint64_t points, nonfinite;
    struct bucket *buckets;
};

/* curve_init - an empty curve over the caller's buckets. */
void curve_init(struct curve *c, struct bucket *buckets, uint32_t capacity);
/* curve_narrow - the same values in to->capacity buckets at most, as if they had been added to it, but for the last digits of means.
 *   to   from curve_init. Cost: O(buckets of from) */
void curve_narrow(const struct curve *from, struct curve *to);
/* curve_append - curve_add for a point that is not just one more finite value of a bucket that has some. */
void curve_append(struct curve *c, int64_t step, double value, uint64_t line);

/* curve_bucket_joins - is a finite value just one more of this bucket, the newest one of c? Most are. Then curve_join_bucket adds it. curve_joins,
 * curve_join - the same of a curve whose buckets are at hand. */
static inline bool curve_bucket_joins(const struct curve *c, const struct bucket *newest)
{
    return newest->n < c->width && newest->nonfinite < newest->n;
}
static inline void curve_join_bucket(struct curve *c, struct bucket *b, int64_t step, double value)
{
    c->points++;
    b->n++;
    b->mean += (value - b->mean) / (b->n - b->nonfinite);
    if (value < b->min) b->min = value;
    if (value > b->max) b->max = value;
    b->last = value;
    b->last_step = step;
}
static inline bool curve_joins(const struct curve *c) { return c->used && curve_bucket_joins(c, &c->buckets[c->used - 1]); }
static inline void curve_join(struct curve *c, int64_t step, double value)
{
    curve_join_bucket(c, &c->buckets[c->used - 1], step, value);
}
/* curve_add - O(1) amortised, and about 3 ns for nearly all points. value may be NaN or infinite. */
static inline void curve_add(struct curve *c, int64_t step, double value, uint64_t line)
{
    if (curve_joins(c) && isfinite(value)) curve_join(c, step, value);
    else curve_append(c, step, value, line);
}

#endif
