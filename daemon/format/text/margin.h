/* text_margin - what stands in front of a log's messages: on line after line the same, but for the time.
 *
 *   line   [2026-01-05 10:00:00,120] [INFO] step: 12 | loss: 0.5
 *   kept   [2026-01-05 10:00:00,120] [INFO] step:              and of the rest only which bytes are digits
 *   next   [2026-01-05 10:00:01,874] [INFO] step: 13 | loss: 0.25
 *
 * A prefix is kept with the bytes of the message that showed that it ends there. Where they stand again, byte for byte but for the
 * digits of the time, only the time is read anew; every other line goes to text_unprefix. */
#ifndef MLWATCH_TEXT_MARGIN_H
#define MLWATCH_TEXT_MARGIN_H

#include "prefix.h"

enum { TEXT_MARGIN_BYTES = 256 };
struct text_margin { /* zeroed before the first line */
    bool kept;
    uint16_t prefix, exact, all; /* bytes of the prefix; up to the end of the message's first word; and of all that is compared */
    uint16_t time_from, time_to; /* where its time stands; equal for none */
    uint16_t tag, label;         /* where they stand */
    struct text_prefix is;       /* spans: their lengths count */
    char text[TEXT_MARGIN_BYTES];
};

/* text_margin_unprefix - as text_unprefix (text/clean.h), by the last line where that is enough.
 *   Cost     about 30 ns then; a new time 40 ns more */
struct span text_margin_unprefix(struct text_margin *m, struct span line, struct text_prefix *prefix);

#endif
