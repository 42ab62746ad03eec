/* kit: the framework that a run is spoken to in is looked up, never believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../daemon/knowledge/kit.h"

static const char *name_of(const struct view *v)
{
    const struct kit *kit = kit_of(v);
    return kit ? kit->id : "none";
}

static const char *by_series(const char *name)
{
    const struct series_view series = {.series = {.name = name}};
    return name_of(&(struct view){.series = &series, .n_series = 1});
}

static const char *by_format(const char *format)
{
    const struct source_view source = {.path = "run/log", .format = format};
    return name_of(&(struct view){.sources = &source, .n_sources = 1});
}

static const char *by_words(const char *text)
{
    const struct event_view event = {.kind = EVENT_TRACEBACK, .text = text};
    return name_of(&(struct view){.events = &event, .n_events = 1});
}

static void each_framework_is_known_by_what_only_it_writes(void **unused)
{
    (void)unused;
    assert_string_equal(by_format("trainer_state"), "huggingface");
    assert_string_equal(by_format("history"), "keras");
    assert_string_equal(by_series("eval_runtime"), "huggingface");
    assert_string_equal(by_series("grad_2.0_norm_total"), "lightning");
    assert_string_equal(by_series("lr-AdamW"), "lightning");
    assert_string_equal(by_series("validation/epoch_loss"), "keras");
    assert_string_equal(by_series("validation_0-logloss"), "xgboost");
    assert_string_equal(by_series("valid_0's l2"), "lightgbm");
    assert_string_equal(by_series("rollout/ep_rew_mean"), "sb3");
    assert_string_equal(by_series("learn/Logloss"), "catboost");
    const struct fact bar = {"progress_bar", "keras"}, rounds = {"boosting_library", "catboost"};
    assert_string_equal(name_of(&(struct view){.facts = &bar, .n_facts = 1}), "keras");
    assert_string_equal(name_of(&(struct view){.facts = &rounds, .n_facts = 1}), "catboost");
    assert_string_equal(by_words("  File \"/x/site-packages/transformers/trainer.py\", line 9"), "huggingface");
    assert_string_equal(by_words("  File \"/x/site-packages/torch/nn/modules/linear.py\""), "pytorch");
}

/* PPO's clip range means nothing to who runs SAC. */
static void who_learns_from_a_replay_buffer_is_not_told_of_rollouts(void **unused)
{
    (void)unused;
    const struct series_view sac[] = {{.series = {.name = "rollout/ep_rew_mean"}}, {.series = {.name = "train/critic_loss"}}};
    const struct series_view dqn[] = {{.series = {.name = "rollout/exploration_rate"}},
                                      {.series = {.name = "rollout/ep_rew_mean"}}};
    const struct series_view ppo[] = {{.series = {.name = "rollout/ep_rew_mean"}}, {.series = {.name = "train/approx_kl"}}};
    assert_string_equal(name_of(&(struct view){.series = sac, .n_series = 2}), "sb3_replay");
    assert_string_equal(name_of(&(struct view){.series = dqn, .n_series = 2}), "sb3_replay");
    assert_string_equal(name_of(&(struct view){.series = ppo, .n_series = 2}), "sb3");
    assert_string_equal(by_series("train/critic_loss"), "none");
}

static void names_that_any_loop_may_use_are_no_mark(void **unused)
{
    (void)unused;
    static const char *const names[] = {"loss", "val_loss", "train_loss", "lr", "grad_norm", "accuracy", "epoch", "train/loss"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) assert_string_equal(by_series(names[i]), "none");
    assert_string_equal(by_format("csv"), "none");
    assert_string_equal(by_format("jsonl"), "none");
}

static void what_trains_counts_before_what_is_imported(void **unused)
{
    (void)unused;
    const struct series_view series = {.series = {.name = "lr-SGD"}};
    struct view v = {.framework = "transformers", .series = &series, .n_series = 1};
    assert_string_equal(name_of(&v), "lightning");
    v.n_series = 0;
    assert_string_equal(name_of(&v), "pytorch");
    const struct fact facts[] = {{"per_device_train_batch_size", "8"}};
    v.facts = facts, v.n_facts = 1;
    assert_string_equal(name_of(&v), "huggingface");
}

static void a_declared_framework_is_looked_up_by_whole_words(void **unused)
{
    (void)unused;
    static const struct {
        const char *said, *kit;
    } cases[] = {{"pytorch_lightning", "lightning"},
                 {"PyTorch", "pytorch"},
                 {"tf.keras", "keras"},
                 {"stable_baselines3", "sb3"},
                 {"xgboost 3.2", "xgboost"},
                 {"LightGBM", "lightgbm"},
                 {"my own framework", "none"},
                 {"torchwood", "none"},
                 {"\033[2J", "none"},
                 {"", "none"},
                 {"hf; rm -rf /", "huggingface"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct view v = {.framework = cases[i].said};
        if (strcmp(name_of(&v), cases[i].kit)) fail_msg("%s is %s, not %s", cases[i].said, name_of(&v), cases[i].kit);
    }
}

static void a_line_of_the_kit_below_serves_when_there_is_none_of_its_own(void **unused)
{
    (void)unused;
    static const struct wording lines[] = {{"pytorch", "p"}, {"lightning", "l"}};
    const struct wordings both = {lines, 2}, below = {lines, 1};
    assert_string_equal(wording_in(&both, kit_by_id("lightning")), "l");
    assert_string_equal(wording_in(&below, kit_by_id("lightning")), "p");
    assert_string_equal(wording_in(&both, kit_by_id("huggingface")), "p");
    assert_null(wording_in(&both, kit_by_id("keras")));
    assert_null(wording_in(&both, NULL));
    assert_null(kit_by_id("torch"));
    assert_null(kit_by_id(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_framework_is_known_by_what_only_it_writes),
        cmocka_unit_test(who_learns_from_a_replay_buffer_is_not_told_of_rollouts),
        cmocka_unit_test(names_that_any_loop_may_use_are_no_mark),
        cmocka_unit_test(what_trains_counts_before_what_is_imported),
        cmocka_unit_test(a_declared_framework_is_looked_up_by_whole_words),
        cmocka_unit_test(a_line_of_the_kit_below_serves_when_there_is_none_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
