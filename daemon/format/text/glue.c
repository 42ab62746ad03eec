/* text_glue - see text/glue.h. */
#include "glue.h"

#include <math.h>
#include <stdio.h>

#include "../../base/num.h"

static const char training[] = "] loss {";

/* listed - what stands between the brace behind `open`, NULL for the first byte, and the last one of the line; empty when it is not there. */
static struct span listed(struct span body, const char *open)
{
    const char *at = open ? memmem(body.p, body.n, open, strlen(open)) : body.p[0] == '{' ? body.p : NULL;
    if (!at || body.p[body.n - 1] != '}') return (struct span){"", 0};
    struct span rest = span_from(body, (size_t)(at - body.p) + (open ? strlen(open) : 1));
    rest.n--;
    return rest;
}

/* number_behind - the whole number behind a word. */
static bool number_behind(struct span body, const char *word, int64_t *value)
{
    const char *at = memmem(body.p, body.n, word, strlen(word));
    if (!at) return false;
    struct span digits = span_from(body, (size_t)(at - body.p) + strlen(word));
    size_t n = 0;
    while (n < digits.n && span_digit_char(digits.p[n])) n++;
    return num_integer((struct span){digits.p, n}, value);
}

/* next - the next of "total 1.054E+00, last 4.888E-01"; false at the end, and where it is something else. */
static bool next(struct span *list, struct span *name, double *value)
{
    const char *comma = memchr(list->p, ',', list->n);
    size_t n = comma ? (size_t)(comma - list->p) : list->n;
    struct span item = span_trim((struct span){list->p, n});
    const char *blank = memchr(item.p, ' ', item.n);
    if (!blank || !span_letter_char(item.p[0]) || memchr(item.p, ':', item.n)) return false;
    *name = (struct span){item.p, (size_t)(blank - item.p)};
    *list = span_from(*list, n + (comma != NULL));
    return num_parse(span_trim(span_from(item, name->n)), value);
}

bool text_glue_may(struct span body)
{
    struct span list = listed(body, body.p[0] == '{' ? NULL : training), name;
    int64_t it;
    double value;
    unsigned n = 0;
    if (body.p[0] != '{' && !number_behind(body, "| it ", &it)) return false;
    while (list.n && next(&list, &name, &value)) n++;
    return n && !list.n;
}

bool text_glue(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
               const struct format_out *out)
{
    bool held_out = l->body.p[0] == '{';
    struct span list = listed(l->body, held_out ? NULL : training), name;
    struct text_place *p = &r->place;
    int64_t epoch, it;
    double value;
    char text[TEXT_NAME_MAX_BYTES];
    (void)f, (void)rest;
    if (held_out && !l->split) return false;
    if (!held_out && number_behind(l->body, "| it ", &it)) {
        bool known = number_behind(l->body, "[E ", &epoch);
        p->step = text_place_step(p, it, NAN, known ? (double)epoch : NAN);
        p->axis = AXIS_STEP;
        p->known = true;
    }
    if (held_out && !p->known) p->step = ++p->record;
    struct text_where at = {p->step, p->known ? p->axis : AXIS_RECORD, held_out ? l->split : SPLIT_NONE};
    while (next(&list, &name, &value)) {
        int n = snprintf(text, sizeof text, "%s%.*s", held_out ? "" : "loss/", (int)name.n, name.p);
        if (n > 0 && (size_t)n < sizeof text) text_point(r, l, (struct span){text, (size_t)n}, value, at, out);
    }
    return true;
}
