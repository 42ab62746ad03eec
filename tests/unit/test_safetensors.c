/* test_safetensors - the reference's own rules: what it refuses is corrupt, what is on its way is incomplete, and the rest is read exactly. */
#include "ckpt_numbers.h"

enum { FILE_ROOM = 1 << 16 };
static struct probe p;

/* A file of a header and so many bytes of data; the length is the header's own unless one is given. */
static void scan_as(const char *header, size_t header_n, uint64_t told, size_t data, const struct ckpt_limits *max)
{
    static unsigned char bytes[FILE_ROOM];
    for (unsigned i = 0; i < 8; i++) bytes[i] = (unsigned char)(told >> 8 * i);
    memcpy(bytes + 8, header, header_n);
    memset(bytes + 8 + header_n, 0, data);
    int fd = probe_bytes(bytes, 8 + header_n + data);
    probe_fd(&p, fd, "model.safetensors", NULL, max);
    close(fd);
    assert_string_equal(p.format, "safetensors");
}

static void expect(const char *header, size_t data, enum ckpt_state state)
{
    scan_as(header, strlen(header), strlen(header), data, &ckpt_limits_usual);
    if (p.state != state) fail_msg("%s is %s: %s", header, inspection_state_name(p.state), p.reasons.p ? p.reasons.p : "");
    if (state == CKPT_WHOLE) assert_int_equal(p.safety, CKPT_SAFE);
    probe_done(&p);
}

#define T(name, dtype, shape, from, to)                                                                                          \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":[" #from "," #to "]}"

static void what_the_reference_takes_is_whole(void **state)
{
    (void)state;
    expect("{}", 0, CKPT_WHOLE);
    expect("{" T("a", "F32", "[2,3]", 0, 24) "}   ", 24, CKPT_WHOLE);
    expect("{" T("b", "F16", "[]", 4, 6) "," T("a", "I32", "[1]", 0, 4) "}", 6, CKPT_WHOLE);
    expect("{" T("a", "F32", "[0,9]", 0, 0) "," T("b", "U8", "[1]", 0, 1) "}", 1, CKPT_WHOLE);
    expect("{\"__metadata__\":{\"format\":\"pt\",\"\":\"\"}," T("a", "F4", "[2]", 0, 1) "}", 1, CKPT_WHOLE);
    expect("{\"a\":{\"shape\":[1],\"data_offsets\":[0,1],\"dtype\":\"U8\"}}", 1, CKPT_WHOLE);
    expect("{" T("\\u00e9\\ud83d\\ude00\\n", "U8", "[1]", 0, 1) "}", 1, CKPT_WHOLE);
    expect("{" T("a", "F99_NEW", "[2,2]", 0, 7) "}", 7, CKPT_WHOLE);
}

static void an_unknown_dtype_is_reported_and_fails_nothing(void **state)
{
    static const char header[] = "{" T("a", "F99_NEW", "[2,2]", 0, 7) "," T("b", "U8", "[1]", 7, 8) "}";
    (void)state;
    scan_as(header, sizeof header - 1, sizeof header - 1, 8, &ckpt_limits_usual);
    assert_int_equal(p.n_tensors, 2);
    assert_int_equal(p.tensors[0].dtype, TENSOR_OPAQUE);
    assert_string_equal(p.tensors[0].dtype_name, "F99_NEW");
    assert_non_null(strstr(p.facts.p, "unknown_dtype=F99_NEW"));
    probe_done(&p);
}

static void what_the_reference_refuses_is_corrupt(void **state)
{
    static const char *const headers[] = {
        "{" T("a", "U8", "[1]", 0, 1) "," T("a", "U8", "[1]", 1, 2) "}", /* a name twice */
        "{" T("a", "U8", "[1]", 0, 1) "," T("b", "U8", "[1]", 0, 1) "}", /* overlap */
        "{" T("a", "U8", "[1]", 1, 2) "}",                               /* hole at the start */
        "{" T("a", "U8", "[1]", 0, 1) "," T("b", "U8", "[0]", 2, 2) "}", /* hole */
        "{" T("a", "F32", "[2,3]", 0, 2) "}",                            /* offsets and shape */
        "{" T("a", "U8", "[1]", 2, 1) "}",                               /* ends before it begins */
        "{" T("a", "U8", "[18446744073709551615,3]", 0, 2) "}",          /* overflow */
        "{" T("a", "F64", "[2305843009213693953]", 0, 2) "}",            /* overflow of bits */
        "{" T("a", "F4", "[1]", 0, 1) "}",                               /* half a byte */
        "{" T("a", "U8", "[-1]", 0, 1) "}",
        "{" T("a", "U8", "[1.0]", 0, 1) "}",
        "{" T("a", "U8", "[01]", 0, 1) "}",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,1,2]}}",
        "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}",
        "{\"a\":7}",
        "{\"__metadata__\":{\"n\":1}}",
        "{\"__metadata__\":{},\"__metadata__\":{}}",
        "{" T("a", "U8", "[2]", 0, 2) "} x",
        "{" T("a", "U8", "[2]", 0, 2) ",}",
        "{'a':1}",
        "{" T("\xC3\x28", "U8", "[2]", 0, 2) "}",
        "{" T("\xED\xA0\x80", "U8", "[2]", 0, 2) "}",
        "{" T("\\ud800", "U8", "[2]", 0, 2) "}",
        "{" T("a\\u0000b", "U8", "[2]", 0, 2) "}",
        "{" T("a\x01", "U8", "[2]", 0, 2) "}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) expect(headers[i], 2, CKPT_CORRUPT);
    expect("{" T("a", "U8", "[1]", 0, 1) "}", 2, CKPT_CORRUPT); /* a byte too much */
}

static void what_is_on_its_way_is_incomplete(void **state)
{
    static const char header[] = "{" T("a", "U8", "[4]", 0, 4) "}";
    char half[sizeof header] = {0};
    (void)state;
    for (size_t data = 0; data < 4; data++) expect(header, data, CKPT_INCOMPLETE);
    memcpy(half, header, 9); /* its size was set before its bytes came */
    scan_as(half, sizeof header - 1, sizeof header - 1, 4, &ckpt_limits_usual);
    assert_int_equal(p.state, CKPT_INCOMPLETE);
    probe_done(&p);
    memset(half, 0, sizeof half);
    scan_as(half, sizeof header - 1, 0, 4, &ckpt_limits_usual);
    assert_int_equal(p.state, CKPT_INCOMPLETE);
    probe_done(&p);
}

static void a_header_above_the_limit_is_refused_before_it_is_read(void **state)
{
    static const uint64_t lengths[] = {100000001, UINT64_MAX, UINT64_MAX - 8, INT64_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        scan_as("{}", 2, lengths[i], 100, &ckpt_limits_usual);
        assert_int_equal(p.state, CKPT_CORRUPT);
        assert_int_equal(p.arena.used_bytes, 0);
        probe_done(&p);
    }
}

static void values_nested_without_end_are_refused(void **state)
{
    static char header[40000] = "{\"a\":{\"x\":";
    (void)state;
    memset(header + strlen(header), '[', 30000);
    expect(header, 0, CKPT_CORRUPT);
}

static void more_tensors_than_the_limit_are_unverified_with_its_number(void **state)
{
    static const char header[] = "{" T("a", "U8", "[0]", 0, 0) "," T("b", "U8", "[0]", 0, 0) "," T("c", "U8", "[0]", 0, 0) "}";
    struct ckpt_limits two = ckpt_limits_usual;
    (void)state;
    two.tensors = 2;
    scan_as(header, sizeof header - 1, sizeof header - 1, 0, &two);
    assert_int_equal(p.status, E_LIMIT);
    assert_non_null(strstr(p.err.text, "2 tensors"));
    probe_done(&p);
}

static void names_of_buffers_are_told_from_parameters(void **state)
{
    static const char header[] = "{" T("bn.running_mean", "U8", "[0]", 0, 0) "," T("bn.weight", "U8", "[0]", 0, 0) "}";
    (void)state;
    scan_as(header, sizeof header - 1, sizeof header - 1, 0, &ckpt_limits_usual);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(p.tensors[i].part, strstr(p.tensors[i].name, "running") ? CKPT_BUFFER : CKPT_PARAMETER);
    probe_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_reference_takes_is_whole),
        cmocka_unit_test(an_unknown_dtype_is_reported_and_fails_nothing),
        cmocka_unit_test(what_the_reference_refuses_is_corrupt),
        cmocka_unit_test(what_is_on_its_way_is_incomplete),
        cmocka_unit_test(a_header_above_the_limit_is_refused_before_it_is_read),
        cmocka_unit_test(values_nested_without_end_are_refused),
        cmocka_unit_test(more_tensors_than_the_limit_are_unverified_with_its_number),
        cmocka_unit_test(names_of_buffers_are_told_from_parameters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
