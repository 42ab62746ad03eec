/* bench_memory - a failure memory of many incidents: vectors in, each batch on the disk before the next; the nearest of them out.
 *
 *   bench_memory DATABASE VECTORS TEXTS [QUESTIONS]    DATABASE is made anew and stays; VECTORS: rows of 384 floats (bench_vectors), of which
 *                                                      the last QUESTIONS (1,000) are asked; TEXTS: their texts, one JSON string a line
 *
 * Prints vectors a second in batches of 1,000 that are synced each, and one by one, and the seconds of store_nearest. */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../../daemon/base/json.h"
#include "../../daemon/base/str.h"
#include "../../daemon/store/store.h"

enum { DIMS = 384, BATCH = 1000, SINGLY = 5000, K = 60 };
#define MODEL "all-MiniLM-L6-v2"

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void check(enum status s, const struct err *err)
{
    if (!s) return;
    fprintf(stderr, "bench_memory: %s\n", err->text);
    exit(3);
}

static float *read_vectors(const char *path, size_t *n)
{
    struct stat st;
    FILE *f = fopen(path, "re");
    if (!f || fstat(fileno(f), &st)) perror("bench_memory"), exit(3);
    *n = (size_t)st.st_size / (DIMS * sizeof(float));
    float *v = malloc(*n * DIMS * sizeof *v);
    if (!v || fread(v, DIMS * sizeof *v, *n, f) != *n) exit(3);
    fclose(f);
    return v;
}

static void name_of(char id[12], size_t i)
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
    memcpy(id, "iaaaaaaaa", 10);
    for (int at = 8; at > 0; at--, i /= 32) id[at] = digits[i % 32];
}

/* A run with one incident a text, each saying its text. */
static void tell(struct store *s, FILE *texts, size_t n)
{
    struct err err;
    char *line = NULL;
    size_t room = 0;
    for (size_t i = 0; i < n; i++) {
        ssize_t got = getline(&line, &room, texts);
        json_t *text = got > 0 ? json_loadb(line, (size_t)got, JSON_DECODE_ANY, NULL) : NULL;
        struct incident_row row = {.incident = {.kind = "loss_spike",
                                                .cause = "lr_too_high",
                                                .opened = 1.7e9 + (double)i,
                                                .closed = NAN,
                                                .message = text ? json_string_value(text) : ""}};
        name_of(row.incident.id, i);
        struct commit c = {
            .run = {.name = "bench", .path = "/bench", .state = RUN_FINISHED}, .incidents = &row, .n_incidents = 1};
        snprintf(c.run.id, sizeof c.run.id, "r%08u", (unsigned)(i / 100 % 100000000));
        memcpy(row.incident.run_id, c.run.id, sizeof c.run.id);
        check(store_commit(s, &c, &err), &err);
        json_decref(text);
    }
    free(line);
}

/* SQLite in WAL mode syncs at checkpoints only; here each batch is on the disk before the next begins. */
static void put_all(struct store *s, const float *v, size_t n, size_t batch, int log, const char *what)
{
    struct err err;
    struct vector_row rows[BATCH];
    char ids[BATCH][12];
    const double began = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    for (size_t i = 0; i < n; i += batch) {
        size_t some = n - i < batch ? n - i : batch;
        for (size_t k = 0; k < some; k++) {
            name_of(ids[k], i + k);
            rows[k] = (struct vector_row){ids[k], MODEL, v + (i + k) * DIMS, DIMS};
        }
        check(store_put_vectors(s, rows, some, &err), &err);
        if (batch > 1 && fdatasync(log) != 0) perror("bench_memory"), exit(3);
    }
    const double seconds = now(CLOCK_MONOTONIC) - began;
    printf("%s: %zu vectors, %.0f a second, %.1f CPU-us each\n", what, n, (double)n / seconds,
           1e6 * (now(CLOCK_PROCESS_CPUTIME_ID) - cpu) / (double)n);
}

static bool count(void *arg, const char *incident, const char *run, double cosine)
{
    (void)incident, (void)run, (void)cosine;
    ++*(size_t *)arg;
    return true;
}

static int by_size(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static void ask(struct store *s, const float *questions, size_t n, const char *what)
{
    struct err err;
    double *took = malloc(n * sizeof *took);
    size_t found = 0;
    if (!took) exit(3);
    for (size_t i = 0; i < n; i++) {
        const double began = now(CLOCK_MONOTONIC);
        check(store_nearest(s, MODEL, questions + i * DIMS, DIMS, K, count, &found, &err), &err);
        took[i] = now(CLOCK_MONOTONIC) - began;
    }
    qsort(took, n, sizeof *took, by_size);
    printf("%s: %d nearest, best %.2f ms, median %.2f ms (%zu questions)\n", what, K, 1e3 * took[0], 1e3 * took[n / 2], n);
    free(took);
}

int main(int argc, char **argv)
{
    struct store *s;
    struct err err;
    struct str name = {0};
    size_t n, questions = argc > 4 ? strtoul(argv[4], NULL, 10) : 1000;
    if (argc < 4) return fprintf(stderr, "usage: bench_memory DATABASE VECTORS TEXTS [QUESTIONS]\n"), 2;
    float *v = read_vectors(argv[2], &n);
    FILE *texts = fopen(argv[3], "re");
    if (!texts || n <= questions) return perror("bench_memory"), 3;
    n -= questions;
    static const char *const ends[] = {"", "-wal", "-shm", "-writer", "-vectors"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        str_clear(&name), str_addf(&name, "%s%s", argv[1], ends[i]), unlink(name.p);
    check(store_open(argv[1], true, &s, &err), &err);
    tell(s, texts, n);
    str_clear(&name), str_addf(&name, "%s-wal", argv[1]);
    const int log = open(name.p, O_RDWR | O_CLOEXEC);
    put_all(s, v, n, BATCH, log, "in batches of 1,000, each synced");
    put_all(s, v, n < SINGLY ? n : SINGLY, 1, log, "again, one by one, synced at checkpoints");
    ask(s, v + n * DIMS, questions, "the writer");
    store_close(s);
    check(store_open(argv[1], false, &s, &err), &err);
    ask(s, v + n * DIMS, questions < 100 ? questions : 100, "a reader, which opens the file of vectors each time");
    store_close(s);
    close(log);
    free(v);
    str_done(&name);
    return 0;
}
