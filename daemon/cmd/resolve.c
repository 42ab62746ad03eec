/* resolve - what was done about an incident and whether it helped; the ranking of fixes changes by it.
 *
 * The incident, the fix and the answer are checked here; the daemon writes, for it is the one process that does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/json.h"
#include "../engine/client.h"
#include "../report/words.h"
#include "look.h"

enum { FIXES_MAX = 512, NOTE_MAX_BYTES = 4096 };

struct resolution {
    const char *fix, *worked, *note;
};

static enum status check_worked(const char *worked, struct err *err)
{
    if (words_worked(worked)) return OK;
    return err_set(err, E_USAGE, "did it help? --worked yes, no or worse%s%s%s", worked ? ", not '" : "", worked ? worked : "",
                   worked ? "'" : "");
}

/* The fixes of the incident's own cause, for somebody who does not know their names. */
static void add_fixes_of(const struct knowledge *k, const char *cause_id, struct str *out)
{
    const struct cause *c = cause_id ? knowledge_cause(k, cause_id) : NULL;
    for (size_t i = 0; c && i < c->n_fixes; i++) str_addf(out, "%s%s", i ? ", " : "; for this incident's cause: ", c->fixes[i]);
}

static enum status check_fix(const struct knowledge *k, const char *fix, const struct incident *incident, struct err *err)
{
    const char *names[FIXES_MAX];
    size_t n = 0;
    struct str fixes = {0};
    if (fix && knowledge_fix(k, fix)) return OK;
    for (; n < k->n_fixes && n < FIXES_MAX; n++) names[n] = k->fixes[n].id;
    const char *near = fix ? opt_nearest(fix, names, n) : NULL;
    add_fixes_of(k, incident->cause, &fixes);
    const char *more = fixes.p ? fixes.p : "";
    if (!fix) err_set(err, E_USAGE, "which fix was tried? --fix FIX%s", more);
    else if (near) err_set(err, E_USAGE, "there is no fix '%s'; did you mean '%s'?", fix, near);
    else err_set(err, E_USAGE, "there is no fix '%s'%s", fix, more);
    str_done(&fixes);
    return E_USAGE;
}

static enum status read_answer(const struct opt_result *given, struct resolution *r, struct err *err)
{
    *r = (struct resolution){opt_value(given, "fix", NULL), opt_value(given, "worked", NULL), opt_value(given, "note", NULL)};
    if (given->n_words != 1) return err_set(err, E_USAGE, "which incident? Give its id (i and 8 characters), or enough of it");
    if (r->note && strlen(r->note) > NOTE_MAX_BYTES)
        return err_set(err, E_USAGE, "the note is too long: %zu bytes, at most %d", strlen(r->note), NOTE_MAX_BYTES);
    return check_worked(r->worked, err);
}

static void print_message(void *arg, const json_t *message)
{
    (void)arg;
    const char *text = json_string_value(json_object_get(message, "text"));
    if (text) fprintf(stderr, "mlwatch: %s\n", text);
}

static enum status tell_daemon(const struct resolution *r, const char *incident, int *code, struct err *err)
{
    json_t *request = json_object();
    json_object_set_new(request, "do", json_string("outcome"));
    json_object_set_new(request, "incident", json_text(incident));
    json_object_set_new(request, "fix", json_text(r->fix));
    json_object_set_new(request, "worked", json_text(r->worked));
    if (r->note) json_object_set_new(request, "note", json_text(r->note));
    return client_call(true, request, print_message, NULL, code, err);
}

/* ---- what becomes of it -------------------------------------------------------------------------------------------------- */

/* A run that tried the same fix was watched: from now on the person's word counts. */
static void print_overridden(struct hosts *h, const struct incident *i, const struct resolution *r)
{
    const struct outcome_line *lines;
    size_t n = 0;
    if (hosts_outcomes(h, i->id, &lines, &n, NULL)) return;
    for (size_t l = 0; l < n; l++) {
        if (strcmp(lines[l].teller, "watched") != 0 || strcmp(lines[l].fix, r->fix) != 0) continue;
        printf("%s was watched and it %s there; your word counts\n", lines[l].run, words_worked(lines[l].worked));
    }
}

/* In which order the fixes of this cause stand now, where the same trouble comes again. */
static void print_order(struct recall *c, const struct incident_row *row)
{
    const struct cause *cause = row->incident.cause ? knowledge_cause(&c->knowledge, row->incident.cause) : NULL;
    struct trouble near = {.kind = row->incident.kind};
    struct hosts_run run;
    struct ranked ranked[RANK_MAX];
    if (!cause) return;
    if (hosts_run(&c->hosts, row->incident.run_id, &run, NULL) == OK)
        near.project = run.row.project, near.framework = run.row.framework;
    size_t n = rank_near(cause, row->incident.cause_probability, &near, c->knowledge.fixes, c->knowledge.n_fixes,
                         c->hosts.outcomes, c->hosts.n_outcomes, ranked);
    printf("for %s from now on:", cause->id);
    for (size_t i = 0; i < n; i++) {
        printf("%s %s (%.2f", i ? "," : "", ranked[i].fix->id, ranked[i].probability);
        if (ranked[i].times) printf(", worked %u of %u here", ranked[i].times_worked, ranked[i].times);
        printf(")");
    }
    printf("\n");
}

/* The memory is read again: the daemon has written meanwhile. */
static void print_resolved(const struct incident_row *incident, const struct resolution *r)
{
    struct recall now = {0};
    printf("%s of %s: noted that %s %s\n", incident->incident.id, incident->incident.run_name, r->fix, words_worked(r->worked));
    if (recall_open(&now, NULL) == OK) {
        print_overridden(&now.hosts, &incident->incident, r);
        print_order(&now, incident);
    }
    recall_close(&now);
}

static enum status find(struct recall *c, const struct opt_result *given, const struct resolution *r,
                        const struct incident_row **ret, struct err *err)
{
    enum status s = recall_open(c, err);
    if (!s) s = hosts_incident(&c->hosts, given->words[0], ret, err);
    if (!s) s = check_fix(&c->knowledge, r->fix, &(*ret)->incident, err);
    return s;
}

static int run(const struct opt_result *given)
{
    struct err err = {0};
    struct recall c = {0};
    struct resolution r;
    const struct incident_row *incident = NULL;
    int code = EXIT_CLEAN;
    if (read_answer(given, &r, &err)) return cmd_fail(&err);
    if (find(&c, given, &r, &incident, &err) || tell_daemon(&r, incident->incident.id, &code, &err)) code = cmd_fail(&err);
    else if (code == EXIT_CLEAN) print_resolved(incident, &r);
    recall_close(&c);
    return code;
}

static const struct opt options[] = {
    {"fix", 0, "FIX", "what was done, by its id: lower_learning_rate, ..."},
    {"worked", 0, "yes|no|worse", "whether it helped"},
    {"note", 0, "TEXT", "anything worth knowing the next time"},
    {NULL, 0, NULL, NULL},
};

const struct command command_resolve = {
    .name = "resolve",
    .usage = "INCIDENT --fix FIX --worked yes|no|worse",
    .summary = "tell the memory what was done and whether it helped",
    .options = options,
    .help = "INCIDENT is the id in an alert, or enough of it. `mlwatch explain INCIDENT`\n"
            "names the fixes. The next time this cause is likely, fixes that helped stand\n"
            "higher, and those that did not stand lower. A later run of the same project\n"
            "that tries an offered fix is watched, and notes what comes of it by itself;\n"
            "your word about the same fix counts instead. The daemon writes it down and\n"
            "is started if none runs.\n\n"
            "  mlwatch resolve i4kq2 --fix lower_learning_rate --worked yes --note \"3e-4\"\n",
    .run = run,
};
