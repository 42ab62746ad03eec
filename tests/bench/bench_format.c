/* bench_format - how fast the formats read, with a sink that drops everything.
 *   usage   bench_format FILE...             a line a file: CPU seconds, bytes, points, bad records, format
 *           bench_format --make DIR BYTES    write the logs that `scripts/bench formats` reads
 * A file lies in memory before the clock starts, is read once to warm up and once for the time, in pieces of 1 MiB as a tail would.
 * The logs are made from a fixed seed: short numbers as a trainer that rounds writes them, and numbers of 16 to 17 digits as
 * Python's repr writes them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../daemon/format/format.h"

enum { CHUNK_BYTES = 1 << 20, ARENA_BYTES = 4 << 20 };

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

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* --- reading --- */

/* read_all - feed the log in pieces; returns the seconds it took. */
static double read_all(const struct format *f, const char *path, struct span log, struct counts *counts)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    struct format_out out = {counts, &arena, series, point, fact, event, bad};
    void *state = calloc(1, f->state_size);
    double from = seconds();
    if (state && f->init) f->init(state, path);
    for (size_t at = 0; state && at < log.n;) {
        size_t length = log.n - at < CHUNK_BYTES ? log.n - at : CHUNK_BYTES;
        at += f->feed(state, (struct span){log.p + at, length}, at + length == log.n, &out);
    }
    double took = seconds() - from;
    free(state);
    arena_done(&arena);
    return took;
}

static char *load(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END) != 0) return NULL;
    *n = (size_t)ftell(f);
    rewind(f);
    char *text = malloc(*n + 1);
    if (!text || fread(text, 1, *n, f) != *n) return NULL;
    fclose(f);
    return text;
}

static int time_file(const char *path)
{
    size_t n;
    char *text = load(path, &n);
    if (!text) return fprintf(stderr, "bench_format: cannot read '%s'\n", path), 3;
    struct span log = {text, n};
    const struct format *f = format_sniff(path, (struct span){text, n < FORMAT_HEAD_BYTES ? n : FORMAT_HEAD_BYTES}, NULL);
    if (!f || !f->feed) return fprintf(stderr, "bench_format: '%s' is no log\n", path), free(text), 2;
    struct counts warm = {0}, counts = {0};
    read_all(f, path, log, &warm);
    double took = read_all(f, path, log, &counts);
    printf("%.6f %zu %lu %lu %s\n", took, n, (unsigned long)counts.points, (unsigned long)counts.bad, f->name);
    free(text);
    return 0;
}

/* --- making --- */

struct kind {
    const char *name, *header, *line;
};
static const struct kind kinds[] = {
    {"short.jsonl", "", "{\"loss\": %.4f, \"grad_norm\": %.4f, \"learning_rate\": %.3e, \"epoch\": %.2f, \"step\": %ld}\n"},
    {"full.jsonl", "", "{\"loss\": %.16g, \"grad_norm\": %.17g, \"learning_rate\": %.16g, \"epoch\": %.16g, \"step\": %ld}\n"},
    {"timed.jsonl", "",
     "{\"time\": \"2026-01-05T10:00:01.5\", \"loss\": %.4f, \"grad_norm\": %.4f, \"lr\": %.3e, \"epoch\": %.2f, \"step\": "
     "%ld}\n"},
    {"short.csv", "loss,grad_norm,lr,epoch,step\n", "%.4f,%.4f,%.3e,%.2f,%ld\n"},
    {"full.csv", "loss,grad_norm,lr,epoch,step\n", "%.16g,%.17g,%.16g,%.16g,%ld\n"},
    {"text.log", "", "[2026-01-05 10:00:00] loss: %.4f | grad_norm: %.4f | lr: %.3e | epoch: %.2f | step: %ld\n"},
};

static double uniform(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(*seed >> 11) * 0x1p-53;
}

static int make_log(const struct kind *k, const char *folder, long bytes)
{
    char path[4096];
    uint64_t seed = 7;
    snprintf(path, sizeof path, "%s/%s", folder, k->name);
    FILE *f = fopen(path, "w");
    if (!f) return fprintf(stderr, "bench_format: cannot write '%s'\n", path), 3;
    fputs(k->header, f);
    for (long step = 1; ftell(f) < bytes; step++) {
        double loss = 2 + uniform(&seed), norm = uniform(&seed), lr = 1e-4 * uniform(&seed);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        fprintf(f, k->line, loss, norm, lr, (double)step / 1000, step);
#pragma GCC diagnostic pop
    }
    return fclose(f) ? 3 : 0;
}

int main(int argc, char **argv)
{
    int failed = argc < 2 ? 2 : 0;
    bool make = argc == 4 && strcmp(argv[1], "--make") == 0;
    for (size_t i = 0; make && !failed && i < sizeof kinds / sizeof *kinds; i++)
        failed = make_log(&kinds[i], argv[2], atol(argv[3]));
    for (int i = 1; !make && !failed && i < argc; i++) failed = time_file(argv[i]);
    return failed;
}
