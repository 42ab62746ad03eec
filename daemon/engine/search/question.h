/* question - what is asked, as people paste it: a title, sentences, log lines, code, addresses.
 *
 * Half of a report in a tracker is what no card says: addresses, paths, rows of signs. A model reads only the beginning of a text, so those
 * are left out of long ones first. */
#ifndef MLWATCH_QUESTION_H
#define MLWATCH_QUESTION_H

#include <stdbool.h>
#include <stddef.h>

#include "../../base/span.h"

enum { QUESTION_LONG_BYTES = 120, QUESTION_PASTED_BYTES = 240 };

/* question_is_pasted - too long, or of too many lines, to be words and conditions that somebody typed. */
bool question_is_pasted(const char *text);
/* question_plain - the text without addresses, rows of signs, and words without a blank that are longer than any language has.
 *   ret  bytes of room, ended by a zero; lines stay lines; the rest is cut */
void question_plain(const char *text, char *ret, size_t bytes);
/* question_sentence - the next sentence of rest: up to a '.', '?', '!' or ';' before a blank, or the end of a line; empty between two. */
struct span question_sentence(struct span *rest);
/* question_latin - the share of its letters that are of an alphabet, not of Chinese, Japanese or Korean; 1 without any letter. */
double question_latin(struct span text);

#endif
