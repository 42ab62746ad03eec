/* words_checkpoint - which checkpoint to go back to, and why that one; which are not to be trusted. Paths and reasons are escaped for a terminal. */
#ifndef MLWATCH_WORDS_CHECKPOINT_H
#define MLWATCH_WORDS_CHECKPOINT_H

#include "words.h"

/* words_last_good - "checkpoint-500, step 500: the newest from before the trouble at step 812, whole, safe to load"; nothing when there is none. */
void words_last_good(struct str *s, const struct view *v);
/* words_why_good - the same, from "the newest" on. */
void words_why_good(struct str *s, const struct view *v);
/* checkpoint_is_bad - looked into, and not to be resumed from or not to be loaded without a thought. */
bool checkpoint_is_bad(const struct checkpoint_view *c);
/* words_bad_checkpoint - "checkpoint-1000, step 1,000: incomplete, safe to load: the end of the archive is missing". */
void words_bad_checkpoint(struct str *s, const struct view *v, const struct checkpoint_view *c);

#endif
