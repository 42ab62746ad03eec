/* json - mlwatch.check/1: one object a run, one line an object. Keys and their meaning: the README's chapter on JSON.
 *
 * Everything outside ASCII is written as \u escapes: log text inside a string then cannot steer a terminal that shows it. */
#include "../base/json.h"

#include <math.h>

#include "formats.h"
#include "words.h"

enum { FLAGS = JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15) };

static void put(json_t *o, const char *key, json_t *value) { json_object_set_new(o, key, value); }
static void push(json_t *a, json_t *value) { json_array_append_new(a, value); }
static json_t *integer(uint64_t n) { return json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n); }
static json_t *share(double p) { return json_real(p >= 0 && p <= 1 ? p : p > 1 ? 1 : 0); }
static json_t *words(const char *text) { return json_text(text ? text : ""); }
static json_t *when(double seconds) { return isfinite(seconds) ? json_real(seconds) : json_null(); }

static json_t *source_json(const struct source_view *s)
{
    json_t *o = json_object();
    put(o, "path", words(s->path));
    put(o, "format", words(s->format));
    put(o, "points", integer(s->points));
    put(o, "bad_records", integer(s->bad_records));
    return o;
}

static json_t *series_json(const struct series_view *s)
{
    json_t *o = json_object();
    put(o, "name", words(s->series.name));
    put(o, "role", words(role_name(s->series.role)));
    put(o, "axis", words(axis_name(s->series.axis)));
    put(o, "source", words(s->source));
    put(o, "points", integer(s->points));
    put(o, "nonfinite", integer(s->nonfinite));
    put(o, "first_step", s->points ? json_integer(s->first_step) : json_null());
    put(o, "last_step", s->points ? json_integer(s->last_step) : json_null());
    put(o, "last", s->points ? json_number(s->last) : json_null());
    return o;
}

static json_t *evidence_json(const struct finding *f)
{
    json_t *a = json_array();
    const struct evidence place = {"first_step", "step", (double)f->first_step};
    for (size_t i = 0; i < f->n_evidence || i == 0; i++) {
        const struct evidence *e = f->n_evidence ? &f->evidence[i] : &place;
        json_t *o = json_object();
        put(o, "name", words(e->name));
        put(o, "value", json_number(e->value));
        put(o, "unit", words(e->unit));
        push(a, o);
    }
    return a;
}

static json_t *message_json(const struct finding_view *v)
{
    if (v->message && strlen(v->message) >= 10) return json_text(v->message);
    struct str s = {0};
    words_kind(&s, v->finding.kind);
    str_add(&s, " ");
    words_onset(&s, &v->finding);
    json_t *o = words(s.p);
    str_done(&s);
    return o;
}

static json_t *finding_json(const struct finding_view *v)
{
    const struct finding *f = &v->finding;
    uint64_t line = f->first_line ? f->first_line : f->quote_line;
    bool placed = f->series || f->first_step || f->last_step;
    json_t *o = json_object();
    put(o, "id", words(v->id));
    put(o, "kind", words(f->kind));
    put(o, "severity", words(severity_name(f->severity)));
    put(o, "confidence", share(f->confidence));
    put(o, "series", f->series ? words(f->series->name) : json_null());
    put(o, "axis", f->series ? words(axis_name(f->series->axis)) : json_null());
    put(o, "source", json_text(v->source));
    put(o, "line", line ? integer(line) : json_null());
    put(o, "segment", json_integer(f->segment));
    put(o, "state", json_string(f->phase == PHASE_CLOSED ? "closed" : "open"));
    put(o, "first_step", placed ? json_integer(f->first_step) : json_null());
    put(o, "last_step", placed ? json_integer(f->last_step) : json_null());
    put(o, "onset_step", placed ? json_integer(f->onset_step) : json_null());
    put(o, "message", message_json(v));
    put(o, "quote", json_text(v->quote));
    put(o, "evidence", evidence_json(f));
    return o;
}

static json_t *need_json(const struct view *v, const struct separator *s)
{
    json_t *o = json_object();
    put(o, "artifact", words(s->artifact));
    put(o, "why", words(s->why));
    put(o, "how", words(words_how(v, &s->in, s->how)));
    return o;
}

static json_t *needs_json(const struct view *v, const struct separator *const *needs, size_t n)
{
    json_t *a = json_array();
    for (size_t i = 0; i < n; i++) push(a, need_json(v, needs[i]));
    return a;
}

static json_t *ids_json(const struct view *v, const uint16_t *index, size_t n)
{
    json_t *a = json_array();
    for (size_t i = 0; i < n; i++)
        if (index[i] < v->n_findings) push(a, words(v->findings[index[i]].id));
    return a;
}

/* The line to change in the framework that trains; null when either is not known. */
static json_t *change_json(const struct view *v, const struct fix *f)
{
    const char *code = wording_in(&f->in, v->kit);
    if (!code) return json_null();
    json_t *o = json_object();
    put(o, "framework", words(v->kit->id));
    put(o, "code", words(code));
    return o;
}

static json_t *fix_json(const struct view *view, const struct fix_view *v)
{
    json_t *o = json_object();
    put(o, "id", words(v->fix->id));
    put(o, "title", words(v->fix->title));
    put(o, "action", words(v->fix->action));
    put(o, "confidence", share(v->confidence));
    if (v->times) put(o, "tried", json_integer(v->times)), put(o, "worked", json_integer(v->times_worked));
    put(o, "expect", words(v->fix->expect));
    put(o, "verify", words(v->fix->verify));
    put(o, "risk", words(v->fix->risk));
    put(o, "change", change_json(view, v->fix));
    return o;
}

static json_t *cause_json(const struct view *v, const struct cause_view *c)
{
    const struct diagnosis *d = &c->diagnosis;
    json_t *o = json_object(), *fixes = json_array();
    put(o, "id", words(d->cause->id));
    put(o, "title", words(d->cause->title));
    put(o, "confidence", share(d->probability));
    put(o, "because", ids_json(v, d->because, d->n_because));
    put(o, "against", ids_json(v, d->against, d->n_against));
    put(o, "missing", needs_json(v, d->missing, d->n_missing));
    for (size_t i = 0; i < c->n_fixes; i++) push(fixes, fix_json(v, &c->fixes[i]));
    put(o, "fixes", fixes);
    return o;
}

static json_t *unseen_json(const struct view *v, const struct unseen_view *u)
{
    json_t *o = json_object(), *findings = json_array();
    for (size_t i = 0; i < u->n_findings; i++) push(findings, words(u->findings[i]));
    put(o, "artifact", words(u->artifact->artifact));
    put(o, "role", words(role_name(u->artifact->role)));
    put(o, "findings", findings);
    put(o, "how", words(words_how(v, &u->artifact->in, u->artifact->how)));
    return o;
}

static json_t *checkpoint_json(const struct checkpoint_view *c)
{
    json_t *o = json_object();
    put(o, "path", words(c->path));
    put(o, "step", json_integer(c->step));
    put(o, "state", words(c->state ? c->state : "unverified"));
    put(o, "safety", words(c->safety ? c->safety : "unverified"));
    if (c->why) put(o, "why", words(c->why));
    return o;
}

static json_t *last_good_json(const struct view *v)
{
    if (!v->last_good) return json_null();
    json_t *o = json_object();
    put(o, "step", json_integer(v->last_good->step));
    put(o, "checkpoint", words(v->last_good->path));
    return o;
}

static void put_arrays(const struct view *v, json_t *o)
{
    json_t *sources = json_array(), *series = json_array(), *findings = json_array(), *causes = json_array(),
           *checkpoints = json_array(), *unseen = json_array();
    for (size_t i = 0; i < v->n_sources; i++) push(sources, source_json(&v->sources[i]));
    for (size_t i = 0; i < v->n_series; i++)
        if (v->series[i].series.role != ROLE_NONE && series_shown(&v->series[i])) push(series, series_json(&v->series[i]));
    for (size_t i = 0; i < v->n_findings; i++) push(findings, finding_json(&v->findings[i]));
    for (size_t i = 0; i < v->n_causes; i++) push(causes, cause_json(v, &v->causes[i]));
    for (size_t i = 0; i < v->n_checkpoints; i++) push(checkpoints, checkpoint_json(&v->checkpoints[i]));
    put(o, "sources", sources);
    put(o, "series", series);
    put(o, "findings", findings);
    put(o, "causes", causes);
    put(o, "needs", needs_json(v, v->needs, v->n_needs));
    put(o, "checkpoints", checkpoints);
    for (size_t i = 0; i < v->n_unseen; i++) push(unseen, unseen_json(v, &v->unseen[i]));
    put(o, "unseen", unseen);
}

static json_t *check_json(const struct view *v)
{
    json_t *o = json_object();
    put(o, "schema", json_string("mlwatch.check/1"));
    put(o, "run", words(v->run));
    put(o, "verdict", words(verdict_name(v->verdict)));
    put(o, "framework", json_text(v->framework));
    put(o, "segments", json_integer(v->segments));
    put(o, "elapsed_s", json_real(v->elapsed_s >= 0 && isfinite(v->elapsed_s) ? v->elapsed_s : 0));
    if (v->verdict == VERDICT_UNREADABLE) put(o, "error", words(v->unreadable));
    put_arrays(v, o);
    put(o, "last_good", last_good_json(v));
    return o;
}

static json_t *outcome_json(const struct outcome_line *l)
{
    json_t *o = json_object();
    put(o, "fix", words(l->fix));
    put(o, "worked", words(l->worked));
    put(o, "note", json_text(l->note));
    put(o, "when", when(l->when));
    put(o, "by", json_text(l->teller));
    put(o, "run", json_text(l->run));
    put(o, "weight", json_number(l->weight));
    return o;
}

static json_t *trial_json(const struct trial_line *t)
{
    json_t *o = json_object();
    put(o, "incident", words(t->incident));
    put(o, "fix", words(t->fix));
    put(o, "changes", words(t->changes));
    put(o, "kind", json_text(t->kind));
    put(o, "worked", words(t->worked));
    put(o, "note", json_text(t->note));
    return o;
}

static json_t *incident_json(const struct view *v, const struct remembered *m, const struct incident *i)
{
    json_t *o = json_object(), *fixes = json_array(), *outcomes = json_array();
    put(o, "id", words(i->id));
    put(o, "state", words(i->state));
    put(o, "opened", when(i->opened));
    put(o, "closed", when(i->closed));
    put(o, "kind", words(i->kind));
    put(o, "cause", json_text(i->cause));
    for (size_t c = 0; i->cause && c < v->n_causes; c++)
        if (strcmp(v->causes[c].diagnosis.cause->id, i->cause) == 0)
            for (size_t f = 0; f < v->causes[c].n_fixes; f++) push(fixes, words(v->causes[c].fixes[f].fix->id));
    for (size_t l = 0; l < m->n_outcomes; l++)
        if (strcmp(m->outcomes[l].incident, i->id) == 0) push(outcomes, outcome_json(&m->outcomes[l]));
    put(o, "fixes", fixes);
    put(o, "outcomes", outcomes);
    return o;
}

static void print(json_t *o, struct str *out)
{
    char *text = o ? json_dumps(o, FLAGS) : NULL;
    if (text) str_add(out, text);
    else out->failed = true;
    str_add(out, "\n");
    free(text);
    json_decref(o);
}

void report_check_json(const struct view *v, struct str *out) { print(check_json(v), out); }

static void write(const struct view *v, const struct report_options *opt, struct str *out)
{
    static const struct remembered nothing;
    const struct remembered *m = opt && opt->memory ? opt->memory : &nothing;
    json_t *o = check_json(v), *incidents = json_array(), *similar = json_array(), *trying = json_array();
    for (size_t i = 0; i < m->n_incidents; i++) push(incidents, incident_json(v, m, &m->incidents[i]));
    for (size_t i = 0; i < m->n_similar; i++) push(similar, words(m->similar[i]));
    for (size_t i = 0; i < m->n_trials; i++) push(trying, trial_json(&m->trials[i]));
    put(o, "trying", trying);
    put(o, "project", json_text(v->project));
    put(o, "incidents", incidents);
    put(o, "similar", similar);
    print(o, out);
}

const struct report_format report_json = {"json", "one object a line, schema mlwatch.check/1", write};
