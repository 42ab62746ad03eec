#include "robust.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEW = 32 };

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Few values are put in order one by one: most medians are of three. */
static void sort(double *x, size_t n)
{
    if (n > FEW) {
        qsort(x, n, sizeof *x, ascending);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        double one = x[i];
        size_t at = i;
        for (; at > 0 && x[at - 1] > one; at--) x[at] = x[at - 1];
        x[at] = one;
    }
}

static double middle(double *x, size_t n)
{
    if (!n) return NAN;
    sort(x, n);
    return n % 2 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2;
}

double robust_median(const double *x, size_t n)
{
    double copy[ROBUST_MAX];
    if (n > ROBUST_MAX) n = ROBUST_MAX;
    memcpy(copy, x, n * sizeof *x);
    return middle(copy, n);
}

double robust_sd(const double *x, size_t n)
{
    double copy[ROBUST_MAX], m = robust_median(x, n);
    if (n > ROBUST_MAX) n = ROBUST_MAX;
    for (size_t i = 0; i < n; i++) copy[i] = fabs(x[i] - m);
    return n ? 1.4826 * middle(copy, n) : 0;
}

double robust_noise(const double *x, size_t n)
{
    double difference[ROBUST_MAX];
    if (n > ROBUST_MAX) n = ROBUST_MAX;
    if (n < 3) return 0;
    for (size_t i = 0; i + 1 < n; i++) difference[i] = x[i + 1] - x[i];
    return robust_sd(difference, n - 1) / sqrt(2);
}

double robust_slope(const double *x, size_t n)
{
    double slopes[ROBUST_MAX];
    size_t used = 0, stride = 1;
    while (n > 1 && n * (n - 1) / 2 / stride > ROBUST_MAX) stride++;
    for (size_t i = 0, k = 0; i + 1 < n; i++)
        for (size_t j = i + 1; j < n; j++, k++)
            if (k % stride == 0 && used < ROBUST_MAX) slopes[used++] = (x[j] - x[i]) / (double)(j - i);
    return used ? middle(slopes, used) : 0;
}

double robust_trend(const double *x, size_t n)
{
    double s = 0, ties = 0, m = (double)n;
    if (n < 3) return 0;
    for (size_t i = 0; i + 1 < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            s += (x[j] > x[i]) - (x[j] < x[i]);
            ties += x[j] == x[i];
        }
    double variance = m * (m - 1) * (2 * m + 5) / 18 * (1 - ties / (m * (m - 1) / 2));
    if (variance <= 0) return 0;
    return (s > 0 ? s - 1 : s < 0 ? s + 1 : 0) / sqrt(variance);
}
