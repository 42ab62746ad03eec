/* text_reword - a line whose names and values are laid out in a way of its own, as the grammar (text/pairs.h) reads it:
 *
 *     epoch(3/10) losses: recon(18.5) kl(0.25)      epoch 3/10 losses: recon: 18.5 kl: 0.25
 *     Epoch 3/40 loss, acc: 0.5, 0.75               Epoch 3/40 loss: 0.5, acc: 0.75
 *     Epoch 3 [loss, acc] = [0.5, 0.75]             Epoch 3 loss: 0.5, acc: 0.75
 *     E=0 B=50  s/sec=229.5 ppl=1847.5              epoch=0 batch=50  s/sec=229.5 ppl=1847.5
 *     Loss (train/val): 0.5 / 0.6                   train Loss: 0.5, val Loss: 0.6
 *     Epoch 3 Losses {'ner': 12.5}                  Epoch 3 loss: 12.5
 *     Epoch 3, step 80: 'val_loss' reached 0.5 (best 0.5), saving ...   Epoch 3, step 80: val_loss: 0.5
 *     12 epoch, loss: 0.5                           epoch 12, loss: 0.5
 *     Episode 3, reward: 1.5, moves: {'left': 2}    Episode 3, reward: 1.5 */
#ifndef MLWATCH_TEXT_REWORD_H
#define MLWATCH_TEXT_REWORD_H

#include <stdbool.h>

#include "../../base/span.h"

enum { TEXT_REWORD_MAX_BYTES = 2048 };

/* text_reword - the line in other words; empty where it needs none.
 *   buffer    what is returned lies in it, or in the line
 * Cost        O(line), no allocation */
struct span text_reword(struct span line, char buffer[TEXT_REWORD_MAX_BYTES]);

#endif
