#include "check_notes.h"

#include <stdbool.h>

#include "../report/page.h"
#include "../report/words.h"

enum { SEAMS_TOLD_MAX = 6, LABEL_COLUMNS = 14 };

void check_add_seams(const struct view *v, const struct report_options *o, struct str *out)
{
    struct page p = {out, o->columns > 0 ? o->columns : 100, o->colour, o->unicode};
    struct str text = {0};
    if (!v->n_seams) return;
    words_counted(&text, v->n_seams, "time: ", "times: ");
    for (size_t i = 0; i < v->n_seams && i < SEAMS_TOLD_MAX; i++) {
        str_addf(&text, "%sat %s ", i ? "; " : "", axis_name(view_axis(v)));
        words_count(&text, v->seams[i].step);
        str_add(&text, ", going on from ");
        words_count(&text, v->seams[i].resumed_at);
    }
    if (v->n_seams > SEAMS_TOLD_MAX) str_addf(&text, "; and %zu more", v->n_seams - SEAMS_TOLD_MAX);
    page_row(&p, 2, INK_DIM, "restarted", LABEL_COLUMNS, text.p ? text.p : "");
    str_done(&text);
}
