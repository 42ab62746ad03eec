/* Texts to token numbers: as the makers' tokenizer does where its vocabulary is installed, and by the rules on a small one. */
#include "embed_fixture.h"

#include "../../daemon/embed/wordpiece.h"

enum { TOKENS_MAX = 256 };

/* A line is a piece, its number the line's. */
static const char small[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nloss\nlo\n##ss\n##s\nnan\n!\n中\ne\n##cole\n=\nun\n##able\n";
enum { UNK = 1, CLS, SEP, MASK, LOSS, LO, SS, S, NAN_PIECE, BANG, MIDDLE, E_PIECE, COLE, EQUALS, UN, ABLE };

static struct wordpiece *open_text(const char *text, struct err *err)
{
    char path[64];
    struct wordpiece *v = NULL;
    write_file(path, text, strlen(text));
    if (wordpiece_open(path, &v, err)) v = NULL;
    unlink(path);
    return v;
}

static int set_up(void **state)
{
    struct err err;
    *state = open_text(small, &err);
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    wordpiece_close(*state);
    return 0;
}

#define EXPECT(v, text, ...)                                                                                                     \
    expect(v, (struct span){text, sizeof text - 1}, (const uint32_t[]){CLS, __VA_ARGS__, SEP},                                   \
           sizeof((const uint32_t[]){CLS, __VA_ARGS__, SEP}) / sizeof(uint32_t))
static void expect(const struct wordpiece *v, struct span text, const uint32_t *expected, size_t n)
{
    uint32_t got[TOKENS_MAX];
    assert_int_equal(wordpiece_tokens(v, text, got, TOKENS_MAX), n);
    assert_memory_equal(got, expected, n * sizeof *got);
}

static void the_longest_piece_comes_first(void **state)
{
    EXPECT(*state, "loss", LOSS);
    EXPECT(*state, "losss", LOSS, S);
    EXPECT(*state, "loss lo", LOSS, LO);
    EXPECT(*state, "unable", UN, ABLE);
}

static void a_word_without_a_cover_is_one_unknown(void **state)
{
    EXPECT(*state, "lossx nan", UNK, NAN_PIECE);
    EXPECT(*state, "ss", UNK); /* ##ss does not begin a word */
}

static void case_accents_and_controls_make_no_difference(void **state)
{
    EXPECT(*state, "LOSS NaN", LOSS, NAN_PIECE);
    EXPECT(*state,
           "\xc3\x89"
           "cole",
           E_PIECE, COLE); /* É */
    EXPECT(*state,
           "e\xcc\x81"
           "cole",
           E_PIECE, COLE); /* e and U+0301 */
    EXPECT(*state,
           "lo\0ss\x01 n\xe2\x80\x8d"
           "an",
           LOSS, NAN_PIECE);
    EXPECT(*state, "lo\xc2\x85ss", LOSS); /* U+0085 is a control before it is white space */
}

static void punctuation_ideographs_and_white_space_end_words(void **state)
{
    EXPECT(*state, "loss!nan", LOSS, BANG, NAN_PIECE);
    EXPECT(*state, "loss\xe4\xb8\xadnan", LOSS, MIDDLE, NAN_PIECE);
    EXPECT(*state, "loss\xc2\xa0\tnan\xe3\x80\x80loss", LOSS, NAN_PIECE, LOSS);
    EXPECT(*state, "loss\xe2\x89\xa0nan", LOSS, EQUALS, NAN_PIECE); /* ≠ is '=' and an accent */
}

static void special_tokens_in_a_text_are_those_tokens(void **state)
{
    EXPECT(*state, "loss[SEP]nan [MASK]", LOSS, SEP, NAN_PIECE, MASK);
    EXPECT(*state, "[sep", UNK, UNK);
}

static void bytes_that_are_no_text_are_dropped(void **state)
{
    EXPECT(*state, "lo\xffss\xc3 \xed\xa0\x80nan\xf4\x90\x80\x80", LOSS, NAN_PIECE);
}

static void words_over_a_hundred_characters_are_unknown(void **state)
{
    char word[400] = "lo";
    for (size_t i = 2; i < 100; i += 2) memcpy(word + i, "ss", 3);
    uint32_t got[TOKENS_MAX];
    assert_true(wordpiece_tokens(*state, span_of(word), got, TOKENS_MAX) > 3);
    strcat(word, "s");
    assert_int_equal(wordpiece_tokens(*state, span_of(word), got, TOKENS_MAX), 3);
    assert_int_equal(got[1], UNK);
}

static void a_long_text_keeps_its_beginning_and_its_end_mark(void **state)
{
    uint32_t got[8];
    struct str text = {0};
    for (int i = 0; i < 100000; i++) str_add(&text, "loss nan ");
    assert_int_equal(wordpiece_tokens(*state, (struct span){text.p, text.n}, got, 8), 8);
    const uint32_t expected[] = {CLS, LOSS, NAN_PIECE, LOSS, NAN_PIECE, LOSS, NAN_PIECE, SEP};
    assert_memory_equal(got, expected, sizeof expected);
    assert_int_equal(wordpiece_tokens(*state, (struct span){text.p, text.n}, got, 2), 2);
    str_done(&text);
}

static void any_bytes_are_numbered_within_the_vocabulary(void **state)
{
    uint64_t x = 7;
    for (int round = 0; round < 3000; round++) {
        char text[200];
        uint32_t got[TOKENS_MAX];
        for (size_t i = 0; i < sizeof text; i++) x = x * 6364136223846793005u + 1442695040888963407u, text[i] = (char)(x >> 56);
        size_t n = wordpiece_tokens(*state, (struct span){text, (size_t)round % sizeof text}, got, TOKENS_MAX);
        assert_true(n >= 2 && n <= TOKENS_MAX && got[0] == CLS && got[n - 1] == SEP);
        for (size_t i = 0; i < n; i++) assert_true(got[i] < wordpiece_count(*state));
    }
}

static void a_file_that_is_no_vocabulary_is_told(void **state)
{
    struct wordpiece *v = NULL;
    struct err err;
    (void)state;
    assert_null(open_text("a\nb\n", &err));
    assert_int_equal(err.status, E_FORMAT);
    assert_non_null(strstr(err.text, "[CLS]"));
    assert_null(open_text("", &err));
    assert_int_equal(wordpiece_open("/nowhere/vocab.txt", &v, &err), E_ABSENT);
}

static void lines_may_end_as_on_windows_and_the_last_not_at_all(void **state)
{
    struct err err;
    (void)state;
    struct wordpiece *v = open_text("[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\n[MASK]\r\nloss", &err);
    assert_non_null(v);
    assert_int_equal(wordpiece_count(v), 6);
    EXPECT(v, "loss", LOSS);
    wordpiece_close(v);
}

static void check_kept(void *arg, size_t i, json_t *pair)
{
    const json_t *expected = json_array_get(pair, 1);
    uint32_t got[TOKENS_MAX];
    size_t n = wordpiece_tokens(arg, text_of(json_array_get(pair, 0)), got, TOKENS_MAX);
    if (n != json_array_size(expected)) fail_msg("line %zu: %zu tokens, not %zu", i + 1, n, json_array_size(expected));
    for (size_t k = 0; k < n; k++)
        if (got[k] != json_integer_value(json_array_get(expected, k))) fail_msg("line %zu: token %zu is %u", i + 1, k, got[k]);
}

static void kept_texts_are_numbered_as_their_makers_do(void **state)
{
    char *path = installed("vocab.txt");
    struct wordpiece *v;
    struct err err;
    (void)state;
    if (wordpiece_open(path, &v, &err)) fail_msg("%s", err.text);
    each_line(KEPT "tokens.jsonl", check_kept, v);
    wordpiece_close(v);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_longest_piece_comes_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_word_without_a_cover_is_one_unknown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(case_accents_and_controls_make_no_difference, set_up, tear_down),
        cmocka_unit_test_setup_teardown(punctuation_ideographs_and_white_space_end_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(special_tokens_in_a_text_are_those_tokens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bytes_that_are_no_text_are_dropped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(words_over_a_hundred_characters_are_unknown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_long_text_keeps_its_beginning_and_its_end_mark, set_up, tear_down),
        cmocka_unit_test_setup_teardown(any_bytes_are_numbered_within_the_vocabulary, set_up, tear_down),
        cmocka_unit_test(a_file_that_is_no_vocabulary_is_told),
        cmocka_unit_test(lines_may_end_as_on_windows_and_the_last_not_at_all),
        cmocka_unit_test(kept_texts_are_numbered_as_their_makers_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
