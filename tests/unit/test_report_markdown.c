/* The post-mortem: complete, and deaf to markup in log text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "view_fixture.h"

static char *written(const struct view *v, const char *plot)
{
    const struct report_options o = {.unicode = true, .plot = plot};
    struct str s = {0};
    report_format_by_name("md")->write(v, &o, &s);
    return str_take(&s);
}

static void assert_has(const char *text, const char *what)
{
    if (!strstr(text, what)) fail_msg("'%s' is missing in:\n%s", what, text);
}

static void every_chapter_is_there(void **state)
{
    (void)state;
    static const char *const chapters[] = {"# gpt-small-lr3e-3\n",
                                           "## Timeline",
                                           "## Findings",
                                           "## Likely cause",
                                           "- [ ] **Cut the learning rate",
                                           "  - verify: Watch",
                                           "## Last good checkpoint\n\ncheckpoints/checkpoint-4500, step 4,500",
                                           "## Settings",
                                           "## Environment",
                                           "## Curves",
                                           "## Sources",
                                           "## What could not be seen",
                                           "| torch_version | 2.4.1 |"};
    static struct fixture f;
    fixture_diverging(&f, 0.84);
    char *t = written(&f.view, NULL);
    for (size_t i = 0; i < sizeof chapters / sizeof *chapters; i++) assert_has(t, chapters[i]);
    free(t);
}

static void fixes_and_missing_artifacts_come_with_a_line_of_code(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_diverging(&f, 0.84);
    f.view.kit = &fixture_kit;
    f.view.unseen = fixture_unseen;
    f.view.n_unseen = 2;
    char *t = written(&f.view, NULL);
    assert_has(t, "  - change: in Hugging Face Trainer: TrainingArguments(learning_rate=3e-4)");
    assert_has(t, "| gradient norm | grad_explosion, grad_spike | TrainingArguments(logging_steps=10) |");
    f.view.kit = NULL;
    free(t);
    t = written(&f.view, NULL);
    assert_null(strstr(t, "- change:"));
    assert_has(t, "| log it as grad_norm \\| each step |");
    free(t);
}

static void the_timeline_is_in_order_of_steps(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_diverging(&f, 0.84);
    char *t = written(&f.view, NULL);
    const char *spike = strstr(t, "| 2,600 | f4"), *restart = strstr(t, "| 3,000 | restarted"),
               *first = strstr(t, "| 4,820 | f1");
    assert_true(spike && restart && first && spike < restart && restart < first);
    free(t);
}

static void markup_from_a_log_renders_as_itself(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_diverging(&f, 0.84);
    f.findings[0].quote = "a|b `c` <img src=x onerror=1> [x](http://evil.example) ![y](z) **bold** www.evil.example &lt;";
    char *t = written(&f.view, NULL);
    assert_null(strstr(t, "<img"));
    assert_null(strstr(t, "[x](http"));
    assert_null(strstr(t, "://evil"));
    assert_null(strstr(t, "www.evil"));
    assert_null(strstr(t, "**bold"));
    assert_has(t, "a\\|b \\`c\\` &lt;img");
    assert_has(t, "&amp;lt;");
    free(t);
}

static void every_table_row_has_the_columns_of_its_head(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_diverging(&f, 0.62);
    f.findings[0].message = "pipes ||| and \\| escaped ones", f.sources[0].why = "x | y";
    char *t = written(&f.view, NULL);
    size_t columns = 0;
    for (char *line = strtok(t, "\n"); line; line = strtok(NULL, "\n")) {
        size_t n = 0;
        for (const char *c = line; *c; c++) n += *c == '\\' && c[1] ? (c++, 0u) : *c == '|';
        if (*line != '|') columns = 0;
        else if (!columns) columns = n;
        else assert_int_equal(n, columns);
    }
    free(t);
}

static void a_picture_is_linked_with_a_safe_target(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_diverging(&f, 0.84);
    char *t = written(&f.view, "out dir/a)b.png");
    assert_has(t, "](out%20dir/a%29b.png)");
    free(t);
}

static void below_08_nothing_is_called_likely(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_diverging(&f, 0.62);
    char *t = written(&f.view, NULL);
    assert_null(strstr(t, "ikely"));
    assert_has(t, "## Possible causes, none of them sure");
    assert_has(t, "- [ ] log per-layer gradient norms");
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_chapter_is_there),
        cmocka_unit_test(fixes_and_missing_artifacts_come_with_a_line_of_code),
        cmocka_unit_test(the_timeline_is_in_order_of_steps),
        cmocka_unit_test(markup_from_a_log_renders_as_itself),
        cmocka_unit_test(every_table_row_has_the_columns_of_its_head),
        cmocka_unit_test(a_picture_is_linked_with_a_safe_target),
        cmocka_unit_test(below_08_nothing_is_called_likely),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
