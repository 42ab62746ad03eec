/* Which lines may wait for their turn: those of the same words as the ones before, with numbers no longer than theirs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/engine/glance.h"

static struct span text(const char *s) { return (struct span){s, strlen(s)}; }

static bool waits(const char *before, const char *lines)
{
    struct glance g = {0};
    size_t whole;
    glance_learn(&g, text(before));
    return glance_may_wait(&g, text(lines), &whole);
}

static void a_glance_knows_news(void **state)
{
    static const char json[] = "{\"step\": 1200, \"loss\": 2.31, \"lr\": 3e-05}\n";
    static const struct {
        const char *before, *lines;
        bool waits;
    } rows[] = {
        {json, "{\"step\": 1201, \"loss\": 0.0174, \"lr\": 2.9e-05}\n", true},
        {json, "{\"step\": 1201, \"loss\": 2.30, \"lr\": 3e-05}\n{\"step\": 1202, \"loss\": 2.29, \"lr\": 3e-05}\n", true},
        {json, "{\"step\": 1201, \"loss\": 23.1, \"lr\": 3e-05}\n", false},
        {json, "{\"step\": 1201, \"loss\": -2.31, \"lr\": 3e-05}\n", false},
        {json, "{\"step\": 1201, \"loss\": 2.31, \"lr\": 3e-04}\n", false},
        {json, "{\"step\": 1201, \"loss\": 2.31e+08, \"lr\": 3e-05}\n", false},
        {json, "{\"step\": 1201, \"loss\": NaN, \"lr\": 3e-05}\n", false},
        {json, "{\"step\": 1201, \"loss\": Infinity, \"lr\": 3e-05}\n", false},
        {json, "{\"step\": 1201, \"loss\": null, \"lr\": 3e-05}\n", false},
        {json, "{\"step\": 1201, \"loss\": 2.30, \"lr\": 3e-05}\n{\"step\": 1202, \"loss\": NaN, \"lr\": 3e-05}\n", false},
        {json, "{\"step\": 1201, \"loss\": 2.30, \"lr\": 3e-05, \"eval_loss\": 2.5}\n", false},
        {json, "Traceback (most recent call last):\n", false},
        {json, "Killed\n", false},
        {json, "\n", true},
        {"1,0.5,0.25\n", "2,0.4,0.125\n", true},
        {"1,0.5,0.25\n", "2,,0.125\n", false},
        {"1,0.5,0.25\r\n", "2,0.4,0.125\r\n", true},
        {"Iter 7: loss 1.5\r", "Iter 8: loss 1.4\r", true},
        {"Iter 7: loss 1.5\n", "Iter 8: loss nan\n", false},
        {"", "2,0.4\n", false},
        {"1,0.5\n", "2,0\0014\n", false},
        {"loss 1.5 3e", "loss 1.5 3e\n", false}, /* what had no end was no line */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (waits(rows[i].before, rows[i].lines) != rows[i].waits) fail_msg("row %zu: %s", i, rows[i].lines);
}

static void lines_of_training_and_of_validation_are_both_known(void **state)
{
    (void)state;
    assert_true(waits("loss 2.5\nloss 2.4\nval_loss 2.6\n", "loss 2.3\nval_loss 2.5\n"));
    assert_true(waits("loss 2.5\na 1\nb 1\nc 1\n", "loss 2.3\n"));
    assert_false(waits("loss 2.5\na 1\nb 1\nc 1\nd 1\n", "loss 2.3\n")); /* only so many are remembered */
}

static void a_line_that_is_not_whole_is_seen_again(void **state)
{
    struct glance g = {0};
    size_t whole = 9;
    (void)state;
    glance_learn(&g, text("loss 2.5\n"));
    assert_true(glance_may_wait(&g, text("loss 2.4\nloss N"), &whole));
    assert_int_equal(whole, 9);
    assert_false(glance_may_wait(&g, text("loss NaN\n"), &whole));
    assert_true(glance_may_wait(&g, text(""), &whole));
    assert_int_equal(whole, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_glance_knows_news),
        cmocka_unit_test(lines_of_training_and_of_validation_are_both_known),
        cmocka_unit_test(a_line_that_is_not_whole_is_seen_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
