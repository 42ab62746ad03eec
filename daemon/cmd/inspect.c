/* inspect - a checkpoint opened without the framework, and without trusting a byte of it: is it whole, is it safe, what is in it, what moved. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../engine/examine/examine.h"
#include "../engine/message.h"
#include "../report/inspection.h"
#include "look.h"

struct inspect {
    bool json;
    const char *against;
    size_t rows;
    struct checkpoint_options options;
    bool verdict_only;
    struct config config;
    struct report_options report;
    int exit_code, shown;
};

/* 3 if any could not be read, else 1 if any is not whole and safe. */
static void note_exit(struct inspect *i, int code)
{
    if (i->exit_code != EXIT_UNREADABLE && code != EXIT_CLEAN) i->exit_code = code;
}

static void print_page(struct inspect *i, const struct inspection_page *v)
{
    struct str out = {0};
    if (i->json) {
        inspection_json(v, &out);
    } else {
        if (i->shown) str_add(&out, "\n\n");
        inspection_text(v, &i->report, &out);
    }
    i->shown++;
    note_exit(i, look_print(NULL, &out));
    str_done(&out);
}

static struct inspection_page page_of(const struct checkpoint *c, const struct inspect *i)
{
    return (struct inspection_page){.path = c->path,
                                    .layout = checkpoint_layout_name(c->layout),
                                    .format = c->format,
                                    .state = c->state,
                                    .safety = c->safety,
                                    .reasons = (const char *const *)c->reasons,
                                    .n_reasons = c->n_reasons,
                                    .step = c->step,
                                    .size = c->size,
                                    .elapsed_s = c->seconds,
                                    .n_parts = c->n_parts,
                                    .against = i->against,
                                    .compared = c->against,
                                    .joined = c->joined,
                                    .rows = i->rows};
}

/* The findings, each with its sentence; free the sentences. */
static size_t finding_views(const struct examine *e, struct finding_view *views)
{
    for (size_t k = 0; k < e->n_findings; k++) {
        struct str s = {0};
        message_of(&e->findings[k], &s);
        views[k] = (struct finding_view){.finding = e->findings[k], .message = str_take(&s)};
        snprintf(views[k].id, sizeof views[k].id, "f%u", (unsigned)k + 1);
    }
    return e->n_findings;
}

static void show(struct inspect *i, const struct examine *e)
{
    const struct checkpoint *c = &e->found;
    struct inspection_page v = page_of(c, i);
    struct finding_view findings[EXAMINE_FINDINGS_MAX];
    struct inspection_part *parts = calloc(c->n_parts + 1, sizeof *parts);
    for (size_t k = 0; parts && k < c->n_parts; k++) {
        const struct checkpoint_part *p = &c->parts[k];
        parts[k] = (struct inspection_part){p->name, checkpoint_role_name(p->role), p->present, p->read ? &p->inspection : NULL};
    }
    v.parts = parts;
    if (!parts) v.n_parts = 0;
    v.findings = findings;
    v.n_findings = finding_views(e, findings);
    print_page(i, &v);
    for (size_t k = 0; k < v.n_findings; k++) free((char *)findings[k].message);
    free(parts);
}

/* Why nothing at all could be learnt: the reader is missing, or the file cannot be opened. That is no verdict. */
static bool could_not_look(const struct checkpoint *c)
{
    for (size_t k = 0; k < c->n_parts; k++)
        if (c->parts[k].read && c->parts[k].end != READING_IMPOSSIBLE) return false;
    return c->n_parts > 0 && c->parts[0].read;
}

static void inspect_one(struct inspect *i, const char *path)
{
    struct examine e = {.path = strdup(path),
                        .loss_scale_before = NAN,
                        .against = i->against ? strdup(i->against) : NULL,
                        .step = checkpoint_step(path),
                        .step_before = i->against ? checkpoint_step(i->against) : -1,
                        .newest = true,
                        .verdict_only = i->verdict_only,
                        .learning_rate = NAN,
                        .config = &i->config,
                        .sensitivity = i->config.sensitivity,
                        .how = i->options};
    if (e.path) examine_look(&e);
    else e.status = err_set(&e.err, E_MEMORY, "out of memory");
    if (e.status) {
        note_exit(i, EXIT_UNREADABLE);
        cmd_fail(&e.err);
    } else {
        show(i, &e);
        if (could_not_look(&e.found)) note_exit(i, EXIT_UNREADABLE);
        else if (e.found.state != INSPECTED_WHOLE || e.found.safety != INSPECTED_SAFE) note_exit(i, EXIT_FINDINGS);
    }
    examine_done(&e);
}

/* A directory that is no checkpoint itself: those in it. */
static void inspect_directory(struct inspect *i, const char *directory)
{
    char **list = NULL;
    size_t n = 0;
    struct err err = {0};
    enum status s = checkpoint_list(directory, &list, &n, &err);
    if (!s && !n) s = err_set(&err, E_ABSENT, "'%s' holds no checkpoint", directory);
    if (s) note_exit(i, EXIT_UNREADABLE), cmd_fail(&err);
    for (size_t k = 0; k < n; k++) {
        inspect_one(i, list[k]);
        free(list[k]);
    }
    free(list);
}

static void inspect_path(struct inspect *i, const char *path)
{
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode) && !checkpoint_is(path)) inspect_directory(i, path);
    else inspect_one(i, path);
}

static enum status configure(const struct opt_result *given, struct inspect *i, struct err *err)
{
    double rows = 0;
    const char *format = opt_has(given, "json") ? "json" : opt_value(given, "format", "text");
    i->json = strcmp(format, "json") == 0;
    i->against = opt_value(given, "against", NULL);
    i->report = look_options();
    i->verdict_only = opt_has(given, "verdict-only");
    if (!i->json && strcmp(format, "text") != 0)
        return err_set(err, E_USAGE, "there is no format '%s' here; use text or json", format);
    if (!given->n_words)
        return err_set(err, E_USAGE, "inspect needs a checkpoint, for example: mlwatch inspect runs/exp1/checkpoint-500");
    enum status s = opt_number(given, "rows", 1, 1e6, 12, &rows, err);
    if (!s) s = opt_number(given, "seconds", 0.1, 1e6, 0, &i->options.seconds, err);
    i->rows = (size_t)rows;
    return s ? s : config_open(&i->config, err);
}

static int run(const struct opt_result *given)
{
    struct inspect i = {0};
    struct err err = {0};
    if (configure(given, &i, &err)) return config_done(&i.config), cmd_fail(&err);
    for (int k = 0; k < given->n_words; k++) inspect_path(&i, given->words[k]);
    config_done(&i.config);
    return i.exit_code;
}

static const struct opt options[] = {
    {"against", 'a', "FILE", "an earlier checkpoint: say what moved since"},
    {"format", 'f', "FORMAT", "text (default) or json"},
    {"json", 0, NULL, "short for --format json: mlwatch.inspect/1"},
    {"rows", 'n', "N", "tensors to show, the sickest first (default 12)"},
    {"verdict-only", 0, NULL, "integrity and safety; no numbers"},
    {"seconds", 0, "S", "processor time for a small file (default 1.5)"},
    {NULL, 0, NULL, NULL},
};

const struct command command_inspect = {
    .name = "inspect",
    .usage = "FILE... [--against FILE]",
    .summary = "a checkpoint: whole, safe, what is in it, what moved",
    .options = options,
    .help = "FILE is a checkpoint file, the index.json of a sharded one, or a directory\n"
            "that a framework wrote (checkpoint-500/); of any other directory, all that\n"
            "are in it. Nothing in a checkpoint is ever executed: another program reads it,\n"
            "which can open, start and write nothing.\n"
            "Exit code: 0 whole and safe; 1 not so; 3 it could not be read.\n\n"
            "  mlwatch inspect checkpoint-1000 --against checkpoint-500\n",
    .run = run,
};
