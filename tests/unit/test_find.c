/* Search, in its parts: words that count, facets, the deck of cards, and vectors that are kept in a file. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/engine/search/find.h"

/* ---- words --------------------------------------------------------------------------------------------------------------- */

static double scored(const char *question, const char *const *texts, size_t n, size_t which)
{
    struct bm25_question q;
    struct bm25_text read[8] = {0};
    bm25_ask(&q, span_of(question));
    for (size_t i = 0; i < n; i++) bm25_read(&q, span_of(texts[i]), 1, &read[i]);
    bm25_background(&q, read, n);
    return bm25_score(&q, &read[which]);
}

static const char *const texts[] = {"the loss explodes after an epoch", "the loss is flat", "GPU memory is exhausted",
                                    "the loss oscillates"};

static void endings_do_not_matter(void **state)
{
    (void)state;
    assert_true(scored("exploding losses", texts, 4, 0) > scored("exploding losses", texts, 4, 1));
    assert_true(scored("epochs", texts, 4, 0) > 0);
}

static void rare_words_say_more_than_common_ones(void **state)
{
    (void)state;
    assert_true(scored("loss memory", texts, 4, 2) > scored("loss memory", texts, 4, 1));
    assert_true(scored("xylophone", texts, 4, 0) == 0);
}

static void scores_are_shares_whatever_is_asked(void **state)
{
    static const char *const questions[] = {"", " \t", "the of and", "loss loss loss", "\xff\xfe\x80", "a\"b' OR (NEAR", "loss"};
    (void)state;
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        double s = scored(questions[i], texts, 4, 0);
        assert_true(s >= 0 && s <= 1);
    }
    char *longer = malloc(200001);
    assert_non_null(longer);
    for (size_t i = 0; i < 200000; i++) longer[i] = "abcdefghij klmnop"[i * i % 17];
    longer[200000] = 0;
    double s = scored(longer, texts, 4, 0);
    assert_true(s >= 0 && s <= 1);
    free(longer);
}

/* ---- facets -------------------------------------------------------------------------------------------------------------- */

static struct facets parsed(const char *question)
{
    struct facets f;
    struct err err;
    if (facet_parse(question, &f, &err)) fail_msg("%s: %s", question, err.text);
    return f;
}

static void conditions_are_taken_out_of_the_words(void **state)
{
    (void)state;
    struct facets f = parsed("diverged  kind:loss_spike lr>1e-3 early cause:lr_too_high optimizer:AdamW batch_size<=8 ");
    assert_string_equal(f.words, "diverged early");
    assert_string_equal(f.kind, "loss_spike");
    assert_string_equal(f.cause, "lr_too_high");
    assert_int_equal(f.n_settings, 3);
    assert_string_equal(f.settings[0].key, "learning_rate");
    assert_int_equal(f.settings[0].relation, '>');
    assert_true(fabs(f.settings[0].number - 1e-3) < 1e-12);
    assert_string_equal(f.settings[1].key, "optimizer");
    assert_int_equal(f.settings[2].relation, 'l');
}

static void what_is_no_condition_stays_a_word(void **state)
{
    static const char *const words[] = {
        "loss: nan",   "RuntimeError:CUDA error", "http://example.org/a?b=c", "a<b",    ":", "=", "x>", "> 3", "nothing_known:3",
        "SGD(lr=0.1,", "\"optimizer\":\"adam\",", "optimizer:adam,",          "lr>fast"};
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct facets f = parsed(words[i]);
        assert_string_equal(f.words, words[i]);
        assert_int_equal(f.n_settings, 0);
    }
}

static void times_are_ages_and_dates(void **state)
{
    (void)state;
    double now = (double)time(NULL);
    assert_true(fabs(parsed("since:30d").since - (now - 30 * 86400.0)) < 5);
    assert_true(parsed("since:2026-01-31").since > 1.7e9);
    struct facets f;
    struct err err;
    assert_int_equal(facet_parse("nan since:yesterday", &f, &err), E_USAGE);
    assert_non_null(strstr(err.text, "yesterday"));
    assert_int_equal(parsed("lr>1 lr>2 lr>3 lr>4 lr>5 lr>6 lr>7 lr>8 lr>9").n_settings, FACET_SETTINGS_MAX);
}

/* ---- the deck ------------------------------------------------------------------------------------------------------------ */

static void every_cause_is_told_in_peoples_words(void **state)
{
    struct knowledge k;
    struct deck d;
    struct err err;
    (void)state;
    if (knowledge_open(&k, &err) || deck_open(&d, &k, &err)) fail_msg("%s", err.text);
    assert_true(d.n > k.n_causes); /* and causes that no log can show */
    for (size_t i = 0; i < d.n; i++) {
        const struct card *c = &d.cards[i];
        if (c->n_symptoms < 5) fail_msg("%s has %zu symptoms", c->id, c->n_symptoms);
        if (!c->n_fixes || !c->title || !c->explanation) fail_msg("%s lacks something", c->id);
        for (size_t p = 0; p < deck_phrases(c); p++) assert_true(strlen(deck_phrase(c, p)) > 2);
    }
    deck_done(&d);
    knowledge_done(&k);
}

struct home {
    char dir[64];
};

static int make_home(void **state)
{
    struct home *h = calloc(1, sizeof *h);
    if (!h) return -1;
    snprintf(h->dir, sizeof h->dir, "/tmp/test-find-XXXXXX");
    if (!mkdtemp(h->dir) || setenv("MLWATCH_HOME", h->dir, 1)) return -1;
    *state = h;
    return 0;
}

static int remove_home(void **state)
{
    char command[128];
    struct home *h = *state;
    snprintf(command, sizeof command, "rm -rf %s", h->dir);
    int status = system(command);
    unsetenv("MLWATCH_HOME");
    unsetenv("MLWATCH_TEMPLATES");
    free(h);
    return status;
}

static void write_card(const struct home *h, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/knowledge", h->dir);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/knowledge/own.json", h->dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    setenv("MLWATCH_TEMPLATES", h->dir, 1);
}

static void a_wrong_card_is_an_error_that_names_the_file(void **state)
{
    static const char *const wrong[] = {
        "{",
        "[]",
        "{\"cards\": 3}",
        "{\"cards\": [{}]}",
        "{\"cards\": [{\"id\": \"mine\"}]}",
        "{\"cards\": [{\"id\": \"mine\", \"symptoms\": [\"a\"]}]}",
        "{\"cards\": [{\"id\": \"mine\", \"title\": \"t\", \"explanation\": \"e\", \"evidence\": \"v\", \"fixes\": [\"f\"], "
        "\"source\": \"s\", \"symptoms\": [3]}]}",
    };
    const struct knowledge none = {0};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct deck d;
        struct err err = {0};
        write_card(*state, wrong[i]);
        assert_int_equal(deck_open(&d, &none, &err), E_FORMAT);
        assert_non_null(strstr(err.text, "own.json"));
    }
}

static void a_card_of_ones_own_is_found(void **state)
{
    struct recall c = {0};
    struct finder f;
    struct found found;
    struct err err;
    write_card(
        *state,
        "{\"cards\": [{\"id\": \"mine\", \"title\": \"Frobnicator stuck\", \"explanation\": \"It is stuck.\", \"evidence\": "
        "\"Look.\", \"fixes\": [\"Turn it.\"], \"source\": \"ours\", \"symptoms\": [\"the frobnicator does not turn\"]}]}");
    if (find_open(&f, &c, &err)) fail_msg("%s", err.text);
    assert_non_null(f.note); /* no model in this home */
    const struct find_question q = {.text = "frobnicator turns no more", .limit = 5};
    assert_int_equal(find(&f, &q, &found, &err), OK);
    assert_int_equal(found.n, 1);
    assert_string_equal(found.hits[0].card->id, "mine");
    assert_string_equal(found.hits[0].fix, "Turn it.");
    assert_true(found.hits[0].n_why > 0);
    const struct find_question off = {.text = "xylophone", .limit = 5};
    assert_int_equal(find(&f, &off, &found, &err), OK);
    assert_true(found.refused && found.n == 0);
    find_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(endings_do_not_matter),
        cmocka_unit_test(rare_words_say_more_than_common_ones),
        cmocka_unit_test(scores_are_shares_whatever_is_asked),
        cmocka_unit_test(conditions_are_taken_out_of_the_words),
        cmocka_unit_test(what_is_no_condition_stays_a_word),
        cmocka_unit_test(times_are_ages_and_dates),
        cmocka_unit_test(every_cause_is_told_in_peoples_words),
        cmocka_unit_test_setup_teardown(a_wrong_card_is_an_error_that_names_the_file, make_home, remove_home),
        cmocka_unit_test_setup_teardown(a_card_of_ones_own_is_found, make_home, remove_home),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
