/* explanation_say - a sentence from its template, the pieces of text that go into its slots, and what it cites. */
#include "parts.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../../report/words.h"

enum { RULES_CITED = 6 };

const char *explanation_keep(struct explanation *e, struct str *s)
{
    const char *p = s->n ? arena_copy(&e->arena, s->p, s->n) : "";
    str_done(s);
    return p ? p : "";
}

const char *explanation_keepf(struct explanation *e, const char *format, ...)
{
    char text[256];
    struct str s = {0};
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    str_add(&s, text);
    return explanation_keep(e, &s);
}

/* A sentence begins with a capital unless its first word is a name (train/loss, grad_norm, lr=...). */
static void capitalise(char *text)
{
    size_t n = strcspn(text, " ");
    for (size_t i = 0; i < n; i++)
        if (!islower((unsigned char)text[i]) && !strchr("'-,:", text[i])) return;
    text[0] = (char)toupper((unsigned char)text[0]);
}

void explanation_say(struct explanation *e, const char *section, const char *template, const char *cites, ...)
{
    struct slot slots[8];
    size_t n = 0;
    struct str text = {0};
    va_list args;
    va_start(args, cites);
    for (const char *name = va_arg(args, const char *); name && n < 8; name = va_arg(args, const char *))
        slots[n++] = (struct slot){name, va_arg(args, const char *)};
    va_end(args);
    if (e->n < EXPLANATION_MAX && *cites && phrases_fill(&e->phrases, template, slots, n, &text) && text.n) {
        while (text.n && strchr(". \n", text.p[text.n - 1])) text.p[--text.n] = 0;
        if (text.n) capitalise(text.p);
        e->sentences[e->n++] = (struct sentence){section, explanation_keep(e, &text), cites, strcmp(template, "quote") == 0};
    }
    str_done(&text);
}

const char *explanation_percent(struct explanation *e, double p) { return explanation_keepf(e, "%.0f %%", 100 * p); }
const char *explanation_cite_finding(struct explanation *e, const struct finding_view *f)
{
    return explanation_keepf(e, "finding %s", f->id);
}
const char *explanation_cite_cause(struct explanation *e, const struct cause *c)
{
    return explanation_keepf(e, "cause %s", c->id);
}
const char *explanation_cite_incident(struct explanation *e, const struct incident_row *i)
{
    return explanation_keepf(e, "incident %s", i->incident.id);
}

const char *explanation_clause(struct explanation *e, const char *title)
{
    struct str s = {0};
    words_clause(&s, title ? title : "");
    return explanation_keep(e, &s);
}

const char *explanation_kind(struct explanation *e, const char *kind)
{
    struct str s = {0};
    words_kind(&s, kind);
    return explanation_keep(e, &s);
}

const char *explanation_prefixed(struct explanation *e, const char *before, const char *text, const char *after)
{
    struct str s = {0};
    if (text && *text) {
        str_add(&s, before);
        str_add(&s, text);
        str_add(&s, after);
    }
    return explanation_keep(e, &s);
}

const char *explanation_day(struct explanation *e, double seconds)
{
    struct str s = {0};
    words_time(&s, seconds);
    return s.n ? explanation_prefixed(e, " (", explanation_keep(e, &s), ")") : explanation_keep(e, &s);
}

const char *explanation_cite_rules(struct explanation *e, uint64_t wanting, uint64_t but_not)
{
    struct str s = {0};
    size_t n = 0;
    for (size_t i = 0; analyzers[i]; i++) {
        if (!(analyzers[i]->wants & wanting) || (analyzers[i]->wants & but_not)) continue;
        if (++n <= RULES_CITED) str_addf(&s, "%srule %s", n > 1 ? ", " : "", analyzers[i]->name);
    }
    if (n > RULES_CITED) str_addf(&s, ", and %zu more", n - RULES_CITED);
    return explanation_keep(e, &s);
}

const struct finding_view *explanation_finding(const struct view *v, const char *kind)
{
    for (size_t i = 0; kind && i < v->n_findings; i++)
        if (strcmp(v->findings[i].finding.kind, kind) == 0) return &v->findings[i];
    return NULL;
}
