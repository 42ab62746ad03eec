/* status - one line a run, worst first: from the daemon for what is watched, from the memory for the rest. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../base/json.h"
#include "../engine/client.h"
#include "../engine/hosts.h"
#include "../engine/paths.h"
#include "cmd.h"
#include "show.h"

static const double RECENT_S = 7 * 86400;

static const struct opt options[] = {
    {"json", 'j', NULL, "one object a line, short for --format json"},
    {"format", 'f', "FORMAT", "text or json"},
    {"all", 'a', NULL, "every run of the memory, not the last week only"},
    {0},
};

/* Objects of schema mlwatch.status/1, with "severity" and "watched" besides. */
struct list {
    json_t *runs;
    const char *which, *path;
    bool all;
    struct hosts hosts;
};

static const char *text_of(const json_t *m, const char *key)
{
    const char *text = json_string_value(json_object_get(m, key));
    return text ? text : "";
}

static double now(void) { return (double)time(NULL); }

static bool asked_for(const struct list *l, const char *id, const char *name, const char *path)
{
    if (!l->which) return true;
    return strcmp(l->which, name) == 0 || strncmp(id, l->which, strlen(l->which)) == 0 || (l->path && strcmp(l->path, path) == 0);
}

static json_t *find(const struct list *l, const char *id)
{
    size_t i;
    json_t *one;
    json_array_foreach(l->runs, i, one) if (strcmp(text_of(one, "id"), id) == 0) return one;
    return NULL;
}

static void from_daemon(void *arg, const json_t *m)
{
    struct list *l = arg;
    if (strcmp(text_of(m, "say"), "run") != 0) {
        if (strcmp(text_of(m, "say"), "note") == 0) fprintf(stderr, "mlwatch: %s\n", text_of(m, "text"));
        return;
    }
    if (!asked_for(l, text_of(m, "id"), text_of(m, "run"), text_of(m, "path"))) return;
    json_t *copy = json_deep_copy(m);
    json_object_del(copy, "say");
    json_array_append_new(l->runs, copy);
}

/* ---- from the memory ----------------------------------------------------------------------------------------------------------- */

static int rank_of(const char *severity)
{
    return strcmp(severity, "critical") == 0 ? 2 : strcmp(severity, "warning") == 0 ? 1 : 0;
}

static const struct incident *worst_of(const struct incident_row *rows, size_t n)
{
    const struct incident *worst = NULL;
    for (size_t i = 0; i < n; i++)
        if (!worst || rank_of(rows[i].incident.severity) > rank_of(worst->severity)) worst = &rows[i].incident;
    return worst;
}

static bool last_step(void *arg, const struct point_row *p)
{
    if (p->line) *(int64_t *)arg = p->step;
    return true;
}

struct taking {
    struct list *list;
    struct store *store;
};

static json_t *worst_json(struct list *l, const char *id, const char **severity)
{
    const struct incident_row *rows = NULL;
    size_t n = 0;
    (void)hosts_incidents(&l->hosts, id, &rows, &n, NULL);
    const struct incident *w = worst_of(rows, n);
    *severity = w ? w->severity : "info";
    if (!w) return json_null();
    return json_pack("{s:s, s:s, s:s, s:o, s:I, s:s, s:o}", "id", w->id, "kind", w->kind, "severity", w->severity, "series",
                     json_text(w->series), "onset_step", (json_int_t)w->onset_step, "state", w->state, "message",
                     json_text(w->message));
}

static json_t *step_json(struct store *s, const char *id)
{
    int64_t step = INT64_MIN;
    (void)store_points(s, id, last_step, &step, NULL);
    return step == INT64_MIN ? json_null() : json_integer(step);
}

/* The daemon knows of a run that sleeps only that it is there. */
static void complete(struct list *l, struct store *s, const char *id, json_t *run)
{
    const char *severity;
    if (!json_is_null(json_object_get(run, "step"))) return;
    json_object_set_new(run, "step", step_json(s, id));
    json_object_set_new(run, "worst", worst_json(l, id, &severity));
    json_object_set_new(run, "severity", json_string(severity));
}

static json_t *trials_json(struct list *l, const char *id)
{
    const struct trial_line *t = NULL;
    size_t n = 0;
    json_t *list = json_array();
    (void)hosts_trials(&l->hosts, id, &t, &n, NULL);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:o, s:o}", "incident", json_text(t[i].incident), "fix",
                                              json_text(t[i].fix), "changes", json_text(t[i].changes), "kind",
                                              json_text(t[i].kind), "worked", json_text(t[i].worked)));
    return list;
}

static bool take_run(void *arg, const struct run_row *r)
{
    struct taking *t = arg;
    struct list *l = t->list;
    bool recent = r->watched || now() - r->last_data < RECENT_S;
    json_t *watched = find(l, r->id);
    if (watched) complete(l, t->store, r->id, watched);
    if (watched || !asked_for(l, r->id, r->name ? r->name : "", r->path ? r->path : "")) return true;
    if (!l->all && !l->which && !recent) return true;
    const char *severity;
    json_t *worst = worst_json(l, r->id, &severity);
    json_array_append_new(l->runs, json_pack("{s:o, s:s, s:o, s:s, s:o, s:o, s:o, s:s, s:b, s:o}", "run", json_text(r->name),
                                             "id", r->id, "path", json_text(r->path), "state", run_state_name(r->state), "step",
                                             step_json(t->store, r->id), "last_data", json_number(r->last_data), "worst", worst,
                                             "severity", severity, "watched", r->watched, "trying", trials_json(l, r->id)));
    return true;
}

/* ---- order, and words ------------------------------------------------------------------------------------------------------------ */

static int badness(const json_t *m)
{
    static const char *const states[] = {"finished", "unknown", "running", "stalled", "failed"};
    int state = 0;
    for (int i = 0; i < 5; i++)
        if (strcmp(text_of(m, "state"), states[i]) == 0) state = i;
    return 10 * rank_of(text_of(m, "severity")) + state;
}

static int worse_first(const void *a, const void *b)
{
    const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
    if (badness(x) != badness(y)) return badness(y) - badness(x);
    double dx = json_number_value(json_object_get(x, "last_data")), dy = json_number_value(json_object_get(y, "last_data"));
    return dx < dy ? 1 : dx > dy ? -1 : strcmp(text_of(x, "run"), text_of(y, "run"));
}

static void add_fitted(struct str *s, const char *text, size_t width)
{
    struct str clean = {0};
    size_t cells = 0;
    str_add_printable(&clean, span_of(text), width);
    for (size_t i = 0; i < clean.n; i++) cells += ((unsigned char)clean.p[i] & 0xC0) != 0x80;
    str_add(s, clean.p ? clean.p : "");
    for (; cells < width; cells++) str_add(s, " ");
    str_done(&clean);
}

/* The run has no trouble of its own: what it tries against another one's. */
static void add_trial(struct str *s, const json_t *t)
{
    bool watching = strcmp(text_of(t, "worked"), "watching") == 0;
    if (!t) return;
    str_add_printable(s, span_of(text_of(t, "changes")), 60);
    str_addf(s, " for %s: ", text_of(t, "incident"));
    if (watching) str_addf(s, "watching whether %s stays away", text_of(t, "kind"));
    else str_addf(s, "worked: %s", text_of(t, "worked"));
}

static void as_text(const json_t *m, int columns, bool colour, struct str *s)
{
    const json_t *worst = json_object_get(m, "worst"), *step = json_object_get(m, "step");
    const char *severity = json_is_object(worst) ? text_of(worst, "severity") : "ok";
    const char *paint = rank_of(severity) == 2 ? "\033[1;31m" : rank_of(severity) == 1 ? "\033[33m" : "";
    struct str age = {0}, at = {0};
    double last = json_number_value(json_object_get(m, "last_data"));
    if (last > 0) show_age(&age, now() - last);
    if (json_is_integer(step)) str_addf(&at, "step %lld", (long long)json_integer_value(step));
    if (colour) str_add(s, paint);
    add_fitted(s, severity, 9);
    if (colour && *paint) str_add(s, "\033[0m");
    add_fitted(s, text_of(m, "run"), 24);
    str_add(s, " ");
    add_fitted(s, text_of(m, "state"), 9);
    add_fitted(s, at.p ? at.p : "-", 14);
    add_fitted(s, age.p ? age.p : "-", 8);
    if (!json_is_object(worst)) add_trial(s, json_array_get(json_object_get(m, "trying"), 0));
    if (json_is_object(worst))
        str_add_printable(s, span_of(text_of(worst, "message")), columns > 110 ? (size_t)columns - 70 : 40);
    while (s->n && s->p[s->n - 1] == ' ') s->p[--s->n] = 0;
    str_add(s, "\n");
    str_done(&age);
    str_done(&at);
}

static void as_json(const json_t *m, struct str *s)
{
    json_t *copy = json_pack("{s:s}", "schema", "mlwatch.status/1");
    json_object_update(copy, (json_t *)m);
    json_object_del(copy, "severity");
    char *text = json_dumps(copy, JSON_ENCODE_ANY);
    str_add(s, text ? text : "");
    str_add(s, "\n");
    free(text);
    json_decref(copy);
}

static void print(struct list *l, bool json)
{
    size_t n = json_array_size(l->runs);
    json_t **order = calloc(n + 1, sizeof *order);
    struct str s = {0};
    for (size_t i = 0; order && i < n; i++) order[i] = json_array_get(l->runs, i);
    if (order) qsort(order, n, sizeof *order, worse_first);
    for (size_t i = 0; order && i < n; i++) {
        if (json) as_json(order[i], &s);
        else as_text(order[i], isatty(1) ? cmd_columns(1) : 400, cmd_colour(1), &s);
    }
    fputs(s.p ? s.p : "", stdout);
    str_done(&s);
    free(order);
}

static int run(const struct opt_result *given)
{
    struct err err;
    const char *format = opt_has(given, "json") ? "json" : opt_value(given, "format", "text");
    bool json = strcmp(format, "json") == 0;
    if (!json && strcmp(format, "text") != 0)
        return err_set(&err, E_USAGE, "there is no format '%s' here: text or json", format), cmd_fail(&err);
    struct list l = {.runs = json_array(), .which = given->n_words ? given->words[0] : NULL, .all = opt_has(given, "all")};
    int code = EXIT_CLEAN;
    l.path = l.which ? paths_absolute(l.which) : NULL;
    (void)client_call(false, json_pack("{s:s}", "do", "status"), from_daemon, &l, &code, &err);
    code = EXIT_CLEAN;
    if (hosts_open(&l.hosts, &err) == OK)
        for (size_t i = 0; i < l.hosts.n_stores; i++)
            (void)store_runs(l.hosts.stores[i], take_run, &(struct taking){&l, l.hosts.stores[i]}, NULL);
    if (*l.hosts.note) fprintf(stderr, "mlwatch: %s\n", l.hosts.note);
    if (l.which && !json_array_size(l.runs)) {
        err_set(&err, E_ABSENT, "no run '%s' is watched or remembered", l.which);
        code = cmd_fail(&err);
    } else if (!json_array_size(l.runs) && !json) fputs("nothing is watched; `mlwatch attach DIR` starts\n", stderr);
    print(&l, json);
    hosts_close(&l.hosts);
    json_decref(l.runs);
    free((char *)l.path);
    return code;
}

const struct command command_status = {
    .name = "status",
    .usage = "[RUN] [--json]",
    .summary = "one line a run, worst first",
    .options = options,
    .help = "Severity, name, state, last step, age of the last data, worst finding. Works\n"
            "without a daemon, from the memory.\n\n  mlwatch status\n",
    .run = run,
};
