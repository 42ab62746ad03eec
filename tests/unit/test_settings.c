/* test_settings - what config.json and hparams.yaml tell, and what they must not. */
#include "format_probe.h"

#include <cmocka.h>

extern const struct format format_settings;

static char *told(const char *text)
{
    struct probe *p = probe_open(&format_settings, PROBE_ARENA_BYTES);
    probe_read(p, span_of(text), 7, 7);
    char *copy = str_dup(span_of(p->text.p ? p->text.p : ""));
    probe_close(p);
    return copy;
}

static void assert_tells(const char *text, const char *fact)
{
    char *all = told(text);
    if (!strstr(all, fact)) fail_msg("'%s' is not among:\n%s", fact, all);
    free(all);
}

static void json_keys_are_joined_and_null_is_no_setting(void **unused)
{
    (void)unused;
    assert_tells("{\"optim\": {\"lr\": 1e-3, \"name\": \"adam\"}, \"clip\": null}", "fact optim/lr=1e-3");
    assert_tells("{\"optim\": {\"lr\": 1e-3, \"name\": \"adam\"}, \"clip\": null}", "fact optim/name=adam");
    char *all = told("{\"optim\": {\"lr\": 1e-3}, \"clip\": null}");
    assert_null(strstr(all, "clip"));
    free(all);
}

static void broken_json_tells_nothing_but_that(void **unused)
{
    (void)unused;
    char *all = told("{\"lr\": 1e-3, \"x\": }");
    assert_null(strstr(all, "fact"));
    assert_non_null(strstr(all, "bad"));
    free(all);
}

static void yaml_nesting_follows_the_indentation(void **unused)
{
    (void)unused;
    const char *text = "model:\n  name: 'gru'   # small\n  rnn:\n    layers: 2\n  out: 10\nlr: 0.01\nlist:\n  - 1\n";
    assert_tells(text, "fact model/name=gru");
    assert_tells(text, "fact model/rnn/layers=2");
    assert_tells(text, "fact model/out=10");
    assert_tells(text, "fact lr=0.01");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(json_keys_are_joined_and_null_is_no_setting),
                                       cmocka_unit_test(broken_json_tells_nothing_but_that),
                                       cmocka_unit_test(yaml_nesting_follows_the_indentation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
