/* role_part - names of what is measured of one layer or tensor: "grad_norm/layers.0", "weight_norm/fc1", "fc1.weight/max". */
#ifndef MLWATCH_ROLE_PART_H
#define MLWATCH_ROLE_PART_H

#include "role.h"
#include "role_words.h"

/* role_part_gradient - one layer's gradient norm: "grad_norm/layers.0", "grad_2.0_norm/fc1.weight", "gradients/encoder".
 *   part  the first word of the layer's name */
bool role_part_gradient(const struct role_words *w, int *part);
/* role_part_measured - what is logged of weights and units, of the whole model or of the part that stands behind: "weight_norm/fc1". */
bool role_part_measured(const struct role_words *w, struct role_match *m);
/* role_part_statistic - a number of a histogram, or of a table of tensors: "fc1.weight/max", "parameters/fc1.bias/mean",
 * "activations/relu1/zero_share". Those of gradients are no norms, and are left alone: true, without a role. */
bool role_part_statistic(const struct role_words *w, struct role_match *m);

#endif
