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
