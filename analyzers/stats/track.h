/* track - several series side by side, each as a curve of a few buckets: for analyzers that compare one series with another.
 *
 * Everything is kept until the end and compared there, so that it does not matter which series was read first. A restart begins a
 * series afresh: what stands in two segments at the same steps is no one curve. */
#ifndef MLWATCH_TRACK_H
#define MLWATCH_TRACK_H

#include "../analyzer.h"
#include "curve.h"

enum { TRACK_BUCKETS = 32 };
struct track {
    const struct series *series;
    uint16_t segment;
    struct curve curve;
    struct bucket buckets[TRACK_BUCKETS];
};

/* track_open - track_add for the first value of a series, or of a segment. */
struct track *track_open(struct track *tracks, uint32_t *n, uint32_t max, const struct point *p);

/* track_add - one value, which joins its series' curve unless it is not finite.
 *   tracks, n, max   the table, how many are in use, how many there are
 *   returns          the track; NULL when the value is not finite or the table is full
 * Cost               O(n) pointers, no allocation */
static inline struct track *track_add(struct track *tracks, uint32_t *n, uint32_t max, const struct point *p)
{
    uint32_t i = 0;
    if (!isfinite(p->value)) return NULL;
    while (i < *n && tracks[i].series != p->series) i++;
    if (i == *n || tracks[i].segment != p->segment) return track_open(tracks, n, max, p);
    struct track *t = &tracks[i];
    t->curve.buckets = t->buckets; /* the state may have been copied */
    curve_add(&t->curve, p->step, p->value, p->line);
    return t;
}
/* track_means - the mean of each bucket; returns how many, at most TRACK_BUCKETS. */
size_t track_means(const struct track *t, double *mean);
/* track_levels - the same, each the median of itself and its neighbours: one odd bucket is no level. */
size_t track_levels(const struct track *t, double *level);
/* track_begins - does the log of the series begin at the beginning of the run, as far as steps tell? */
bool track_begins(const struct track *t);

/* track_finding - a finding of this kind about a series from bucket `onset` on, worth knowing until the caller says more. */
struct finding track_finding(const struct track *t, const char *kind, size_t onset);

#endif
