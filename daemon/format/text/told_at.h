/* text_told_at - "Loss at step 85: 5.69", "Validation accuracy for epoch 3 = 0.88", "loss of iteration 20 : 1.5": the counter between a metric and its value. */
#ifndef MLWATCH_TEXT_TOLD_AT_H
#define MLWATCH_TEXT_TOLD_AT_H

#include "record.h"

/* text_told_at - one such line as a point. Behind the value nothing but a unit or a full stop may stand.
 *   joint   the word between the metric and its counter, with its blanks: " at "
 *   returns false when the line is something else; nothing was told then */
bool text_told_at(struct text_run *r, const struct text_line *l, const char *joint, const struct format_out *out);

#endif
