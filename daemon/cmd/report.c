/* report - the post-mortem of a run: from its directory, or from the memory when that is gone. */
#include <stdlib.h>
#include <string.h>

#include "look.h"

enum { SIMILAR_MAX = 5 };

/* What the memory adds. Rows stay the memory's; the arrays are ours. */
struct added {
    struct remembered remembered;
    struct incident *incidents;
    struct outcome_line *outcomes;
    const char *similar[SIMILAR_MAX];
};

static void added_done(struct added *a)
{
    free(a->incidents);
    free(a->outcomes);
}

static enum status add_outcomes(struct hosts *h, const char *incident, struct added *a, struct err *err)
{
    const struct outcome_line *lines;
    size_t n = 0, have = a->remembered.n_outcomes;
    enum status s = hosts_outcomes(h, incident, &lines, &n, err);
    if (s || !n) return s;
    struct outcome_line *more = realloc(a->outcomes, (have + n) * sizeof *more);
    if (!more) return err_set(err, E_MEMORY, "out of memory");
    memcpy(more + have, lines, n * sizeof *more);
    a->outcomes = more;
    a->remembered.outcomes = more;
    a->remembered.n_outcomes = have + n;
    return OK;
}

static enum status add_incidents(struct recall *c, struct added *a, struct err *err)
{
    const struct incident_row *rows;
    size_t n = 0;
    enum status s = c->run_id[0] ? hosts_incidents(&c->hosts, c->run_id, &rows, &n, err) : OK;
    if (s || !n) return s;
    a->incidents = calloc(n, sizeof *a->incidents);
    if (!a->incidents) return err_set(err, E_MEMORY, "out of memory");
    a->remembered.incidents = a->incidents;
    for (size_t i = 0; !s && i < n; i++) {
        a->incidents[a->remembered.n_incidents++] = rows[i].incident;
        s = add_outcomes(&c->hosts, rows[i].incident.id, a, err);
    }
    return s;
}

static enum status add_trials(struct recall *c, struct added *a, struct err *err)
{
    return c->run_id[0] ? hosts_trials(&c->hosts, c->run_id, &a->remembered.trials, &a->remembered.n_trials, err) : OK;
}

static enum status add_similar(struct recall *c, const struct view *v, struct added *a, struct err *err)
{
    const struct incident_row *rows[SIMILAR_MAX];
    const char *kind = v->n_findings ? v->findings[0].finding.kind : NULL;
    const char *cause = v->n_causes ? v->causes[0].diagnosis.cause->id : NULL;
    size_t n = 0;
    if (!kind) return OK;
    enum status s = hosts_similar(&c->hosts, kind, cause, c->run_id, SIMILAR_MAX, rows, &n, err);
    for (size_t i = 0; !s && i < n; i++) a->similar[a->remembered.n_similar++] = rows[i]->incident.id;
    a->remembered.similar = a->similar;
    return s;
}

static bool ends_in(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n > m && strcmp(text + n - m, end) == 0;
}

/* --format and --json decide; without them the ending of FILE does. */
static const struct report_format *choose_format(const struct opt_result *given, struct err *err)
{
    const char *file = opt_value(given, "output", "");
    const char *fallback = ends_in(file, ".md") ? "md" : ends_in(file, ".json") ? "json" : "text";
    const char *name = opt_has(given, "json") ? "json" : opt_value(given, "format", fallback);
    const struct report_format *f = report_format_by_name(name);
    if (!f) err_set(err, E_USAGE, "there is no report format '%s': text, md or json", name);
    return f;
}

/* The picture as the report refers to it: from the directory of the report's file, where both lie in one. */
static const char *seen_from(const char *file, const char *picture)
{
    const char *slash = file ? strrchr(file, '/') : NULL;
    size_t n = slash ? (size_t)(slash - file) + 1 : 0;
    return n && strncmp(file, picture, n) == 0 && !strchr(picture + n, '/') ? picture + n : picture;
}

static int write_report(struct look *l, const struct opt_result *given, const struct report_format *format)
{
    struct err err = {0};
    struct str text = {0};
    struct added added = {0};
    struct report_options o = look_options();
    const char *file = opt_value(given, "output", NULL);
    o.plot = opt_value(given, "plot", NULL);
    o.memory = &added.remembered;
    if (file) o.colour = false;
    enum status s = add_incidents(&l->recall, &added, &err);
    if (!s) s = add_trials(&l->recall, &added, &err);
    if (!s) s = add_similar(&l->recall, l->view, &added, &err);
    if (!s && o.plot) s = report_plot(l->view, NULL, 0, o.plot, &err);
    if (o.plot) o.plot = seen_from(file, o.plot);
    if (!s) format->write(l->view, &o, &text);
    int code = s ? look_fail(&err) : look_print(file, &text);
    added_done(&added);
    str_done(&text);
    return code;
}

static int run(const struct opt_result *given)
{
    struct err err = {0};
    struct look look;
    const struct report_format *format = choose_format(given, &err);
    if (!format) return cmd_fail(&err);
    if (look_at(&look, given, 0, &err)) return look_fail(&err);
    int code = write_report(&look, given, format);
    look_done(&look);
    return code;
}

static const struct opt options[] = {
    {"format", 'f', "FORMAT", "text, md or json (by FILE's ending, else text)"},
    {"json", 0, NULL, "short for --format json: mlwatch.check/1, and more"},
    {"output", 'o', "FILE", "write there; FILE is replaced whole or not at all"},
    {"plot", 'p', "PICTURE", "draw the curves (.png .svg .pdf) and refer to it"},
    {"deadline", 0, "S", "give up after S seconds; the exit code is then 124"},
    {NULL, 0, NULL, NULL},
};

const struct command command_report = {
    .name = "report",
    .usage = "RUN [--format md|json|text] [-o FILE]",
    .summary = "the post-mortem of a run: what, why, what to do, where to resume",
    .options = options,
    .help = "RUN is a run's directory, or its id or name in the memory: there it can be\n"
            "read after the directory is gone. The report holds the verdict in one\n"
            "sentence, findings with their evidence, causes, fixes, the last good\n"
            "checkpoint, curves, settings, and what the memory knows of it.\n\n"
            "  mlwatch report runs/vit-small -o vit-small.md --plot vit-small.png\n",
    .run = run,
    .reads_logs = true,
};
