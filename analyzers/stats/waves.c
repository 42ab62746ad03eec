#include "waves.h"

void waves_follow(struct waves_sums *sums, struct waves_at *at, const struct curve *c, double value)
{
    enum { HALF = TRACK_BUCKETS / 2 };
    uint32_t now = c->used;
    bool joined = c->width > at->width;
    for (uint32_t i = 0; joined && i + 1 < now && i < HALF; i++)
        sums[i] = (struct waves_sums){sums[2 * i].squares + sums[2 * i + 1].squares,
                                      sums[2 * i].changes + sums[2 * i + 1].changes, sums[2 * i].leaps + sums[2 * i + 1].leaps};
    for (uint32_t i = HALF; joined && i + 1 < now; i++) sums[i] = (struct waves_sums){0};
    if (now != at->used) sums[now - 1] = (struct waves_sums){0};
    at->width = c->width, at->used = now;
    waves_join(sums, at, value);
}

struct waves waves_late(const struct waves_sums *sums, const struct curve *c)
{
    struct waves w = {.from = c->used / 2};
    double sum = 0, squares = 0, changes = 0, leaps = 0;
    for (uint32_t i = (uint32_t)w.from; i < c->used; i++) {
        w.points += c->buckets[i].n;
        sum += c->buckets[i].n * c->buckets[i].mean;
        squares += sums[i].squares;
        changes += sums[i].changes;
        leaps += sums[i].leaps;
    }
    w.mean = sum / w.points;
    w.sd = sqrt(fmax(squares / w.points - w.mean * w.mean, 0));
    w.ratio = changes / w.points / w.sd;
    w.squared = leaps / w.points / 2 / (w.sd * w.sd);
    return w;
}

bool waves_fill(const struct waves *w, const struct curve *c)
{
    size_t n = c->used, moving = 0;
    for (size_t i = w->from; i < n; i++) {
        const struct bucket *b = &c->buckets[i], *before = &c->buckets[i - 1];
        moving += b->max - b->min > w->sd || fabs(b->mean - before->mean) > w->sd / 2;
    }
    return 2 * moving > n - w->from;
}

size_t waves_onset(const struct waves *w, const struct curve *c)
{
    size_t from = w->from;
    while (from > 0 && c->buckets[from - 1].max - c->buckets[from - 1].min > w->sd) from--;
    return from;
}
