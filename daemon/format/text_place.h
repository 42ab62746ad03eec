/* text_place - where in the training a log is: the step and epoch of the record read last, and of the next. */
#ifndef MLWATCH_TEXT_PLACE_H
#define MLWATCH_TEXT_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "field.h"
#include "text_names.h"

struct text_place {
    struct stepper stepper;
    int64_t step, record, raw; /* of the last record; records without a counter; the last count inside its epoch */
    enum axis axis;
    double epoch, first_epoch; /* NaN until one was seen: see known */
    bool known, epoch_known, flat;
    bool heading; /* an "Epoch 3/10" stood above: */
    double heading_epoch;
    enum text_split heading_split;
    uint64_t heading_line;
};

/* text_place_step - the step of a record: a counter that starts again in every epoch is joined with it.
 *   raw     the record's own count;  total  of a fraction "raw/total", else NaN;  epoch  NaN when the line has none */
int64_t text_place_step(struct text_place *p, int64_t raw, double total, double epoch);
/* text_place_epoch - the line says which epoch it is. */
void text_place_epoch(struct text_place *p, double epoch);
/* text_place_heading - a line of its own says which epoch begins or is evaluated. */
void text_place_heading(struct text_place *p, double epoch, enum text_split split, uint64_t line);
/* text_place_under_heading - the heading's epoch if one stands less than 400 lines above; NaN otherwise. */
double text_place_under_heading(const struct text_place *p, uint64_t line);

#endif
