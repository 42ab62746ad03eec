/* held_scores - what the held-out scores of a run say beside a gap between its losses. */
#ifndef MLWATCH_HELD_SCORES_H
#define MLWATCH_HELD_SCORES_H

#include "gap.h"

struct held_scores_knobs {
    double points, gain, left; /* evaluations; share of what was lacking at first; share of the gain that it is below its best */
};

/* held_scores_trained - was the model trained before the log begins, and right on these rows from the first evaluation on? Its training loss begins
 * below what guessing costs, and the held-out loss below the entropy of the share of right answers, which whoever names one class for all pays.
 * What an untrained model costs is not known then.
 *   scores, n   held-out scores of the run */
bool held_scores_trained(const struct track *scores, uint32_t n, const struct gap *g);
/* held_scores_rise - do held-out rows score better and better to the end, by a good share of what was lacking? What is so evaluated reaches the
 * model, and the loss is in other units, or is one term of several. Precision and recall are traded for each other. */
bool held_scores_rise(const struct track *scores, uint32_t n, const struct held_scores_knobs *k);

#endif
