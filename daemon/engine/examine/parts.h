/* parts - what the files of engine/examine share. */
#ifndef MLWATCH_EXAMINE_PARTS_H
#define MLWATCH_EXAMINE_PARTS_H

#include "examine.h"

/* examine_add - one more finding; the worst come first in what the run is told, so those beyond EXAMINE_FINDINGS_MAX are left out. */
void examine_add(struct examine *e, const struct finding *f);
/* examine_verdict - integrity and safety. examine_names - parameters that are not those of the checkpoint before; fills e->keys. */
void examine_verdict(struct examine *e);
void examine_names(struct examine *e);
/* examine_fact - a number that one of its files tells under this key; NaN for none. */
double examine_fact(const struct checkpoint *c, const char *key);
/* examine_checks - the rules of analyzers/checkup over all that was summed. Returns the norm of the gradient by the optimizer's memory; NaN for
 * none. */
double examine_checks(struct examine *e);

#endif
