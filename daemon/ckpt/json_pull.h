/* json_pull - JSON read piece by piece, without a tree: a header of 10,000 tensors costs a few milliseconds and no memory but its names.
 *
 * Strict as RFC 8259 and serde_json: no comments, no trailing commas, no NaN, valid UTF-8, escapes that pair. The first fault sticks; then every
 * call returns false. */
#ifndef MLWATCH_JSON_PULL_H
#define MLWATCH_JSON_PULL_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/arena.h"
#include "../base/span.h"

struct json_pull {
    const char *begin, *p, *end;
    const char *fault; /* what is wrong at p; NULL while nothing is */
    bool full;         /* the fault is that the arena is full */
};

/* json_pull_of - a reader at the first byte of text, which must outlive it. */
struct json_pull json_pull_of(struct span text);
/* json_pull_take - step over blanks and then over c; false, without a fault, when another character stands there. */
bool json_pull_take(struct json_pull *j, char c);
/* json_pull_need - the same, and another character is a fault. */
bool json_pull_need(struct json_pull *j, char c);
/* json_pull_more - in an object or array that was entered: is there one more item? Steps over the comma, or over `close` at the end.
 *   first  in: true before the first item; set to false */
bool json_pull_more(struct json_pull *j, char close, bool *first);
/* json_pull_string - a string, unescaped, NUL behind it; a copy in a, or with a NULL only stepped over. *ret may be NULL. */
bool json_pull_string(struct json_pull *j, struct arena *a, struct span *ret);
/* json_pull_count - an integer without sign, fraction or exponent, at most 2^64 - 1. */
bool json_pull_count(struct json_pull *j, uint64_t *ret);
/* json_pull_skip - any value, 128 levels deep at most. */
bool json_pull_skip(struct json_pull *j);
/* json_pull_end - nothing but blanks is left. */
bool json_pull_end(struct json_pull *j);

#endif
