/* text_speech - lines that speech toolkits alone write; rows of the table of text/family.c. */
#ifndef MLWATCH_TEXT_SPEECH_H
#define MLWATCH_TEXT_SPEECH_H

#include "family.h"

/* text_speech_list - "[2.9, 2.1, 0.9, 60.2, 1.7, 95.1, 200, 0.0002]" of VITS below "Train Epoch: 1 [34%]": losses, the step, the rate; and
 * "Losses: [2.7, 2.5, 9.1, 40.2, 3.1], step: 0, lr: 0.0001" of so-vits. A list of step and rate alone is the place of what stands below. */
bool text_speech_list(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                      const struct format_out *out);
/* text_speech_batch - "TRAIN Batch 1/200 loss 93.1 lr 0.00001 rank 0" of WeNet: epoch and batch, which its first line "Batch 0/0" shows, or the second by a later batch of the same epoch. Lines
 * on the way through "CV" are passed over; "Epoch 1 CV info cv_loss 90.7" is what it comes to. */
bool text_speech_batch(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                       const struct format_out *out);
/* text_speech_may_be_batch - "steps/sec 2.1| Batch 1/200 ..." behind a logger's name, as newer ones print it. */
bool text_speech_may_be_batch(struct span body);
/* text_speech_objective - "Average objective function for 'output' for minibatches 0-99 is -0.14 + -0.01 = -0.15 over 64000 frames." of Kaldi:
 * the last minibatch is the step. What sums all of them up is left out. */
bool text_speech_objective(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                           const struct format_out *out);

#endif
