/* text_said - what a program said, out of the record that its logger or container made of it:
 *
 *     {"time": "2026-01-05T10:00:00", "level": "INFO", "message": "epoch 3: loss 0.5, acc 0.75"}
 *     {"log": "epoch 3: loss 0.5\n", "stream": "stdout", "time": "2026-01-05T10:00:00Z"}
 *     {"level": "INFO", "msg": "{\"step\": 30, \"loss\": 0.5}"}
 *
 * Written by python-json-logger, structlog, loguru(serialize) and Docker's json-file. A record that holds numbers of the training itself is
 * one of jsonl's, and is left as it is. */
#ifndef MLWATCH_TEXT_SAID_H
#define MLWATCH_TEXT_SAID_H

#include <stdbool.h>

#include "../../base/span.h"

enum { TEXT_SAID_MAX_BYTES = 8 << 10 };

/* text_said_may - does a line begin and end like such a record? */
static inline bool text_said_may(struct span line)
{
    return line.n > 2 && line.p[0] == '{' && line.p[1] == '"' && line.p[line.n - 1] == '}';
}
/* text_said - the message, of several lines perhaps; empty where the line is no such record.
 *   buffer    what is returned lies in it; what does not fit is cut
 * Cost        O(line), no allocation */
struct span text_said(struct span line, char buffer[TEXT_SAID_MAX_BYTES]);

#endif
