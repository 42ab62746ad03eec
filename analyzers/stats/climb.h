/* climb - a level that climbs from its lowest: how far, how steadily, and whether by itself it ever did so before.
 *
 * Two exponential averages on one scale (Roberts 1959), a fast one that is seldom behind and a slow one that noise hardly moves. Each
 * remembers its lowest, and the largest rise from there of which half was undone: so far the level wanders by itself.
 * What came since the lowest is kept in a few means, so that a climb that goes on is told from one that came to a stand. */
#ifndef MLWATCH_CLIMB_H
#define MLWATCH_CLIMB_H

#include <stdbool.h>
#include <stdint.h>

enum { CLIMB_FAST, CLIMB_SLOW, CLIMB_LEVELS, CLIMB_MEANS = 16 };
struct climb_level {
    double level, best, peak, undone; /* peak: since the best one, or since it last fell from one by half of the rise */
    bool fell;                        /* with the newest value */
    double before[2], swing;          /* levels a span and two spans ago; mean size of second differences over a span */
    uint32_t swings;
};
struct climb {
    uint64_t n;
    double previous, change; /* mean size of first differences, none counted above four times it */
    double initial;          /* slow level once there was one */
    struct climb_level of[CLIMB_LEVELS];
    double mean[CLIMB_MEANS], sum; /* of the values since the fast level's best, width of them each */
    uint32_t used, width, in_sum;
};

/* climb_begin - forget everything. climb_add - one finite value. O(1), about 8 ns. Returns whether the fast level is at its best. */
void climb_begin(struct climb *c);
bool climb_add(struct climb *c, double y);
/* climb_sd - standard deviation of a level around a straight line, by its second differences over a span in which it forgets, and no less than
 * independent values would give it. Source: the difference estimator of von Neumann 1941, one order higher. */
double climb_sd(const struct climb *c, int which);
/* climb_rise - of a level above its best. */
static inline double climb_rise(const struct climb *c, int which) { return c->of[which].level - c->of[which].best; }
/* climb_goes_on - does what came since the best one rise more surely than by chance, the last third of it at least half as fast as the second,
 * and was most of the rise made on the way?  z: Mann-Kendall's. O(CLIMB_MEANS^2), for when a rise is large enough. */
bool climb_goes_on(const struct climb *c, double z);

#endif
