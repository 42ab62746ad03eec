/* past - what the host keeps of a series, for all who look at it: its finite values in this segment, in buckets.
 *
 * Dozens of analyzers judge the same curve. So it is kept once, beside the series, and points carry a pointer to it: coarse, for levels and
 * trends, and as fine as the host likes, for what few ask. A new segment begins it afresh: what stands in two segments at the same steps
 * is no one curve. The point that an analyzer is given is in it already; values that are not finite never are. */
#ifndef MLWATCH_PAST_H
#define MLWATCH_PAST_H

#include "../analyzer.h"
#include "curve.h"
#include "frozen.h"
#include "scale.h"

enum { PAST_COARSE = 32, PAST_FINE = 96, PAST_MOST = 256 };
struct past {
    struct curve coarse; /* PAST_COARSE buckets, when that many were needed */
    const struct curve
        *fine; /* PAST_FINE buckets at least, PAST_MOST at most; never NULL once there is a point. To see them: past_fine */
    const struct frozen *frozen; /* where they are; NULL: in fine itself */
    double newest, log;          /* a finite value and past_log of it, taken once for all; newest is NaN where few ask */
};
/* Roles whose logarithm several analyzers take. */
#define PAST_LOG (WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_GRAD_NORM))

/* past_fine - the fine curve with its buckets; they are in room where the host has put them away. Cost then: 2 us. */
struct past_room {
    struct curve curve;
    struct bucket buckets[PAST_MOST];
};
static inline const struct curve *past_fine(const struct past *past, struct past_room *room)
{
    if (!past->frozen) return past->fine;
    room->curve = *past->fine;
    room->curve.buckets = room->buckets;
    frozen_open(past->frozen, past->fine, room->buckets);
    return &room->curve;
}
/* past_last - the newest bucket of it; there is one. */
static inline const struct bucket *past_last(const struct past *past)
{
    return past->frozen ? &past->frozen->newest : &past->fine->buckets[past->fine->used - 1];
}
/* past_begins - the first step of it. */
static inline int64_t past_begins(const struct past *past)
{
    return past->frozen ? past->frozen->first_step : past->fine->buckets[0].first_step;
}

/* past_log - the logarithm of x, of SCALE_FLOOR for what is below it.  past: of the series that x may be the newest value of, or NULL */
static inline double past_log(const struct past *past, double x)
{
    if (past && past->newest == x) return past->log;
    return log(x > SCALE_FLOOR ? x : SCALE_FLOOR);
}
/* past_take_log - for the host: x, finite, has come. */
static inline void past_take_log(struct past *past, double x)
{
    past->newest = NAN;
    past->log = past_log(past, x);
    past->newest = x;
}

#endif
