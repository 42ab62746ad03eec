/* even_fall - does a loss fall by as much at the end as at first?
 *
 * What comes near a floor slows down. A held-out loss without the scatter of batches that is lower at each evaluation than at the one before,
 * in every part of the run by about as much, is still far from what it can come to, be there ten evaluations of it or five. */
#ifndef MLWATCH_EVEN_FALL_H
#define MLWATCH_EVEN_FALL_H

#include "track.h"

/* even_fall - of the parts of a run the least fall for an evaluation, as a share of the greatest; 0 where one evaluation is not below the one before, or
 * there are fewer than five.
 *   parts     as many as evaluations allow, at most six. Cost: O(buckets) */
double even_fall(const struct track *t);

#endif
