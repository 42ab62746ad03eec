/* Text that came from a log is shown and never obeyed. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/base/str.h"

static void assert_printed(const char *text, size_t n, size_t max, const char *want)
{
    struct str s = {0};
    str_add_printable(&s, (struct span){text, n}, max);
    assert_string_equal(s.p ? s.p : "", want);
    str_done(&s);
}

static void escapes_and_controls_become_question_marks(void **unused)
{
    (void)unused;
    assert_printed("a\x1b[31mred", 9, 99, "a?[31mred");
    assert_printed("bell\a\b\x7f", 7, 99, "bell???");
    assert_printed("a\0b", 3, 99, "a?b");
    assert_printed("c1 \xc2\x9b", 5, 99, "c1 ?");
    assert_printed("line\nnext\tcell\r", 15, 99, "line next cell ");
    assert_printed("\xe2\x80\xae"
                   "evil",
                   7, 99, "?evil");
    assert_printed("\xe2\x81\xa6x\xe2\x81\xa9", 7, 99, "?x?");
}

static void broken_utf8_becomes_question_marks(void **unused)
{
    (void)unused;
    assert_printed("\xff\xfe", 2, 99, "??");
    assert_printed("\xc0\xaf", 2, 99, "??");
    assert_printed("\xed\xa0\x80", 3, 99, "???");
    assert_printed("\xf4\x90\x80\x80", 4, 99, "????");
    assert_printed("ab\xe2\x82", 4, 99, "ab??");
    assert_printed("\xe2\x82\xac \xf0\x9f\x99\x82", 8, 99, "\xe2\x82\xac \xf0\x9f\x99\x82");
}

static void long_text_ends_in_an_ellipsis(void **unused)
{
    (void)unused;
    assert_printed("abcdef", 6, 3, "abc…");
    assert_printed("abc", 3, 3, "abc");
    assert_printed("äöü", 6, 2, "äö…");
    assert_printed("", 0, 0, "");
}

/* Whatever the bytes: printable ASCII or valid UTF-8 without controls comes out, and not more than was allowed. */
static void no_bytes_get_through(void **unused)
{
    (void)unused;
    uint64_t seed = 3;
    for (int k = 0; k < 20000; k++) {
        char bytes[32];
        struct str s = {0};
        size_t count = 0;
        for (size_t i = 0; i < sizeof bytes; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = (char)(seed >> 40);
        }
        str_add_printable(&s, (struct span){bytes, sizeof bytes}, 20);
        for (size_t i = 0; i < s.n; i++) {
            unsigned char c = (unsigned char)s.p[i];
            assert_true(c >= 0x20 && c != 0x7f);
            count += (c & 0xc0) != 0x80;
        }
        assert_true(count <= 21 && strlen(s.p) == s.n);
        str_done(&s);
    }
}

static void numbers_are_short_and_name_what_is_not_finite(void **unused)
{
    (void)unused;
    static const struct {
        double value;
        const char *text;
    } rows[] = {{0, "0"},
                {-0.0, "0"},
                {3, "3"},
                {-41, "-41"},
                {0.00031, "0.00031"},
                {2.30258, "2.303"},
                {1e12, "1e+12"},
                {123456, "123456"},
                {5e-324, "4.941e-324"},
                {NAN, "NaN"},
                {INFINITY, "Infinity"},
                {-INFINITY, "-Infinity"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str s = {0};
        str_add_number(&s, rows[i].value);
        assert_string_equal(s.p, rows[i].text);
        str_done(&s);
    }
}

static void a_str_can_be_used_again(void **unused)
{
    (void)unused;
    struct str s = {0};
    for (int i = 0; i < 5000; i++) str_addf(&s, "%d,", i);
    assert_int_equal(s.n, 23890);
    assert_string_equal(s.p + s.n - 5, "4999,");
    str_clear(&s);
    assert_string_equal(s.p, "");
    str_add(&s, NULL);
    str_add_span(&s, (struct span){"abc", 2});
    char *taken = str_take(&s);
    assert_string_equal(taken, "ab");
    free(taken);
    assert_true(s.p == NULL && s.n == 0);
    char *empty = str_take(&s);
    assert_string_equal(empty, "");
    free(empty);
    str_done(&s);
    str_done(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_and_controls_become_question_marks),
        cmocka_unit_test(broken_utf8_becomes_question_marks),
        cmocka_unit_test(long_text_ends_in_an_ellipsis),
        cmocka_unit_test(no_bytes_get_through),
        cmocka_unit_test(numbers_are_short_and_name_what_is_not_finite),
        cmocka_unit_test(a_str_can_be_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
