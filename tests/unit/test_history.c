/* history: what fit() returned, in the ways that people save it. */
#include "format_probe.h"

static void the_nth_number_is_epoch_n(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("history", "{\"loss\": [2.5, 1.25],\n\"val_loss\": [3, 0.1]}\n");
    probe_expect(p, "series loss epoch");
    probe_expect(p, "point loss 0 2.5 @1");
    probe_expect(p, "point loss 1 1.25 @1");
    probe_expect(p, "point val_loss 1 0.10000000000000001 @2");
    assert_int_equal(p->points, 4);
    assert_int_equal(p->bad, 0);
    probe_close(p);
}

static void what_python_makes_of_a_history_is_one(void **unused)
{
    (void)unused;
    static const char *const written[] = {"{'loss': [2.5, nan], 'lr': [None, 0.1]}",
                                          "\"{'loss': [2.5, nan], 'lr': [None, 0.1]}\""};
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(format_sniff("run/history.json", span_of(written[i]), NULL)->name, "history");
        struct probe *p = probe_text("history", written[i]);
        probe_expect(p, "point loss 0 2.5 @1");
        probe_expect(p, "point loss 1 NaN @1");
        probe_expect(p, "point lr 1 0.10000000000000001 @1");
        assert_int_equal(p->points, 3);
        probe_close(p);
    }
    assert_string_equal(format_sniff("run/result.txt", span_of(written[0]), NULL)->name, "history");
    const struct format *f =
        format_sniff("run/train.log", span_of("{'lr': 0.1, 'layers': [1, 2]}\nepoch 1 loss 0.5\nepoch 2 loss 0.4\n"), NULL);
    assert_string_equal(f->name, "text");
}

static void nan_and_infinity_are_points_quoted_or_not(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("history", "{\"loss\": [NaN, \"nan\", Infinity, -Infinity, \"-inf\", \"0.5\"]}");
    probe_expect(p, "point loss 0 NaN @1");
    probe_expect(p, "point loss 1 NaN @1");
    probe_expect(p, "point loss 2 inf @1");
    probe_expect(p, "point loss 3 -inf @1");
    probe_expect(p, "point loss 4 -inf @1");
    probe_expect(p, "point loss 5 0.5 @1");
    probe_close(p);
}

static void the_sets_of_a_booster_tell_whose_they_are(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("history", "{\"validation_0\": {\"rmse\": [2.5, 1.25]}, \"validation_1\": {\"rmse\": [3, 2]}}");
    probe_expect(p, "fact boosting_library=xgboost");
    probe_expect(p, "fact first_eval_set=train");
    probe_expect(p, "point validation_1/rmse 1 2 @1");
    probe_close(p);
    p = probe_text("history", "{\"validation_0\": {\"rmse\": [2.5, 1.25]}}");
    probe_expect(p, "fact boosting_library=xgboost");
    probe_refuse(p, "fact first_eval_set");
    probe_close(p);
    p = probe_text("history", "{\n  \"train\": {\"rmse\": [2.5]}, \"test\": {\"rmse\": [3]}}");
    probe_expect(p, "fact boosting_library=xgboost");
    probe_close(p);
    p = probe_text("history", "{\"training\": {\"l2\": [2.5]}, \"valid_1\": {\"l2\": [3]}}");
    probe_expect(p, "fact boosting_library=lightgbm");
    probe_close(p);
    p = probe_text("history", "{\"train\": {\"loss\": [2.5]}, \"test\": {\"loss\": [3]}}"); /* anybody's */
    probe_refuse(p, "fact boosting_library");
    probe_close(p);
}

static void an_object_an_epoch_is_read_by_its_number(void **unused)
{
    (void)unused;
    static const char text[] =
        "{\"0\": {\"loss\": 2.5, \"val\": {\"loss\": 3}},\n\"1\": {\"loss\": \"nan\", \"val\": {\"loss\": 2}}}";
    assert_string_equal(format_sniff("run/metrics.json", span_of(text), NULL)->name, "history");
    struct probe *p = probe_text("history", text);
    probe_expect(p, "point loss 0 2.5 @1");
    probe_expect(p, "point val/loss 0 3 @1");
    probe_expect(p, "point loss 1 NaN @2");
    probe_expect(p, "point val/loss 1 2 @2");
    probe_close(p);
    p = probe_text("history", "{\"global\": {\"epoch_1\": {\"acc\": 0.5}, \"epoch_2\": {\"acc\": 0.75}}}");
    probe_expect(p, "point global/acc 2 0.75 @1");
    probe_close(p);
}

static void the_classes_of_a_report_are_no_epochs(void **unused)
{
    (void)unused;
    static const char report[] =
        "{\"0\": {\"precision\": 0.5, \"recall\": 0.5, \"f1-score\": 0.5, \"support\": 10}, "
        "\"1\": {\"precision\": 0.5, \"recall\": 0.5, \"f1-score\": 0.5, \"support\": 12}, \"accuracy\": 0.5}";
    const struct format *f = format_sniff("run/history_report.json", span_of(report), NULL);
    assert_true(!f || strcmp(f->name, "history") != 0);
    assert_null(
        format_sniff("data/labels.json", span_of("{\"0\": {\"name\": \"cat\", \"count\": 3}, \"1\": {\"count\": 4}}"), NULL));
}

static void pairs_in_a_list_are_step_and_value(void **unused)
{
    (void)unused;
    static const char text[] = "{\"loss\": [[0, 2.5], [100, NaN]], \"acc\": [[0, 0.25], [100, 0.5]]}";
    assert_string_equal(format_sniff("run/x.json", span_of(text), NULL)->name, "history");
    struct probe *p = probe_text("history", text);
    probe_expect(p, "series loss step");
    probe_expect(p, "point loss 100 NaN @1");
    probe_expect(p, "point acc 0 0.25 @1");
    assert_int_equal(p->points, 4);
    probe_close(p);
}

static void null_is_nan_where_pandas_wrote_it(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("history", "{\"loss\":{\"0\":2.5,\"1\":null},\"val_loss\":{\"0\":3,\"1\":4}}");
    probe_expect(p, "point loss 0 2.5 @1");
    probe_expect(p, "point loss 1 NaN @1");
    probe_expect(p, "point val_loss 1 4 @1");
    assert_int_equal(p->bad, 0);
    probe_close(p);
}

static void null_in_a_list_keeps_its_epoch_and_is_reported_once_a_metric(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("history", "{\"loss\": [2, null, null, 5], \"acc\": [null]}");
    probe_expect(p, "point loss 0 2 @1");
    probe_expect(p, "point loss 3 5 @1");
    assert_int_equal(p->points, 2);
    assert_int_equal(p->bad, 2);
    probe_close(p);
}

static void epochs_times_and_matrices_are_no_metrics(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("history", "{\"epoch\": [0, 1], \"time\": [9, 9], \"confusion\": [[1, 2], [3, 4]], \"precision\": [0.5, 1]}");
    assert_int_equal(p->points, 2);
    probe_expect(p, "point precision 1 1 @1");
    probe_close(p);
}

static void settings_beside_the_history_are_facts(void **unused)
{
    (void)unused;
    struct probe *p = probe_text(
        "history", "{\"history\": {\"loss\": [1]}, \"params\": {\"epochs\": 20, \"optimizer\": \"adam\"}, \"x\": null}");
    probe_expect(p, "point loss 0 1 @1");
    probe_expect(p, "fact epochs=20");
    probe_expect(p, "fact optimizer=adam");
    assert_int_equal(p->facts, 2);
    probe_close(p);
}

static void the_splits_of_a_nested_history_keep_their_names(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("history", "{\"train\": {\"loss\": [1, 2]}, \"val\": {\"loss\": [3]}}");
    probe_expect(p, "point train/loss 1 2 @1");
    probe_expect(p, "point val/loss 0 3 @1");
    probe_close(p);
}

static void a_list_of_objects_is_read_by_its_own_counter(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("history", "[{\"epoch\": 3, \"loss\": 1.5},\n {\"epoch\": 4, \"loss\": NaN}]");
    probe_expect(p, "point loss 3 1.5 @1");
    probe_expect(p, "point loss 4 NaN @2");
    probe_close(p);
    struct probe *q = probe_text("history", "[{\"generation\": 7, \"top_score\": 12}, {\"generation\": 8, \"top_score\": 15}]");
    probe_expect(q, "point top_score 8 15 @1");
    probe_close(q);
}

static void a_document_read_half_written_keeps_what_is_whole(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("history", "{\"loss\": [1, 2, 3");
    assert_int_equal(p->points, 2); /* the 3 may be the beginning of 3.5 */
    assert_int_equal(p->bad, 1);
    probe_close(p);
}

static void damage_ends_the_reading_with_one_word(void **unused)
{
    (void)unused;
    static const char *const damaged[] = {"{\"loss\": [1 2], \"acc\": [1]}",
                                          "{\"loss\": [1,], \"acc\": [1]}",
                                          "{\"loss\": [01], \"acc\": [1]}",
                                          "{loss: [1]}",
                                          "{\"loss\": [1]}}",
                                          "{\"loss\": [1]} {\"loss\": [2]}"};
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        struct probe *p = probe_text("history", damaged[i]);
        assert_in_range(p->points, 0, 1);
        assert_int_equal(p->bad, 1);
        probe_close(p);
    }
}

static void only_a_history_is_taken_for_one(void **unused)
{
    (void)unused;
    static const struct {
        const char *path, *head, *format; /* format: NULL for anything else */
    } cases[] = {
        {"history.json", "{\"dice\": [0.5, 0.75], \"val_dice\": [0.5, 0.25]}", "history"},
        {"out/fit.json", "{\"lr\": [0.1, 0.1], \"accuracy\": [0.5", "history"},
        {"out/train_history_2.json", "[{\"loss\": 1, \"acc\": 0.5}, {\"loss\": 0.5", "history"},
        {"out/training_history.json",
         "{\"config\": {\"a\": 1, \"b\": 2, \"c\": 3, \"d\": 4, \"e\": 5, \"f\": 6, \"g\": 7, \"h\": 8, \"i\": 9, \"j\": 1, "
         "\"k\": 2, "
         "\"l\": 3, \"m\": 4, \"n\": 5, \"o\": 6, \"p\": 7, \"q\": 8}, \"train_loss\": [2, 1], \"val_loss\": [2.5, 1.5]}",
         "history"},
        {"out/history.json", "[{\"epoch\": 1, \"train_cos\": 0.5, \"val_cos\": 0.4}, {\"epoch\": 2", "history"},
        {"out/training_history.json", "[{\"generation\": 1, \"top_score\": 12}, {\"generation\": 2", "history"},
        {"out/config.json", "{\"lr\": [0.1, 0.2], \"batch_size\": 32, \"name\": \"a\", \"seed\": 1}", NULL},
        {"out/labels.json", "{\"0\": \"cat\", \"1\": \"dog\"}", NULL},
        {"out/vocab.json", "{\"model\": {\"vocab\": {\"a\": 0, \"loss\": 1}}}", NULL},
        {"out/history.json", "{\"loss\": 1.5}\n{\"loss\": 1.25}\n", NULL},
        {"chat/history.json", "[{\"role\": \"user\", \"content\": \"hi\"}]", NULL},
        {"shell_history", "ls -la\n", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct format *f = format_sniff(cases[i].path, span_of(cases[i].head), NULL);
        bool history = f && strcmp(f->name, "history") == 0;
        if (history != (cases[i].format != NULL)) fail_msg("%s is taken for %s", cases[i].path, f ? f->name : "nothing");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nth_number_is_epoch_n),
        cmocka_unit_test(what_python_makes_of_a_history_is_one),
        cmocka_unit_test(nan_and_infinity_are_points_quoted_or_not),
        cmocka_unit_test(the_sets_of_a_booster_tell_whose_they_are),
        cmocka_unit_test(an_object_an_epoch_is_read_by_its_number),
        cmocka_unit_test(the_classes_of_a_report_are_no_epochs),
        cmocka_unit_test(pairs_in_a_list_are_step_and_value),
        cmocka_unit_test(null_is_nan_where_pandas_wrote_it),
        cmocka_unit_test(null_in_a_list_keeps_its_epoch_and_is_reported_once_a_metric),
        cmocka_unit_test(epochs_times_and_matrices_are_no_metrics),
        cmocka_unit_test(settings_beside_the_history_are_facts),
        cmocka_unit_test(the_splits_of_a_nested_history_keep_their_names),
        cmocka_unit_test(a_list_of_objects_is_read_by_its_own_counter),
        cmocka_unit_test(a_document_read_half_written_keeps_what_is_whole),
        cmocka_unit_test(damage_ends_the_reading_with_one_word),
        cmocka_unit_test(only_a_history_is_taken_for_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
