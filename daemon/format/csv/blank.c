/* csv_blank - see csv/blank.h. */
#include "blank.h"

#include <math.h>

#include "../../../analyzers/role.h"

enum { ROWS_MIN = 2 };

void csv_blank_begin(struct csv_blank *b, const struct record *r, const int32_t *columns, uint32_t n_columns, bool indexed)
{
    *b = (struct csv_blank){0};
    for (uint32_t i = 0; indexed && i < n_columns && b->n_losses < CSV_BLANK_LOSSES; i++) {
        enum role role = columns[i] < 0 ? ROLE_NONE : role_of(r->columns[columns[i]].name).role;
        if (role == ROLE_LOSS_TRAIN || role == ROLE_LOSS_EVAL) b->loss[b->n_losses++] = (uint32_t)columns[i];
    }
}

void csv_blank_look(struct csv_blank *b, struct record *r)
{
    if (r->n_cells != 1) b->n_losses = 0;
    else if (++b->rows >= ROWS_MIN)
        for (uint32_t k = 0; k < b->n_losses; k++) record_number(r, (int)b->loss[k], NAN);
}
