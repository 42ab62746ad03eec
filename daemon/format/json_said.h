/* json_said - what a log of JSON lines tells in words: lines between its objects, and tracebacks within their texts.
 *
 * Where a program logs its numbers as JSON to a stream, whatever else speaks on that stream lands between them: the interpreter's last words first of
 * all. Loggers that catch an exception put it into the object instead, as one text with line feeds (python-json-logger's exc_info, structlog's exception). */
#ifndef MLWATCH_JSON_SAID_H
#define MLWATCH_JSON_SAID_H

#include "text/event.h"

struct json_said {              /* zeroed before the first line */
    struct text_events *events; /* from the arena, when the first word is said */
};

/* json_said_line - a line that is no object.
 *   number   physical, from 1; points: lines with points so far, as text_event has it
 *   returns  true when it belongs to a traceback or told an event */
bool json_said_line(struct json_said *s, struct span line, uint64_t number, uint64_t points, const struct format_out *out);
/* json_said_holds - is a traceback in this text of an object? */
bool json_said_holds(struct span raw);
/* json_said_text - a text of an object, raw: a traceback in it is told. Cost: O(n) of a text that begins as one */
void json_said_text(struct json_said *s, struct span raw, uint64_t number, uint64_t points, const struct format_out *out);
/* json_said_end - the log ends here, for now. */
void json_said_end(struct json_said *s, const struct format_out *out);

#endif
