/* gap_shape - the ways in which a held-out loss stands apart from the training loss from the first evaluation on.
 *
 * A model that learns is never worse on rows that are read rightly than one that has not learned: a held-out loss above the untrained model's is a
 * fault of the evaluation path. Below that level a small training set can look alike, and the shape tells: statistics that do not follow the
 * weights jump from one evaluation to the next, rows that learning does not reach stay where they were. */
#ifndef MLWATCH_GAP_SHAPE_H
#define MLWATCH_GAP_SHAPE_H

#include "gap.h"

/* gap_shape_never_as_good - worse than untrained at the first evaluation and at each later one, while training gets somewhere. */
bool gap_shape_never_as_good(const struct gap *g, const struct gap_knobs *k);
/* gap_shape_mostly_worse - worse than untrained at nearly each of many evaluations, from the first one on and going neither up nor down, and at
 * several times the training loss to the end: one among them may be lucky. In other units it would come down with the training loss. */
bool gap_shape_mostly_worse(const struct gap *g, const struct gap_knobs *k);
/* gap_shape_learns_nothing - hardly better than untrained to the end, far above the training loss, though the two parted slowly. */
bool gap_shape_learns_nothing(const struct gap *g, const struct gap_knobs *k);
/* gap_shape_constant - apart from the first evaluation on, better than untrained, and hardly ever better than at first.
 * gap_shape_stays_constant - such a gap that neither closes nor opens, for many evaluations, while the training loss goes on falling. */
bool gap_shape_constant(const struct gap *g, const struct gap_knobs *k);
bool gap_shape_stays_constant(const struct gap *g, const struct gap_knobs *k);
/* gap_shape_left_behind - never much better than at the first evaluation, far above the training loss in the end: learning does not reach these
 * rows. */
bool gap_shape_left_behind(const struct gap *g, const struct gap_knobs *k);
/* gap_shape_shaky - it jumps from one evaluation to the next, at several times the training loss from the first one on: statistics that do not
 * follow the weights do so. */
bool gap_shape_shaky(const struct gap *g, const struct gap_knobs *k);
/* gap_shape_beside_flat - at several times a training loss that had come to rest before its first line: at each evaluation, and never better. */
bool gap_shape_beside_flat(const struct gap *g, const struct gap_knobs *k);

#endif
