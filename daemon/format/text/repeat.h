/* text_repeat - records that a program wrote one behind the other without ending the line.
 *
 *     train: 1 @ epoch:0/2 loss: 20.25 batch time: 48.25train: 2 @ epoch:0/2 loss: 18.5 batch time: 47.75 */
#ifndef MLWATCH_TEXT_REPEAT_H
#define MLWATCH_TEXT_REPEAT_H

#include "../../base/span.h"

/* text_repeat - the bytes of the first record of a line, all of it where nothing is behind that.
 *   Cost  O(1) of a line of less than 64 bytes, or one that begins with no word and number; else O(n) */
size_t text_repeat(struct span body);

#endif
