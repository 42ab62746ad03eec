/* Points that wait to be written down come back bit for bit, in their order, whatever they are; those of an ordinary log take few bytes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/engine/packed.h"
#include "chance.h"

enum { POINTS = 5000 };

static void expect_back(const struct point_row *rows, size_t n, struct packed *p)
{
    struct point_row *out = malloc((n + 1) * sizeof *out);
    assert_non_null(out);
    for (size_t i = 0; i < n; i++) assert_true(packed_add(p, &rows[i]));
    assert_int_equal(p->n, n);
    packed_rows(p, out);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(out[i].series, rows[i].series);
        assert_int_equal(out[i].source, rows[i].source);
        assert_int_equal(out[i].segment, rows[i].segment);
        assert_int_equal(out[i].step, rows[i].step);
        assert_int_equal(out[i].line, rows[i].line);
        assert_memory_equal(&out[i].time, &rows[i].time, sizeof rows[i].time);
        assert_memory_equal(&out[i].value, &rows[i].value, sizeof rows[i].value);
    }
    free(out);
}

static void an_ordinary_log_takes_few_bytes(void **unused)
{
    (void)unused;
    struct point_row *rows = calloc(POINTS, sizeof *rows);
    struct packed p = {0};
    seed = 7;
    for (size_t i = 0; i < POINTS; i++) rows[i] = (struct point_row){3, 1, 0, (int64_t)(10 * i), NAN, chance(), i + 1};
    expect_back(rows, POINTS, &p);
    assert_in_range(p.used, POINTS, 12 * POINTS);
    packed_done(&p);
    free(rows);
}

static void what_few_decimals_tell_takes_fewer(void **unused)
{
    (void)unused;
    struct point_row *rows = calloc(POINTS, sizeof *rows);
    struct packed p = {0};
    seed = 8;
    for (size_t i = 0; i < POINTS; i++)
        rows[i] = (struct point_row){3, 1, 0, (int64_t)(10 * i), NAN, (double)((int64_t)below(100000) - 10000) / 10000, i + 1};
    expect_back(rows, POINTS, &p);
    assert_in_range(p.used, POINTS, 7 * POINTS);
    packed_done(&p);
    free(rows);
}

static double odd_value(void)
{
    uint64_t bits = (uint64_t)(chance() * 0x1p63) << 1 ^ (uint64_t)below(2);
    double v;
    if (chance() < 0.2) return chance() < 0.5 ? (double)NAN : -(double)INFINITY;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static void anything_comes_back_bit_for_bit(void **unused)
{
    (void)unused;
    struct point_row *rows = calloc(POINTS, sizeof *rows);
    struct packed p = {0};
    seed = 11;
    for (size_t i = 0; i < POINTS; i++) {
        rows[i] = (struct point_row){.series = (uint32_t)below(UINT32_MAX), .time = odd_value(), .value = odd_value()};
        rows[i].source = (uint16_t)below(65536), rows[i].segment = (uint16_t)below(65536);
        rows[i].step = chance() < 0.5 ? INT64_MIN + (int64_t)below(9) : INT64_MAX - (int64_t)below(9);
        rows[i].line = chance() < 0.5 ? UINT64_MAX - below(9) : below(9);
    }
    expect_back(rows, POINTS, &p);
    packed_done(&p);
    expect_back(rows, 0, &p);
    packed_done(&p);
    free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ordinary_log_takes_few_bytes),
        cmocka_unit_test(what_few_decimals_tell_takes_fewer),
        cmocka_unit_test(anything_comes_back_bit_for_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
