/* bench_sizes - where the bytes of a run lie: what a series of real runs takes, by what it takes it for, and by analyzer.
 *   usage   bench_sizes [--daemon] DIRECTORY...    runs below, each read as `check` reads it; --daemon: with its smaller curves, frozen at the end
 *
 * Counted is what was allocated when the last point of a run had come and nothing was judged yet, and not what it began with. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/engine/read.h"
#include "../../daemon/engine/run/parts.h"

enum { ANALYZERS_MAX = 128 };
struct sizes {
    size_t runs, series, judged, points;
    size_t itself, fine, coarse, others, hearers, states, epochs; /* bytes */
    struct of_analyzer {
        size_t states, grown, bytes;
    } of[ANALYZERS_MAX];
};

static size_t of_curve(const struct curve *c, const struct frozen *f)
{
    return f ? sizeof *f + f->room : c->buckets ? c->capacity * sizeof *c->buckets : 0;
}

static size_t of_past(const struct run_past *k)
{
    return k && k->finite ? sizeof *k->finite + of_curve(&k->finite->curve, k->finite->frozen) : 0;
}

static size_t text_bytes(const char *text) { return text ? strlen(text) + 1 : 0; }

static void add_series(struct sizes *t, const struct run_series *s)
{
    t->series++;
    t->judged += run_has_past(&s->s);
    t->points += s->points;
    t->itself += sizeof *s + text_bytes(s->s.name) + text_bytes(s->s.metric) + text_bytes(s->s.part);
    t->fine += of_curve(&s->curve, s->frozen);
    t->coarse += of_curve(&s->kept.past.coarse, s->kept.coarse_frozen);
    t->others += of_past(&s->kept) + of_past(s->whole) +
                 (s->whole ? sizeof *s->whole + of_curve(&s->whole->past.coarse, NULL) : 0) +
                 (s->compared ? sizeof *s->compared : 0);
    t->hearers += s->hearers.room * sizeof *s->hearers.all;
    t->epochs += s->since ? sizeof *s->since : 0;
}

static void add_state(struct sizes *t, const struct watcher *w)
{
    size_t at = 0, bytes = run_watcher_bytes(w->analyzer) + sizeof(struct watcher *);
    while (analyzers[at] != w->analyzer) at++;
    if (w->moved) bytes += sizeof(size_t) + run_state_bytes(w);
    t->of[at].states++;
    t->of[at].grown += w->moved;
    t->of[at].bytes += bytes;
    t->states += bytes;
}

static void add_run(struct sizes *t, const struct run *r)
{
    t->runs++;
    for (size_t i = 0; i < r->n_series; i++) add_series(t, r->series[i]);
    for (size_t i = 0; i < r->n_watchers; i++) add_state(t, r->watchers[i]);
}

static void read_one(struct sizes *t, const struct scan_run *from, bool as_daemon)
{
    struct err err = {0};
    struct run *r = run_new(from->root, from->root, &(struct run_options){.curve_buckets = as_daemon ? PAST_FINE : 0});
    if (!r) exit(1);
    (void)read_run(r, from, INFINITY, &err);
    if (as_daemon) run_freeze(r);
    add_run(t, r);
    run_free(r);
}

static void read_below(struct sizes *t, const char *directory, bool as_daemon)
{
    struct scan scan;
    struct err err = {0};
    if (scan_directory(directory, &scan, &err)) {
        fprintf(stderr, "bench_sizes: %s\n", err.text);
        exit(3);
    }
    for (size_t i = 0; i < scan.n_runs; i++) read_one(t, &scan.runs[i], as_daemon);
    scan_done(&scan);
}

static void print(const struct sizes *t)
{
    const struct {
        const char *name;
        size_t bytes;
    } rows[] = {{"states of analyzers", t->states}, {"who hears it", t->hearers},  {"fine curve", t->fine},
                {"coarse curve", t->coarse},        {"other segments", t->others}, {"epochs", t->epochs},
                {"itself, names", t->itself}};
    double n = (double)t->series;
    size_t all = 0;
    printf("%zu runs, %zu series (%zu of them judged), %zu points\n\nbytes a series\n", t->runs, t->series, t->judged, t->points);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        printf("  %-20s %8.0f\n", rows[i].name, (double)rows[i].bytes / n), all += rows[i].bytes;
    printf("  %-20s %8.0f\n\nanalyzer                 begins with    whole   states a run   of them grown   bytes a series\n",
           "together", (double)all / n);
    for (size_t i = 0; analyzers[i]; i++) {
        const struct of_analyzer *a = &t->of[i];
        if (!a->states) continue;
        printf("%-24s %9zu B %6zu B %14.2f %14.0f%% %16.1f\n", analyzers[i]->name,
               analyzers[i]->first_size ? analyzers[i]->first_size : analyzers[i]->state_size, analyzers[i]->state_size,
               (double)a->states / (double)t->runs, 100 * (double)a->grown / (double)a->states, (double)a->bytes / n);
    }
}

int main(int argc, char **argv)
{
    struct sizes total = {0};
    bool as_daemon = argc > 1 && strcmp(argv[1], "--daemon") == 0;
    if (argc < 2 + as_daemon) return 2;
    for (int i = 1 + as_daemon; i < argc; i++) read_below(&total, argv[i], as_daemon);
    print(&total);
    return 0;
}
