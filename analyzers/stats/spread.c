#include "spread.h"

#include <math.h>

#define WANDERS 0.4 /* of the scatter is between neighbours; of pure noise all of it, 0.4 once in 1,000 among 25 levels */

struct spread spread_of(const double *y, size_t n)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) sum += y[i];
    for (size_t i = 0; i < n; i++) squares += (y[i] - sum / (double)n) * (y[i] - sum / (double)n);
    return (struct spread){sum / (double)n, sqrt(squares / (double)(n - 1))};
}

struct spread_fall spread_fall(const double *y, size_t n)
{
    struct spread all = spread_of(y, n);
    double slope = 0, squares = 0, rest = 0;
    for (size_t i = 0; i < n; i++) {
        double x = (double)i / (double)(n - 1) - 0.5;
        slope += x * y[i], squares += x * x;
    }
    slope /= squares;
    for (size_t i = 0; i < n; i++) {
        double off = y[i] - all.mean - slope * ((double)i / (double)(n - 1) - 0.5);
        rest += off * off;
    }
    return (struct spread_fall){-slope / all.mean, sqrt(rest / (double)(n - 2) / squares) / all.mean};
}

bool spread_wanders(const double *y, size_t n)
{
    double steps = 0, sd = spread_of(y, n).sd;
    for (size_t i = 1; i < n; i++) steps += (y[i] - y[i - 1]) * (y[i] - y[i - 1]) / (double)(n - 1);
    return steps < 2 * WANDERS * sd * sd;
}
