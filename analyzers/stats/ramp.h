/* ramp - has a level begun to climb? The newest stretch of a curve, held against the stretch of twice its length before it.
 *
 * What a rise is measured by comes from before it began, so that a gradual one cannot hide in the noise that it makes itself: the level there,
 * the scatter around its line (a falling one is no noise), and how much neighbours have in common, which makes a mean of them less sure
 * (Bartlett 1946). No value counts for more than some deviations. A climb is told from a step by its thirds, each higher than the one before,
 * and from what a run does by itself by every rise of such means that was undone before. All lengths of a grid are asked, the shortest first:
 * a steep climb is sure after a few values, a slow one after many.
 * A caller who has other evidence may ask for a row as well: each of the newest four values above all of the sixteen before, which chance does once in
 * 4,845 times, however they are distributed. It counts only while it is less than a doubling, and where no single step of it stands out of the noise.
 * Source: Page 1954 (a mean against the level before); Bartlett 1946 (variance of a mean of correlated values); Nelson 1963 (precedence
 * tests); ours. */
#ifndef MLWATCH_RAMP_H
#define MLWATCH_RAMP_H

#include "past.h"

enum { RAMP_LEAST = 12 /* values */ };
struct ramp_knobs {
    double factor, height;           /* how far above the level before, on the logarithm; and that many standard errors */
    double sure_factor, sure_height; /* or so: less far, but surer */
    double leap, undone;             /* share of it in one third at most; times any rise before that was undone */
    bool row;                        /* or a row of values above all before it */
};
struct ramp {
    size_t at;                     /* the first value that stands above the level before for good */
    double from, to, last, height; /* last: the newest value */
    int64_t step;                  /* of that value, and its line: of a past's alone */
    uint64_t line;
};

/* ramp_rises - y: n values on the logarithm, the newest last; points: that they are the means of. O(n), about 1 us for 96. */
bool ramp_rises(const double *y, size_t n, uint64_t points, const struct ramp_knobs *k, struct ramp *ret);
/* ramp_of_past - the same of the curve that the host keeps, as the coarsest host does, on its logarithm. About 5 us.
 * ramp_length - how many whole values that curve has: ask again when it is another number. */
bool ramp_of_past(const struct past *past, const struct ramp_knobs *k, struct ramp *ret);
uint32_t ramp_length(const struct past *past);

#endif
