/* text_listed - a score of several classes in one line: "Pseudo dice [0.91, 0.72]", "IoU: [0.61 0.48 0.70]". */
#ifndef MLWATCH_TEXT_LISTED_H
#define MLWATCH_TEXT_LISTED_H

#include "family.h"

/* text_listed_may - by its ends alone: a name in front, a list to the end. */
bool text_listed_may(struct span body);
/* text_listed - each number becomes a point of NAME/0, NAME/1, ..., where the name is one of a metric. */
bool text_listed(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                 const struct format_out *out);

#endif
