/* bench_checkpoints - how near the statistics of tensors come to the price of reading them, with the page cache warm.
 *   usage   bench_checkpoints --make FILE DTYPE BYTES     weights as training leaves them: normal, small, seeded
 *           bench_checkpoints ROUNDS FILE:DTYPE...        DTYPE is f32, bf16 or f16
 * The floor is pread into a block of 1 MiB and nothing else. A round reads each file once for the floor and once for the statistics, by
 * turns, so that both meet the same machine. One JSON object a file: bytes, and for each round the seconds of both. */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../daemon/inspect/numbers.h"

enum { BLOCK = 1 << 20, MOST_FILES = 8, MOST_ROUNDS = 100 };

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static const struct {
    const char *name;
    enum tensor_dtype dtype;
} types[] = {{"f32", TENSOR_F32}, {"bf16", TENSOR_BF16}, {"f16", TENSOR_F16}};

static enum tensor_dtype type_of(const char *name)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, name) == 0) return types[i].dtype;
    fprintf(stderr, "bench_checkpoints: '%s' is no dtype\n", name);
    exit(2);
}

/* ---- a file of weights: a block of numbers, again and again -------------------------------------------------------------------- */

static double normal(uint64_t *seed)
{
    double sum = -6; /* of twelve uniform ones */
    for (int i = 0; i < 12; i++) {
        *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        sum += (double)(*seed >> 11) * 0x1p-53;
    }
    return sum;
}

static void put(unsigned char *p, enum tensor_dtype d, float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    uint32_t exponent = bits >> 23 & 0xff;
    uint16_t half = (uint16_t)(bits >> 16);
    if (d == TENSOR_F16)
        half = (uint16_t)((bits >> 16 & 0x8000) | (exponent > 112 ? (exponent - 112) << 10 | (bits >> 13 & 0x3ff) : 0));
    memcpy(p, d == TENSOR_F32 ? (void *)&bits : (void *)&half, tensor_dtype_bytes(d));
}

static int make(const char *path, enum tensor_dtype d, uint64_t bytes)
{
    unsigned char *block = malloc(BLOCK);
    FILE *f = fopen(path, "wb");
    uint64_t seed = 1;
    if (!block || !f) return fprintf(stderr, "bench_checkpoints: cannot write '%s'\n", path), 1;
    for (size_t i = 0; i < BLOCK; i += tensor_dtype_bytes(d)) put(block + i, d, (float)(0.02 * normal(&seed)));
    for (uint64_t had = 0; had < bytes; had += BLOCK)
        if (fwrite(block, BLOCK, 1, f) != 1) return fprintf(stderr, "bench_checkpoints: cannot write '%s'\n", path), 1;
    free(block);
    return fclose(f) ? 1 : 0;
}

/* ---- the two that are timed ---------------------------------------------------------------------------------------------------- */

static double floor_of(int fd, unsigned char *block)
{
    double from = seconds();
    uint64_t at = 0;
    for (ssize_t n; (n = pread(fd, block, BLOCK, (off_t)at)) > 0;) at += (uint64_t)n;
    return seconds() - from;
}

static void keep(void *arg, const struct inspected_tensor *t) { *(struct inspected_tensor *)arg = *t; }

static double statistics_of(int fd, enum tensor_dtype d, uint64_t bytes, struct inspected_tensor *told)
{
    enum { COLUMNS = 4096 };
    uint64_t count = bytes / tensor_dtype_bytes(d);
    struct ckpt_tensor t = {
        .name = "weight", .dtype = d, .dtype_name = tensor_dtype_name(d), .n_dims = 2, .count = count, .index = -1};
    struct numbers_file now = {fd, &t, 1};
    struct numbers_out out = {told, keep, NULL};
    struct err err;
    size_t skipped;
    t.shape[0] = count / COLUMNS;
    t.shape[1] = COLUMNS;
    double from = seconds();
    if (numbers_read(&now, NULL, &numbers_budget_usual, &out, &skipped, &err) != OK || !told->summed) exit(1);
    return seconds() - from;
}

struct file {
    int fd;
    enum tensor_dtype dtype;
    uint64_t bytes;
    const char *name;
    double floor[MOST_ROUNDS], statistics[MOST_ROUNDS];
    struct inspected_tensor told;
};

static void open_file(struct file *f, char *argument)
{
    char *colon = strrchr(argument, ':');
    if (!colon) exit(2);
    *colon = 0;
    f->name = colon + 1;
    f->dtype = type_of(colon + 1);
    f->fd = open(argument, O_RDONLY | O_CLOEXEC);
    f->bytes = f->fd < 0 ? 0 : (uint64_t)lseek(f->fd, 0, SEEK_END);
    if (!f->bytes) exit(fprintf(stderr, "bench_checkpoints: cannot read '%s'\n", argument) ? 3 : 3);
}

static void print_list(const char *name, const double *x, size_t n)
{
    printf(",\"%s\":[", name);
    for (size_t i = 0; i < n; i++) printf("%s%.6f", i ? "," : "", x[i]);
    printf("]");
}

int main(int argc, char **argv)
{
    static struct file files[MOST_FILES];
    if (argc == 5 && strcmp(argv[1], "--make") == 0) return make(argv[2], type_of(argv[3]), strtoull(argv[4], NULL, 10));
    size_t rounds = argc > 2 ? strtoul(argv[1], NULL, 10) : 0, n = argc > 2 ? (size_t)argc - 2 : 0;
    unsigned char *block = aligned_alloc(4096, BLOCK);
    if (!rounds || rounds > MOST_ROUNDS || n > MOST_FILES || !block)
        return fprintf(stderr, "usage: bench_checkpoints ROUNDS FILE:DTYPE...\n"), 2;
    for (size_t i = 0; i < n; i++) open_file(&files[i], argv[2 + i]);
    for (size_t i = 0; i < n; i++) floor_of(files[i].fd, block); /* warm */
    for (size_t r = 0; r < rounds; r++)
        for (size_t i = 0; i < n; i++) {
            files[i].floor[r] = floor_of(files[i].fd, block);
            files[i].statistics[r] = statistics_of(files[i].fd, files[i].dtype, files[i].bytes, &files[i].told);
        }
    for (size_t i = 0; i < n; i++) {
        printf("{\"dtype\":\"%s\",\"bytes\":%llu,\"mean\":%.9g,\"std\":%.9g", files[i].name, (unsigned long long)files[i].bytes,
               files[i].told.summary.mean, files[i].told.summary.std);
        print_list("floor", files[i].floor, rounds);
        print_list("statistics", files[i].statistics, rounds);
        printf("}\n");
    }
    free(block);
    return 0;
}
