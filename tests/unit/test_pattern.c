/* test_pattern - a user's own format: what its patterns give, and what is said about patterns that are wrong. */
#include "format_probe.h"

#include <stdio.h>
#include <unistd.h>

#include "../../daemon/format/pattern_file.h"

/* Load a pattern file of this text. */
static enum status load(const char *text, struct patterns *ret, struct err *err)
{
    char path[] = "/tmp/patterns.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    enum status status = patterns_load(path, ret, err);
    unlink(path);
    return status;
}

static struct probe *read_as(const char *lines, const char *doc, struct patterns *p)
{
    struct str file = {0};
    struct err err = {0};
    str_addf(&file, "formats:\n  - name: own\n    lines:\n%s", lines);
    if (load(file.p, p, &err)) fail_msg("%s", err.text);
    str_done(&file);
    patterns_use(p);
    return probe_text("pattern", doc);
}

static void close_all(struct probe *probe, struct patterns *p)
{
    probe_close(probe);
    patterns_use(NULL);
    patterns_done(p);
}

static void captures_become_points_steps_times_and_facts(void **unused)
{
    (void)unused;
    struct patterns p = {0};
    struct probe *probe = read_as("      - '^u (?<step>\\d+) l=(?<train_loss>\\S+) t=(?<time>\\S+)$'\n"
                                  "      - {match: 'V (?<step>\\d+) (?<f1>\\S+)', series: {f1: val/f1}}\n"
                                  "      - 'x (?<step>\\d+) (?<name>\\w+)=(?<value>\\S+)'\n"
                                  "      - 'uses (?<fact_optimizer>\\w+)'\n",
                                  "uses adam\nu 5 l=0.5 t=2026-01-01T00:00:01Z\nV 5 0.75\nx 6 norm=1e-3\nu 7 l=nan t=-\n", &p);
    probe_expect(probe, "fact optimizer=adam");
    probe_expect(probe, "point train_loss 5 0.5 @2 t1767225601.000");
    probe_expect(probe, "point val/f1 5 0.75 @3");
    probe_expect(probe, "point norm 6 0.001 @4");
    probe_expect(probe, "point train_loss 7 NaN @5");
    assert_int_equal(probe->points, 4);
    close_all(probe, &p);
}

static void colours_and_carriage_returns_do_not_hide_a_line(void **unused)
{
    (void)unused;
    struct patterns p = {0};
    struct probe *probe = read_as("      - '^u (?<step>\\d+) (?<loss>\\S+)$'\n", "\033[32mu 1 2.5\033[0m\r\nu 2 3\r\n", &p);
    probe_expect(probe, "point loss 1 2.5 @1");
    probe_expect(probe, "point loss 2 3 @2");
    close_all(probe, &p);
}

static void a_line_may_be_an_event_and_tracebacks_are_still_seen(void **unused)
{
    (void)unused;
    struct patterns p = {0};
    struct probe *probe = read_as("      - {match: 'bad news', event: hardware}\n      - 'u (?<step>\\d+) (?<loss>\\S+)'\n",
                                  "u 1 2\nbad news: ecc\nTraceback (most recent call last):\n  File \"a.py\", line 3\n"
                                  "ValueError: no\n",
                                  &p);
    probe_expect(probe, "event hardware @2 bad news: ecc");
    assert_int_equal(probe->events, 2);
    close_all(probe, &p);
}

static void a_pattern_that_explodes_costs_a_bounded_effort_and_says_so(void **unused)
{
    (void)unused;
    struct patterns p = {0};
    struct probe *probe = read_as("      - '^(\\w+\\s?)+(?<loss>;)$'\n      - 'u (?<step>\\d+) (?<loss>\\S+)'\n",
                                  "u 0 1\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!;\nu 1 2\n", &p);
    probe_expect(probe, "bad @2 a pattern met its match limit on this line");
    probe_expect(probe, "point loss 1 2 @3");
    close_all(probe, &p);
}

static void a_file_pattern_decides_by_name_and_a_line_otherwise(void **unused)
{
    (void)unused;
    struct patterns p = {0};
    struct err err = {0};
    int sure = 0;
    struct span odd = span_of("upd 1 2\n"), plain = span_of("step 1 loss 2.5\nstep 2 loss 2.4\n");
    assert_int_equal(load("formats:\n  - {name: a, files: [\"*.sim\", logs/t-*], lines: ['upd (?<step>\\d+) (?<loss>\\S+)']}\n"
                          "  - {name: b, lines: ['^zz (?<step>\\d+) (?<loss>\\S+)']}\n",
                          &p, &err),
                     OK);
    patterns_use(&p);
    assert_string_equal(format_sniff("/x/run.sim", odd, &sure)->name, "pattern");
    assert_int_equal(sure, 100);
    assert_string_equal(format_sniff("/x/logs/t-3.out", odd, &sure)->name, "pattern");
    assert_string_equal(format_sniff("/x/other.log", plain, &sure)->name, "text");
    assert_string_equal(format_sniff("/x/other.log", span_of("hello\nzz 1 2\n"), &sure)->name, "pattern");
    patterns_use(NULL);
    assert_string_equal(format_sniff("/x/run.sim", plain, &sure)->name, "text");
    patterns_done(&p);
}

static void mistakes_are_told_with_line_and_column(void **unused)
{
    (void)unused;
    static const struct {
        const char *text, *said;
    } cases[] = {
        {"formats:\n  - name: a\n    lines:\n      - '(?<step>\\d+'\n", ":4:21: missing closing parenthesis"},
        {"formats:\n  - name: a\n    lines:\n      - 'it''s (?<st'\n", ":4:21: "},
        {"formats:\n  - name: a\n    lines:\n      - 'no captures'\n", "neither a named capture nor an event"},
        {"formats:\n  - name: a\n    lines:\n      - {match: '(?<a>.)', series: {b: c}}\n", ":4:37: the pattern has no capture"},
        {"formats:\n  - name: a\n    lines:\n      - {match: 'x', event: boom}\n", ":4:29: there is no event of this name"},
        {"formats:\n  - name: a\n    lines:\n      - {match: '(?<a>.)', colour: red}\n", ":4:28: a line has match"},
        {"formats:\n  - lines: ['(?<a>.)']\n", ":2:5: a format needs a name and lines"},
        {"formats:\n  - name: [\n", ":3:1: "},
        {"format: 3\n", ":1:1: needs formats:"},
        {"", "needs formats:"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct patterns p = {0};
        struct err err = {0};
        assert_int_equal(load(cases[i].text, &p, &err), E_FORMAT);
        if (!strstr(err.text, cases[i].said)) fail_msg("'%s' does not say '%s'", err.text, cases[i].said);
        assert_int_equal(p.n_formats, 0);
        patterns_done(&p);
    }
}

static void a_second_file_that_is_wrong_keeps_the_first(void **unused)
{
    (void)unused;
    struct patterns p = {0};
    struct err err = {0};
    assert_int_equal(load("formats: [{name: a, lines: ['(?<loss>.)']}]", &p, &err), OK);
    assert_int_equal(load("formats: [{name: b, lines: ['(?<loss>.)']}, {name: c}]", &p, &err), E_FORMAT);
    assert_int_equal(p.n_formats, 1);
    patterns_done(&p);
    assert_int_equal(patterns_load("/nonexistent/patterns.yaml", &p, &err), E_ABSENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(captures_become_points_steps_times_and_facts),
        cmocka_unit_test(colours_and_carriage_returns_do_not_hide_a_line),
        cmocka_unit_test(a_line_may_be_an_event_and_tracebacks_are_still_seen),
        cmocka_unit_test(a_pattern_that_explodes_costs_a_bounded_effort_and_says_so),
        cmocka_unit_test(a_file_pattern_decides_by_name_and_a_line_otherwise),
        cmocka_unit_test(mistakes_are_told_with_line_and_column),
        cmocka_unit_test(a_second_file_that_is_wrong_keeps_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
