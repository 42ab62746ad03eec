/* bench_format - how fast jsonl and csv read, with a sink that drops everything.
 *   usage   bench_format [MEGABYTES, default 256]
 * Prints MB/s and million points a second for each kind of log. The logs are made in memory from a fixed seed: short numbers as
 * a trainer that rounds writes them, and numbers of 16 to 17 digits as Python's repr writes them. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../../daemon/format/format.h"

enum { CHUNK_BYTES = 1 << 20, LINE_MAX_BYTES = 512, MB = 1000 * 1000 };

struct counts {
    uint64_t points, bad;
    int series;
};

static int series(void *arg, struct span name, enum axis axis)
{
    (void)name, (void)axis;
    return ((struct counts *)arg)->series++;
}
static void point(void *arg, int handle, int64_t step, double time, double value, uint64_t line)
{
    (void)handle, (void)step, (void)time, (void)value, (void)line;
    ((struct counts *)arg)->points++;
}
static void fact(void *arg, struct span key, struct span value) { (void)arg, (void)key, (void)value; }
static void event(void *arg, uint64_t line, enum event kind, struct span text) { (void)arg, (void)line, (void)kind, (void)text; }
static void bad(void *arg, uint64_t line, const char *why)
{
    (void)line, (void)why;
    ((struct counts *)arg)->bad++;
}

static double uniform(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(*seed >> 11) * 0x1p-53;
}

struct kind {
    const char *name, *format, *header, *line;
};
static const struct kind kinds[] = {
    {"jsonl, rounded", "jsonl", "",
     "{\"loss\": %.4f, \"grad_norm\": %.4f, \"learning_rate\": %.3e, \"epoch\": %.2f, \"step\": %ld}\n"},
    {"jsonl, full digits", "jsonl", "",
     "{\"loss\": %.16g, \"grad_norm\": %.17g, \"learning_rate\": %.16g, \"epoch\": %.16g, \"step\": %ld}\n"},
    {"csv, rounded", "csv", "loss,grad_norm,lr,epoch,step\n", "%.4f,%.4f,%.3e,%.2f,%ld\n"},
    {"csv, full digits", "csv", "loss,grad_norm,lr,epoch,step\n", "%.16g,%.17g,%.16g,%.16g,%ld\n"},
};

/* make_log - at least `bytes` of whole lines; returns the length. */
static size_t make_log(const struct kind *k, char *to, size_t bytes)
{
    uint64_t seed = 7;
    size_t n = (size_t)sprintf(to, "%s", k->header);
    for (long step = 1; n < bytes; step++) {
        double loss = 2 + uniform(&seed), norm = uniform(&seed), lr = 1e-4 * uniform(&seed);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        n += (size_t)sprintf(to + n, k->line, loss, norm, lr, (double)step / 1000, step);
#pragma GCC diagnostic pop
    }
    return n;
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* read_all - feed the log in chunks, as a tail would; returns the seconds it took. */
static double read_all(const struct format *f, const char *log, size_t n, struct counts *counts)
{
    struct arena arena;
    arena_init(&arena, 4 << 20);
    struct format_out out = {counts, &arena, series, point, fact, event, bad};
    void *state = calloc(1, f->state_size);
    double from = seconds();
    if (state && f->init) f->init(state, "log");
    for (size_t at = 0; state && at < n;) {
        size_t length = n - at < CHUNK_BYTES ? n - at : CHUNK_BYTES;
        at += f->feed(state, (struct span){log + at, length}, at + length == n, &out);
    }
    double took = seconds() - from;
    free(state);
    arena_done(&arena);
    return took;
}

int main(int argc, char **argv)
{
    size_t bytes = (size_t)(argc > 1 ? atol(argv[1]) : 256) * MB;
    char *log = malloc(bytes + LINE_MAX_BYTES);
    if (!log) return 3;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct counts counts = {0};
        size_t n = make_log(&kinds[i], log, bytes);
        double took = read_all(format_by_name(kinds[i].format), log, n, &counts);
        printf("%-20s %6.0f MB/s %6.1f M points/s  (%lu points, %lu bad)\n", kinds[i].name, (double)n / MB / took,
               (double)counts.points / took / 1e6, (unsigned long)counts.points, (unsigned long)counts.bad);
    }
    free(log);
    return 0;
}
