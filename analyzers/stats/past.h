/* past - what the host keeps of a series, for all who look at it: its finite values in this segment, in buckets.
 *
 * Dozens of analyzers judge the same curve. So it is kept once, beside the series, and points carry a pointer to it: coarse, for levels and
 * trends, and as fine as the host likes, for what few ask. A new segment begins it afresh: what stands in two segments at the same steps
 * is no one curve. The point that an analyzer is given is in it already; values that are not finite never are. */
#ifndef MLWATCH_PAST_H
#define MLWATCH_PAST_H

#include "../analyzer.h"
#include "curve.h"

enum { PAST_COARSE = 32, PAST_FINE = 96 };
struct past {
    struct curve coarse;      /* PAST_COARSE buckets, when that many were needed */
    const struct curve *fine; /* PAST_FINE buckets at least; never NULL once there is a point */
};

#endif
