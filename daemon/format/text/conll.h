/* text_conll - the report of conlleval, which taggers print for each set of held-out data, and its rows, one a class.
 *
 *     evaluate:dev
 *     processed 74542 tokens with 5600 phrases; found: 5540 phrases; correct: 4925.
 *     accuracy:  97.02%; precision:  71.11%; recall:  85.73%; FB1:  77.73
 *                   LOC: precision:  81.08%; recall:  97.88%; FB1:  88.69  5794
 *
 * It stands at the step that the training has come to; where nothing counts, the reports of each set are counted. */
#ifndef MLWATCH_TEXT_CONLL_H
#define MLWATCH_TEXT_CONLL_H

#include "family.h"

/* text_conll_may - is there a word of such a report in the line? */
bool text_conll_may(struct span body);
/* text_conll - a row of the table of text/family.c; false when the line is none of these. Cost: O(n). */
bool text_conll(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                const struct format_out *out);

#endif
