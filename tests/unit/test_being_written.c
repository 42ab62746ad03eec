/* A checkpoint that is being written is never called corrupt, however often and at whatever moment it is looked at; and one that was cut is
 * never called whole. Through the reader that is a program of its own, with a writer at work in another thread. MLWATCH_DEEP=1 writes 100 MB
 * and looks 1,000 times a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <zlib.h>

#include "../../daemon/base/sanitized.h"
#include "../../daemon/base/str.h"
#include "../../daemon/engine/checkpoint/checkpoint.h"
#include "checkpoint_made.h"

static bool deep(void) { return getenv("MLWATCH_DEEP") != NULL; }
static size_t looks(void) { return deep() ? 1000 : SANITIZED ? 12 : 100; }
static size_t big_floats(void) { return deep() ? 25 << 20 : 1 << 18; }

/* libhdf5 does not come to an end on some files of zeros: half a second is enough for the others. */
static uint8_t look(struct made *m, const char *name, struct str *why)
{
    const struct checkpoint_options o = {.program = m->program, .seconds = 0.5};
    struct checkpoint c;
    struct err err = {0};
    if (checkpoint_inspect(made_path(m, name), NULL, &o, &c, &err)) fail_msg("%s", err.text);
    uint8_t state = c.state;
    str_clear(why);
    for (size_t i = 0; i < c.n_reasons; i++) str_addf(why, "%s; ", c.reasons[i]);
    checkpoint_done(&c);
    return state;
}

/* ---- files: real ones, and large ones of the two formats that large models come in --------------------------------------------------- */

static void load(const char *name, struct str *ret)
{
    char path[512], bytes[4096];
    snprintf(path, sizeof path, "%s/tests/fixtures/ckpt/%s", SOURCE_DIR, name);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, f)) > 0;) str_add_span(ret, (struct span){bytes, n});
    fclose(f);
}

static void add(struct str *s, const void *p, size_t n) { str_add_span(s, (struct span){p, n}); }
#define ADD(s, text) add(s, text, sizeof(text) - 1)
static void add_le(struct str *s, uint64_t v, size_t n)
{
    for (; n; n--, v >>= 8) add(s, &(char){(char)v}, 1);
}
static void add_floats(struct str *s, size_t n)
{
    for (size_t i = 0; i < n; i++) add(s, &(float){0.001F * (float)(i % 977) - 0.4F}, sizeof(float));
}

static void big_safetensors(struct str *ret)
{
    struct str header = {0};
    size_t n = big_floats();
    str_addf(&header, "{\"w\":{\"dtype\":\"F32\",\"shape\":[%zu],\"data_offsets\":[0,%zu]}}", n, 4 * n);
    add_le(ret, header.n, 8);
    str_add_span(ret, (struct span){header.p, header.n});
    add_floats(ret, n);
    str_done(&header);
}

/* {"w": a vector of n floats, in storage 0}, as torch.save pickles it. */
static void tensor_pickle(struct str *s, size_t n)
{
    ADD(s, "\x80\2}X\1\0\0\0wctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nFloatStorage\n");
    ADD(s, "X\1\0\0\0"
           "0X\3\0\0\0cpuJ");
    add_le(s, n, 4);
    ADD(s, "tQK\0J");
    add_le(s, n, 4);
    ADD(s, "\x85K\1\x85\x89"
           "ccollections\nOrderedDict\n)RtRs.");
}

struct member {
    const char *name;
    struct str bytes;
    size_t at;
};

/* Local header, name, bytes; the same again in the directory (APPNOTE 4.3.7, 4.3.12, 4.3.16). */
static void add_head(struct str *s, const struct member *m, bool directory)
{
    add(s, directory ? "PK\1\2\0\0" : "PK\3\4", directory ? 6 : 4);
    add_le(s, 0, 10); /* version, flags, stored, time, date */
    add_le(s, crc32(0, (const Bytef *)m->bytes.p, (uInt)m->bytes.n), 4);
    add_le(s, m->bytes.n, 4), add_le(s, m->bytes.n, 4);
    add_le(s, strlen(m->name), 2), add_le(s, 0, 2);
    if (directory) add_le(s, 0, 8), add_le(s, 0, 2), add_le(s, m->at, 4);
    str_add(s, m->name);
}

static void big_torch(struct str *ret)
{
    struct member members[] = {{.name = "m/data.pkl"}, {.name = "m/byteorder"}, {.name = "m/data/0"}, {.name = "m/version"}};
    enum { MEMBERS = sizeof members / sizeof *members };
    tensor_pickle(&members[0].bytes, big_floats());
    str_add(&members[1].bytes, "little");
    add_floats(&members[2].bytes, big_floats());
    str_add(&members[3].bytes, "3\n");
    for (size_t i = 0; i < MEMBERS; i++) {
        members[i].at = ret->n;
        add_head(ret, &members[i], false);
        str_add_span(ret, (struct span){members[i].bytes.p, members[i].bytes.n});
    }
    size_t directory = ret->n;
    for (size_t i = 0; i < MEMBERS; i++) add_head(ret, &members[i], true);
    size_t bytes = ret->n - directory;
    add(ret, "PK\5\6\0\0\0\0", 8);
    add_le(ret, MEMBERS, 2), add_le(ret, MEMBERS, 2), add_le(ret, bytes, 4), add_le(ret, directory, 4), add_le(ret, 0, 2);
    for (size_t i = 0; i < MEMBERS; i++) str_done(&members[i].bytes);
}

static const struct subject {
    const char *name;
    void (*make)(struct str *ret); /* NULL: a kept file */
} subjects[] = {
    {"model.safetensors", NULL},
    {"model.pt", NULL},
    {"legacy.pt", NULL},
    {"optimizer.pt", NULL},
    {"model.keras", NULL},
    {"model.weights.h5", NULL},
    {"legacy.h5", NULL},
    {"model.gguf", NULL},
    {"stored.npz", NULL},
    {"c.npy", NULL},
    {"big.safetensors", big_safetensors},
    {"big.pt", big_torch},
};
enum { SUBJECTS = sizeof subjects / sizeof *subjects };

static void make(const struct subject *s, struct str *ret)
{
    str_clear(ret);
    if (s->make) s->make(ret);
    else load(s->name, ret);
}

/* ---- the writer: as fast as it is looked at, so that it ends with the last look -------------------------------------------------------- */

struct writing {
    const struct str *file;
    const char *path;
    size_t looks;
    _Atomic size_t looked;
};

static void *write_slowly(void *arg)
{
    struct writing *w = arg;
    int fd = open(w->path, O_WRONLY);
    size_t piece = w->file->n / (4 * w->looks) + 1;
    for (size_t at = 0; fd >= 0 && at < w->file->n;) {
        if ((double)at > (double)w->file->n * (double)(atomic_load(&w->looked) + 1) / (double)w->looks) {
            usleep(200);
            continue;
        }
        size_t n = w->file->n - at < piece ? w->file->n - at : piece;
        if (pwrite(fd, w->file->p + at, n, (off_t)at) != (ssize_t)n) break;
        at += n;
    }
    if (fd >= 0) close(fd);
    return NULL;
}

static void watch(struct made *m, const struct subject *s, const struct str *file, bool sized)
{
    struct str why = {0};
    char path[512];
    pthread_t thread;
    made_bytes(m, s->name, "", 0);
    snprintf(path, sizeof path, "%s", m->path);
    if (sized) assert_int_equal(truncate(path, (off_t)file->n), 0);
    struct writing w = {.file = file, .path = path, .looks = looks() / (s->make ? 1 : 4) + 1};
    assert_int_equal(pthread_create(&thread, NULL, write_slowly, &w), 0);
    for (size_t i = 0; i < w.looks; i++) {
        uint8_t state = look(m, s->name, &why);
        atomic_store(&w.looked, i + 1);
        if (state == INSPECTED_CORRUPT) fail_msg("%s, look %zu of %zu: corrupt, because %s", s->name, i, w.looks, why.p);
    }
    pthread_join(thread, NULL);
    if (look(m, s->name, &why) != INSPECTED_WHOLE) fail_msg("%s, once written: %s", s->name, why.p);
    str_done(&why);
}

static void watch_all(bool sized)
{
    struct made m;
    struct str file = {0};
    made_begin(&m);
    for (const struct subject *s = subjects; s < subjects + SUBJECTS; s++) {
        make(s, &file);
        watch(&m, s, &file, sized);
    }
    made_end(&m);
    str_done(&file);
}

static void one_being_written_is_never_called_corrupt(void **state) { (void)state, watch_all(false); }

static void one_that_has_its_size_before_its_bytes_is_not_called_corrupt(void **state) { (void)state, watch_all(true); }

/* Where the file system keeps holes: its pages that were never written are told, and their zeros are not taken for weights. */
static void one_that_was_left_with_a_hole_is_incomplete(void **state)
{
    struct made m;
    struct str file = {0}, why = {0};
    (void)state;
    made_begin(&m);
    big_safetensors(&file);
    made_bytes(&m, "half.safetensors", file.p, file.n / 2);
    assert_int_equal(truncate(m.path, (off_t)file.n), 0);
    int fd = open(m.path, O_RDONLY);
    bool keeps_holes = lseek(fd, 0, SEEK_HOLE) < (off_t)file.n;
    close(fd);
    uint8_t told = look(&m, "half.safetensors", &why);
    if (keeps_holes && (told != INSPECTED_INCOMPLETE || !strstr(why.p, "never written")))
        fail_msg("%s, because %s", inspection_state_name(told), why.p);
    made_bytes(&m, "half.safetensors", file.p, file.n);
    assert_int_equal(look(&m, "half.safetensors", &why), INSPECTED_WHOLE);
    made_end(&m);
    str_done(&file);
    str_done(&why);
}

/* ---- one whose writer is dead ---------------------------------------------------------------------------------------------------------- */

static void a_cut_one_is_told_at_two_hundred_places(void **state)
{
    struct made m;
    struct str file = {0}, why = {0};
    size_t cuts = deep() ? 1000 : SANITIZED ? 12 : 200;
    (void)state;
    made_begin(&m);
    for (const struct subject *s = subjects; s < subjects + 5; s++) {
        make(s, &file);
        for (size_t i = 0; i < cuts; i++) {
            made_bytes(&m, s->name, file.p, (size_t)((double)file.n * (double)i / (double)cuts));
            uint8_t told = look(&m, s->name, &why);
            if (told != INSPECTED_INCOMPLETE)
                fail_msg("%s, cut %zu of %zu: %s, because %s", s->name, i, cuts, inspection_state_name(told), why.p);
        }
    }
    made_end(&m);
    str_done(&file);
    str_done(&why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_being_written_is_never_called_corrupt),
        cmocka_unit_test(one_that_has_its_size_before_its_bytes_is_not_called_corrupt),
        cmocka_unit_test(one_that_was_left_with_a_hole_is_incomplete),
        cmocka_unit_test(a_cut_one_is_told_at_two_hundred_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
