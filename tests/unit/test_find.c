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
#include "../../daemon/engine/search/find_parts.h"
#include "../../daemon/engine/search/question.h"

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
    assert_true(scored("losses", texts, 4, 1) > 0);
    assert_true(scored("classes", (const char *const[]){"a class"}, 1, 0) > 0);
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

static void texts_without_blanks_share_pairs_of_characters(void **state)
{
    static const char *const chinese[] = {"训练时损失爆炸", "显存不足", "the loss is flat"};
    (void)state;
    assert_true(scored("为什么我的损失会爆炸？", chinese, 3, 0) > 0);
    assert_true(scored("为什么我的损失会爆炸？", chinese, 3, 1) == 0);
    assert_true(scored("GPU显存", chinese, 3, 1) > scored("GPU显存", chinese, 3, 0));
    assert_true(scored("存，不", chinese, 3, 1) == 0); /* a comma stands between them */
}

static void people_who_ask_for_help_do_not_change_the_score(void **state)
{
    (void)state;
    double plain = scored("loss explodes", texts, 4, 0);
    assert_true(plain > 0);
    assert_true(fabs(scored("Hello everyone, please help me, thanks: loss explodes", texts, 4, 0) - plain) < 1e-12);
}

/* ---- questions ----------------------------------------------------------------------------------------------------------- */

static void addresses_and_rows_of_signs_are_left_out(void **state)
{
    char plain[128], narrow[8];
    (void)state;
    question_plain(
        "loss is nan  https://example.org/a?b=c ======== 3e-4\nsee ![x](http://a/b) 为什么损失一直不下降而且越来越大请问怎么办",
        plain, sizeof plain);
    assert_string_equal(plain, "loss is nan 3e-4\nsee 为什么损失一直不下降而且越来越大请问怎么办");
    question_plain("a longer text", narrow, sizeof narrow);
    assert_string_equal(narrow, "a longe");
    question_plain(" \n ", plain, sizeof plain);
    assert_string_equal(plain, "");
}

static void sentences_end_at_stops_and_at_line_ends(void **state)
{
    static const char *const sentences[] = {"Loss of v1.2 is nan", "Why", "a title", "the end"};
    struct span rest = span_of("Loss of v1.2 is nan. Why? a title\nthe end");
    (void)state;
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        struct span s = question_sentence(&rest);
        assert_int_equal(s.n, strlen(sentences[i]));
        assert_memory_equal(s.p, sentences[i], s.n);
    }
    assert_int_equal(rest.n, 0);
}

static void letters_of_an_alphabet_are_told_from_ideographs(void **state)
{
    (void)state;
    assert_true(question_latin(span_of("loss, wörter, потери")) == 1);
    assert_true(question_latin(span_of("损失")) == 0);
    assert_true(question_latin(span_of("12 ==")) == 1);
    assert_true(fabs(question_latin(span_of("ab损失")) - 0.5) < 1e-12);
}

static void what_is_pasted_is_told_from_what_is_typed(void **state)
{
    char longer[QUESTION_PASTED_BYTES + 1];
    (void)state;
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = 0;
    assert_false(question_is_pasted("diverged lr>1e-3 optimizer:adamw since:30d"));
    assert_true(question_is_pasted("loss nan\nlr:0.1"));
    assert_true(question_is_pasted(longer));
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
        "{\"cards\": [{\"id\": \"mine\", \"title\": \"t\", \"explanation\": \"e\", \"evidence\": \"v\", \"fixes\": [\"f\"], "
        "\"source\": \"s\", \"symptoms\": [\"a\"], \"words\": \"b\"}]}",
        "{\"cards\": [], \"elsewhere\": \"how do I install it\"}",
        "{\"cards\": [], \"elsewhere\": [3]}",
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
    const struct find_question q = {.text = "frobnicator does not turn", .limit = 5};
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

/* Two sentences to be understood besides title and explanation; what is read by words only is none, and what is elsewhere is one each. */
static void words_are_read_and_what_is_elsewhere_is_understood(void **state)
{
    const struct knowledge none = {0};
    struct deck d;
    struct err err;
    write_card(*state,
               "{\"cards\": [{\"id\": \"mine\", \"title\": \"t t\", \"explanation\": \"e e\", \"evidence\": \"v\", \"fixes\": "
               "[\"f\"], \"source\": \"s\", \"symptoms\": [\"a\", \"b\"], \"words\": [\"errno 99\"]}], \"elsewhere\": "
               "[\"how do I install it\", \"what to buy\"]}");
    if (deck_open(&d, &none, &err)) fail_msg("%s", err.text);
    assert_int_equal(d.n, 1);
    assert_int_equal(d.cards[0].n_words, 1);
    assert_int_equal(deck_phrases(&d.cards[0]), 4);
    assert_int_equal(d.n_phrases, 6);
    assert_string_equal(d.elsewhere[1], "what to buy");
    deck_done(&d);
}

static void a_pasted_log_does_not_hide_what_is_known(void **state)
{
    struct recall c = {0};
    struct finder f;
    struct found found;
    struct err err;
    write_card(
        *state,
        "{\"cards\": [{\"id\": \"mine\", \"title\": \"Frobnicator stuck\", \"explanation\": \"It is stuck.\", \"evidence\": "
        "\"Look.\", \"fixes\": [\"Turn it.\"], \"source\": \"ours\", \"symptoms\": [\"the frobnicator does not turn\"], "
        "\"words\": [\"E_FROB 9 卡住了\"]}]}");
    if (find_open(&f, &c, &err)) fail_msg("%s", err.text);
    const struct find_question pasted = {
        .text = "the frobnicator does not turn\nlr:0.1 since:noon kind:stuck", .limit = 5, .by = FIND_WORDS};
    assert_int_equal(find(&f, &pasted, &found, &err), OK);
    assert_int_equal(found.n, 1);
    const struct find_question typed = {.text = "the frobnicator does not turn lr:0.1", .limit = 5, .by = FIND_WORDS};
    assert_int_equal(find(&f, &typed, &found, &err), OK);
    assert_int_equal(found.n, 0);
    const struct find_question foreign = {.text = "卡住了", .limit = 5, .by = FIND_WORDS};
    assert_int_equal(find(&f, &foreign, &found, &err), OK);
    assert_int_equal(found.n, 1);
    assert_true(found.hits[0].score > 0);
    find_close(&f);
}

/* FTS5 and the words counted here say the same of an incident in their own ways; people are told once, and the rest in full. */
static void matching_words_are_told_once(void **state)
{
    static const struct find_weights weights = {.nearness = 1, .words = 1};
    const char *const said[] = {"words: losses, exploded", "same cause lr_too_high"};
    const struct search_hit by_words = {.why = {said[0], said[1]}, .n_why = 2};
    struct finder f = {0};
    const struct find_question q = {.text = "losses exploded"};
    struct search s = {.finder = &f, .question = &q, .weights = &weights, .worded = true};
    struct find_hit with = {0}, other = {0}, alone = {0};
    struct bm25_text t = {0}, none = {0};
    (void)state;
    arena_init(&f.arena, 1 << 16);
    bm25_ask(&s.words, span_of(q.text));
    bm25_read(&s.words, span_of("the loss explodes"), 1, &t);
    find_score(&s, &t, 0, NULL, &by_words, &with);
    assert_int_equal(with.n_why, 2);
    assert_string_equal(with.why[0], "words: losses, exploded");
    assert_string_equal(with.why[1], "same cause lr_too_high");
    bm25_read(&s.words, span_of("exploding"), 1, &none);
    find_score(&s, &none, 0, NULL, &by_words, &other);
    assert_int_equal(other.n_why, 2); /* "words: exploded", and what is no list of words */
    assert_string_equal(other.why[0], "words: exploded");
    find_score(&s, &(struct bm25_text){.length = 1}, 0, NULL, &by_words, &alone);
    assert_int_equal(alone.n_why, 2);
    assert_string_equal(alone.why[0], said[0]); /* nothing was counted here: the list of FTS5 stands */
    arena_done(&f.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(endings_do_not_matter),
        cmocka_unit_test(rare_words_say_more_than_common_ones),
        cmocka_unit_test(scores_are_shares_whatever_is_asked),
        cmocka_unit_test(texts_without_blanks_share_pairs_of_characters),
        cmocka_unit_test(people_who_ask_for_help_do_not_change_the_score),
        cmocka_unit_test(addresses_and_rows_of_signs_are_left_out),
        cmocka_unit_test(sentences_end_at_stops_and_at_line_ends),
        cmocka_unit_test(letters_of_an_alphabet_are_told_from_ideographs),
        cmocka_unit_test(what_is_pasted_is_told_from_what_is_typed),
        cmocka_unit_test(conditions_are_taken_out_of_the_words),
        cmocka_unit_test(what_is_no_condition_stays_a_word),
        cmocka_unit_test(times_are_ages_and_dates),
        cmocka_unit_test(every_cause_is_told_in_peoples_words),
        cmocka_unit_test(matching_words_are_told_once),
        cmocka_unit_test_setup_teardown(a_wrong_card_is_an_error_that_names_the_file, make_home, remove_home),
        cmocka_unit_test_setup_teardown(a_card_of_ones_own_is_found, make_home, remove_home),
        cmocka_unit_test_setup_teardown(words_are_read_and_what_is_elsewhere_is_understood, make_home, remove_home),
        cmocka_unit_test_setup_teardown(a_pasted_log_does_not_hide_what_is_known, make_home, remove_home),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
