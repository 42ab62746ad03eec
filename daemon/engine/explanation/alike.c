/* explanation_alike - what the memory holds that is like this, and what was tried then. */
#include "parts.h"

#include <string.h>

static const char *fix_words(struct explanation *e, const struct recall *c, const char *id)
{
    const struct fix *f = knowledge_fix(&c->knowledge, id);
    return f ? explanation_keepf(e, "%s (%s)", explanation_clause(e, f->title), id) : id;
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
        explanation_say(e, "alike", explanation_keepf(e, "tried_%s", lines[l].worked), explanation_cite_incident(e, i), "fix",
                        fix_words(e, c, lines[l].fix), "note", explanation_prefixed(e, " (“", lines[l].note, "”)"), NULL);
    }
    return s;
}

static void tell_likeness(struct explanation *e, const struct recall *c, const struct incident_row *i, const char *kind)
{
    bool cause = e->cause && i->incident.cause && strcmp(i->incident.cause, e->cause->id) == 0;
    bool symptom = kind && strcmp(i->incident.kind, kind) == 0;
    const struct cause *other = i->incident.cause ? knowledge_cause(&c->knowledge, i->incident.cause) : NULL;
    explanation_say(e, "alike",
                    cause && symptom ? "alike_both"
                    : cause          ? "alike_cause"
                                     : "alike_kind",
                    explanation_cite_incident(e, i), "run", i->incident.run_name, "when", explanation_day(e, i->incident.opened),
                    "cause", explanation_prefixed(e, ", put down to ", other ? explanation_clause(e, other->title) : NULL, ""),
                    "message", i->incident.message, NULL);
}

static void tell_record(struct explanation *e, const struct recall *c)
{
    for (size_t f = 0; f < e->n_fixes; f++) {
        const struct fix_view *v = &e->fixes[f];
        if (!v->times) continue;
        explanation_say(e, "alike", "record", explanation_cite_cause(e, e->cause), "fix", fix_words(e, c, v->fix->id), "worked",
                        explanation_keepf(e, "%u", v->times_worked), "tried", explanation_keepf(e, "%u", v->times), NULL);
    }
}

enum status explanation_alike(struct explanation *e, struct recall *c, const struct view *v, struct err *err)
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
        const struct finding_view *f = v ? explanation_finding(v, kind) : NULL;
        if (!f && v && v->n_findings) f = &v->findings[0];
        explanation_say(e, "alike", "nothing_alike",
                        f             ? explanation_cite_finding(e, f)
                        : e->incident ? explanation_cite_incident(e, e->incident)
                                      : "",
                        NULL);
    }
    return s;
}
