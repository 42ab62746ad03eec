/* file_says - what the name of a file says of the numbers in it, where the file itself does not: `train_loss.txt`, and what TensorBoard
 * calls the tables that it hands out, `run-train-tag-epoch_loss.csv`. */
#ifndef MLWATCH_FILE_SAYS_H
#define MLWATCH_FILE_SAYS_H

#include <stdbool.h>
#include <stddef.h>

enum { FILE_SAYS_BYTES = 96 };

/* file_says - the metric that a path names: TensorBoard's tag, "train/" or "validation/" in front where the run says it and the tag does
 * not; else the file's name without its endings and without words such as "history" behind it.
 *   out      written, NUL-terminated, cut to fit; empty for a path that says nothing
 *   returns  is it a name that a metric of training has? */
bool file_says(const char *path, char out[FILE_SAYS_BYTES]);

#endif
