/* csv_tidy - tables with a row for each number: the metric's name in one column, its value in another, the step beside them.
 *
 *   step,phase,metric,value        what pandas calls long form (melt) and R tidy: exports of MLflow, TensorBoard and Aim, loops of one's own
 * A header is one when it has one column of each kind below and at most TIDY_COLUMNS_MAX in all; a wide table with a metric called "value" has no
 * column of names. */
#ifndef MLWATCH_CSV_TIDY_H
#define MLWATCH_CSV_TIDY_H

#include <stdbool.h>
#include <stdint.h>

#include "../../base/span.h"

enum { TIDY_COLUMNS_MAX = 8 };
struct csv_tidy {
    uint32_t names, values; /* such columns in the header so far */
    int32_t name, value;    /* where they are; -1: the table is not of this form */
};

/* csv_tidy_begin - before a header. csv_tidy_column - its next cell. csv_tidy_end - is the table, of n columns, of this form? */
void csv_tidy_begin(struct csv_tidy *t);
void csv_tidy_column(struct csv_tidy *t, struct span header, uint32_t i);
bool csv_tidy_end(struct csv_tidy *t, uint32_t n);

#endif
