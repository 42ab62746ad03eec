/* json_scan - JSON as training tools write it, read in place: no tree, no allocation.
 *
 * RFC 8259, but for what Python writes and what would hide a failing run: NaN, Infinity and -Infinity are numbers, also as nan,
 * inf, -inf; numbers out of range become infinite or 0. Bytes within strings are taken as they are. Nesting is limited. */
#ifndef MLWATCH_JSON_SCAN_H
#define MLWATCH_JSON_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/span.h"

enum { JSON_DEPTH_MAX = 32, JSON_PATH_MAX_BYTES = 256, JSON_ARRAY_MAX = 8 };

enum json_state {
    JSON_OK,
    JSON_TORN, /* the text ends where more could make it right */
    JSON_BAD
};
enum json_kind {
    JSON_NUMBER,
    JSON_TEXT,   /* raw is between the quotes, escapes as they are */
    JSON_WORD,   /* true, false, null */
    JSON_SKIPPED /* an array that is no short list of numbers */
};
struct json_cursor {
    const char *p, *end;
    enum json_state state;
}; /* after a false return, state says why */

/* json_scan_space, json_scan_take - skip blanks; skip blanks and the one character c. */
void json_scan_space(struct json_cursor *c);
bool json_scan_take(struct json_cursor *c, char character);
/* json_scan_string - a string, without its quotes; *escaped when it has a backslash. */
bool json_scan_string(struct json_cursor *c, struct span *raw, bool *escaped);
/* json_scan_number - the number at the start of text; returns the bytes it takes, 0 when there is none. */
size_t json_scan_number(struct span text, double *value);
/* json_scan_skip - any value. */
bool json_scan_skip(struct json_cursor *c);

/* What json_scan_object tells. path: keys joined by '/', unescaped, borrowed until the call returns; empty when it is longer than the
 * limit. raw lies in the text that is scanned. value is NaN unless kind is JSON_NUMBER. */
struct json_sink {
    void *arg;
    void (*scalar)(void *arg, struct span path, enum json_kind kind, struct span raw, double value);
};
/* json_scan_object - walk one object, nested ones too, and arrays of at most JSON_ARRAY_MAX numbers as name/0, name/1 ...
 * Scalars are told while reading: the caller holds them back until it has returned true. Cost: about 2 ns a byte */
bool json_scan_object(struct json_cursor *c, const struct json_sink *sink);

/* json_scan_unescape - the text of a raw string in UTF-8; at most max bytes. Returns the bytes written. */
size_t json_scan_unescape(struct span raw, char *to, size_t max);

#endif
