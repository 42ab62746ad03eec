/* rises_early - a log of few values: does the loss climb for good, before there are enough of them for averages?
 *
 * Three values in a row, each above the one before it and the last above all since the lowest, are no sign by themselves: noise does that often. They are one where
 * what drives the loss has gone ahead: the last two gradient norms stand far above all of the recent ones before the lowest loss, by a factor or,
 * where norms hardly differ from one to the next, by their noise. A new task or a new term of the loss lifts both at once and in one leap, a
 * divergence feeds on itself: so no single step may make up most of the rise, but for the last one, which the norm before it foretold.
 * Where many norms are known and the last two stand several times above them all, no row of values is needed.
 * Weights that grow by a share of themselves from record to record, having stood before, need no more than a loss above its lowest.
 * Source: failure knowledge F28, F31 (norms grow before the loss does); ours. */
#ifndef MLWATCH_RISES_EARLY_H
#define MLWATCH_RISES_EARLY_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define RISES_EARLY_FADES 0.95 /* of the highest norm, a value: after eight it counts two thirds */
#define RISES_EARLY_LEAP  0.6  /* of the rise, that one step of it is at most */
#define RISES_EARLY_SD    8 /* of the norms' changes that the last two stand above the recent ones then: as loss_rising_height */
#define RISES_EARLY_LEAST 1.1 /* and times them at least: logs are rounded */
#define RISES_EARLY_FAR                                                                                                          \
    3 /* times the recent norms, that the last two are where no row is asked for: twice rises' 1.5, on the logarithm */
#define RISES_EARLY_GROWS 1.05 /* times the weight norm before, three times in a row: no seeded healthy run does once it stands */
#define RISES_EARLY_STOOD 1.1  /* times the highest of the first weight norms, that it had not left until then */
#define RISES_EARLY_ABOVE 1.1  /* times the lowest loss, where the weights tell */
enum {
    RISES_EARLY_ROW = 3,
    RISES_EARLY_FIRST = 4,
    RISES_EARLY_SEEN = 16,
    RISES_EARLY_MANY = 256 /* norms: of more none is early */
};

/* A norm beside the loss, as its values came. */
struct rises_norm {
    double last, before, most; /* the last two; the highest of the recent ones, fading */
    double first, from;        /* the highest of the first ones; the value that it grows from */
    double change;             /* mean size of the changes of its logarithm, none counted above four times it */
    uint32_t n, grew;          /* values; how many times in a row by a share of itself */
};
/* The loss, on the logarithm, since its lowest value. */
struct rises_loss {
    double low, last;
    double leap, newest; /* the largest step up since the lowest; the newest one */
    double top;          /* the highest value then, before this row of rises */
    double gradient;     /* the highest of the recent norms at the lowest */
    double steady;       /* their mean change then */
    uint32_t since, row; /* values since; rises in a row */
};

static inline void rises_norm_change(struct rises_norm *r, double value)
{
    double size = fabs(log(value / r->last)), weight = r->n < RISES_EARLY_SEEN ? 1.0 / r->n : 1.0 / RISES_EARLY_SEEN;
    if (r->n > RISES_EARLY_FIRST) size = fmin(size, 4 * r->change);
    r->change += weight * (size - r->change);
}

/* rises_norm_add - one finite value above 0. O(1) */
static inline void rises_norm_add(struct rises_norm *r, double value)
{
    if (r->n && r->n < RISES_EARLY_MANY) rises_norm_change(r, value);
    r->grew = r->n && value >= RISES_EARLY_GROWS * r->last ? r->grew + 1 : 0;
    if (r->grew == 1) r->from = r->last;
    if (r->n < RISES_EARLY_FIRST && value > r->first) r->first = value; /* fmax is a call */
    double fades = RISES_EARLY_FADES * r->most;
    r->most = fades > value ? fades : value;
    r->before = r->last, r->last = value;
    r->n++;
}

/* rises_loss_add - y: logarithm of the loss. Returns whether it is the lowest so far. */
static inline bool rises_loss_add(struct rises_loss *r, double y, const struct rises_norm *gradient, bool first)
{
    bool lowest = first || y < r->low;
    if (lowest) *r = (struct rises_loss){.low = y, .last = y, .top = y, .gradient = gradient->most, .steady = gradient->change};
    else {
        if (y <= r->last) r->top = fmax(r->top, r->last);
        r->row = y > r->last ? r->row + 1 : 0;
        r->newest = y - r->last;
        r->leap = fmax(r->leap, r->newest);
        r->last = y;
        r->since++;
    }
    return lowest;
}

/* rises_early - factor: above its lowest; ahead: times the recent gradient norms. */
static inline bool rises_early(const struct rises_loss *r, const struct rises_norm *gradient, const struct rises_norm *weight,
                               double factor, double ahead)
{
    double rise = r->last - r->low, sd = 0.8862 * r->steady; /* of a normal bulk, by the mean size of its differences */
    if (gradient->n > RISES_EARLY_SEEN) ahead = fmin(ahead, fmax(RISES_EARLY_LEAST, exp(RISES_EARLY_SD * sd)));
    bool driven = gradient->n > RISES_EARLY_FIRST && fmin(gradient->last, gradient->before) > ahead * r->gradient;
    bool feeds = r->leap <= RISES_EARLY_LEAP * rise || r->leap == r->newest;
    bool climbs = r->row >= RISES_EARLY_ROW && r->last > r->top && feeds;
    if (driven && climbs && rise >= log(factor)) return true;
    bool far = gradient->n > RISES_EARLY_SEEN && fmin(gradient->last, gradient->before) > RISES_EARLY_FAR * r->gradient;
    if (far && r->row && r->last > r->top && rise >= 2 * log(factor)) return true;
    bool grows = weight->grew >= RISES_EARLY_ROW && weight->n >= 2 * RISES_EARLY_FIRST;
    return grows && r->since >= 2 && weight->from <= RISES_EARLY_STOOD * weight->first && rise > log(RISES_EARLY_ABOVE);
}

#endif
