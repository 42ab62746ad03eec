/* test_jsonl - JSON lines as tools write them, and lines that are none. */
#include "bulk_probe.h"

static void numbers_become_points_at_the_step_of_their_line(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("jsonl", "{\"loss\": 2.5, \"step\": 10, \"epoch\": 0.5}\n\n{\"loss\": 2.25, \"step\": 20, \"epoch\": 1}\n");
    probe_expect(p, "series loss step");
    probe_expect(p, "point loss 10 2.5 @1");
    probe_expect(p, "point epoch 10 0.5 @1");
    probe_expect(p, "point loss 20 2.25 @3");
    probe_refuse(p, "point step");
    assert_int_equal(p->bad, 0);
    probe_close(p);
}

static void numbers_that_are_not_finite_are_points(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("jsonl", "{\"step\":1,\"a\":NaN,\"b\":Infinity,\"c\":-Infinity,\"d\":\"NaN\",\"e\":1e400,\"f\":nan}\n"
                            "{\"step\":2,\"a\":1,\"b\":2,\"c\":NaN,\"d\":\"2.5\",\"e\":1,\"f\":-inf}\n");
    probe_expect(p, "point a 1 NaN @1");
    probe_expect(p, "point b 1 inf @1");
    probe_expect(p, "point c 1 -inf @1");
    probe_expect(p, "point d 1 NaN @1");
    probe_expect(p, "point e 1 inf @1");
    probe_expect(p, "point f 1 NaN @1");
    probe_expect(p, "point c 2 NaN @2");
    probe_expect(p, "point d 2 2.5 @2");
    probe_expect(p, "point f 2 -inf @2");
    probe_close(p);
}

static void null_is_missing_and_not_nan(void **unused)
{
    (void)unused;
    struct probe *p = probe_text(
        "jsonl",
        "{\"step\":1,\"loss\":1,\"ok\":true}\n{\"step\":2,\"loss\":null,\"ok\":false}\n{\"step\":3,\"loss\":3,\"ok\":true}\n");
    assert_int_equal(p->points, 2);
    assert_int_equal(p->bad, 0);
    probe_expect(p, "point loss 3 3 @3");
    probe_close(p);
}

static void nested_keys_are_joined(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("jsonl", "{\"step\": 1, \"train\": {\"loss\": 2, \"parts\": {\"kl\": 0.5}}, \"betas\": [0.9, 0.99], \"long\": "
                            "[1,2,3,4,5,6,7,8,9], \"mixed\": [1, \"a\"]}\n");
    probe_expect(p, "point train/loss 1 2 @1");
    probe_expect(p, "point train/parts/kl 1 0.5 @1");
    probe_expect(p, "point betas/1 1 0.98999999999999999 @1");
    probe_refuse(p, "point long");
    probe_refuse(p, "point mixed");
    probe_close(p);
}

static void a_data_wrapper_is_dropped(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("jsonl", "{\"step\":7,\"data\":{\"actor/grad_norm\":0.5}}\n{\"step\":8,\"data\":{\"actor/grad_norm\":0.25}}\n"
                            "{\"data\":{\"actor/grad_norm\":0.125},\"step\":9}\n{\"step\":9,\"data\":{\"x\":1},\"y\":2}\n");
    probe_expect(p, "point actor/grad_norm 7 0.5 @1");
    probe_expect(p, "point actor/grad_norm 8 0.25 @2");
    probe_expect(p, "point actor/grad_norm 9 0.125 @3");
    probe_expect(p, "point data/x 9 1 @4");
    probe_close(p);
}

static void keys_are_unescaped(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("jsonl", "{\"step\":1,\"a\\/b\":1,\"\\u00e9\\ud83d\\ude00\":2,\"q\\\"\":3,\"\\ud83d\":4}\n");
    probe_expect(p, "point a/b 1 1 @1");
    probe_expect(p, "point \xC3\xA9\xF0\x9F\x98\x80 1 2 @1");
    probe_expect(p, "point q\" 1 3 @1");
    probe_expect(p, "point \xEF\xBF\xBD 1 4 @1");
    probe_close(p);
}

static void the_step_is_found_in_a_string(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("jsonl", "{\"loss\": 2.5, \"global_step/max_steps\": \"10/300\", \"elapsed_time\": \"0:00:21\"}\n"
                            "{\"loss\": 2.25, \"global_step/max_steps\": \"20/300\", \"elapsed_time\": \"0:00:42\"}\n");
    probe_expect(p, "point loss 10 2.5 @1");
    probe_expect(p, "point loss 20 2.25 @2");
    assert_int_equal(p->points, 2);
    assert_int_equal(p->facts, 0);
    probe_close(p);
}

static void times_are_taken_from_the_record(void **unused)
{
    (void)unused;
    struct probe *p = probe_text(
        "jsonl", "{\"step\":1,\"loss\":1,\"_timestamp\":1700000000.5}\n{\"step\":2,\"loss\":2,\"_timestamp\":1700000001.5}\n"
                 "{\"step\":3,\"loss\":3,\"time\":\"2026-01-05T10:00:01Z\"}\n{\"step\":4,\"loss\":4,\"time\":0.25}\n");
    probe_expect(p, "point loss 1 1 @1 t1700000000.500");
    probe_expect(p, "point loss 2 2 @2 t1700000001.500");
    probe_expect(p, "point loss 3 3 @3 t1767607201.000");
    probe_expect(p, "point time 4 0.25 @4");
    probe_close(p);
}

static void a_line_that_is_no_object_yields_nothing(void **unused)
{
    (void)unused;
    const char *const lines[] = {"{\"loss\": 1,}",
                                 "{loss: 1}",
                                 "{\"loss\": 1 2}",
                                 "{\"loss\": 1, 2}",
                                 "{\"loss\": 01}",
                                 "{\"loss\": .5}",
                                 "{\"loss\": +1}",
                                 "{\"loss\": 1.}",
                                 "{\"loss\": 0x1}",
                                 "{\"loss\": 1",
                                 "{\"loss\": 1}}",
                                 "{\"loss\": 1} x",
                                 "{'loss': 1}",
                                 "[1]",
                                 "\"loss\"",
                                 "12",
                                 "{\"loss\": 1, \"a\": \"\\x\"}",
                                 "{\"loss\": 1, \"a\": [1,]}",
                                 "{\"loss\": 1e}",
                                 "{\"loss\": -}",
                                 "{\"loss\" 1}",
                                 "text",
                                 "{\"loss\":: 1}",
                                 "{,}",
                                 "{\"loss\": True}"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct str doc = {0};
        str_addf(&doc, "{\"loss\": 7}\n%s\n{\"loss\": 9}\n", lines[i]);
        struct probe *p = probe_text("jsonl", doc.p);
        if (p->points != 2 || p->bad != 1) fail_msg("%s gave %d points, %d bad", lines[i], (int)p->points, (int)p->bad);
        probe_expect(p, "bad @2 not a JSON object");
        probe_expect(p, "point loss 2 9 @3");
        probe_close(p);
        str_done(&doc);
    }
}

static void a_known_shape_is_no_excuse_for_bad_numbers(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("jsonl", "{\"a\": 1, \"b\": 2}\n{\"a\": 3, \"b\": 4}\n{\"a\": 03, \"b\": 4}\n{\"a\": 5, \"b\": 6 7}\n"
                            "{\"a\": 5, \"b\": }\n{\"a\": 8, \"b\": 9}\n");
    assert_int_equal(p->bad, 3);
    assert_int_equal(p->points, 6);
    probe_expect(p, "point b 3 9 @6");
    probe_close(p);
}

static void a_traceback_between_the_objects_is_told(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("jsonl", "{\"step\": 1, \"loss\": 2}\n{\"step\": 2, \"loss\": 1}\nTraceback (most recent call last):\n"
                            "  File \"train.py\", line 7, in <module>\n    save()\n    ^^^^^^\n"
                            "OSError: [Errno 28] No space left on device\n");
    probe_expect(p, "event disk_full @7 OSError: [Errno 28] No space left on device");
    assert_int_equal(p->bad, 0);
    assert_int_equal(p->points, 2);
    probe_close(p);
    p = probe_text("jsonl", "{\"step\": 1, \"loss\": 2}\nloading the rows\n{\"step\": 2, \"loss\": \n");
    assert_int_equal(p->bad, 2);
    assert_int_equal(p->events, 0);
    probe_close(p);
}

static void a_traceback_within_an_object_is_told(void **unused)
{
    (void)unused;
    static const char text[] =
        "{\"step\": 1, \"loss\": 2, \"said\": \"a\\tb\"}\n"
        "{\"level\": \"ERROR\", \"exc_info\": \"Traceback (most recent call last):\\n  File \\\"a.py\\\", line 1\\n    "
        "f()\\nKeyError: 'x'\\n\\n"
        "During handling of the above exception, another exception occurred:\\n\\nTraceback (most recent call last):\\n  File "
        "\\\"a.py\\\", line 3\\n    g()\\nRuntimeError: CUDA out of memory. Tried to allocate 2 GiB\"}\n"
        "{\"level\": \"ERROR\", \"exc_info\": \"Traceback (most recent call last):\\n  File \\\"a.py\\\", line 9\\nValueError: "
        "no rows\"}\n";
    struct probe *p = probe_text("jsonl", text);
    probe_expect(p, "event out_of_memory @2 RuntimeError: CUDA out of memory. Tried to allocate 2 GiB");
    probe_expect(p, "event traceback @3 ValueError: no rows");
    assert_int_equal(p->events, 2);
    assert_int_equal(p->bad, 0);
    probe_close(p);
}

static void the_last_of_two_equal_keys_counts(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("jsonl", "{\"step\":1,\"loss\":1,\"loss\":2}\n{\"step\":2,\"loss\":3,\"loss\":4}\n");
    assert_int_equal(p->points, 2);
    probe_expect(p, "point loss 1 2 @1");
    probe_expect(p, "point loss 2 4 @2");
    probe_close(p);
}

static void mixed_lines_keep_their_shapes_apart(void **unused)
{
    (void)unused;
    struct str doc = {0};
    for (int i = 1; i <= 20; i++) {
        str_addf(&doc, "{\"loss\": %d, \"step\": %d}\n", i, i);
        if (i % 5 == 0) str_addf(&doc, "{\"eval_loss\": %d, \"step\": %d, \"note\": \"a, \\\"b\\\"\"}\n", 100 + i, i);
    }
    struct probe *p = probe_text("jsonl", doc.p);
    assert_int_equal(p->points, 24);
    assert_int_equal(p->bad, 0);
    probe_expect(p, "point eval_loss 20 120 @24");
    probe_close(p);
    str_done(&doc);
}

static void a_line_without_a_step_stands_at_the_last_one(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("jsonl", "{\"step\": 50, \"loss\": 1, \"epoch\": 1}\n{\"eval_loss\": 2, \"epoch\": 1}\n");
    probe_expect(p, "point eval_loss 50 2 @2");
    probe_close(p);
}

/* MMEngine's evaluation says the epoch where its training says the step. */
static void an_evaluation_that_counts_epochs_stands_at_the_last_step(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("jsonl", "{\"loss\": 3, \"epoch\": 1, \"iter\": 20, \"step\": 20}\n{\"error\": 0.5, \"step\": 1}\n"
                            "{\"loss\": 2, \"epoch\": 2, \"iter\": 40, \"step\": 40}\n{\"error\": 0.25, \"step\": 2}\n"
                            "{\"error\": 0.125, \"step\": 41}\n");
    probe_expect(p, "point val/error 20 0.5 @2");
    probe_expect(p, "point val/error 40 0.25 @4");
    probe_expect(p, "point val/error 41 0.125 @5");
    probe_close(p);
    p = probe_text("jsonl", "{\"loss\": 3, \"epoch\": 1, \"step\": 20}\n{\"loss\": 3, \"step\": 1}\n"); /* started again */
    probe_expect(p, "point loss 1 3 @2");
    probe_close(p);
}

/* The same tool's loop by iterations tells no epoch: training counts "iter" and "step", evaluation "step" alone. */
static void among_records_that_count_twice_one_that_does_not_is_of_held_out_rows(void **unused)
{
    (void)unused;
    struct probe *p = probe_text(
        "jsonl", "{\"lr\": 0.5, \"loss\": 3, \"iter\": 8, \"step\": 8}\n{\"loss\": 4, \"accuracy\": 0.25, \"step\": 8}\n"
                 "{\"lr\": 0.5, \"loss\": NaN, \"iter\": 16, \"step\": 16}\n{\"loss\": 5, \"accuracy\": 0.5, \"step\": 16}\n");
    probe_expect(p, "point loss 8 3 @1");
    probe_expect(p, "point val/loss 8 4 @2");
    probe_expect(p, "point loss 16 NaN @3");
    probe_expect(p, "point val/accuracy 16 0.5 @4");
    probe_refuse(p, "point loss 8 4");
    probe_refuse(p, "point accuracy");
    probe_close(p);
    p = probe_text("jsonl", "{\"loss\": 3, \"step\": 8}\n{\"accuracy\": 0.25, \"step\": 8}\n"); /* nobody counts twice */
    probe_expect(p, "point accuracy 8 0.25 @2");
    probe_close(p);
}

static void epochs_alone_are_the_step_while_they_are_whole(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("jsonl", "{\"epoch\": 0, \"loss\": 3}\n{\"epoch\": 1, \"loss\": 2}\n");
    probe_expect(p, "series loss epoch");
    probe_expect(p, "point loss 1 2 @2");
    probe_close(p);
    p = probe_text("jsonl", "{\"epoch\": 0.5, \"loss\": 3}\n{\"epoch\": 1, \"loss\": 2}\n");
    probe_expect(p, "series loss record");
    probe_expect(p, "point loss 2 2 @2");
    probe_expect(p, "point epoch 2 1 @2");
    probe_close(p);
}

static void many_lines_an_epoch_are_counted_as_records(void **unused)
{
    (void)unused;
    struct str doc = {0};
    for (int i = 0; i < 40; i++) str_addf(&doc, "{\"epoch\": %d, \"loss\": %d}\n", i / 20, i);
    struct probe *p = probe_text("jsonl", doc.p);
    probe_expect(p, "series loss record");
    probe_expect(p, "point loss 40 39 @40");
    probe_close(p);
    str_done(&doc);
}

static void settings_are_facts_and_texts_are_not(void **unused)
{
    (void)unused;
    struct probe *p = probe_text(
        "jsonl",
        "{\"optimizer\": \"adamw\", \"batch_size\": 32, \"config\": {\"lr\": 0.001}}\n"
        "{\"step\": 1, \"loss\": 2, \"text\": \"once upon\", \"phase\": \"warm\", \"scheduler\": \"cosine\", \"max_steps\": 9}\n"
        "{\"step\": 2, \"loss\": 2, \"text\": \"a time\", \"phase\": \"main\", \"scheduler\": \"cosine\", \"max_steps\": 9}\n");
    probe_expect(p, "fact optimizer=adamw");
    probe_expect(p, "fact batch_size=32");
    probe_expect(p, "fact config/lr=0.001");
    probe_expect(p, "fact scheduler=cosine");
    probe_expect(p, "fact max_steps=9");
    assert_int_equal(p->facts, 5);
    assert_int_equal(p->points, 2);
    probe_close(p);
}

static void a_summary_is_no_part_of_the_curve(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("jsonl", "{\"loss\": 2, \"step\": 10}\n{\"train_runtime\": 9.5, \"train_loss\": 1.5, \"step\": 10}\n");
    assert_int_equal(p->points, 1);
    probe_expect(p, "fact train_loss=1.5");
    probe_close(p);
}

static void deep_nesting_is_a_bad_record(void **unused)
{
    (void)unused;
    struct str doc = {0};
    str_add(&doc, "{\"loss\": 1, \"a\": ");
    for (int i = 0; i < 100000; i++) str_add(&doc, "[");
    str_add(&doc, "\n{\"loss\": 2}\n");
    struct probe *p = probe_text("jsonl", doc.p);
    assert_int_equal(p->bad, 1);
    assert_int_equal(p->points, 1);
    probe_close(p);
    str_done(&doc);
}

static int sure_of(const char *path, const char *head) { return format_by_name("jsonl")->sniff(path, span_of(head)); }

static void bulk_line(struct str *log, size_t step)
{
    static const char *const shapes[][5] = {
        {"{\"loss\": ", ", \"grad_norm\": ", ", \"a rather long name/of a metric\": ", ", \"step\": ", "}"},
        {"{\"eval\":{\"x\":", ",\"y\":", "},\"z\":[1.5,", "],\"step\":", "}"},
        {"{\"loss\": ", ", \"loss\": ", ", \"note\": \"a\", \"v\": ", ", \"step\": ", "}"}};
    const char *const *shape = shapes[below(8) ? below(2) : 2];
    for (size_t i = 0; i < 3; i++) str_add(log, shape[i]), bulk_number(log);
    str_addf(log, "%s%zu%s%s", shape[3], step, shape[4], below(30) ? "" : below(2) ? " " : ",");
    str_add(log, below(10) ? "\n" : "\r\n");
    if (below(50) == 0)
        str_add(log, (const char *const[]){"\n", "{}\n", "  {\"step\": 1}\n", "{\"loss\": 1\n", "\xEF\xBB\xBF{}\n"}[below(5)]);
}

static void lines_in_bulk_are_told_as_lines_one_by_one(void **unused)
{
    (void)unused;
    struct str log = {0};
    seed = 31;
    for (size_t step = 0; step < 5000; step++) bulk_line(&log, step);
    bulk_compare("jsonl", &log);
}

static void a_control_character_in_a_string_is_bad_in_a_known_shape_too(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("jsonl", "{\"step\": 1, \"note\": \"a\", \"loss\": 2}\n{\"step\": 2, \"note\": \"\t\", \"loss\": 2}\n"
                            "{\"step\": 3, \"note\": \"b\", \"loss\": 2}\n");
    probe_expect(p, "point loss 1 2 @1");
    probe_expect(p, "bad @2 not a JSON object");
    probe_expect(p, "point loss 3 2 @3");
    probe_close(p);
}

static void documents_are_not_taken_for_lines(void **unused)
{
    (void)unused;
    assert_true(sure_of("a/log.jsonl", "{\"loss\": 1}\n") >= 80);
    assert_true(sure_of("a/log.txt", "{\"loss\": 1}\n{\"loss\": 2}\n") >= 60);
    assert_true(sure_of("a/x.json", "\n{\"loss\": 1, \"step\": 1}\n") >= 50);
    assert_true(sure_of("a/config.json", "{\"hidden\": 768, \"num_steps\": 100}") < 20);
    assert_int_equal(sure_of("a/config.json", "{\n  \"hidden\": 768\n}\n"), 0);
    assert_int_equal(sure_of("a/trainer_state.json", "{\"log_history\": [{\"loss\": 1}], \"global_step\": 5}\n"), 0);
    assert_int_equal(sure_of("a/log.jsonl", "{'loss': 1}\n"), 0);
    assert_true(sure_of("a/data.jsonl", "{\"text\": \"hello\", \"label\": 1}\n") < 20);
    assert_int_equal(sure_of("a/data.jsonl", "{\"text\": \"hello\"}\n"), 0);
    assert_int_equal(sure_of("a/log.jsonl", ""), 0);
}

static void the_lists_of_each_episode_are_no_series(void **unused)
{
    (void)unused;
    struct probe *p = probe_text(
        "jsonl",
        "{\"timesteps_total\": 4000, \"episode_reward_mean\": 10.5, \"hist_stats\": {\"episode_reward\": [9, 12]}}\n"
        "{\"timesteps_total\": 8000, \"episode_reward_mean\": 11.5, \"hist_stats\": {\"episode_reward\": [9, 12, 3]}}\n");
    probe_expect(p, "point episode_reward_mean 8000 11.5 @2");
    probe_refuse(p, "series hist_stats");
    probe_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lists_of_each_episode_are_no_series),
        cmocka_unit_test(numbers_become_points_at_the_step_of_their_line),
        cmocka_unit_test(numbers_that_are_not_finite_are_points),
        cmocka_unit_test(null_is_missing_and_not_nan),
        cmocka_unit_test(nested_keys_are_joined),
        cmocka_unit_test(a_data_wrapper_is_dropped),
        cmocka_unit_test(keys_are_unescaped),
        cmocka_unit_test(the_step_is_found_in_a_string),
        cmocka_unit_test(times_are_taken_from_the_record),
        cmocka_unit_test(a_line_that_is_no_object_yields_nothing),
        cmocka_unit_test(a_known_shape_is_no_excuse_for_bad_numbers),
        cmocka_unit_test(a_traceback_between_the_objects_is_told),
        cmocka_unit_test(a_traceback_within_an_object_is_told),
        cmocka_unit_test(the_last_of_two_equal_keys_counts),
        cmocka_unit_test(mixed_lines_keep_their_shapes_apart),
        cmocka_unit_test(a_line_without_a_step_stands_at_the_last_one),
        cmocka_unit_test(an_evaluation_that_counts_epochs_stands_at_the_last_step),
        cmocka_unit_test(among_records_that_count_twice_one_that_does_not_is_of_held_out_rows),
        cmocka_unit_test(epochs_alone_are_the_step_while_they_are_whole),
        cmocka_unit_test(many_lines_an_epoch_are_counted_as_records),
        cmocka_unit_test(settings_are_facts_and_texts_are_not),
        cmocka_unit_test(a_summary_is_no_part_of_the_curve),
        cmocka_unit_test(deep_nesting_is_a_bad_record),
        cmocka_unit_test(lines_in_bulk_are_told_as_lines_one_by_one),
        cmocka_unit_test(a_control_character_in_a_string_is_bad_in_a_known_shape_too),
        cmocka_unit_test(documents_are_not_taken_for_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
