/* What a person reads on a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../daemon/report/page.h"
#include "view_fixture.h"

static const struct report_options plain = {.unicode = true, .columns = 80};
static const struct report_options brief = {.unicode = true, .columns = 80, .brief = true};

static char *written(const struct view *v, const struct report_options *o)
{
    struct str s = {0};
    report_format_by_name("text")->write(v, o, &s);
    assert_false(s.failed);
    return str_take(&s);
}

static void assert_has(const char *text, const char *what)
{
    if (!strstr(text, what)) fail_msg("'%s' is missing in:\n%s", what, text);
}
static void assert_lacks(const char *text, const char *what)
{
    if (strstr(text, what)) fail_msg("'%s' must not be in:\n%s", what, text);
}

static void the_verdict_comes_first(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_diverging(&f, 0.84);
    char *t = written(&f.view, &brief);
    assert_int_equal(strncmp(t, "CRITICAL gpt-small-lr3e-3: the loss diverged from step 4,820", 59), 0);
    free(t);
}

static void findings_show_severity_kind_place_line_and_message(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_diverging(&f, 0.84);
    char *t = written(&f.view, &plain);
    assert_has(t, "f1  CRITICAL loss_divergence · steps 4,820–5,560 · train.jsonl line 483");
    assert_has(t, "train/loss 2.05 → 7.62 in 740 steps while grad_norm grew 0.75 → 41");
    assert_has(t, "before 2.05 · after 7.62 · within 740 steps");
    assert_has(t, "WARNING  loss_spike · steps 2,600–2,640, over");
    free(t);
}

static void a_quote_cannot_steer_the_terminal(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_diverging(&f, 0.84);
    f.view.run = "run\033[2J\nsecond line";
    f.series[0].series.name = "loss\033]0;x\007";
    char *t = written(&f.view, &plain);
    assert_null(strchr(t, '\033'));
    assert_null(strchr(t, '\007'));
    assert_has(t, "RuntimeError: ?[31mloss is nan?[0m");
    assert_has(t, "run?[2J second line");
    free(t);
}

static void a_sure_cause_is_stated_with_its_fix(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_diverging(&f, 0.84);
    char *t = written(&f.view, &plain);
    assert_has(t, "likely cause: learning rate too high (0.84)");
    assert_has(t, "do first Cut the learning rate 3–10×");
    assert_has(t, "because  f1 loss_divergence, f3 grad_explosion");
    assert_has(t, "against  f4 loss_spike");
    assert_has(t, "verify   Watch train/loss");
    assert_lacks(t, "To decide");
    free(t);
}

static void a_cause_below_08_is_never_stated_as_the_cause(void **state)
{
    (void)state;
    static const double below[] = {0.79, 0.62, 0.5, 0.31};
    for (size_t i = 0; i < sizeof below / sizeof *below; i++)
        for (int short_form = 0; short_form < 2; short_form++) {
            static struct fixture f;
            fixture_diverging(&f, below[i]);
            char *t = written(&f.view, short_form ? &brief : &plain);
            assert_lacks(t, "likely");
            assert_lacks(t, "Likely");
            assert_lacks(t, "do first");
            assert_has(t, below[i] >= 0.5 ? "possible" : "perhaps");
            assert_has(t, "log per-layer gradient norms");
            free(t);
        }
}

static void only_a_series_is_asked_to_be_logged_and_in_brief_two_things_are_asked_for(void **state)
{
    (void)state;
    static struct fixture f;
    static const struct separator batch = {"the failing batch", "decides it", "run it alone", ROLE_NONE, {0}};
    const struct separator *asked[] = {&batch, &fixture_separator, &batch};
    fixture_diverging(&f, 0.6);
    f.view.needs = asked, f.view.n_needs = 3;
    for (int short_form = 0; short_form < 2; short_form++) {
        char *t = written(&f.view, short_form ? &brief : &plain), *first = strstr(t, "the failing batch");
        assert_lacks(t, "log the failing batch");
        assert_has(t, "log per-layer gradient norms");
        assert_true(first && (strstr(first + 1, "the failing batch") != NULL) == !short_form);
        free(t);
    }
}

static void a_fix_is_worded_for_the_framework_that_trains(void **state)
{
    (void)state;
    static const struct kit lightning = {"lightning", "Lightning", "pytorch"}, xgboost = {"xgboost", "XGBoost", NULL};
    static const struct {
        const struct kit *kit;
        const char *line;
    } cases[] = {{&fixture_kit, "change   in Hugging Face Trainer: TrainingArguments(learning_rate=3e-4)"},
                 {&lightning, "change   in Lightning: torch.optim.AdamW(model.parameters(), lr=3e-4)"},
                 {&xgboost, NULL},
                 {NULL, NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int short_form = 0; short_form < 2; short_form++) {
            static struct fixture f;
            fixture_diverging(&f, 0.84);
            f.view.kit = cases[i].kit;
            char *t = written(&f.view, short_form ? &brief : &plain);
            if (cases[i].line) assert_has(t, cases[i].line);
            else assert_lacks(t, "change ");
            free(t);
        }
}

static void a_report_says_what_was_not_logged_what_that_hides_and_how_to_log_it(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_clean(&f);
    f.view.kit = &fixture_kit;
    const struct report_options wide = {.unicode = true, .columns = 160};
    char *t = written(&f.view, &wide);
    assert_has(t, "What could not be seen");
    assert_has(
        t,
        "gradient norm         without it impossible: grad_explosion, grad_spike; log it: TrainingArguments(logging_steps=10)");
    assert_has(t, "learning rate         without it impossible: grad_explosion; log it: log it as lr");
    assert_has(t, "memory in use");
    free(t);
    f.view.n_unseen = 0;
    t = written(&f.view, &wide);
    assert_lacks(t, "could not be seen");
    free(t);
}

static void no_line_is_wider_than_the_terminal(void **state)
{
    (void)state;
    static struct fixture f;
    void (*const make[])(struct fixture *) = {fixture_clean, fixture_gan, fixture_unreadable};
    char path[400];
    memset(path, 'p', sizeof path - 1), path[sizeof path - 1] = 0;
    for (int columns = 72; columns <= 120; columns += 8)
        for (size_t i = 0; i < 4; i++)
            for (int bare = 0; bare < 2; bare++) {
                if (i == 3) fixture_diverging(&f, 0.62), f.sources[0].path = path, f.findings[0].message = path;
                else make[i](&f);
                const struct report_options o = {.unicode = !bare, .columns = columns, .sources = true};
                char *t = written(&f.view, &o);
                for (char *line = strtok(t, "\n"); line; line = strtok(NULL, "\n"))
                    if (page_width(line) > columns) fail_msg("%d columns, wider than %d: %s", page_width(line), columns, line);
                free(t);
            }
}

static void colour_appears_only_when_asked(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_diverging(&f, 0.84);
    struct report_options o = plain;
    char *t = written(&f.view, &o);
    assert_null(strchr(t, '\033'));
    free(t);
    o.colour = true;
    t = written(&f.view, &o);
    assert_has(t, "\033[1;31mCRITICAL");
    assert_has(t, "\033[33mf3  WARNING");
    free(t);
}

static void a_terminal_without_unicode_gets_ascii(void **state)
{
    (void)state;
    static struct fixture f;
    const struct report_options o = {.unicode = false, .columns = 80};
    fixture_diverging(&f, 0.84);
    char *t = written(&f.view, &o);
    for (const char *c = t; *c; c++) assert_true((unsigned char)*c < 0x80);
    assert_has(t, "2.05 -> 7.62");
    free(t);
}

static void a_clean_run_takes_two_lines_and_says_what_was_not_judged(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_clean(&f);
    const struct report_options o = {.unicode = true, .columns = 100, .brief = true};
    char *t = written(&f.view, &o);
    assert_has(t, "clean    resnet18-cifar10: 3 series, 440 points to step 19,950; nothing to report");
    assert_has(t, "gradient norm, learning rate");
    size_t lines = 0;
    for (const char *c = t; *c; c++) lines += *c == '\n';
    assert_int_equal(lines, 2);
    free(t);
}

static void an_unreadable_run_says_why_in_one_line(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_unreadable(&f);
    char *t = written(&f.view, &brief);
    assert_string_equal(t, "UNREADABLE runs/empty: no training log known to mlwatch in 'runs/empty'\n");
    free(t);
}

static void the_last_good_checkpoint_is_named(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_diverging(&f, 0.84);
    char *t = written(&f.view, &brief);
    assert_has(t, "go back to    checkpoints/checkpoint-4500, step 4,500: the newest");
    free(t);
}

static void random_bytes_in_every_text_stay_harmless(void **state)
{
    (void)state;
    static struct fixture f;
    static char noise[6][97];
    fixture_begin(&f, "seed");
    uint64_t seed = f.random;
    for (int round = 0; round < 300; round++) {
        fixture_diverging(&f, 0.62);
        f.random = seed;
        for (size_t i = 0; i < 6; i++)
            for (size_t k = 0; k < 96; k++) noise[i][k] = (char)(1 + (int)(fixture_uniform(&f) * 254));
        seed = f.random;
        f.view.run = noise[0], f.findings[0].message = noise[1], f.findings[0].quote = noise[2], f.sources[0].path = noise[3];
        f.series[0].series.name = noise[4], f.checkpoints[1].path = noise[5];
        char *t = written(&f.view, &plain);
        for (const unsigned char *c = (unsigned char *)t; *c; c++) assert_true(*c == '\n' || *c >= 0x20);
        free(t);
    }
}

static void a_sparkline_marks_nan_and_keeps_the_last_buckets(void **state)
{
    (void)state;
    struct bucket buckets[64];
    struct curve c;
    struct str s = {0};
    curve_init(&c, buckets, 64);
    for (int i = 0; i < 32; i++) curve_add(&c, i, i == 30 ? (double)NAN : (double)i, 1);
    report_sparkline(&c, 8, &s);
    assert_int_equal(s.n, 8);
    assert_int_equal(s.p[6], 'x');
    assert_int_equal(s.p[0], '_');
    assert_int_equal(s.p[7], '#');
    struct str blocks = {0};
    report_blocks("_.#x", &blocks);
    assert_string_equal(blocks.p, "▁▂█x");
    str_done(&blocks);
    str_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_verdict_comes_first),
        cmocka_unit_test(findings_show_severity_kind_place_line_and_message),
        cmocka_unit_test(a_quote_cannot_steer_the_terminal),
        cmocka_unit_test(a_sure_cause_is_stated_with_its_fix),
        cmocka_unit_test(a_cause_below_08_is_never_stated_as_the_cause),
        cmocka_unit_test(only_a_series_is_asked_to_be_logged_and_in_brief_two_things_are_asked_for),
        cmocka_unit_test(a_fix_is_worded_for_the_framework_that_trains),
        cmocka_unit_test(a_report_says_what_was_not_logged_what_that_hides_and_how_to_log_it),
        cmocka_unit_test(no_line_is_wider_than_the_terminal),
        cmocka_unit_test(colour_appears_only_when_asked),
        cmocka_unit_test(a_terminal_without_unicode_gets_ascii),
        cmocka_unit_test(a_clean_run_takes_two_lines_and_says_what_was_not_judged),
        cmocka_unit_test(an_unreadable_run_says_why_in_one_line),
        cmocka_unit_test(the_last_good_checkpoint_is_named),
        cmocka_unit_test(random_bytes_in_every_text_stay_harmless),
        cmocka_unit_test(a_sparkline_marks_nan_and_keeps_the_last_buckets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
