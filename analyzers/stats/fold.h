/* fold - a curve laid over itself, period upon period: what comes back at the same place of each one, and how much of the whole it is.
 *
 * The level of one period around each value is taken off first, which removes any trend that is straight over a period; what is left is
 * averaged by its place in the period. Of noise the places explain about (bins - 1) / values, and the two halves of the curve have nothing in
 * common; what is truly periodic shows in both. Source: the folding of Buys-Ballot 1847; its F test is the analysis of variance. */
#ifndef MLWATCH_FOLD_H
#define MLWATCH_FOLD_H

#include <stdbool.h>
#include <stddef.h>

enum { FOLD_MAX = 512, FOLD_BINS = 12, FOLD_LEAST = 6 };

struct fold {
    double share;     /* of the variance that the place in the period explains, 0 to 1 */
    double swing;     /* from the lowest place to the highest, in the unit of the values */
    double agreement; /* correlation of the places of the first and of the second half */
    double trend;     /* change of the level in one period, as a size */
    double periods;   /* that the curve spans */
    size_t values, bins;
};

/* fold_at - n values at rising places (from the first one on, so that floats tell them apart), folded at one period (in the unit of place).
 *   returns   false with fewer than FOLD_LEAST values in a period or fewer than four periods
 * Cost        O(n), no allocation; n at most FOLD_MAX */
bool fold_at(const float *place, const float *value, size_t n, double period, struct fold *ret);

/* fold_search - the shortest period that explains nearly as much as the best one does; 0 when there is none. Looked for
 * where the autocorrelation has its first peaks. O(n * n), about 0.2 ms for 512 values */
double fold_search(const float *place, const float *value, size_t n, struct fold *ret);

#endif
