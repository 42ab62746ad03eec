/* text_east - what a line is written in that is drawn or spoken otherwise: tables of box-drawing characters, Chinese ordinals. */
#ifndef MLWATCH_TEXT_EAST_H
#define MLWATCH_TEXT_EAST_H

#include <stdbool.h>

#include "../../base/span.h"

/* text_foreign - may text_plainly change the line? By its first bytes alone. */
static inline bool text_foreign(struct span s)
{
    unsigned char c = s.n > 3 ? (unsigned char)s.p[0] : 0, next = c ? (unsigned char)s.p[1] : 0;
    return (c == 0xE2 && (next == 0x94 || next == 0x95)) || (c == 0xE7 && next == 0xAC);
}
/* text_plainly - a line that text_foreign lets through in the letters that the readers know: "│ loss │ 0.5 │" as "| loss | 0.5 |", a rule of a
 * box as "+---+", "第3轮 ..." as "epoch 3 ...".
 *   buffer   TEXT_CLEAN_MAX_BYTES; what does not fit is cut
 *   returns  the text in buffer, or the line itself where it is something else. Cost: O(line) */
struct span text_plainly(struct span line, char *buffer);

#endif
