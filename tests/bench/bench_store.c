/* bench_store - points a second through store_commit and back, and bytes a point on disk.
 *
 *   bench_store DIR       writes DIR/bench-*.db and removes them
 *
 * Three sizes of commit over three kinds of values: decimals as logs print them, float32 from a smooth curve, doubles whose every bit is
 * noise. Then 20,000 series with a point a second each, as a large model's layers give them. Prints a line a case. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../../daemon/base/str.h"
#include "../../daemon/store/store.h"

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double noise(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (double)(*seed >> 11) * 0x1p-53;
}

static double printed(uint64_t *seed, size_t i) { return round((2.3 * exp(-(double)i / 1e6) + 0.1 * noise(seed)) * 1e4) / 1e4; }
static double smooth(uint64_t *seed, size_t i) { return (void)seed, (double)(float)(1e-3 * (1 + cos((double)i / 1e5))); }
static double random_double(uint64_t *seed, size_t i) { return (void)i, noise(seed); }

static void fill(struct point_row *points, size_t n, size_t series, double (*value)(uint64_t *seed, size_t i))
{
    uint64_t seed = 88172645463325252u;
    double time = 1.7e9;
    for (size_t i = 0; i < n; i++) {
        if (i % series == 0) time += 0.1 + 0.01 * noise(&seed);
        points[i] = (struct point_row){.series = (uint32_t)(i % series),
                                       .step = (int64_t)(i / series),
                                       .time = time,
                                       .value = value(&seed, i),
                                       .line = i / series + 1};
    }
}

static bool sum(void *arg, const struct point_row *p)
{
    *(size_t *)arg += p->line != 0;
    return true;
}

static void die(const struct err *err)
{
    fprintf(stderr, "bench_store: %s\n", err->text);
    exit(3);
}

static void bench(const char *dir, const char *what, size_t n, size_t a_commit, size_t series,
                  double (*value)(uint64_t *, size_t))
{
    struct str path = {0};
    struct store *s = NULL;
    struct err err;
    struct stat st;
    struct point_row *points = malloc(n * sizeof *points);
    struct series_row *names = calloc(series, sizeof *names);
    if (!points || !names) exit(3);
    fill(points, n, series, value);
    for (size_t i = 0; i < series; i++) names[i] = (struct series_row){.id = (uint32_t)i, .name = "train/loss"};
    str_addf(&path, "%s/bench-%d.db", dir, (int)getpid());
    if (store_open(path.p, true, &s, &err)) die(&err);
    struct commit c = {
        .run = {.id = "rbench222", .name = "bench", .path = "/bench", .state = RUN_RUNNING}, .series = names, .n_series = series};
    if (store_commit(s, &c, &err)) die(&err);
    c.series = NULL, c.n_series = 0;
    double start = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID), worst = 0;
    for (size_t i = 0; i < n; i += a_commit) {
        double before = now(CLOCK_MONOTONIC);
        c.points = points + i;
        c.n_points = n - i < a_commit ? n - i : a_commit;
        if (store_commit(s, &c, &err)) die(&err);
        if (now(CLOCK_MONOTONIC) - before > worst) worst = now(CLOCK_MONOTONIC) - before;
    }
    double took = now(CLOCK_MONOTONIC) - start, used = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    size_t back = 0;
    start = now(CLOCK_MONOTONIC);
    if (store_points(s, "rbench222", sum, &back, &err)) die(&err);
    double reading = now(CLOCK_MONOTONIC) - start;
    if (back != n) fprintf(stderr, "bench_store: %zu points of %zu came back\n", back, n), exit(3);
    store_close(s);
    if (stat(path.p, &st)) exit(3);
    printf("%-16s %8zu points, %6zu a commit, %6zu series: %6.2f M points/s, %6.3f CPU-us a point, slowest commit %6.1f ms, "
           "%5.2f bytes a point, read %6.2f M points/s\n",
           what, n, a_commit, series, (double)n / took / 1e6, used / (double)n * 1e6, worst * 1e3, (double)st.st_size / (double)n,
           (double)n / reading / 1e6);
    static const char *const ends[] = {"", "-wal", "-shm", "-writer"};
    size_t length = path.n;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        path.p[path.n = length] = 0;
        str_add(&path, ends[i]);
        unlink(path.p);
    }
    str_done(&path);
    free(points);
    free(names);
}

int main(int argc, char **argv)
{
    if (argc != 2) return fprintf(stderr, "usage: bench_store DIR\n"), 2;
    static const struct {
        const char *name;
        double (*value)(uint64_t *, size_t);
    } kinds[] = {{"printed decimals", printed}, {"smooth float32", smooth}, {"random doubles", random_double}};
    static const size_t commits[] = {10, 10000, 60000, 200000};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (size_t i = 0; i < sizeof commits / sizeof *commits; i++)
            bench(argv[1], kinds[k].name, commits[i] == 10 ? 100000 : 2000000, commits[i], 10, kinds[k].value);
    bench(argv[1], "layers", 2000000, 20000, 20000, smooth);
    bench(argv[1], "layers printed", 2000000, 20000, 20000, printed);
    return 0;
}
