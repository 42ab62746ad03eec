/* csv_index - the column without a name that pandas puts in front of a table: the number of the row, which is the step of a table that
 * counts nothing else.
 *
 *   ,train-rmse-mean,test-rmse-mean      xgboost.cv(...).to_csv(): the boosting round
 *   ,loss,val_loss                       DataFrame(history.history).to_csv(): the epoch, from 0
 *   Unnamed: 0,loss,val_loss             the same, read again and saved once more
 * A table that was written row by row, each a frame of its own, has the same index in all of them: its rows are counted. */
#ifndef MLWATCH_CSV_INDEX_H
#define MLWATCH_CSV_INDEX_H

#include <stdbool.h>

#include "../../base/span.h"

struct csv_index {
    bool counts;       /* the first column is the step */
    bool proven;       /* it grew from the first row to the second: no more need to look */
    bool begun, fixed; /* fixed: it did not */
    double last;
};

/* csv_index_begin - before a header is read: has it such a column, and no step, epoch or episode beside it? Cost: O(header). */
void csv_index_begin(struct csv_index *x, struct span header, char delimiter);
/* csv_index_row - the step of the next row, whose index is value; to be called until the index is proven. */
double csv_index_row(struct csv_index *x, double value);

#endif
