#include "cycle.h"

#include <math.h>

#define ALIKE 0.25 /* of it, that a ratio of two intervals differs from what it should be */

void cycle_add(struct cycle *c, const struct point *p)
{
    if (!c->series)
        *c =
            (struct cycle){.series = p->series, .low = INFINITY, .high = -INFINITY, .first_step = p->step, .first_line = p->line};
    if (c->series != p->series) return;
    c->n++;
    c->mean += (p->value - c->mean) / (double)c->n;
    c->low = fmin(c->low, p->value), c->high = fmax(c->high, p->value);
    c->last_step = p->step, c->last_line = p->line;
    bool above = p->value > c->mean;
    if (c->n > 2 && above != c->above) {
        double interval = (double)(c->n - c->crossed_at);
        if (c->crossings++) c->sum += interval, c->squares += interval * interval;
        c->crossed_at = c->n;
    }
    c->above = above;
}

double cycle_interval(const struct cycle *c, double crossings, double least, double regular)
{
    double m = (double)c->crossings - 1, mean = c->sum / m, sd = sqrt(fmax(c->squares / m - mean * mean, 0));
    if ((double)c->crossings < crossings || mean < least || sd > regular * mean) return NAN;
    return (double)(c->n - c->crossed_at) <= 2 * mean ? mean : NAN;
}

bool cycle_in_turn(double generator, double discriminator)
{
    double ratio = generator / discriminator;
    return fabs(ratio - 1) <= ALIKE || fabs(ratio / 2 - 1) <= ALIKE;
}
