/* csv_blank - a history that was NaN from its first epoch on, in a table that leaves the cell of a NaN empty, as pandas does.
 *
 *   ,loss,val_loss        DataFrame(history.history).to_csv()
 *   0,,
 *   1,,
 * A frame has a row for what was told and a column for what it was called; a row of which nothing is left but the index was NaN in each. So was a loss
 * that has no value in a row that has all the rest, and among it how well the same rows were answered: where they were scored the loss was there too.
 *
 *   ,accuracy,loss,val_accuracy,val_loss
 *   0,0.36,,0.37,
 *
 * It is told from the second such row on, and of a loss only until it has a value: losses that end later are suspected by run/holes.c, with what stands
 * beside them. */
#ifndef MLWATCH_CSV_BLANK_H
#define MLWATCH_CSV_BLANK_H

#include "../record.h"

enum { CSV_BLANK_LOSSES = 8 };
struct csv_blank {
    uint32_t n_losses, others,
        rows; /* 0 losses: no such frame; others: columns that are no losses; rows: without a loss, so far */
    struct {
        uint32_t column;   /* of the record */
        bool held, scored; /* held: of held-out rows; scored: a column tells how good those rows were answered */
    } loss[CSV_BLANK_LOSSES];
};

/* csv_blank_begin - a header was read into the record's columns; indexed: the first one is the index of a frame. */
void csv_blank_begin(struct csv_blank *b, const struct record *r, const int32_t *columns, uint32_t n_columns, bool indexed);
/* csv_blank_look - csv_blank_row, in such a frame. */
void csv_blank_look(struct csv_blank *b, struct record *r);

/* csv_blank_row - put NaN where the record in hand should have a loss and has none. Cost: O(losses), and nothing once each had a value. */
static inline void csv_blank_row(struct csv_blank *b, struct record *r)
{
    if (b->n_losses) csv_blank_look(b, r);
}

#endif
