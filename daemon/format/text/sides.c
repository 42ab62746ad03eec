/* text_sides - see text/sides.h. AllenNLP prints it at the end of each epoch (allennlp/training/tensorboard_writer.py,
 * log_metrics_to_console), whose heading "Epoch 3/9" stands above. Any line that is no row ends it. */
#include "sides.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "../../base/num.h"

/* side_of - the set of data that a cell of the heading names; false for any other word. */
static bool side_of(struct span cell, enum text_split *side)
{
    static const char *const trains[] = {"Training", "Train"};
    *side = text_split_of(cell);
    if (*side) return !memchr(cell.p, ' ', cell.n);
    for (size_t i = 0; i < sizeof trains / sizeof *trains; i++)
        if (cell.n == strlen(trains[i]) && strncasecmp(cell.p, trains[i], cell.n) == 0) return true;
    return false;
}

/* next_cell - up to the next bar; false behind the last. */
static bool next_cell(struct span *s, struct span *cell)
{
    if (!s->p) return false;
    const char *bar = memchr(s->p, '|', s->n);
    size_t n = bar ? (size_t)(bar - s->p) : s->n;
    *cell = span_trim((struct span){s->p, n});
    *s = bar ? span_from(*s, n + 1) : (struct span){NULL, 0};
    return true;
}

static bool heading(struct text_sides *t, struct text_run *r, const struct text_line *l)
{
    struct span s = l->body, cell;
    double epoch = text_place_under_heading(&r->place, l->line);
    size_t n = 0;
    for (; next_cell(&s, &cell); n++)
        if (n == TEXT_SIDES_MAX || !cell.n || !side_of(cell, &t->side[n])) return false;
    if (n < 2) return false;
    t->n = n;
    t->tables++;
    t->at =
        (struct text_where){r->place.known ? r->place.step : t->tables, r->place.known ? r->place.axis : AXIS_RECORD, SPLIT_NONE};
    if (!isnan(epoch)) t->at.step = (int64_t)epoch, t->at.axis = AXIS_EPOCH;
    return true;
}

static bool row(const struct text_sides *t, struct text_run *r, const struct text_line *l, const struct format_out *out)
{
    struct span s = l->body, name, cell;
    double value[TEXT_SIDES_MAX];
    bool known[TEXT_SIDES_MAX];
    size_t n = 0;
    next_cell(&s, &name);
    if (!name.n || memchr(name.p, ' ', name.n)) return false;
    for (; next_cell(&s, &cell); n++) {
        if (n == t->n) return false;
        known[n] = cell.n && num_prefix(cell, &value[n]) == cell.n;
        if (!known[n] && !span_is(cell, "N/A")) return false;
    }
    if (n != t->n) return false;
    for (size_t i = 0; i < n; i++) {
        struct text_where at = t->at;
        at.split = t->side[i];
        if (known[i]) text_point(r, l, name, value[i], at, out);
    }
    return true;
}

bool text_sides(struct text_sides *t, struct text_run *r, const struct text_line *l, const struct format_out *out)
{
    if (!memchr(l->body.p, '|', l->body.n)) return t->n = 0, false;
    if (t->n && row(t, r, l, out)) return true;
    t->n = 0;
    return strchr("TVDtvd", l->body.p[0]) && heading(t, r, l);
}
