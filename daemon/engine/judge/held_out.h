/* judge_held_out - what the held-out losses of a run say of a finding about its training loss or its gradient. */
#ifndef MLWATCH_JUDGE_HELD_OUT_H
#define MLWATCH_JUDGE_HELD_OUT_H

#include "parts.h"

/* judge_held_out_improves - has one come to its best since the finding began, well below all before?  Cost: O(series), as of all. */
bool judge_held_out_improves(const struct run *r, const struct finding *f);
/* judge_held_out_gains - and did none leap with the training loss, which is told as no higher than guessing could cost? */
bool judge_held_out_gains(const struct run *r, const struct finding *f);
/* judge_held_out_bears - is each, whenever it was evaluated while the finding lasts, no worse than just before? Then other rows are trained on, and
 * the weights are as good as they were. */
bool judge_held_out_bears(const struct run *r, const struct finding *f);

#endif
