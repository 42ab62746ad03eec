/* What a program reads: the keys and values of mlwatch.check/1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "view_fixture.h"

static json_t *check(const struct view *v)
{
    struct str s = {0};
    report_check_json(v, &s);
    assert_non_null(s.p);
    assert_int_equal(s.p[s.n - 1], '\n');
    assert_ptr_equal(strchr(s.p, '\n'), s.p + s.n - 1);
    json_error_t e;
    json_t *o = json_loads(s.p, 0, &e);
    assert_non_null(o);
    str_done(&s);
    return o;
}

static const char *text(const json_t *o, const char *key) { return json_string_value(json_object_get(o, key)); }

static void every_key_of_the_interface_is_there(void **state)
{
    (void)state;
    static const char *const keys[] = {"schema", "run",      "verdict", "framework", "segments",    "elapsed_s", "sources",
                                       "series", "findings", "causes",  "needs",     "checkpoints", "last_good", "unseen"};
    static const char *const finding_keys[] = {"id",         "kind",    "severity", "confidence", "series",     "axis",
                                               "source",     "line",    "segment",  "state",      "first_step", "last_step",
                                               "onset_step", "message", "quote",    "evidence"};
    static struct fixture f;
    fixture_diverging(&f, 0.84);
    json_t *o = check(&f.view);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) assert_non_null(json_object_get(o, keys[i]));
    json_t *first = json_array_get(json_object_get(o, "findings"), 0);
    for (size_t i = 0; i < sizeof finding_keys / sizeof *finding_keys; i++)
        assert_non_null(json_object_get(first, finding_keys[i]));
    assert_string_equal(text(o, "schema"), "mlwatch.check/1");
    assert_string_equal(text(o, "verdict"), "critical");
    json_decref(o);
}

static const json_t *first_fix(const json_t *o)
{
    const json_t *cause = json_array_get(json_object_get(o, "causes"), 0);
    return json_array_get(json_object_get(cause, "fixes"), 0);
}

static void a_fix_has_the_line_to_change_where_the_framework_is_known(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_diverging(&f, 0.84);
    f.view.kit = &fixture_kit;
    json_t *o = check(&f.view);
    const json_t *change = json_object_get(first_fix(o), "change");
    assert_string_equal(text(change, "framework"), "huggingface");
    assert_string_equal(text(change, "code"), "TrainingArguments(learning_rate=3e-4)");
    json_decref(o);
    f.view.kit = NULL;
    o = check(&f.view);
    assert_true(json_is_null(json_object_get(first_fix(o), "change")));
    json_decref(o);
}

static void what_was_not_logged_is_listed_with_what_it_hides(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_clean(&f);
    f.view.kit = &fixture_kit;
    json_t *o = check(&f.view), *unseen = json_object_get(o, "unseen"), *first = json_array_get(unseen, 0);
    assert_int_equal(json_array_size(unseen), 3);
    assert_string_equal(text(first, "artifact"), "gradient norm");
    assert_string_equal(text(first, "role"), "grad_norm");
    assert_string_equal(text(first, "how"), "TrainingArguments(logging_steps=10)");
    assert_string_equal(json_string_value(json_array_get(json_object_get(first, "findings"), 1)), "grad_spike");
    assert_string_equal(text(json_array_get(unseen, 1), "how"), "log it as lr");
    json_decref(o);
}

static void findings_carry_id_state_and_evidence(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_diverging(&f, 0.84);
    f.findings[3].finding.n_evidence = 0;
    json_t *o = check(&f.view), *all = json_object_get(o, "findings"), *last = json_array_get(all, 3);
    assert_string_equal(text(json_array_get(all, 0), "id"), "f1");
    assert_string_equal(text(json_array_get(all, 0), "state"), "open");
    assert_string_equal(text(last, "state"), "closed");
    assert_int_equal(json_array_size(json_object_get(last, "evidence")), 1);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(all, 0), "line")), 483);
    json_decref(o);
}

static void numbers_that_are_not_finite_are_strings(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_diverging(&f, 0.84);
    f.findings[0].finding.evidence[0].value = -INFINITY;
    json_t *o = check(&f.view);
    assert_string_equal(text(json_array_get(json_object_get(o, "series"), 0), "last"), "NaN");
    json_t *e = json_array_get(json_object_get(json_array_get(json_object_get(o, "findings"), 0), "evidence"), 0);
    assert_string_equal(text(e, "value"), "-Infinity");
    json_decref(o);
}

static void causes_cite_findings_by_id(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_diverging(&f, 0.84);
    json_t *o = check(&f.view), *c = json_array_get(json_object_get(o, "causes"), 0);
    assert_string_equal(text(c, "id"), "lr_too_high");
    assert_string_equal(json_string_value(json_array_get(json_object_get(c, "because"), 1)), "f3");
    assert_string_equal(json_string_value(json_array_get(json_object_get(c, "against"), 0)), "f4");
    assert_string_equal(text(json_array_get(json_object_get(c, "fixes"), 0), "id"), "lower_lr");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(o, "last_good"), "step")), 4500);
    json_decref(o);
}

static void only_series_with_a_role_are_listed(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_clean(&f);
    f.series[2].series.role = ROLE_NONE;
    json_t *o = check(&f.view);
    assert_int_equal(json_array_size(json_object_get(o, "series")), 2);
    json_decref(o);
}

static void an_unreadable_run_prints_empty_arrays_and_why(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_unreadable(&f);
    json_t *o = check(&f.view);
    static const char *const arrays[] = {"sources", "series", "findings", "causes", "needs", "checkpoints"};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        assert_true(json_is_array(json_object_get(o, arrays[i])));
        assert_int_equal(json_array_size(json_object_get(o, arrays[i])), 0);
    }
    assert_string_equal(text(o, "verdict"), "unreadable");
    assert_non_null(strstr(text(o, "error"), "no training log"));
    json_decref(o);
}

static void hostile_bytes_leave_as_ascii_json(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_diverging(&f, 0.84);
    f.findings[0].quote = "\xff\xfe \033]0;owned\007 \xc2\x9b"
                          "31m \xe2\x80\xae";
    struct str s = {0};
    report_check_json(&f.view, &s);
    for (size_t i = 0; i + 1 < s.n; i++) assert_true(s.p[i] >= 0x20 && s.p[i] < 0x7f);
    json_t *o = json_loads(s.p, 0, NULL);
    assert_non_null(o);
    json_decref(o);
    str_done(&s);
}

static void a_report_adds_what_the_memory_knows(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_diverging(&f, 0.84);
    const struct incident incident = {
        .id = "iabcdefgh", .kind = "loss_divergence", .state = "open", .cause = "lr_too_high", .opened = 1e9, .closed = NAN};
    const struct outcome_line line = {"iabcdefgh", "lower_lr", "yes", "went well", 1e9, "watched", "run8", 0.5};
    const char *similar[] = {"iqqqqqqqq"};
    const struct trial_line trial = {"ittttttt2", "clip_gradients", "gradient_clip 0 → 1", "grad_explosion", "watching", NULL};
    const struct remembered memory = {.incidents = &incident,
                                      .n_incidents = 1,
                                      .outcomes = &line,
                                      .n_outcomes = 1,
                                      .trials = &trial,
                                      .n_trials = 1,
                                      .similar = similar,
                                      .n_similar = 1};
    f.causes[0].fixes[0].times = 4, f.causes[0].fixes[0].times_worked = 3;
    const struct report_options o = {.memory = &memory};
    struct str s = {0};
    report_format_by_name("json")->write(&f.view, &o, &s);
    json_t *j = json_loads(s.p, 0, NULL), *i = json_array_get(json_object_get(j, "incidents"), 0);
    assert_string_equal(text(i, "id"), "iabcdefgh");
    assert_true(json_is_null(json_object_get(i, "closed")));
    assert_string_equal(json_string_value(json_array_get(json_object_get(i, "fixes"), 0)), "lower_lr");
    assert_string_equal(text(json_array_get(json_object_get(i, "outcomes"), 0), "worked"), "yes");
    assert_string_equal(text(json_array_get(json_object_get(i, "outcomes"), 0), "by"), "watched");
    assert_string_equal(text(json_array_get(json_object_get(i, "outcomes"), 0), "run"), "run8");
    assert_string_equal(text(json_array_get(json_object_get(j, "trying"), 0), "worked"), "watching");
    json_t *fix = json_array_get(json_object_get(json_array_get(json_object_get(j, "causes"), 0), "fixes"), 0);
    assert_int_equal(json_integer_value(json_object_get(fix, "tried")), 4);
    assert_int_equal(json_integer_value(json_object_get(fix, "worked")), 3);
    assert_string_equal(json_string_value(json_array_get(json_object_get(j, "similar"), 0)), "iqqqqqqqq");
    assert_string_equal(text(j, "project"), "runs");
    json_decref(j);
    str_done(&s);
}

/* The published schema lies beside the tree on machines that have it; python's jsonschema judges. */
static void output_is_valid_against_the_schema(void **state)
{
    (void)state;
    const char *schema = SOURCE_DIR "/../shared/checks/check.schema.json";
    if (access(schema, R_OK) != 0 || system("python3 -c 'import jsonschema' 2>/dev/null") != 0) {
        print_message("skipped: no check.schema.json beside the source tree, or no python jsonschema\n");
        skip();
    }
    static struct fixture f;
    void (*const make[])(struct fixture *) = {fixture_clean, fixture_gan, fixture_unreadable};
    struct str s = {0};
    fixture_diverging(&f, 0.62);
    report_check_json(&f.view, &s);
    for (size_t i = 0; i < 3; i++) make[i](&f), report_check_json(&f.view, &s);
    FILE *p = popen("python3 -c 'import sys,json,jsonschema\ns=json.load(open(sys.argv[1]))\n"
                    "for l in sys.stdin: jsonschema.validate(json.loads(l),s)' " SOURCE_DIR "/../shared/checks/check.schema.json",
                    "w");
    assert_non_null(p);
    fwrite(s.p, 1, s.n, p);
    assert_int_equal(pclose(p), 0);
    str_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_of_the_interface_is_there),
        cmocka_unit_test(a_fix_has_the_line_to_change_where_the_framework_is_known),
        cmocka_unit_test(what_was_not_logged_is_listed_with_what_it_hides),
        cmocka_unit_test(findings_carry_id_state_and_evidence),
        cmocka_unit_test(numbers_that_are_not_finite_are_strings),
        cmocka_unit_test(causes_cite_findings_by_id),
        cmocka_unit_test(only_series_with_a_role_are_listed),
        cmocka_unit_test(an_unreadable_run_prints_empty_arrays_and_why),
        cmocka_unit_test(hostile_bytes_leave_as_ascii_json),
        cmocka_unit_test(a_report_adds_what_the_memory_knows),
        cmocka_unit_test(output_is_valid_against_the_schema),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
