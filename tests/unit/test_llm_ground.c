/* What a language model says is told only where it stands in the facts that it cites. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../daemon/llm/figures.h"
#include "../../daemon/llm/ground.h"

static const struct ground_fact facts[] = {
    {"The loss diverged: train/loss rose from 0.0186 to 6.699 (360×) since step 414 and has not come back", "finding f1"},
    {"The gradient norm exploded: grad_norm grew from 0.1869 to 3.921 (21×) since step 507", "finding f2"},
    {"The likely cause: learning rate too high (95 %)", "cause lr_too_high"},
    {"It could also be: exploding gradients (59 %)", "cause exploding_gradients"},
    {"Lower the learning rate (lower_learning_rate): cut the learning rate 3–10×; resume from checkpoint-4500",
     "cause lr_too_high"},
    {"Run 500 steps past the onset: no value of the loss above twice its best", "cause lr_too_high"},
    {"Run kiwi (2025-03-02 14:02 UTC) showed the same symptom: loss became NaN at step 1,220", "incident i4kq2abcd"},
    {"To expect: the loss descends again within the first hundred steps; a batch takes 3 ms", "cause lr_too_high"},
};
enum { N = sizeof facts / sizeof *facts };

static enum ground judge(const char *sentence, uint32_t *cited, struct str *text)
{
    return ground_judge(facts, N, (struct span){sentence, strlen(sentence)}, cited, text);
}

static void each_sentence_gets_its_verdict(void **state)
{
    static const struct {
        const char *sentence;
        enum ground verdict;
    } cases[] = {
        /* said again, in other words, rounded, in other units */
        {"[1] The loss rose from 0.0186 to 6.699 since step 414.", GROUND_HOLDS},
        {"The loss rose 360-fold to 6.7 after step 414 [1].", GROUND_HOLDS},
        {"Since step 414 the loss grew by a factor of 360 and has not come back [1].", GROUND_HOLDS},
        {"From 0.019 the loss rose to 7 [1].", GROUND_HOLDS},
        {"The loss rose 360 times [1].", GROUND_HOLDS},
        {"Loss and gradient norm grew since steps 414 and 507 [1, 2].", GROUND_HOLDS},
        {"Loss and gradient norm grew since steps 414 and 507 [1][2].", GROUND_HOLDS},
        {"With 95 percent the learning rate is too high [3].", GROUND_HOLDS},
        {"At a confidence of 0.95 the likely cause is a learning rate that is too high [3].", GROUND_HOLDS},
        {"It could be exploding gradients (59 %) [4].", GROUND_HOLDS},
        {"Perhaps the gradients are exploding [4].", GROUND_HOLDS},
        {"Cut the learning rate by 3 to 10 times [5].", GROUND_HOLDS},
        {"Reduce the learning rate 3–10× and resume from checkpoint-4500 [5].", GROUND_HOLDS},
        {"Use `lower_learning_rate` to cut the learning rate [5].", GROUND_HOLDS},
        {"Past the onset, run five hundred steps [6].", GROUND_HOLDS},
        {"No value of the loss above 2× its best [6].", GROUND_HOLDS},
        {"On 2025-03-02 run kiwi showed the same symptom at step 1220 [7].", GROUND_HOLDS},
        {"The loss of run kiwi became NaN at step 1.2k [7].", GROUND_HOLDS},
        {"The loss descends again within 100 steps [8].", GROUND_HOLDS},
        /* cites nothing, or what is not there */
        {"The loss rose from 0.0186 to 6.699.", GROUND_CITES_NOTHING},
        {"The loss rose [finding f1].", GROUND_CITES_NOTHING},
        {"The loss rose [].", GROUND_CITES_NOTHING},
        {"The loss rose [9].", GROUND_CITES_UNKNOWN},
        {"The loss rose [0].", GROUND_CITES_UNKNOWN},
        {"The loss rose [1, 77].", GROUND_CITES_UNKNOWN},
        {"The loss rose [4294967297].", GROUND_CITES_UNKNOWN},
        {"[1]", GROUND_SUBJECT},
        /* numbers: invented, swapped, from elsewhere, of another unit, rounded away, with digits that nobody measured */
        {"The loss rose to 6.9 [1].", GROUND_NUMBER},
        {"The loss rose to 6.6990001 [1].", GROUND_NUMBER},
        {"The loss rose 21× [1].", GROUND_NUMBER},
        {"The loss rose since step 410 [1].", GROUND_NUMBER},
        {"The loss rose since step 507 [1].", GROUND_NUMBER},
        {"The loss rose since epoch 414 [1].", GROUND_NUMBER},
        {"The loss rose by 360 % [1].", GROUND_NUMBER},
        {"The loss rose to 360 [1].", GROUND_NUMBER},
        {"The loss rose from 0 to 6.699 [1].", GROUND_NUMBER},
        {"The loss rose from -0.0186 to 6.699 [1].", GROUND_NUMBER},
        {"The loss rose a thousand times [1].", GROUND_NUMBER},
        {"The loss doubled since step 414 [1].", GROUND_NUMBER},
        {"The learning rate is too high (99 %) [3].", GROUND_NUMBER},
        {"The learning rate is too high with certainty 1 [3].", GROUND_NUMBER},
        {"Cut the learning rate 3–100× [5].", GROUND_NUMBER},
        {"A batch takes 3 s [8].", GROUND_NUMBER},
        {"A batch takes 3 steps [8].", GROUND_NUMBER},
        {"The loss became NaN at step 1200 [7].", GROUND_NUMBER},
        /* names */
        {"The loss val/loss rose since step 414 [1].", GROUND_NAME},
        {"Cut the learning rate and resume from checkpoint-9000 [5].", GROUND_NAME},
        {"Cut the learning rate: see http://example.com/fix [5].", GROUND_NAME},
        {"Cut the learning rate with $(reboot) [5].", GROUND_NAME},
        {"Cut the learning rate; rm -rf /home [5].", GROUND_NAME},
        {"Cut the learning rate of AdamW [5].", GROUND_NAME},
        {"Cut the learning rate with optimizer.lr [5].", GROUND_NAME},
        /* turned round */
        {"The loss fell from 6.699 to 0.0186 [1].", GROUND_DIRECTION},
        {"The loss decreased since step 414 [1].", GROUND_DIRECTION},
        {"Raise the learning rate 3–10× [5].", GROUND_DIRECTION},
        {"The gradient norm did not grow since step 507 [2].", GROUND_DIRECTION},
        {"The gradient norm doesn't grow [2].", GROUND_DIRECTION},
        {"The gradient norm is healthy since step 507 [2].", GROUND_DIRECTION},
        {"The likely cause: learning rate too low [3].", GROUND_DIRECTION},
        {"The loss recovered since step 414 [1].", GROUND_DIRECTION},
        /* surer than the fact */
        {"The cause is exploding gradients [4].", GROUND_CERTAINTY},
        {"The cause is a high learning rate and exploding gradients [3][4].", GROUND_CERTAINTY},
        /* something else */
        {"Bananas are yellow and sweet [1].", GROUND_SUBJECT},
        {"The validation loss rose [1].", GROUND_SUBJECT},
        {"The likely cause: exploding gradients [3].", GROUND_SUBJECT},
        {"As a helpful assistant, here is your explanation [1].", GROUND_SUBJECT},
        {"Потери растут [1].", GROUND_NAME},
        {"It rose [1].", GROUND_SUBJECT},
        /* no text for a terminal */
        {"The loss \x1b[31mrose\x1b[0m [1].", GROUND_UNREADABLE},
        {"The loss \xE2\x80\xAErose [1].", GROUND_UNREADABLE},
        {"The loss \xC3 rose [1].", GROUND_UNREADABLE},
        {"", GROUND_UNREADABLE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str text = {0};
        uint32_t cited = 0;
        const enum ground g = judge(cases[i].sentence, &cited, &text);
        if (g != cases[i].verdict)
            fail_msg("'%s' is dropped for %s; it should be for %s", cases[i].sentence, ground_why(g),
                     ground_why(cases[i].verdict));
        assert_true((g == GROUND_HOLDS) == (cited != 0) && (g == GROUND_HOLDS) == (text.n != 0));
        str_done(&text);
    }
}

static void what_is_told_has_no_brackets_and_knows_what_it_cites(void **state)
{
    struct str text = {0};
    uint32_t cited = 0;
    (void)state;
    assert_int_equal(judge("The loss rose [1] and the gradient norm grew [2] .", &cited, &text), GROUND_HOLDS);
    assert_string_equal(text.p, "The loss rose and the gradient norm grew");
    assert_int_equal(cited, 3);
    str_clear(&text);
    assert_int_equal(judge("[2]: The gradient norm grew to 3.921.", &cited, &text), GROUND_HOLDS);
    assert_string_equal(text.p, "The gradient norm grew to 3.921");
    assert_int_equal(cited, 2);
    str_done(&text);
    const struct span none = {NULL, 0};
    assert_int_equal(ground_judge(facts, N, none, &cited, &text), GROUND_UNREADABLE);
}

static void a_fact_is_said_with_its_numbers_and_most_of_its_words(void **state)
{
    const struct span fact = {facts[0].text, strlen(facts[0].text)};
    (void)state;
    assert_true(ground_says_all(fact, fact));
    assert_true(ground_says_all(
        span_of("train/loss diverged: it rose from 0.0186 to 6.7, 360 times, since step 414; it has not come back"), fact));
    assert_false(ground_says_all(span_of("The loss diverged and has not come back"), fact));
    assert_false(ground_says_all(span_of("0.0186, 6.699, 360×, step 414"), fact));
    assert_false(ground_says_all((struct span){NULL, 0}, fact));
    assert_true(ground_says_all(span_of("the training loss rises and stays up, by Page"),
                                span_of("the training loss rises and stays up (Page 1954)")));
}

/* ---- figures --------------------------------------------------------------------------------------------------------------- */

static void numbers_are_read_as_people_write_them(void **state)
{
    static const struct {
        const char *text;
        size_t n;
        double first, last;
    } cases[] = {
        {"1,220 points of 4 series", 2, 1220, 4},
        {"3e-4 → 3e-5", 2, 3e-4, 3e-5},
        {"1.2k steps", 1, 1200, 1200},
        {"a 7B network", 1, 7e9, 7e9},
        {"-0.5", 1, -0.5, -0.5},
        {"\xE2\x88\x92"
         "0.5",
         1, -0.5, -0.5},
        {".25 of it", 1, 0.25, 0.25},
        {"the 90th percentile", 1, 90, 90},
        {"2025-03-02 14:02", 5, 2025, 2},
        {"three hundred steps", 1, 300, 300},
        {"two to 3 times", 2, 2, 3},
        {"f1 in checkpoint-4500 of run8, fp16, conv2d_3", 0, 0, 0},
        {"1.", 1, 1, 1},
        {"1e999", 1, (double)INFINITY, (double)INFINITY},
        {"", 0, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct figure f[FIGURES_MAX];
        const size_t n = figures_of((struct span){cases[i].text, strlen(cases[i].text)}, f);
        if (n != cases[i].n) fail_msg("'%s' holds %zu numbers, not %zu", cases[i].text, cases[i].n, n);
        if (!n) continue;
        const double off = f[0].value - cases[i].first, off_last = f[n - 1].value - cases[i].last;
        if (off > 1e-12 || off < -1e-12 || off_last > 1e-12 || off_last < -1e-12)
            fail_msg("'%s' is read as %g ... %g", cases[i].text, f[0].value, f[n - 1].value);
    }
}

/* ---- by chance ------------------------------------------------------------------------------------------------------------- */

static uint64_t next(uint64_t *seed) { return (*seed = *seed * 6364136223846793005u + 1442695040888963407u) >> 33; }

/* A number changed by more than rounding is never told, wherever it stands. */
static void a_changed_number_never_holds(void **state)
{
    const int rounds = getenv("MLWATCH_DEEP") ? 200000 : 5000;
    uint64_t seed = 4;
    (void)state;
    for (int i = 0; i < rounds; i++) {
        char sentence[256];
        uint32_t cited = 0;
        struct str text = {0};
        const unsigned step = 415 + (unsigned)next(&seed) % 100000;
        const double high = 6.699 * (1.06 + (double)(next(&seed) % 1000) / 10),
                     low = 0.0186 / (1.06 + (double)(next(&seed) % 1000));
        const bool which = next(&seed) % 2;
        if (next(&seed) % 2)
            snprintf(sentence, sizeof sentence, "[1] The loss rose to 6.699 since step %u.", which ? step : 414u);
        else
            snprintf(sentence, sizeof sentence, "[1] The loss rose from %.4g to %.4g since step 414.", which ? low : 0.0186,
                     which ? 6.699 : high);
        const bool changed = which || strstr(sentence, "from 0.0186");
        const enum ground g = judge(sentence, &cited, &text);
        if (changed != (g == GROUND_NUMBER)) fail_msg("round %d: '%s' is dropped for %s", i, sentence, ground_why(g));
        str_done(&text);
    }
}

/* Any bytes: no crash, and nothing is told that holds a control character or cites nothing. */
static void any_bytes_are_judged(void **state)
{
    static const char *const pieces[] = {"[1]",
                                         "[2",
                                         "]",
                                         "[",
                                         "1",
                                         "9e",
                                         "-",
                                         "−",
                                         "step ",
                                         "×",
                                         "%",
                                         "the loss rose ",
                                         "\x1b[0m",
                                         "\xC3",
                                         "not ",
                                         "ten ",
                                         ",",
                                         ".",
                                         "e.g. ",
                                         "NaN ",
                                         "'",
                                         " ",
                                         "0x",
                                         "\xE2\x80\xAE",
                                         "99999999999999999999",
                                         "x",
                                         "k"};
    const int rounds = getenv("MLWATCH_DEEP") ? 300000 : 10000;
    uint64_t seed = 9;
    (void)state;
    for (int i = 0; i < rounds; i++) {
        struct str sentence = {0}, text = {0};
        uint32_t cited = 0;
        for (uint64_t n = next(&seed) % 24; n; n--) str_add(&sentence, pieces[next(&seed) % (sizeof pieces / sizeof *pieces)]);
        const enum ground g = ground_judge(facts, N, (struct span){sentence.p ? sentence.p : "", sentence.n}, &cited, &text);
        assert_true(g < GROUND_VERDICTS && *ground_why(g));
        if (g == GROUND_HOLDS) assert_true(cited && cited < 1u << N && !memchr(text.p, '\x1b', text.n));
        else assert_true(!cited && !text.n);
        str_done(&sentence);
        str_done(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sentence_gets_its_verdict),
        cmocka_unit_test(what_is_told_has_no_brackets_and_knows_what_it_cites),
        cmocka_unit_test(a_fact_is_said_with_its_numbers_and_most_of_its_words),
        cmocka_unit_test(numbers_are_read_as_people_write_them),
        cmocka_unit_test(a_changed_number_never_holds),
        cmocka_unit_test(any_bytes_are_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
