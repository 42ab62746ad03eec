/* first_pass - two losses that part while no row has been seen twice.
 *
 * Until the first epoch is over the training loss is measured on rows that are as new to the model as the held-out ones: the two must agree. Where
 * they part within it nothing was learned by heart, however the held-out loss goes on. */
#ifndef MLWATCH_FIRST_PASS_H
#define MLWATCH_FIRST_PASS_H

#include "epochs.h"
#include "gap.h"

/* first_pass_parted - apart in the first epoch (at two evaluations; at one and more widely in the second), ever since, and without following the
 * training loss?
 *   eval, train   the beginnings of the two; of no buckets: not known
 *   epochs        how many steps an epoch has, where the axis does not count epochs itself
 *   onset         the bucket of the held-out loss from which on; written only when true
 * Cost            O(buckets) */
bool first_pass_parted(const struct gap *g, const struct gap_knobs *k, const struct early_view *eval,
                       const struct early_view *train, const struct epochs *epochs, size_t *onset);

#endif
