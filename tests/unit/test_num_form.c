/* A number read by the form of the one before it is the double that strtod gives, and ends where the number ends; what is no JSON number
 * is refused, whatever was learned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/base/num_form.h"

enum { BEFORE = 32, LITERAL_BYTES = 64 };

static uint64_t seed = 20260105;
static uint32_t below(uint32_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % n;
}

/* The literal stands in a line of digits and points, so that what is read beside it shows. */
static const char *read_in_line(struct num_form *f, const char *literal, const char *behind, double *value, char *line)
{
    memset(line, '7', BEFORE);
    int n = snprintf(line + BEFORE, LITERAL_BYTES, "%s%s", literal, behind);
    memset(line + BEFORE + n, '8', NUM_SCAN_BYTES + LITERAL_BYTES - (size_t)n);
    return num_form_scan(f, line + BEFORE, value);
}

static void assert_as_strtod(struct num_form *f, const char *literal, const char *behind)
{
    char line[BEFORE + 2 * LITERAL_BYTES + NUM_SCAN_BYTES];
    double want = strtod(literal, NULL), is = 12345;
    const char *end = read_in_line(f, literal, behind, &is, line);
    if (!end) return; /* left to the slower way */
    if (end != line + BEFORE + strlen(literal) || memcmp(&want, &is, sizeof is) != 0)
        fail_msg("'%s' reads as %a in %td bytes, strtod gives %a", literal, is, end - line - BEFORE, want);
}

/* A shape as trainers print them; the digits are others each time. */
static void literal_like(char *out, const char *shape)
{
    for (; *shape; shape++) *out++ = *shape == 'd' ? (char)('0' + below(10)) : *shape == 'D' ? (char)('1' + below(9)) : *shape;
    *out = 0;
}

static const char *const shapes[] = {"0.dddd",
                                     "-D.dd",
                                     "D.dddddd",
                                     "Dddd",
                                     "d",
                                     "-d",
                                     "0.dddddddddddd",
                                     "D.ddde-05",
                                     "Ddd.d",
                                     "0.0",
                                     "-0.0",
                                     "D.dde-10",
                                     "DdddddddddddD",
                                     "-D.ddde-06",
                                     "D.ddde+03",
                                     "0.d",
                                     "Dd.dddd",
                                     "DdddddD.ddddddd",
                                     "0",
                                     "D.de5",
                                     "D.dddE-04",
                                     "De-7",
                                     "D.d",
                                     "D.de-22",
                                     "D.dddde-120",
                                     "0.ddddddddddddddddd",
                                     "D.ddddddddddddddd",
                                     "0.ddddddddddddddddd",
                                     "-0.0ddddddddddddddddd",
                                     "D.ddddddddddddddde-05",
                                     "Ddd.dddddddddddddddd",
                                     "0.000Ddddddddddddddddd",
                                     "DddddddddD.dddddddddddd",
                                     "0.ddddddddddddddddddddddddddddddddd",
                                     "Ddddddddddddddddddddddd.d"};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static void a_number_of_the_form_before_it_is_read_as_strtod_reads_it(void **unused)
{
    static const char *const behinds[] = {", \"x\": 1}", "}\n", ",", "\n", "\r\n"};
    char literal[LITERAL_BYTES];
    (void)unused;
    for (int round = 0; round < 4000; round++) {
        struct num_form f = {0};
        const char *shape = shapes[below(SHAPES)], *behind = behinds[below(5)];
        for (int i = 0; i < 8; i++) literal_like(literal, shape), assert_as_strtod(&f, literal, behind);
    }
}

static void forms_that_change_are_read_as_well(void **unused)
{
    char literal[LITERAL_BYTES];
    struct num_form f = {0};
    (void)unused;
    for (int round = 0; round < 40000; round++) {
        literal_like(literal, shapes[below(SHAPES)]);
        assert_as_strtod(&f, literal, below(2) ? "," : "}");
    }
}

static void a_number_that_comes_again_needs_no_second_look(void **unused)
{
    char line[BEFORE + 2 * LITERAL_BYTES + NUM_SCAN_BYTES];
    struct num_form f = {0};
    double value = 0;
    (void)unused;
    assert_non_null(read_in_line(&f, "0.1234", ", ", &value, line));
    assert_non_null(read_in_line(&f, "0.9876", ", ", &value, line));
    assert_true(value == 0.9876);
#if defined __SSE2__
    assert_int_equal(f.misses, 1);
#endif
}

/* One byte of a literal is changed: what num_scan refuses there, the form refuses too, and the other way round. */
static void what_is_no_number_is_refused_by_every_form(void **unused)
{
    static const char bytes[] = "0123456789.-+eE,} \n\"x:";
    char literal[LITERAL_BYTES], line[BEFORE + 2 * LITERAL_BYTES + NUM_SCAN_BYTES];
    (void)unused;
    for (int round = 0; round < 40000; round++) {
        struct num_form f = {0};
        double value = 0, plain = 0;
        literal_like(literal, shapes[below(SHAPES)]);
        read_in_line(&f, literal, ", ", &value, line);
        literal[below((uint32_t)strlen(literal))] = bytes[below(sizeof bytes - 1)];
        const char *end = read_in_line(&f, literal, ", ", &value, line), *want = num_scan(line + BEFORE, &plain);
        if (end != want || (end && memcmp(&value, &plain, sizeof value) != 0))
            fail_msg("'%s' ends %td bytes on", literal, end - want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_of_the_form_before_it_is_read_as_strtod_reads_it),
        cmocka_unit_test(forms_that_change_are_read_as_well),
        cmocka_unit_test(a_number_that_comes_again_needs_no_second_look),
        cmocka_unit_test(what_is_no_number_is_refused_by_every_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
