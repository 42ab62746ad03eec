/* Causes: which one the built-in knowledge names for what was found, how sure it is, and what it asks for. */
#include <string.h>

#include "../../analyzers/kind.h"
#include "knowledge_fixture.h"

struct seen {
    struct finding findings[8];
    size_t n;
    struct fact facts[4];
    size_t n_facts;
    uint64_t roles;
    uint32_t events;
    struct said said[2];
    size_t n_said;
};

static struct finding *see(struct seen *s, const char *kind)
{
    s->findings[s->n] = (struct finding){.kind = kind, .confidence = 0.95};
    return &s->findings[s->n++];
}
static void set(struct seen *s, const char *key, const char *value) { s->facts[s->n_facts++] = (struct fact){key, value}; }

static struct diagnosis found[DIAGNOSIS_MAX];
static size_t ask(const struct knowledge *k, const struct seen *s)
{
    struct case_file run = {.findings = s->findings,
                            .n_findings = s->n,
                            .facts = s->facts,
                            .n_facts = s->n_facts,
                            .roles = s->roles,
                            .events = s->events,
                            .said = s->said,
                            .n_said = s->n_said};
    return diagnose(k->causes, k->n_causes, &run, found);
}
static double probability(size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(found[i].cause->id, id)) return found[i].probability;
    return 0;
}
static bool asks_for(const struct diagnosis *d, const char *artifact)
{
    for (size_t i = 0; i < d->n_missing; i++)
        if (!strcmp(d->missing[i]->artifact, artifact)) return true;
    return false;
}

static void a_divergence_alone_suggests_the_rate_and_asks_for_the_gradient_norm(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN)};
    see(&s, "loss_divergence");
    size_t n = ask(*state, &s);
    assert_true(n >= 1);
    assert_string_equal(found[0].cause->id, "lr_too_high");
    assert_true(found[0].probability > 0.4 && found[0].probability < 0.8);
    assert_true(asks_for(&found[0], "gradient norm"));
}

static void a_logged_gradient_norm_is_not_asked_for(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_GRAD_NORM)};
    see(&s, "loss_divergence");
    ask(*state, &s);
    assert_false(asks_for(&found[0], "gradient norm"));
}

static void an_explosion_at_an_extreme_rate_is_the_rate(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_GRAD_NORM)};
    see(&s, "grad_explosion");
    set(&s, "args.lr", "20"), set(&s, "optimizer", "SGD");
    ask(*state, &s);
    assert_string_equal(found[0].cause->id, "lr_too_high");
    assert_true(found[0].probability > 0.8);
}

static void an_explosion_alone_is_named_after_itself(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_GRAD_NORM)};
    see(&s, "grad_explosion");
    ask(*state, &s);
    assert_string_equal(found[0].cause->id, "exploding_gradients");
    assert_true(found[0].probability < 0.8);
}

static void a_nan_from_the_first_step_is_ambiguous_without_settings(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN)};
    struct finding *f = see(&s, "loss_nonfinite");
    finding_add(f, "from_start", 1, ""), finding_add(f, "first_step_share", 0, "");
    size_t n = ask(*state, &s);
    assert_true(probability(n, "nan_invalid_math") >= 0.2);
    assert_true(probability(n, "corrupt_or_invalid_data") >= 0.2);
    assert_true(probability(n, "lr_too_high") >= 0.2);
    assert_true(found[0].probability < 0.8);
}

static void the_same_nan_seen_in_three_series_is_still_ambiguous(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_GRAD_NORM)};
    finding_add(see(&s, "loss_nonfinite"), "from_start", 1, "");
    see(&s, "grad_nonfinite"), see(&s, "metric_nonfinite");
    ask(*state, &s);
    assert_true(found[0].probability < 0.8);
}

static void a_nan_from_the_first_step_with_a_huge_rate_is_the_rate(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN)};
    finding_add(see(&s, "loss_nonfinite"), "from_start", 1, "");
    set(&s, "learning_rate", "100");
    ask(*state, &s);
    assert_string_equal(found[0].cause->id, "lr_too_high");
    assert_true(found[0].probability > 0.8);
}

static void skipped_steps_in_half_precision_are_named(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN), .events = 1u << EVENT_LOSS_SCALE};
    see(&s, "loss_nonfinite");
    set(&s, "fp16", "True");
    size_t n = ask(*state, &s);
    assert_string_equal(found[0].cause->id, "mixed_precision_numeric");
    assert_true(found[0].probability > 0.8);
    set(&s, "bf16", "True");
    s.events = 0;
    n = ask(*state, &s);
    assert_true(probability(n, "mixed_precision_numeric") < 0.2);
}

static void a_step_skipped_now_and_then_belongs_to_dynamic_scaling(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN), .events = 1u << EVENT_LOSS_SCALE};
    see(&s, "loss_divergence");
    ask(*state, &s);
    assert_string_equal(found[0].cause->id, "lr_too_high");
}

static void a_score_that_does_not_follow_its_loss_is_computed_wrongly(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_SCORE_EVAL)};
    struct finding *f = see(&s, "score_stuck");
    finding_add(f, "constant", 1, ""), finding_add(f, "loss_fell", 0.7, "share");
    see(&s, "still_improving");
    ask(*state, &s);
    assert_string_equal(found[0].cause->id, "metric_computation_bug");
    f->evidence[1].value = 0.1;
    size_t n = ask(*state, &s);
    assert_true(probability(n, "metric_computation_bug") < probability(n, "insufficient_training"));
}

static void losses_that_run_away_together_are_no_overfitting(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL)};
    struct finding *f = see(&s, "validation_divergence");
    finding_add(f, "rise_ratio", 5, "x"), finding_add(f, "train_rose", 6, "x");
    size_t n = ask(*state, &s);
    assert_string_equal(found[0].cause->id, "lr_too_high");
    assert_true(probability(n, "overfitting") < 0.2);
    f->evidence[1].value = 0.3;
    ask(*state, &s);
    assert_string_equal(found[0].cause->id, "overfitting");
}

static void held_out_rows_that_never_gain_beside_a_score_at_rest_speak_of_their_labels(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_SCORE_EVAL)};
    struct finding *f = see(&s, "loss_plateau");
    finding_add(f, "held_fell", 0.005, "share");
    ask(*state, &s);
    assert_string_equal(found[0].cause->id, "prediction_order_misaligned");
    f->evidence[0].value = 0.3;
    ask(*state, &s);
    assert_string_equal(found[0].cause->id, "underfit_capacity");
}

static void a_held_out_loss_that_never_changes_may_be_a_rate_that_nobody_logged(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL)};
    finding_add(see(&s, "loss_not_decreasing"), "held_constant", 1, "");
    double unlogged = probability(ask(*state, &s), "lr_schedule_misconfigured");
    assert_string_equal(found[0].cause->id, "params_not_updated");
    s.roles |= WANTS(ROLE_LEARNING_RATE);
    assert_true(probability(ask(*state, &s), "lr_schedule_misconfigured") < unlogged);
}

static void a_loss_that_goes_on_rising_after_its_jump_lost_no_weights(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN)};
    struct finding *f = see(&s, "restart_discontinuity");
    finding_add(f, "to_initial", 0.9, "x"), finding_add(f, "learned_again", 0.6, "share");
    ask(*state, &s);
    assert_string_equal(found[0].cause->id, "checkpoint_not_loaded");
    f->evidence[1].value = -0.5;
    assert_true(probability(ask(*state, &s), "checkpoint_not_loaded") < 0.2);
}

static void a_usual_bound_that_leaves_nothing_accuses_the_gradients(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_GRAD_NORM)};
    struct finding *f = see(&s, "clipping_always_on");
    finding_add(f, "left", 0.0005, "share"), finding_add(f, "bound", 1, "");
    double usual = probability(ask(*state, &s), "optimizer_misconfigured");
    f->evidence[1].value = 0.001;
    assert_true(probability(ask(*state, &s), "optimizer_misconfigured") > usual + 0.1);
}

static void a_crash_is_what_the_log_says_it_is(void **state)
{
    static const struct {
        enum event event;
        const char *cause;
    } cases[] = {{EVENT_OUT_OF_MEMORY, "out_of_memory"},
                 {EVENT_KILLED, "process_killed"},
                 {EVENT_DISK_FULL, "disk_full"},
                 {EVENT_HARDWARE, "hardware_fault"},
                 {EVENT_COLLECTIVE_HANG, "hang_in_collective"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct seen s = {.events = 1u << cases[i].event | 1u << EVENT_TRACEBACK};
        see(&s, "run_crashed");
        ask(*state, &s);
        assert_string_equal(found[0].cause->id, cases[i].cause);
        assert_true(found[0].probability > (cases[i].event == EVENT_OUT_OF_MEMORY ? 0.9 : 0.79));
    }
}

static void a_traceback_alone_is_an_error_of_the_program_and_asks_for_the_versions(void **state)
{
    struct seen s = {.events = 1u << EVENT_TRACEBACK};
    see(&s, "run_crashed");
    ask(*state, &s);
    assert_string_equal(found[0].cause->id, "program_error");
    assert_true(found[0].probability < 0.8);
    assert_true(asks_for(&found[0], "the versions in use"));
}

static void overfitting_is_sure_unless_the_gap_was_there_from_the_first_evaluation(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL)};
    struct finding *f = see(&s, "overfitting");
    finding_add(f, "gained", 0.4, "share");
    size_t n = ask(*state, &s);
    assert_string_equal(found[0].cause->id, "overfitting");
    assert_true(found[0].probability > 0.8);
    f->evidence[0].value = 0;
    n = ask(*state, &s);
    assert_true(probability(n, "overfitting") < 0.8);
    f->evidence[0].value = 0.4;
    see(&s, "gap_from_start");
    n = ask(*state, &s);
    assert_true(probability(n, "overfitting") < 0.5);
}

static void a_rise_of_rows_that_never_gained_is_no_overfitting_unless_others_are_known_by_heart(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL)};
    struct finding *f = see(&s, "overfitting");
    finding_add(f, "left_ungained", 0.35, "share");
    size_t n = ask(*state, &s);
    assert_string_equal(found[0].cause->id, "wrong_preprocessing");
    assert_true(probability(n, "overfitting") >= 0.2); /* and is not forgotten */
    f->evidence[0].value = 0.002;
    ask(*state, &s);
    assert_string_equal(found[0].cause->id, "overfitting");
}

static void held_out_rows_that_cost_thousands_are_counted_in_other_units(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL)};
    struct finding *f = see(&s, "gap_from_start");
    finding_add(f, "gap_ratio", 15000, "x");
    finding_add(f, "of_untrained", 5700, "x");
    ask(*state, &s);
    assert_string_equal(found[0].cause->id, "metric_computation_bug");
    f->evidence[1].value = 2;
    size_t n = ask(*state, &s);
    assert_true(probability(n, "overfitting") > 0.5); /* the training loss is next to nothing: known by heart */
}

static void a_score_that_falls_is_no_overfitting_where_the_held_out_loss_was_logged_and_did_not_rise(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_SCORE_EVAL)};
    finding_add(see(&s, "score_drop"), "recovered", 0, "");
    ask(*state, &s);
    assert_string_equal(found[0].cause->id, "overfitting");
    s.roles |= WANTS(ROLE_LOSS_EVAL);
    ask(*state, &s);
    assert_string_equal(found[0].cause->id, "lr_too_high");
}

static void trees_that_do_not_lower_their_loss_were_given_labels_of_other_rows_unless_they_creep(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL)};
    struct finding *f = see(&s, "loss_not_decreasing");
    finding_add(f, "noisy", 1, "");
    finding_add(f, "creeps", 0, "");
    set(&s, "framework", "trees");
    ask(*state, &s);
    assert_string_equal(found[0].cause->id, "prediction_order_misaligned");
    f->evidence[1].value = 1;
    ask(*state, &s);
    assert_string_equal(found[0].cause->id, "lr_too_low");
}

static void a_discriminator_near_zero_names_both_sides_of_the_collapse(void **state)
{
    struct seen wins = {.roles = WANTS(ROLE_LOSS_DISCRIMINATOR)}, collapse = wins;
    see(&wins, "discriminator_wins");
    finding_add(see(&collapse, "mode_collapse"), "discriminator_loss", 0.01, "");
    const struct seen *cases[] = {&wins, &collapse};
    for (size_t i = 0; i < 2; i++) {
        size_t n = ask(*state, cases[i]);
        assert_string_equal(found[0].cause->id, "discriminator_overpowers");
        assert_true(found[0].probability > 0.7);
        assert_true(probability(n, "mode_collapse") >= 0.2);
    }
}

static void vanishing_gradients_below_a_flat_loss_are_named(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_GRAD_NORM)};
    see(&s, "grad_vanishing"), see(&s, "loss_not_decreasing");
    ask(*state, &s);
    assert_string_equal(found[0].cause->id, "vanishing_gradients");
    assert_true(found[0].probability > 0.8);
}

static void returns_that_fall_are_never_called_overfitting(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_RETURN)};
    finding_add(see(&s, "score_drop"), "recovered", 0, "");
    size_t n = ask(*state, &s);
    assert_string_equal(found[0].cause->id, "policy_update_too_large");
    assert_true(probability(n, "overfitting") == 0);
}

/* Some kinds lead to no cause at all; test_knowledge.c says why. */
static bool has_a_clue(const struct knowledge *k, const char *kind)
{
    for (size_t i = 0; i < k->n_causes; i++)
        for (size_t c = 0; c < k->causes[i].n_clues; c++)
            if (k->causes[i].clues[c].finding && strcmp(k->causes[i].clues[c].finding, kind) == 0) return true;
    return false;
}

static void no_kind_alone_makes_a_cause_more_than_nearly_sure(void **state)
{
    for (const struct kind *kind = kinds; kind->name; kind++) {
        struct seen s = {.roles = WANTS_ALL & ~WANTS(ROLE_LOSS_DISCRIMINATOR) & ~WANTS(ROLE_RETURN)};
        see(&s, kind->name);
        size_t n = ask(*state, &s);
        if (n < 1 && has_a_clue(*state, kind->name)) fail_msg("%s alone leads to no cause", kind->name);
        for (size_t d = 0; d < n; d++) assert_true(found[d].probability <= 0.97 && found[d].n_because == 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_divergence_alone_suggests_the_rate_and_asks_for_the_gradient_norm),
        cmocka_unit_test(a_logged_gradient_norm_is_not_asked_for),
        cmocka_unit_test(an_explosion_at_an_extreme_rate_is_the_rate),
        cmocka_unit_test(an_explosion_alone_is_named_after_itself),
        cmocka_unit_test(a_nan_from_the_first_step_is_ambiguous_without_settings),
        cmocka_unit_test(the_same_nan_seen_in_three_series_is_still_ambiguous),
        cmocka_unit_test(a_nan_from_the_first_step_with_a_huge_rate_is_the_rate),
        cmocka_unit_test(skipped_steps_in_half_precision_are_named),
        cmocka_unit_test(a_step_skipped_now_and_then_belongs_to_dynamic_scaling),
        cmocka_unit_test(a_score_that_does_not_follow_its_loss_is_computed_wrongly),
        cmocka_unit_test(losses_that_run_away_together_are_no_overfitting),
        cmocka_unit_test(held_out_rows_that_never_gain_beside_a_score_at_rest_speak_of_their_labels),
        cmocka_unit_test(a_held_out_loss_that_never_changes_may_be_a_rate_that_nobody_logged),
        cmocka_unit_test(a_loss_that_goes_on_rising_after_its_jump_lost_no_weights),
        cmocka_unit_test(a_usual_bound_that_leaves_nothing_accuses_the_gradients),
        cmocka_unit_test(a_crash_is_what_the_log_says_it_is),
        cmocka_unit_test(a_traceback_alone_is_an_error_of_the_program_and_asks_for_the_versions),
        cmocka_unit_test(overfitting_is_sure_unless_the_gap_was_there_from_the_first_evaluation),
        cmocka_unit_test(a_rise_of_rows_that_never_gained_is_no_overfitting_unless_others_are_known_by_heart),
        cmocka_unit_test(held_out_rows_that_cost_thousands_are_counted_in_other_units),
        cmocka_unit_test(a_score_that_falls_is_no_overfitting_where_the_held_out_loss_was_logged_and_did_not_rise),
        cmocka_unit_test(trees_that_do_not_lower_their_loss_were_given_labels_of_other_rows_unless_they_creep),
        cmocka_unit_test(a_discriminator_near_zero_names_both_sides_of_the_collapse),
        cmocka_unit_test(vanishing_gradients_below_a_flat_loss_are_named),
        cmocka_unit_test(returns_that_fall_are_never_called_overfitting),
        cmocka_unit_test(no_kind_alone_makes_a_cause_more_than_nearly_sure),
    };
    return cmocka_run_group_tests_name("what the numbers mean", tests, open_knowledge, close_knowledge);
}
