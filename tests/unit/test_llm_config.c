/* Which models are asked: settings that are words, from file, environment and flag. */
#include "config_fixture.h"

static void no_model_is_asked_unless_somebody_says_so(void **unused)
{
    struct config c;
    struct err err;
    const char *origin;
    (void)unused;
    write_file("sensitivity: quiet\n");
    assert_int_equal(config_open(&c, &err), OK);
    assert_string_equal(config_word(&c, CONFIG_LLM, &origin), "off");
    assert_string_equal(origin, "built in");
    assert_string_equal(config_word(NULL, CONFIG_EMBED, NULL), "auto");
    assert_false(config_is_yes(&c, CONFIG_LLM_REMOTE));
    config_done(&c);
}

static void the_environment_beats_the_file_and_a_flag_beats_both(void **unused)
{
    struct config c;
    struct err err;
    const char *origin;
    char expected[96];
    (void)unused;
    write_file("llm: ollama:qwen3:8b\nllm_remote: true\nembed: \"hashing:\"\n");
    setenv("MLWATCH_EMBED", "minilm:", 1);
    assert_int_equal(config_open(&c, &err), OK);
    assert_string_equal(config_word(&c, CONFIG_LLM, &origin), "ollama:qwen3:8b");
    snprintf(expected, sizeof expected, "%s:1", path);
    assert_string_equal(origin, expected);
    assert_true(config_is_yes(&c, CONFIG_LLM_REMOTE));
    assert_string_equal(config_word(&c, CONFIG_EMBED, &origin), "minilm:");
    assert_string_equal(origin, "MLWATCH_EMBED");
    assert_int_equal(config_set(&c, "embed", "auto", "--set", &err), OK);
    assert_string_equal(config_word(&c, CONFIG_EMBED, NULL), "auto");
    config_done(&c);
}

static void what_is_neither_yes_nor_no_is_refused_with_its_place(void **unused)
{
    struct config c;
    struct err err;
    (void)unused;
    write_file("llm: off\nllm_remote: perhaps\n");
    assert_int_equal(config_open(&c, &err), E_USAGE);
    assert_non_null(strstr(err.text, ":2:13: llm_remote is yes or no, not 'perhaps'"));
    config_done(&c);
    forget(NULL);
    write_file("lm: off\n");
    assert_int_equal(config_open(&c, &err), E_USAGE);
    assert_non_null(strstr(err.text, "did you mean 'llm'?"));
    config_done(&c);
}

static void what_is_written_is_read_back_and_hides_passwords(void **unused)
{
    struct config c = {0}, again;
    struct err err;
    struct str text = {0}, shown = {0};
    (void)unused;
    assert_int_equal(config_set(&c, "llm", "openai:http://127.0.0.1:8080/v1#a \"b\" \\ c", "--set", &err), OK);
    assert_int_equal(config_set(&c, "embed_remote", "yes", "--set", &err), OK);
    config_write(&c, false, &text);
    write_file(text.p);
    if (config_open(&again, &err)) fail_msg("%s", err.text);
    assert_string_equal(config_word(&again, CONFIG_LLM, NULL), config_word(&c, CONFIG_LLM, NULL));
    assert_true(config_is_yes(&again, CONFIG_EMBED_REMOTE));
    assert_int_equal(config_set(&c, "llm", "openai:http://me:hunter2@127.0.0.1/v1#m", "--set", &err), OK);
    config_write(&c, true, &shown);
    assert_null(strstr(shown.p, "hunter2"));
    str_done(&text);
    str_done(&shown);
    config_done(&again);
    config_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(no_model_is_asked_unless_somebody_says_so, forget),
        cmocka_unit_test_teardown(the_environment_beats_the_file_and_a_flag_beats_both, forget),
        cmocka_unit_test_teardown(what_is_neither_yes_nor_no_is_refused_with_its_place, forget),
        cmocka_unit_test_teardown(what_is_written_is_read_back_and_hides_passwords, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
