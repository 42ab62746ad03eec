/* Decimal text becomes the double that strtod would give, in any locale; what is no number is refused. */
#include <float.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/base/num.h"

static uint64_t seed = 20240117;
static uint64_t next(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return seed >> 16;
}
static size_t below(size_t n) { return (size_t)(next() % n); }

static double parsed(const char *text)
{
    double v = 12345;
    if (!num_parse(span_of(text), &v)) fail_msg("'%s' is refused", text);
    return v;
}

/* A literal is read alone, and as the start of a long line, where more bytes at once may be looked at. */
static void assert_as_strtod(const char *text)
{
    char line[1200];
    double want = strtod(text, NULL), is = parsed(text), ahead = 12345;
    if (memcmp(&want, &is, sizeof is) != 0) fail_msg("'%s' reads as %a, strtod gives %a", text, is, want);
    int n = snprintf(line, sizeof line, "%s, \"loss\": 3.25, \"padding\": [1, 2, 3, 4, 5, 6, 7, 8, 9]}", text);
    assert_in_range(n, 1, sizeof line - 1);
    size_t used = num_prefix((struct span){line, (size_t)n}, &ahead);
    if (used != strlen(text) || memcmp(&want, &ahead, sizeof ahead) != 0)
        fail_msg("'%s' ahead of more reads as %a in %zu bytes, strtod gives %a", text, ahead, used, want);
}

/* Digits with a point somewhere, perhaps a sign and an exponent. */
static void random_literal(char *out)
{
    size_t whole = below(20), behind = below(22);
    char *p = out;
    if (below(3) == 0) *p++ = below(2) ? '-' : '+';
    if (!whole && !behind) whole = 1;
    for (size_t i = 0; i < whole; i++) *p++ = (char)('0' + below(10));
    if (behind || below(4) == 0) *p++ = '.';
    for (size_t i = 0; i < behind; i++) *p++ = (char)('0' + below(10));
    if (below(2))
        p += sprintf(
            p, "%c%s%zu", "eE" [below(2)], (const char *const[]) { "", "-", "+" }[below(3)], below(below(3) ? 30 : 345));
    *p = 0;
}

enum { LITERALS = 200000 };

static void literals_read_bit_by_bit_as_strtod(void **unused)
{
    (void)unused;
    char text[80];
    for (int i = 0; i < LITERALS; i++) random_literal(text), assert_as_strtod(text);
}

static double random_double(void)
{
    for (;;) {
        uint64_t bits = next() << 32 ^ next() << 8 ^ next();
        double x;
        memcpy(&x, &bits, sizeof x);
        if (isfinite(x)) return x;
    }
}

/* As programs print them: rounded, with all digits, of single precision, and as small as there are. */
static void printed_doubles_read_as_strtod(void **unused)
{
    (void)unused;
    char text[400];
    for (int i = 0; i < LITERALS; i++) {
        double unit = (double)(next() & 0xFFFFFFFFFFF) / (double)0x100000000000, x = random_double();
        double usual = unit * (const double[]){1, 10, 1e5, 1e-3, 1e-5, 1e-8}[below(6)];
        uint64_t few = next() & 0xFFFFF;
        double subnormal;
        memcpy(&subnormal, &few, sizeof subnormal);
        snprintf(text, sizeof text, "%.*f", (int)below(12), usual), assert_as_strtod(text);
        snprintf(text, sizeof text, "%.*e", (int)below(20), usual), assert_as_strtod(text);
        snprintf(text, sizeof text, "%.*g", 15 + (int)below(3), -usual), assert_as_strtod(text);
        snprintf(text, sizeof text, "%.17g", x), assert_as_strtod(text);
        assert_true(parsed(text) == x);
        snprintf(text, sizeof text, "%.9g", (double)(float)x), assert_as_strtod(text);
        if (i % 16 == 0) snprintf(text, sizeof text, "%.*g", 1 + (int)below(20), subnormal), assert_as_strtod(text);
        if (i % 64 == 0) snprintf(text, sizeof text, "%.*f", (int)below(340), x / 1e290), assert_as_strtod(text);
    }
}

/* Odd numbers of 54 bits lie midway between two doubles, and so do their multiples by powers of two: written by powers of ten. */
static void halfway_cases_go_to_the_even_neighbour(void **unused)
{
    (void)unused;
    char text[80];
    for (int i = 0; i < LITERALS; i++) {
        uint64_t half = UINT64_C(1) << 53 | (next() << 16 & ((UINT64_C(1) << 53) - 1)) | next() % 65536 | 1;
        unsigned power = (unsigned)below(5);
        uint64_t digits = half, five = 1;
        for (unsigned k = 0; k < power && digits < UINT64_MAX / 5; k++) digits *= 5;
        for (int64_t off = -1; off <= 1; off++) {
            snprintf(text, sizeof text, "%" PRIu64 "e-%u", digits + (uint64_t)off, power), assert_as_strtod(text);
            snprintf(text, sizeof text, "%" PRIu64 ".%s", half + (uint64_t)off, off ? "5" : "000000000000000000001");
            assert_as_strtod(text);
        }
        power = (unsigned)below(24);
        for (unsigned k = 0; k < power; k++) five *= 5;
        uint64_t least = (UINT64_C(1) << 53) / five + 1;
        snprintf(text, sizeof text, "%" PRIu64 "e%u", (least + next() % (least ? least : 1)) | 1, power), assert_as_strtod(text);
    }
}

static void the_edges_of_double_are_kept(void **unused)
{
    (void)unused;
    static const char *const edges[] = {"1.7976931348623157e308",
                                        "1.7976931348623159e308",
                                        "2.2250738585072014e-308",
                                        "2.2250738585072011e-308",
                                        "5e-324",
                                        "2e-324",
                                        "1e400",
                                        "-1e400",
                                        "1e-400",
                                        "9007199254740993",
                                        "9007199254740992.5",
                                        "0.0",
                                        "-0.0",
                                        "0e999999999",
                                        "1e22",
                                        "1e23",
                                        "123456789012345678901234567890",
                                        "0.000000000000000000000000000001",
                                        ".5",
                                        "5.",
                                        "1E+03",
                                        "1e-05",
                                        "00012"};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) assert_as_strtod(edges[i]);
    assert_true(signbit(parsed("-0.0")));
}

static void the_words_of_training_logs_are_numbers(void **unused)
{
    (void)unused;
    static const char *const nans[] = {"nan", "NaN", "-nan", "NAN", "1.#QNAN", "-1.#IND"};
    for (size_t i = 0; i < sizeof nans / sizeof *nans; i++) assert_true(isnan(parsed(nans[i])));
    static const char *const infinities[] = {"inf", "+inf", "Infinity", "INF", "1.#INF"};
    for (size_t i = 0; i < sizeof infinities / sizeof *infinities; i++) assert_true(parsed(infinities[i]) > DBL_MAX);
    assert_true(parsed("-inf") < -DBL_MAX);
    assert_true(parsed("-1.#INF") < -DBL_MAX);
}

static void what_is_no_number_is_refused_and_nothing_is_written(void **unused)
{
    (void)unused;
    static const char *const bad[] = {"",      " ",    "-",   "+",   ".",    "e5",      "1_000", "1,234", "0x10",
                                      "1.2.3", "1e5x", "12 ", " 12", "nano", "infinit", "--1",   "1e5.0", "٣"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double v = 7;
        if (num_parse(span_of(bad[i]), &v)) fail_msg("'%s' is taken for %g", bad[i], v);
        assert_true(v == 7);
    }
}

static void a_span_ends_where_it_says(void **unused)
{
    (void)unused;
    double v;
    assert_true(num_parse((struct span){"1234", 2}, &v) && v == 12);
    assert_int_equal(num_prefix((struct span){"3.5it/s", 7}, &v), 3);
    assert_true(v == 3.5);
    assert_int_equal(num_prefix((struct span){"2e", 2}, &v), 1);
    assert_int_equal(num_prefix((struct span){"loss", 4}, &v), 0);
    static const char *const starts[] = {"1.5e",
                                         "1.5e+",
                                         "7.",
                                         "007",
                                         "0.",
                                         "12.5.",
                                         "1e5e5",
                                         "1.#INF",
                                         "-0.25",
                                         "-.5",
                                         "+3",
                                         "NaN",
                                         "-inf",
                                         "3e-400",
                                         "3e-4000",
                                         "00.5",
                                         "1E2",
                                         "0e0",
                                         "12345678901234567890123456789012345",
                                         "0.00000000000000000000000000000000001",
                                         "0.000001234567890123456",
                                         "1.23456789012345678901"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) { /* the same with more behind it as at the end of all bytes */
        char line[128];
        double alone = 1, ahead = 2;
        size_t n = strlen(starts[i]);
        memset(line, ',', sizeof line);
        memcpy(line, starts[i], n);
        assert_int_equal(num_prefix((struct span){line, n}, &alone), num_prefix((struct span){line, sizeof line}, &ahead));
        assert_memory_equal(&alone, &ahead, sizeof alone);
    }
}

static void the_locale_does_not_matter(void **unused)
{
    (void)unused;
    if (!setlocale(LC_NUMERIC, "de_DE.UTF-8")) print_message("no German locale here: only the C locale is checked\n");
    assert_true(parsed("3.25") == 3.25);
    assert_true(fabs(parsed("1.2345678901234567890123e-7") - 1.2345678901234568e-7) < 1e-22);
    setlocale(LC_NUMERIC, "C");
}

static void integers_must_fit(void **unused)
{
    (void)unused;
    static const char *const bad[] = {"", "-", "1.0", "1e3", "9223372036854775808", "99999999999999999999", "0x1", " 1", "1 "};
    int64_t v = 5;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(num_integer(span_of(bad[i]), &v));
    assert_int_equal(v, 5);
    assert_true(num_integer(span_of("9223372036854775807"), &v) && v == INT64_MAX);
    assert_true(num_integer(span_of("-9223372036854775807"), &v) && v == -INT64_MAX);
    assert_true(num_integer(span_of("+12"), &v) && v == 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literals_read_bit_by_bit_as_strtod),
        cmocka_unit_test(printed_doubles_read_as_strtod),
        cmocka_unit_test(halfway_cases_go_to_the_even_neighbour),
        cmocka_unit_test(the_edges_of_double_are_kept),
        cmocka_unit_test(the_words_of_training_logs_are_numbers),
        cmocka_unit_test(what_is_no_number_is_refused_and_nothing_is_written),
        cmocka_unit_test(a_span_ends_where_it_says),
        cmocka_unit_test(the_locale_does_not_matter),
        cmocka_unit_test(integers_must_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
