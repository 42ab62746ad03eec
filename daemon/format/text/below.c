/* text_below - see text/below.h. Source: mosaicml/composer, composer/loggers/console_logger.py.
 *
 * Composer counts in what the training's length was given in ("[epoch=3][batch=12/40]:", "[token=4096/900000]:"), and its evaluation
 * counts batches of its own: what it found stands at the step that the training has come to. Progress through an evaluation has no
 * colon. In front of each name stands "Train" or "Eval", which in its other logs is no part of the name. */
#include "below.h"

#include <math.h>
#include <string.h>

enum { HEAD_MAX_BYTES = 160 };

/* without_code - pairs, none of them out of code, a call or quotes. */
static bool without_code(const struct text_pairs *ps) { return ps->n && !ps->code && !ps->calls && !ps->braces && !ps->quoted; }

/* is_plain - names and values, no code. */
static bool is_plain(const struct text_pairs *ps)
{
    for (size_t i = 0; i < ps->n; i++)
        if (!ps->pair[i].key.n || ps->pair[i].separator == ' ') return false;
    return without_code(ps);
}

/* counts_only - every pair of the heading is a counter: "Step 200:", "[epoch=3][batch=12/40]:". */
static bool counts_only(const struct text_pairs *ps)
{
    for (size_t i = 0; i < ps->n; i++)
        if (!ps->pair[i].name || ps->pair[i].name->rank == FIELD_UNRANKED) return false;
    return without_code(ps);
}

/* length_counted - "[token=4096/900000]:", whatever the training's length is given in. */
static bool length_counted(const struct text_pairs *ps, struct text_count *c)
{
    const struct text_pair *p = ps->pair;
    if (ps->n != 1 || p->words != 1 || p->separator != '=' || !(p->total > 0) || !field_is_step(p->value)) return false;
    *c = (struct text_count){.value = p->value, .total = p->total, .epoch = NAN, .episode = NAN, .axis = AXIS_STEP};
    return true;
}

/* counted_last - "host:0  olmo.train:987  INFO  [step=15/900,epoch=0]" of OLMo: whatever stands in front, the count is in the brackets
 * that the line ends with. */
static bool counted_last(struct text_run *r, const struct text_line *l, struct text_pairs *ps, struct arena *arena,
                         struct text_count *c)
{
    const char *open = l->body.p[l->body.n - 1] == ']' ? memrchr(l->body.p, '[', l->body.n) : NULL;
    struct span count = open ? span_from(l->body, (size_t)(open - l->body.p) + 1) : (struct span){"", 0};
    bool member = l->indented && isnan(l->time); /* a tab behind the time is no indent */
    if (member || l->body.n > HEAD_MAX_BYTES || !(span_starts(count, "step=") || span_starts(count, "global_step=")))
        return false;
    if (open > l->body.p && open[-1] != ' ' && open[-1] != '\t') return false;
    count.n--;
    text_pairs(count, ps);
    return text_count_of(r, ps, arena, c) && c->named && c->axis == AXIS_STEP && counts_only(ps);
}

/* is_heading - a line that does nothing but count, and ends in a colon. Epochs alone are headings of text/record.h. */
static bool is_heading(struct text_run *r, const struct text_line *l, struct text_pairs *ps, struct arena *arena,
                       struct text_count *c)
{
    bool bracketed = l->body.p[0] == '[';
    if (counted_last(r, l, ps, arena, c)) return true;
    if (l->indented || l->body.n > HEAD_MAX_BYTES || l->body.p[l->body.n - 1] != ':') return false;
    text_pairs(l->body, ps);
    if (ps->prose && !bracketed) return false;
    bool counts = text_count_of(r, ps, arena, c) && c->named && c->axis != AXIS_EPOCH && c->axis != AXIS_RECORD;
    return counts ? counts_only(ps) : bracketed && length_counted(ps, c);
}

/* place - where the metrics below stand. A heading without any leaves the training's place alone. */
static void place(struct text_below *b, struct text_run *r, const struct format_out *out)
{
    bool own = b->count.cut && b->count.total > 0 && r->place.known; /* "[Eval batch=40/40]" counts the evaluation's batches */
    if (own) b->at = (struct text_where){r->place.step, r->place.axis, b->split};
    else b->at = text_where_counted(r, &b->count, b->split, out);
    b->placed = true;
}

/* without_part - "loss/train/total" of "Train loss/train/total". */
static struct span without_part(struct span key)
{
    static const char *const parts[] = {"Train ", "Eval "};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (span_starts(key, parts[i])) return span_from(key, strlen(parts[i]));
    return key;
}

/* name_pairs - the names as the tool's other logs have them; what only counts or keeps time is left out. */
static void name_pairs(struct text_pairs *ps)
{
    for (size_t i = 0; i < ps->n; i++) {
        struct text_pair *p = &ps->pair[i];
        if (p->words == 2) p->key = without_part(p->key), p->last = 0, p->words = 1;
        if (span_starts(p->key, "time/")) p->key.n = 0;
    }
}

static bool member(struct text_below *b, struct text_run *r, const struct text_line *l, struct text_pairs *ps,
                   const struct format_out *out)
{
    text_pairs(l->body, ps);
    if (!is_plain(ps)) return false;
    if (!b->placed) place(b, r, out);
    if (b->bracketed) name_pairs(ps);
    return text_emit(r, l, ps, b->at, out) > 0 || b->bracketed;
}

bool text_below(struct text_below *b, struct text_run *r, const struct text_line *l, struct text_pairs *ps,
                const struct format_out *out)
{
    struct text_count c;
    bool heads = !isnan(l->time) && l->body.p[l->body.n - 1] == ']';
    bool follows = b->open && l->indented && l->line == b->line + 1 && !heads;
    b->open = follows;
    b->line = l->line;
    if (follows) return member(b, r, l, ps, out);
    if (!is_heading(r, l, ps, out->arena, &c)) return false;
    enum text_split split = c.cut ? c.cut : l->split ? l->split : text_split_of(l->body);
    *b = (struct text_below){.open = true, .bracketed = l->body.p[0] == '[', .split = split, .count = c, .line = l->line};
    return true;
}
