/* csv_evaluated - a loss of an evaluation that was NaN, in the table that pandas makes of Hugging Face's log_history.
 *
 *   loss,epoch,step,eval_loss,eval_runtime        DataFrame(trainer.state.log_history).to_csv()
 *   0.97,0.3,10,,
 *   ,0.3,10,,0.0222                               an evaluation: it has its time, and no loss
 * The Trainer tells both at once. pandas leaves the cell of a NaN empty as it does that of what was not told; but it makes a column only of
 * what some record had. So in a record with the time of an evaluation, an empty cell of that evaluation's loss is NaN. */
#ifndef MLWATCH_CSV_EVALUATED_H
#define MLWATCH_CSV_EVALUATED_H

#include "../record.h"

enum { CSV_EVALUATED_MAX = 3 };
struct csv_evaluated {
    uint32_t n;
    int32_t loss[CSV_EVALUATED_MAX], runtime[CSV_EVALUATED_MAX]; /* columns of the record */
};

/* csv_evaluated_begin - a header was read into the record's columns. */
void csv_evaluated_begin(struct csv_evaluated *e, const struct record *r, const int32_t *columns, uint32_t n_columns);
/* csv_evaluated_fill - csv_evaluated_row, where there are such columns. */
void csv_evaluated_fill(const struct csv_evaluated *e, struct record *r);

/* csv_evaluated_row - put NaN where the record in hand lacks a loss. Cost: O(cells) where there are such columns, else nothing. */
static inline void csv_evaluated_row(const struct csv_evaluated *e, struct record *r)
{
    if (e->n) csv_evaluated_fill(e, r);
}

#endif
