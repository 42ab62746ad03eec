/* levels - the past of one series in a few dozen buckets, and the level at each: the median of itself and its neighbours, so that one odd value
 * is no level.
 *
 * For what is judged from its best on: how far a loss fell from a step to another, which rises before came to nothing, whether a score still
 * stands at its best. */
#ifndef MLWATCH_LEVELS_H
#define MLWATCH_LEVELS_H

#include "heard.h"

#define LEVELS_LEAST 1e-12 /* values nearer to zero look alike */
enum { LEVELS_MOST = 48, LEVELS_OF = 3 /* buckets make a level */ };
/* The host's own buckets, or made of them. */
struct levels {
    const struct series *series;
    const struct bucket *buckets;
    size_t n;
    uint32_t width; /* points a bucket, all but the last */
    struct bucket room[LEVELS_MOST];
};

/* levels_of - Cost: O(buckets). levels_width - of its buckets, without them. Cost: O(log points) */
void levels_of(const struct heard *h, struct levels *ret);
uint32_t levels_width(const struct curve *fine);
/* levels_until - how many buckets began no later than a step: what is read of another series beyond an evaluation is none of its business. */
size_t levels_until(const struct levels *l, int64_t step);
/* levels_smooth - the levels of n values; y (n,), level (n,). */
void levels_smooth(const double *y, size_t n, double *level);
/* levels_undone - the largest rise of positive levels before their best that was undone, as a factor; what the first fall does is not counted.
 *   best   index of the lowest; level (best + 1,) */
double levels_undone(const double *level, size_t best);
/* levels_noise - from one of n positive values to the next, on the natural logarithm; 0.002 at least. n up to LEVELS_MOST */
double levels_noise(const double *y, size_t n);

/* levels_fell - the natural-log fall of a loss from a step to another, from level to level; 0 when it is not beyond the noise of levels, NaN
 * where there is none of it so early. Of a loss that was negative, in its own unit. */
double levels_fell(const struct heard *h, int64_t from, int64_t to);
/* levels_hold - does a score that should rise stand at its best at a step, above where it began? */
bool levels_hold(const struct heard *h, int64_t at);

#endif
