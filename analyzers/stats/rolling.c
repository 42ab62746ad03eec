#include "rolling.h"

#include <math.h>
#include <string.h>

/* First index whose value is not below x. */
static uint32_t place(const double *sorted, uint32_t n, double x)
{
    uint32_t low = 0, high = n;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (sorted[middle] < x) low = middle + 1;
        else high = middle;
    }
    return low;
}

void rolling_add(struct rolling *r, double x)
{
    if (r->n == ROLLING_MAX) {
        uint32_t old = place(r->sorted, r->n, r->ring[r->at]);
        memmove(&r->sorted[old], &r->sorted[old + 1], (r->n - old - 1) * sizeof *r->sorted);
        r->n--;
    }
    uint32_t to = place(r->sorted, r->n, x);
    memmove(&r->sorted[to + 1], &r->sorted[to], (r->n - to) * sizeof *r->sorted);
    r->sorted[to] = x;
    r->n++;
    r->ring[r->at] = x;
    r->at = (r->at + 1) % ROLLING_MAX;
}

double rolling_median(const struct rolling *r)
{
    if (!r->n) return NAN;
    return r->n % 2 ? r->sorted[r->n / 2] : (r->sorted[r->n / 2 - 1] + r->sorted[r->n / 2]) / 2;
}

/* The deviations grow outwards from the median on both sides of the sorted values: merge the two until half are seen. */
double rolling_sd(const struct rolling *r)
{
    double median = rolling_median(r), deviation = 0, before = 0;
    int64_t left = (int64_t)r->n / 2 - 1, right = r->n / 2;
    if (!r->n) return 0;
    for (uint32_t seen = 0; seen <= r->n / 2; seen++) {
        before = deviation;
        double down = left >= 0 ? median - r->sorted[left] : INFINITY,
               up = right < (int64_t)r->n ? r->sorted[right] - median : INFINITY;
        if (down < up) deviation = down, left--;
        else deviation = up, right++;
    }
    return 1.4826 * (r->n % 2 ? deviation : (before + deviation) / 2);
}
