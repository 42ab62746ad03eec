/* text_tongue - what other languages call an epoch, a loss, a score and the data: "Época 3/10 - pérdida: 0.5 - val_pérdida: 0.6" is
 * "epoch 3/10 - loss: 0.5 - val_loss: 0.6". For Chinese see text/east.h and analyzers/role_words.h. */
#ifndef MLWATCH_TEXT_TONGUE_H
#define MLWATCH_TEXT_TONGUE_H

#include "../../base/span.h"
#include "reword.h"

/* text_tongue - the line in English words; empty where it begins with no epoch of another language.
 *   buffer    what is returned lies in it
 * Cost        O(line) for a line that begins so, O(1) for any other; no allocation */
struct span text_tongue(struct span line, char buffer[TEXT_REWORD_MAX_BYTES]);

#endif
