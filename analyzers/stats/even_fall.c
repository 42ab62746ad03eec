/* even_fall - see even_fall.h. */
#include "even_fall.h"

enum { PARTS = 6, EVALS_MIN = 5 };

double even_fall(const struct track *t)
{
    double y[TRACK_BUCKETS], least = INFINITY, greatest = 0;
    size_t n = track_means(t, y), falls = n - 1, parts = falls < PARTS ? falls : PARTS;
    if (n < EVALS_MIN) return 0;
    for (size_t i = 1; i < n; i++)
        if (!(y[i] < y[i - 1])) return 0;
    for (size_t k = 0; k < parts; k++) {
        size_t from = k * falls / parts, to = (k + 1) * falls / parts;
        double fall = (y[from] - y[to]) / (double)(to - from);
        least = fmin(least, fall), greatest = fmax(greatest, fall);
    }
    return least / greatest;
}
