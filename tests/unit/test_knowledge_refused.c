/* knowledge of the user's own: a directory instead of what is built in, and with which words a fault in it is refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/knowledge/kit.h"
#include "../../daemon/knowledge/knowledge.h"

static char root[64];

static void put(const char *name, const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}
static void drop(const char *name)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", root, name);
    unlink(path);
    rmdir(path);
}

#define FIX_TEXT                                                                                                                 \
    "{\"id\":\"f\",\"title\":\"t\",\"action\":\"a\",\"expect\":\"e\",\"verify\":\"v\",\"risk\":\"r\",\"source\":\"s\","          \
    "\"works\":{\"for\":1,\"against\":1},\"gain\":0.5,\"cost\":0.1}"
#define CAUSE_TEXT(prior, clue, fix)                                                                                             \
    "{\"id\":\"c\",\"title\":\"t\",\"explanation\":\"e\",\"source\":\"s\",\"prior\":" prior ",\"clues\":[" clue                  \
    "],\"separators\":[],\"fixes\":[\"" fix "\"]}"
#define CLUE "{\"finding\":\"loss_spike\",\"ratio\":4}"

static int make_directory(void **state)
{
    (void)state;
    strcpy(root, "/tmp/mlwatch-knowledge-XXXXXX");
    if (!mkdtemp(root)) return 1;
    char path[96];
    snprintf(path, sizeof path, "%s/causes", root), mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/fixes", root), mkdir(path, 0700);
    put("fixes/f.json", FIX_TEXT);
    return setenv("MLWATCH_TEMPLATES", root, 1);
}
static int remove_directory(void **state)
{
    (void)state;
    drop("causes/c.json"), drop("causes"), drop("fixes/f.json"), drop("fixes"), drop("");
    return unsetenv("MLWATCH_TEMPLATES");
}

static void a_directory_replaces_what_is_compiled_in(void **state)
{
    (void)state;
    struct knowledge k;
    struct err err = {0};
    put("causes/c.json", CAUSE_TEXT("0.5", CLUE, "f"));
    put("causes/.c.json.swp", "an editor's file");
    assert_int_equal(knowledge_open(&k, &err), OK);
    assert_int_equal(k.n_causes, 1);
    assert_non_null(knowledge_cause(&k, "c"));
    assert_null(knowledge_cause(&k, "lr_too_high"));
    assert_true(k.causes[0].clues[0].min == -INFINITY && k.fixes[0].harm == 0.29);
    knowledge_done(&k);
    drop("causes/.c.json.swp");
}

static void a_fault_in_the_data_names_file_key_and_reason(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {CAUSE_TEXT("1.5", CLUE, "f"), "prior must lie between 0 and 1"},
        {CAUSE_TEXT("0.5", "{\"finding\":\"loss_spkie\",\"ratio\":4}", "f"), "clues[0]: finding is no finding kind"},
        {CAUSE_TEXT("0.5", "{\"finding\":\"loss_spike\",\"ratio\":-1}", "f"), "clues[0]: ratio must be above 0"},
        {CAUSE_TEXT("0.5", "{\"finding\":\"loss_spike\",\"ratio\":\"4\"}", "f"), "clues[0].ratio must be a number"},
        {CAUSE_TEXT("0.5", "{\"finding\":\"loss_spike\",\"ratoi\":4}", "f"), "clues[0].ratoi is no key"},
        {CAUSE_TEXT("0.5", "{\"finding\":\"loss_spike\"}", "f"), "clues[0].ratio is missing"},
        {CAUSE_TEXT("0.5", "{\"ratio\":4}", "f"), "clues[0]: has no condition"},
        {CAUSE_TEXT("0.5", "4", "f"), "clues[0] must be an object"},
        {CAUSE_TEXT("0.5", "{\"role\":\"los\",\"ratio\":4}", "f"), "clues[0].role names no role"},
        {CAUSE_TEXT("0.5", "{\"absent\":\"loss_spike\",\"ratio\":4}", "f"), "absent needs the role"},
        {CAUSE_TEXT("0.5", "{\"fact\":\"lr\",\"max\":1,\"ratio\":4}", "f"), "fact is no canonical setting"},
        {CAUSE_TEXT("0.5", "{\"fact\":\"dropout\",\"ratio\":4}", "f"), "needs min or max"},
        {CAUSE_TEXT("0.5", "{\"fact\":\"dropout\",\"min\":2,\"max\":1,\"ratio\":4}", "f"), "min is above max"},
        {CAUSE_TEXT("0.5", "{\"event\":\"killd\",\"ratio\":4}", "f"), "event is no event"},
        {CAUSE_TEXT("0.5", CLUE, "g"), "fixes[0] 'g' is no file of templates/fixes"},
        {"{\"id\":\"c\",\"title\":\"t\",\"explanation\":\"e\",\"source\":\"s\",\"prior\":0.5,\"clues\":[" CLUE
         "],\"fixes\":[\"f\"],"
         "\"separators\":[{\"artifact\":\"a\",\"why\":\"w\",\"how\":\"h\",\"in\":{\"pytroch\":\"x\"}}]}",
         "separators[0].in names a framework that is not known"},
        {"{\"id\":\"c\"", "line 1"},
        {"", "line 1"},
        {"[]", "the file must be an object"},
        {"{\"id\":\"d\"}", "title is missing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct knowledge k = {.n_causes = 99};
        struct err err = {0};
        put("causes/c.json", cases[i].text);
        assert_int_equal(knowledge_open(&k, &err), E_FORMAT);
        if (!strstr(err.text, cases[i].says)) fail_msg("expected \"%s\" in \"%s\"", cases[i].says, err.text);
        assert_non_null(strstr(err.text, "causes/c.json"));
        assert_int_equal(k.n_causes, 99);
    }
}

static void a_fault_in_what_is_said_of_missing_artifacts_is_told(void **state)
{
    (void)state;
#define ARTIFACT(more, findings)                                                                                                 \
    "{\"id\":\"a\",\"artifact\":\"t\",\"role\":\"grad_norm\",\"how\":\"h\",\"place\":1,\"findings\":[" findings "]" more "}"
    static const struct {
        const char *text, *says;
    } cases[] = {{ARTIFACT("", "\"grad_spkie\""), "findings holds a word that is no finding kind"},
                 {ARTIFACT("", ""), "findings is empty"},
                 {ARTIFACT(",\"in\":{\"torch\":\"x\"}", "\"grad_spike\""), "in names a framework"},
                 {ARTIFACT(",\"in\":{\"pytorch\":7}", "\"grad_spike\""), "in must be a text"},
                 {ARTIFACT(",\"not_in\":[\"trees\"]", "\"grad_spike\""), "not_in names a framework"},
                 {ARTIFACT(",\"also\":[\"grad\"]", "\"grad_spike\""), "also names no role"},
                 {ARTIFACT(",\"usual\":1", "\"grad_spike\""), "usual must be true or false"},
                 {ARTIFACT(",\"fact\":\"precision\"", "\"grad_spike\""), "fact and equals go together"}};
    put("causes/c.json", CAUSE_TEXT("0.5", CLUE, "f"));
    char path[96];
    snprintf(path, sizeof path, "%s/unseen", root), mkdir(path, 0700);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct knowledge k;
        struct err err = {0};
        put("unseen/a.json", cases[i].text);
        assert_int_equal(knowledge_open(&k, &err), E_FORMAT);
        if (!strstr(err.text, cases[i].says)) fail_msg("expected \"%s\" in \"%s\"", cases[i].says, err.text);
    }
    struct knowledge k;
    struct err err = {0};
    put("unseen/a.json", ARTIFACT(",\"in\":{\"keras\":\"x\"}", "\"grad_spike\""));
    assert_int_equal(knowledge_open(&k, &err), OK);
    assert_int_equal(k.n_artifacts, 1);
    assert_string_equal(wording_in(&k.artifacts[0].in, kit_by_id("keras")), "x");
    assert_null(wording_in(&k.artifacts[0].in, kit_by_id("lightning")));
    knowledge_done(&k);
    drop("unseen/a.json"), drop("unseen");
}

static void a_fix_may_not_promise_more_than_is_known(void **state)
{
    (void)state;
    struct knowledge k;
    struct err err = {0};
    put("fixes/f.json", "{\"id\":\"f\",\"title\":\"t\",\"action\":\"a\",\"expect\":\"e\",\"verify\":\"v\",\"risk\":\"r\","
                        "\"source\":\"s\",\"works\":{\"for\":9,\"against\":1},\"gain\":0.5,\"cost\":0.1}");
    assert_int_equal(knowledge_open(&k, &err), E_FORMAT);
    assert_non_null(strstr(err.text, "works may not start above 0.8"));
    put("fixes/f.json", FIX_TEXT);
}

static void an_oversized_file_a_fifo_and_a_missing_directory_end_in_a_sentence(void **state)
{
    (void)state;
    struct knowledge k;
    struct err err = {0};
    char path[96], *big = malloc((256 << 10) + 2);
    memset(big, ' ', (256 << 10) + 1), big[(256 << 10) + 1] = '\0';
    put("causes/c.json", big);
    free(big);
    assert_int_equal(knowledge_open(&k, &err), E_LIMIT);
    assert_non_null(strstr(err.text, "longer than 256 KiB"));
    drop("causes/c.json");
    snprintf(path, sizeof path, "%s/causes/c.json", root);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(knowledge_open(&k, &err), E_FORMAT);
    assert_non_null(strstr(err.text, "not a regular file"));
    drop("causes/c.json"), drop("causes");
    assert_int_equal(knowledge_open(&k, &err), E_IO);
    assert_non_null(strstr(err.text, "MLWATCH_TEMPLATES"));
    snprintf(path, sizeof path, "%s/causes", root), mkdir(path, 0700);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_directory_replaces_what_is_compiled_in),
        cmocka_unit_test(a_fault_in_the_data_names_file_key_and_reason),
        cmocka_unit_test(a_fault_in_what_is_said_of_missing_artifacts_is_told),
        cmocka_unit_test(a_fix_may_not_promise_more_than_is_known),
        cmocka_unit_test(an_oversized_file_a_fifo_and_a_missing_directory_end_in_a_sentence),
    };
    return cmocka_run_group_tests_name("what we refuse", tests, make_directory, remove_directory);
}
