/* The command line: what is an option, what is a word, and what is said when it is neither. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/base/opt.h"

static const struct opt table[] = {{"format", 'f', "FORMAT", ""},
                                   {"fail-on", 0, "SEVERITY", ""},
                                   {"json", 0, NULL, ""},
                                   {"tag", 't', "K=V", ""},
                                   {NULL, 0, NULL, NULL}};

#define PARSE(...)                                                                                                               \
    char *argv[] = {__VA_ARGS__};                                                                                                \
    struct opt_result r;                                                                                                         \
    struct err err = {0};                                                                                                        \
    enum status status = opt_parse(table, (int)(sizeof argv / sizeof *argv), argv, &r, &err)

static void options_stand_anywhere_among_words(void **unused)
{
    (void)unused;
    PARSE("a", "--format", "json", "b", "--json", "c");
    assert_int_equal(status, OK);
    assert_int_equal(r.n_words, 3);
    assert_string_equal(r.words[0], "a");
    assert_string_equal(r.words[2], "c");
    assert_true(opt_has(&r, "json") && !opt_has(&r, "fail-on"));
    assert_string_equal(opt_value(&r, "format", "text"), "json");
    assert_string_equal(opt_value(&r, "fail-on", "critical"), "critical");
}

static void values_come_behind_a_sign_or_a_space_and_the_last_counts(void **unused)
{
    (void)unused;
    PARSE("--format=a", "-f", "b", "--tag=k=v", "--tag", "--json");
    assert_int_equal(status, OK);
    assert_string_equal(opt_value(&r, "format", ""), "b");
    assert_string_equal(opt_value(&r, "tag", ""), "--json");
    assert_false(opt_has(&r, "json"));
    assert_int_equal(r.n_given, 4);
}

static void behind_two_dashes_everything_is_a_word(void **unused)
{
    (void)unused;
    PARSE("x", "--", "--format", "-f", "--");
    assert_int_equal(status, OK);
    assert_int_equal(r.n_words, 4);
    assert_string_equal(r.words[1], "--format");
    assert_string_equal(r.words[3], "--");
}

static void one_dash_is_a_word(void **unused)
{
    (void)unused;
    PARSE("-");
    assert_int_equal(status, OK);
    assert_int_equal(r.n_words, 1);
}

#define REFUSED(name, pattern, ...)                                                                                              \
    static void name(void **unused)                                                                                              \
    {                                                                                                                            \
        (void)unused;                                                                                                            \
        PARSE(__VA_ARGS__);                                                                                                      \
        assert_int_equal(status, E_USAGE);                                                                                       \
        if (!strstr(err.text, pattern)) fail_msg("'%s' does not say '%s'", err.text, pattern);                                   \
    }
REFUSED(a_mistyped_option_gets_the_nearest_one, "did you mean '--format'", "--fromat", "x")
REFUSED(an_option_without_its_value_is_refused, "needs a value (FORMAT)", "--format")
REFUSED(a_flag_with_a_value_is_refused, "takes no value", "--json=1")
REFUSED(an_unknown_letter_is_refused, "'-x'", "-x")

static void too_many_options_are_refused(void **unused)
{
    (void)unused;
    char *argv[OPT_MAX + 1];
    struct opt_result r;
    struct err err = {0};
    for (int i = 0; i <= OPT_MAX; i++) argv[i] = "--json";
    assert_int_equal(opt_parse(table, OPT_MAX, argv, &r, &err), OK);
    assert_int_equal(opt_parse(table, OPT_MAX + 1, argv, &r, &err), E_USAGE);
}

static void numbers_lie_in_their_range(void **unused)
{
    (void)unused;
    PARSE("--format", "2.5", "--tag", "x", "--fail-on", "nan");
    double v = 0;
    assert_int_equal(status, OK);
    assert_int_equal(opt_number(&r, "format", 0, 10, 1, &v, &err), OK);
    assert_true(v == 2.5);
    assert_int_equal(opt_number(&r, "format", 3, 10, 1, &v, &err), E_USAGE);
    assert_int_equal(opt_number(&r, "tag", 0, 10, 1, &v, &err), E_USAGE);
    assert_int_equal(opt_number(&r, "fail-on", 0, 10, 1, &v, &err), E_USAGE);
    assert_int_equal(opt_number(&r, "json", 0, 10, 7, &v, &err), OK);
    assert_true(v == 7);
}

static void the_nearest_word_is_near(void **unused)
{
    (void)unused;
    static const char *const verbs[] = {"attach", "check", "report", "search", "status"};
    assert_string_equal(opt_nearest("chekc", verbs, 5), "check");
    assert_string_equal(opt_nearest("atach", verbs, 5), "attach");
    assert_string_equal(opt_nearest("statsu", verbs, 5), "status");
    assert_null(opt_nearest("banana", verbs, 5));
    assert_null(opt_nearest("", verbs, 5));
    assert_null(opt_nearest("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", verbs, 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_anywhere_among_words),
        cmocka_unit_test(values_come_behind_a_sign_or_a_space_and_the_last_counts),
        cmocka_unit_test(behind_two_dashes_everything_is_a_word),
        cmocka_unit_test(one_dash_is_a_word),
        cmocka_unit_test(a_mistyped_option_gets_the_nearest_one),
        cmocka_unit_test(an_option_without_its_value_is_refused),
        cmocka_unit_test(a_flag_with_a_value_is_refused),
        cmocka_unit_test(an_unknown_letter_is_refused),
        cmocka_unit_test(too_many_options_are_refused),
        cmocka_unit_test(numbers_lie_in_their_range),
        cmocka_unit_test(the_nearest_word_is_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
