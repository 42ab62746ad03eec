/* whole_run - which series of a run it looks at: shared with the tool that makes its table (tests/rates/whole.c). */
#ifndef MLWATCH_WHOLE_RUN_H
#define MLWATCH_WHOLE_RUN_H

#include "stats/whole.h"

#define WHOLE_GAMES (WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR))

/* whole_curve_of - its enum whole_curve, -1 for none: a score is one where more is better and there is a best. */
static inline int whole_curve_of(const struct series *s)
{
    bool share = s->bounded && s->better == BETTER_HIGHER;
    switch (s->role) {
    case ROLE_LOSS_TRAIN: return WHOLE_TRAIN;
    case ROLE_LOSS_EVAL: return WHOLE_HELD;
    case ROLE_SCORE_EVAL: return share ? WHOLE_SCORE : -1;
    case ROLE_SCORE_TRAIN: return share ? WHOLE_TRAIN_SCORE : -1;
    case ROLE_GRAD_NORM: return WHOLE_NORM;
    default: return -1;
    }
}
/* whole_is_game - adversaries and agents: their losses need not fall, and it says nothing of them. */
static inline bool whole_is_game(enum role role) { return WHOLE_GAMES & WANTS((unsigned)role); }

#endif
