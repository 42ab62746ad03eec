/* bench_wandb - how fast a .wandb file becomes points, with a sink that adds them up.
 *   usage   bench_wandb FILE        (tests/bench/peers/wandb_reader.py makes one and is W&B's own reader of it)
 * Prints one JSON object: CPU seconds, bytes, points, their sum, bad records. The file is read in pieces of 1 MiB while the clock runs. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../../daemon/format/format.h"

enum { PIECE_BYTES = 1 << 20, ARENA_BYTES = 8 << 20 };

struct totals {
    unsigned long points, bad;
    double sum;
    int series;
};

static int series(void *arg, struct span name, enum axis axis)
{
    (void)name, (void)axis;
    return ((struct totals *)arg)->series++;
}
static void point(void *arg, int handle, int64_t step, double time, double value, uint64_t line)
{
    struct totals *t = arg;
    (void)handle, (void)step, (void)time, (void)line;
    t->points++;
    t->sum += value;
}
static void fact(void *arg, struct span key, struct span value) { (void)arg, (void)key, (void)value; }
static void event(void *arg, uint64_t line, enum event kind, struct span text) { (void)arg, (void)line, (void)kind, (void)text; }
static void bad(void *arg, uint64_t line, const char *why)
{
    (void)line, (void)why;
    ((struct totals *)arg)->bad++;
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
    const struct format *format = format_by_name("wandb");
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    char *piece = malloc(PIECE_BYTES);
    void *state = calloc(1, format->state_size);
    struct totals t = {0, 0, 0, 0};
    struct arena arena;
    size_t bytes = 0, n = 1;
    if (!file || !piece || !state) return fprintf(stderr, "usage: bench_wandb FILE\n"), 2;
    arena_init(&arena, ARENA_BYTES);
    struct format_out out = {&t, &arena, series, point, fact, event, bad};
    double from = seconds();
    format->init(state, argv[1]);
    while (n > 0) { /* the format takes all that it is given */
        n = fread(piece, 1, PIECE_BYTES, file);
        bytes += format->feed(state, (struct span){piece, n}, n == 0, &out);
    }
    printf("{\"seconds\": %.4f, \"bytes\": %zu, \"points\": %lu, \"sum\": %.17g, \"bad\": %lu}\n", seconds() - from, bytes,
           t.points, t.sum, t.bad);
    arena_done(&arena);
    free(state);
    free(piece);
    fclose(file);
    return 0;
}
