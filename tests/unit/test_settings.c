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

static void yaml_maps_lie_below_their_key(void **unused)
{
    (void)unused;
    assert_tells("optim: {name: adamw, lr: 0.003}\nseed: 1\n", "fact optim/lr=0.003");
    assert_tells("optim:\n  - name: adamw\n    lr: 0.003\nseed: 1\n", "fact optim/lr=0.003");
}

static void assignments_lie_below_their_section(void **unused)
{
    (void)unused;
    assert_tells("[optim]\nname = \"adamw\"\nlr = 0.003\n[model]\ndepth = 4\n", "fact optim/lr=0.003");
    assert_tells("[optim]\nname = \"adamw\"\nlr = 0.003\n[model]\ndepth = 4\n", "fact model/depth=4");
    assert_tells("train.learning_rate = 0.003\nNet.activation = @relu\n", "fact Net.activation=relu");
    assert_tells("- optim.lr=0.003\n- +model.depth=4\n", "fact optim.lr=0.003");
}

static void a_file_of_settings_is_known_by_its_name_and_what_it_holds(void **unused)
{
    (void)unused;
    const struct format *settings = format_by_name("settings");
    assert_ptr_equal(format_sniff("run/train_config.json", span_of("{\"lr\": 0.1, \"batch_size\": 8}"), NULL), settings);
    assert_ptr_equal(format_sniff("run/experiment.toml", span_of("[optim]\nlr = 0.1\nweight_decay = 0.01\n"), NULL), settings);
    assert_ptr_equal(format_sniff("run/.hydra/overrides.yaml", span_of("- optim.lr=0.1\n- batch_size=8\n"), NULL), settings);
    assert_ptr_not_equal(format_sniff("run/tokenizer_config.json", span_of("{\"lowercase\": true, \"pad\": 0}"), NULL), settings);
    assert_ptr_not_equal(format_sniff("run/train.json", span_of("{\"lr\": [0.1, 0.1], \"batch_size\": 8}"), NULL), settings);
}

static void sums_of_the_trainer_are_claimed_and_benchmarks_are_not(void **unused)
{
    (void)unused;
    const char *sums = "{\n    \"epoch\": 2.0,\n    \"eval_runtime\": 0.5\n}";
    assert_ptr_equal(format_sniff("out/eval_results.json", span_of(sums), NULL), format_by_name("settings"));
    assert_null(format_sniff("out/lm_results.json", span_of("{\"results\": {\"task\": {\"acc\": 0.5}}}"), NULL));
    assert_tells("!!python/object:argparse.Namespace\nlr: 0.5\nbetas: !!python/tuple\n- 0.9\n", "fact lr=0.5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(json_keys_are_joined_and_null_is_no_setting),
                                       cmocka_unit_test(broken_json_tells_nothing_but_that),
                                       cmocka_unit_test(yaml_nesting_follows_the_indentation),
                                       cmocka_unit_test(yaml_maps_lie_below_their_key),
                                       cmocka_unit_test(assignments_lie_below_their_section),
                                       cmocka_unit_test(a_file_of_settings_is_known_by_its_name_and_what_it_holds),
                                       cmocka_unit_test(sums_of_the_trainer_are_claimed_and_benchmarks_are_not)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
