#include "climb.h"

#include <math.h>
#include <string.h>

#include "robust.h"

enum { FIRST = 16, KNOWN = 32, MEANS_LEAST = 6 };
#define LIMIT    6.0  /* mean differences: no single value moves a level by more */
#define LIMIT_LN 0.15 /* nor by less than this, where a series has no noise to speak of */

/* An average of weight w over independent values spreads by sqrt(w / (2 - w)) of them, and has forgotten after about two over w. */
static const struct {
    double weight, spread;
    uint32_t span; /* a power of 2 */
} of[CLIMB_LEVELS] = {[CLIMB_FAST] = {1.0 / 5, 1.0 / 3, 16}, [CLIMB_SLOW] = {1.0 / 16, 0.18, 64}};

void climb_begin(struct climb *c) { memset(c, 0, sizeof *c); }

static void follow_change(struct climb *c, double y)
{
    double size = fabs(y - c->previous), limit = 4 * c->change;
    if (c->n > 8 && size > limit) size = limit;
    if (c->n >= KNOWN) c->change += (size - c->change) * (1.0 / KNOWN);
    else if (c->n > 1) c->change += (size - c->change) / (double)(c->n - 1);
    c->previous = y;
}

/* Second differences, so that neither a falling curve nor one that climbs steadily seems to swing. None counts above four times the mean. */
static void follow_swing(struct climb_level *l)
{
    double size = fabs(l->level - 2 * l->before[0] + l->before[1]), limit = 4 * l->swing;
    l->swings++;
    if (l->swings > 5 && size > limit) size = limit;
    if (l->swings > 2) l->swing += (size - l->swing) / (l->swings < 18 ? l->swings - 2 : 16);
    l->before[1] = l->before[0];
    l->before[0] = l->level;
}

/* Returns whether it is at its best. */
static bool follow_level(struct climb *c, struct climb_level *l, double w, double y)
{
    double off = y - l->level, most = LIMIT * c->change > LIMIT_LN ? LIMIT * c->change : LIMIT_LN;
    if (c->n > FIRST && fabs(off) > most) off = off > 0 ? most : -most;
    l->level += off * (c->n < KNOWN && (double)c->n * w < 1 ? 1 / (double)c->n : w);
    if (l->level > l->peak) l->peak = l->level;
    l->fell = c->n > FIRST && l->level - l->best < (l->peak - l->best) / 2;
    if (l->fell) { /* that rise came to nothing */
        if (l->peak - l->best > l->undone) l->undone = l->peak - l->best;
        l->peak = l->level;
    }
    if (l->level >= l->best && c->n > FIRST) return false;
    l->best = l->peak = l->level;
    return true;
}

static void follow_means(struct climb *c, double y)
{
    c->sum += y;
    if (++c->in_sum < c->width) return;
    if (c->used == CLIMB_MEANS) {
        for (uint32_t i = 0; i < CLIMB_MEANS / 2; i++) c->mean[i] = (c->mean[2 * i] + c->mean[2 * i + 1]) / 2;
        c->used = CLIMB_MEANS / 2;
        c->width *= 2;
        if (c->in_sum < c->width) return;
    }
    c->mean[c->used++] = c->sum / c->in_sum;
    c->sum = 0, c->in_sum = 0;
}

bool climb_add(struct climb *c, double y)
{
    c->n++;
    follow_change(c, y);
    bool best = follow_level(c, &c->of[CLIMB_FAST], of[CLIMB_FAST].weight, y);
    follow_level(c, &c->of[CLIMB_SLOW], of[CLIMB_SLOW].weight, y);
    if (c->n == FIRST) c->initial = c->of[CLIMB_SLOW].level;
    for (int i = 0; i < CLIMB_LEVELS; i++)
        if (c->n >= FIRST && (c->n & (of[i].span - 1)) == 0) follow_swing(&c->of[i]);
    if (best) c->used = c->in_sum = 0, c->width = 1, c->sum = 0;
    else follow_means(c, y);
    return best;
}

/* For a normal bulk the mean size of a difference is 2 / sqrt(pi) standard deviations, that of a second difference sqrt(12 / pi). */
double climb_sd(const struct climb *c, int which)
{
    const struct climb_level *l = &c->of[which];
    double single = 0.8862 * c->change * of[which].spread, fast = 0.5117 * c->of[CLIMB_FAST].swing;
    double swing = l->swings > 4 ? 0.5117 * l->swing : fast * of[which].spread / of[CLIMB_FAST].spread;
    return fmax(single, swing);
}

bool climb_goes_on(const struct climb *c, double z)
{
    const struct climb_level *fast = &c->of[CLIMB_FAST];
    size_t n = c->used, third = n / 3;
    if (n < MEANS_LEAST || robust_trend(c->mean, n) < z) return false;
    double first = robust_median(c->mean, third), middle = robust_median(c->mean + (n - third) / 2, third),
           last = robust_median(c->mean + n - third, third);
    return last - middle >= (middle - first) / 2 && fast->level - first >= (fast->level - c->of[CLIMB_SLOW].best) / 2;
}
