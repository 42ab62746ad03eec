#include "swing.h"

#include <math.h>

#include "robust.h"

struct swing swing_of(const double *y, size_t n)
{
    double move[ROBUST_MAX];
    struct swing w = {.low = y[0], .high = y[0]};
    for (size_t i = 1; i < n; i++) {
        move[i - 1] = fabs(y[i] - y[i - 1]);
        w.way += move[i - 1];
        w.turns += i > 1 && (y[i] > y[i - 1]) != (y[i - 1] > y[i - 2]);
        w.low = fmin(w.low, y[i]), w.high = fmax(w.high, y[i]);
    }
    w.move = robust_median(move, n - 1);
    w.net = fabs(y[n - 1] - y[0]);
    return w;
}
