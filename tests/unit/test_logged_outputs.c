/* Outputs of a model in its logs, in the lines of the tools that print them: generated texts, and reports on predictions. */
#include "format_probe.h"
#include "tfevents_made.h"

#define WORDS                                                                                                                    \
    "once upon a time there was a small engine that would not start in the cold and nobody in the yard knew why until an old "   \
    "driver came by and listened to it for a while"
#define LOOP4 "the cat and the cat and the cat and the cat and "
#define LOOP  LOOP4 LOOP4 LOOP4

/* The value that was told of a series at a step; fails where none was. */
static double told(struct probe *p, const char *series, int step)
{
    struct str start = {0};
    str_addf(&start, "point %s %d ", series, step);
    const char *at = strstr(p->text.p, start.p);
    if (!at) fail_msg("not told: %s in\n%s", start.p, p->text.p);
    double value = strtod(at + start.n, NULL);
    str_done(&start);
    return value;
}

static void a_block_below_its_label_is_a_text(void **unused)
{
    struct probe *p = probe_text("text", "step 10: train loss 2.5\ngenerating:\n---\n" WORDS "\n" WORDS " 2\n---\n"
                                         "step 20: train loss 2.25\ngenerating:\n---\n" LOOP "\n---\nstep 30: train loss 2\n");
    (void)unused;
    assert_true(told(p, "samples/text_repetition", 10) < 0.6);
    assert_true(told(p, "samples/text_repetition", 20) > 0.9);
    probe_refuse(p, "point samples/text_repetition 30");
    probe_close(p);
}

static void several_texts_at_a_step_are_one_point(void **unused)
{
    struct probe *p = probe_text("text", "step 10 loss 2.5\nrank 0 sample 0: " WORDS "\nrank 0 sample 1: " LOOP "\n"
                                         "step 20 loss 2.25\n");
    (void)unused;
    double mean = told(p, "samples/text_repetition", 10);
    assert_true(mean > 0.4 && mean < 0.6);
    assert_int_equal(p->points, 3);
    probe_close(p);
}

/* As TRL prints it, narrower: rich wraps cells, and puts a frame around the table. */
#define TABLE(text)                                                                                                                                                                                                            \
    "╭────────────── Step 10 ──────────────╮\n│ ┏━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━━━━━┓ │\n" \
    "│ ┃ Prompt ┃ Completion ┃ Advantage ┃ │\n│ ┡━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━━━━┩ │\n" text "│ "                                                                                                                           \
    "└────────┴────────────┴───────────┘ │\n╰─────────────────────────────────────╯\n"
#define ROW(prompt, text, number) "│ │ " prompt " │ " text " │ " number " │ │\n"
#define LINE                      "│ ├────────┼────────────┼───────────┤ │\n"
#define BLUE                      ROW("The   ", "blue and  ", "     0.10") ROW("      ", "blue and  ", "         ")
#define BLUES                     BLUE BLUE BLUE BLUE BLUE BLUE BLUE BLUE BLUE BLUE

static void completions_are_found_in_a_table(void **unused)
{
    struct probe *p =
        probe_text("text", "step 10 loss 2.5\n" TABLE(BLUES LINE ROW("A", "short one", "0.5")) "step 20 loss 2.25\n");
    (void)unused;
    assert_true(told(p, "samples/text_repetition", 10) > 0.9);
    assert_int_equal(p->points, 3);
    probe_close(p);
    p = probe_text("text", "step 10 loss 2.5\n┃ Layer ┃ Output Shape ┃\n" BLUES "step 20 loss 2.25\n");
    assert_int_equal(p->points, 2);
    probe_close(p);
}

static void what_is_no_generated_text_gives_nothing(void **unused)
{
    static const char *const logs[] = {
        "step 10 loss 2.5\nSamples: 3000\nGenerated 500 files\nstep 20 loss 2\n",
        "step 10 loss 2.5\nSample: yes yes yes\nstep 20 loss 2\n",
        "step 10 loss 2.5\nwarning: " LOOP "\nnotes: " LOOP "\nstep 20 loss 2\n",
        "step 10 loss 2.5\nsampler: " LOOP "\nGenerating train split: 100%|####| 10/10 [00:00<00:00, 1.0it/s]\nstep 20 loss 2\n",
        "step 10 loss 2.5\nsample: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\nstep 20 loss 2\n",
        "Sample:\n" LOOP "\nstep 10 loss 2.5\nstep 20 loss 2\n",
    };
    (void)unused;
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
        struct probe *p = probe_text("text", logs[i]);
        probe_refuse(p, "series samples/text_repetition");
        probe_close(p);
    }
}

static void a_text_without_an_end_costs_the_log_nothing(void **unused)
{
    struct probe *p = probe_open(format_by_name("text"), PROBE_ARENA_BYTES);
    struct str log = {0};
    (void)unused;
    str_add(&log, "step 10 loss 2.5\nSample:\n");
    for (int i = 0; i < 500; i++) str_addf(&log, "%s\n", "and then they went on to the next town");
    str_add(&log, "step 20 loss 2.25\n");
    probe_read(p, (struct span){log.p, log.n}, log.n, 1);
    probe_expect(p, "point loss 20 2.25 @503");
    assert_int_equal(p->points, 3);
    str_done(&log);
    probe_close(p);
}

#define REPORT(first, second)                                                                                                    \
    "              precision    recall  f1-score   support\n\n         cat       " first                                         \
    "        80\n         dog       " second                                                                                     \
    "        20\n\n    accuracy                           0.80       100\n   macro avg       0.40      0.50      0.44       "    \
    "100\nweighted avg       0.64      0.80      0.71       100\n\n"

static void a_classification_report_says_how_many_classes_are_predicted(void **unused)
{
    struct probe *p = probe_text(
        "text", "epoch 1 loss 0.5\n" REPORT("0.88      0.89      0.88", "0.55      0.50      0.52") //
        "epoch 2 loss 0.5\n" REPORT("0.80      1.00      0.89", "0.00      0.00      0.00") "epoch 3 loss 0.5\n" REPORT(
            "0.84      1.00      0.91", "0.00      0.00      0.00"));
    (void)unused;
    probe_expect(p, "point classification_report/predicted_classes 1 2 @2");
    probe_expect(p, "point classification_report/predicted_classes 2 1 @12");
    probe_expect(p, "point classification_report/predicted_classes 3 2 @22"); /* dogs are predicted, and always wrongly */
    probe_close(p);
}

static void a_confusion_matrix_says_how_many_classes_are_predicted(void **unused)
{
    struct probe *p =
        probe_text("text", "epoch 1 loss 0.5\nConfusion matrix:\n[[73  7]\n [ 3 17]]\n"
                           "epoch 2 loss 0.5\nconfusion_matrix = tensor([[80,  0],\n        [20,  0]], device='cuda:0')\n"
                           "epoch 3 loss 0.5\nConfusion Matrix: [[30, 0, 1], [9, 0, 2], [8, 0, 3]]\n"
                           "epoch 4 loss 0.5\nConfusion matrix:\n[[0.9 0.1]\n [0.1 0.9]]\n"
                           "epoch 5 loss 0.5\nConfusion matrix:\n[[100   0]\n [  0   0]]\n");
    (void)unused;
    probe_expect(p, "point confusion_matrix/predicted_classes 1 2 @3");
    probe_expect(p, "point confusion_matrix/predicted_classes 2 1 @6");
    probe_expect(p, "point confusion_matrix/predicted_classes 3 2 @9");
    probe_refuse(p, "point confusion_matrix/predicted_classes 4"); /* shares */
    probe_refuse(p, "point confusion_matrix/predicted_classes 5"); /* there is only one class to predict */
    probe_close(p);
}

static void counts_of_predictions_say_how_many_classes_are_predicted(void **unused)
{
    struct probe *p = probe_text("text", "epoch 1 loss 0.5\npred counts: [950, 50]\nepoch 2 loss 0.5\n"
                                         "Predicted class distribution: Counter({0: 1000})\nepoch 3 loss 0.5\n"
                                         "prediction counts = tensor([0., 0., 64.], device='cuda:0')\nepoch 4 loss 0.5\n"
                                         "pred counts: {'cat': 3, 'dog': 2}\nepoch 5 loss 0.5\npred counts: [0.5, 0.5]\n"
                                         "prefetch count: [0, 100]\nlabel counts: [100, 0]\n");
    (void)unused;
    probe_expect(p, "point prediction_counts/predicted_classes 1 2 @2");
    probe_expect(p, "point prediction_counts/predicted_classes 2 1 @4");
    probe_expect(p, "point prediction_counts/predicted_classes 3 1 @6");
    probe_refuse(p, "point prediction_counts/predicted_classes 4");
    probe_refuse(p, "point prediction_counts/predicted_classes 5");
    probe_close(p);
}

static void texts_in_json_lines_are_measured(void **unused)
{
    struct probe *p = probe_text(
        "jsonl", "{\"step\": 1, \"loss\": 2.5, \"sample\": \"" WORDS "\"}\n{\"step\": 2, \"loss\": 2.25, \"sample\": \"" LOOP
                 "\"}\n{\"step\": 3, \"loss\": 2, \"sample\": \"\\n" LOOP "\\n\"}\n{\"step\": 4, \"loss\": 2, \"sample\": "
                 "\"yes\"}\n{\"step\": 5, \"loss\": 2, \"sample\": \"\"}\n{\"step\": 6, \"loss\": 2, \"note\": \"" LOOP "\"}\n");
    (void)unused;
    assert_true(told(p, "sample/text_repetition", 1) < 0.1);
    assert_true(told(p, "sample/text_repetition", 2) > 0.9);
    assert_true(told(p, "sample/text_repetition", 3) > 0.9);
    probe_refuse(p, "point sample/text_repetition 4");
    assert_true(told(p, "sample/text_repetition", 5) == 1); /* nothing at all, where there was a text before */
    probe_refuse(p, "series note");
    assert_int_equal(p->points, 10);
    assert_int_equal(p->bad, 0);
    probe_close(p);
}

static void a_list_of_texts_in_json_lines_is_one_text(void **unused)
{
    struct probe *p = probe_text("jsonl", "{\"step\": 1, \"loss\": 2.5, \"samples\": [\"" WORDS "\", \"one more\"]}\n"
                                          "{\"step\": 2, \"loss\": 2.25, \"samples\": [\"" LOOP "\", \"" LOOP "\"]}\n"
                                          "{\"step\": 3, \"loss\": 2, \"samples\": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}\n"
                                          "{\"step\": 4, \"loss\": 2, \"ids\": [\"" LOOP "\"]}\n");
    (void)unused;
    assert_true(told(p, "samples/text_repetition", 1) < 0.2);
    assert_true(told(p, "samples/text_repetition", 2) > 0.8); /* less for the marks between the texts */
    assert_int_equal(p->points, 6);
    assert_int_equal(p->bad, 0);
    probe_close(p);
}

static void texts_in_event_files_are_measured(void **unused)
{
    static const struct {
        long step;
        const char *tag, *text;
    } texts[] = {
        {1, "eval/samples/text_summary", WORDS}, {2, "eval/samples/text_summary", LOOP}, {2, "notes/text_summary", LOOP}};
    struct str file = {0};
    struct probe *p = probe_open(format_by_name("tfevents"), PROBE_ARENA_BYTES);
    (void)unused;
    tf_words(&file, "V");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct str summary = {0};
        tf_text(&summary, texts[i].tag, texts[i].text);
        tf_event(&file, texts[i].step, &summary);
    }
    probe_read(p, (struct span){file.p, file.n}, file.n, 1);
    assert_true(told(p, "eval/samples/text_repetition", 1) < 0.1);
    assert_true(told(p, "eval/samples/text_repetition", 2) > 0.9);
    assert_int_equal(p->points, 2);
    str_done(&file);
    probe_close(p);
}

static void an_answer_that_was_always_empty_is_no_text(void **unused)
{
    struct probe *p =
        probe_text("jsonl", "{\"step\": 1, \"loss\": 2.5, \"sample\": \"\"}\n{\"step\": 2, \"loss\": 2, \"sample\": \"\"}\n");
    (void)unused;
    assert_int_equal(p->points, 2);
    probe_close(p);
}

static void any_split_of_the_bytes_tells_the_same(void **unused)
{
    static const char log[] = "step 10 loss 2.5\ngenerating:\n---\n" LOOP "\n---\nstep 20 loss 2\nrank 0 sample 1: " WORDS "\n" //
        TABLE(BLUES) REPORT("0.80      1.00      0.89", "0.00      0.00      0.00") "Confusion matrix:\n[[73  7]\n [ 3 17]]\n"
                                                                                    "step 30 loss 1.75\n";
    struct probe *whole = probe_text("text", log);
    (void)unused;
    for (size_t chunk = 1; chunk < 64; chunk += 7) {
        struct probe *p = probe_open(format_by_name("text"), PROBE_ARENA_BYTES);
        probe_read(p, span_of(log), chunk, chunk);
        assert_string_equal(p->text.p, whole->text.p);
        probe_close(p);
    }
    probe_close(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_below_its_label_is_a_text),
        cmocka_unit_test(several_texts_at_a_step_are_one_point),
        cmocka_unit_test(completions_are_found_in_a_table),
        cmocka_unit_test(what_is_no_generated_text_gives_nothing),
        cmocka_unit_test(a_text_without_an_end_costs_the_log_nothing),
        cmocka_unit_test(a_classification_report_says_how_many_classes_are_predicted),
        cmocka_unit_test(a_confusion_matrix_says_how_many_classes_are_predicted),
        cmocka_unit_test(counts_of_predictions_say_how_many_classes_are_predicted),
        cmocka_unit_test(texts_in_json_lines_are_measured),
        cmocka_unit_test(a_list_of_texts_in_json_lines_is_one_text),
        cmocka_unit_test(texts_in_event_files_are_measured),
        cmocka_unit_test(an_answer_that_was_always_empty_is_no_text),
        cmocka_unit_test(any_split_of_the_bytes_tells_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
