/* training_metrics: what a person lays out by hand, as JSON and as YAML. */
#include "format_probe.h"

static void tells(const struct probe *p, const char *what)
{
    if (!strstr(p->text.p ? p->text.p : "", what)) fail_msg("'%s' was not told:\n%s", what, p->text.p ? p->text.p : "");
}

static void each_value_stands_at_the_step_beside_it(void **unused)
{
    (void)unused;
    static const char *const texts[] = {
        "{\"steps\": [0, 100, 300], \"train_loss\": [2.5, 1.5, 1.25]}\n", "steps: [0, 100, 300]\ntrain_loss: [2.5, 1.5, 1.25]\n",
        "steps:\n  - 0\n  - 100\n  - 300\ntrain_loss:\n- 2.5\n- 1.5\n- 1.25\n",
        "steps: [0,\n        100, 300]   # three of them\ntrain_loss: [\n  2.5,\n  1.5,\n  1.25\n]\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct probe *p = probe_text("training_metrics", texts[i]);
        tells(p, "series train_loss step");
        tells(p, "point train_loss 0 2.5 @");
        tells(p, "point train_loss 100 1.5 @");
        tells(p, "point train_loss 300 1.25 @");
        assert_int_equal(p->points, 3);
        assert_int_equal(p->bad, 0);
        probe_close(p);
    }
}

static void what_was_not_measured_is_no_point_and_nan_is_one(void **unused)
{
    (void)unused;
    static const char *const texts[] = {"{\"steps\": [1, 2, 3, 4], \"val_loss\": [0.5, null, NaN, -Infinity]}",
                                        "steps: [1, 2, 3, 4]\nval_loss: [0.5, null, .nan, -.inf]\n",
                                        "steps: [1, 2, 3, 4]\nval_loss:\n- 0.5\n- ~\n- .NaN\n- -.Inf\n",
                                        "steps: [1, 2, 3, 4]\nval_loss: [0.5, , nan, '-inf']\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct probe *p = probe_text("training_metrics", texts[i]);
        tells(p, "point val_loss 1 0.5 @");
        tells(p, "point val_loss 3 NaN @");
        tells(p, "point val_loss 4 -inf @");
        assert_int_equal(p->points, 3);
        probe_close(p);
    }
}

static void a_metric_may_have_steps_of_its_own(void **unused)
{
    (void)unused;
    static const char *const texts[] = {"{\"steps\": [0, 100], \"loss\": [2, 1], \"val_accuracy\": {\"0\": 0.125, \"100\": 0.5}}",
                                        "steps: [0, 100]\nloss: [2, 1]\nval_accuracy:\n  0: 0.125\n  100: 0.5\n",
                                        "steps: [0, 100]\nloss: [2, 1]\nval_accuracy: {0: 0.125, 100: 0.5}\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct probe *p = probe_text("training_metrics", texts[i]);
        tells(p, "point val_accuracy 0 0.125 @");
        tells(p, "point val_accuracy 100 0.5 @");
        assert_int_equal(p->points, 4);
        probe_close(p);
    }
}

static void a_row_a_step_is_read_too(void **unused)
{
    (void)unused;
    static const char *const texts[] = {
        "{\"rows\": [{\"step\": 10, \"train_loss\": 2.5}, {\"step\": 20, \"train_loss\": 1.5, \"val_loss\": 3}]}",
        "rows:\n  - {step: 10, train_loss: 2.5}\n  - {step: 20, train_loss: 1.5, val_loss: 3}\n",
        "rows:\n  - step: 10\n    train_loss: 2.5\n  - step: 20\n    train_loss: 1.5\n    val_loss: 3\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct probe *p = probe_text("training_metrics", texts[i]);
        tells(p, "point train_loss 10 2.5 @");
        tells(p, "point train_loss 20 1.5 @");
        tells(p, "point val_loss 20 3 @");
        assert_int_equal(p->points, 3);
        assert_int_equal(p->bad, 0);
        probe_close(p);
    }
}

static void settings_are_facts_and_explanations_are_not(void **unused)
{
    (void)unused;
    static const char *const texts[] = {
        "{\"about\": [\"words\", \"12\"], \"run\": {\"optimizer\": \"adamw\", \"learning_rate\": 0.001}, \"epochs\": [1, 2], "
        "\"loss\": [2, 1]}",
        "about: words  # not read\nrun:\n  optimizer: \"adamw\"   # a comment\n  learning_rate: 0.001\nepochs: [1, 2]\nloss: [2, "
        "1]\n",
        "run: {optimizer: adamw, learning_rate: 0.001}\nepochs: [1, 2]\nloss: [2, 1]\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct probe *p = probe_text("training_metrics", texts[i]);
        tells(p, "fact optimizer=adamw");
        tells(p, "fact learning_rate=0.001");
        tells(p, "series loss epoch");
        assert_int_equal(p->facts, 2);
        probe_close(p);
    }
}

static void lists_that_do_not_fit_are_reported_once_and_read_as_far_as_they_do(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("training_metrics", "{\"steps\": [5, 6], \"loss\": [2, 1, 0.5, 0.25], \"acc\": [0.5]}");
    assert_int_equal(p->points, 3);
    assert_int_equal(p->bad, 1);
    tells(p, "more values than there are steps");
    probe_close(p);
    p = probe_text("training_metrics", "loss: [2, 1]\nsteps: [5, 6]\n");
    tells(p, "series loss record");
    tells(p, "put it first");
    assert_int_equal(p->bad, 1);
    probe_close(p);
    p = probe_text("training_metrics", "steps: [0.5, 1]\nloss: [2, 1]\n");
    tells(p, "point loss 0 2 @2");
    tells(p, "bad @1 a step that is no whole number");
    probe_close(p);
}

static void half_a_file_tells_what_it_has(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("training_metrics", "{\"steps\": [1, 2], \"loss\": [2, 1");
    tells(p, "point loss 1 2 @1");
    probe_close(p);
    p = probe_text("training_metrics", "rows:\n  - {step: 1, loss: 2}\n  - {step: 2, lo");
    tells(p, "point loss 1 2 @2");
    assert_int_equal(p->points, 1);
    assert_int_equal(p->bad, 1);
    probe_close(p);
}

static void a_list_of_records_is_one_and_other_lists_are_not(void **unused)
{
    (void)unused;
    static const char *const lists[] = {"- epoch: 1\n  train_loss: 2.5\n- epoch: 2\n  train_loss: 1.5\n",
                                        "- {epoch: 1, train_loss: 2.5}\n- {epoch: 2, train_loss: 1.5}\n",
                                        "- train_loss: 2.5\n  epoch: 1\n- train_loss: 1.5\n  epoch: 2\n"};
    static const char *const others[] = {"- step: build\n  loss: none\n", "- epoch: 1\n  note: warm\n", "- 1.5\n- 2.5\n",
                                         "- name: loss\n  weight: 0.5\n"};
    const struct format *f = format_by_name("training_metrics");
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        assert_true(f->sniff("run/log.yml", span_of(lists[i])) > 0);
        struct probe *p = probe_text("training_metrics", lists[i]);
        tells(p, "series train_loss epoch");
        tells(p, "point train_loss 2 1.5 @");
        probe_close(p);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) assert_int_equal(f->sniff("run/log.yml", span_of(others[i])), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_of_records_is_one_and_other_lists_are_not),
        cmocka_unit_test(each_value_stands_at_the_step_beside_it),
        cmocka_unit_test(what_was_not_measured_is_no_point_and_nan_is_one),
        cmocka_unit_test(a_metric_may_have_steps_of_its_own),
        cmocka_unit_test(a_row_a_step_is_read_too),
        cmocka_unit_test(settings_are_facts_and_explanations_are_not),
        cmocka_unit_test(lists_that_do_not_fit_are_reported_once_and_read_as_far_as_they_do),
        cmocka_unit_test(half_a_file_tells_what_it_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
