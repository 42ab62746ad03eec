#include "table.h"

static char separator_of(struct span text)
{
    static const char candidates[] = ",;\t";
    size_t counts[3] = {0}, best = 0;
    for (size_t i = 0; i < text.n && text.p[i] != '\n'; i++)
        for (size_t k = 0; k < 3; k++) counts[k] += text.p[i] == candidates[k];
    for (size_t k = 1; k < 3; k++)
        if (counts[k] > counts[best]) best = k;
    return candidates[best];
}

void table_init(struct table *t, struct span text)
{
    if (span_starts(text, "\xef\xbb\xbf")) text = span_from(text, 3);
    *t = (struct table){.rest = text, .separator = separator_of(text), .line = 1};
}

void table_done(struct table *t) { str_done(&t->text); }

static char take(struct table *t)
{
    char c = t->rest.p[0];
    t->rest = span_from(t->rest, 1);
    t->line += c == '\n';
    return c;
}

static void take_quoted(struct table *t)
{
    (void)take(t);
    while (t->rest.n) {
        if (t->rest.p[0] == '"' && !(t->rest.n > 1 && t->rest.p[1] == '"')) {
            (void)take(t);
            return;
        }
        if (t->rest.p[0] == '"') (void)take(t);
        str_add_span(&t->text, (struct span){t->rest.p, 1});
        (void)take(t);
    }
    t->bad = "a quote has no end";
}

/* True when a separator follows: the row goes on. */
static bool take_field(struct table *t)
{
    if (t->rest.n && t->rest.p[0] == '"') take_quoted(t);
    while (t->rest.n && t->rest.p[0] != t->separator && t->rest.p[0] != '\n') {
        if (t->rest.p[0] != '\r') str_add_span(&t->text, (struct span){t->rest.p, 1});
        (void)take(t);
    }
    str_add_span(&t->text, (struct span){"", 1});
    return t->rest.n && take(t) == t->separator;
}

static bool cut_row(struct table *t)
{
    size_t at[TABLE_FIELDS_MAX];
    bool more = true;
    str_clear(&t->text);
    t->bad = NULL;
    t->row_line = t->line;
    for (t->n = 0; more;) {
        size_t here = t->text.n;
        more = take_field(t);
        if (t->n < TABLE_FIELDS_MAX) at[t->n++] = here;
        else t->bad = "it has more than 64 columns";
    }
    if (t->text.failed) t->bad = "it is more than fits into memory";
    for (size_t i = 0; i < t->n; i++) t->fields[i] = t->text.failed ? "" : t->text.p + at[i];
    return t->bad || t->n > 1 || *t->fields[0];
}

bool table_next(struct table *t)
{
    while (t->rest.n)
        if (cut_row(t)) return true;
    return false;
}
