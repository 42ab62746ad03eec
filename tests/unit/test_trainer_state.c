/* test_trainer_state - Hugging Face trainer_state.json, whole, torn and damaged. */
#include "format_probe.h"

#define HEAD                                                                                                                     \
    "{\n  \"best_metric\": null,\n  \"epoch\": 2.0,\n  \"global_step\": 20,\n  \"is_world_process_zero\": true,\n  "             \
    "\"log_history\": [\n"
#define TRAIN                                                                                                                    \
    "    {\n      \"epoch\": 1.0,\n      \"grad_norm\": 1.5,\n      \"learning_rate\": 5e-05,\n      \"loss\": 2.5,\n      "     \
    "\"step\": 10\n    }"
#define EVAL "    {\n      \"epoch\": 1.0,\n      \"eval_loss\": 2.25,\n      \"step\": 10\n    }"
#define FINAL                                                                                                                    \
    "    {\n      \"epoch\": 2.0,\n      \"step\": 20,\n      \"train_loss\": 1.75,\n      \"train_runtime\": 9.5\n    }"
#define TAIL                                                                                                                     \
    "\n  ],\n  \"logging_steps\": 10,\n  \"max_steps\": 20,\n  \"stateful_callbacks\": {\"a\": {\"args\": [1, \"}\"]}},\n  "     \
    "\"train_batch_size\": 8,\n  \"trial_name\": null\n}\n"

static void entries_become_points_at_their_line(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("trainer_state", HEAD TRAIN ",\n" EVAL TAIL);
    probe_expect(p, "series loss step");
    probe_expect(p, "point loss 10 2.5 @7");
    probe_expect(p, "point grad_norm 10 1.5 @7");
    probe_expect(p, "point learning_rate 10 5.0000000000000002e-05 @7");
    probe_expect(p, "point eval_loss 10 2.25 @14");
    assert_int_equal(p->bad, 0);
    assert_int_equal(p->events, 0);
    probe_close(p);
}

static void settings_are_facts(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("trainer_state", HEAD TRAIN TAIL);
    probe_expect(p, "fact global_step=20");
    probe_expect(p, "fact is_world_process_zero=true");
    probe_expect(p, "fact max_steps=20");
    probe_expect(p, "fact train_batch_size=8");
    probe_refuse(p, "fact best_metric");
    probe_refuse(p, "fact stateful_callbacks");
    probe_close(p);
}

static void the_summary_is_no_part_of_the_curve(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("trainer_state", HEAD TRAIN ",\n" FINAL TAIL);
    probe_refuse(p, "point train_loss");
    probe_refuse(p, "point loss 20");
    probe_expect(p, "fact train_loss=1.75");
    probe_close(p);
}

static void a_hidden_nan_is_told_once_with_its_own_words(void **unused)
{
    (void)unused;
    struct probe *p = probe_text(
        "trainer_state", "{\"log_history\": [{\"step\": 1, \"loss\": 2, \"grad_norm\": 1},\n"
                         "{\"step\": 2,\n \"loss\": 0.0, \"grad_norm\": NaN}, {\"step\": 3, \"loss\": 0.0, \"grad_norm\": NaN},\n"
                         "{\"step\": 3, \"eval_loss\": 1}, {\"step\": 4, \"loss\": 0.0, \"grad_norm\": NaN}]}");
    assert_int_equal(p->events, 1);
    probe_expect(p, "event nonfinite @2 {\"step\": 2, \"loss\": 0.0, \"grad_norm\": NaN}");
    probe_expect(p, "point loss 2 0 @2");
    probe_expect(p, "point grad_norm 2 NaN @2");
    probe_expect(p, "point grad_norm 4 NaN @4");
    probe_close(p);
}

static void a_torn_document_gives_its_whole_entries(void **unused)
{
    (void)unused;
    const char whole[] = HEAD TRAIN ",\n" EVAL TAIL;
    struct probe *all = probe_text("trainer_state", whole);
    for (size_t n = 1; n < sizeof whole - 2; n++) {
        struct probe *p = probe_open(format_by_name("trainer_state"), PROBE_ARENA_BYTES);
        probe_read(p, (struct span){whole, n}, n, 1);
        str_add(&p->text, "");
        const char *bad = strstr(p->text.p, "bad @");
        assert_non_null(bad);
        assert_int_equal(p->bad, 1);
        assert_memory_equal(p->text.p, all->text.p, (size_t)(bad - p->text.p));
        probe_close(p);
    }
    probe_close(all);
}

static void a_damaged_document_is_left_at_the_damage(void **unused)
{
    (void)unused;
    const char *const tails[] = {",]}",  " {\"step\": 2}]}", ", 7]}",      "}}", "], \"a\": 1,}", "], \"a\": tru}",
                                 "]} x", "], 1: 2}",         "], \"a\" 1}"};
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        struct str doc = {0};
        str_addf(&doc, "{\"log_history\": [{\"step\": 1, \"loss\": 2}%s", tails[i]);
        struct probe *p = probe_text("trainer_state", doc.p);
        if (p->bad != 1 || p->points != 1) fail_msg("%s: %d bad, %d points", doc.p, (int)p->bad, (int)p->points);
        probe_close(p);
        str_done(&doc);
    }
}

static int sure_of(const char *path, const char *head) { return format_by_name("trainer_state")->sniff(path, span_of(head)); }

static void only_a_document_with_a_log_is_claimed(void **unused)
{
    (void)unused;
    assert_true(sure_of("a/checkpoint-5/trainer_state.json", HEAD) == 100);
    assert_true(sure_of("a/state.json", HEAD) >= 80);
    assert_int_equal(sure_of("a/config.json", "{\n  \"hidden\": 768\n}\n"), 0);
    assert_int_equal(sure_of("a/trainer_state.json", "step 1: loss 2\n"), 0);
    assert_int_equal(sure_of("a/trainer_state.json", ""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_become_points_at_their_line),     cmocka_unit_test(settings_are_facts),
        cmocka_unit_test(the_summary_is_no_part_of_the_curve),     cmocka_unit_test(a_hidden_nan_is_told_once_with_its_own_words),
        cmocka_unit_test(a_torn_document_gives_its_whole_entries), cmocka_unit_test(a_damaged_document_is_left_at_the_damage),
        cmocka_unit_test(only_a_document_with_a_log_is_claimed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
