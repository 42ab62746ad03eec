#include "rolling.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* How many of the first n sorted values are below x. Without branches: which way a noisy value goes cannot be predicted. */
static uint32_t place(const double *sorted, uint32_t n, double x)
{
    uint32_t at = 0;
    for (uint32_t step = ROLLING_MAX / 2; step; step /= 2) {
        uint32_t probe = at + step;
        at = probe <= n && sorted[probe - 1] < x ? probe : at;
    }
    return at + (at < n && sorted[at] < x);
}

/* The same of a full window: most are. All are asked, two at a time, and none waits for the answer of another. */
typedef double two __attribute__((vector_size(16)));
typedef int64_t two_whole __attribute__((vector_size(16)));
static uint32_t place_full(const double *sorted, double x)
{
    const two limit = {x, x};
    two_whole below = {0, 0};
#pragma GCC unroll 8
    for (uint32_t i = 0; i < ROLLING_MAX; i += 2) {
        two v;
        memcpy(&v, &sorted[i], sizeof v);
        below -= v < limit; /* true is -1 */
    }
    return (uint32_t)(below[0] + below[1]);
}

/* Ranks from `first` on, `n` of them, become larger by one (or smaller: by 255). All in bytes: so the compiler does sixteen at a time. */
static void move_ranks(uint8_t *rank, uint8_t first, uint8_t n, uint8_t by)
{
    for (uint32_t i = 0; i < ROLLING_MAX; i++) {
        uint8_t above = (uint8_t)(rank[i] - first), is = above < n ? UINT8_MAX : 0;
        rank[i] = (uint8_t)(rank[i] + (is & by));
    }
}

/* While the window is full the oldest value leaves from its place and the new one enters at its own: what lies between moves by one. */
void rolling_add(struct rolling *r, double x)
{
    bool full = r->n == ROLLING_MAX;
    uint32_t to = full ? place_full(r->sorted, x) : place(r->sorted, r->n, x), from = full ? r->rank[r->at] : r->n++;
    if (from > to) {
        memmove(&r->sorted[to + 1], &r->sorted[to], (from - to) * sizeof *r->sorted);
        move_ranks(r->rank, (uint8_t)to, (uint8_t)(from - to), 1);
    } else if (from + 1 < to) {
        memmove(&r->sorted[from], &r->sorted[from + 1], (to - from - 1) * sizeof *r->sorted);
        move_ranks(r->rank, (uint8_t)(from + 1), (uint8_t)(to - from - 1), UINT8_MAX);
    }
    if (to > from) to--;
    r->sorted[to] = x;
    r->rank[r->at] = (uint8_t)to;
    r->at = (r->at + 1) % ROLLING_MAX;
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
