/* explain - what happened, what it resembles, what fixed it then; every sentence cites what it rests on. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/json.h"
#include "explain_page.h"
#include "look.h"

/* RUN or INCIDENT: what is no run, but looks like an incident's id and is one. */
struct subject {
    struct look look;
    const struct incident_row *incident;
};

static bool could_be_incident(const char *word)
{
    size_t n = strlen(word);
    return n >= 2 && n <= 9 && word[0] == 'i' && strspn(word + 1, "abcdefghijklmnopqrstuvwxyz234567") == n - 1;
}

/* The incident's run is replayed where it can be; an incident of a run that is not here is explained by itself. */
static enum status look_at_incident(struct subject *s, const char *word, double deadline, struct err *err)
{
    enum status status = recall_open(&s->look.recall, err);
    if (!status) status = hosts_incident(&s->look.recall.hosts, word, &s->incident, err);
    if (!status) {
        status = recall_view(&s->look.recall, s->incident->incident.run_id, deadline, &s->look.view, err);
        if (status == E_ABSENT) s->look.view = NULL, status = OK;
    }
    if (status) look_done(&s->look);
    return status;
}

static enum status choose_subject(struct subject *s, const struct opt_result *given, double deadline, struct err *err)
{
    if (given->n_words == 1 && could_be_incident(given->words[0]) && access(given->words[0], F_OK) != 0) {
        enum status status = look_at_incident(s, given->words[0], deadline, err);
        if (status != E_ABSENT) return status;
    }
    return look_at(&s->look, given, 0, err);
}

/* ---- as JSON: mlwatch.explain/1 ------------------------------------------------------------------------------------------ */

static json_t *cites_json(const char *cites)
{
    json_t *list = json_array();
    for (struct span rest = span_of(cites); rest.n;) {
        const char *comma = memmem(rest.p, rest.n, ", ", 2);
        size_t n = comma ? (size_t)(comma - rest.p) : rest.n;
        json_array_append_new(list, json_stringn(rest.p, n));
        rest = span_from(rest, n + 2);
    }
    return list;
}

static void say_json(void *list, const struct sentence *s, bool worded)
{
    json_t *o = json_object();
    json_object_set_new(o, "section", json_text(s->section));
    json_object_set_new(o, "text", json_text(s->text));
    json_object_set_new(o, "cites", cites_json(s->cites));
    json_object_set_new(o, "worded", json_boolean(worded));
    json_array_append_new(list, o);
}

static json_t *wording_json(const struct reworded *r)
{
    json_t *o = json_object();
    json_object_set_new(o, "model", json_text(*r->model ? r->model : NULL));
    json_object_set_new(o, "worded", json_integer((json_int_t)r->worded));
    json_object_set_new(o, "dropped", json_integer((json_int_t)r->dropped));
    json_object_set_new(o, "trouble", json_text(*r->trouble ? r->trouble : NULL));
    return o;
}

static json_t *findings_json(const struct view *v)
{
    json_t *list = json_array();
    for (size_t i = 0; v && i < v->n_findings; i++) {
        json_t *o = json_object();
        json_object_set_new(o, "id", json_text(v->findings[i].id));
        json_object_set_new(o, "kind", json_text(v->findings[i].finding.kind));
        json_object_set_new(o, "severity", json_text(severity_name(v->findings[i].finding.severity)));
        json_object_set_new(o, "message", json_text(v->findings[i].message));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *causes_json(const struct view *v)
{
    json_t *list = json_array();
    for (size_t i = 0; v && i < v->n_causes; i++) {
        const struct diagnosis *d = &v->causes[i].diagnosis;
        json_t *o = json_object();
        json_object_set_new(o, "id", json_text(d->cause->id));
        json_object_set_new(o, "title", json_text(d->cause->title));
        json_object_set_new(o, "confidence", json_number(d->probability));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *fixes_json(const struct explanation *e)
{
    json_t *list = json_array();
    for (size_t i = 0; i < e->n_fixes; i++) {
        json_t *o = json_object();
        json_object_set_new(o, "id", json_text(e->fixes[i].fix->id));
        json_object_set_new(o, "title", json_text(e->fixes[i].fix->title));
        json_object_set_new(o, "confidence", json_number(e->fixes[i].confidence));
        json_array_append_new(list, o);
    }
    return list;
}

/* The members that a language model can change come last, together. */
static void as_json(const struct explanation *e, const struct view *v, json_t *sentences, const struct reworded *r,
                    struct str *out)
{
    json_t *o = json_object(), *similar = json_array();
    for (size_t i = 0; i < e->n_similar; i++) json_array_append_new(similar, json_text(e->similar[i]->incident.id));
    json_object_set_new(o, "schema", json_string("mlwatch.explain/1"));
    json_object_set_new(o, "run", json_text(e->run));
    json_object_set_new(o, "incident", e->incident ? json_text(e->incident->incident.id) : json_null());
    json_object_set_new(o, "verdict", v ? json_string(verdict_name(v->verdict)) : json_null());
    json_object_set_new(o, "cause", e->cause ? json_text(e->cause->id) : json_null());
    json_object_set_new(o, "confidence", e->cause ? json_number(e->probability) : json_null());
    json_object_set_new(o, "findings", findings_json(v));
    json_object_set_new(o, "causes", causes_json(v));
    json_object_set_new(o, "fixes", fixes_json(e));
    json_object_set_new(o, "similar", similar);
    json_object_set_new(o, "sentences", sentences);
    json_object_set_new(o, "wording", wording_json(r));
    char *text = json_dumps(o, JSON_COMPACT);
    str_add(out, text);
    str_add(out, "\n");
    free(text);
    json_decref(o);
}

/* ---- the verb ----------------------------------------------------------------------------------------------------------- */

static enum status wants_json(const struct opt_result *given, bool *ret, struct err *err)
{
    const char *format = opt_has(given, "json") ? "json" : opt_value(given, "format", "text");
    *ret = strcmp(format, "json") == 0;
    if (*ret || strcmp(format, "text") == 0) return OK;
    return err_set(err, E_USAGE, "there is no format '%s' here: text or json", format);
}

struct asked {
    struct subject subject;
    struct llm *model;
    double deadline;
    bool json;
};

static enum status understand(struct asked *a, const struct opt_result *given, struct err *err)
{
    const bool off = opt_has(given, "no-llm");
    if (off && opt_has(given, "llm")) return err_set(err, E_USAGE, "--llm and --no-llm at once: which of them?");
    enum status s = wants_json(given, &a->json, err);
    if (!s) s = look_deadline(given, &a->deadline, err);
    if (!s) s = choose_subject(&a->subject, given, a->deadline, err);
    if (!s) s = reword_model(&a->subject.look.recall.config, off ? "off" : opt_value(given, "llm", NULL), &a->model, err);
    return s;
}

/* Sentences come to the terminal as they are told; JSON when all are. */
static int tell(struct asked *a, struct explanation *e)
{
    const struct view *v = a->subject.look.view;
    struct reworded r;
    struct explain_page page;
    json_t *list = a->json ? json_array() : NULL;
    const struct teller teller = a->json ? (struct teller){list, say_json} : (struct teller){&page, explain_page_say};
    struct str out = {0}, trouble = {0};
    if (!a->json) explain_page_begin(&page, e, v);
    reword_tell(e, &a->subject.look.recall, v, a->model, a->deadline, &teller, &r);
    if (a->json) as_json(e, v, list, &r, &out);
    int code = a->json ? look_print(NULL, &out) : explain_page_end(&page, &r);
    if (explain_trouble(&r, &trouble) && trouble.p) cmd_say(trouble.p);
    str_done(&trouble);
    str_done(&out);
    return code;
}

static int run(const struct opt_result *given)
{
    struct err err = {0};
    struct asked a = {.deadline = INFINITY};
    struct explanation e = {0};
    enum status s = understand(&a, given, &err);
    if (!s) s = explanation_make(&e, &a.subject.look.recall, a.subject.look.view, a.subject.incident, &err);
    int code = s ? look_fail(&err) : tell(&a, &e);
    explanation_done(&e);
    llm_close(a.model);
    look_done(&a.subject.look);
    return code;
}

static const struct opt options[] = {
    {"format", 'f', "FORMAT", "text or json"},
    {"json", 0, NULL, "short for --format json: schema mlwatch.explain/1"},
    {"deadline", 0, "S", "give up after S seconds; the exit code is then 124"},
    {"llm", 0, "URL", "a language model to word it, as `llm` in mlwatch.conf"},
    {"no-llm", 0, NULL, "in mlwatch's own words, whatever is configured"},
    {NULL, 0, NULL, NULL},
};

const struct command command_explain = {
    .name = "explain",
    .usage = "RUN|INCIDENT",
    .summary = "why it went wrong, what it resembles, what fixed it then",
    .options = options,
    .help = "RUN is a run's directory, or its id or name in the memory; INCIDENT the id in\n"
            "an alert, or enough of it. Every sentence ends in what it rests on: a finding\n"
            "of the run, a cause, a rule, or an incident of the memory. A language model\n"
            "(`llm:` in mlwatch.conf) may word it: what it says is shown, marked ~, where it\n"
            "stands in what was found; it changes no finding, cause or fix.\n\n"
            "  mlwatch explain i4kq2\n",
    .run = run,
    .reads_logs = true,
};
