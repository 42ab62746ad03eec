/* robust - medians, trends and noise of short arrays: what the buckets of a curve are judged by. */
#ifndef MLWATCH_ROBUST_H
#define MLWATCH_ROBUST_H

#include <stddef.h>

enum { ROBUST_MAX = 256 };

/* robust_median - of n finite values, which stay as they are; NaN for n 0. n at most ROBUST_MAX. O(n log n) */
double robust_median(const double *x, size_t n);
/* robust_place - the value of rank k, from 0, comes to x[k], the smaller ones before it. n above k. O(n) */
void robust_place(double *x, size_t n, size_t k);
/* robust_sd - 1.4826 * MAD of n values. */
double robust_sd(const double *x, size_t n);
/* robust_noise - standard deviation around a slowly moving level: 1.4826 * MAD of the first differences / sqrt(2).
 * Source: the difference estimator of von Neumann 1941, made robust. 0 for n < 3. */
double robust_noise(const double *x, size_t n);
/* robust_slope - Theil-Sen slope per index. O(n^2); use it on at most 64 values. Source: Sen 1968, JASA 63(324). */
double robust_slope(const double *x, size_t n);
/* robust_trend - Mann-Kendall z of an upward (positive) or downward trend, ties counted. O(n^2). Source: Kendall 1975. */
double robust_trend(const double *x, size_t n);

#endif
