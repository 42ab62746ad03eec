/* text_form - see text/form.h. */
#include "form.h"

#include <math.h>

#include "../../base/num.h"
#include "../../base/num_scan.h"
#include "section.h"

enum { WHOLE_DIGITS_MAX = 12 };
_Static_assert(TEXT_FORM_BYTES <= 512, "no longer than text_pairs looks for the end of a bracket");

void text_slot_note(struct text_slots *s, const char *start, const char *from, const char *to, size_t pair, enum text_slot_is is)
{
    size_t at = (size_t)(from - start), end = (size_t)(to - start);
    s->odd |= s->n == TEXT_SLOTS_MAX || end > TEXT_FORM_BYTES || to <= from || (s->n && at <= s->at[s->n - 1].to);
    if (s->odd) return;
    s->at[s->n++] = (struct text_slot){(uint16_t)at, (uint16_t)end, (uint8_t)pair, (uint8_t)is, is == SLOT_LEAD};
}

/* ---- a line that fits ---------------------------------------------------------------------------------------------------- */

/* What stands in a line: the words, and the numbers between them. */
struct filled {
    const char *words[TEXT_SLOTS_MAX + 1];
    double number[TEXT_SLOTS_MAX];
};

/* A line, and how far more can be read. */
struct ahead {
    const char *end, *readable;
};

static size_t number(const char *p, struct ahead until, double *value)
{
    const char *stop = until.readable - p >= NUM_SCAN_BYTES ? num_scan(p, value) : NULL;
    return stop && stop <= until.end ? (size_t)(stop - p) : num_prefix((struct span){p, (size_t)(until.end - p)}, value);
}

/* number_at - the number at p where one of the form stood; returns the bytes it takes, 0 when it cannot take its place. */
static size_t number_at(const struct text_form *f, size_t i, const char *p, struct ahead until, double *value)
{
    const struct text_slot *slot = &f->slots.at[i];
    const char *end = until.end;
    bool minus = p < end && *p == '-';
    if (minus != (f->text[slot->from] == '-') && !f->words[i].signable) return 0;
    if (end - p <= minus || !span_digit_char(p[minus])) return 0;
    size_t n = number(p, until, value);
    if (!n || !span_digit_char(p[n - 1]) || !isfinite(*value)) return 0;
    if (slot->whole)
        for (size_t k = 0; k < n; k++)
            if (!span_digit_char(p[k]) || n > WHOLE_DIGITS_MAX) return 0;
    return n;
}

/* stands_at - do the words of the form stand at p? */
static inline bool stands_at(const struct text_form *f, const struct form_words *w, const char *p, struct ahead until)
{
    if (until.end - p < w->n) return false;
    if (until.readable - p < w->n + SAME_BYTES) return memcmp(p, f->text + w->from, w->n) == 0;
    return !w->n || same_text(f->text + w->from, p, w->n, w->ending);
}

static bool fits(const struct text_form *f, struct span body, size_t behind, struct filled *to)
{
    const char *p = body.p, *end = body.p + body.n;
    struct ahead until = {end, end + behind};
    for (size_t i = 0;; i++) {
        const struct form_words *w = &f->words[i];
        if (!stands_at(f, w, p, until)) return false;
        to->words[i] = p;
        p += w->n;
        if (i == f->slots.n) return p == end;
        if (w->blanks && (p == end || *p++ != ' ')) return false;
        while (w->blanks && p < end && *p == ' ') p++;
        size_t n = number_at(f, i, p, until, &to->number[i]);
        if (!n) return false;
        p += n;
    }
}

static struct span part_in(const struct form_part *part, const struct filled *line)
{
    if (!part->n) return (struct span){"", 0};
    return (struct span){part->fixed ? part->fixed : line->words[part->words] + part->at, part->n};
}

static void fill_pairs(struct text_form *f, const struct filled *line, const struct text_names *names, struct text_pairs *out)
{
    out->n = f->n_pairs;
    for (size_t i = 0; i < f->n_pairs; i++) {
        struct form_pair *p = &f->pair[i];
        struct span key = part_in(&p->key, line);
        if (!p->name) p->name = text_name_known(names, key);
        out->pair[i] = (struct text_pair){.key = key,
                                          .section = part_in(&p->section, line),
                                          .name = p->name,
                                          .total = NAN,
                                          .mean = NAN,
                                          .spread = NAN,
                                          .last = p->last,
                                          .words = p->words_of_key,
                                          .separator = p->separator,
                                          .percent = p->percent,
                                          .bracketed = p->bracketed,
                                          .key_split = p->key_split,
                                          .section_split = p->section_split};
    }
}

static void fill_numbers(const struct text_form *f, const struct filled *line, struct text_pairs *out)
{
    for (size_t i = 0; i < f->slots.n; i++) {
        const struct text_slot *slot = &f->slots.at[i];
        if (slot->is == SLOT_LEAD) out->lead = line->number[i];
        if (slot->pair == TEXT_SLOT_NO_PAIR) continue;
        struct text_pair *p = &out->pair[slot->pair];
        *(slot->is == SLOT_VALUE ? &p->value : slot->is == SLOT_TOTAL ? &p->total : &p->mean) = line->number[i];
    }
}

const struct text_form *text_forms_fit(struct text_forms *forms, struct span body, size_t behind, const struct text_names *names,
                                       struct text_pairs *out)
{
    struct filled line;
    unsigned tries = 0, at = forms->last;
    if (body.n > TEXT_FORM_BYTES) return NULL;
    while (tries < TEXT_FORMS && !(forms->form[at].n && fits(&forms->form[at], body, behind, &line)))
        tries++, at = (at + 1) % TEXT_FORMS;
    if (tries == TEXT_FORMS) return NULL;
    struct text_form *f = &forms->form[at];
    forms->last = at;
    forms->fitted++;
    out->label = part_in(&f->label, &line);
    out->titled = f->titled;
    out->lead = NAN;
    out->lead_bracketed = f->lead_bracketed;
    out->prose = f->prose, out->calls = f->calls;
    out->code = false, out->quoted = f->quoted, out->braces = f->braces;
    out->undivided = f->undivided;
    fill_pairs(f, &line, names, out);
    fill_numbers(f, &line, out);
    return f;
}

/* ---- a form that is made ------------------------------------------------------------------------------------------------- */

/* part_of - where a span of the message stands among the words; false when it is not all in words that stay. */
static bool part_of(const struct text_form *f, struct span body, struct span s, struct form_part *to)
{
    *to = (struct form_part){.n = (uint16_t)s.n};
    if (!s.n) return true;
    if (s.p < body.p || s.p >= body.p + body.n) return to->fixed = s.p, true;
    size_t at = (size_t)(s.p - body.p);
    for (size_t i = 0; i <= f->slots.n; i++) {
        const struct form_words *w = &f->words[i];
        if (at < w->from || at + s.n > (size_t)w->from + w->n) continue;
        to->words = (uint16_t)i;
        to->at = (uint16_t)(at - w->from);
        return true;
    }
    return false;
}

/* exchangeable - can another number stand in the i-th place? Not where the byte behind it could be part of a longer one, or of a range or date. */
static bool exchangeable(const struct text_form *f, size_t i, struct span body)
{
    const struct text_slot *s = &f->slots.at[i];
    double value;
    size_t n = num_prefix(span_from(body, s->from), &value);
    if (!s->whole && n != (size_t)(s->to - s->from)) return false;
    if (!span_digit_char(body.p[s->from + (body.p[s->from] == '-')]) || !span_digit_char(body.p[s->to - 1])) return false;
    const char *from = body.p + s->from, *p = body.p + s->to, *end = body.p + body.n;
    if (s->from > 1 && from[-1] == ',' && span_digit_char(from[-2])) return false; /* "7,421" */
    if (p == end) return true;
    if (*p == ',' && p + 1 < end && span_digit_char(p[1])) return false;
    return !span_digit_char(*p) && !strchr(".eE+-#_", *p);
}

/* cut_words - what stands between the numbers. */
static void cut_words(struct text_form *f, struct span body)
{
    size_t from = 0;
    for (size_t i = 0; i <= f->slots.n; i++) {
        size_t to = i < f->slots.n ? f->slots.at[i].from : body.n, n = to - from;
        while (i < f->slots.n && n && body.p[from + n - 1] == ' ') n--;
        bool blanks = n < to - from, separated = n && strchr(":=", body.p[from + n - 1]) != NULL;
        bool plain = i < f->slots.n && f->slots.at[i].is == SLOT_VALUE && !f->slots.at[i].whole;
        f->words[i] = (struct form_words){.from = (uint16_t)from,
                                          .n = (uint16_t)n,
                                          .ending = n ? same_ending(n) : 0,
                                          .blanks = blanks,
                                          .signable = separated && plain && (n > 1 || blanks)};
        if (i < f->slots.n) from = f->slots.at[i].to;
    }
}

/* front_fits - the number that a message begins with may be a lead, and two in brackets epoch and batch, if they are whole: so they stay whole. */
static bool front_fits(struct text_form *f, struct span body)
{
    size_t n = 1, behind = f->slots.at[0].to;
    while (behind < body.n && body.p[behind] == ' ') behind++;
    if (body.p[0] == '[' && behind < body.n && strchr(",:", body.p[behind])) n = 2;
    for (size_t i = 0; i < n && i < f->slots.n; i++) {
        struct text_slot *s = &f->slots.at[i];
        for (size_t k = s->from; k < s->to; k++)
            if (!span_digit_char(body.p[k])) return f->words[0].n > 1;
        s->whole |= f->words[0].n <= 1;
        f->words[i].signable &= !s->whole;
        if (s->whole && s->to - s->from > WHOLE_DIGITS_MAX) return false;
    }
    return true;
}

static bool take_pairs(struct text_form *f, struct span body, const struct text_pairs *ps)
{
    if (ps->n > TEXT_FORM_PAIRS || ps->code || !part_of(f, body, ps->label, &f->label)) return false;
    f->n_pairs = ps->n;
    for (size_t i = 0; i < ps->n; i++) {
        const struct text_pair *p = &ps->pair[i];
        struct form_pair *to = &f->pair[i];
        *to = (struct form_pair){.last = p->last,
                                 .words_of_key = p->words,
                                 .key_split = (uint8_t)text_split_of(p->key),
                                 .section_split = (uint8_t)text_split_of(p->section),
                                 .separator = p->separator,
                                 .percent = p->percent,
                                 .bracketed = p->bracketed};
        if (!part_of(f, body, p->key, &to->key) || !part_of(f, body, p->section, &to->section)) return false;
    }
    f->prose = ps->prose, f->calls = ps->calls;
    f->quoted = ps->quoted, f->braces = ps->braces;
    f->titled = ps->titled, f->lead_bracketed = ps->lead_bracketed;
    f->undivided = text_section_none(ps);
    return true;
}

static bool make(struct text_form *f, struct span body)
{
    struct text_pairs ps;
    f->n = 0;
    f->slots.n = 0;
    f->slots.odd = false;
    if (body.n > TEXT_FORM_BYTES || strchr("=-#*~", body.p[0])) return false; /* rules are drawn of these (text_word_bare) */
    text_pairs_noted(body, &ps, &f->slots);
    if (f->slots.odd || !f->slots.n) return false;
    memcpy(f->text, body.p, body.n);
    cut_words(f, body);
    for (size_t i = 0; i < f->slots.n; i++)
        if (!exchangeable(f, i, body)) return false;
    if (!front_fits(f, body) || !take_pairs(f, body, &ps)) return false;
    f->n = (uint32_t)body.n;
    return true;
}

void text_forms_keep(struct text_forms *forms, struct span body, uint64_t families)
{
    enum { PATIENCE = 64, SELDOM = 16 };
    bool pays = forms->made < PATIENCE || forms->fitted >= forms->made || forms->made % SELDOM == 0;
    forms->made++;
    if (!pays) return;
    struct text_form *f = &forms->form[forms->next];
    if (!make(f, body)) return;
    f->families = families;
    forms->last = forms->next;
    forms->next = (forms->next + 1) % TEXT_FORMS;
}
