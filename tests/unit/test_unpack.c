/* Packed logs as plain ones: whole, torn at every byte, in several parts, and those that are no log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

#include "../../daemon/base/unpack.h"

enum { TEXT_BYTES = 300000, PACKED_BYTES = 1 << 20 };

struct place {
    char path[64];
    char text[TEXT_BYTES], packed[PACKED_BYTES], got[TEXT_BYTES + 1];
    size_t n_text, n_packed, n_got;
    struct err err;
};

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    strcpy(p->path, "/tmp/mlwatch-unpack.XXXXXX");
    int fd = mkstemp(p->path);
    assert_true(fd >= 0);
    close(fd);
    for (int step = 0; p->n_text + 100 < TEXT_BYTES; step++)
        p->n_text += (size_t)sprintf(p->text + p->n_text, "{\"step\": %d, \"loss\": %.6f}\n", step, 1.0 / (1 + step));
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    unlink(p->path);
    free(p);
    return 0;
}

static void pack_gzip(struct place *p, size_t from, size_t to)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (unsigned char *)p->text + from;
    z.avail_in = (uInt)(to - from);
    z.next_out = (unsigned char *)p->packed + p->n_packed;
    z.avail_out = (uInt)(PACKED_BYTES - p->n_packed);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    p->n_packed = PACKED_BYTES - z.avail_out;
    deflateEnd(&z);
}

static void pack_zstd(struct place *p, size_t from, size_t to)
{
    size_t n = ZSTD_compress(p->packed + p->n_packed, PACKED_BYTES - p->n_packed, p->text + from, to - from, 3);
    assert_false(ZSTD_isError(n));
    p->n_packed += n;
}

static void save(const struct place *p, size_t n)
{
    FILE *f = fopen(p->path, "w");
    assert_int_equal(fwrite(p->packed, 1, n, f), n);
    fclose(f);
}

/* The content into got; false when there is no descriptor. */
static bool unpack(struct place *p)
{
    p->n_got = 0;
    int fd = unpack_open(p->path, &p->err);
    if (fd < 0) return false;
    for (ssize_t n; (n = read(fd, p->got + p->n_got, sizeof p->got - p->n_got)) > 0;) p->n_got += (size_t)n;
    struct stat st;
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_nlink, 0);
    close(fd);
    return true;
}

static void expect_all(struct place *p)
{
    assert_true(unpack(p));
    assert_int_equal(p->err.status, OK);
    assert_int_equal(p->n_got, p->n_text);
    assert_memory_equal(p->got, p->text, p->n_text);
}

static void gzip_and_zstd_give_what_was_packed(void **state)
{
    struct place *p = *state;
    pack_gzip(p, 0, p->n_text);
    save(p, p->n_packed);
    expect_all(p);
    p->n_packed = 0;
    pack_zstd(p, 0, p->n_text);
    save(p, p->n_packed);
    expect_all(p);
}

static void parts_behind_one_another_are_one_file(void **state)
{
    struct place *p = *state;
    pack_gzip(p, 0, 1000), pack_gzip(p, 1000, 1000), pack_gzip(p, 1000, p->n_text);
    save(p, p->n_packed);
    expect_all(p);
    p->n_packed = 0;
    pack_zstd(p, 0, 70000), pack_zstd(p, 70000, p->n_text);
    save(p, p->n_packed);
    expect_all(p);
}

static void what_stands_behind_the_last_part_does_not_count(void **state)
{
    struct place *p = *state;
    pack_gzip(p, 0, p->n_text);
    memset(p->packed + p->n_packed, 0, 512);
    save(p, p->n_packed + 512);
    expect_all(p);
}

static void a_torn_file_gives_its_beginning_and_says_so(void **state)
{
    struct place *p = *state;
    for (int zstd = 0; zstd < 2; zstd++) {
        p->n_packed = 0;
        if (zstd) pack_zstd(p, 0, p->n_text);
        else pack_gzip(p, 0, p->n_text);
        size_t before = 0;
        for (size_t n = 4; n < p->n_packed; n += n < 64 || n + 64 > p->n_packed ? 1 : 499) {
            save(p, n);
            if (!unpack(p)) continue;
            assert_int_equal(p->err.status, E_FORMAT);
            assert_non_null(strstr(p->err.text, p->path));
            assert_in_range(p->n_got, before, p->n_text);
            assert_memory_equal(p->got, p->text, p->n_got);
            before = p->n_got;
        }
        assert_true(before > p->n_text / 3);
    }
}

static void damage_ends_the_content_and_is_said(void **state)
{
    struct place *p = *state;
    pack_gzip(p, 0, p->n_text);
    p->packed[p->n_packed - 6] ^= 1; /* the checksum */
    save(p, p->n_packed);
    assert_true(unpack(p));
    assert_int_equal(p->err.status, E_FORMAT);
    assert_int_equal(p->n_got, p->n_text);
}

static void a_bomb_is_not_unpacked(void **state)
{
    struct place *p = *state;
    static char zeros[1 << 20];
    z_stream z = {0};
    FILE *f = fopen(p->path, "w");
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    for (int mib = 0; mib < 96; mib++) {
        z.next_in = (unsigned char *)zeros;
        z.avail_in = sizeof zeros;
        do {
            z.next_out = (unsigned char *)p->packed;
            z.avail_out = PACKED_BYTES;
            deflate(&z, mib == 95 ? Z_FINISH : Z_NO_FLUSH);
            fwrite(p->packed, 1, PACKED_BYTES - z.avail_out, f);
        } while (z.avail_in || !z.avail_out);
    }
    deflateEnd(&z);
    fclose(f);
    int fd = unpack_open(p->path, &p->err);
    struct stat st;
    assert_true(fd >= 0 && fstat(fd, &st) == 0);
    assert_int_equal(p->err.status, E_LIMIT);
    assert_in_range(st.st_size, UNPACK_FREE_BYTES, UNPACK_FREE_BYTES + (1 << 20));
    close(fd);
}

static void other_files_are_refused_with_the_reason(void **state)
{
    struct place *p = *state;
    memcpy(p->packed, "step,loss\n", 10);
    save(p, 10);
    assert_false(unpack(p));
    assert_int_equal(p->err.status, E_FORMAT);
    save(p, 0);
    assert_false(unpack(p));
    unlink(p->path);
    assert_false(unpack(p));
    assert_int_equal(p->err.status, E_IO);
    assert_int_equal(mkfifo(p->path, 0600), 0);
    assert_false(unpack(p));
    assert_int_equal(p->err.status, E_IO);
}

static void the_head_is_had_without_the_rest(void **state)
{
    struct place *p = *state;
    char head[4096];
    pack_zstd(p, 0, p->n_text);
    save(p, p->n_packed - 100);
    FILE *f = fopen(p->path, "r");
    assert_int_equal(unpack_head(fileno(f), head, sizeof head), sizeof head);
    assert_memory_equal(head, p->text, sizeof head);
    fclose(f);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(gzip_and_zstd_give_what_was_packed),
        CASE(parts_behind_one_another_are_one_file),
        CASE(what_stands_behind_the_last_part_does_not_count),
        CASE(a_torn_file_gives_its_beginning_and_says_so),
        CASE(damage_ends_the_content_and_is_said),
        CASE(a_bomb_is_not_unpacked),
        CASE(other_files_are_refused_with_the_reason),
        CASE(the_head_is_had_without_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
