/* text_dict - records that are printed as a dict: {'loss': 2.41, 'grad_norm': 1.73, 'learning_rate': 4.9e-05, 'epoch': 0.12} of the
 * Hugging Face Trainer, {"epoch": 1, "update": 0.048, "loss": "8.41", "num_updates": "100"} of fairseq. */
#ifndef MLWATCH_TEXT_DICT_H
#define MLWATCH_TEXT_DICT_H

#include "family.h"

/* text_dict - a row of the table of text/family.c: any dict with an epoch or a step and a metric;
 * what is in a dict within it, up to two deep, has its name in front: "val/loss". The Trainer's last one, with
 * train_runtime, sums up: it ends the training and gives no points. Cost: O(n) */
bool text_dict(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
               const struct format_out *out);
/* text_dict_behind - "Epoch 3: {'loss': 0.5, 'val_loss': 0.75}", "json_stats: {...}": a dict of numbers at the end of a line, read as if
 * they stood there without it. A dict alone that counts nothing is held like a line of metrics (text/pending.h). */
bool text_dict_behind(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                      const struct format_out *out);
/* text_dict_is_record - would text_dict read this text as a record or as the line that sums up? Cost: O(n) */
bool text_dict_is_record(struct text_families *f, struct text_run *r, struct span body, struct arena *arena);
/* text_dict_settle - tell the dict that waits for its bar at this step; nothing when none does. */
void text_dict_settle(struct text_families *f, struct text_run *r, int64_t step, const struct format_out *out);

#endif
