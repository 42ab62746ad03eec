/* gap - how a held-out loss stands to the training loss of its metric, evaluation by evaluation.
 *
 * What an untrained model costs is the scale: the training loss at its first, and more than that where the first is a mean over an epoch. Whether the two have parted is told from the first evaluation
 * that follows some progress of the training loss. A gap means nothing where one of them is in other units, and then the logarithms of both fall
 * alike; nor where the training loss is that of single batches with a long tail: a held-out loss is a mean over many rows. */
#ifndef MLWATCH_GAP_H
#define MLWATCH_GAP_H

#include "early.h"
#include "track_pair.h"

/* The thresholds of split_gap, whose knobs say what each is. */
struct gap_knobs {
    double min_points, train_fall, apart, useless, worse, worse_points, turned, constant_points, constant_gain, constant_train,
        constant_noise, pass_apart, pass_second, pass_follows, wide, wide_left, wide_rise, wide_gain, never_train,
        never_untrained, never_gain, never_ratio, shaky_gain, mostly, flat_points, far_worse, epoch;
};
struct gap {
    const struct track *eval, *train;
    double e[TRACK_BUCKETS], t[TRACK_BUCKETS]; /* evaluations, and levels of the training loss */
    double untrained, now;                     /* what an untrained model costs; the training loss at the end */
    double best, closest;                      /* from `first` on: the least evaluation; the least ratio of the two losses */
    double lowest, late;                       /* of all evaluations; the median of the last three */
    size_t n, first;                           /* evaluations; the first one that follows some progress */
    bool fallen;                               /* the training loss has, since its first; else `first` is 0 */
};

/* gap_of - the two side by side.
 *   begins    the beginning of the training loss; of no buckets: not known
 *   returns   false when the training loss has few values, or nothing was evaluated since it had fallen
 * Cost        O(buckets^2), as of all that is asked of a gap */
bool gap_of(const struct track *eval, const struct track *train, const struct early_view *begins, const struct gap_knobs *k,
            struct gap *ret);
/* gap_has_fallen - by this share of its first level, the training loss. */
bool gap_has_fallen(const struct gap *g, double share);
/* gap_has_turned - was the held-out loss falling once, not far from where an untrained model stands, and rises now? */
bool gap_has_turned(const struct gap *g, const struct gap_knobs *k);
/* gap_follows - does it come down with the training loss, in other units? */
bool gap_follows(const struct gap *g, const struct gap_knobs *k);
/* gap_has_long_tail - do single batches of the second half cost as much as the held-out rows do, and many times what most do? */
bool gap_has_long_tail(const struct gap *g);

#endif
