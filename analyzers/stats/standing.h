/* standing - has a loss stood still since a step, and is there anything left of it to learn? */
#ifndef MLWATCH_STANDING_H
#define MLWATCH_STANDING_H

#include "track_level.h"

/* standing_since - from `step` on: is the loss no lower at the end than soon after it, by more than a share of it or than its noise, and
 * not as good as solved? False while too little is known.
 *   fall     share that it may have fallen
 *   solved   share of its first level at which nothing is left to learn */
static inline bool standing_since(const struct track *t, int64_t step, double fall, double solved)
{
    double mean[TRACK_BUCKETS], noise = track_noise(t);
    size_t n = track_means(t, mean), from = 0;
    while (from < n && t->curve->buckets[from].first_step < step) from++;
    size_t third = (n - from) / 3;
    if (n < 8 || third < 1) return false;
    double first = track_level(t, 0, 0.1), then = robust_median(mean + from, third), now = robust_median(mean + n - third, third);
    return !(first > 0 && now <= solved * first) && then - now <= fmax(fall * fabs(then), noise);
}

#endif
