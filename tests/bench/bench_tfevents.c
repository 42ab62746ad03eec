/* bench_tfevents - how long all event files below some directories take to read: list, open, read, both checksums, points into a sum.
 *   usage   bench_tfevents [-t THREADS] PATH...      one reader is one thread; files go to the next free one
 * Prints one line: files, bytes of them, points, bad records, seconds, GB/s, million points a second, and a sum over the points that
 * tells two readings apart. Files are read as `check` reads them, into a sink instead of a run. */
#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "../../daemon/engine/read.h"

enum { ARENA_BYTES = 8 << 20, FILES_MAX = 1 << 20, THREADS_MAX = 64, DESCRIPTORS = 16 };

struct counts {
    uint64_t points, bad, hash;
    int series;
};
static struct {
    char **paths;
    size_t n;
    uint64_t bytes;
    atomic_size_t next;
} files; /* nftw gives its callback no argument */

static int series(void *arg, struct span name, enum axis axis)
{
    (void)name, (void)axis;
    return ((struct counts *)arg)->series++;
}
static void point(void *arg, int handle, int64_t step, double time, double value, uint64_t line)
{
    struct counts *c = arg;
    uint64_t bits;
    (void)time, (void)line;
    memcpy(&bits, &value, sizeof bits);
    c->hash += bits ^ (uint64_t)step ^ (uint64_t)handle << 48;
    c->points++;
}
static void fact(void *arg, struct span key, struct span value) { (void)arg, (void)key, (void)value; }
static void event(void *arg, uint64_t line, enum event kind, struct span text) { (void)arg, (void)line, (void)kind, (void)text; }
static void bad(void *arg, uint64_t line, const char *why)
{
    (void)line, (void)why;
    ((struct counts *)arg)->bad++;
}

static void read_events(const struct format *f, const char *path, struct counts *c)
{
    struct arena arena;
    struct err err = {0};
    arena_init(&arena, ARENA_BYTES);
    struct format_out out = {c, &arena, series, point, fact, event, bad};
    c->series = 0;
    if (read_file(path, f, &out, INFINITY, &err)) fprintf(stderr, "bench_tfevents: %s\n", err.text);
    arena_done(&arena);
}

static void *reader(void *arg)
{
    const struct format *f = format_by_name("tfevents");
    for (size_t i; (i = atomic_fetch_add(&files.next, 1)) < files.n;) read_events(f, files.paths[i], arg);
    return NULL;
}

static int found(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)at;
    if (kind != FTW_F || !strstr(path, "tfevents") || files.n == FILES_MAX) return 0;
    files.paths[files.n++] = strdup(path);
    files.bytes += (uint64_t)st->st_size;
    return 0;
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS_MAX];
    struct counts counts[THREADS_MAX] = {0}, all = {0};
    int first = argc > 2 && strcmp(argv[1], "-t") == 0 ? 3 : 1, n = first == 3 ? atoi(argv[2]) : 1;
    double from = seconds();
    files.paths = calloc(FILES_MAX, sizeof *files.paths);
    if (n < 1 || n > THREADS_MAX || first >= argc || !files.paths)
        return fprintf(stderr, "usage: bench_tfevents [-t THREADS] PATH...\n"), 2;
    for (int i = first; i < argc; i++) nftw(argv[i], found, DESCRIPTORS, FTW_PHYS);
    for (int i = 1; i < n; i++)
        if (pthread_create(&threads[i], NULL, reader, &counts[i])) return 3;
    reader(&counts[0]);
    for (int i = 1; i < n; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < n; i++) {
        all.points += counts[i].points, all.bad += counts[i].bad;
        all.hash += counts[i].hash;
    }
    double took = seconds() - from;
    printf("%zu files %lu bytes %lu points %lu bad %.4f s %.3f GB/s %.2f M points/s sum %016lx\n", files.n,
           (unsigned long)files.bytes, (unsigned long)all.points, (unsigned long)all.bad, took, (double)files.bytes / took / 1e9,
           (double)all.points / took / 1e6, (unsigned long)all.hash);
    for (size_t i = 0; i < files.n; i++) free(files.paths[i]);
    free(files.paths);
    return 0;
}
