/* variants - what is said of a run that was logged in another way, one thing a line:
 *
 *   tool_variants [--way NAME | --log NAME] DIR...   only this way; --log: and what the log is then, as `point NAME STEP VALUE`
 *     run    DIR              one for each run found
 *     way    NAME             one for each way that changes something of it (ways.h)
 *     found  SEVERITY  KIND  MESSAGE   what is said then, worst first
 *     cause  ID               the best three
 *
 * variants.py beside this directory counts what is lost and what is said too much. */
#include <stdio.h>
#include <string.h>

#include "../../../daemon/base/hash.h"
#include "ways.h"

static void say(struct run *r)
{
    const struct view *v = run_view(r);
    for (size_t i = 0; i < v->n_findings; i++)
        printf("found\t%s\t%s\t%s\n", severity_name(v->findings[i].finding.severity), v->findings[i].finding.kind,
               v->findings[i].message);
    for (size_t i = 0; i < v->n_causes && i < 3; i++) printf("cause\t%s\n", v->causes[i].diagnosis.cause->id);
}

static void print_points(const struct tape *t)
{
    for (const struct told *e = t->all; e < t->all + t->n; e++)
        if (e->what == TOLD_POINT) printf("point\t%s\t%lld\t%.9g\n", t->series[e->series].name, (long long)e->step, e->value);
}

static void try_way(const struct tape *t, const struct way *w, const struct scan_run *from, const struct knowledge *k, bool log)
{
    const char *slug = strrchr(from->root, '/');
    struct tape changed = tape_copy(t);
    changed.seed = hash64(w->name, strlen(w->name), hash64(slug ? slug : from->root, strlen(slug ? slug : from->root), 1));
    if (w->change(&changed, w->by)) {
        struct run *r = tape_judge(&changed, from, k);
        printf("way\t%s\n", w->name);
        if (r) say(r);
        if (log) print_points(&changed);
        run_free(r);
    }
    tape_forget(&changed);
}

static void try_run(const struct scan_run *from, const struct knowledge *k, const char *only, bool log)
{
    struct tape t = {0};
    tape_read(&t, from);
    printf("run\t%s\n", from->root);
    try_way(&t, &way_plain, from, k, false);
    for (const struct way *const *list = ways; *list; list++)
        for (const struct way *w = *list; w->name; w++)
            if (!only || strcmp(only, w->name) == 0) try_way(&t, w, from, k, log);
    tape_free(&t);
}

int main(int argc, char **argv)
{
    struct knowledge k;
    struct err err = {0};
    bool log = argc > 2 && strcmp(argv[1], "--log") == 0, one = log || (argc > 2 && strcmp(argv[1], "--way") == 0);
    if (knowledge_open(&k, &err)) return fprintf(stderr, "%s\n", err.text), 1;
    for (int i = one ? 3 : 1; i < argc; i++) {
        struct scan scan;
        if (scan_directory(argv[i], &scan, &err)) return fprintf(stderr, "%s\n", err.text), 1;
        for (size_t j = 0; j < scan.n_runs; j++) try_run(&scan.runs[j], &k, one ? argv[2] : NULL, log);
        scan_done(&scan);
    }
    knowledge_done(&k);
    return 0;
}
