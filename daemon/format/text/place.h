/* text_place - where in the training a log is: the step and epoch of the record read last, and of the next. */
#ifndef MLWATCH_TEXT_PLACE_H
#define MLWATCH_TEXT_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "../episodes.h"
#include "../field.h"
#include "names.h"

struct text_place {
    struct stepper stepper;
    struct episodes both;
    int64_t step, record, raw; /* of the last record; records without a counter; the last count inside its epoch */
    enum axis axis;
    double epoch, first_epoch;                 /* NaN until one was seen: see known */
    bool known, epoch_known, flat, epoch_told; /* epoch_told: how many batches an epoch has */
    unsigned passed;                           /* epochs that a line of their own summed up */
    double total;                              /* of the training loop's last "200/1600"; 0 for none */
    bool by_record;             /* epochs are fractional, or hold several records each, or nothing counts: records are numbered */
    bool bare;                  /* lines of metrics alone are such records */
    bool fractional, lead_flat; /* an epoch like 0.12 was seen; the number in front of the lines stands still: a rank */
    struct {                    /* the epoch that raw was last told in; again: raw began again in a later one */
        double epoch;
        int64_t interval; /* between the last two there */
        unsigned alike;   /* intervals like it before it */
        bool known, again;
    } within;
    struct { /* the count that the first metric of the training loop was last seen at */
        const struct text_name *metric;
        int64_t at;
        unsigned repeats, fresh;
    } main;
    const struct field *counter, *lesser; /* what counts the records, and what also counts in the same lines; NULL for none */
    struct {                              /* epochs of the training loop where its records are numbered */
        double first, last;               /* of this run */
        bool known, begins;               /* begins: a line says that a training starts, and no epoch came since */
    } counted;
    bool heading; /* an "Epoch 3/10" stood above: */
    double heading_epoch;
    enum text_split heading_split, label_split; /* label: a line "Test Error:" stood right above */
    enum text_split announced;                  /* of the evaluation that goes on: text/announced.h */
    enum text_split progress_split;             /* of the evaluation whose progress was seen last: "Test: [11/98]" */
    bool progress_whole;                        /* its count comes to the end that it tells, as in "[98/98]" */
    uint64_t heading_line, label_line;
};

/* text_place_step - the step of a record: a counter that starts again in every epoch is joined with it.
 *   raw     the record's own count;  total  of a fraction "raw/total", else NaN;  epoch  NaN when the line has none */
int64_t text_place_step(struct text_place *p, int64_t raw, double total, double epoch);
/* text_place_begins_again - the count stands at 0 once more, where it stood higher: it is its epoch's own. */
void text_place_begins_again(struct text_place *p);
/* text_place_wraps - below the heading of a later epoch the count has begun again: the epoch before had the batches that its total tells,
 * of which the last ones may not have been logged. */
void text_place_wraps(struct text_place *p, int64_t raw, double total);
/* text_place_epoch - the line says which epoch it is. */
void text_place_epoch(struct text_place *p, double epoch);
/* text_place_crowded - note that the main metric was told at a count. True when it does not tell records apart: two repetitions with
 * no two new counts in a row between them. One alone is a restatement or a restart. */
bool text_place_crowded(struct text_place *p, const struct text_name *metric, int64_t count);
/* text_place_by_record - from now on records are numbered, going on from the last step so that nothing seems to go back. */
void text_place_by_record(struct text_place *p);
/* text_place_counts - the training loop tells its epoch. Where records are numbered and the epochs begin again, another run was appended
 * to the log: its records count from 1 again. */
void text_place_counts(struct text_place *p, double epoch);
/* text_place_begins - a line says that a training starts. */
void text_place_begins(struct text_place *p);
/* text_place_heading - a line of its own says which epoch begins or is evaluated. */
void text_place_heading(struct text_place *p, double epoch, enum text_split split, uint64_t line);
/* text_place_under_heading - the heading's epoch if one stands less than 400 lines above; NaN otherwise. */
double text_place_under_heading(const struct text_place *p, uint64_t line);

#endif
