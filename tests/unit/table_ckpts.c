/* table_ckpts - what every checkpoint format of the list keeps: a file that its framework wrote is whole, and every tensor has exactly the numbers
 * that the framework reads in it; cut anywhere, as while it is written, it is incomplete; changed anywhere it crashes nothing; memory stays under its cap. */
#include "ckpt_numbers.h"

enum { FLIPS = 300, CUTS_MIN = 200, EDGE_BYTES = 700, SMALL_ARENA_BYTES = 4096 };

struct subject {
    const char *file, *format;
    bool numbers; /* has a table */
    bool library; /* libhdf5 reads it: hostile bytes may crash that, which is what the worker is for */
};
static const struct subject subjects[] = {
    {"model.safetensors", "safetensors", true, false},
    {"c.npy", "npy", true, false},
    {"fortran.npy", "npy", true, false},
    {"big.npy", "npy", true, false},
    {"stored.npz", "npz", true, false},
    {"deflated.npz", "npz", true, false},
    {"model.gguf", "gguf", true, false},
    {"plain.h5", "hdf5", true, true},
    {"legacy.h5", "hdf5", true, true},
    {"model.weights.h5", "hdf5", true, true},
    {"model.keras", "keras", true, true},
    {"model.pt", "torch", true, false},
    {"legacy.pt", "torch-legacy", true, false},
    {"optimizer.pt", "torch", false, false},
    {"torch/views_legacy.pt", "torch-legacy", false, false},
    {"torch/training_args.bin", "torch", false, false},
    {"torch/estimator_zlib.joblib", "pickle", false, false},
    {"torch/arrays_5.pkl", "pickle", false, false},
};
enum { SUBJECTS = sizeof subjects / sizeof *subjects };
static const char folder[] = SOURCE_DIR "/tests/fixtures/ckpt/";

static const struct ckpt *reader_named(const char *name)
{
    for (const struct ckpt *const *c = ckpts; *c; c++)
        if (strcmp((*c)->name, name) == 0) return *c;
    return NULL;
}

static char *load(const struct subject *s, size_t *n)
{
    char path[512];
    snprintf(path, sizeof path, "%s%s", folder, s->file);
    char *bytes = probe_load(path, n);
    assert_non_null(bytes);
    return bytes;
}

static bool can_be_read(const struct subject *s)
{
#ifdef MLWATCH_HDF5
    (void)s;
    return true;
#else
    return !s->library;
#endif
}

static const struct ckpt_tensor *find(const struct probe *p, const char *name)
{
    for (size_t i = 0; i < p->n_tensors; i++)
        if (strcmp(p->tensors[i].name, name) == 0) return &p->tensors[i];
    fail_msg("no tensor '%s' was described", name);
    return NULL;
}

static void check_table(int fd, const struct subject *s, const struct probe *p)
{
    char path[512];
    size_t i;
    json_t *row;
    snprintf(path, sizeof path, "%s%s.tensors.json", folder, s->file);
    json_t *table = json_load_file(path, 0, NULL);
    assert_true(json_array_size(table) > 0);
    json_array_foreach(table, i, row)
    {
        const struct ckpt_tensor *t = find(p, json_string_value(json_object_get(row, "name")));
        for (size_t room = 16; room <= 65536; room *= 64) number_check(fd, t, row, room);
    }
    json_decref(table);
}

static void real_files_are_whole_and_safe_and_have_their_numbers(void **state)
{
    static struct probe p;
    (void)state;
    for (const struct subject *s = subjects; s < subjects + SUBJECTS; s++) {
        if (!can_be_read(s)) continue;
        size_t n;
        char *bytes = load(s, &n);
        int fd = probe_bytes(bytes, n);
        probe_fd(&p, fd, s->file, NULL, &ckpt_limits_usual);
        if (p.state != CKPT_WHOLE || p.safety != CKPT_SAFE) fail_msg("%s: %s", s->file, p.reasons.p);
        assert_string_equal(p.format, s->format);
        if (s->numbers) check_table(fd, s, &p);
        probe_done(&p);
        close(fd);
        free(bytes);
    }
}

static void check_cut(const struct subject *s, const char *bytes, size_t n)
{
    static struct probe p;
    int fd = probe_bytes(bytes, n);
    probe_fd(&p, fd, s->file, reader_named(s->format), &ckpt_limits_usual);
    if (p.state != CKPT_INCOMPLETE) fail_msg("%s cut at %zu is %s: %s", s->file, n, inspection_state_name(p.state), p.reasons.p);
    probe_done(&p);
    close(fd);
}

/* Every byte of both ends, and a few hundred between. */
static void a_cut_file_is_incomplete(void **state)
{
    (void)state;
    for (const struct subject *s = subjects; s < subjects + SUBJECTS; s++) {
        size_t n, cuts = 0;
        char *bytes = load(s, &n);
        size_t step = n / 97 + 1;
        for (size_t at = 0; at < n; at += at < EDGE_BYTES || at + EDGE_BYTES > n ? 1 : step, cuts++) check_cut(s, bytes, at);
        assert_true(cuts >= CUTS_MIN || cuts == n);
        free(bytes);
    }
}

/* The first `there` bytes, then zeros to n: corrupt never; whole only where the header is, which tells every tensor. */
static void check_sized(const struct subject *s, const char *bytes, size_t there, size_t n, size_t tensors)
{
    static struct probe p;
    int fd = probe_bytes(bytes, there);
    assert_int_equal(ftruncate(fd, (off_t)n), 0);
    probe_fd(&p, fd, s->file, NULL, &ckpt_limits_usual);
    bool fits = p.state == CKPT_INCOMPLETE || (p.state == CKPT_WHOLE && p.n_tensors == tensors);
    if (!fits)
        fail_msg("%s, of which %zu bytes are there, is %s with %zu tensors: %s", s->file, there, inspection_state_name(p.state),
                 p.n_tensors, p.reasons.p ? p.reasons.p : "");
    probe_done(&p);
    close(fd);
}

static size_t tensors_of(const struct subject *s, const char *bytes, size_t n)
{
    static struct probe p;
    int fd = probe_bytes(bytes, n);
    probe_fd(&p, fd, s->file, NULL, &ckpt_limits_usual);
    size_t tensors = p.n_tensors;
    probe_done(&p);
    close(fd);
    return tensors;
}

/* libhdf5 runs for ever, or into nothing, on some files of zeros: those come through the worker (test_being_written). */
static void a_file_that_has_its_size_before_its_bytes_is_incomplete(void **state)
{
    (void)state;
    for (const struct subject *s = subjects; s < subjects + SUBJECTS; s++) {
        if (s->library) continue;
        size_t n;
        char *bytes = load(s, &n);
        size_t tensors = tensors_of(s, bytes, n);
        size_t edge = EDGE_BYTES / 2, step = n / 97 + 1;
        for (size_t there = 0; there < n; there += there < edge || there + edge > n ? 1 : step)
            check_sized(s, bytes, there, n, tensors);
        free(bytes);
    }
}

static void read_all(int fd, const struct probe *p)
{
    for (size_t i = 0; i < p->n_tensors && i < PROBE_TENSORS; i++) {
        size_t n;
        struct err err = {0};
        if (p->tensors[i].count > 1 << 20) continue;
        char *bytes = number_bytes(fd, &p->tensors[i], 4096, &n, &err);
        if (!bytes) assert_true(err.text[0]);
        free(bytes);
    }
}

static void changed_bytes_crash_nothing(void **state)
{
    static struct probe p;
    (void)state;
    srand(11);
    for (const struct subject *s = subjects; s < subjects + SUBJECTS; s++) {
        if (s->library) continue;
        size_t n;
        char *bytes = load(s, &n);
        for (int i = 0; i < FLIPS; i++) {
            size_t at = (size_t)rand() % n;
            char was = bytes[at];
            bytes[at] = (char)(i % 3 ? bytes[at] ^ 1 << rand() % 8 : rand());
            int fd = probe_bytes(bytes, n);
            probe_fd(&p, fd, s->file, reader_named(s->format), &ckpt_limits_usual);
            read_all(fd, &p);
            probe_done(&p);
            close(fd);
            bytes[at] = was;
        }
        free(bytes);
    }
}

static void a_full_arena_ends_a_scan_and_nothing_else(void **state)
{
    struct arena arena;
    static struct probe p;
    (void)state;
    for (const struct subject *s = subjects; s < subjects + SUBJECTS; s++) {
        size_t n;
        char *bytes = load(s, &n);
        int fd = probe_bytes(bytes, n);
        struct ckpt_file f = {.fd = fd, .path = s->file, .size = n, .head = {bytes, n < 4096 ? n : 4096}};
        for (size_t cap = 0; cap < SMALL_ARENA_BYTES; cap += 48) {
            p = (struct probe){0};
            arena_init(&arena, cap);
            struct ckpt_sink sink = {&p, &arena, probe_tensor, probe_group, probe_fact, probe_state, probe_safety};
            enum status status = reader_named(s->format)->scan(&f, &ckpt_limits_usual, &sink, &p.err);
            assert_true(status == OK || status == E_LIMIT || status == E_MEMORY || status == E_ABSENT);
            if (status != OK) assert_true(p.err.text[0]);
            assert_true(arena.used_bytes <= cap);
            arena_done(&arena);
            str_done(&p.reasons);
            str_done(&p.facts);
        }
        close(fd);
        free(bytes);
    }
}

/* A network file system may return an error for any byte. */
static void a_closed_descriptor_is_an_error_and_no_verdict(void **state)
{
    static struct probe p;
    (void)state;
    for (const struct subject *s = subjects; s < subjects + SUBJECTS; s++) {
        size_t n;
        char *bytes = load(s, &n);
        struct ckpt_file f = {.fd = -1, .path = s->file, .size = n, .head = {bytes, n < 4096 ? n : 4096}};
        p = (struct probe){0};
        arena_init(&p.arena, PROBE_ARENA_BYTES);
        struct ckpt_sink sink = {&p, &p.arena, probe_tensor, probe_group, probe_fact, probe_state, probe_safety};
        enum status status = reader_named(s->format)->scan(&f, &ckpt_limits_usual, &sink, &p.err);
        if (status == OK && p.state == CKPT_WHOLE && p.safety == CKPT_SAFE) fail_msg("%s was judged unread", s->file);
        probe_done(&p);
        free(bytes);
    }
}

static void every_format_says_what_it_is(void **state)
{
    (void)state;
    for (const struct ckpt *const *c = ckpts; *c; c++) {
        assert_non_null((*c)->name);
        assert_true(strlen((*c)->summary) > 10);
        const struct ckpt_file nothing = {.fd = -1, .path = "x", .head = {"", 0}};
        assert_int_equal((*c)->sniff(&nothing), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_files_are_whole_and_safe_and_have_their_numbers),
        cmocka_unit_test(a_cut_file_is_incomplete),
        cmocka_unit_test(a_file_that_has_its_size_before_its_bytes_is_incomplete),
        cmocka_unit_test(changed_bytes_crash_nothing),
        cmocka_unit_test(a_full_arena_ends_a_scan_and_nothing_else),
        cmocka_unit_test(a_closed_descriptor_is_an_error_and_no_verdict),
        cmocka_unit_test(every_format_says_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
