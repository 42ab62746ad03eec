/* whole - a run in numbers that have no unit: how far its losses and scores moved, came back, repeat themselves, scatter, and lie apart.
 *
 * For the judgement of all curves together, where none by itself says enough (whole_run.c). Shares and ratios only: a rate, a level or a
 * length in steps would say which data and which network it was, and not how it went. */
#ifndef MLWATCH_WHOLE_H
#define MLWATCH_WHOLE_H

#include "past.h"

enum whole_curve { WHOLE_TRAIN, WHOLE_HELD, WHOLE_SCORE, WHOLE_TRAIN_SCORE, WHOLE_NORM, WHOLE_CURVES };
enum { WHOLE_FEATURES = 30 };

/* whole_features - the numbers of a run, NaN for what cannot be said.
 *   of   the past of the main series of each; NULL where there is none. Scores are shares, or percentages where one is above 1.5
 * Cost   about 20 us: for the end of a run */
void whole_features(const struct past *const of[WHOLE_CURVES], double x[WHOLE_FEATURES]);
/* whole_names - what they are called, in the order of x. */
extern const char *const whole_names[WHOLE_FEATURES];

#endif
