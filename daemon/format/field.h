/* field - what the name of a logged number says about it: the step, a clock, a setting, or a metric.
 *
 * One table for all formats, so that a CSV column, a JSON key and a `key: value` of a text log are read alike. A record's
 * step is the field with the best rank: STEP before EPISODE before SAMPLE before EPOCH; without any it is the record's number. */
#ifndef MLWATCH_FIELD_H
#define MLWATCH_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "../../analyzers/analyzer.h"
#include "../base/span.h"

enum field_kind {
    FIELD_VALUE, /* a metric, or a name that the table does not know */
    FIELD_STEP,  /* optimizer updates, iterations, environment steps, boosting rounds */
    FIELD_EPISODE,
    FIELD_SAMPLE, /* training samples seen */
    FIELD_EPOCH,
    FIELD_TIME,       /* a wall clock, if field_time says so; else a duration */
    FIELD_CLOCK,      /* elapsed or remaining time: a number, but no metric */
    FIELD_SETTING,    /* the same in every record: a fact, no point */
    FIELD_SUMMARY,    /* the record that has it sums the run up; its numbers are facts, no points */
    FIELD_STEP_OF_ALL /* text "10/300": the step and its end */
};
struct field {
    const char *name;
    enum field_kind kind;
};

enum { FIELD_NAME_MAX_BYTES = 256, FIELD_UNRANKED = 1 << 15 }; /* longer names are cut; the rank of what is no step */

/* field_of - look a name up; case does not matter, '-', ' ' and '.' count as '_', a leading "train/", "trainer/", "training/"
 * is dropped when the whole name is unknown. Never NULL: unknown names get a row of kind FIELD_VALUE. Cost: about 300 ns. */
const struct field *field_of(struct span name);
/* field_speaks_of_training - is the name a counter, a wall clock or a role that a training log has? To tell a log from a data set. */
bool field_speaks_of_training(struct span name);
/* field_rank - the row's fitness as a step, smaller is better; FIELD_UNRANKED when it never is the step. */
int field_rank(const struct field *f);
/* field_is_size - "samples" beside an epoch: how many there were, rather than how many were seen. */
bool field_is_size(const struct field *f);
/* field_axis - what a step taken from this kind counts; AXIS_RECORD for the kinds that never are a step. */
enum axis field_axis(enum field_kind kind);

/* field_time - seconds since 1970 if value is a wall clock after September 2001, in s, ms or us; else NaN. */
double field_time(double value);
/* field_time_text - the same from ISO 8601, "2026-01-05T10:00:01.5+01:00" or "2026-01-05 10:00:01,500"; no zone means UTC. */
double field_time_text(struct span text);
/* field_step_of_all - "10/300" gives 10; false when the text is something else. */
bool field_step_of_all(struct span text, double *step);
/* field_is_step - can the value be a step? Finite, not fractional, within ±2^53. */
bool field_is_step(double value);

/* A counter that starts again in each epoch becomes one that goes on: at a wrap the epoch's last count joins the base.
 * A counter that goes back while the epoch does not go forward is a restart and stays one. */
struct stepper {
    int64_t base, last;             /* steps of the finished epochs; the last raw count */
    double epoch, first_epoch;      /* of the last record and of the first */
    bool begun, epoch_known, fixed; /* fixed: the count is the same in every epoch */
};
/* stepper_next - the step of the next record; s is zeroed before the first.
 *   raw     the record's own counter;  epoch  NaN when the record has none
 * Cost    O(1) */
int64_t stepper_next(struct stepper *s, int64_t raw, double epoch);

#endif
