/* text_announced - an evaluation that a line of its own begins, and another one ends, where its records say nothing themselves:
 *
 *     Eval begin...                                     > EVALUATION
 *     step 3/3 - loss: 0.91 - acc: 0.66                  --> STEP: 0
 *     Eval samples: 300                                    | > loss: 0.31  (0.31)
 *                                                       --> EVAL PERFORMANCE
 *     Starting eval epoch                                  | > avg_loss: 0.31 (+0.00)
 *     accuracy: 0.66 */
#ifndef MLWATCH_TEXT_ANNOUNCED_H
#define MLWATCH_TEXT_ANNOUNCED_H

#include "record.h"

/* text_announced - note such a line. Returns true when nothing else is to be read in it. Cost: a look at the first byte of other lines. */
bool text_announced(struct text_place *p, struct span body);

#endif
