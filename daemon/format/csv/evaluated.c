/* csv_evaluated - see csv/evaluated.h. */
#include "evaluated.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char end[] = "_runtime";

void csv_evaluated_begin(struct csv_evaluated *e, const struct record *r, const int32_t *columns, uint32_t n_columns)
{
    e->n = 0;
    for (uint32_t i = 0; i < n_columns && e->n < CSV_EVALUATED_MAX; i++) {
        const struct column *c = columns[i] < 0 ? NULL : &r->columns[columns[i]];
        char loss[FIELD_NAME_MAX_BYTES + sizeof "_loss"];
        size_t stem = c ? c->length - (sizeof end - 1) : 0;
        if (!c || c->length < sizeof end || memcmp(c->name + stem, end, sizeof end - 1) != 0) continue;
        int n = snprintf(loss, sizeof loss, "%.*s_loss", (int)stem, c->name);
        int of = strncmp(c->name, "eval", 4) == 0 ? record_find(r, (struct span){loss, (size_t)n}) : -1;
        if (of >= 0) e->loss[e->n] = of, e->runtime[e->n++] = columns[i];
    }
}

void csv_evaluated_fill(const struct csv_evaluated *e, struct record *r)
{
    for (uint32_t k = 0; k < e->n; k++) {
        bool evaluated = false, told = false;
        for (uint32_t i = 0; i < r->n_cells; i++) {
            evaluated |= r->cells[i].column == (uint32_t)e->runtime[k];
            told |= r->cells[i].column == (uint32_t)e->loss[k];
        }
        if (evaluated && !told) record_number(r, e->loss[k], NAN);
    }
}
