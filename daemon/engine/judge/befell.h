/* judge_befell - did something befall the run, though it is over?
 *
 * A held-out score that falls far and comes back is worth knowing and no more: detectors do so by themselves. A training loss that leaps and comes
 * back may have met a few hard batches. Where both do at one time, the weights were lost, or led astray, and found again. */
#ifndef MLWATCH_JUDGE_BEFELL_H
#define MLWATCH_JUDGE_BEFELL_H

#include "parts.h"

/* judge_befell - is f of a held-out score that fell and came back, while the training loss left its level? A warning then. Cost: O(findings). */
bool judge_befell(const struct run *r, const struct finding *f);

#endif
