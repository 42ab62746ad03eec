#include "levels.h"

#include "robust.h"

#define HOLDS 0.01 /* of its best that a score may lose and still hold: of 150 rows it is one or two */

uint32_t levels_width(const struct curve *fine)
{
    uint32_t width = 1;
    while ((uint64_t)width * LEVELS_MOST < fine->points) width *= 2;
    return width;
}

void levels_of(const struct heard *h, struct levels *ret)
{
    struct past_room room;
    const struct curve *fine = past_fine(h->past, &room);
    struct curve narrow;
    ret->series = h->series, ret->buckets = fine->buckets, ret->n = fine->used, ret->width = levels_width(fine);
    if (fine->width == 1 && fine->used <= LEVELS_MOST && fine != &room.curve) return;
    curve_init(&narrow, ret->room, LEVELS_MOST);
    curve_narrow(fine, &narrow);
    ret->buckets = ret->room, ret->n = narrow.used;
}

size_t levels_until(const struct levels *l, int64_t step)
{
    size_t n = l->n;
    while (n > 0 && l->buckets[n - 1].first_step > step) n--;
    return n;
}

static double median_of(const double *x, size_t n)
{
    if (n != 3) return robust_median(x, n);
    double low = x[0] < x[1] ? x[0] : x[1], high = x[0] < x[1] ? x[1] : x[0];
    return x[2] < low ? low : x[2] > high ? high : x[2];
}

void levels_smooth(const double *y, size_t n, double *level)
{
    for (size_t i = 0; i < n; i++) {
        size_t from = i ? i - 1 : 0, to = i + 2 < n ? i + 2 : n;
        if (to - from < LEVELS_OF && n >= LEVELS_OF) from = i ? n - LEVELS_OF : 0, to = from + LEVELS_OF;
        level[i] = median_of(y + from, to - from);
    }
}

double levels_undone(const double *level, size_t best)
{
    double low = INFINITY, largest = 1;
    for (size_t i = 0; i <= best; i++) {
        if (level[i] < low) low = level[i];
        if (level[i] > largest * low) largest = level[i] / low;
    }
    return largest;
}

double levels_noise(const double *y, size_t n)
{
    double logs[LEVELS_MOST];
    for (size_t i = 0; i < n; i++) logs[i] = log(y[i]);
    return fmax(robust_noise(logs, n), 0.002);
}

double levels_fell(const struct heard *h, int64_t from, int64_t to)
{
    struct levels l;
    double y[LEVELS_MOST], level[LEVELS_MOST];
    levels_of(h, &l);
    size_t n = levels_until(&l, to);
    if (!n) return NAN;
    bool positive = true;
    for (size_t i = 0; i < n; i++) positive = positive && l.buckets[i].min >= 0; /* 0: less than is printed */
    for (size_t i = 0; i < n; i++) y[i] = positive ? log(fmax(l.buckets[i].mean, LEVELS_LEAST)) : l.buckets[i].mean;
    levels_smooth(y, n, level);
    double then = level[0];
    for (size_t i = 1; i < n; i++)
        if (l.buckets[i].first_step <= from) then = level[i];
    double fall = then - level[n - 1];
    return fall > 2 * robust_noise(level, n) ? fall : 0;
}

bool levels_hold(const struct heard *h, int64_t at)
{
    struct levels l;
    double y[LEVELS_MOST], level[LEVELS_MOST];
    levels_of(h, &l);
    size_t n = levels_until(&l, at), best = 0;
    if (n < LEVELS_OF) return false;
    for (size_t j = 0; j < n; j++) y[j] = l.buckets[j].mean;
    levels_smooth(y, n, level);
    for (size_t j = 1; j < n; j++)
        if (level[j] > level[best]) best = j;
    double slack = fmax(2 * robust_noise(level, n), HOLDS * fabs(level[best]));
    return level[n - 1] >= level[best] - slack && level[n - 1] > l.buckets[0].mean;
}
