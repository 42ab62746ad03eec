/* jump - a curve steps up once, for good: every later value undoes a large share of all that had been gained.
 *
 * Where a level is still falling fast, or a log is short, there is no baseline that an excursion could leave; but what was gained can be
 * measured, and on the plain scale, where nothing near 0 multiplies. So it needs no noise: that all of the last few values lie half-way
 * back to the beginning, above all of the few before them, does not come of scatter. Where the values scatter as widely as the gain, levels
 * are compared. */
#ifndef MLWATCH_JUMP_H
#define MLWATCH_JUMP_H

#include "curve.h"

struct jump {
    double from, to,
        undone; /* the highest of the values before, the median of those behind it, the share of the gain that is lost */
    int64_t step, last_step;
    uint64_t line, last_line;
};

/* curve_jumps - the step that undoes most, of a curve whose values are better when lower.
 *   undone   share of the gain that the best of the later values must have lost
 *   factor   that it must be above all of the five values before the step
 * Cost       O(buckets^2) of at most 96 buckets; for the end of a run */
bool curve_jumps(const struct curve *c, double undone, double factor, struct jump *ret);

/* curve_falls_back - a step up to about where the curve began, on which it stays for a quarter of all and to its newest values, however they
 * scatter: told by levels, in units of the scatter between neighbours. The five buckets before the step are its level there, the last five that of its end.
 *   undone   share of the gain that the level behind the step has lost
 *   sd       standard errors that the step is, and that the gain before it was
 * Cost       O(buckets^2) of at most 96 buckets; for the end of a run */
bool curve_falls_back(const struct curve *c, double undone, double sd, struct jump *ret);

#endif
