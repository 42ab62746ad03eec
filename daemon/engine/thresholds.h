/* thresholds - the knobs of all analyzers at one sensitivity, as they were set: one copy for all runs that are judged by it. */
#ifndef MLWATCH_THRESHOLDS_H
#define MLWATCH_THRESHOLDS_H

#include "config.h"

struct thresholds;

/* thresholds_new - for the one who calls; NULL when memory ran out. c may be NULL, and is not read later.
 * thresholds_share - one owner more, who may live on another thread.  thresholds_release - one less; takes NULL. */
struct thresholds *thresholds_new(const struct config *c, enum sensitivity s);
struct thresholds *thresholds_share(struct thresholds *t);
void thresholds_release(struct thresholds *t);

/* thresholds_of - what a state of this analyzer begins with a pointer to; of one in the list. */
const void *thresholds_of(const struct thresholds *t, const struct analyzer *a);

#endif
