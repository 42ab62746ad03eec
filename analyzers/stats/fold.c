#include "fold.h"

#include <math.h>
#include <stdint.h>

#define NEARLY 0.85 /* multiples of the true period explain as much, and a little more by chance */
/* A period of which the eighths hold two whole ones is left in what their levels are taken off: its places explain about as much as the
 * autocorrelation there is. Below this a peak is noise (0.06 for 256 values) and is not tried. */
#define HOPELESS 0.15

static inline double lesser(double a, double b) { return a < b ? a : b; } /* fmin is a call */
static inline double greater(double a, double b) { return a > b ? a : b; }

/* The values without the level of one period around each, where a whole period is known; returns how many, and where they lie. */
static size_t without_level(const float *place, const float *value, size_t n, double period, double *rest, double *at)
{
    double sum = 0, first = place[0], last = place[n - 1], half = period / 2, one = 1 / period;
    size_t lo = 0, hi = 0, m = 0;
    for (size_t i = 0; i < n; i++) {
        double here = place[i];
        while (hi < n && place[hi] < here + half) sum += value[hi++];
        while (place[lo] < here - half) sum -= value[lo++];
        if (here - half < first || here + half > last) continue;
        at[m] = (here - first) * one;
        rest[m++] = value[i] - sum / (double)(hi - lo);
    }
    return m;
}

static inline size_t bin_of(double at, size_t bins)
{
    size_t b = (size_t)((at - (double)(int64_t)at) * (double)bins); /* never negative; floor is a call */
    return b < bins ? b : bins - 1;
}

/* The mean of each place from value `from` to value `to`; 0 where there is none. */
static void profile(const double *rest, const double *at, size_t from, size_t to, size_t bins, double *mean)
{
    double n[FOLD_BINS] = {0};
    for (size_t b = 0; b < bins; b++) mean[b] = 0;
    for (size_t i = from; i < to; i++) {
        size_t b = bin_of(at[i], bins);
        mean[b] += rest[i], n[b]++;
    }
    for (size_t b = 0; b < bins; b++) mean[b] = n[b] > 0 ? mean[b] / n[b] : 0;
}

static double correlation(const double *a, const double *b, size_t n)
{
    double ma = 0, mb = 0, ab = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < n; i++) ma += a[i] / (double)n, mb += b[i] / (double)n;
    for (size_t i = 0; i < n; i++) {
        ab += (a[i] - ma) * (b[i] - mb);
        aa += (a[i] - ma) * (a[i] - ma), bb += (b[i] - mb) * (b[i] - mb);
    }
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

static double mean_of(const float *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i];
    return sum / (double)n;
}

/* What is folded at one period: the values without their level, and where they lie. */
struct laid {
    double rest[FOLD_MAX], at[FOLD_MAX], periods;
    size_t n, bins;
};

static bool lay(const float *place, const float *value, size_t n, double period, struct laid *l)
{
    if (n > FOLD_MAX || n < 4 * FOLD_LEAST || !(period > 0)) return false;
    l->periods = ((double)place[n - 1] - place[0]) / period;
    double in_one = (double)(n - 1) / l->periods;
    if (l->periods < 4 || in_one < FOLD_LEAST) return false;
    l->bins = in_one < FOLD_BINS ? (size_t)in_one : FOLD_BINS;
    l->n = without_level(place, value, n, period, l->rest, l->at);
    return l->n >= 3 * l->bins;
}

/* What the places explain of the variance. */
static double share_of(const struct laid *l, const double *whole)
{
    double all = 0, left = 0, mean = 0;
    for (size_t i = 0; i < l->n; i++) mean += l->rest[i];
    mean /= (double)l->n;
    for (size_t i = 0; i < l->n; i++) {
        double off = l->rest[i] - whole[bin_of(l->at[i], l->bins)];
        all += (l->rest[i] - mean) * (l->rest[i] - mean), left += off * off;
    }
    return all > 0 ? 1 - left / all : 0;
}

bool fold_at(const float *place, const float *value, size_t n, double period, struct fold *ret)
{
    struct laid l;
    double whole[FOLD_BINS], first[FOLD_BINS], second[FOLD_BINS], low = INFINITY, high = -INFINITY;
    size_t half = 0, quarter = n / 4;
    if (!lay(place, value, n, period, &l)) return false;
    while (half < l.n && l.at[half] < l.periods / 2) half++;
    profile(l.rest, l.at, 0, l.n, l.bins, whole);
    profile(l.rest, l.at, 0, half, l.bins, first);
    profile(l.rest, l.at, half, l.n, l.bins, second);
    for (size_t b = 0; b < l.bins; b++) low = lesser(low, whole[b]), high = greater(high, whole[b]);
    double change = mean_of(value + n - quarter, quarter) - mean_of(value, quarter);
    *ret = (struct fold){.share = share_of(&l, whole),
                         .swing = high - low,
                         .agreement = correlation(first, second, l.bins),
                         .trend = fabs(change) / (0.75 * l.periods),
                         .periods = l.periods,
                         .values = l.n,
                         .bins = l.bins};
    return true;
}

/* Autocorrelation at whole lags, of the values without the level of an eighth of the curve around each. */
static void autocorrelation(const float *value, size_t n, double *r, size_t lags)
{
    float rest[FOLD_MAX];
    double sum = 0, power = 0;
    size_t lo = 0, hi = 0, reach = n / 16;
    for (size_t i = 0; i < n; i++) {
        while (hi < n && hi <= i + reach) sum += value[hi++];
        while (lo + reach < i) sum -= value[lo++];
        double off = value[i] - sum / (double)(hi - lo);
        rest[i] = (float)off;
        power += off * off / (double)n;
    }
    for (size_t lag = 0; lag < lags; lag++) {
        double a[4] = {0}; /* four sums, so that none waits for the one before */
        size_t i = 0;
        for (; i + 3 + lag < n; i += 4)
            for (size_t k = 0; k < 4; k++) a[k] += (double)rest[i + k] * rest[i + k + lag];
        for (; i + lag < n; i++) a[0] += (double)rest[i] * rest[i + lag];
        r[lag] = power > 0 ? (a[0] + a[1] + a[2] + a[3]) / power / (double)(n - lag) : 0;
    }
}

/* What the places explain of what is laid at one period when it is folded at another, hardly different one: `by` times as many periods.
 * Of each place the sum and how many are enough; power: the squares of all values. */
static double share_beside(const struct laid *l, double by, double power)
{
    double sum[FOLD_BINS + 1] = {0}, all = 0, between = 0; /* one more, should a place be rounded up to the next period */
    uint32_t n[FOLD_BINS + 1] = {0};
    double bins = (double)l->bins;
    for (size_t i = 0; i < l->n; i++) {
        double at = l->at[i] * by;
        size_t b = (size_t)(int64_t)((at - (double)(int64_t)at) * bins);
        sum[b] += l->rest[i], n[b]++;
    }
    for (size_t b = 0; b <= l->bins; b++) {
        all += sum[b];
        if (n[b]) between += sum[b] * sum[b] / n[b];
    }
    double within = power - between, whole = power - all * all / (double)l->n;
    return whole > 0 ? 1 - within / whole : 0;
}

/* The best period less than half a value away from a lag: tried so close to each other that over the whole curve they part by a quarter.
 * Which level is taken off hardly depends on half a value more or less: it is taken off once. */
static double refine(const float *place, const float *value, size_t n, double lag, double apart, double *share)
{
    struct laid l;
    double best = 0, by = lesser(lag * lag / (4 * (double)n), 0.25), power = 0;
    double at = greater(lag, 1.001 * FOLD_LEAST); /* a little more, or it may be too few by rounding */
    *share = 0;
    if (!lay(place, value, n, at * apart, &l)) return 0;
    for (size_t i = 0; i < l.n; i++) power += l.rest[i] * l.rest[i];
    for (double k = greater(lag - 0.5, FOLD_LEAST); k <= lag + 0.5; k += by) {
        double explains = share_beside(&l, at / k, power);
        if (explains > *share) *share = explains, best = k * apart;
    }
    return best;
}

double fold_search(const float *place, const float *value, size_t n, struct fold *ret)
{
    enum { PEAKS = 6 };
    double r[FOLD_MAX / 4 + 2], period[PEAKS], share[PEAKS] = {0}, most = 0, best = 0;
    size_t lags = n / 4 + 2, peaks = 0;
    if (n > FOLD_MAX || n < 4 * FOLD_LEAST) return 0;
    double apart = ((double)place[n - 1] - place[0]) / (double)(n - 1);
    autocorrelation(value, n, r, lags);
    for (size_t lag = FOLD_LEAST; lag + 1 < lags; lag++) most = greater(most, r[lag]);
    for (size_t lag = FOLD_LEAST; lag + 1 < lags && peaks < PEAKS; lag++) {
        if (r[lag] < most / 2 || r[lag] < r[lag - 1] || r[lag] < r[lag + 1]) continue;
        bool hopeless = lag <= n / 16 && r[lag] < HOPELESS;
        period[peaks] = hopeless ? 0 : refine(place, value, n, (double)lag, apart, &share[peaks]);
        best = greater(best, share[peaks++]);
    }
    for (size_t i = 0; i < peaks && best > 0; i++)
        if (share[i] >= NEARLY * best && fold_at(place, value, n, period[i], ret)) return period[i];
    return 0;
}
