/* Settings: which of file, environment and flag counts, what is refused and how it is told. */
#include "../../daemon/engine/thresholds.h"
#include "config_fixture.h"

static const struct knob *knob(const char *name)
{
    for (size_t i = 0; analyzers[i]; i++)
        for (const struct knob *k = analyzers[i]->knobs; k && k->name; k++)
            if (strcmp(k->name, name) == 0) return k;
    return NULL;
}

static void a_file_sets_sensitivity_and_thresholds_and_the_origin_is_known(void **unused)
{
    (void)unused;
    struct config c;
    struct err err;
    const char *origin;
    char expected[96];
    write_file("sensitivity: quiet\nthresholds:\n  loss_spike_height: 9.5\n");
    assert_int_equal(config_open(&c, &err), OK);
    assert_int_equal(c.sensitivity, SENSITIVITY_QUIET);
    const struct knob *k = knob("loss_spike_height"), *other = knob("loss_spike_factor");
    assert_true(config_knob(&c, k, c.sensitivity, &origin) == 9.5);
    snprintf(expected, sizeof expected, "%s:3", path);
    assert_string_equal(origin, expected);
    assert_true(config_knob(&c, other, c.sensitivity, &origin) == other->quiet);
    assert_string_equal(origin, "built in");
    config_done(&c);
}

static void the_environment_beats_the_file_and_a_flag_beats_both(void **unused)
{
    (void)unused;
    struct config c;
    struct err err;
    write_file("sensitivity: quiet\nthresholds: {loss_spike_height: 9.5}\n");
    setenv("MLWATCH_SENSITIVITY", "paranoid", 1);
    assert_int_equal(config_open(&c, &err), OK);
    assert_int_equal(c.sensitivity, SENSITIVITY_PARANOID);
    assert_int_equal(config_set(&c, "sensitivity", "normal", "--sensitivity", &err), OK);
    assert_int_equal(config_set(&c, "loss_spike_height", "12", "--set", &err), OK);
    const char *origin;
    assert_true(config_knob(&c, knob("loss_spike_height"), c.sensitivity, &origin) == 12);
    assert_string_equal(origin, "--set");
    assert_int_equal(c.sensitivity, SENSITIVITY_NORMAL);
    config_done(&c);
}

static void what_makes_no_sense_is_refused_with_line_and_column(void **unused)
{
    (void)unused;
    static const struct {
        const char *text, *told;
    } cases[] = {
        {"sensitivity: loud\n", ":1:14: sensitivity is quiet, normal or paranoid, not 'loud'"},
        {"thresholds:\n  loss_spike_hight: 3\n", ":2:21: there is no setting 'thresholds.loss_spike_hight'; did you mean "
                                                 "'loss_spike_height'?"},
        {"thresholds:\n  loss_spike_height: high\n", ":2:22: loss_spike_height is a number from 3 to 100 (sd), not 'high'"},
        {"thresholds:\n  loss_spike_height: 1e9\n", ":2:22: loss_spike_height is a number from 3 to 100 (sd), not '1e9'"},
        {"thresholds:\n  loss_spike_height: nan\n", "not 'nan'"},
        {"- a\n- b\n", "there is no setting '0'"},
        {"just words\n", ":1:1: expected 'key: value' lines"},
        {"a: [1, 2\n", ":2:1: "},
        {"a: &x {b: *x}\n", "too many levels"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config c;
        struct err err;
        write_file(cases[i].text);
        assert_int_equal(config_open(&c, &err), E_USAGE);
        if (!strstr(err.text, cases[i].told)) fail_msg("'%s' is told as: %s", cases[i].text, err.text);
        config_done(&c);
        unlink(path);
    }
}

static void an_absent_file_is_refused_only_when_it_was_named(void **unused)
{
    (void)unused;
    struct config c;
    struct err err;
    setenv("MLWATCH_CONFIG", "/nowhere/mlwatch.conf", 1);
    assert_int_equal(config_open(&c, &err), E_USAGE);
    assert_non_null(strstr(err.text, "'/nowhere/mlwatch.conf'"));
    config_done(&c);
    unsetenv("MLWATCH_CONFIG");
    setenv("MLWATCH_HOME", "/nowhere", 1);
    assert_int_equal(config_open(&c, &err), OK);
    config_done(&c);
    unsetenv("MLWATCH_HOME");
}

/* What is written can be read again, and says the same; names are unique and every value stands in its range. */
static void what_show_writes_is_a_file_of_its_own_kind(void **unused)
{
    (void)unused;
    struct config c = {0}, again;
    struct err err;
    struct str text = {0}, twice = {0};
    assert_int_equal(config_set(&c, "sensitivity", "paranoid", "--sensitivity", &err), OK);
    assert_int_equal(config_set(&c, "loss_spike_height", "7.25", "--set", &err), OK);
    config_write(&c, false, &text);
    write_file(text.p);
    if (config_open(&again, &err)) fail_msg("%s", err.text);
    config_write(&again, false, &twice);
    assert_string_equal(text.p, twice.p);
    for (size_t i = 0; analyzers[i]; i++)
        for (const struct knob *k = analyzers[i]->knobs; k && k->name; k++) {
            if (knob(k->name) != k && knob(k->name)->initial != k->initial) fail_msg("two thresholds are called %s", k->name);
            const double all[] = {k->initial, k->quiet, k->paranoid};
            for (size_t j = 0; j < 3; j++)
                if (!(all[j] >= k->min && all[j] <= k->max)) fail_msg("%s: %g is outside its range", k->name, all[j]);
        }
    str_done(&text);
    str_done(&twice);
    config_done(&again);
    config_done(&c);
}

static void analyzers_share_what_was_set_until_the_last_owner_lets_go(void **unused)
{
    (void)unused;
    struct config c;
    struct err err;
    write_file("thresholds:\n  loss_spike_height: 9.5\n");
    assert_int_equal(config_open(&c, &err), OK);
    struct thresholds *t = thresholds_new(&c, SENSITIVITY_PARANOID), *mine = thresholds_share(t);
    config_done(&c);
    thresholds_release(t);
    for (size_t i = 0; analyzers[i]; i++)
        for (const struct knob *k = analyzers[i]->knobs; k && k->name; k++) {
            const double *values = thresholds_of(mine, analyzers[i]);
            bool set = strcmp(k->name, "loss_spike_height") == 0;
            if (values[k->offset / sizeof *values] != (set ? 9.5 : k->paranoid)) fail_msg("%s is another one", k->name);
        }
    thresholds_release(mine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_file_sets_sensitivity_and_thresholds_and_the_origin_is_known, forget),
        cmocka_unit_test_teardown(the_environment_beats_the_file_and_a_flag_beats_both, forget),
        cmocka_unit_test_teardown(what_makes_no_sense_is_refused_with_line_and_column, forget),
        cmocka_unit_test_teardown(an_absent_file_is_refused_only_when_it_was_named, forget),
        cmocka_unit_test_teardown(what_show_writes_is_a_file_of_its_own_kind, forget),
        cmocka_unit_test_teardown(analyzers_share_what_was_set_until_the_last_owner_lets_go, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
