/* text_clean - one line of a console log without what terminals make of it: colours, cursor moves, control bytes. */
#ifndef MLWATCH_TEXT_CLEAN_H
#define MLWATCH_TEXT_CLEAN_H

#include <stdbool.h>

#include "../../base/span.h"

enum { TEXT_CLEAN_MAX_BYTES = 8 << 10 };

/* text_is_clean - has a line nothing that text_clean would drop? */
bool text_is_clean(struct span raw);
/* text_clean - drop CSI and OSC sequences, backspaces and other control bytes.
 *   buffer   TEXT_CLEAN_MAX_BYTES; what does not fit is cut
 *   returns  the clean text in buffer. Cost: O(n) */
struct span text_clean(struct span raw, char *buffer);

#endif
