/* csv_blank - see csv/blank.h. */
#include "blank.h"

#include <math.h>

#include "../../../analyzers/role.h"

enum { ROWS_MIN = 2 };

void csv_blank_begin(struct csv_blank *b, const struct record *r, const int32_t *columns, uint32_t n_columns, bool indexed)
{
    bool scored = false, held_scored = false;
    *b = (struct csv_blank){0};
    for (uint32_t i = 0; indexed && i < n_columns && b->n_losses < CSV_BLANK_LOSSES; i++) {
        enum role role = columns[i] < 0 ? ROLE_NONE : role_of(r->columns[columns[i]].name).role;
        bool held = role == ROLE_LOSS_EVAL, loss = held || role == ROLE_LOSS_TRAIN;
        if (loss) b->loss[b->n_losses].held = held, b->loss[b->n_losses++].column = (uint32_t)columns[i];
        b->others += !loss;
        scored |= role == ROLE_SCORE_TRAIN;
        held_scored |= role == ROLE_SCORE_EVAL;
    }
    for (uint32_t k = 0; k < b->n_losses; k++) b->loss[k].scored = held_scored || (scored && !b->loss[k].held);
}

/* Leave out what the record in hand has a value of. */
static void forget_told(struct csv_blank *b, const struct record *r)
{
    uint32_t kept = 0;
    for (uint32_t k = 0; k < b->n_losses; k++)
        if (r->columns[b->loss[k].column].stamp != r->stamp) b->loss[kept++] = b->loss[k];
    b->n_losses = kept;
}

void csv_blank_look(struct csv_blank *b, struct record *r)
{
    uint32_t losses = b->n_losses;
    bool index_alone = r->n_cells == 1 && !r->n_texts;
    forget_told(b, r);
    b->others += losses - b->n_losses;
    if (!index_alone && r->n_cells + r->n_texts < b->others)
        b->n_losses = 0; /* a row that lacks other things: not all is told in each */
    if (!b->n_losses || ++b->rows < ROWS_MIN) return;
    for (uint32_t k = 0; k < b->n_losses; k++)
        if (index_alone || b->loss[k].scored) record_number(r, (int)b->loss[k].column, NAN);
}
