/* waves - does a series swing in long waves, or does it scatter from value to value?
 *
 * For pure noise the mean size of a difference of neighbours is 2 / sqrt(pi) = 1.13 standard deviations. Waves move little from one value to the
 * next and far in the end: a sine of period T shows 5.7 / T, a sawtooth 6.9 / T, which tells the period, and so how many waves there were.
 * A few values far out make any noise look smooth by that measure, for they are much of its deviation and two of its many steps; by squares
 * (von Neumann 1941) they count alike in both: 1 for noise of whatever tails, 6 / T for the sawtooth. Sizes, so that the jump of a sawtooth
 * counts once; squares beside them. */
#ifndef MLWATCH_WAVES_H
#define MLWATCH_WAVES_H

#include <math.h>

#include "track.h"

/* Of the values of one bucket: squares, and sizes and squares of first differences. */
struct waves_sums {
    float squares, changes, leaps;
};
/* Where the sums stand beside the curve that they follow. */
struct waves_at {
    uint32_t width, used; /* of the curve when they followed it last */
    double last;          /* value */
};
/* The second half of a series. */
struct waves {
    size_t from; /* the first bucket of it */
    double points, mean, sd;
    double ratio, squared; /* of neighbours, in standard deviations: by sizes; by squares */
};

/* waves_follow - one more value, which is in the curve already, whose buckets are joined in pairs when all are in use.
 *   sums    TRACK_BUCKETS of them, one a bucket
 * waves_join - the same for one more value of the bucket that was the newest. O(1), about 2 ns */
void waves_follow(struct waves_sums *sums, struct waves_at *at, const struct curve *c, double value);
static inline void waves_join(struct waves_sums *sums, struct waves_at *at, double value)
{
    struct waves_sums *s = &sums[at->used - 1];
    s->squares += (float)(value * value);
    s->changes += (float)fabs(value - at->last);
    s->leaps += (float)((value - at->last) * (value - at->last));
    at->last = value;
}

/* waves_late - of the second half of the buckets. Cost: O(buckets), as of all below */
struct waves waves_late(const struct waves_sums *sums, const struct curve *c);
/* waves_number - how many there were: a wave has six such differences for each of its values. */
static inline double waves_number(const struct waves *w) { return w->points * w->ratio / 6; }
/* waves_fill - are there waves everywhere in that half? One excursion is another trouble. */
bool waves_fill(const struct waves *w, const struct curve *c);
/* waves_onset - the bucket from which on values spread as they do in that half. */
size_t waves_onset(const struct waves *w, const struct curve *c);

#endif
