/* text_parts - see text/parts.h: what a line weighs, and which data it is about. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "parts.h"

/* settle_eta - the first value tells what it is for good: a rate may leap later, and what remains of a run falls from above one. */
static void settle_eta(struct text_name *e, double value)
{
    if (value >= 0 && value < 1) e->flags = NAME_METRIC;
    else if (value >= 1) e->flags = NAME_IGNORED;
}

/* is_sum - "total=3.85 PDE=0.26 BC=0.73": a total in front of its terms, where nothing on the line says loss, is the loss. */
static bool is_sum(const struct text_pairs *ps, const struct text_pair *p)
{
    enum { TERMS = 2 };
    unsigned terms = 0;
    if (p->separator != '=' || text_is_count(p->value) || !span_is(p->key, "total")) return false;
    for (const struct text_pair *q = ps->pair; q < ps->pair + ps->n; q++) {
        if (span_has(q->key, "oss") || span_has(q->key, "LOSS")) return false;
        terms += q > p && q->separator == '=' && q->key.n && !text_is_count(q->value);
    }
    return terms >= TERMS;
}

/* is_word - is a key this word and nothing else, with a value that is no count? */
static bool is_word(const struct text_pair *p, const char *const *words)
{
    if (p->separator == ' ' || p->percent || text_is_count(p->value) || !isnan(p->total)) return false;
    for (; *words; words++)
        if (p->key.n == strlen(*words) && strncasecmp(p->key.p, *words, p->key.n) == 0) return true;
    return false;
}

/* laid_beside - "train=4.92 val=4.93": one quantity of both parts of the data, whatever it is called. */
static bool laid_beside(const struct text_pairs *ps)
{
    static const char *const trained[] = {"train", "training", NULL}, *const held[] = {"val",  "valid", "validation", "dev",
                                                                                       "test", "eval",  NULL};
    for (size_t i = 0; i + 1 < ps->n; i++)
        if (is_word(&ps->pair[i], trained) && is_word(&ps->pair[i + 1], held)) return true;
    return false;
}

struct text_weight text_weigh(struct text_run *r, struct text_pairs *ps, struct arena *arena)
{
    struct text_weight w = {.strong = laid_beside(ps)};
    static const char sum[] = "total loss";
    for (size_t i = 0; i < ps->n; i++)
        if (is_sum(ps, &ps->pair[i])) ps->pair[i].name = text_name_of(&r->names, span_of(sum), strlen("total "), arena);
    for (size_t i = 0; i < ps->n; i++) {
        struct text_pair *p = &ps->pair[i];
        struct text_name *e = text_resolve(r, p, arena);
        if (!e) continue;
        if (e->flags & NAME_SMALL) settle_eta(e, p->value);
        bool metric = text_is_metric(e, p);
        w.metrics += metric;
        w.strong += metric && (e->flags & NAME_STRONG);
        w.split += metric && (e->flags & NAME_SPLIT);
        w.settings += e->field->kind == FIELD_SETTING;
        if (e->flags & NAME_RANK && field_is_step(p->value) && p->value >= 0) r->ranks.rank = (int64_t)p->value;
    }
    return w;
}

/* first_word_split - what the word in front says, or the one behind "Overall". */
static enum text_split first_word_split(struct span key)
{
    static const char *const qualifiers[] = {"Overall ", "overall ", "Final ", "final ", "Mean ", "Average "};
    for (size_t i = 0; i < sizeof qualifiers / sizeof *qualifiers; i++)
        if (span_starts(key, qualifiers[i])) key = span_from(key, strlen(qualifiers[i]));
    const char *blank = memchr(key.p, ' ', key.n);
    return blank ? text_split_of((struct span){key.p, (size_t)(blank - key.p)}) : SPLIT_NONE;
}

/* split_behind_count - "Epoch 3 VAL loss 0.4 acc 0.8": the word in front of the first metric speaks for the scores behind it, where these name
 * no data of their own and nothing else is told. */
static enum text_split split_behind_count(const struct text_pairs *ps)
{
    enum text_split split = SPLIT_NONE;
    size_t others = 0;
    for (size_t i = 0; i < ps->n; i++) {
        const struct text_name *e = ps->pair[i].name;
        if (!e || e->rank != FIELD_UNRANKED) continue;
        bool score = text_is_metric(e, &ps->pair[i]) && e->flags & NAME_STRONG;
        if (!score || (split && e->flags & NAME_SPLIT)) return SPLIT_NONE;
        others += split != SPLIT_NONE;
        if (!split && !(split = first_word_split(ps->pair[i].key))) return SPLIT_NONE;
    }
    return others ? split : SPLIT_NONE;
}

enum text_split text_leading_split(const struct text_pairs *ps)
{
    enum text_split split = ps->n ? first_word_split(ps->pair[0].key) : SPLIT_NONE;
    return split ? split : split_behind_count(ps);
}

bool text_labelled(const struct text_line *l, const struct text_pairs *ps)
{
    struct span part = ps->n ? ps->pair[0].section : (struct span){"", 0};
    return part.n && part.p - l->body.p <= 2 && l->body.p[0] == '[' && text_section_split(ps->pair);
}

/* common_section - "Epoch 3 | val | loss: 0.5 | acc: 0.75": what stands alone in front of all that is told. */
static enum text_split common_section(const struct text_pairs *ps)
{
    struct span section = ps->n ? ps->pair[ps->n - 1].section : (struct span){"", 0};
    enum text_split split = section.n ? text_section_split(&ps->pair[ps->n - 1]) : SPLIT_NONE;
    for (size_t i = 0; i < ps->n && split; i++) {
        const struct text_name *e = ps->pair[i].name;
        bool counter = e && e->rank != FIELD_UNRANKED;
        if (!counter && (ps->pair[i].section.p != section.p || text_key_split(&ps->pair[i]))) split = SPLIT_NONE;
    }
    return split;
}

/* starred - " * Acc@1 12.3", "** ERR 22.7": what an evaluation came to. "*Run7* step 3" is a word that stands out. */
static bool starred(struct span body)
{
    const char *blank = memchr(body.p, ' ', body.n);
    return body.p[0] == '*' && !(blank && blank - body.p > 2 && blank[-1] == '*' && body.p[1] != '*');
}

enum text_split text_line_split(const struct text_run *r, const struct text_line *l, const struct text_pairs *ps)
{
    if (l->split) return l->split;
    if (r->place.announced) return r->place.announced;
    if (text_labelled(l, ps)) return text_section_split(ps->pair);
    if (starred(l->body)) return r->place.progress_split ? r->place.progress_split : SPLIT_EVAL; /* " * Acc@1 12.3" */
    enum text_split split = ps->label.n ? text_split_of(ps->label) : SPLIT_NONE;
    if (!split) split = common_section(ps);
    if (span_starts(l->body, "Saving dict for")) return SPLIT_EVAL;
    if (memchr(l->body.p, '\'', l->body.n) && span_has(l->body, "valid on '")) return SPLIT_VALID;
    return split ? split : r->place.label_line + 1 == l->line ? r->place.label_split : SPLIT_NONE;
}

const struct text_name *text_main_metric(const struct text_pairs *ps)
{
    for (size_t i = 0; i < ps->n; i++) {
        const struct text_name *e = ps->pair[i].name;
        if (text_is_metric(e, &ps->pair[i]) && (e->flags & NAME_STRONG) && !(e->flags & NAME_SPLIT)) return e->main ? e->main : e;
    }
    return NULL;
}
