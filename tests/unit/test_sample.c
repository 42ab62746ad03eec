/* sample: what of a text counts as repetition, and what never does. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/base/str.h"
#include "../../daemon/format/sample.h"
#include "chance.h"

static double repetition_of(struct span text)
{
    struct sample s;
    sample_begin(&s);
    sample_add(&s, text);
    return sample_repetition(&s);
}

static double again(const char *piece, int times)
{
    struct str text = {0};
    for (int i = 0; i < times; i++) str_add(&text, piece);
    double repetition = repetition_of((struct span){text.p, text.n});
    str_done(&text);
    return repetition;
}

/* What does not repeat itself, although it has a form. */
static const char poem[] = "The lamp was out before the wind came round,\nThe gate stood open and the road was white;\n"
                           "We heard the river, not the sea, that night,\nWe heard the river and we made no sound.\n\n"
                           "The lamp was out. And who had put it out?\nThe wind came round, and no one was about;\n"
                           "The gate stood open, as it stood before,\nAnd still we stood and looked, and saw no more.\n";
static const char program[] =
    "static int count(const struct list *l)\n{\n    int n = 0;\n    for (; l; l = l->next) n++;\n    return n;\n}\n\n"
    "static void drop(struct list **l)\n{\n    while (*l) {\n        struct list *next = (*l)->next;\n        "
    "free(*l);\n        *l = next;\n    }\n}\n\nint main(void)\n{\n    struct list *l = read_list(stdin);\n"
    "    printf(\"%d\\n\", count(l));\n    drop(&l);\n    return 0;\n}\n";
static const char markdown[] =
    "| optimizer | rate | loss |\n|---|---|---|\n| SGD | 0.1 | diverged |\n| Adam | 0.001 | fell |\n"
    "| AdamW | 0.0003 | fell slowly |\n| Lion | 0.0001 | noisy but fine |\n\nThe second row is what we kept.\n";

static void poetry_code_and_tables_do_not_repeat_themselves(void **unused)
{
    (void)unused;
    assert_true(repetition_of(span_of(poem)) < 0.3);
    assert_true(repetition_of(span_of(program)) < 0.3);
    assert_true(repetition_of(span_of(markdown)) < 0.3);
}

static void one_token_or_pattern_again_and_again_does(void **unused)
{
    static const char *const pieces[] = {"the ",
                                         "e",
                                         "!",
                                         "<pad>",
                                         "\n- \n",
                                         "and the ",
                                         "I am a language model and I am here to help you with this. ",
                                         "\xE6\x88\x91\xE4\xB8\x8D\xE7\x9F\xA5\xE9\x81\x93\xE3\x80\x82",
                                         "\\u6211\\u4e0d\\u77e5",
                                         "\xE2\x96\x81the",
                                         "\xC4\xA0the\xC4\xA0same"};
    (void)unused;
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        if (!(again(pieces[i], 200) > 0.75)) fail_msg("%s: %g", pieces[i], again(pieces[i], 200));
}

static void random_words_repeat_nothing_however_many_there_are(void **unused)
{
    (void)unused;
    for (int words = 100; words <= 3200; words *= 2) {
        struct str text = {0};
        seed = (uint64_t)words;
        for (int i = 0; i < words; i++) str_addf(&text, "w%zu ", below(300));
        assert_true(repetition_of((struct span){text.p, text.n}) < 0.02);
        str_done(&text);
    }
}

static void the_order_of_words_makes_a_difference(void **unused)
{
    struct str text = {0};
    (void)unused;
    for (int i = 0; i < 24; i++) /* each of the orders of four words once */
        for (int left = 0xDCBA, n = 4, at = i; n; n--) {
            int k = at % n, digit = left >> 4 * k & 15;
            at /= n;
            left = (left & ((1 << 4 * k) - 1)) | (left >> 4 * (k + 1)) << 4 * k;
            str_addf(&text, "w%d ", digit);
        }
    double repetition = repetition_of((struct span){text.p, text.n});
    str_done(&text);
    assert_true(repetition < 0.35); /* runs across two orders may come twice */
}

static void the_length_of_a_text_does_not_make_it_repeat(void **unused)
{
    double shortest = again(poem, 1);
    (void)unused;
    assert_true(fabs(again("ever the same line of eight words, again\n", 20) -
                     again("ever the same line of eight words, again\n", 200)) < 0.1);
    assert_true(shortest < 0.3);
}

static void short_texts_and_numbers_tell_nothing(void **unused)
{
    (void)unused;
    assert_true(isnan(repetition_of(span_of("no no no no no"))));
    assert_true(isnan(repetition_of(span_of(""))));
    assert_true(isnan(again(" \n\t", 500)));
    assert_true(isnan(again("0 1 0.5 ", 100)));
}

static void pieces_are_one_text(void **unused)
{
    struct sample whole, pieces;
    (void)unused;
    sample_begin(&whole), sample_begin(&pieces);
    sample_add(&whole, span_of(program));
    for (const char *line = program; *line; line += strcspn(line, "\n") + 1)
        sample_add(&pieces, (struct span){line, strcspn(line, "\n")});
    assert_true(sample_repetition(&whole) == sample_repetition(&pieces));
}

static void no_bytes_do_harm(void **unused)
{
    (void)unused;
    for (uint64_t run = 1; run <= 200; run++) {
        seed = run;
        size_t n = below(5000);
        char *bytes = malloc(n + 1);
        assert_non_null(bytes);
        for (size_t i = 0; i < n; i++) bytes[i] = (char)(run % 2 ? below(256) : (size_t) "\\u\xE3\xF0\xE2\x96\xC4 e"[below(9)]);
        double repetition = repetition_of((struct span){bytes, n});
        assert_true(isnan(repetition) || (repetition >= 0 && repetition <= 1));
        free(bytes);
    }
    char *endless = malloc(1 << 20);
    assert_non_null(endless);
    memset(endless, 'a', 1 << 20);
    assert_true(repetition_of((struct span){endless, 1 << 20}) > 0.9);
    free(endless);
}

static void names_of_generated_texts_are_known(void **unused)
{
    static const char *const yes[] = {"sample",       "eval/generated_text", "Samples/2",
                                      "model-output", "completion",          "generated text"};
    static const char *const no[] = {"loss", "sampler", "text", "output_dir", "samples_per_second", "prediction_loss", ""};
    (void)unused;
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (!sample_named(span_of(yes[i]))) fail_msg("%s", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (sample_named(span_of(no[i]))) fail_msg("%s", no[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(poetry_code_and_tables_do_not_repeat_themselves),
        cmocka_unit_test(one_token_or_pattern_again_and_again_does),
        cmocka_unit_test(random_words_repeat_nothing_however_many_there_are),
        cmocka_unit_test(the_order_of_words_makes_a_difference),
        cmocka_unit_test(the_length_of_a_text_does_not_make_it_repeat),
        cmocka_unit_test(short_texts_and_numbers_tell_nothing),
        cmocka_unit_test(pieces_are_one_text),
        cmocka_unit_test(no_bytes_do_harm),
        cmocka_unit_test(names_of_generated_texts_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
