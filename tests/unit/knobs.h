/* knobs - the thresholds of all analyzers as they are built in, for tests that make states by hand. */
#ifndef MLWATCH_TEST_KNOBS_H
#define MLWATCH_TEST_KNOBS_H

#include <assert.h>

#include "../../analyzers/analyzer.h"

enum { KNOBS_MAX = 32, KNOBS_ANALYZERS = 100 };

/* knobs_initial - a state of this analyzer, zeroed so far, is given them. */
static inline void knobs_initial(void *state, const struct analyzer *a)
{
    static double values[KNOBS_ANALYZERS][KNOBS_MAX];
    size_t i = 0;
    while (analyzers[i] != a) i++;
    assert(i < KNOBS_ANALYZERS);
    for (const struct knob *k = a->knobs; k && k->name; k++) values[i][k->offset / sizeof(double)] = k->initial;
    if (a->knobs) *(const void **)state = values[i];
}

#endif
