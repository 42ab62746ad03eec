/* text_table - see text/table.h. A row with other than two cells (nvidia-smi) ends the table without a record. */
#include "table.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <strings.h>

#include "../../base/num.h"

static bool is_rule(struct span s)
{
    if (s.n < 8) return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '-' && s.p[i] != '+' && (s.p[i] != '=' || s.p[0] != '+')) return false;
    return true;
}

/* cells - "| a | b |" into its two cells; false for any other number of them. */
static bool cells(struct span s, struct span *name, struct span *value)
{
    if (s.n < 5 || s.p[0] != '|' || s.p[s.n - 1] != '|') return false;
    struct span inner = {s.p + 1, s.n - 2};
    const char *bar = memchr(inner.p, '|', inner.n);
    if (!bar) return false;
    size_t at = (size_t)(bar - inner.p);
    *name = (struct span){inner.p, at};
    *value = span_from(inner, at + 1);
    return !memchr(value->p, '|', value->n);
}

/* keep_name - group and name joined, cut to fit. */
static void keep_name(char *to, const char *group, struct span name)
{
    size_t n = (size_t)(stpcpy(to, group) - to);
    size_t room = TEXT_TABLE_NAME_BYTES - 1 - n;
    if (name.n > room) name.n = room;
    memcpy(to + n, name.p, name.n);
    to[n + name.n] = 0;
}

static void add_row(struct text_table *t, const struct text_line *l, struct span name, struct span value,
                    const struct format_out *out)
{
    bool inner = name.n > 2 && name.p[1] == ' ' && name.p[2] == ' ';
    double number;
    name = span_trim(name);
    value = span_trim(value);
    if (!value.n && name.n && name.p[name.n - 1] == '/') {
        keep_name(t->group, "", name);
        return;
    }
    double count;
    bool numbered = name.n && num_parse(name, &count); /* a row of two columns, no name and its value */
    if (!name.n || numbered || !num_parse(value, &number)) return;
    if (t->n == TEXT_TABLE_ROWS) {
        out->bad(out->arg, l->line, "a table has more rows than are kept");
        return;
    }
    keep_name(t->row[t->n].name, inner ? t->group : "", name);
    t->row[t->n++].value = number;
}

static struct text_where table_place(struct text_run *r, const struct text_table *t)
{
    struct text_where at = {0, AXIS_RECORD, SPLIT_NONE};
    int best = FIELD_UNRANKED;
    for (size_t i = 0; i < t->n; i++) {
        const struct field *f = field_of(span_of(t->row[i].name));
        if (field_rank(f) >= best || !field_is_step(t->row[i].value)) continue;
        best = field_rank(f);
        at.axis = field_axis(f->kind);
        at.step = (int64_t)t->row[i].value;
    }
    if (at.axis == AXIS_RECORD) at.step = ++r->place.record;
    return at;
}

static void tell(struct text_table *t, struct text_run *r, const struct text_line *l, const struct format_out *out)
{
    struct text_where at = table_place(r, t);
    struct text_line record = *l;
    record.line = t->line;
    record.time = t->time;
    for (size_t i = 0; i < t->n; i++) {
        const struct field *f = field_of(span_of(t->row[i].name));
        if (f->kind == FIELD_VALUE) text_point(r, &record, span_of(t->row[i].name), t->row[i].value, at, out);
    }
    if (t->n) r->place.step = at.step, r->place.axis = at.axis, r->place.known = true;
}

/* ---- tables without bars ------------------------------------------------------------------------------------------------ */

/* is_bare_rule - "----------  -------": over and under a table whose columns nothing but blanks parts (tabulate's "simple"). */
static bool is_bare_rule(struct span s)
{
    enum { DASHES = 2 };
    size_t first = 0, blanks, second = 0;
    while (first < s.n && s.p[first] == '-') first++;
    for (blanks = 0; first + blanks < s.n && s.p[first + blanks] == ' ';) blanks++;
    while (first + blanks + second < s.n && s.p[first + blanks + second] == '-') second++;
    return first >= DASHES && blanks >= 2 && second >= DASHES && first + blanks + second == s.n;
}

/* bare_cells - "TotalSteps    120" into a name and its number. */
static bool bare_cells(struct span s, struct span *name, struct span *value)
{
    double number, count;
    size_t from = s.n;
    while (from && s.p[from - 1] != ' ') from--;
    if (from < 3 || s.p[from - 2] != ' ') return false;
    *name = span_trim((struct span){s.p, from});
    *value = span_from(s, from);
    return name->n && num_parse(*value, &number) && !num_parse(*name, &count);
}

static bool counts(const struct text_table *t)
{
    for (size_t i = 0; i < t->n; i++)
        if (field_rank(field_of(span_of(t->row[i].name))) < FIELD_UNRANKED) return true;
    return false;
}

/* tell_bare - a record where one of its rows counts, else settings. */
static void tell_bare(struct text_table *t, struct text_run *r, struct text_facts *f, const struct text_line *l,
                      const struct format_out *out)
{
    char value[32];
    if (counts(t)) tell(t, r, l, out);
    else
        for (size_t i = 0; i < t->n; i++) {
            int n = snprintf(value, sizeof value, "%.9g", t->row[i].value);
            text_fact(f, span_of(t->row[i].name), (struct span){value, (size_t)n}, out);
        }
    t->n = 0;
}

/* bare - a row of such a table; false where the line is none, which ends one. Its rules are left to who else knows them. */
static bool bare(struct text_table *t, struct text_run *r, struct text_facts *f, const struct text_line *l,
                 const struct format_out *out)
{
    struct span name, value;
    bool rule = is_bare_rule(l->body), row = t->bare && !rule && bare_cells(l->body, &name, &value);
    if (row) {
        add_row(t, l, name, value, out);
        return true;
    }
    bool ends = t->bare && t->n;
    if (ends) tell_bare(t, r, f, l, out);
    t->bare = rule && !ends;
    if (!t->bare) return false;
    t->n = 0;
    t->group[0] = 0;
    t->line = l->line + 1;
    t->time = l->time;
    return false;
}

/* is_head - of a table of settings. */
static bool is_head(struct span name, struct span value)
{
    static const char *const heads[] = {"parameter", "hyperparameter", "setting", "argument", "option"};
    if (value.n != 5 || strncasecmp(value.p, "value", 5) != 0) return false;
    if (name.n > 1 && name.p[name.n - 1] == 's') name.n--;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (name.n == strlen(heads[i]) && strncasecmp(name.p, heads[i], name.n) == 0) return true;
    return false;
}

/* setting - one row of it: "learning rate (LR)" and "micro batch size B" without their symbols. */
static void setting(struct text_facts *f, struct span name, struct span value, const struct format_out *out)
{
    const char *bracket = memchr(name.p, '(', name.n);
    if (name.n && strchr("-:", name.p[0])) return; /* the rule below the head of Markdown */
    if (bracket && bracket > name.p) name = span_trim((struct span){name.p, (size_t)(bracket - name.p)});
    if (name.n > 3 && name.p[name.n - 2] == ' ' && isupper((unsigned char)name.p[name.n - 1])) name.n -= 2;
    if (value.n && !span_is(value, "NULL")) text_fact(f, name, value, out);
}

/* setting_of - the one row between two rules of a grid in front of a run: "+----+" each of its arguments is ruled off. */
static void setting_of(const struct text_table *t, struct text_facts *f, const struct format_out *out)
{
    char value[32];
    int n = snprintf(value, sizeof value, "%.9g", t->row[0].value);
    text_fact(f, span_of(t->row[0].name), (struct span){value, (size_t)n}, out);
}

/* of_columns - "| epoch | loss |" and "| 3 | 0.52 |": a table that grows downward, a record a row (text/columns.h). */
static bool of_columns(struct span name, struct span value)
{
    double count, number;
    bool valued = num_parse(value, &number);
    if (num_parse(name, &count)) return valued;
    return value.n && !valued && name.n && field_rank(field_of(name)) != FIELD_UNRANKED;
}

bool text_table(struct text_table *t, struct text_run *r, struct text_facts *f, const struct text_line *l,
                const struct format_out *out)
{
    struct span name, value;
    if (bare(t, r, f, l, out)) return true;
    if (is_rule(l->body)) {
        bool ends = t->open && t->n;
        bool grid = ends && t->n == 1 && l->body.p[0] == '+' && !r->points;
        if (grid) setting_of(t, f, out);
        else if (ends) tell(t, r, l, out);
        t->open = !ends || l->body.n > 0;
        t->n = 0;
        t->group[0] = 0;
        t->line = l->line + 1;
        t->time = l->time;
        return true;
    }
    bool titled = !t->open && !r->points && cells(l->body, &name, &value) && is_head(span_trim(name), span_trim(value));
    if (titled) return t->open = t->settings = true; /* Markdown's stands above the first rule */
    if (!t->open) return t->settings = false;
    if (!cells(l->body, &name, &value)) return t->open = t->settings = false;
    if (!t->n && !t->settings && of_columns(span_trim(name), span_trim(value))) return t->open = false;
    bool head = is_head(span_trim(name), span_trim(value));
    t->settings |= head;
    if (t->settings && !head) setting(f, span_trim(name), span_trim(value), out);
    else if (!head) add_row(t, l, name, value, out);
    return true;
}
