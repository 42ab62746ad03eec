/* test_npy - numpy's headers as numpy writes them and as nobody should; arrays of objects are pickles and are judged as such. */
#include "ckpt_numbers.h"
#include "zip_made.h"

static struct probe p;
static const char evil[] = "\x80\x02"
                           "cposix\nsystem\nX\x01\x00\x00\x00x\x85R.";

/* Magic, version, length, dict, blanks to a multiple of 64. Returns the header's bytes. */
static size_t put_header(char *to, const char *dict, unsigned major)
{
    size_t prefix = major == 1 ? 10 : 12, n = strlen(dict), whole = (prefix + n + 1 + 63) / 64 * 64, length = whole - prefix;
    memcpy(to, "\x93NUMPY", 6);
    to[6] = (char)major, to[7] = 0;
    for (size_t i = 8; i < prefix; i++) to[i] = (char)(length >> 8 * (i - 8));
    memcpy(to + prefix, dict, n);
    memset(to + prefix + n, ' ', length - n);
    to[whole - 1] = '\n';
    return whole;
}

static void scan(const char *dict, unsigned major, const void *data, size_t n)
{
    static char bytes[1 << 16];
    size_t header = put_header(bytes, dict, major);
    memcpy(bytes + header, data, n);
    int fd = probe_bytes(bytes, header + n);
    probe_fd(&p, fd, "array.npy", NULL, &ckpt_limits_usual);
    close(fd);
}

static void every_version_and_type_is_read(void **state)
{
    static const char zeros[4096];
    static const struct {
        const char *dict;
        unsigned major;
        size_t bytes;
        enum tensor_dtype dtype;
    } good[] = {
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }", 1, 48, TENSOR_F32},
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (7,), }", 2, 7, TENSOR_BOOL},
        {"{'descr': '>c16', 'fortran_order': True, 'shape': (), }", 3, 16, TENSOR_C128},
        {"{'shape': (0, 5), 'fortran_order': False, 'descr': '<i8'}", 1, 0, TENSOR_I64},
        {"{\"descr\": '<U12', 'fortran_order': False, 'shape': (2,), }", 1, 96, TENSOR_OPAQUE},
        {"{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (2,), }", 1, 16, TENSOR_OPAQUE},
        {"{'descr': [('a', '<f4'), ('b', '<i2', (2, 2))], 'fortran_order': False, 'shape': (2,), }", 1, 24, TENSOR_OPAQUE},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3L, 4L), }", 1, 48, TENSOR_F32},
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        scan(good[i].dict, good[i].major, zeros, good[i].bytes);
        if (p.state != CKPT_WHOLE || p.safety != CKPT_SAFE || p.n_tensors != 1)
            fail_msg("%s: %s", good[i].dict, p.reasons.p ? p.reasons.p : "");
        assert_int_equal(p.tensors[0].dtype, good[i].dtype);
        assert_string_equal(p.tensors[0].name, "array");
        probe_done(&p);
    }
}

static void a_header_that_numpy_would_not_write_is_corrupt(void **state)
{
    static const char zeros[64];
    static const char *const bad[] = {
        "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), 'x': 1}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (3,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-3,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 3, }",
        "{'descr': __import__('os'), 'fortran_order': False, 'shape': (3,), }",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (3,), }",
        "[]",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), } + 1",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (18446744073709551615, 18446744073709551615), }",
        "{'descr': '', 'fortran_order': False, 'shape': (3,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967295, 4294967295, 4), }",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        scan(bad[i], 1, zeros, 12);
        if (p.state != CKPT_CORRUPT) fail_msg("%s is %s", bad[i], inspection_state_name(p.state));
        probe_done(&p);
    }
    scan("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 1, zeros, 13);
    assert_int_equal(p.state, CKPT_INCOMPLETE); /* another array may follow */
    probe_done(&p);
    scan("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 1, zeros, 40);
    assert_int_equal(p.state, CKPT_INCOMPLETE); /* sized for one that has not come */
    probe_done(&p);
    char other[40] = {[20] = 'x'};
    scan("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 1, other, sizeof other);
    assert_int_equal(p.state, CKPT_CORRUPT);
    probe_done(&p);
}

static void a_header_that_breaks_off_in_zeros_is_incomplete_where_nothing_follows(void **state)
{
    static char bytes[256];
    size_t header = put_header(bytes, "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 1), n = header + 12;
    (void)state;
    memset(bytes + header / 2, 0, n - header / 2);
    for (int follows = 0; follows < 2; follows++) {
        bytes[n - 1] = follows ? 'x' : 0;
        int fd = probe_bytes(bytes, n);
        probe_fd(&p, fd, "array.npy", NULL, &ckpt_limits_usual);
        assert_int_equal(p.state, follows ? CKPT_CORRUPT : CKPT_INCOMPLETE);
        probe_done(&p);
        close(fd);
    }
}

static void arrays_of_objects_are_judged_as_pickles(void **state)
{
    static const char *const dicts[] = {"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
                                        "{'descr': [('a', '<f4'), ('b', '|O')], 'fortran_order': False, 'shape': (1,), }",
                                        "{'descr': '|O8', 'fortran_order': False, 'shape': (1,), }"};
    static char bytes[4096];
    static struct made m;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        scan(dicts[i], 1, evil, sizeof evil - 1);
        assert_int_equal(p.safety, CKPT_MALICIOUS);
        assert_non_null(strstr(p.reasons.p, "posix.system"));
        probe_done(&p);
        size_t n = put_header(bytes, dicts[i], 1);
        memcpy(bytes + n, evil, sizeof evil - 1);
        for (unsigned method = 0; method <= 8; method += 8) {
            memset(&m, 0, sizeof m);
            made_add(&m, "a.npy", bytes, n + sizeof evil - 1, method, 0);
            made_finish(&m);
            made_scan(&m, &p, "a.npz", NULL, NULL);
            assert_string_equal(p.format, "npz");
            assert_int_equal(p.safety, CKPT_MALICIOUS);
            probe_done(&p);
        }
    }
}

static void a_member_that_is_no_array_makes_an_npz_not_safe(void **state)
{
    static struct made m;
    char bytes[128];
    size_t n = put_header(bytes, "{'descr': '|u1', 'fortran_order': False, 'shape': (0,), }", 1);
    (void)state;
    made_add(&m, "a.npy", bytes, n, 0, 0);
    made_add(&m, "b.bin", "\x01\x02\x03", 3, 0, 0);
    made_finish(&m);
    made_scan(&m, &p, "a.npz", NULL, NULL);
    assert_int_equal(p.safety, CKPT_SAFETY_UNVERIFIED);
    probe_done(&p);
    memset(&m, 0, sizeof m);
    made_add(&m, "a.npy", bytes, n, 0, 0);
    made_add(&m, "b.npy", evil, sizeof evil - 1, 8, 0);
    made_finish(&m);
    made_scan(&m, &p, "a.npz", NULL, NULL);
    assert_int_equal(p.safety, CKPT_MALICIOUS);
    probe_done(&p);
}

static void a_member_as_long_as_its_shape_does_not_say_is_corrupt(void **state)
{
    static struct made m;
    char bytes[256] = {0};
    size_t n = put_header(bytes, "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 1);
    (void)state;
    made_add(&m, "a.npy", bytes, n + 11, 0, 0);
    made_finish(&m);
    made_scan(&m, &p, "a.npz", NULL, NULL);
    assert_int_equal(p.state, CKPT_CORRUPT);
    probe_done(&p);
}

static void several_arrays_in_one_file_are_all_read(void **state)
{
    static char bytes[1024];
    size_t n = 0;
    (void)state;
    for (int i = 0; i < 3; i++) n += put_header(bytes + n, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 1) + 8;
    int fd = probe_bytes(bytes, n);
    probe_fd(&p, fd, "log.npy", NULL, &ckpt_limits_usual);
    assert_int_equal(p.state, CKPT_WHOLE);
    assert_int_equal(p.n_tensors, 3);
    assert_string_equal(p.tensors[2].name, "log.2");
    probe_done(&p);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_version_and_type_is_read),
        cmocka_unit_test(a_header_that_numpy_would_not_write_is_corrupt),
        cmocka_unit_test(a_header_that_breaks_off_in_zeros_is_incomplete_where_nothing_follows),
        cmocka_unit_test(arrays_of_objects_are_judged_as_pickles),
        cmocka_unit_test(a_member_that_is_no_array_makes_an_npz_not_safe),
        cmocka_unit_test(a_member_as_long_as_its_shape_does_not_say_is_corrupt),
        cmocka_unit_test(several_arrays_in_one_file_are_all_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
