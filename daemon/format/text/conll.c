/* text_conll - see text/conll.h. Lines: conlleval.pl of the CoNLL-2000 shared task, and its copies in Python. */
#include "conll.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

bool text_conll_may(struct span body)
{
    const char *semicolon = memchr(body.p, ';', body.n);
    struct span rest = span_from(body, (size_t)(semicolon - body.p));
    return span_starts(rest, "; precision: ") || span_starts(rest, "; recall: ") || span_starts(rest, "; found: ");
}

/* head - "processed 74542 tokens with ...": a report begins, of the set that the line above names. */
static bool head(struct text_families *f, const struct text_run *r, const struct text_line *l)
{
    if (!span_starts(l->body, "processed ") || !span_has(l->body, " phrases; found: ")) return false;
    bool named = l->split == SPLIT_NONE && r->place.label_line + 1 == l->line;
    f->conll.split = named && r->place.label_split ? r->place.label_split : l->split ? l->split : SPLIT_EVAL;
    return true;
}

static struct text_where where(struct text_families *f, const struct text_run *r, const struct text_line *l, bool whole)
{
    enum text_split split = f->conll.split ? f->conll.split : SPLIT_EVAL;
    double epoch = text_place_under_heading(&r->place, l->line);
    f->conll.reports[split] += whole;
    if (r->place.known) return (struct text_where){r->place.step, r->place.axis, split};
    if (!isnan(epoch)) return (struct text_where){(int64_t)epoch, AXIS_EPOCH, split};
    return (struct text_where){f->conll.reports[split], AXIS_RECORD, split};
}

/* classed - "LOC: precision: 81.08%": the metrics of one class carry its name, and are judged by none: a rare class swings. */
static void classed(struct text_pairs *ps, struct span class, char (*name)[TEXT_CONLL_NAME_BYTES])
{
    for (size_t i = 0; i < ps->n && i < TEXT_CONLL_METRICS; i++) {
        struct text_pair *p = &ps->pair[i];
        size_t front = (size_t)snprintf(name[i], sizeof name[i], "classwise %.*s ", (int)class.n, class.p);
        if (!p->key.n || front + p->key.n >= sizeof name[i]) continue;
        memcpy(name[i] + front, p->key.p, p->key.n);
        p->key = (struct span){name[i], front + p->key.n};
        p->last = (uint32_t)front;
        p->words = 3;
        p->name = NULL;
    }
}

bool text_conll(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                const struct format_out *out)
{
    char names[TEXT_CONLL_METRICS][TEXT_CONLL_NAME_BYTES];
    struct text_pairs *ps = &f->pairs;
    bool whole = span_starts(l->body, "accuracy: ");
    const char *colon = memchr(l->body.p, ':', l->body.n);
    (void)rest;
    if (head(f, r, l)) return true;
    if (!colon || !span_has(l->body, "; FB1: ") || !span_has(l->body, "precision: ")) return false;
    struct span class = {l->body.p, whole ? 0 : (size_t)(colon - l->body.p)};
    if (class.n > TEXT_CONLL_CLASS_BYTES || (class.n && memchr(class.p, ' ', class.n))) return false;
    struct text_where at = where(f, r, l, whole);
    text_pairs(class.n ? span_trim(span_from(l->body, class.n + 1)) : l->body, ps);
    if (class.n) classed(ps, class, names);
    return text_emit(r, l, ps, at, out) > 0;
}
