#include "curve.h"

void curve_init(struct curve *c, struct bucket *buckets, uint32_t capacity)
{
    *c = (struct curve){.capacity = capacity, .width = 1, .buckets = buckets};
}

static void join(struct bucket *to, const struct bucket *a, const struct bucket *b)
{
    uint32_t fa = a->n - a->nonfinite, fb = b->n - b->nonfinite;
    struct bucket r = {.first_step = a->first_step,
                       .last_step = b->last_step,
                       .first_line = a->first_line,
                       .n = a->n + b->n,
                       .nonfinite = a->nonfinite + b->nonfinite,
                       .mean = a->mean,
                       .min = a->min,
                       .max = a->max,
                       .last = a->last};
    if (fa == 0) r.mean = b->mean, r.min = b->min, r.max = b->max, r.last = b->last;
    else if (fb > 0) {
        r.mean += (b->mean - a->mean) * fb / (fa + fb);
        r.min = fmin(a->min, b->min);
        r.max = fmax(a->max, b->max);
        r.last = b->last;
    }
    *to = r;
}

void curve_append(struct curve *c, int64_t step, double value, uint64_t line)
{
    bool finite = isfinite(value);
    struct bucket one = {.first_step = step,
                         .last_step = step,
                         .first_line = line < UINT32_MAX ? (uint32_t)line : UINT32_MAX,
                         .n = 1,
                         .nonfinite = !finite,
                         .mean = finite ? value : NAN,
                         .min = finite ? value : NAN,
                         .max = finite ? value : NAN,
                         .last = finite ? value : NAN};
    c->points++;
    c->nonfinite += !finite;
    if (c->used && c->buckets[c->used - 1].n < c->width) {
        join(&c->buckets[c->used - 1], &c->buckets[c->used - 1], &one);
        return;
    }
    if (c->used == c->capacity) {
        for (uint32_t i = 0; i < c->used / 2; i++) join(&c->buckets[i], &c->buckets[2 * i], &c->buckets[2 * i + 1]);
        c->used /= 2;
        c->width *= 2;
    }
    c->buckets[c->used++] = one;
}

void curve_narrow(const struct curve *from, struct curve *to)
{
    uint32_t times = 1;
    while ((uint64_t)to->capacity * from->width * times < from->points) times *= 2;
    to->used = 0;
    to->width = from->width * times;
    to->points = from->points;
    to->nonfinite = from->nonfinite;
    for (uint32_t i = 0; i < from->used; i++) {
        if (i % times == 0) to->buckets[to->used++] = from->buckets[i];
        else join(&to->buckets[to->used - 1], &to->buckets[to->used - 1], &from->buckets[i]);
    }
}
