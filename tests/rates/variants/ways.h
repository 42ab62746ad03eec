/* ways - what may be done to a log that a good engineer would judge as before: how a run was logged, or how much of it, and not what happened
 * in it. A file is one kind of them, a line in its list one way; parts.h has what they share. */
#ifndef MLWATCH_TEST_WAYS_H
#define MLWATCH_TEST_WAYS_H

#include "tape.h"

struct way {
    const char *name;
    bool (*change)(struct tape *t, double by); /* false: there is nothing to change, so it is no variant */
    double by;
};
extern const struct way way_plain;     /* changes nothing */
extern const struct way *const ways[]; /* lists of them, each ended by a NULL name; NULL ends it */
extern const struct way ways_sampled[], ways_without[], ways_units[], ways_smoothed[], ways_lengths[], ways_habits[];

/* ways_digits - to as many significant digits as `by`. */
bool ways_digits(struct tape *t, double by);

#endif
