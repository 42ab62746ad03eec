/* bench_tfevents - how long all event files below some directories take to read: list, open, read, both checksums, points into a sum.
 *   usage   bench_tfevents [-t THREADS] PATH...      one reader is one thread; files go to the next free one
 * Prints one line: files, bytes, records' points, bad records, seconds, GB/s, million points a second, and a sum over the points that
 * tells two readings apart. A file is read 1 MiB at a time, as the daemon does. */
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "../../daemon/format/format.h"

enum { BUFFER_BYTES = 1 << 20, ARENA_BYTES = 8 << 20, FILES_MAX = 1 << 20, THREADS_MAX = 64, DESCRIPTORS = 16 };

struct counts {
    uint64_t points, bad, bytes, hash;
    int series;
};
static struct {
    char **paths;
    size_t n;
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

static void read_file(const struct format *f, const char *path, char *buffer, void *state, struct counts *c)
{
    struct arena arena;
    size_t have = 0;
    ssize_t n;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    arena_init(&arena, ARENA_BYTES);
    struct format_out out = {c, &arena, series, point, fact, event, bad};
    memset(state, 0, f->state_size);
    f->init(state, path);
    c->series = 0;
    while ((n = read(fd, buffer + have, BUFFER_BYTES - have)) > 0) {
        c->bytes += (size_t)n;
        have += (size_t)n;
        size_t used = f->feed(state, (struct span){buffer, have}, 0, &out);
        have -= used;
        memmove(buffer, buffer + used, have);
    }
    f->feed(state, (struct span){buffer, have}, 1, &out);
    arena_done(&arena);
    close(fd);
}

static void *reader(void *arg)
{
    const struct format *f = format_by_name("tfevents");
    char *buffer = malloc(BUFFER_BYTES);
    void *state = malloc(f->state_size);
    for (size_t i; buffer && state && (i = atomic_fetch_add(&files.next, 1)) < files.n;)
        read_file(f, files.paths[i], buffer, state, arg);
    free(buffer);
    free(state);
    return NULL;
}

static int found(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)at;
    if (kind == FTW_F && strstr(path, "tfevents") && files.n < FILES_MAX) files.paths[files.n++] = strdup(path);
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
        all.bytes += counts[i].bytes, all.hash += counts[i].hash;
    }
    double took = seconds() - from;
    printf("%zu files %lu bytes %lu points %lu bad %.4f s %.3f GB/s %.2f M points/s sum %016lx\n", files.n,
           (unsigned long)all.bytes, (unsigned long)all.points, (unsigned long)all.bad, took, (double)all.bytes / took / 1e9,
           (double)all.points / took / 1e6, (unsigned long)all.hash);
    for (size_t i = 0; i < files.n; i++) free(files.paths[i]);
    free(files.paths);
    return 0;
}
