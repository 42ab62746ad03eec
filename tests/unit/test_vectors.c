/* The file of vectors: what is put is found, by readers while a writer appends too; a torn file is told and never believed. And the store
 * above it: the nearest are the same with the file, without it, and with a file of another database. */
#include <fcntl.h>

#include "../../daemon/base/str.h"
#include "../../daemon/store/vectors.h"
#include "store_fixture.h"

enum { DIMS = 96, MANY = 3000, K = 10 };

static uint64_t seed;

static float number(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (float)((double)(seed >> 11) * 0x1p-53 - 0.5);
}

/* Of length 1; the i-th is always the same. */
static void make(float *v, uint64_t i)
{
    float squares = 0;
    seed = i * 0x9E3779B97F4A7C15u + 88172645463325252u;
    for (size_t d = 0; d < DIMS; d++) v[d] = number(), squares += v[d] * v[d];
    for (size_t d = 0; d < DIMS; d++) v[d] /= sqrtf(squares);
}

static double cosine(const float *a, const float *b)
{
    double sum = 0;
    for (size_t d = 0; d < DIMS; d++) sum += (double)a[d] * (double)b[d];
    return sum;
}

/* The K nearest of the first n by comparing all, nearest first. */
static void exactly(const float *question, size_t n, int64_t *best)
{
    double cosines[K];
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        float v[DIMS];
        make(v, i);
        double c = cosine(question, v);
        size_t at = kept < K ? kept++ : K - 1;
        if (at == K - 1 && kept == K && i >= K && c <= cosines[at]) continue;
        for (; at && cosines[at - 1] < c; at--) cosines[at] = cosines[at - 1], best[at] = best[at - 1];
        cosines[at] = c, best[at] = (int64_t)i;
    }
}

static const char *file_of(const struct place *p)
{
    static char name[128];
    snprintf(name, sizeof name, "%s-vectors", p->path);
    return name;
}

static void put(struct vectors *v, size_t from, size_t to)
{
    struct err err;
    for (size_t i = from; i < to; i++) {
        float floats[DIMS];
        make(floats, i);
        if (vectors_put(v, (int64_t)i, floats, &err)) fail_msg("%s", err.text);
    }
    if (vectors_commit(v, (int64_t)to, &err)) fail_msg("%s", err.text);
}

static void make_file(const struct place *p, size_t n)
{
    struct vectors *v;
    struct err err;
    assert_int_equal(vectors_make(file_of(p), "one", DIMS, &v, &err), OK);
    put(v, 0, n);
    vectors_close(v);
}

/* Vectors of chance are all far from each other: each is asked for itself with a little noise, so that the first is known. */
static void assert_finds(struct vectors *v, size_t n)
{
    struct err err;
    for (size_t i = 0; i < n; i += n / 7 + 1) {
        float question[DIMS];
        struct near near[K];
        size_t found;
        make(question, i);
        question[i % DIMS] += 0.2f;
        if (vectors_nearest(v, question, K, near, &found, &err)) fail_msg("%s", err.text);
        assert_int_equal(found, n < K ? n : K);
        assert_int_equal(near[0].number, i);
        for (size_t k = 1; k < found; k++) assert_true(near[k].cosine <= near[k - 1].cosine);
    }
}

static void what_was_put_is_found_whatever_the_number(void **state)
{
    const struct place *p = *state;
    static const size_t sizes[] = {1, 7, 8, 255, 256, 257, 1000, MANY};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct vectors *v;
        struct err err;
        make_file(p, sizes[i]);
        assert_int_equal(vectors_open(file_of(p), "one", DIMS, false, &v, &err), OK);
        assert_int_equal(vectors_count(v), sizes[i]);
        assert_int_equal(vectors_through(v), sizes[i]);
        assert_finds(v, sizes[i]);
        vectors_close(v);
    }
}

static void nearly_all_of_the_nearest_are_found(void **state)
{
    const struct place *p = *state;
    struct vectors *v;
    struct err err;
    size_t hits = 0, asked = 0;
    make_file(p, MANY);
    assert_int_equal(vectors_open(file_of(p), "one", DIMS, false, &v, &err), OK);
    for (uint64_t q = 0; q < 20; q++) {
        float question[DIMS];
        int64_t truth[K];
        struct near near[K];
        size_t found;
        make(question, 1000000 + q);
        exactly(question, MANY, truth);
        assert_int_equal(vectors_nearest(v, question, K, near, &found, &err), OK);
        for (size_t a = 0; a < found; a++)
            for (size_t b = 0; b < K; b++) hits += near[a].number == truth[b];
        asked += K;
    }
    assert_true(hits >= asked * 9 / 10); /* chance's vectors of 96 numbers are harder than sentences: all look alike */
    vectors_close(v);
}

static void a_reader_sees_what_was_committed_while_a_writer_appends(void **state)
{
    const struct place *p = *state;
    struct vectors *writer, *reader;
    struct err err;
    make_file(p, 300);
    assert_int_equal(vectors_open(file_of(p), "one", DIMS, true, &writer, &err), OK);
    for (size_t n = 300; n < 1400; n += 101) {
        float floats[DIMS];
        make(floats, n);
        assert_int_equal(vectors_put(writer, (int64_t)n, floats, &err), OK); /* not committed yet */
        assert_int_equal(vectors_open(file_of(p), "one", DIMS, false, &reader, &err), OK);
        assert_int_equal(vectors_count(reader), n);
        put(writer, n + 1, n + 101);
        assert_finds(reader, n);
        assert_finds(writer, n + 101);
        vectors_close(reader);
    }
    vectors_close(writer);
}

static void another_model_and_no_file_are_absent(void **state)
{
    const struct place *p = *state;
    struct vectors *v;
    struct err err;
    assert_int_equal(vectors_open(file_of(p), "one", DIMS, false, &v, &err), E_ABSENT);
    make_file(p, 10);
    assert_int_equal(vectors_open(file_of(p), "two", DIMS, false, &v, &err), E_ABSENT);
    assert_int_equal(vectors_open(file_of(p), "one", DIMS - 1, false, &v, &err), E_ABSENT);
}

static void a_file_that_was_never_committed_leaves_nothing(void **state)
{
    const struct place *p = *state;
    struct vectors *v;
    struct err err;
    float floats[DIMS];
    make(floats, 1);
    assert_int_equal(vectors_make(file_of(p), "one", DIMS, &v, &err), OK);
    assert_int_equal(vectors_put(v, 1, floats, &err), OK);
    vectors_close(v);
    assert_int_equal(vectors_open(file_of(p), "one", DIMS, false, &v, &err), E_ABSENT);
}

static size_t size_of(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return (size_t)st.st_size;
}

static void flip(const char *path, size_t at)
{
    unsigned char byte;
    int fd = open(path, O_RDWR);
    assert_int_equal(pread(fd, &byte, 1, (off_t)at), 1);
    byte ^= 0x41;
    assert_int_equal(pwrite(fd, &byte, 1, (off_t)at), 1);
    close(fd);
}

/* Whatever byte is another one: it is told when opened or when met, or it lies where nothing is looked at. */
static void a_changed_byte_is_told_or_changes_nothing(void **state)
{
    const struct place *p = *state;
    make_file(p, 500);
    size_t told = 0, size = size_of(file_of(p));
    for (size_t at = 0; at < size; at += at < 44 ? 1 : 1531) {
        struct vectors *v = NULL;
        struct err err;
        flip(file_of(p), at);
        enum status s = vectors_open(file_of(p), "one", DIMS, false, &v, &err);
        for (size_t i = 0; i < 500 && !s; i += 50) {
            float question[DIMS];
            struct near near[K];
            size_t found;
            make(question, i);
            s = vectors_nearest(v, question, K, near, &found, &err);
            if (!s) assert_int_equal(near[0].number, i);
        }
        told += s != OK;
        assert_true(s == OK || s == E_FORMAT || s == E_ABSENT);
        vectors_close(s == OK || v ? v : NULL);
        flip(file_of(p), at);
    }
    assert_true(told > 60);
}

static void a_file_that_was_cut_is_torn(void **state)
{
    const struct place *p = *state;
    make_file(p, 600);
    for (size_t size = size_of(file_of(p)); size > 15000; size -= 9973) {
        struct vectors *v;
        struct err err;
        assert_int_equal(truncate(file_of(p), (off_t)size - 1), 0);
        assert_int_equal(vectors_open(file_of(p), "one", DIMS, false, &v, &err), E_FORMAT);
        assert_non_null(strstr(err.text, "torn"));
    }
}

/* ---- the store -------------------------------------------------------------------------------------------------------------- */

static void tell_many(struct store *s, size_t n)
{
    struct err err;
    struct incident_row *rows = calloc(n, sizeof *rows);
    struct vector_row *vectors = calloc(n, sizeof *vectors);
    float *floats = malloc(n * DIMS * sizeof *floats);
    assert_true(rows && vectors && floats);
    for (size_t i = 0; i < n; i++) {
        rows[i].incident = (struct incident){.kind = "loss_spike", .message = "spiked", .opened = 1, .closed = NAN};
        snprintf(rows[i].incident.id, sizeof rows[i].incident.id, "i%08u", (unsigned)i % 100000000);
        make(floats + i * DIMS, i);
        vectors[i] = (struct vector_row){rows[i].incident.id, "one", floats + i * DIMS, DIMS};
    }
    struct commit c = {.run = {.id = RUN_ID, .name = "run", .path = "/run"}, .incidents = rows, .n_incidents = n};
    if (store_commit(s, &c, &err) || store_put_vectors(s, vectors, n, &err)) fail_msg("%s", err.text);
    free(rows);
    free(vectors);
    free(floats);
}

struct answer {
    struct str ids;
    double last;
};

static bool add_answer(void *arg, const char *incident, const char *run, double cosine)
{
    struct answer *a = arg;
    assert_string_equal(run, RUN_ID);
    assert_true(cosine <= a->last + 1e-9);
    a->last = cosine;
    str_addf(&a->ids, "%s ", incident);
    return true;
}

/* The incidents nearest to the i-th, its own first. */
static char *nearest_to(struct store *s, size_t i)
{
    struct answer a = {.last = 2};
    struct err err;
    float question[DIMS];
    make(question, i);
    if (store_nearest(s, "one", question, DIMS, 5, add_answer, &a, &err)) fail_msg("%s", err.text);
    return a.ids.p;
}

static void assert_first(struct store *s, size_t i)
{
    char want[16], *ids = nearest_to(s, i);
    snprintf(want, sizeof want, "i%08zu", i);
    assert_memory_equal(ids, want, strlen(want));
    free(ids);
}

static void the_nearest_are_the_same_with_and_without_the_file(void **state)
{
    const struct place *p = *state;
    struct err err;
    struct store *s = open_or_fail(p->path, true);
    tell_many(s, MANY);
    assert_int_equal(access(file_of(p), F_OK), 0);
    struct store *reader = open_or_fail(p->path, false);
    for (size_t i = 0; i < MANY; i += 501) assert_first(s, i), assert_first(reader, i);

    /* What is deleted from the database is no answer, though the file has it. */
    assert_int_equal(store_outcome(s, "i00000501", "clip_gradients", "yes", NULL, 5, &err), OK);
    char *ids = nearest_to(reader, 501);
    assert_null(strstr(ids, "i00000501"));
    free(ids);

    /* What comes later is found before the file has it. */
    float v[DIMS];
    make(v, 501);
    assert_int_equal(store_vector(s, "i00000501", "one", v, DIMS, &err), OK);
    assert_first(reader, 501);
    assert_first(s, 501);

    /* A torn file, and none. */
    flip(file_of(p), 9);
    assert_first(reader, 1002);
    unlink(file_of(p));
    assert_first(reader, 1002);
    store_close(reader);
    store_close(s);
    s = open_or_fail(p->path, true);
    assert_first(s, 1503);
    size_t none = 0;
    assert_int_equal(store_unembedded(s, "one", 9, NULL, &none, &err), OK); /* at the daemon's start */
    assert_int_equal(access(file_of(p), F_OK), 0);
    assert_first(s, 1503);
    store_close(s);
}

static void a_file_of_another_database_is_not_believed(void **state)
{
    const struct place *p = *state;
    struct err err;
    struct store *s = open_or_fail(p->path, true);
    tell_many(s, 3);
    store_close(s);
    struct vectors *v;
    assert_int_equal(vectors_make(file_of(p), "one", DIMS, &v, &err), OK);
    put(v, 0, MANY);
    vectors_close(v);
    s = open_or_fail(p->path, false);
    for (size_t i = 0; i < 3; i++) assert_first(s, i);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PLACE(what_was_put_is_found_whatever_the_number),
        WITH_PLACE(nearly_all_of_the_nearest_are_found),
        WITH_PLACE(a_reader_sees_what_was_committed_while_a_writer_appends),
        WITH_PLACE(another_model_and_no_file_are_absent),
        WITH_PLACE(a_file_that_was_never_committed_leaves_nothing),
        WITH_PLACE(a_changed_byte_is_told_or_changes_nothing),
        WITH_PLACE(a_file_that_was_cut_is_torn),
        WITH_PLACE(the_nearest_are_the_same_with_and_without_the_file),
        WITH_PLACE(a_file_of_another_database_is_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
