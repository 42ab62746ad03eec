/* track_level - what several analyzers ask of tracks: the series of a role, its level in a stretch of the run, its noise. */
#ifndef MLWATCH_TRACK_LEVEL_H
#define MLWATCH_TRACK_LEVEL_H

#include "lead.h"
#include "robust.h"
#include "track.h"

/* track_of_role - the main series of the role; NULL when there is none. */
static inline const struct track *track_of_role(const struct track *tracks, uint32_t n, enum role role)
{
    const struct track *found = NULL;
    for (uint32_t i = 0; i < n; i++)
        if (tracks[i].series->role == role && (!found || lead_of(tracks[i].series, found->series))) found = &tracks[i];
    return found;
}
/* track_level - median of the bucket means between two shares of the curve, [0, 1); NaN for an empty curve. */
static inline double track_level(const struct track *t, double from, double to)
{
    double mean[TRACK_BUCKETS];
    size_t n = track_means(t, mean), a = (size_t)(from * (double)n), b = (size_t)ceil(to * (double)n);
    return b > a ? robust_median(mean + a, b - a) : (double)NAN;
}
/* track_low, track_high - the least and the greatest single value there. */
static inline double track_low(const struct track *t)
{
    double low = INFINITY;
    for (uint32_t i = 0; i < t->curve->used; i++) low = fmin(low, t->curve->buckets[i].min);
    return low;
}
static inline double track_high(const struct track *t)
{
    double high = -INFINITY;
    for (uint32_t i = 0; i < t->curve->used; i++) high = fmax(high, t->curve->buckets[i].max);
    return high;
}
/* track_is_one_number - to all its digits, of which there are more than a rounded log has: not even batches differ, wherever the log begins. */
static inline bool track_is_one_number(const struct track *t)
{
    double low = track_low(t), thousandths = 1000 * low;
    return low == track_high(t) && fabs(thousandths - round(thousandths)) > 1e-6;
}
/* track_distinct - how many different values it has, as far as its buckets tell them apart. O(buckets^2) */
static inline size_t track_distinct(const struct track *t)
{
    size_t n = 0;
    for (uint32_t i = 0; i < t->curve->used; i++) {
        uint32_t k = 0;
        while (k < i && t->curve->buckets[k].last != t->curve->buckets[i].last) k++;
        n += k == i;
    }
    return n;
}
/* track_noise - standard deviation of a bucket's mean around a slowly moving level. */
static inline double track_noise(const struct track *t)
{
    double mean[TRACK_BUCKETS];
    size_t n = track_means(t, mean);
    return robust_noise(mean, n);
}
/* track_fills - has a bucket just been completed? Then it is time to judge a run that still goes on. */
static inline bool track_fills(const struct track *t)
{
    return t && t->curve->used > 0 && t->curve->buckets[t->curve->used - 1].n == t->curve->width;
}
/* track_fills_in - points until a bucket has been completed, at least. */
static inline uint64_t track_fills_in(const struct track *t)
{
    const struct bucket *last = &t->curve->buckets[t->curve->used - 1];
    return last->n < t->curve->width ? t->curve->width - last->n : t->curve->width;
}

#endif
