/* held_out - what the held-out losses of a run say to the question whether anything is learned.
 *
 * They ask the same rows at each evaluation, so they have none of the scatter of batches: what they move by is the weights. One that gets
 * better says that something is learned, whatever the training loss does. One that comes to a level and keeps it says that the last bias is
 * found and nothing else; one that is the same number each time, that no weight changes. */
#ifndef MLWATCH_HELD_OUT_H
#define MLWATCH_HELD_OUT_H

#include "track.h"

enum { HELD_OUT_MOST = 2 };
struct held_out {
    struct track of[HELD_OUT_MOST];
    uint32_t n;
};

/* held_out_gain - how much better than its first value a held-out loss ever was, in shares of that; the largest of several. -1 where none can
 * tell: its first value must be of a step up to `by`, unless it is the same number every time.
 *   few       evaluations below which a gain counts several times: of few none may be better by chance
 * Cost        O(buckets), as of all below */
double held_out_gain(const struct held_out *h, int64_t by, double few);
/* held_out_learns - does one fall all along, by this share of its first value at least, and end near its best?
 *   each      the share that is enough where every one of ten evaluations or more was better than the one before */
bool held_out_learns(const struct held_out *h, double share, double each);
/* held_out_settles - has one, whatever it was at first, come to a level that it hardly leaves any more? Steps that are too long throw it about.
 * held_out_rests - has one come to a level that it keeps to a thousandth? The last bias alone moves it by so little while batches scatter;
 * outputs that hang on the inputs still go on moving with the weights. */
bool held_out_settles(const struct held_out *h);
bool held_out_rests(const struct held_out *h);
/* held_out_constant - is one the same to the last digit at every evaluation?
 *   train     a training loss, which tells how long the run is
 *   enough    evaluations for that. Of a number with many digits three are, or two that lie a fifth of the run apart */
bool held_out_constant(const struct held_out *h, const struct track *train, double enough);
/* held_out_stands - does one stay within parts of ten thousand from first to last, as it does under steps that are next to nothing?
 *   enough    evaluations for that */
bool held_out_stands(const struct held_out *h, double enough);

#endif
