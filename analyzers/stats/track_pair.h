/* track_pair - the two splits of one metric, side by side. */
#ifndef MLWATCH_TRACK_PAIR_H
#define MLWATCH_TRACK_PAIR_H

#include <string.h>

#include "track_level.h"

/* track_of_metric - the track of the same metric on the same axis; NULL when there is none. */
static inline const struct track *track_of_metric(const struct track *tracks, uint32_t n, const struct series *series)
{
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(tracks[i].series->metric, series->metric) == 0 && tracks[i].series->axis == series->axis) return &tracks[i];
    return NULL;
}
/* track_at - of the levels of a track's buckets, the one at a step; the first one before it begins. */
static inline double track_at(const struct track *t, const double *level, int64_t step)
{
    double v = level[0];
    for (uint32_t i = 0; i < t->curve->used && t->curve->buckets[i].first_step <= step; i++) v = level[i];
    return v;
}
/* track_share_scale - of a score on both splits: 1, or 100 where a share is told in per cent. b may be NULL. */
static inline double track_share_scale(const struct track *a, const struct track *b)
{
    return fmax(track_high(a), b ? track_high(b) : 0) > 1.5 ? 100 : 1;
}
/* track_of_score - as track_of_metric of a score, unless one of the two is told as a share and the other in per cent: then nothing can be laid
 * side by side. */
static inline const struct track *track_of_score(const struct track *tracks, uint32_t n, const struct track *score)
{
    const struct track *t = track_of_metric(tracks, n, score->series);
    bool apart = t && score->series->bounded && track_share_scale(t, NULL) != track_share_scale(score, NULL);
    return apart ? NULL : t;
}

#endif
