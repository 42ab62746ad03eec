/* explanation - section by section, in the order in which a person asks: what happened, why, what speaks against it, where was that
 * seen before (explanation/alike.c), what to do, how to check, what to log. */
#include "explanation.h"

#include <string.h>

#include "../report/words.h"
#include "explanation/parts.h"

enum { FINDINGS_TOLD = 3, CAUSES_TOLD = 3, CLUES_TOLD = 5, ARENA_BYTES = 4 << 20 };
#define STATED 0.8 /* the probability from which a cause is called the cause */

/* ---- what happened ------------------------------------------------------------------------------------------------------ */

static void tell_clean(struct explanation *e, const struct view *v)
{
    struct str points = {0}, series = {0}, last = {0};
    words_counted(&points, view_points(v), "point", "points");
    words_counted(&series, view_series(v), "series", "series");
    str_add(&last, ", up to step ");
    words_count(&last, v->last_step);
    explanation_say(e, "happened", "clean", explanation_cite_rules(e, view_roles(v), 0), "run", e->run, "points",
                    explanation_keep(e, &points), "series", explanation_keep(e, &series), "last", explanation_keep(e, &last),
                    NULL);
}

static void tell_findings(struct explanation *e, const struct view *v)
{
    size_t told = v->n_findings < FINDINGS_TOLD ? v->n_findings : FINDINGS_TOLD;
    for (size_t i = 0; i < told; i++) {
        const struct finding_view *f = &v->findings[i];
        explanation_say(e, "happened", "finding", explanation_cite_finding(e, f), "what", explanation_kind(e, f->finding.kind),
                        "message", f->message, NULL);
        if (f->quote) explanation_say(e, "happened", "quote", explanation_cite_finding(e, f), "quote", f->quote, NULL);
    }
    if (told == v->n_findings) return;
    struct str more = {0};
    words_counted(&more, v->n_findings - told, "finding", "findings");
    explanation_say(e, "happened", "more_findings", explanation_keepf(e, "finding %s", v->findings[told].id), "count",
                    explanation_keep(e, &more), "run", v->run, NULL);
}

static void tell_happened(struct explanation *e, const struct view *v)
{
    if (!v && e->incident)
        explanation_say(e, "happened", "incident", explanation_cite_incident(e, e->incident), "run", e->run, "message",
                        e->incident->incident.message, NULL);
    if (v && !v->n_findings) tell_clean(e, v);
    if (v) tell_findings(e, v);
    if (!e->incident) return;
    struct str opened = {0};
    words_time(&opened, e->incident->incident.opened);
    explanation_say(e, "happened", "remembered", explanation_cite_incident(e, e->incident), "state", e->incident->incident.state,
                    "opened", explanation_prefixed(e, ", told at ", explanation_keep(e, &opened), ""), NULL);
}

/* ---- why, and what speaks against it ------------------------------------------------------------------------------------- */

static const struct analyzer *rule_of(const struct finding_view *f)
{
    for (size_t i = 0; f->rule && analyzers[i]; i++)
        if (strcmp(analyzers[i]->name, f->rule) == 0) return analyzers[i];
    for (size_t i = 0; analyzers[i]; i++)
        for (size_t k = 0; analyzers[i]->kinds[k]; k++)
            if (strcmp(analyzers[i]->kinds[k], f->finding.kind) == 0) return analyzers[i];
    return NULL;
}

/* Findings of one rule are said together. */
static void tell_rules(struct explanation *e, const struct view *v)
{
    const struct analyzer *told[FINDINGS_TOLD];
    size_t n_told = 0, n = v->n_findings < FINDINGS_TOLD ? v->n_findings : FINDINGS_TOLD;
    for (size_t i = 0; i < n; i++) {
        const struct analyzer *a = rule_of(&v->findings[i]);
        bool again = a == NULL;
        struct str cites = {0};
        for (size_t k = 0; k < n_told; k++) again |= told[k] == a;
        if (again) continue;
        told[n_told++] = a;
        for (size_t k = i; k < n; k++)
            if (rule_of(&v->findings[k]) == a) str_addf(&cites, "finding %s, ", v->findings[k].id);
        str_addf(&cites, "rule %s", a->name);
        explanation_say(e, "why", "rule", explanation_keep(e, &cites), "rule", a->name, "summary", a->summary, "source",
                        explanation_prefixed(e, " (", a->source, ")"), NULL);
    }
}

static void tell_clues(struct explanation *e, const struct view *v, const struct diagnosis *d, bool for_it)
{
    size_t told = 0;
    for (size_t i = 0; i < d->n_clues && told < CLUES_TOLD; i++) {
        const struct clue *k = d->clues[i];
        if ((k->ratio > 1) != for_it || (!k->why && !k->finding)) continue;
        const struct finding_view *f = explanation_finding(v, k->finding);
        const char *cites =
            f ? explanation_keepf(e, "finding %s, cause %s", f->id, d->cause->id) : explanation_cite_cause(e, d->cause);
        if (k->why) explanation_say(e, for_it ? "why" : "against", for_it ? "for" : "against", cites, "why", k->why, NULL);
        else
            explanation_say(e, for_it ? "why" : "against", for_it ? "for_finding" : "against_finding", cites, "what",
                            explanation_kind(e, k->finding), NULL);
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
    explanation_say(e, "why", template, explanation_cite_cause(e, e->cause), "title", explanation_clause(e, e->cause->title),
                    "percent", explanation_percent(e, e->probability), NULL);
    explanation_say(e, "why", "mechanism", explanation_cite_cause(e, e->cause), "explanation", e->cause->explanation, NULL);
}

static void tell_why(struct explanation *e, const struct view *v)
{
    if (v) tell_rules(e, v);
    if (e->cause) tell_cause(e);
    else if (v && v->n_findings) explanation_say(e, "why", "no_cause", explanation_cite_finding(e, &v->findings[0]), NULL);
    const struct cause_view *best = v && e->cause ? cause_of(v, e->cause->id) : NULL;
    if (best) tell_clues(e, v, &best->diagnosis, true);
    for (size_t i = 0, told = 1; v && i < v->n_causes && told < CAUSES_TOLD; i++) {
        const struct diagnosis *d = &v->causes[i].diagnosis;
        if (d->cause == e->cause) continue;
        explanation_say(e, "why", "other_cause", explanation_cite_cause(e, d->cause), "title",
                        explanation_clause(e, d->cause->title), "percent", explanation_percent(e, d->probability), NULL);
        told++;
    }
}

static void tell_against(struct explanation *e, const struct view *v)
{
    const struct cause_view *best = v && e->cause ? cause_of(v, e->cause->id) : NULL;
    if (best) tell_clues(e, v, &best->diagnosis, false);
    if (best && e->probability < STATED)
        explanation_say(e, "against", "unsure", explanation_cite_cause(e, e->cause), "percent",
                        explanation_percent(e, e->probability), NULL);
    if (!v) return;
    const uint64_t game = WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR);
    const uint64_t gradient = WANTS(ROLE_GRAD_NORM) | WANTS(ROLE_GRAD_PART),
                   held_out = WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_SCORE_EVAL);
    uint64_t there = view_roles(v), missing = there & gradient ? 0 : gradient;
    if (!(there & (held_out | game))) missing |= held_out;
    if (!(there & (WANTS(ROLE_LOSS_TRAIN) | game))) missing |= WANTS(ROLE_LOSS_TRAIN);
    struct str unseen = {0};
    words_unseen(&unseen, v);
    explanation_say(e, "against", "unseen", explanation_cite_rules(e, missing, there), "unseen", explanation_keep(e, &unseen),
                    NULL);
}

/* ---- what to do, check and log ------------------------------------------------------------------------------------------- */

static void tell_last_good(struct explanation *e, const struct view *v)
{
    if (!v || !v->last_good || !v->n_findings) return;
    struct str step = {0};
    words_count(&step, v->last_good->step);
    explanation_say(e, "do", "resume", explanation_cite_finding(e, &v->findings[0]), "path", v->last_good->path, "step",
                    explanation_keep(e, &step), NULL);
}

static void tell_fixes(struct explanation *e)
{
    if (!e->n_fixes) return;
    const struct fix *f = e->fixes[0].fix;
    const char *cites = explanation_cite_cause(e, e->cause);
    explanation_say(e, "do", "first", cites, "title", f->title, "fix", f->id, "action", explanation_clause(e, f->action), NULL);
    explanation_say(e, "do", "expect", cites, "expect", explanation_clause(e, f->expect), NULL);
    explanation_say(e, "do", "risk", cites, "risk", explanation_clause(e, f->risk), NULL);
    if (e->n_fixes > 1) {
        const struct fix *next = e->fixes[1].fix;
        explanation_say(e, "do", "next", cites, "title", explanation_clause(e, next->title), "fix", next->id, "action",
                        explanation_clause(e, next->action), NULL);
    }
    explanation_say(e, "check", "verify", cites, "verify", f->verify, NULL);
    if (e->incident)
        explanation_say(e, "check", "first_id", explanation_cite_incident(e, e->incident), "incident", e->incident->incident.id,
                        "fix", f->id, NULL);
}

static void tell_missing(struct explanation *e, const struct view *v)
{
    const struct cause_view *best = v && e->cause ? cause_of(v, e->cause->id) : NULL;
    for (size_t i = 0; best && i < best->diagnosis.n_missing; i++) {
        const struct separator *m = best->diagnosis.missing[i];
        explanation_say(e, "log", "log", explanation_cite_cause(e, e->cause), "artifact", m->artifact, "why", m->why, "how",
                        words_how(v, &m->in, m->how), NULL);
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
    const struct trouble near = {.kind = e->incident->incident.kind};
    e->n_fixes = rank_near(e->cause, e->probability, &near, c->knowledge.fixes, c->knowledge.n_fixes, c->hosts.outcomes,
                           c->hosts.n_outcomes, ranked);
    for (size_t i = 0; i < e->n_fixes; i++)
        e->fixes[i] = (struct fix_view){ranked[i].fix, ranked[i].probability, ranked[i].times, ranked[i].times_worked};
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
        s = explanation_alike(e, c, v, err);
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
