/* detach - stop watching a run, or everything in a directory. */
#include <stdio.h>
#include <stdlib.h>

#include "../engine/client.h"
#include "../engine/paths.h"
#include "cmd.h"
#include "show.h"

static const struct opt options[] = {{0}};

static void each(void *arg, const json_t *message)
{
    const char *run = json_string_value(json_object_get(message, "run"));
    struct str s = {0};
    str_add_printable(&s, span_of(run ? run : ""), 200);
    if (run) printf("%s is no longer watched\n", s.p);
    else show_message(arg, message);
    str_done(&s);
}

static int run(const struct opt_result *given)
{
    struct show show;
    struct err err;
    int worst = EXIT_CLEAN;
    if (given->n_words == 0) return err_set(&err, E_USAGE, "detach needs a run: its directory, name or id"), cmd_fail(&err);
    show_start(&show, stdout, true);
    for (int i = 0; i < given->n_words; i++) {
        char *path = paths_absolute(given->words[i]);
        int code = EXIT_CLEAN;
        json_t *request = json_pack("{s:s, s:s, s:s?}", "do", "detach", "run", given->words[i], "path", path);
        enum status s = client_call(false, request, each, &show, &code, &err);
        free(path);
        if (s == E_ABSENT) err_set(&err, E_ABSENT, "nothing is watched: no daemon is running");
        if (s) code = cmd_fail(&err);
        if (code > worst) worst = code;
    }
    return worst;
}

const struct command command_detach = {
    .name = "detach",
    .usage = "RUN...",
    .summary = "stop watching a run",
    .options = options,
    .help = "RUN is its directory, its name or its id. What was learned stays in the memory.\n\n  mlwatch detach runs/7\n",
    .run = run,
};
