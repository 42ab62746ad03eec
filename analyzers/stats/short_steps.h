/* short_steps - what tells that the steps of a run are too short: four marks that a loss which stands for another reason does not have.
 *
 * A norm that stays what it was. Where a loss stands because there is nothing more to be had, the gradient of a batch is all noise: its norm
 * scatters by a fifth and more, and it has come down on the way there. Far from there the gradient that batches share rules: their norms are
 * alike, and while the weights hardly move they stay so (Bottou, Curtis, Nocedal 2018, Optimization methods for large-scale machine learning,
 * section 4.2: noise against gradient).
 *
 * A held-out loss that falls along a straight line, a loss that still creeps down at the end as steadily as at first (the direction is right), and
 * a learning rate that only rises. */
#ifndef MLWATCH_SHORT_STEPS_H
#define MLWATCH_SHORT_STEPS_H

#include "track.h"

/* short_steps_steady - does a gradient norm stay what it was, from batch to batch and from the first quarter of the run to the last?
 *   norm      or NULL. Cost: O(buckets) */
bool short_steps_steady(const struct past *norm);

/* short_steps_straight - does a held-out loss fall from one evaluation to the next by as much as the rate between them lets it, to the end?
 * What the last biases learn comes to an end, and weights that are in motion go up now and then.
 *   rate      of the learning rate, or NULL: then all steps count the same. Cost: O(buckets) */
bool short_steps_straight(const struct track *held, const struct past *rate);

/* short_steps_creep - does the second half of a loss fall steadily, however little, and at the rate that is left by no less than a part of what the
 * first half fell by?
 *   held, n   held-out losses, which tell best, being without the scatter of batches; where none of them is long enough, train, of which the
 *             steadiness alone counts
 *   rate      as above. Cost: O(buckets^2) */
bool short_steps_creep(const struct track *held, uint32_t n, const struct track *train, const struct past *rate);

/* short_steps_warm_up - has the rate only risen, from next to nothing to its newest value? Then the whole log is a warm-up.
 *   rate      or NULL. Cost: O(buckets) */
bool short_steps_warm_up(const struct past *rate);

#endif
