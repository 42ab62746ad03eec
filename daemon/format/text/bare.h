/* text_bare - losses that have nothing but the name of their data: "epoch 3: train 1.32, val 1.62" and "loss 1.32, val 1.62". */
#ifndef MLWATCH_TEXT_BARE_H
#define MLWATCH_TEXT_BARE_H

#include "pairs.h"

/* What "train" and "val" are in this log, by the first line that has both. */
enum text_bare { BARE_UNKNOWN, BARE_LOSSES, BARE_OTHERS };

/* text_bare_losses - give such pairs the names "train loss", "valid loss", "test loss". A number of such a name is a loss where it began above 1, which no
 * share is, and below 10, which in percent would be the worth of a guess; or where it stands right behind the loss of training.
 *   known   what was found before, and what is now */
void text_bare_losses(struct text_pairs *ps, enum text_bare *known);

#endif
