/* csv_index - see csv/index.h. */
#include "index.h"

#include "../field.h"
#include "cell.h"

void csv_index_begin(struct csv_index *x, struct span header, char delimiter)
{
    struct csv_row r = {header.p, header.p + header.n, delimiter, true};
    struct span first = csv_next(&r).span;
    bool index = !first.n || span_is(first, "Unnamed: 0"); /* as pandas writes it, and writes it once read again */
    *x = (struct csv_index){.counts = index && r.more};
    while (x->counts && r.more) {
        struct span cell = csv_next(&r).span;
        x->counts = !cell.n || field_rank(field_of(cell)) == FIELD_UNRANKED;
    }
}

double csv_index_row(struct csv_index *x, double value)
{
    if (x->begun && !x->fixed) {
        x->proven = value > x->last;
        x->fixed = !x->proven;
    }
    x->begun = true;
    return x->last = x->fixed ? x->last + 1 : value;
}
