/* text_health - what a Megatron line says about its numbers besides the metrics: NaN iterations, updates that were skipped. */
#ifndef MLWATCH_TEXT_HEALTH_H
#define MLWATCH_TEXT_HEALTH_H

#include "record.h"

/* text_health - tell EVENT_NONFINITE when NaN begins, and EVENT_LOSS_SCALE for an update that was skipped without any: an infinite
 * gradient is how mixed precision searches its loss scale, usual at the start. A loss that is left out of a line is a NaN point
 * where the line says NaN otherwise; where nothing in the line explains it, it is suspected: the event alone.
 *   l, ps   a line that was a record */
void text_health(struct text_run *r, const struct text_line *l, const struct text_pairs *ps, const struct format_out *out);

#endif
