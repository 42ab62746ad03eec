/* text_espnet - ESPnet's records, which begin with the epoch's number and hold the means over a range of its batches.
 *
 *     2epoch:train:41-60batch: loss=1.357, grad_norm=0.794, optim0_lr0=2.866e-04, train_time=0.136
 *     2epoch results: [train] loss=1.402, total_count=120, [valid] loss=1.311, acc=0.670, total_count=9, [att_plot] time=2 seconds
 *
 * The range's end is the step, joined over the epochs. What an epoch comes to stands at the last step before it. */
#ifndef MLWATCH_TEXT_ESPNET_H
#define MLWATCH_TEXT_ESPNET_H

#include "family.h"

/* text_espnet - a row of the table of text/family.c; false when the line is none of these. Cost: O(n), about 2 ns a byte. */
bool text_espnet(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                 const struct format_out *out);

#endif
