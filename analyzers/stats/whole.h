/* whole - a run in numbers that have no unit: how far its losses and scores moved, came back, repeat themselves, scatter, and lie apart.
 *
 * For the judgement of all curves together, where none by itself says enough (whole_run.c). Shares and ratios only: a rate, a level or a
 * length in steps would say which data and which network it was, and not how it went. */
#ifndef MLWATCH_WHOLE_H
#define MLWATCH_WHOLE_H

#include "past.h"

enum whole_curve { WHOLE_TRAIN, WHOLE_HELD, WHOLE_SCORE, WHOLE_TRAIN_SCORE, WHOLE_NORM, WHOLE_CURVES };
/* The numbers: of a curve, as a rule, what it lost from its first value to its last level (fell), to its lowest (best), what it has come back by, what the
 * second half lost (half), the middle one of its changes (scatter, moves), how many of them are none (same). In the order of whole_trees.c. */
enum whole_feature {
    WHOLE_TRAIN_FELL,
    WHOLE_TRAIN_BEST,
    WHOLE_TRAIN_BACK,
    WHOLE_TRAIN_HALF,
    WHOLE_TRAIN_SCATTER,
    WHOLE_TRAIN_SAME,
    WHOLE_TRAIN_HIGH,
    WHOLE_TRAIN_POINTS,
    WHOLE_HELD_FELL,
    WHOLE_HELD_BEST,
    WHOLE_HELD_BACK,
    WHOLE_HELD_SCATTER,
    WHOLE_HELD_SAME,
    WHOLE_HELD_POINTS,
    WHOLE_SCORE_LAST,
    WHOLE_SCORE_GAIN,
    WHOLE_SCORE_BACK,
    WHOLE_SCORE_SAME,
    WHOLE_SCORE_MOVES,
    WHOLE_TRAINED_LAST,
    WHOLE_TRAINED_GAIN,
    WHOLE_GAP_LAST,
    WHOLE_GAP_FIRST,
    WHOLE_GAP_BEST,
    WHOLE_SCORES_APART,
    WHOLE_NORM_FELL,
    WHOLE_NORM_HIGH,
    WHOLE_HELD_HALF,
    WHOLE_SCORE_HALF,
    WHOLE_NORM_BACK,
    WHOLE_DEAR, /* the held-out loss beside what its score would cost, were each answer given that share */
    WHOLE_FEATURES
};

/* whole_features - the numbers of a run, NaN for what cannot be said.
 *   of   the past of the main series of each; NULL where there is none. Scores are shares, or percentages where one is above 1.5
 * Cost   about 20 us: for the end of a run */
void whole_features(const struct past *const of[WHOLE_CURVES], double x[WHOLE_FEATURES]);
/* whole_names - what they are called, in the order of x. */
extern const char *const whole_names[WHOLE_FEATURES];

#endif
