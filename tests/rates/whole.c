/* whole - runs in the numbers that whole_run judges them by (analyzers/stats/whole.h), for fit_whole.py: a line of names, then a line a run.
 *
 *   tool_whole DIR...
 *     run  TAB  DIR  TAB  VALUE ...          %.9g, "nan" for what cannot be said */
#include <math.h>
#include <stdio.h>

#include "../../analyzers/stats/lead.h"
#include "../../analyzers/stats/whole.h"
#include "../../analyzers/whole_run.h"
#include "../../daemon/engine/read.h"

struct look {
    const struct series *series[WHOLE_CURVES];
    const struct past *past[WHOLE_CURVES];
    bool game;
};

static void see(void *arg, const struct point *p)
{
    struct look *l = arg;
    int at = whole_curve_of(p->series);
    l->game |= whole_is_game(p->series->role);
    if (at < 0 || !p->past || (l->series[at] && l->series[at] != p->series && !lead_of(p->series, l->series[at]))) return;
    l->series[at] = p->series, l->past[at] = p->past;
}

static void tell(const char *dir, const struct look *l)
{
    double x[WHOLE_FEATURES];
    whole_features(l->past, x);
    printf("run\t%s", dir);
    for (int i = 0; i < WHOLE_FEATURES; i++) printf("\t%.9g", x[i]);
    putchar('\n');
}

static void look_at_run(const struct scan_run *from)
{
    struct err err = {0};
    struct look l = {0};
    struct run_options o = {.hooks = {.arg = &l, .point = see}};
    struct run *run = run_new(from->root, from->root, &o);
    for (size_t i = 0; run && i < from->n_sources; i++) {
        const struct scan_source *s = &from->sources[i];
        int source = run_source(run, s->path, s->format->name, s->why);
        if (source >= 0 && read_source(run, source, s->path, s->format, INFINITY, &err)) fprintf(stderr, "%s\n", err.text);
    }
    if (run) run_finish(run);
    if (run && !l.game) tell(from->root, &l);
    run_free(run);
}

int main(int argc, char **argv)
{
    printf("names");
    for (int i = 0; i < WHOLE_FEATURES; i++) printf("\t%s", whole_names[i]);
    putchar('\n');
    for (int i = 1; i < argc; i++) {
        struct scan scan;
        struct err err = {0};
        if (scan_directory(argv[i], &scan, &err)) {
            fprintf(stderr, "%s\n", err.text);
            continue;
        }
        for (size_t j = 0; j < scan.n_runs; j++) look_at_run(&scan.runs[j]);
        scan_done(&scan);
    }
    return 0;
}
