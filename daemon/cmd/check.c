/* check - read finished directories, judge, print, exit: no daemon, no database. What CI calls. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../engine/read.h"
#include "../report/report.h"
#include "check_notes.h"
#include "cmd.h"
#include "sources.h"

struct check {
    struct knowledge knowledge;
    struct config config;
    const struct report_format *format;
    struct report_options report;
    bool sources; /* say what each file was taken for */
    enum severity fail_on;
    double deadline; /* on CLOCK_MONOTONIC */
    int exit_code;
};

static bool is_format(const struct check *c, const char *name) { return strcmp(c->format->name, name) == 0; }

/* What is being checked: a directory and its scan, or of that one run; both NULL where there is nothing to scan. */
struct checked {
    const struct scan *scan;
    const struct scan_run *run;
};

/* 3 if any was unreadable, else 124, else 1, else 0. */
static void note_exit(struct check *c, int code)
{
    static const int rank[] = {[EXIT_CLEAN] = 0, [EXIT_FINDINGS] = 1, [EXIT_DEADLINE] = 2, [EXIT_UNREADABLE] = 3};
    if (rank[code] > rank[c->exit_code]) c->exit_code = code;
}

static void print(struct check *c, struct str *s)
{
    note_exit(c, cmd_print((struct span){s->p ? s->p : "", s->n}));
    str_done(s);
}

static void print_view(struct check *c, struct view *v, struct checked from, double started)
{
    struct str out = {0};
    v->elapsed_s = clock_now() - started;
    if (is_format(c, "json")) {
        report_check_json(v, &out);
        sources_add_json(v, c->sources ? from.scan : NULL, from.run, &out);
    } else c->format->write(v, &c->report, &out);
    if (is_format(c, "text")) {
        check_add_seams(v, &c->report, &out);
        if (c->sources) sources_add_text(v, &c->report, &out);
    }
    print(c, &out);
}

/* Sources that tell different numbers: worth knowing, and no finding. */
static void say_note(const struct run *r)
{
    struct str s = {0};
    if (run_note(r, &s) && s.p) cmd_say(s.p);
    str_done(&s);
}

static void print_passed(struct check *c, const struct scan *scan, const char *dir)
{
    struct str out = {0};
    if (c->sources && is_format(c, "text")) sources_add_passed(scan, dir, &c->report, &out);
    print(c, &out);
}

static void unreadable(struct check *c, const char *printed, struct checked from, const struct err *err, double started)
{
    struct run_options options = {.knowledge = &c->knowledge, .config = &c->config, .sensitivity = c->config.sensitivity};
    struct run *r = run_new(printed, printed, &options);
    if (!r) return;
    run_unreadable(r, err->text);
    struct view v = *run_view(r);
    print_view(c, &v, from, started);
    run_free(r);
    cmd_say(err->text);
    note_exit(c, EXIT_UNREADABLE);
}

static void check_run(struct check *c, const char *printed, struct checked from)
{
    struct run_options options = {.knowledge = &c->knowledge, .config = &c->config, .sensitivity = c->config.sensitivity};
    struct err err = {0};
    double started = clock_now();
    struct run *r = run_new(printed, from.run->root, &options);
    if (!r) {
        note_exit(c, EXIT_UNREADABLE);
        return;
    }
    enum status status = read_run(r, from.run, c->deadline, &err);
    if (!run_points(r)) {
        if (!status) err_set(&err, E_FORMAT, "'%s' holds no record that could be read", printed);
        run_free(r);
        unreadable(c, printed, from, &err, started);
        return;
    }
    struct view v = *run_view(r);
    print_view(c, &v, from, started);
    say_note(r);
    if (status) cmd_say(err.text);
    if (status) note_exit(c, status == E_LIMIT ? EXIT_DEADLINE : EXIT_UNREADABLE);
    else if (v.n_findings && v.findings[0].finding.severity >= c->fail_on) note_exit(c, EXIT_FINDINGS);
    run_free(r);
}

/* DIR itself, or DIR/sub for each of several runs below it. */
static void check_directory(struct check *c, const char *dir)
{
    struct scan scan;
    struct err err = {0};
    double started = clock_now();
    if (scan_directory(dir, &scan, &err)) {
        unreadable(c, dir, (struct checked){NULL, NULL}, &err, started);
        return;
    }
    if (!scan.n_runs) {
        scan_explain(&scan, dir, &err);
        unreadable(c, dir, (struct checked){&scan, NULL}, &err, started);
    } else if (scan.note) {
        struct str s = {0};
        str_addf(&s, "in '%s': %s", dir, scan.note);
        if (s.p) cmd_say(s.p);
        str_done(&s);
    }
    for (size_t i = 0; i < scan.n_runs; i++)
        check_run(c, scan.n_runs == 1 ? dir : scan.runs[i].root, (struct checked){&scan, &scan.runs[i]});
    print_passed(c, &scan, dir);
    scan_done(&scan);
}

/* --set NAME=VALUE */
static enum status set_by_flag(struct config *config, const char *text, struct err *err)
{
    const char *equals = strchr(text, '=');
    char *name = equals ? str_dup((struct span){text, (size_t)(equals - text)}) : NULL;
    if (!equals) return err_set(err, E_USAGE, "--set needs NAME=VALUE, not '%s'; see `mlwatch config show`", text);
    if (!name) return err_set(err, E_MEMORY, "out of memory");
    enum status s = config_set(config, name, equals + 1, "--set", err);
    free(name);
    return s;
}

/* Files and environment, then the flags. */
static enum status configured(const struct opt_result *given, struct config *config, struct err *err)
{
    enum status s = config_open(config, err);
    for (int i = 0; !s && i < given->n_given; i++) {
        const char *name = given->table[given->given[i].index].name, *value = given->given[i].value;
        if (strcmp(name, "sensitivity") == 0) s = config_set(config, name, value, "--sensitivity", err);
        if (strcmp(name, "set") == 0) s = set_by_flag(config, value, err);
    }
    return s;
}

static enum status configure(const struct opt_result *given, struct check *c, struct err *err)
{
    static const char *const names[] = {"info", "warning", "critical"};
    const char *format = opt_has(given, "json") ? "json" : opt_value(given, "format", "text");
    const char *fail_on = opt_value(given, "fail-on", "critical");
    double seconds = 0;
    c->format = report_format_by_name(format);
    if (!c->format) return err_set(err, E_USAGE, "there is no format '%s'; use text, md or json", format);
    size_t at = 0;
    while (at < 3 && strcmp(names[at], fail_on) != 0) at++;
    if (at == 3) return err_set(err, E_USAGE, "--fail-on needs info, warning or critical, not '%s'", fail_on);
    c->fail_on = (enum severity)at;
    if (opt_number(given, "deadline", 0.001, 1e9, INFINITY, &seconds, err)) return err->status;
    c->deadline = clock_now() + seconds;
    c->report = (struct report_options){
        .colour = cmd_colour(STDOUT_FILENO), .unicode = cmd_unicode(), .columns = cmd_columns(STDOUT_FILENO), .brief = true};
    c->sources = opt_has(given, "sources");
    enum status s = configured(given, &c->config, err);
    return s ? s : knowledge_open(&c->knowledge, err);
}

static int run(const struct opt_result *given)
{
    struct check c = {0};
    struct err err = {0};
    if (configure(given, &c, &err)) return config_done(&c.config), cmd_fail(&err);
    if (!given->n_words) err_set(&err, E_USAGE, "check needs a run directory, for example: mlwatch check runs/exp1");
    if (!given->n_words) c.exit_code = cmd_fail(&err);
    for (int i = 0; i < given->n_words; i++) check_directory(&c, given->words[i]);
    knowledge_done(&c.knowledge);
    config_done(&c.config);
    return c.exit_code;
}

static const struct opt options[] = {{"format", 'f', "FORMAT", "text (default), md or json (one line a run)"},
                                     {"json", 0, NULL, "short for --format json"},
                                     {"fail-on", 0, "SEVERITY", "exit 1 from info, warning or critical (default) on"},
                                     {"sources", 0, NULL, "list every file: what it was taken for, and why"},
                                     {"sensitivity", 0, "WORD", "quiet, normal (default) or paranoid"},
                                     {"set", 0, "NAME=VALUE", "one threshold of `config show`; may be repeated"},
                                     {"deadline", 0, "S", "stop reading after S seconds and exit 124"},
                                     {"help", 'h', NULL, "this text"},
                                     {NULL, 0, NULL, NULL}};

const struct command command_check = {.name = "check",
                                      .usage = "DIR... [options]",
                                      .summary = "read finished runs, say what went wrong, exit 0 or 1",
                                      .options = options,
                                      .help =
                                          "A run is a directory with training logs; DIR may hold several. Exit code: 0\n"
                                          "nothing at or above --fail-on, 1 findings, 2 usage, 3 unreadable, 124 deadline.\n\n"
                                          "Example:\n  mlwatch check runs/exp1 --fail-on warning\n",
                                      .run = run,
                                      .reads_logs = true};
