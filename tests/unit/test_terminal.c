/* The alert as people see it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/alert/terminal.h"

static struct alert example(void)
{
    return (struct alert){.severity = SEVERITY_CRITICAL,
                          .run = "run7",
                          .kind = "loss_divergence",
                          .where = "step 4820",
                          .message = "train/loss 2.31 → 7.90 in 140 steps",
                          .incident = "iabcdefgh",
                          .cause = "lr_too_high",
                          .probability = 0.84,
                          .fix = "cut the learning rate",
                          .missing = "gradient norm",
                          .news = "opened"};
}

static const char *text_of(const struct alert *a, struct terminal_style style)
{
    static struct str out;
    str_clear(&out);
    terminal_alert(a, &style, &out);
    return out.p;
}

static void an_alert_says_what_where_why_and_what_to_do(void **state)
{
    (void)state;
    struct alert a = example();
    const char *text = text_of(&a, (struct terminal_style){.unicode = true});
    assert_non_null(strstr(text, " CRITICAL run7 loss_divergence step 4820: train/loss 2.31 → 7.90 in 140 steps\n"));
    assert_non_null(strstr(text, "likely lr_too_high (0.84): cut the learning rate · mlwatch explain iabcdefgh\n"));
    assert_null(strchr(text, '\033'));
}

static void an_unlikely_cause_names_what_would_decide(void **state)
{
    (void)state;
    struct alert a = example();
    a.probability = 0.55;
    const char *text = text_of(&a, (struct terminal_style){.unicode = true});
    assert_non_null(strstr(text, "possibly lr_too_high (0.55); needed to decide: gradient norm"));
    assert_null(strstr(text, "likely"));
}

static void text_of_a_log_cannot_command_the_terminal(void **state)
{
    (void)state;
    struct alert a = example();
    a.message = "\033[2Jgone\r\n\x9b"
                "31m";
    a.run = "\033]0;title\a";
    const char *text = text_of(&a, (struct terminal_style){.unicode = true});
    assert_null(strchr(text, '\033'));
    assert_null(strchr(text, '\r'));
    assert_null(strchr(text, '\a'));
}

static void without_utf8_our_signs_are_plain(void **state)
{
    (void)state;
    struct alert a = example();
    for (const char *p = text_of(&a, (struct terminal_style){0}); *p; p++) assert_true((unsigned char)*p < 128);
}

static void lines_are_broken_at_spaces(void **state)
{
    (void)state;
    struct alert a = example();
    const char *text = text_of(&a, (struct terminal_style){.unicode = true, .columns = 50});
    while (*text) {
        size_t n = strcspn(text, "\n"), cells = 0;
        for (size_t i = 0; i < n; i++) cells += ((unsigned char)text[i] & 0xC0) != 0x80;
        assert_true(cells <= 50);
        assert_true(n == 0 || text[n - 1] != ' ');
        text += n + 1;
    }
}

static void the_end_is_one_line(void **state)
{
    (void)state;
    struct alert a = example();
    a.news = "resolved";
    const char *text = text_of(&a, (struct terminal_style){.unicode = true});
    assert_non_null(strstr(text, " RESOLVED run7 "));
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alert_says_what_where_why_and_what_to_do),
        cmocka_unit_test(an_unlikely_cause_names_what_would_decide),
        cmocka_unit_test(text_of_a_log_cannot_command_the_terminal),
        cmocka_unit_test(without_utf8_our_signs_are_plain),
        cmocka_unit_test(lines_are_broken_at_spaces),
        cmocka_unit_test(the_end_is_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
