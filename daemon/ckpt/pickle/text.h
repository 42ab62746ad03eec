/* text - the ways in which a pickle writes text. */
#ifndef MLWATCH_PICKLE_TEXT_H
#define MLWATCH_PICKLE_TEXT_H

#include <stdbool.h>

#include "../../base/span.h"

/* text_is_utf8 - well-formed UTF-8, lone surrogates allowed as Python's surrogatepass allows them. */
bool text_is_utf8(struct span text);
/* text_unescape - the bytes of a quoted STRING (protocol 0), in place: \n \t \x41 \101 and so on. false where \x has no two digits, or nothing
 * follows a backslash. */
bool text_unescape(char *p, size_t *n);
/* text_raw_unicode - UNICODE (protocol 0): Latin-1 with \u and \U alone as escapes, to UTF-8. out holds 2 * text.n bytes and more.
 * Returns the bytes written; false where an escape has too few digits or is beyond Unicode. */
bool text_raw_unicode(struct span text, char *out, size_t *n);
/* text_latin1 - what _codecs.encode(text, 'latin1') gives: each character of UTF-8 text as one byte; false where one is above 255. */
bool text_latin1(struct span text, char *out, size_t *n);

#endif
