/* tfevents_histogram - a histogram of weights, gradients or activations as four numbers.
 *
 * Two shapes are written. The old HistogramProto has the exact extremes and sums:
 *   1 min · 2 max · 3 num · 4 sum · 5 sum_squares (doubles) · 6 bucket_limit: right edges · 7 bucket: counts (packed doubles)
 * The new one is a tensor of k rows (left edge, right edge, count).
 * Source: tensorflow/tensorboard:tensorboard/compat/proto/summary.proto, tensorboard/plugins/histogram/summary_v2.py */
#ifndef MLWATCH_TFEVENTS_HISTOGRAM_H
#define MLWATCH_TFEVENTS_HISTOGRAM_H

#include "tensor.h"

enum histogram_number { HISTOGRAM_MIN, HISTOGRAM_MAX, HISTOGRAM_MEAN, HISTOGRAM_ZERO_SHARE, HISTOGRAM_NUMBERS };

/* histogram_old, histogram_new - the four numbers; false when it is none, or of no values at all.
 *   min, max     old: as written; new: outer edges of the first and the last row that counts something
 *   mean         old: sum / num; new: as if each value lay in the middle of its row
 *   zero_share   the part of the values, 0 to 1, whose bucket holds 0 (left <= 0 < right; the last bucket has its right edge too).
 *                An upper bound of the part that is 0: exact to 1e-12 with the default edges of TensorFlow 1 and PyTorch, as wide as
 *                the bucket with others. NaN where nothing was counted because the extremes are NaN. */
bool histogram_old(struct span message, double to[HISTOGRAM_NUMBERS]);
bool histogram_new(const struct tensor *t, double to[HISTOGRAM_NUMBERS]);

#endif
