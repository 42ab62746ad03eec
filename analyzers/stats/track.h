/* track - several series side by side, each with its coarse past: for analyzers that compare one series with another.
 *
 * Everything is kept until the end and compared there, so that it does not matter which series was read first. The curve is the host's
 * (past.h); a series whose values an analyzer filters or makes itself is kept by that analyzer alone (own_track). */
#ifndef MLWATCH_TRACK_H
#define MLWATCH_TRACK_H

#include "past.h"

enum { TRACK_BUCKETS = PAST_COARSE };
struct track {
    const struct series *series;
    const struct curve *curve; /* of one segment; not empty */
};
/* A track with a curve of its own; t is read through track_of_own, because the state may have been copied. */
struct own_track {
    struct track t;
    struct curve curve;
    struct bucket buckets[TRACK_BUCKETS];
};

/* track_open - the place of a series that has none yet; NULL when the table is full. */
static inline struct track *track_open(struct track *tracks, uint32_t *n, uint32_t max, const struct series *series)
{
    if (*n == max) return NULL;
    tracks[*n].series = series;
    return &tracks[(*n)++];
}
/* track_add - one value of a series, which is in its curve already.
 *   tracks, n, max   the table, how many are in use, how many there are
 *   returns          the track; NULL when the value is not finite, the series has no past or the table is full
 * Cost               O(n) pointers, no allocation */
static inline struct track *track_add(struct track *tracks, uint32_t *n, uint32_t max, const struct point *p)
{
    uint32_t i = 0;
    if (!isfinite(p->value) || !p->past) return NULL;
    if (*n && tracks[0].series == p->series && tracks[0].curve == &p->past->coarse) return tracks; /* most points */
    while (i < *n && tracks[i].series != p->series) i++;
    struct track *t = i < *n ? &tracks[i] : track_open(tracks, n, max, p->series);
    if (t) t->curve = &p->past->coarse;
    return t;
}
/* track_add_own - the same for tracks that keep their values themselves: those that are given here, and no others. A new segment begins
 * the curve afresh. */
struct track *track_add_own(struct own_track *tracks, uint32_t *n, uint32_t max, const struct point *p);
/* track_join_own - the same for one more finite value of the newest bucket of this track; false, with nothing done, for another. */
static inline bool track_join_own(struct own_track *o, const struct point *p)
{
    if (o->t.series != p->series || o->curve.segment != p->segment || !isfinite(p->value)) return false;
    o->curve.buckets = o->buckets;
    if (!curve_joins(&o->curve)) return false;
    curve_join(&o->curve, p->step, p->value);
    return true;
}
/* track_of_own - the track, at the place where its state is now. */
static inline const struct track *track_of_own(struct own_track *o)
{
    o->curve.buckets = o->buckets;
    o->t.curve = &o->curve;
    return &o->t;
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
