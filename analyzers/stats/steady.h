/* steady - does a gradient norm stay what it was, from batch to batch and from the first quarter of a run to the last?
 *
 * Where a loss stands because there is nothing more to be had, the gradient of a batch is all noise: its norm scatters by a fifth and more, and it
 * has come down on the way there. Far from there the gradient that batches share rules: their norms are alike, and while the weights hardly
 * move they stay so. Thus a flat loss under a steady norm is one of steps that are next to nothing.
 * Source: Bottou, Curtis, Nocedal 2018 (Optimization methods for large-scale machine learning, section 4.2: noise against gradient) */
#ifndef MLWATCH_STEADY_H
#define MLWATCH_STEADY_H

#include "past.h"

/* steady_norm - norm: of a gradient norm, or NULL. Cost: O(buckets) */
bool steady_norm(const struct past *norm);

#endif
