/* text_glue - Glue Factory's training and validation lines (cvg/glue-factory, gluefactory/train.py), whose metrics stand in braces without a sign
 * between name and value:
 *
 *   [01/05/2026 10:00:01 gluefactory INFO] [E 3 | it 700] loss {total 1.054E+00, last 4.888E-01, assignment_nll 4.888E-01}
 *   [01/05/2026 10:09:01 gluefactory INFO] [Validation] {match_recall 9.163E-01, accuracy 9.144E-01, loss/total 3.515E-01}
 *
 * it counts within the epoch; validation stands at the last record of the training. That a line is about it is what text_unprefix makes of the
 * bracket in front. A row of the table of text/family.c. */
#ifndef MLWATCH_TEXT_GLUE_H
#define MLWATCH_TEXT_GLUE_H

#include "family.h"

/* text_glue_may - is a line, by its words alone, one of these? */
bool text_glue_may(struct span body);
/* text_glue - as the other shapes of text/family.c. */
bool text_glue(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
               const struct format_out *out);

#endif
