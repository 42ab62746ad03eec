/* wandb_histogram - a W&B histogram as four numbers.
 *
 *   {"_type": "histogram", "values": [3, 0, 1], "bins": [-0.5, 0, 0.5, 1]}      values: how many in each bin; bins: its edges, one more
 * wandb.watch writes one for each parameter and gradient; values that were not finite are left out by it. Source: wandb/wandb,
 * wandb/sdk/data_types/histogram.py, wandb/integration/torch/wandb_torch.py */
#ifndef MLWATCH_WANDB_HISTOGRAM_H
#define MLWATCH_WANDB_HISTOGRAM_H

#include "../../base/span.h"

enum histogram_part { HISTOGRAM_MIN, HISTOGRAM_MAX, HISTOGRAM_MEAN, HISTOGRAM_ZERO_SHARE, HISTOGRAM_PARTS };
extern const char *const histogram_part_names[HISTOGRAM_PARTS]; /* "min", ... */

/* wandb_histogram - the outer edges of the bins that hold something, the mean with each bin at its middle, and the share of the values
 * that lie in the bin with zero: all zeros where that bin is only zero, else at most so many.
 *   values, bins  JSON arrays of numbers
 *   parts         written on success
 *   returns       false when they do not fit each other, are broken, or count nothing
 * Cost            about 25 ns a bin, no allocation */
bool wandb_histogram(struct span values, struct span bins, double parts[HISTOGRAM_PARTS]);

#endif
