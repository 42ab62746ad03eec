/* ways - what may be done to a log that a good engineer would judge as before. */
#ifndef MLWATCH_TEST_WAYS_H
#define MLWATCH_TEST_WAYS_H

#include "tape.h"

struct way {
    const char *name;
    bool (*change)(struct tape *t, double by); /* false: there is nothing to change, so it is no variant */
    double by;
};
extern const struct way ways[]; /* a NULL name ends them; the first changes nothing */

#endif
