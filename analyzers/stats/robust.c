#include "robust.h"

#include <math.h>
#include <string.h>

enum { FEW = 16 };

static void sort_few(double *x, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        double one = x[i];
        size_t at = i;
        for (; at > 0 && x[at - 1] > one; at--) x[at] = x[at - 1];
        x[at] = one;
    }
}

static inline double lesser(double a, double b) { return a < b ? a : b; }
static inline double greater(double a, double b) { return a > b ? a : b; }
static double median_of_three(double a, double b, double c) { return greater(lesser(a, b), lesser(greater(a, b), c)); }

/* Hoare 1961, Algorithm 65, Communications of the ACM 4. */
void robust_place(double *x, size_t n, size_t k)
{
    size_t low = 0, high = n - 1;
    while (high - low >= FEW) {
        double pivot = median_of_three(x[low], x[low + (high - low) / 2], x[high]);
        size_t i = low, j = high;
        for (;;) {
            while (x[i] < pivot) i++;
            while (x[j] > pivot) j--;
            if (i >= j) break;
            double one = x[i];
            x[i++] = x[j], x[j--] = one;
        }
        if (k <= j) high = j;
        else low = j + 1;
    }
    sort_few(x + low, high - low + 1);
}

static double middle(double *x, size_t n)
{
    if (!n) return NAN;
    robust_place(x, n, n / 2);
    if (n % 2) return x[n / 2];
    double before = x[0];
    for (size_t i = 1; i < n / 2; i++) before = greater(before, x[i]);
    return (before + x[n / 2]) / 2;
}

/* With a small copy: a large one takes longer to be cleared than a few values to be sorted. */
static double median_of_few(const double *x, size_t n)
{
    double copy[FEW];
    memcpy(copy, x, n * sizeof *x);
    return middle(copy, n);
}

double robust_median(const double *x, size_t n)
{
    if (n == 3) return median_of_three(x[0], x[1], x[2]); /* most are */
    if (n <= FEW) return median_of_few(x, n);
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
