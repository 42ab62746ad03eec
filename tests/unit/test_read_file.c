/* A finished event file with pictures: what stands around them is told as ever, and they themselves are not read. Files are made in the
 * words of tfevents_made.h. */
#include <math.h>
#include <unistd.h>

#include "../../daemon/engine/read.h"
#include "format_probe.h"
#include "tfevents_made.h"

static struct str made(const char *words)
{
    struct str file = {0};
    tfevents_made(&file, words);
    return file;
}

static const struct format *tfevents(void) { return format_by_name("tfevents"); }

/* told_of_file - what `check` would be told of it. */
static struct probe *told_of_file(const char *words)
{
    char path[] = "/tmp/mlwatch-read.XXXXXX";
    struct err err = {0};
    struct str bytes = made(words);
    struct probe *p = probe_open(tfevents(), PROBE_ARENA_BYTES);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.p, bytes.n), bytes.n);
    assert_int_equal(read_file(path, tfevents(), &p->out, INFINITY, &err), OK);
    str_add(&p->text, "");
    close(fd);
    unlink(path);
    str_done(&bytes);
    return p;
}

static struct probe *told_when_fed(const char *words)
{
    struct str bytes = made(words);
    struct probe *p = probe_open(tfevents(), PROBE_ARENA_BYTES);
    probe_read(p, (struct span){bytes.p, bytes.n}, bytes.n, 1);
    str_add(&p->text, "");
    str_done(&bytes);
    return p;
}

static void what_stands_around_pictures_is_told_as_when_all_is_read(void **unused)
{
    static const char words[] =
        "V\ns loss 1 2\ni picture 1 3000000\ns loss 2 1.5\ni picture 2 400000\ni other 2 2000000\ns loss 3 1\n"
        "m 4 700000 lr 0.5\ni small 4 100\nh weights 5\ni picture 5 5000000\ns loss 5 0.5";
    (void)unused;
    struct probe *file = told_of_file(words), *fed = told_when_fed(words);
    assert_int_equal(file->bad, 0);
    probe_expect(file, "point loss 5 0.5 @12 t1600000005.000");
    assert_string_equal(file->text.p, fed->text.p);
    probe_close(file);
    probe_close(fed);
}

/* A byte in the middle of it is wrong: nobody looks. */
static void a_large_picture_is_not_read(void **unused)
{
    static const char words[] = "V\ns loss 1 2\ni picture 1 9000000\nflip 2000000\ns loss 2 1";
    (void)unused;
    struct probe *file = told_of_file(words), *fed = told_when_fed(words);
    assert_int_equal(file->points, 2);
    assert_int_equal(file->bad, 0);
    assert_int_equal(fed->bad, 1);
    probe_close(file);
    probe_close(fed);
}

static void numbers_beside_a_picture_are_read_under_their_checksum(void **unused)
{
    (void)unused;
    struct probe *p = told_of_file("V\nm 3 5000000 loss 1.5\nflip 300000\ns lr 4 1");
    probe_expect(p, "bad @2 a record is damaged: its checksum does not fit");
    assert_int_equal(p->points, 1);
    probe_close(p);
}

static void a_torn_picture_is_reported_once(void **unused)
{
    static const char *const cuts[] = {"V\ni picture 1 3000000\ncut 1", "V\ni picture 1 3000000\ncut 4",
                                       "V\ni picture 1 3000000\ncut 5", "V\ni picture 1 3000000\ncut 2000000"};
    (void)unused;
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        struct probe *p = told_of_file(cuts[i]);
        assert_int_equal(p->bad, 1);
        probe_expect(p, "bad @2 the last record is torn");
        probe_close(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stands_around_pictures_is_told_as_when_all_is_read),
        cmocka_unit_test(a_large_picture_is_not_read),
        cmocka_unit_test(numbers_beside_a_picture_are_read_under_their_checksum),
        cmocka_unit_test(a_torn_picture_is_reported_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
