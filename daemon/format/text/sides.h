/* text_sides - a table that has one metric a row and one set of data a column:
 *
 *                  Training |  Validation
 *     loss      |     0.510  |     0.543
 *     accuracy  |     0.721  |     0.762
 *     memory_MB |  1580.612  |       N/A */
#ifndef MLWATCH_TEXT_SIDES_H
#define MLWATCH_TEXT_SIDES_H

#include "record.h"

enum { TEXT_SIDES_MAX = 4 };
struct text_sides {
    size_t n; /* columns; 0 while no table is open */
    enum text_split side[TEXT_SIDES_MAX];
    int64_t tables; /* so far */
    struct text_where at;
};

/* text_sides - returns true when the line heads such a table, or is a row of one. */
bool text_sides(struct text_sides *t, struct text_run *r, const struct text_line *l, const struct format_out *out);

#endif
