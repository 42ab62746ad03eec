/* judge_evidence - what the rest of a run says of a finding, for its causes.
 *
 * An analyzer tells what it saw in the series that it judges. What the others did meanwhile tells causes apart: whether held-out rows gained while
 * the score stood still, whether the training loss ran away with the held-out one, whether a loss that leapt was learned down again. It is no part
 * of what is shown: only clues ask for it. */
#ifndef MLWATCH_JUDGE_EVIDENCE_H
#define MLWATCH_JUDGE_EVIDENCE_H

#include "parts.h"

/* judge_evidence - the finding, and beside its own evidence, by its kind:
 *   loss_nonfinite        of a held-out loss: held_out_alone 1, or trained_at, the highest training loss before it was logged as 0
 *   score_stuck           loss_fell, share of its first value that the held-out loss fell; straight 1, along a straight line
 *   loss_plateau          where it is a warning: held_fell, share of its first value that the held-out loss ever was below it
 *   validation_divergence train_rose, times its first value that the training loss stands at
 *   restart_discontinuity learned_again, share of the level after the jump that the loss came down by since
 *   loss_at_chance        began, times that level that the first training loss was
 * Cost                    O(series), O(buckets) of the one that answers */
struct finding judge_evidence(const struct run *r, const struct finding *f);

#endif
