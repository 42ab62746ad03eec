/* explain - what happened, what it resembles, what fixed it then; every sentence cites what it rests on. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/json.h"
#include "../engine/explanation.h"
#include "../report/page.h"
#include "../report/words.h"
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

static enum status choose_subject(struct subject *s, const struct opt_result *given, struct err *err)
{
    double deadline = INFINITY;
    enum status status = look_deadline(given, &deadline, err);
    if (status) return status;
    if (given->n_words == 1 && could_be_incident(given->words[0]) && access(given->words[0], F_OK) != 0) {
        status = look_at_incident(s, given->words[0], deadline, err);
        if (status != E_ABSENT) return status;
    }
    return look_at(&s->look, given, 0, err);
}

/* ---- as text ------------------------------------------------------------------------------------------------------------ */

static void print_section(struct page *p, const struct explanation *e, const char *id, const char *title)
{
    bool headed = false;
    for (size_t i = 0; i < e->n; i++) {
        const struct sentence *s = &e->sentences[i];
        struct str line = {0};
        if (strcmp(s->section, id) != 0) continue;
        if (!headed) page_blank(p), page_row(p, 0, INK_BOLD, NULL, 0, title);
        headed = true;
        str_addf(&line, "%s [", s->text);
        for (const char *c = s->cites; *c; c++) str_addf(&line, *c == ' ' && c[-1] != ',' ? "\xC2\xA0" : "%c", *c);
        str_add(&line, "].");
        page_row(p, 2, INK_PLAIN, "-", 2, line.p ? line.p : "");
        str_done(&line);
    }
}

static void as_text(const struct explanation *e, const struct view *v, struct str *out)
{
    struct report_options o = look_options();
    struct page p = {out, o.columns, o.colour, o.unicode};
    struct str head = {0};
    const char *id, *title;
    words_foreign(&head, e->run);
    if (v) str_addf(&head, ": %s", verdict_name(v->verdict));
    page_row(&p, 0, INK_BOLD, NULL, 0, head.p ? head.p : "");
    for (size_t i = 0; phrases_section(&e->phrases, i, &id, &title); i++) print_section(&p, e, id, title);
    str_done(&head);
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

static json_t *sentences_json(const struct explanation *e)
{
    json_t *list = json_array();
    for (size_t i = 0; i < e->n; i++) {
        json_t *o = json_object();
        json_object_set_new(o, "section", json_text(e->sentences[i].section));
        json_object_set_new(o, "text", json_text(e->sentences[i].text));
        json_object_set_new(o, "cites", cites_json(e->sentences[i].cites));
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

static void as_json(const struct explanation *e, const struct view *v, struct str *out)
{
    json_t *o = json_object(), *similar = json_array();
    for (size_t i = 0; i < e->n_similar; i++) json_array_append_new(similar, json_text(e->similar[i]->incident.id));
    json_object_set_new(o, "schema", json_string("mlwatch.explain/1"));
    json_object_set_new(o, "run", json_text(e->run));
    json_object_set_new(o, "incident", e->incident ? json_text(e->incident->incident.id) : json_null());
    json_object_set_new(o, "verdict", v ? json_string(verdict_name(v->verdict)) : json_null());
    json_object_set_new(o, "cause", e->cause ? json_text(e->cause->id) : json_null());
    json_object_set_new(o, "confidence", e->cause ? json_number(e->probability) : json_null());
    json_object_set_new(o, "sentences", sentences_json(e));
    json_object_set_new(o, "fixes", fixes_json(e));
    json_object_set_new(o, "similar", similar);
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

static int run(const struct opt_result *given)
{
    struct err err = {0};
    struct subject s = {0};
    struct explanation e;
    struct str out = {0};
    bool json;
    int code;
    if (wants_json(given, &json, &err) || choose_subject(&s, given, &err)) return look_fail(&err);
    if (explanation_make(&e, &s.look.recall, s.look.view, s.incident, &err)) {
        look_done(&s.look);
        return look_fail(&err);
    }
    (json ? as_json : as_text)(&e, s.look.view, &out);
    code = look_print(NULL, &out);
    str_done(&out);
    explanation_done(&e);
    look_done(&s.look);
    return code;
}

static const struct opt options[] = {
    {"format", 'f', "FORMAT", "text or json"},
    {"json", 0, NULL, "short for --format json: schema mlwatch.explain/1"},
    {"deadline", 0, "S", "give up after S seconds; the exit code is then 124"},
    {NULL, 0, NULL, NULL},
};

const struct command command_explain = {
    .name = "explain",
    .usage = "RUN|INCIDENT",
    .summary = "why it went wrong, what it resembles, what fixed it then",
    .options = options,
    .help = "RUN is a run's directory, or its id or name in the memory; INCIDENT the id in\n"
            "an alert, or enough of it. Every sentence ends in what it rests on: a finding\n"
            "of the run, a cause, a rule, or an incident of the memory.\n\n"
            "  mlwatch explain i4kq2\n",
    .run = run,
    .reads_logs = true,
};
