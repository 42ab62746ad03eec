/* plot - the curves of a run as a picture, or in braille on the terminal. */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../report/words.h"
#include "look.h"

enum { ROWS = 20, COLUMNS_MIN = 40 };

/* RUN's name as a file name in the current directory. */
static void default_file(const struct view *v, char file[NAME_MAX + 1])
{
    const char *name = view_name(v);
    snprintf(file, NAME_MAX + 1, "%.200s.png", name);
    for (char *p = file; *p; p++)
        if (*p == '/' || iscntrl((unsigned char)*p)) *p = '_';
    if (file[0] == '.' || file[0] == '-') file[0] = '_';
}

static int draw_here(const struct view *v, const char *const *series, size_t n)
{
    struct err err = {0};
    struct str text = {0};
    int columns = cmd_columns(STDOUT_FILENO);
    if (columns < COLUMNS_MIN) columns = COLUMNS_MIN;
    enum status s = report_braille(v, series, n, columns, ROWS, cmd_colour(STDOUT_FILENO), &text, &err);
    int code = s ? cmd_fail(&err) : look_print(NULL, &text);
    str_done(&text);
    return code;
}

/* Without gnuplot the curves are still worth seeing. */
static int draw_file(const struct view *v, const char *const *series, size_t n, const char *file)
{
    struct err err = {0};
    enum status s = report_plot(v, series, n, file, &err);
    if (s == E_ABSENT) {
        fprintf(stderr, "mlwatch: %s; here it is in braille\n", err.text);
        return draw_here(v, series, n);
    }
    if (s) return cmd_fail(&err);
    printf("%s\n", file);
    return EXIT_CLEAN;
}

static int run(const struct opt_result *given)
{
    struct err err = {0};
    struct look look;
    char file[NAME_MAX + 1];
    if (look_at(&look, given, OPT_MAX, &err)) return look_fail(&err);
    const char *const *series = (const char *const *)given->words + 1;
    size_t n = (size_t)given->n_words - 1;
    default_file(look.view, file);
    int code = opt_has(given, "terminal") ? draw_here(look.view, series, n)
                                          : draw_file(look.view, series, n, opt_value(given, "output", file));
    look_done(&look);
    return code;
}

static const struct opt options[] = {
    {"output", 'o', "FILE", "ends in .png, .svg or .pdf (default RUN's name.png)"},
    {"terminal", 't', NULL, "draw in braille on the terminal instead"},
    {"deadline", 0, "S", "give up after S seconds; the exit code is then 124"},
    {NULL, 0, NULL, NULL},
};

const struct command command_plot = {
    .name = "plot",
    .usage = "RUN [SERIES...] [-o FILE | --terminal]",
    .summary = "losses, gradient norm and rate over the steps, findings marked",
    .options = options,
    .help = "RUN is a run's directory, or its id or name in the memory. SERIES are names\n"
            "as `mlwatch check --json` lists them; without any, what tells most is drawn.\n"
            "Prints the name of the file. Without gnuplot the terminal gets the curves.\n\n"
            "  mlwatch plot runs/vit-small train/loss eval/loss -o losses.svg\n",
    .run = run,
    .reads_logs = true,
};
