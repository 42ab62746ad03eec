/* decline - a score is seen to fall from its best, for good or for a while.
 *
 * The whole series stands in a curve; levels are medians of three neighbouring buckets, so that one lucky evaluation is no best and
 * one unlucky one no fall. A fall counts in units of what had been gained since the start, and against the series' own noise; where the
 * values of a share betray a small evaluation set, against the binomial noise of that as well (failure knowledge F35). */
#ifndef MLWATCH_DECLINE_H
#define MLWATCH_DECLINE_H

#include "../analyzer.h"
#include "curve.h"
#include "quantum.h"
#include "scale.h"

enum { DECLINE_BUCKETS = 64 };
#define DECLINE_LITTLE                                                                                                           \
    0.05 /* of the gain: no fall below it is told (the ranges of the knobs), and it is not held against the noise */
struct decline {
    struct curve curve;
    enum better better;
    bool bounded;
    double sum_squares; /* of first differences: the noise of single values */
    double last;
    struct quantum quantum; /* of a bounded score: how small the evaluation set is */
    uint16_t segment;
    struct bucket buckets[DECLINE_BUCKETS]; /* values as logged; of a state that grows the last: room for decline_bytes */
};
struct decline_verdict {
    double best, now, trough, initial; /* as logged */
    double drop_share, trough_share;   /* of what had been gained (or of the least that counts as a gain) */
    double drop_sd, trough_sd;         /* against the noise of a level; 0 where the deepest fall is below DECLINE_LITTLE */
    double factor;                     /* now : best, or best : now, whichever is above 1 when worse */
    double lasted_share;               /* of the series, since the level left the upper half for the last time */
    int64_t best_step, onset_step, trough_step, last_step;
    uint64_t onset_line;
    bool recovered;
};

/* decline_bytes - how much of it one more value may touch, when so many buckets of its curve are used. */
static inline size_t decline_bytes(uint32_t used)
{
    enum { AHEAD = 8 };
    uint32_t n = (used / AHEAD + 1) * AHEAD;
    return offsetof(struct decline, buckets) + (n < DECLINE_BUCKETS ? n : DECLINE_BUCKETS) * sizeof(struct bucket);
}
/* decline_add - one finite value of one series. O(1) amortised. */
void decline_add(struct decline *d, const struct point *p);
/* decline_judge - false while there are fewer than min_points values or the best is among the last ones and nothing fell before. O(DECLINE_BUCKETS) */
bool decline_judge(struct decline *d, double min_points, struct decline_verdict *v);
/* decline_level - where it stands now: the median of its last three buckets, as logged; NaN when there is none. */
double decline_level(const struct decline *d);
/* decline_single_sd - the noise of single values, from their first differences; 0 of fewer than two. O(1) */
double decline_single_sd(const struct decline *d);

#endif
