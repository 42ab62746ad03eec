/* compare - two runs: did the fix help, what else was changed, where did the curves part? */
#include "../report/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "look.h"

static const struct opt options[] = {
    {"format", 'f', "FORMAT", "text (default) or json"},
    {"json", 0, NULL, "short for --format json: mlwatch.compare/1"},
    {"deadline", 0, "S", "give up after S seconds; the exit code is then 124"},
    {0},
};

static int print(const struct opt_result *given, const struct view *old, const struct view *new)
{
    struct comparison *c = malloc(sizeof *c);
    struct str out = {0};
    struct report_options o = look_options();
    struct err err;
    if (!c) return err_set(&err, E_MEMORY, "out of memory"), cmd_fail(&err);
    compare_runs(old, new, c);
    if (opt_has(given, "json") || strcmp(opt_value(given, "format", "text"), "json") == 0) compare_json(c, &out);
    else compare_text(c, &o, &out);
    int code = look_print(NULL, &out);
    bool good = c->verification == VERIFICATION_MET || c->verification == VERIFICATION_NONE;
    str_done(&out);
    free(c);
    return code ? code : good ? EXIT_CLEAN : EXIT_FINDINGS;
}

static enum status look_both(const struct opt_result *given, struct recall both[2], const struct view *views[2], struct err *err)
{
    double deadline = 0;
    const char *format = opt_value(given, "format", "text");
    enum status s = look_deadline(given, &deadline, err);
    if (!s && given->n_words != 2)
        s = err_set(err, E_USAGE, "compare needs two runs, the old one and the new one: mlwatch compare runs/a runs/b");
    if (!s && strcmp(format, "text") != 0 && strcmp(format, "json") != 0)
        s = err_set(err, E_USAGE, "there is no format '%s' here; use text or json", format);
    for (int i = 0; !s && i < 2; i++) {
        s = recall_open(&both[i], err);
        if (!s) s = recall_view(&both[i], given->words[i], deadline, &views[i], err);
    }
    return s;
}

static int run(const struct opt_result *given)
{
    struct recall both[2] = {0};
    const struct view *views[2] = {NULL, NULL};
    struct err err = {0};
    enum status s = look_both(given, both, views, &err);
    int code = s ? look_fail(&err) : print(given, views[0], views[1]);
    recall_close(&both[0]);
    recall_close(&both[1]);
    return code;
}

const struct command command_compare = {
    .name = "compare",
    .usage = "OLD NEW [--json]",
    .summary = "two runs: did the fix help, what differs, where the curves part",
    .options = options,
    .help = "OLD and NEW are directories, or runs of the memory. The verification is met\n"
            "when NEW came past the step at which OLD's trouble was told, without it.\n"
            "Exit code: 0 met, or nothing to verify; 1 not met, or not yet; 124 deadline.\n\n"
            "  mlwatch compare runs/vit-lr1e-2 runs/vit-lr1e-3\n",
    .run = run,
    .reads_logs = true,
};
