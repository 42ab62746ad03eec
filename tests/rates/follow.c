/* follow - what a run logs and when it is told of trouble, in the order of the log, one thing a line:
 *
 *   tool_follow [--told] DIR...
 *     run     DIR                            one for each run found
 *     series  ID  ROLE  AXIS  NAME           before its first point
 *     point   ID  STEP  VALUE                %.9g; not with --told
 *     told    STEP  SEVERITY  KIND           a finding at the moment it is made; STEP is the last one of the training loss then, or
 *                                            of the evaluation that it rests on, or "end" for what is only known when the log is over
 *
 * `check` tells what is known at the end; the scorer of tests/rates/ also asks how early it was known, and the rules of others read the
 * same points through the same readers. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../analyzers/role.h"
#include "../../daemon/engine/read.h"
#include "side_by_side.h"

struct follow {
    struct run *run;
    bool told_only, over;
};

static void say_series(void *arg, const struct series *s)
{
    (void)arg;
    printf("series\t%u\t%s\t%s\t", s->id, role_name(s->role), axis_name(s->axis));
    for (const char *c = s->name; *c; c++) putchar(*c == '\t' || *c == '\n' ? ' ' : *c);
    putchar('\n');
}

static void say_point(void *arg, const struct point *p)
{
    const struct follow *f = arg;
    if (!f->told_only) printf("point\t%u\t%lld\t%.9g\n", p->series->id, (long long)p->step, p->value);
}

/* An evaluation is logged behind the training step that it belongs to: what it tells was not known before. */
static int64_t now(const struct run *r, const struct finding *x)
{
    return x->last_step > run_last_step(r) ? x->last_step : run_last_step(r);
}

static void say_finding(void *arg, const struct finding *x)
{
    const struct follow *f = arg;
    if (x->phase == PHASE_CLOSED) return;
    if (f->over) printf("told\tend\t%s\t%s\n", severity_name(x->severity), x->kind);
    else printf("told\t%lld\t%s\t%s\n", (long long)now(f->run, x), severity_name(x->severity), x->kind);
}

static void follow_run(struct follow *f, const struct scan_run *from)
{
    struct err err = {0};
    struct run_options o = {.hooks = {.arg = f, .series = say_series, .point = say_point, .finding = say_finding}};
    f->run = run_new(from->root, from->root, &o);
    if (!f->run) return;
    f->over = false;
    printf("run\t%s\n", from->root);
    int *source = calloc(from->n_sources + 1, sizeof *source);
    for (size_t i = 0; source && i < from->n_sources; i++) {
        const struct scan_source *s = &from->sources[i];
        source[i] = run_source(f->run, s->path, s->format->name, s->why);
        if (source[i] < 0 || side_by_side_is(s)) continue;
        if (read_source(f->run, source[i], s->path, s->format, INFINITY, &err)) fprintf(stderr, "%s\n", err.text);
    }
    if (source) side_by_side_read(f->run, from, source);
    free(source);
    f->over = true;
    run_finish(f->run);
    run_free(f->run);
}

int main(int argc, char **argv)
{
    struct follow f = {.told_only = argc > 1 && strcmp(argv[1], "--told") == 0};
    for (int i = f.told_only ? 2 : 1; i < argc; i++) {
        struct scan scan;
        struct err err = {0};
        if (scan_directory(argv[i], &scan, &err)) return fprintf(stderr, "%s\n", err.text), 1;
        for (size_t j = 0; j < scan.n_runs; j++) follow_run(&f, &scan.runs[j]);
        scan_done(&scan);
    }
    return 0;
}
