/* bench_curves - what real training curves cost the failure memory: bytes a point on disk, points a second in and out.
 *
 *   bench_curves DATABASE [TIMES] DIRECTORY...    DATABASE is made anew; TIMES: each run so many times, under another id (1)
 *
 * Runs are read as `check` reads them, then written as the daemon writes them: in commits of at most A_COMMIT points, of which as many as
 * have come stand in one transaction (GROUP commits or GROUP_POINTS). Runs with fewer points than LONG are counted apart: there the rows
 * of the run itself weigh more than its points. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../../daemon/base/sqlite.h"
#include "../../daemon/base/str.h"
#include "../../daemon/engine/read.h"
#include "../../daemon/store/store.h"

enum { A_COMMIT = 60000, LONG = 10000, GROUP = 256, GROUP_POINTS = 1 << 18 };

struct curves {
    struct point_row *points;
    struct series_row *series;
    size_t n_points, n_series, room_points, room_series;
};
struct total {
    size_t runs, points, series;
    double seconds, cpu;
};
static unsigned n_runs;

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void die(const struct err *err)
{
    fprintf(stderr, "bench_curves: %s\n", err->text);
    exit(3);
}

static void *grow(void *p, size_t n, size_t *room, size_t size)
{
    if (n < *room) return p;
    *room = *room ? 2 * *room : 1024;
    if (!(p = realloc(p, *room * size))) exit(3);
    return p;
}

static void take_series(void *arg, const struct series *s)
{
    struct curves *c = arg;
    c->series = grow(c->series, c->n_series, &c->room_series, sizeof *c->series);
    c->series[c->n_series++] = (struct series_row){s->id, s->source, strdup(s->name), s->axis};
}

static void take_point(void *arg, const struct point *p)
{
    struct curves *c = arg;
    c->points = grow(c->points, c->n_points, &c->room_points, sizeof *c->points);
    c->points[c->n_points++] = (struct point_row){.series = p->series->id,
                                                  .source = p->series->source,
                                                  .segment = p->segment,
                                                  .step = p->step,
                                                  .time = p->time,
                                                  .value = p->value,
                                                  .line = p->line};
}

/* Commits that wait for one transaction, and the curves that they show. */
struct group {
    struct curves of[GROUP];
    struct commit commits[GROUP];
    size_t n, n_curves, points;
};

static void curves_done(struct curves *c)
{
    for (size_t i = 0; i < c->n_series; i++) free((char *)c->series[i].name);
    free(c->series);
    free(c->points);
}

static void write_group(struct store *s, struct group *g, struct total *t)
{
    struct err err;
    const struct commit *commits[GROUP];
    for (size_t i = 0; i < g->n; i++) commits[i] = &g->commits[i];
    const double began = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    if (store_commit_all(s, commits, g->n, &err)) die(&err);
    t->seconds += now(CLOCK_MONOTONIC) - began;
    t->cpu += now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    for (size_t i = 0; i < g->n_curves; i++) curves_done(&g->of[i]);
    g->n = g->n_curves = g->points = 0;
}

static void name_run(struct run_row *r)
{
    *r = (struct run_row){.name = "bench", .path = "/bench", .state = RUN_FINISHED};
    snprintf(r->id, sizeof r->id, "r%08u", ++n_runs % 100000000);
}

/* The last commit of a run takes its curves along: they are freed with the group. */
static void write_run(struct store *s, struct group *g, struct curves *c, struct total *t)
{
    struct run_row run;
    name_run(&run);
    t->runs++;
    t->points += c->n_points;
    t->series += c->n_series;
    for (size_t i = 0; i < c->n_points; i += A_COMMIT) {
        struct commit *commit = &g->commits[g->n++];
        *commit = (struct commit){.run = run, .points = c->points + i};
        commit->n_points = c->n_points - i < A_COMMIT ? c->n_points - i : A_COMMIT;
        g->points += commit->n_points;
        if (i == 0) commit->series = c->series, commit->n_series = c->n_series;
        if (i + A_COMMIT >= c->n_points) g->of[g->n_curves++] = *c;
        if (g->n == GROUP || g->points >= GROUP_POINTS) write_group(s, g, t);
    }
}

static struct curves copy_of(const struct curves *c)
{
    struct curves copy = *c;
    copy.points = malloc(c->n_points * sizeof *copy.points);
    copy.series = malloc(c->n_series * sizeof *copy.series);
    if (!copy.points || !copy.series) exit(3);
    memcpy(copy.points, c->points, c->n_points * sizeof *copy.points);
    for (size_t i = 0; i < c->n_series; i++) copy.series[i] = c->series[i], copy.series[i].name = strdup(c->series[i].name);
    return copy;
}

static void add_run(struct store *s, const struct scan_run *from, size_t times, struct group *g, struct total total[2])
{
    struct curves c = {0};
    struct run_options o = {.hooks = {.arg = &c, .series = take_series, .point = take_point}};
    struct run *r = run_new(from->root, from->root, &o);
    size_t is_long = 0;
    if (r && read_run(r, from, INFINITY, NULL) == OK && c.n_points) is_long = c.n_points >= LONG;
    else times = 0;
    for (size_t i = 0; i < times; i++) {
        struct curves copy = copy_of(&c);
        write_run(s, &g[is_long], &copy, &total[is_long]);
    }
    run_free(r);
    curves_done(&c);
}

static bool count_point(void *arg, const struct point_row *p)
{
    *(size_t *)arg += p->line != 0;
    return true;
}

static bool read_back(void *arg, const struct run_row *r)
{
    void **both = arg;
    struct err err;
    if (store_points(both[0], r->id, count_point, both[1], &err)) die(&err);
    return true;
}

/* Sums over rows of tables, by hand: sqlite's dbstat is not everywhere. */
static void tell_bytes(const char *path, const struct total total[2])
{
    struct sqlite *db = NULL;
    struct err err;
    struct stat st;
    static const char *const names[] = {"short runs", "long runs"};
    if (sqlite_open(path, false, &db, &err) || stat(path, &st)) die(&err);
    for (size_t i = 0; i < 2; i++) {
        int64_t bytes = 0;
        const int64_t is_long = (int64_t)i, limit = LONG;
        if (!total[i].points) continue;
        if (sqlite_integer(db,
                           "SELECT sum(length(chunk)) FROM points JOIN run ON run.key = points.run WHERE (run.points >= ?1) = ?2",
                           BOUND(bound_int(limit), bound_int(is_long)), 0, &bytes, &err))
            die(&err);
        printf("%-10s %6zu runs, %9zu points, %7zu series: %5.2f bytes a point, %6.2f M points/s, %6.3f CPU-us a point\n",
               names[i], total[i].runs, total[i].points, total[i].series, (double)bytes / (double)total[i].points,
               (double)total[i].points / total[i].seconds / 1e6, total[i].cpu / (double)total[i].points * 1e6);
    }
    printf("the file: %.2f MB, %.2f bytes a point with all that belongs to runs\n", (double)st.st_size / 1e6,
           (double)st.st_size / (double)(total[0].points + total[1].points));
    sqlite_close(db);
}

static void remove_database(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-writer"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct str name = {0};
        str_addf(&name, "%s%s", path, ends[i]);
        if (name.p) unlink(name.p);
        str_done(&name);
    }
}

int main(int argc, char **argv)
{
    static struct group groups[2]; /* short runs, long ones */
    struct total total[2] = {0};
    struct store *s;
    struct err err;
    int first = argc > 2 && atoi(argv[2]) > 0 ? 3 : 2;
    size_t times = first == 3 ? strtoul(argv[2], NULL, 10) : 1, back = 0;
    if (argc <= first) return fprintf(stderr, "usage: bench_curves DATABASE [TIMES] DIRECTORY...\n"), 2;
    remove_database(argv[1]);
    if (store_open(argv[1], true, &s, &err)) die(&err);
    for (int i = first; i < argc; i++) {
        struct scan scan;
        if (scan_directory(argv[i], &scan, &err)) die(&err);
        for (size_t r = 0; r < scan.n_runs; r++) add_run(s, &scan.runs[r], times, groups, total);
        scan_done(&scan);
    }
    for (size_t i = 0; i < 2; i++)
        if (groups[i].n) write_group(s, &groups[i], &total[i]);
    const double began = now(CLOCK_MONOTONIC);
    void *both[] = {s, &back};
    if (store_runs(s, read_back, both, &err)) die(&err);
    printf("read back: %zu points, %.2f M points/s\n", back, (double)back / (now(CLOCK_MONOTONIC) - began) / 1e6);
    store_close(s);
    tell_bytes(argv[1], total);
    return 0;
}
