/* held_out - tables that keep training and evaluation in the same columns and say in another one which a row is about.
 *
 *   epoch,phase,loss,acc        {"step": 10, "split": "train", "loss": 2.1}
 *   1,train,2.1,0.3             {"step": 10, "split": "val", "loss": 2.2}
 *   1,val,2.2,0.28
 */
#ifndef MLWATCH_FORMAT_HELD_OUT_H
#define MLWATCH_FORMAT_HELD_OUT_H

#include <stdbool.h>

#include "../base/span.h"

enum held_out { HELD_NONE, HELD_VALID, HELD_TEST, HELD_COUNT };

/* held_out_column - do the texts of a column of this name say which data a record is about? */
bool held_out_column(struct span name);
/* held_out_of - the held-out data that such a text names: "val", "Validation", "test"; HELD_NONE for any other. */
enum held_out held_out_of(struct span text);
/* held_out_open - does a metric's name leave open which data it is of? "val_loss" does not, and a learning rate is of none.
 *   name   NUL-terminated */
bool held_out_open(const char *name);
/* held_out_beside - are the scores of a table that say nothing of their data those of held-out rows? They are where a training loss and a held-out one
 * stand side by side, each called so, and no score is: fastai's recorder and the table of a notebook evaluate their metrics on those
 * rows alone, "Step  Training Loss  Validation Loss  Accuracy". */
bool held_out_beside(const struct span *names, size_t n);
/* held_out_prefix - "", "val/", "test/". */
const char *held_out_prefix(enum held_out h);

#endif
