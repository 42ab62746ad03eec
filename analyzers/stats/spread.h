/* spread - a few levels side by side: their mean and scatter, how far the straight line through them falls, and whether they wander.
 *
 * What batches scatter by says how small a change can be told. A line that falls by several of its own standard errors does so hardly by chance;
 * and levels of which each is near the one before it are no scatter, but were elsewhere for a while (von Neumann 1941, Annals of Mathematical
 * Statistics 12(4): squares of differences of neighbours against the variance). */
#ifndef MLWATCH_SPREAD_H
#define MLWATCH_SPREAD_H

#include <stdbool.h>
#include <stddef.h>

struct spread {
    double mean, sd; /* in the unit of the levels; sd: of the sample */
};
struct spread_fall {
    double share, error; /* from the first level to the last, of the mean; its standard error, of the mean, too */
};

/* spread_of - of n levels, two at least (sd is NaN of one). Cost: O(n) */
struct spread spread_of(const double *y, size_t n);
/* spread_fall - of the least-squares line through n levels at equal distances, three at least. Positive where it falls. Cost: O(n) */
struct spread_fall spread_fall(const double *y, size_t n);
/* spread_wanders - is each of n levels near the one before it, far more than two of them by chance are? Cost: O(n) */
bool spread_wanders(const double *y, size_t n);

#endif
