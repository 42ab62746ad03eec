/* figures - the numbers of a text, in digits or words, each with its unit, and whether one number could be another, rounded.
 *
 *   1,220   6.699   3e-4   1.2k   three hundred   95 %   360×   3 to 10 times   by a factor of 5   step 414   90th   −0.5
 *
 * Digits that belong to a name are none: f1, checkpoint-4500, fp16. */
#ifndef MLWATCH_FIGURES_H
#define MLWATCH_FIGURES_H

#include "../base/span.h"

enum { FIGURES_MAX = 96 };

struct figure {
    double value, half; /* half: of the last digit written; 0 for words */
    int unit;           /* an enum unit of figure_units.h; 0 for none */
};

/* figures_of - at most FIGURES_MAX; returns how many there are. A range's ends share their unit. */
size_t figures_of(struct span text, struct figure ret[FIGURES_MAX]);
/* figures_match - may a sentence say `said` where it was `known`? Rounded by at most a twentieth, never with more digits, in the same unit;
 * a share may become percent and the other way. */
bool figures_match(const struct figure *said, const struct figure *known);

#endif
