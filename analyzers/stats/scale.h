/* scale - the scale on which a loss, a norm or a score is judged.
 *
 * Positive quantities are judged by their logarithm: a factor means the same at 10 and at 0.01, and the long upper tail of
 * mini-batch losses becomes nearly symmetric. A series that is ever negative is judged as it is. */
#ifndef MLWATCH_SCALE_H
#define MLWATCH_SCALE_H

#include <math.h>
#include <stdbool.h>

struct scale {
    bool linear;
};

#define SCALE_FLOOR 1e-12 /* values nearer to zero look alike; also what an exact 0 becomes */

/* scale_turns - must the series be judged linearly from x on? The caller then forgets what it had. */
static inline bool scale_turns(struct scale *s, double x)
{
    if (s->linear || x >= 0) return false;
    return s->linear = true;
}
static inline double scale_of(const struct scale *s, double x) { return s->linear ? x : log(x > SCALE_FLOOR ? x : SCALE_FLOOR); }
static inline double scale_back(const struct scale *s, double y) { return s->linear ? y : exp(y); }

#endif
