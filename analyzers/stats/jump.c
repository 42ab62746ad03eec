#include "jump.h"

#include "robust.h"

enum { BEFORE = 5, AFTER = 4, MOST = 96 };

static double highest(const double *y, size_t n)
{
    double high = y[0];
    for (size_t i = 1; i < n; i++) high = fmax(high, y[i]);
    return high;
}

static void note(const struct curve *c, size_t at, double from, double undone, double to, struct jump *ret)
{
    const struct bucket *b = &c->buckets[at], *last = &c->buckets[c->used - 1];
    *ret = (struct jump){from, to, undone, b->first_step, last->last_step, b->first_line, last->first_line};
}

bool curve_jumps(const struct curve *c, double undone, double factor, struct jump *ret)
{
    double y[MOST], most = undone, least = INFINITY;
    size_t n = c->used;
    bool found = false;
    if (n < BEFORE + AFTER || n > MOST) return false;
    for (size_t i = 0; i < n; i++) {
        y[i] = c->buckets[i].mean;
        if (!isfinite(y[i])) return false;
    }
    double first = robust_median(y, 3);
    for (size_t at = n; at-- > BEFORE;) {
        least = fmin(least, y[at]);
        double from = highest(y + at - BEFORE, BEFORE), lost = (least - from) / (first - from);
        if (n - at < AFTER || !(first > from) || least < factor * from || lost < most) continue;
        most = lost, found = true;
        note(c, at, from, lost, robust_median(y + at, n - at), ret);
    }
    return found;
}

static double mean_of(const double *y, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += y[i];
    return sum / (double)n;
}

bool curve_falls_back(const struct curve *c, double undone, double sd, struct jump *ret)
{
    double y[MOST], most = sd;
    size_t n = c->used, late = c->used / 4;
    bool found = false;
    if (n < 2 * BEFORE + AFTER || n > MOST) return false;
    for (size_t i = 0; i < n; i++) {
        y[i] = c->buckets[i].mean;
        if (!isfinite(y[i])) return false;
    }
    double first = robust_median(y, 3), noise = robust_noise(y, n);
    double end = fmin(robust_median(y + n - late, late), robust_median(y + n - BEFORE, BEFORE));
    for (size_t at = BEFORE + 1; at + late <= n && noise > 0; at++) {
        double from = mean_of(y + at - BEFORE, BEFORE), to = mean_of(y + at, n - at);
        double error = noise * sqrt(1.0 / BEFORE + 1.0 / (double)(n - at)), lost = (fmin(to, end) - from) / (first - from);
        if (first - from < sd / 2 * error || lost < undone || (to - from) / error < most) continue;
        most = (to - from) / error, found = true;
        note(c, at, from, lost, to, ret);
    }
    return found;
}
