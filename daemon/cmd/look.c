#include "look.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../report/save.h"

enum { DEADLINE_MAX_S = 86400 };

enum status look_deadline(const struct opt_result *given, double *ret, struct err *err)
{
    double seconds = INFINITY;
    enum status s = opt_number(given, "deadline", 0, DEADLINE_MAX_S, INFINITY, &seconds, err);
    if (!s) *ret = recall_deadline(seconds);
    return s;
}

enum status look_at(struct look *l, const struct opt_result *given, int words, struct err *err)
{
    double deadline = INFINITY;
    *l = (struct look){0};
    if (given->n_words < 1) return err_set(err, E_USAGE, "which run? Give its directory, or its id or name in the memory");
    if (given->n_words > 1 + words)
        return err_set(err, E_USAGE, "one run at a time, please: '%s' is one too many", given->words[1 + words]);
    enum status s = look_deadline(given, &deadline, err);
    if (!s) s = recall_open(&l->recall, err);
    if (s) return s;
    if (*l->recall.hosts.note) fprintf(stderr, "mlwatch: %s\n", l->recall.hosts.note);
    s = recall_view(&l->recall, given->words[0], deadline, &l->view, err);
    if (s) look_done(l);
    return s;
}

void look_done(struct look *l)
{
    if (l) recall_close(&l->recall);
}

int look_fail(const struct err *err)
{
    int code = cmd_fail(err);
    return err->status == E_LIMIT ? EXIT_DEADLINE : code;
}

struct report_options look_options(void)
{
    return (struct report_options){
        .colour = cmd_colour(STDOUT_FILENO), .unicode = cmd_unicode(), .columns = cmd_columns(STDOUT_FILENO)};
}

int look_print(const char *file, const struct str *text)
{
    struct err err = {0};
    struct span bytes = {text->p ? text->p : "", text->n};
    if (text->failed) return err_set(&err, E_MEMORY, "cannot print it: out of memory"), cmd_fail(&err);
    if (file) {
        if (save_text(file, bytes, &err)) return cmd_fail(&err);
        return fprintf(stderr, "wrote %s\n", file), EXIT_CLEAN;
    }
    return cmd_print(bytes);
}
