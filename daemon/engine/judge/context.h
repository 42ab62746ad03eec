/* judge_context - what the rest of the run says of a finding about one loss.
 *
 *   a term     the run logs the sum that it is a term of: terms are traded for one another, and what counts is told of the sum; or it is
 *              one of many losses, and most of the others bear it well
 *   small      a loss has risen from nothing to next to nothing of what it began with
 *   improves   a training loss rises while the held-out loss comes to its best: harder batches, or a term that is given more weight; or
 *              a term of it rises while a held-out score does
 *   learned    a later run of the same log goes on from what an earlier one has learned: it need not fall again, and how far it falls from
 *              where it began says nothing
 *   of few     a loss is told as its mean since the epoch began: where an epoch begins it leaps as single losses do (analyzers/stats/since.h)
 *   opens      a jump at the first record of an epoch, in a log that counts its batches: a mean since the epoch began starts anew */
#ifndef MLWATCH_JUDGE_CONTEXT_H
#define MLWATCH_JUDGE_CONTEXT_H

#include "parts.h"

/* judge_is_borne - a hundredfold gradient norm that the training loss bears: finite, not diverging, and below where it began; or a risen loss
 * beside which all scores hold: it may be made of other terms than before. A warning then, not critical.  Cost: O(series). */
bool judge_is_borne(const struct run *r, const struct finding *f);
/* judge_is_meaningless - in reinforcement learning and between adversaries a loss is no measure of progress: only its being finite is
 * judged, and what is said of an adversary as such. */
bool judge_is_meaningless(const struct run *r, const struct finding *f);
/* judge_is_mild - is what f tells worth knowing only, in view of the run? Cost: O(series). */
bool judge_is_mild(const struct run *r, const struct finding *f);

/* judge_is_one_thing - do two findings of one kind, about two series of one source, tell the same trouble? Terms of one loss that do not
 * learn do, and so do precision, recall and F1 of one class that stand still. */
bool judge_is_one_thing(const struct finding *a, const struct finding *b);

#endif
