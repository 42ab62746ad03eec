/* text_wide - UTF-16, in which PowerShell writes what `>` sends to a file: two bytes a character, behind a mark of which comes first.
 *
 *     FF FE  45 00 70 00 6F 00 ...      "Epo", the lower byte first
 *     FE FF  00 45 00 70 00 6F ...      the same, the higher byte first */
#ifndef MLWATCH_TEXT_WIDE_H
#define MLWATCH_TEXT_WIDE_H

#include <stdbool.h>

#include "../../base/span.h"

enum text_wide { WIDE_UNASKED, WIDE_NOT, WIDE_LOWER_FIRST, WIDE_HIGHER_FIRST };
enum { WIDE_MARK_BYTES = 2, WIDE_LINE_BYTES = 16 << 10 };

/* text_wide_of - how a file begins that holds at least one byte; WIDE_UNASKED while one byte does not tell. */
enum text_wide text_wide_of(struct span head);
/* text_wide_line - the bytes of the first line with its line feed; 0 when it has none yet. Cost: O(line) */
size_t text_wide_line(enum text_wide is, struct span in);
/* text_wide_utf8 - as UTF-8; what does not fit is cut, half a pair becomes '?'.
 *   returns  bytes written to out. Cost: O(n) */
size_t text_wide_utf8(enum text_wide is, struct span in, char *out, size_t size);

#endif
