/* nonfinite - counting values that are NaN or infinite, and telling a single skipped step from a dead run. */
#ifndef MLWATCH_NONFINITE_H
#define MLWATCH_NONFINITE_H

#include <math.h>

#include "../analyzer.h"

struct nonfinite {
    uint64_t points, bad;
    uint64_t finite;    /* before the onset */
    double first, last; /* finite ones; last: before the onset */
    bool open;
    uint64_t in_a_row, good_in_a_row; /* from here on behind the first_size of a state: most series never need it */
    double first_value;               /* NaN, +Inf or -Inf */
    int64_t onset_step, last_step;
    uint64_t onset_line, last_line;
    uint32_t episode;
    enum severity told;
};
enum nonfinite_change { NONFINITE_NONE, NONFINITE_FIRST, NONFINITE_MORE, NONFINITE_GONE };

/* nonfinite_whole - where a value is not finite the state must be whole (analyzer.h): the state, perhaps at another place; NULL when memory ran
 * out. nonfinite_add - judge one value of the only series that the state hears. GONE when as many good values as `calm` followed in a row. Rests
 * while nothing is open and the series has a past. O(1) */
static inline void *nonfinite_whole(void *state, const struct point *p, const struct findings *out)
{
    return isfinite(p->value) ? state : state_whole(state, out);
}
enum nonfinite_change nonfinite_add(struct nonfinite *n, const struct point *p, double calm, const struct findings *out);
/* nonfinite_emit - a finding of this kind with the common evidence: value, points, first_step_share, from_start; untrained, where the
 * training loss is none in the first step; and rose, where there were a few finite values before: the last of them by the first. */
void nonfinite_emit(struct nonfinite *n, const char *kind, enum severity severity, double confidence, enum phase phase,
                    const struct point *p, const struct findings *out);

#endif
