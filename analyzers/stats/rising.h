/* rising - does a training loss climb from its best level, beyond noise and wandering, and does nothing explain it?
 *
 * Three ways to tell it, for logs of different lengths: two averages against their own best (climb.h), a few single values
 * (rises_early.h), and the newest stretch of the curve that the host keeps (ramp.h). What stands beside the loss makes each easier: norms,
 * loss scale and rate (runs_ahead.h), and a held-out loss that is no better for the climb.
 * Sources: Roberts 1959 (EWMA charts); Kendall 1975 (trend); failure knowledge F28, F31, F34. */
#ifndef MLWATCH_RISING_H
#define MLWATCH_RISING_H

#include "climb.h"
#include "past.h"
#include "ramp.h"
#include "rises_early.h"
#include "runs_ahead.h"

struct rising_knobs {
    double min_points, factor, factor_beside, height, height_both, easier, over_undone, trend, of_progress, warm_factor,
        early_points, few_points, few_factor, few_ahead;
    struct ramp_knobs ramp; /* factors as logged */
    double held_height, held_undone;
    double sure_progress;
};
/* Evaluations: the newest, and the best of those before it. */
struct rising_held {
    const struct series *series;
    double best, newest;
    int64_t step;
};
/* What stands beside the losses of a run. */
struct rising {
    const struct rising_knobs *knobs;
    double least_rise; /* of the logarithm: below it nothing is remarkable, whatever stands beside */
    struct ahead ahead;
    struct rising_held held;
};
/* One loss. */
struct rise {
    const struct series *series;
    struct climb climb;
    struct rises_loss few;
    double rate;                     /* the highest until the lowest value */
    uint64_t lasted;                 /* values in a row that were remarkable */
    uint64_t n_told, n_peak, n_best; /* n when it was told, at the peak and at the best level */
    double sum;                      /* of the points that the next value is the mean of */
    uint32_t in_sum, width;
    uint32_t asked, episode; /* asked: values of the curve then */
    double then[AHEAD];      /* what was beside it at the best level */
    int64_t onset_step, last_step;
    uint64_t onset_line, last_line;
    uint16_t segment;
    bool told, negative, by_curve; /* by_curve: what is told rests on the curve alone */
};

/* rising_hear_held - a value of a held-out loss; of the first series alone. O(1) */
void rising_hear_held(struct rising *s, const struct point *p);
/* rising_by_averages - after each value: are they up for good? Counts in `lasted` how long they have been remarkable. O(1), but once they are. */
bool rising_by_averages(const struct rising *s, struct rise *r);
/* rising_by_values - do a few values tell what averages cannot yet, and was the rate not raised meanwhile? O(1) */
bool rising_by_values(const struct rising *s, const struct rise *r);
/* rising_by_curve - does the curve show a climb that nothing explains? Sets its onset if so. About 5 us, when it has one more value. */
bool rising_by_curve(const struct rising *s, struct rise *r, const struct past *past);

#endif
