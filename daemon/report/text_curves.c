/* text_curves - see text_curves.h. */
#include "text_curves.h"

#include "sparkline.h"
#include "words.h"

enum { CURVES_MAX = 10, NAME_COLUMNS = 22, NUMBERS = 40 };

static const char *text_of(const struct str *s) { return s->p ? s->p : ""; }

static void add_name(struct str *s, const char *name, int columns)
{
    struct str full = {0};
    str_add_printable(&full, span_of(name), NAME_COLUMNS - 1);
    str_add(s, text_of(&full));
    for (int n = page_width(text_of(&full)); n < columns; n++) str_add(s, " ");
    str_done(&full);
}

/* Cells are counted by hand, because a sparkline must not be wrapped. */
static void curve_row(struct page *p, const struct series_view *s, int name_columns)
{
    int room = p->columns - 2 - name_columns - NUMBERS, width = room > 40 ? 40 : room < 8 ? 8 : room;
    double min, max;
    struct str line = {0};
    str_add(&line, "  ");
    add_name(&line, s->series.name, name_columns);
    sparkline_whole(s->curve, width, p->unicode, &line);
    for (uint32_t n = s->curve->used; n < (uint32_t)width; n++) str_add(&line, " ");
    if (curve_range(s->curve, &min, &max)) {
        str_add(&line, "  ");
        str_add_number(&line, min);
        str_add(&line, " to ");
        str_add_number(&line, max);
    }
    str_add(&line, ", ends ");
    str_add_number(&line, s->last);
    if (p->unicode) str_add(p->out, text_of(&line));
    else page_ascii(p->out, text_of(&line));
    str_add(p->out, "\n");
    str_done(&line);
}

/* The series worth a line, in the order a person reads them; returns how many. */
static size_t shown_curves(const struct view *v, const struct series_view *shown[CURVES_MAX])
{
    static const enum role order[] = {
        ROLE_LOSS_TRAIN,  ROLE_LOSS_EVAL,  ROLE_LOSS_GENERATOR, ROLE_LOSS_DISCRIMINATOR, ROLE_RETURN,
        ROLE_SCORE_TRAIN, ROLE_SCORE_EVAL, ROLE_GRAD_NORM,      ROLE_LEARNING_RATE,      ROLE_ENTROPY,
        ROLE_KL};
    size_t n = 0;
    for (size_t r = 0; r < sizeof order / sizeof *order; r++)
        for (size_t i = 0; i < v->n_series && n < CURVES_MAX; i++) {
            const struct series_view *s = &v->series[i];
            if (s->series.role == order[r] && s->curve && s->curve->used >= 2) shown[n++] = s;
        }
    return n;
}

void text_curves(struct page *p, const struct view *v)
{
    const struct series_view *shown[CURVES_MAX];
    size_t n = shown_curves(v, shown);
    int columns = 0;
    for (size_t i = 0; i < n; i++) {
        struct str name = {0};
        words_foreign(&name, shown[i]->series.name);
        if (page_width(text_of(&name)) + 2 > columns) columns = page_width(text_of(&name)) + 2;
        str_done(&name);
    }
    if (columns > NAME_COLUMNS + 2) columns = NAME_COLUMNS + 2;
    if (n) page_heading(p, "Curves (each between its own extremes; x is NaN or infinite)");
    for (size_t i = 0; i < n; i++) curve_row(p, shown[i], columns);
}
