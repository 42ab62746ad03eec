/* Tests of the pass over a file's tensors: large and small ones, a second file beside it, bytes that are not there, a budget that ends. */
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/inspect/histogram.h"
#include "../../daemon/inspect/numbers.h"

enum { MOST = 3000 };
struct told {
    struct inspected_tensor t[MOST];
    uint64_t histogram[INSPECTION_BUCKETS];
    size_t n, unreadable;
    char why[512];
};

static void tensor(void *arg, const struct inspected_tensor *t)
{
    struct told *told = arg;
    assert_true(told->n < MOST);
    if (t->histogram) memcpy(told->histogram, t->histogram, sizeof told->histogram);
    told->t[told->n++] = *t;
}
static void unreadable(void *arg, const struct ckpt_tensor *t, const struct err *why)
{
    struct told *told = arg;
    assert_non_null(t);
    told->unreadable++;
    snprintf(told->why, sizeof told->why, "%s", why->text);
}

static struct told *read_with(const struct numbers_file *now, const struct numbers_file *before, struct numbers_budget budget,
                              size_t *skipped)
{
    static struct told told;
    struct err err = {0};
    struct numbers_out out = {&told, tensor, unreadable};
    told.n = told.unreadable = 0;
    assert_int_equal(numbers_read(now, before, &budget, &out, skipped, &err), OK);
    assert_int_equal(told.n, now->n);
    return &told;
}

static struct told *read_all(const struct numbers_file *now, const struct numbers_file *before)
{
    size_t skipped;
    struct told *told = read_with(now, before, numbers_budget_usual, &skipped);
    assert_int_equal(skipped, 0);
    return told;
}

/* file_of - floats in memory, as a file. */
static int file_of(const float *x, size_t n)
{
    int fd = memfd_create("numbers", MFD_CLOEXEC);
    assert_true(fd >= 0);
    for (size_t had = 0; had < n * sizeof *x;) {
        ssize_t m = write(fd, (const char *)x + had, n * sizeof *x - had);
        assert_true(m > 0);
        had += (size_t)m;
    }
    return fd;
}

static struct ckpt_tensor of(const char *name, uint64_t from, uint64_t rows, uint64_t columns)
{
    struct ckpt_tensor t = {.name = name,
                            .dtype = TENSOR_F32,
                            .dtype_name = "F32",
                            .n_dims = 2,
                            .count = rows * columns,
                            .offset = 4 * from,
                            .index = -1};
    t.shape[0] = rows;
    t.shape[1] = columns;
    return t;
}

static void large_and_small_tensors_are_summed(void **state)
{
    enum { LARGE = 700000 };
    float *x = malloc((LARGE + 20) * sizeof *x);
    (void)state;
    for (int i = 0; i < LARGE; i++) x[i] = (float)(i % 7);
    for (int i = 0; i < 20; i++) x[LARGE + i] = i < 10 ? 0 : 2;
    struct ckpt_tensor t[] = {of("large", 0, 700, 1000), of("small", LARGE, 2, 10), of("none", LARGE, 0, 3),
                              of("first", 0, 1, 7)};
    struct numbers_file f = {file_of(x, LARGE + 20), t, 4};
    struct told *told = read_all(&f, NULL);
    assert_true(told->t[0].summed && told->t[0].summary.count == LARGE && told->t[0].summary.max == 6);
    assert_true(fabs(told->t[0].summary.mean - 3) < 1e-6);
    assert_int_equal(told->t[0].summary.rows, 700);
    assert_true(told->t[1].summary.zero == 10 && told->t[1].summary.zero_rows == 1 && told->t[1].summary.mean == 1);
    assert_true(told->t[2].summed && told->t[2].summary.count == 0);
    assert_true(told->t[3].summary.mean == 3 && told->t[3].summary.max == 6);
    assert_string_equal(told->t[1].name, "small");
    assert_true(isnan(told->t[0].effective_rank) && !told->t[0].compared && !told->unreadable);
    close(f.fd);
    free(x);
}

/* The file is emptied behind the reader's back after the first: what is told of the second was not read again. */
static void empties(void *arg, const struct inspected_tensor *t)
{
    struct told *told = arg;
    if (!told->n) assert_int_equal(ftruncate((int)t->index, 0), 0);
    tensor(arg, t);
}

static void tensors_that_share_their_bytes_are_read_once(void **state)
{
    enum { N = 50000 };
    static struct told told;
    float *x = malloc(N * sizeof *x);
    (void)state;
    for (int i = 0; i < N; i++) x[i] = (float)(i % 5);
    struct ckpt_tensor t[] = {of("embedding", 0, 100, 500), of("head", 0, 100, 500), of("view", 0, 500, 100)};
    struct numbers_file f = {file_of(x, N), t, 3};
    struct numbers_out out = {&told, empties, unreadable};
    struct err err = {0};
    size_t skipped = 0;
    t[0].index = f.fd;
    t[1].shares = t[2].shares = true;
    assert_int_equal(numbers_read(&f, NULL, &numbers_budget_usual, &out, &skipped, &err), OK);
    assert_true(told.t[1].summed && told.t[1].summary.mean == 2 && told.t[1].summary.max == 4);
    assert_false(told.t[2].summed); /* of another shape: its rows are others */
    assert_int_equal(told.unreadable, 1);
    close(f.fd);
    free(x);
}

static void thousands_of_small_tensors_are_each_what_they_are(void **state)
{
    enum { N = 2500, EACH = 300 };
    float *x = malloc(N * EACH * sizeof *x);
    struct ckpt_tensor *t = calloc(N, sizeof *t);
    (void)state;
    for (int i = 0; i < N * EACH; i++) x[i] = (float)(i / EACH);
    for (uint64_t i = 0; i < N; i++) t[i] = of("t", (i * 7 % N) * EACH, 3, EACH / 3); /* not in the order they lie in */
    struct numbers_file f = {file_of(x, N * EACH), t, N};
    struct told *told = read_all(&f, NULL);
    for (uint64_t i = 0; i < N; i++) {
        assert_true(told->t[i].summed);
        assert_true(told->t[i].summary.min == (double)(i * 7 % N) && told->t[i].summary.max == (double)(i * 7 % N));
    }
    close(f.fd);
    free(x);
    free(t);
}

static void a_second_file_tells_what_moved(void **state)
{
    float x[600], y[600];
    (void)state;
    for (int i = 0; i < 600; i++) x[i] = y[i] = (float)i;
    for (int i = 20; i < 30; i++) y[i] += 1; /* one row of 10 */
    struct ckpt_tensor a[] = {of("w", 0, 30, 10), of("other", 300, 30, 10), of("shape", 0, 5, 4), of("same", 300, 10, 10)};
    struct ckpt_tensor b[] = {of("same", 300, 10, 10), of("shape", 0, 4, 5), of("w", 0, 30, 10)};
    struct numbers_file before = {file_of(x, 600), b, 3}, now = {file_of(y, 600), a, 4};
    struct told *told = read_all(&now, &before);
    assert_true(told->t[0].compared && told->t[0].change.changed == 10 && told->t[0].change.changed_rows == 1);
    assert_true(fabs(told->t[0].change.norm_difference - sqrt(10)) < 1e-9);
    assert_true(told->t[0].summed && told->t[0].summary.max == 299);
    assert_false(told->t[1].compared);
    assert_false(told->t[2].compared);
    assert_true(told->t[3].compared && told->t[3].change.changed == 0);
    close(before.fd);
    close(now.fd);
}

static void a_file_before_that_is_cut_spoils_nothing(void **state)
{
    enum { N = 600000 };
    float *x = calloc(N, sizeof *x);
    struct ckpt_tensor a[] = {of("w", 0, 600, 1000)}, b[] = {of("w", 0, 600, 1000)};
    struct numbers_file before = {file_of(x, N / 2), b, 1}, now = {file_of(x, N), a, 1};
    (void)state;
    struct told *told = read_all(&now, &before);
    assert_true(told->t[0].summed && !told->t[0].compared && told->unreadable == 0);
    close(before.fd);
    close(now.fd);
    free(x);
}

static void bytes_that_are_not_there_are_told(void **state)
{
    float x[100] = {0};
    struct ckpt_tensor t[] = {of("cut", 50, 10, 10), of("whole", 0, 10, 10), of("beyond", 1u << 30, 10, 10),
                              of("huge", 0, UINT64_C(1) << 31, 1 << 20)};
    struct numbers_file f = {file_of(x, 100), t, 3};
    (void)state;
    struct told *told = read_all(&f, NULL);
    assert_true(!told->t[0].summed && told->t[1].summed && !told->t[2].summed);
    assert_int_equal(told->unreadable, 2);
    size_t skipped;
    f.n = 4;
    told = read_with(&f, NULL, numbers_budget_usual, &skipped); /* 2^51 elements in a file of 400 bytes: not even tried */
    assert_true(!told->t[3].summed && skipped == 1);
    close(f.fd);
}

/* A reader of its own: gives blocks of odd sizes, then fails or ends early. */
static ssize_t next_odd(struct ckpt_cursor *c, void *p, size_t room, struct err *err)
{
    size_t n = room < 4 * 333 ? room : 4 * 333;
    if (n > c->left_bytes) n = (size_t)c->left_bytes;
    if (!n && c->offset) return err_set(err, E_FORMAT, "a block does not unpack"), -1;
    for (size_t i = 0; i < n / 4; i++) memcpy((char *)p + 4 * i, &(float){1}, 4);
    c->left_bytes -= n;
    return (ssize_t)n;
}
static enum status open_odd(const struct ckpt_tensor *t, struct ckpt_cursor *c, struct err *err)
{
    if (t->from && *(const int *)t->from == 2) return err_set(err, E_LIMIT, "too large to unpack");
    c->next = next_odd;
    c->left_bytes = t->from ? 4 * (t->count - 5) : 4 * t->count;
    c->offset = t->from && *(const int *)t->from == 1;
    return OK;
}

static void what_a_reader_unpacks_is_summed_and_what_it_cannot_is_told(void **state)
{
    static const int ends = 0, fails = 1, refuses = 2;
    struct ckpt_tensor t[] = {of("packed", 0, 1000, 1000), of("short", 0, 100, 100), of("broken", 0, 100, 100),
                              of("refused", 0, 100, 100)};
    const int *from[] = {NULL, &ends, &fails, &refuses};
    struct numbers_file f = {-1, t, 4};
    size_t skipped;
    (void)state;
    for (int i = 0; i < 4; i++) t[i].open = open_odd, t[i].from = from[i];
    struct told *told = read_with(&f, NULL, numbers_budget_usual, &skipped);
    assert_true(told->t[0].summed && told->t[0].summary.mean == 1 && told->t[0].summary.count == 1000000);
    assert_true(!told->t[1].summed && !told->t[2].summed && !told->t[3].summed);
    assert_int_equal(told->unreadable, 2);
    assert_string_equal(told->why, "a block does not unpack");
    assert_int_equal(skipped, 1);
}

static void a_budget_ends_it(void **state)
{
    float x[300] = {1};
    struct ckpt_tensor t[] = {of("a", 0, 10, 10), of("b", 100, 10, 10), of("c", 200, 10, 5)};
    struct numbers_file f = {file_of(x, 300), t, 3};
    size_t skipped;
    (void)state;
    struct told *told = read_with(&f, NULL, (struct numbers_budget){.bytes = 650, .seconds = 10}, &skipped);
    assert_true(told->t[0].summed && !told->t[1].summed && told->t[2].summed && skipped == 1);
    told = read_with(&f, NULL, (struct numbers_budget){.bytes = 0, .seconds = 10}, &skipped);
    assert_int_equal(skipped, 3);
    told = read_with(&f, NULL, (struct numbers_budget){.bytes = 1 << 20, .seconds = -1}, &skipped);
    assert_true(!told->t[0].summed && skipped == 3 && told->unreadable == 0);
    close(f.fd);
}

static void only_the_sick_get_a_histogram(void **state)
{
    float x[300];
    (void)state;
    for (int i = 0; i < 100; i++) x[i] = 0.01f * (float)(i - 50);
    for (int i = 100; i < 200; i++) x[i] = i < 180 ? 0 : i < 190 ? 2e-3f : i < 199 ? -5e7f : NAN;
    for (int i = 200; i < 300; i++) x[i] = 1;
    struct ckpt_tensor t[] = {of("well", 0, 10, 10), of("sick", 100, 10, 10), of("ones", 200, 10, 10)};
    struct numbers_file f = {file_of(x, 300), t, 3};
    struct told *told = read_all(&f, NULL);
    assert_true(!told->t[0].histogram && told->t[1].histogram && !told->t[2].histogram);
    assert_int_equal(told->histogram[0], 80);
    assert_int_equal(told->histogram[31], 1);
    assert_int_equal(told->histogram[21 - 3], 10); /* 10^-3 ... 10^-2 */
    assert_int_equal(told->histogram[21 + 7], 9);
    close(f.fd);
}

static void a_bucket_is_a_decade(void **state)
{
    (void)state;
    for (int e = -24; e <= 13; e++)
        for (int k = 0; k < 3; k++) {
            static const double within[] = {1, 3.3, 9.99};
            double x = (k == 1 ? -1 : 1) * within[k] * pow(10, e);
            uint64_t counts[INSPECTION_BUCKETS] = {0};
            int should = e + 21 < 1 ? 1 : e + 21 > 30 ? 30 : e + 21;
            if (k == 0) x *= 1 + 1e-12; /* the border itself is a matter of the last digit of pow */
            histogram_add(counts, TENSOR_F64, &x, 1);
            assert_int_equal(counts[should], 1);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(large_and_small_tensors_are_summed),
        cmocka_unit_test(tensors_that_share_their_bytes_are_read_once),
        cmocka_unit_test(thousands_of_small_tensors_are_each_what_they_are),
        cmocka_unit_test(a_second_file_tells_what_moved),
        cmocka_unit_test(a_file_before_that_is_cut_spoils_nothing),
        cmocka_unit_test(bytes_that_are_not_there_are_told),
        cmocka_unit_test(what_a_reader_unpacks_is_summed_and_what_it_cannot_is_told),
        cmocka_unit_test(a_budget_ends_it),
        cmocka_unit_test(only_the_sick_get_a_histogram),
        cmocka_unit_test(a_bucket_is_a_decade),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
