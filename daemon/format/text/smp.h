/* text_smp - the bars of segmentation_models.pytorch's loops, one for training and one for held-out images below the heading of an epoch.
 *
 *     Epoch: 3
 *     train: 100%|####| 150/150 [00:40<00:00,  3.75it/s, dice_loss - 0.4375, iou_score - 0.5]
 *     valid: 100%|####| 40/40 [00:05<00:00,  8.00it/s, dice_loss - 0.5, iou_score - 0.4375] */
#ifndef MLWATCH_TEXT_SMP_H
#define MLWATCH_TEXT_SMP_H

#include "family.h"

/* text_smp_may - may a line be such a bar? */
bool text_smp_may(struct span body);
/* text_smp - a reader of text/family.h: what a complete bar tells is of its epoch, what another shows is on the way there. */
bool text_smp(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
              const struct format_out *out);

#endif
