/* swing - how a few values in a row go up and down: by how much, how often, and how far they get. */
#ifndef MLWATCH_SWING_H
#define MLWATCH_SWING_H

#include <stddef.h>

struct swing {
    double move, way, net; /* the middle one of the moves from value to value; all of them; from the first value to the last */
    double turns;          /* how often a move went the other way than the one before it */
    double low, high;
};

/* swing_of - n values, two at least and ROBUST_MAX at most. Cost: O(n log n) */
struct swing swing_of(const double *y, size_t n);

#endif
