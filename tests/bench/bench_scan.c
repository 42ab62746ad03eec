/* bench_scan - seconds of a search for the nearest vectors, for memory_against.py, which asks others for the same in turn.
 *
 *   bench_scan VECTORS DIMS QUESTIONS FILE [KERNEL]
 *
 * VECTORS: rows of floats (bench_vectors); the last QUESTIONS of them are questions, the others are put into FILE (daemon/store/vectors.h).
 * KERNEL as codes.h names them, else the best. A line "QUESTION K" in, "SECONDS NUMBER..." out; numbers are rows. Before
 * the first "KERNEL ROWS SECONDS_TO_MAKE SECONDS_TO_OPEN". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../../daemon/base/clock.h"
#include "../../daemon/store/vectors_parts.h"

enum { NEAREST_MAX = 1000 };

struct table {
    float *rows;
    size_t dims, n, questions;
};

static void check(enum status s, const struct err *err)
{
    if (!s) return;
    fprintf(stderr, "bench_scan: %s\n", err->text);
    exit(3);
}

static struct table read_table(char **argv)
{
    struct table t = {.dims = strtoul(argv[2], NULL, 10), .questions = strtoul(argv[3], NULL, 10)};
    struct stat st;
    FILE *f = fopen(argv[1], "re");
    if (!f || fstat(fileno(f), &st) != 0 || !t.dims) perror("bench_scan"), exit(3);
    t.n = (size_t)st.st_size / (t.dims * sizeof *t.rows);
    t.rows = malloc(t.n * t.dims * sizeof *t.rows);
    if (!t.rows || t.n <= t.questions || fread(t.rows, t.dims * sizeof *t.rows, t.n, f) != t.n) exit(3);
    fclose(f);
    t.n -= t.questions;
    return t;
}

static double make(const struct table *t, const char *path)
{
    struct vectors *v;
    struct err err;
    const double began = clock_now();
    check(vectors_make(path, "bench", t->dims, &v, &err), &err);
    for (size_t i = 0; i < t->n; i++) check(vectors_put(v, (int64_t)i, t->rows + i * t->dims, &err), &err);
    check(vectors_commit(v, (int64_t)t->n, &err), &err);
    vectors_close(v);
    return clock_now() - began;
}

static void answer(const struct table *t, struct vectors *v)
{
    struct near near[NEAREST_MAX];
    size_t question, k, n;
    struct err err;
    while (scanf("%zu %zu", &question, &k) == 2) {
        if (question >= t->questions || k > NEAREST_MAX) exit(2);
        const double began = clock_now();
        check(vectors_nearest(v, t->rows + (t->n + question) * t->dims, k, near, &n, &err), &err);
        printf("%.9f", clock_now() - began);
        for (size_t i = 0; i < n; i++) printf(" %lld", (long long)near[i].number);
        puts("");
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    struct vectors *v;
    struct err err;
    if (argc < 5) return fprintf(stderr, "usage: bench_scan VECTORS DIMS QUESTIONS FILE [KERNEL]\n"), 2;
    const struct table t = read_table(argv);
    const double made = make(&t, argv[4]), began = clock_now();
    check(vectors_open(argv[4], "bench", t.dims, false, &v, &err), &err);
    for (size_t i = 0; argc > 5 && codes_all[i]; i++)
        if (strcmp(codes_all[i]->name, argv[5]) == 0 && codes_all[i]->runs_here()) v->kernel = codes_all[i];
    printf("%s %zu %.6f %.6f\n", v->kernel->name, t.n, made, clock_now() - began);
    fflush(stdout);
    answer(&t, v);
    vectors_close(v);
    free(t.rows);
    return 0;
}
