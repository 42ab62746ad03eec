/* text_emit, text_point - see text/record.h: the metrics of a record become points, under the name that the line's rank gives them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../base/num.h"
#include "parts.h"
#include "section.h"

static void tell_setting(struct text_name *e, const struct text_pair *p, const struct format_out *out)
{
    if (e->told || e->field->kind != FIELD_SETTING || !field_is_step(p->value)) return;
    char text[32];
    int n = snprintf(text, sizeof text, "%lld", (long long)p->value);
    e->told = true;
    out->fact(out->arg, (struct span){e->name, e->n_name}, (struct span){text, (size_t)n});
}

/* owns - are the values of a name those of the line's rank? See text/rank.h. */
static bool owns(const struct text_ranks *ranks, struct text_name *e)
{
    if (ranks->rank < 0) return true;
    if (e->main) e = e->main;
    bool told = e->series[SPLIT_NONE][0] != TEXT_UNASKED || e->series[SPLIT_NONE][1] != TEXT_UNASKED;
    if (e->owner < 0) e->owner = told && ranks->main >= 0 ? ranks->main : ranks->rank;
    if (e->owner == ranks->old) e->owner = ranks->main;
    return e->owner == ranks->rank;
}

/* of_rank - the name that values of another rank get. */
static struct text_name *of_rank(struct text_run *r, const struct text_name *e, struct arena *arena)
{
    char text[TEXT_NAME_MAX_BYTES + 32];
    int n = snprintf(text, sizeof text, "%.*s (rank %lld)", (int)e->n_name, e->name, (long long)r->ranks.rank);
    return text_name_of(&r->names, (struct span){text, (size_t)n}, 0, arena);
}

/* tell - one value at its place, under the name that the line's rank gives it. */
static void tell(struct text_run *r, const struct text_line *l, struct text_name *e, double value, struct text_where at,
                 const struct format_out *out)
{
    if (!owns(&r->ranks, e)) e = isfinite(value) ? NULL : of_rank(r, e, out->arena);
    int series = e ? text_name_series(e, at.split, at.axis, out) : -1;
    if (series >= 0) out->point(out->arg, series, at.step, l->time, value, l->line);
}

/* tell_spread - the deviation behind a mean over folds. */
static void tell_spread(struct text_run *r, const struct text_line *l, const struct text_name *e, double value,
                        struct text_where at, const struct format_out *out)
{
    char text[TEXT_NAME_MAX_BYTES + 8];
    int n = snprintf(text, sizeof text, "%.*s/std", (int)e->n_name, e->name);
    struct text_name *spread = text_name_of(&r->names, (struct span){text, (size_t)n}, 0, out->arena);
    if (spread) tell(r, l, spread, value, at, out);
}

/* tell_both - "train/val loss: 0.5/0.75" is two values, not a fraction. */
static bool tell_both(struct text_run *r, const struct text_line *l, const struct text_pair *p, struct text_where at,
                      const struct format_out *out)
{
    static const char *const parts[] = {"train/val ", "train/valid ", "train/test ", "Train/Val ", "Train/Valid ", "Train/Test "};
    if (isnan(p->total) || at.split) return false;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!span_starts(p->key, parts[i])) continue;
        struct text_name *e = text_name_of(&r->names, span_from(p->key, strlen(parts[i])), 0, out->arena);
        if (!e) return false;
        tell(r, l, e, p->value, at, out);
        at.split = text_split_of(span_of(parts[i]));
        tell(r, l, e, p->total, at, out);
        return true;
    }
    return false;
}

/* stand_apart - "score 12.0 average score 10.5": where both are told the mean is a series of its own. */
static __attribute__((noinline, cold)) void stand_apart(struct text_run *r, struct text_pairs *ps, size_t at, struct arena *arena)
{
    struct text_name *e = ps->pair[at].name;
    for (size_t k = 0; k < ps->n; k++) {
        if (k == at || ps->pair[k].section.p != ps->pair[at].section.p || text_resolve(r, &ps->pair[k], arena) != e->main)
            continue;
        e->main = NULL;
        e->name = e->key;
        e->n_name = e->n_key;
        return;
    }
}

/* ruled_off - "| lm 5.92 |": a word and its number alone between two bars are a metric, whatever the word. */
static __attribute__((noinline)) bool ruled_off(struct span body, const struct text_pair *p)
{
    const char *at = p->key.p, *end = body.p + body.n;
    double value;
    if (p->words != 1 || (uintptr_t)at - (uintptr_t)body.p >= body.n) return false; /* of a form: the name was looked at before */
    while (at > body.p && at[-1] == ' ') at--;
    if (at == body.p || at[-1] != '|') return false;
    for (at = p->key.p + p->key.n; at < end && *at == ' ';) at++;
    at += num_prefix((struct span){at, (size_t)(end - at)}, &value);
    while (at < end && *at == ' ') at++;
    return at == end || *at == '|';
}

unsigned text_emit(struct text_run *r, const struct text_line *l, struct text_pairs *ps, struct text_where at,
                   const struct format_out *out)
{
    unsigned n = 0;
    enum text_split part[TEXT_PAIRS_MAX], whole = at.split;
    bool parts = !whole && text_sections(ps, part);
    for (size_t i = 0; i < ps->n; i++) {
        struct text_pair *p = &ps->pair[i];
        struct text_name *e = text_resolve(r, p, out->arena);
        at.split = parts && part[i] ? part[i] : whole;
        if (!e && p->key.n && r->names.used >= TEXT_NAMES_MAX) out->bad(out->arg, l->line, "more different names than are kept");
        if (e) tell_setting(e, p, out);
        bool bare = e && p->separator == ' ' && !(e->flags & (NAME_METRIC | NAME_IGNORED));
        if (bare && ruled_off(l->body, p)) e->flags |= NAME_METRIC;
        if (e && e->main && (e->key[0] | 0x20) == 'a') stand_apart(r, ps, i, out->arena);
        if (!text_is_metric(e, p)) continue;
        if (tell_both(r, l, p, at, out)) {
            n += 2;
            continue;
        }
        tell(r, l, e, p->total > 0 ? p->value / p->total : p->value, at, out);
        if (!isnan(p->spread)) tell_spread(r, l, e, p->spread, at, out);
        n++;
    }
    at.split = whole;
    if (n) text_ranks_told(&r->ranks), r->last = at, r->last_line = l->line;
    r->points += n;
    return n;
}

void text_point(struct text_run *r, const struct text_line *l, struct span name, double value, struct text_where at,
                const struct format_out *out)
{
    struct text_name *e = text_name_of(&r->names, name, 0, out->arena);
    if (e) tell(r, l, e, value, at, out);
    text_ranks_told(&r->ranks);
    r->last = at;
    r->points++;
}
