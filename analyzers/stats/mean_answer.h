/* mean_answer - a loss that stands at what answering the mean of standardised targets costs.
 *
 * Targets that are brought to mean 0 and variance 1 have a squared error of 1 for whoever answers 0 to all inputs, and an untrained
 * network does nearly that. So it is to numbers what ln n is to classes: a training and a held-out loss that both stand around 1, from
 * the first quarter of a run to its end, have learned nothing of the inputs, however widely single batches scatter. Held-out rows are fewer
 * and have a variance of their own, a tenth from 1; theirs is known by standing still. */
#ifndef MLWATCH_MEAN_ANSWER_H
#define MLWATCH_MEAN_ANSWER_H

#include "track.h"

/* mean_answer - do both losses stand there? Neither may be of classes, which the caller knows by their scores.
 *   train, held   of one run; each begins with it
 * Cost            O(buckets) */
bool mean_answer(const struct track *train, const struct track *held);

#endif
