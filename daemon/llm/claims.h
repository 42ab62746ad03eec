/* claims - what the words of a sentence claim, beside its numbers and names: a direction, a certainty, a subject. English; by word lists, whose
 * entries are beginnings of words. */
#ifndef MLWATCH_CLAIMS_H
#define MLWATCH_CLAIMS_H

#include "../base/span.h"

/* claims_directions_hold - does `said` speak of up, down, not or well only where `known` does? */
bool claims_directions_hold(struct span said, struct span known);
/* claims_are_open - is it said to be no more than possible: could, may, perhaps? */
bool claims_are_open(struct span text);
/* claims_terms_hold - is every term of the field that `said` uses (gradient, checkpoint, NaN) in `known`? */
bool claims_terms_hold(struct span said, struct span known);
/* claims_are_about - are most words of `said`, without the common ones, in `known`? The first five letters of a word count. */
bool claims_are_about(struct span said, struct span known);

#endif
