/* explanation - section by section, in the order in which a person asks: what happened, why, what speaks against it, where was that
 * seen before, what to do, how to check, what to log. */
#include "explanation.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../report/words.h"

enum { FINDINGS_TOLD = 3, CAUSES_TOLD = 3, CLUES_TOLD = 5, RULES_CITED = 6, ARENA_BYTES = 4 << 20 };
#define STATED 0.8 /* the probability from which a cause is called the cause */

static const char *keep(struct explanation *e, struct str *s)
{
    const char *p = s->n ? arena_copy(&e->arena, s->p, s->n) : "";
    str_done(s);
    return p ? p : "";
}

static const char *keepf(struct explanation *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
static const char *keepf(struct explanation *e, const char *format, ...)
{
    char text[256];
    struct str s = {0};
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    str_add(&s, text);
    return keep(e, &s);
}

/* A sentence begins with a capital unless its first word is a name (train/loss, grad_norm, lr=...). */
static void capitalise(char *text)
{
    size_t n = strcspn(text, " ");
    for (size_t i = 0; i < n; i++)
        if (!islower((unsigned char)text[i]) && !strchr("'-,:", text[i])) return;
    text[0] = (char)toupper((unsigned char)text[0]);
}

/* say - one sentence: its section, its template, what it cites, then names and values of slots; NULL ends them. */
static void say(struct explanation *e, const char *section, const char *template, const char *cites, ...)
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
        e->sentences[e->n++] = (struct sentence){section, keep(e, &text), cites};
    }
    str_done(&text);
}

static const char *percent(struct explanation *e, double p) { return keepf(e, "%.0f %%", 100 * p); }
static const char *cite_finding(struct explanation *e, const struct finding_view *f) { return keepf(e, "finding %s", f->id); }
static const char *cite_cause(struct explanation *e, const struct cause *c) { return keepf(e, "cause %s", c->id); }
static const char *cite_incident(struct explanation *e, const struct incident_row *i)
{
    return keepf(e, "incident %s", i->incident.id);
}

static const char *clause(struct explanation *e, const char *title)
{
    struct str s = {0};
    words_clause(&s, title ? title : "");
    return keep(e, &s);
}

static const char *kind_words(struct explanation *e, const char *kind)
{
    struct str s = {0};
    words_kind(&s, kind);
    return keep(e, &s);
}

static const char *prefixed(struct explanation *e, const char *before, const char *text, const char *after)
{
    struct str s = {0};
    if (text && *text) {
        str_add(&s, before);
        str_add(&s, text);
        str_add(&s, after);
    }
    return keep(e, &s);
}

static const char *on_day(struct explanation *e, double seconds)
{
    struct str s = {0};
    words_time(&s, seconds);
    return s.n ? prefixed(e, " (", keep(e, &s), ")") : keep(e, &s);
}

/* ---- rules -------------------------------------------------------------------------------------------------------------- */

static const struct analyzer *rule_of(const char *kind)
{
    for (size_t i = 0; analyzers[i]; i++)
        for (size_t k = 0; analyzers[i]->kinds[k]; k++)
            if (strcmp(analyzers[i]->kinds[k], kind) == 0) return analyzers[i];
    return NULL;
}

/* Rules that want one of these roles and none of those. */
static const char *cite_rules(struct explanation *e, uint64_t wanting, uint64_t but_not)
{
    struct str s = {0};
    size_t n = 0;
    for (size_t i = 0; analyzers[i]; i++) {
        if (!(analyzers[i]->wants & wanting) || (analyzers[i]->wants & but_not)) continue;
        if (++n <= RULES_CITED) str_addf(&s, "%srule %s", n > 1 ? ", " : "", analyzers[i]->name);
    }
    if (n > RULES_CITED) str_addf(&s, ", and %zu more", n - RULES_CITED);
    return keep(e, &s);
}

/* ---- what happened ------------------------------------------------------------------------------------------------------ */

static void tell_clean(struct explanation *e, const struct view *v)
{
    struct str points = {0}, series = {0}, last = {0};
    words_counted(&points, view_points(v), "point", "points");
    words_counted(&series, view_series(v), "series", "series");
    str_add(&last, ", up to step ");
    words_count(&last, v->last_step);
    say(e, "happened", "clean", cite_rules(e, view_roles(v), 0), "run", e->run, "points", keep(e, &points), "series",
        keep(e, &series), "last", keep(e, &last), NULL);
}

static void tell_findings(struct explanation *e, const struct view *v)
{
    size_t told = v->n_findings < FINDINGS_TOLD ? v->n_findings : FINDINGS_TOLD;
    for (size_t i = 0; i < told; i++) {
        const struct finding_view *f = &v->findings[i];
        say(e, "happened", "finding", cite_finding(e, f), "what", kind_words(e, f->finding.kind), "message", f->message, NULL);
        if (f->quote) say(e, "happened", "quote", cite_finding(e, f), "quote", f->quote, NULL);
    }
    if (told == v->n_findings) return;
    struct str more = {0};
    words_counted(&more, v->n_findings - told, "finding", "findings");
    say(e, "happened", "more_findings", keepf(e, "finding %s", v->findings[told].id), "count", keep(e, &more), "run", v->run,
        NULL);
}

static void tell_happened(struct explanation *e, const struct view *v)
{
    if (!v && e->incident)
        say(e, "happened", "incident", cite_incident(e, e->incident), "run", e->run, "message", e->incident->incident.message,
            NULL);
    if (v && !v->n_findings) tell_clean(e, v);
    if (v) tell_findings(e, v);
    if (!e->incident) return;
    struct str opened = {0};
    words_time(&opened, e->incident->incident.opened);
    say(e, "happened", "remembered", cite_incident(e, e->incident), "state", e->incident->incident.state, "opened",
        prefixed(e, ", told at ", keep(e, &opened), ""), NULL);
}

/* ---- why, and what speaks against it ------------------------------------------------------------------------------------- */

/* Findings of one rule are said together. */
static void tell_rules(struct explanation *e, const struct view *v)
{
    const struct analyzer *told[FINDINGS_TOLD];
    size_t n_told = 0, n = v->n_findings < FINDINGS_TOLD ? v->n_findings : FINDINGS_TOLD;
    for (size_t i = 0; i < n; i++) {
        const struct analyzer *a = rule_of(v->findings[i].finding.kind);
        bool again = a == NULL;
        struct str cites = {0};
        for (size_t k = 0; k < n_told; k++) again |= told[k] == a;
        if (again) continue;
        told[n_told++] = a;
        for (size_t k = i; k < n; k++)
            if (rule_of(v->findings[k].finding.kind) == a) str_addf(&cites, "finding %s, ", v->findings[k].id);
        str_addf(&cites, "rule %s", a->name);
        say(e, "why", "rule", keep(e, &cites), "rule", a->name, "summary", a->summary, "source",
            prefixed(e, " (", a->source, ")"), NULL);
    }
}

static const struct finding_view *finding_of(const struct view *v, const char *kind)
{
    for (size_t i = 0; kind && i < v->n_findings; i++)
        if (strcmp(v->findings[i].finding.kind, kind) == 0) return &v->findings[i];
    return NULL;
}

static void tell_clues(struct explanation *e, const struct view *v, const struct diagnosis *d, bool for_it)
{
    size_t told = 0;
    for (size_t i = 0; i < d->n_clues && told < CLUES_TOLD; i++) {
        const struct clue *k = d->clues[i];
        if ((k->ratio > 1) != for_it || (!k->why && !k->finding)) continue;
        const struct finding_view *f = finding_of(v, k->finding);
        const char *cites = f ? keepf(e, "finding %s, cause %s", f->id, d->cause->id) : cite_cause(e, d->cause);
        if (k->why) say(e, for_it ? "why" : "against", for_it ? "for" : "against", cites, "why", k->why, NULL);
        else
            say(e, for_it ? "why" : "against", for_it ? "for_finding" : "against_finding", cites, "what",
                kind_words(e, k->finding), NULL);
        told++;
    }
}

static const struct cause_view *cause_of(const struct view *v, const char *id)
{
    for (size_t i = 0; id && i < v->n_causes; i++)
        if (strcmp(v->causes[i].diagnosis.cause->id, id) == 0) return &v->causes[i];
    return NULL;
}

static void tell_cause(struct explanation *e)
{
    const char *template = e->probability >= STATED ? "cause_likely" : e->probability >= 0.5 ? "cause_possible" : "cause_perhaps";
    say(e, "why", template, cite_cause(e, e->cause), "title", clause(e, e->cause->title), "percent", percent(e, e->probability),
        NULL);
    say(e, "why", "mechanism", cite_cause(e, e->cause), "explanation", e->cause->explanation, NULL);
}

static void tell_why(struct explanation *e, const struct view *v)
{
    if (v) tell_rules(e, v);
    if (e->cause) tell_cause(e);
    else if (v && v->n_findings) say(e, "why", "no_cause", cite_finding(e, &v->findings[0]), NULL);
    const struct cause_view *best = v && e->cause ? cause_of(v, e->cause->id) : NULL;
    if (best) tell_clues(e, v, &best->diagnosis, true);
    for (size_t i = 0, told = 1; v && i < v->n_causes && told < CAUSES_TOLD; i++) {
        const struct diagnosis *d = &v->causes[i].diagnosis;
        if (d->cause == e->cause) continue;
        say(e, "why", "other_cause", cite_cause(e, d->cause), "title", clause(e, d->cause->title), "percent",
            percent(e, d->probability), NULL);
        told++;
    }
}

static void tell_against(struct explanation *e, const struct view *v)
{
    const struct cause_view *best = v && e->cause ? cause_of(v, e->cause->id) : NULL;
    if (best) tell_clues(e, v, &best->diagnosis, false);
    if (best && e->probability < STATED)
        say(e, "against", "unsure", cite_cause(e, e->cause), "percent", percent(e, e->probability), NULL);
    if (!v) return;
    const uint64_t game = WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR);
    const uint64_t gradient = WANTS(ROLE_GRAD_NORM) | WANTS(ROLE_GRAD_PART),
                   held_out = WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_SCORE_EVAL);
    uint64_t there = view_roles(v), missing = there & gradient ? 0 : gradient;
    if (!(there & (held_out | game))) missing |= held_out;
    if (!(there & (WANTS(ROLE_LOSS_TRAIN) | game))) missing |= WANTS(ROLE_LOSS_TRAIN);
    struct str unseen = {0};
    words_unseen(&unseen, v);
    say(e, "against", "unseen", cite_rules(e, missing, there), "unseen", keep(e, &unseen), NULL);
}

/* ---- what it resembles --------------------------------------------------------------------------------------------------- */

static const char *fix_words(struct explanation *e, const struct recall *c, const char *id)
{
    const struct fix *f = knowledge_fix(&c->knowledge, id);
    return f ? keepf(e, "%s (%s)", clause(e, f->title), id) : id;
}

/* What was said last about a fix is what counts. */
static bool said_again(const struct outcome_line *lines, size_t n, size_t i)
{
    for (size_t later = i + 1; later < n; later++)
        if (strcmp(lines[later].fix, lines[i].fix) == 0) return true;
    return false;
}

static enum status tell_outcomes(struct explanation *e, struct recall *c, const struct incident_row *i, struct err *err)
{
    const struct outcome_line *lines;
    size_t n = 0;
    enum status s = hosts_outcomes(&c->hosts, i->incident.id, &lines, &n, err);
    for (size_t l = 0; !s && l < n; l++) {
        if (said_again(lines, n, l)) continue;
        say(e, "alike", keepf(e, "tried_%s", lines[l].worked), cite_incident(e, i), "fix", fix_words(e, c, lines[l].fix), "note",
            prefixed(e, " (“", lines[l].note, "”)"), NULL);
    }
    return s;
}

static void tell_likeness(struct explanation *e, const struct recall *c, const struct incident_row *i, const char *kind)
{
    bool cause = e->cause && i->incident.cause && strcmp(i->incident.cause, e->cause->id) == 0;
    bool symptom = kind && strcmp(i->incident.kind, kind) == 0;
    const struct cause *other = i->incident.cause ? knowledge_cause(&c->knowledge, i->incident.cause) : NULL;
    say(e, "alike",
        cause && symptom ? "alike_both"
        : cause          ? "alike_cause"
                         : "alike_kind",
        cite_incident(e, i), "run", i->incident.run_name, "when", on_day(e, i->incident.opened), "cause",
        prefixed(e, ", put down to ", other ? clause(e, other->title) : NULL, ""), "message", i->incident.message, NULL);
}

static void tell_record(struct explanation *e, const struct recall *c)
{
    for (size_t f = 0; f < e->n_fixes; f++)
        for (size_t i = 0; i < c->hosts.n_outcomes; i++) {
            const struct outcome *o = &c->hosts.outcomes[i];
            if (!o->cause || strcmp(o->cause, e->cause->id) != 0 || strcmp(o->fix, e->fixes[f].fix->id) != 0) continue;
            say(e, "alike", "record", cite_cause(e, e->cause), "fix", fix_words(e, c, o->fix), "worked",
                keepf(e, "%u", o->worked), "tried", keepf(e, "%u", o->worked + o->failed + o->worse), NULL);
        }
}

static enum status tell_alike(struct explanation *e, struct recall *c, const struct view *v, struct err *err)
{
    const char *kind = e->incident ? e->incident->incident.kind : v && v->n_findings ? v->findings[0].finding.kind : NULL;
    enum status s = OK;
    if (!kind && !e->cause) return OK;
    if (e->incident) s = tell_outcomes(e, c, e->incident, err);
    const char *run_id = c->run_id[0] ? c->run_id : e->incident ? e->incident->incident.run_id : NULL;
    if (!s)
        s = hosts_similar(&c->hosts, kind, e->cause ? e->cause->id : NULL, run_id, EXPLANATION_SIMILAR, e->similar, &e->n_similar,
                          err);
    for (size_t i = 0; !s && i < e->n_similar; i++) {
        tell_likeness(e, c, e->similar[i], kind);
        s = tell_outcomes(e, c, e->similar[i], err);
    }
    if (!s && e->cause) tell_record(e, c);
    if (!s && !e->n_similar) {
        const struct finding_view *f = v ? finding_of(v, kind) : NULL;
        if (!f && v && v->n_findings) f = &v->findings[0];
        say(e, "alike", "nothing_alike", f ? cite_finding(e, f) : e->incident ? cite_incident(e, e->incident) : "", NULL);
    }
    return s;
}

/* ---- what to do, check and log ------------------------------------------------------------------------------------------- */

static void tell_last_good(struct explanation *e, const struct view *v)
{
    if (!v || !v->last_good || !v->n_findings) return;
    struct str step = {0};
    words_count(&step, v->last_good->step);
    say(e, "do", "resume", cite_finding(e, &v->findings[0]), "path", v->last_good->path, "step", keep(e, &step), NULL);
}

static void tell_fixes(struct explanation *e)
{
    if (!e->n_fixes) return;
    const struct fix *f = e->fixes[0].fix;
    const char *cites = cite_cause(e, e->cause);
    say(e, "do", "first", cites, "title", f->title, "fix", f->id, "action", clause(e, f->action), NULL);
    say(e, "do", "expect", cites, "expect", clause(e, f->expect), NULL);
    say(e, "do", "risk", cites, "risk", clause(e, f->risk), NULL);
    if (e->n_fixes > 1) {
        const struct fix *next = e->fixes[1].fix;
        say(e, "do", "next", cites, "title", clause(e, next->title), "fix", next->id, "action", clause(e, next->action), NULL);
    }
    say(e, "check", "verify", cites, "verify", f->verify, NULL);
    if (e->incident)
        say(e, "check", "first_id", cite_incident(e, e->incident), "incident", e->incident->incident.id, "fix", f->id, NULL);
}

static void tell_missing(struct explanation *e, const struct view *v)
{
    const struct cause_view *best = v && e->cause ? cause_of(v, e->cause->id) : NULL;
    for (size_t i = 0; best && i < best->diagnosis.n_missing; i++) {
        const struct separator *m = best->diagnosis.missing[i];
        say(e, "log", "log", cite_cause(e, e->cause), "artifact", m->artifact, "why", m->why, "how", words_how(v, &m->in, m->how),
            NULL);
    }
}

/* ---- the outside --------------------------------------------------------------------------------------------------------- */

static enum status find_incident(struct explanation *e, struct recall *c, const struct incident_row *asked, struct err *err)
{
    const struct incident_row *rows;
    size_t n = 0;
    e->incident = asked;
    if (asked || !c->run_id[0]) return OK;
    enum status s = hosts_incidents(&c->hosts, c->run_id, &rows, &n, err);
    if (!s && n) e->incident = &rows[0];
    return s;
}

/* The view judges with what is known now, so its causes come before the one that was stored; an incident asked about keeps its own cause. */
static void choose_cause(struct explanation *e, const struct recall *c, const struct view *v, const struct incident_row *asked)
{
    const char *stored = e->incident ? e->incident->incident.cause : NULL;
    const struct cause_view *chosen = v && asked ? cause_of(v, stored) : NULL;
    if (!chosen && v && v->n_causes) chosen = &v->causes[0];
    if (chosen) {
        e->cause = chosen->diagnosis.cause;
        e->probability = chosen->diagnosis.probability;
        memcpy(e->fixes, chosen->fixes, chosen->n_fixes * sizeof *e->fixes);
        e->n_fixes = chosen->n_fixes;
        return;
    }
    if (v || !stored || !(e->cause = knowledge_cause(&c->knowledge, stored))) return;
    struct ranked ranked[RANK_MAX];
    e->probability = e->incident->incident.cause_probability;
    e->n_fixes =
        rank(e->cause, e->probability, c->knowledge.fixes, c->knowledge.n_fixes, c->hosts.outcomes, c->hosts.n_outcomes, ranked);
    for (size_t i = 0; i < e->n_fixes; i++) e->fixes[i] = (struct fix_view){ranked[i].fix, ranked[i].probability};
}

enum status explanation_make(struct explanation *e, struct recall *c, const struct view *v, const struct incident_row *incident,
                             struct err *err)
{
    *e = (struct explanation){.run = v ? view_name(v) : incident->incident.run_name};
    arena_init(&e->arena, ARENA_BYTES);
    enum status s = phrases_open(&e->phrases, "reports/explain.json", err);
    if (!s) s = find_incident(e, c, incident, err);
    if (!s) {
        choose_cause(e, c, v, incident);
        tell_happened(e, v);
        tell_why(e, v);
        tell_against(e, v);
        s = tell_alike(e, c, v, err);
        tell_last_good(e, v);
        tell_fixes(e);
        tell_missing(e, v);
    }
    if (s) explanation_done(e);
    return s;
}

void explanation_done(struct explanation *e)
{
    if (!e) return;
    phrases_close(&e->phrases);
    arena_done(&e->arena);
    *e = (struct explanation){0};
}
