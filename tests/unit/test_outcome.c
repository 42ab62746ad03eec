/* outcome: what a later run changes is recognised as an offered fix, and whether the finding came back decides about it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/engine/outcome/outcome.h"

#define assert_near(a, b) assert_true(fabs((a) - (b)) < 1e-12)

/* ---- settings -------------------------------------------------------------------------------------------------------------- */

/* "lr=3e-4 momentum=0.9" */
static struct settings told(const char *text)
{
    struct settings s = {0};
    char copy[512], *at = copy;
    snprintf(copy, sizeof copy, "%s", text);
    for (char *one; (one = strsep(&at, " "));) {
        char *equals = strchr(one, '=');
        if (!equals) continue;
        *equals = 0;
        settings_add(&s, one, equals + 1);
    }
    return s;
}

/* "learning_rate 3e-4>3e-5; dropout ->0.1 +others" */
static const char *differences(const char *was_told, const char *is_told)
{
    static char out[1024];
    struct settings was = told(was_told), is = told(is_told);
    struct difference d[DIFFERENCES_MAX];
    bool others;
    size_t n = settings_differ(&was, &is, d, &others), at = 0;
    *out = 0;
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(out + at, sizeof out - at, "%s%s %s>%s", i ? "; " : "", d[i].name, d[i].was ? d[i].was : "-",
                               d[i].is ? d[i].is : "-");
    if (others) snprintf(out + at, sizeof out - at, "%s+others", n ? " " : "");
    return out;
}

static void settings_are_compared_whatever_their_spelling(void **state)
{
    (void)state;
    assert_string_equal(differences("lr=3e-4 momentum=0.9", "optimizer.learning_rate=0.00003 momentum=.90"),
                        "learning_rate 3e-4>0.00003");
    assert_string_equal(differences("fp16=True lr=1", "bf16=true lr=1"), "precision fp16>bf16");
    assert_string_equal(differences("optimizer=Adam", "optim=adam"), "");
}

static void what_one_run_does_not_name_was_off_there(void **state)
{
    (void)state;
    assert_string_equal(differences("lr=1", "lr=1 dropout=0.1"), "dropout ->0.1");
    assert_string_equal(differences("lr=1 dropout=0.1", "lr=1"), "dropout 0.1>-");
    assert_string_equal(differences("", "lr=1 dropout=0.1"), ""); /* a log that tells nothing tells nothing */
}

static void seeds_lengths_and_bookkeeping_are_no_change(void **state)
{
    (void)state;
    assert_string_equal(differences("lr=1 seed=1 output_dir=/a run_name=x port=1 save_steps=5",
                                    "lr=1 seed=2 output_dir=/b run_name=y port=2 save_steps=6"),
                        "");
    assert_string_equal(differences("lr=1 mixup_alpha=0.1", "lr=1 mixup_alpha=0.4"), "+others");
    assert_string_equal(differences("lr=1", "lr=1 mixup_alpha=0.4"), ""); /* it may only be told now */
}

static struct bucket buckets[8];
static struct curve curve;

static struct series_view rate_series(const double *values, size_t n)
{
    curve_init(&curve, buckets, 8);
    for (size_t i = 0; i < n; i++) curve_add(&curve, (int64_t)i, values[i], i);
    return (struct series_view){.series = {.name = "lr", .role = ROLE_LEARNING_RATE}, .points = n, .curve = &curve};
}

static void a_logged_rate_is_a_setting_once_it_no_longer_rises(void **state)
{
    (void)state;
    double rising[20], flat[20];
    char value[SETTING_BYTES];
    for (size_t i = 0; i < 20; i++) rising[i] = 1e-5 * (double)(i + 1), flat[i] = 3e-4;
    struct series_view s = rate_series(rising, 20);
    struct view v = {.series = &s, .n_series = 1};
    assert_false(settings_logged_rate(&v, value));
    rising[19] = 1e-4; /* the warm-up is over */
    s = rate_series(rising, 20);
    assert_true(settings_logged_rate(&v, value));
    assert_string_equal(value, "0.00019");
    s = rate_series(flat, 3);
    assert_false(settings_logged_rate(&v, value)); /* three points of one value may be a warm-up by epochs */
    s = rate_series(flat, 20);
    assert_true(settings_logged_rate(&v, value));
    assert_string_equal(value, "0.0003");
}

/* ---- trials ---------------------------------------------------------------------------------------------------------------- */

static struct knowledge knowledge;

/* "lower_learning_rate:0.5 add_warmup:0.25 | changes" of an incident to which `offered` was offered. */
static const char *matches(const char *offered, const char *was_told, const char *is_told)
{
    static char out[1024];
    struct incident_row row = {0};
    struct settings was = told(was_told), is = told(is_told);
    struct difference d[DIFFERENCES_MAX];
    struct match m[RANK_MAX];
    struct str changes = {0};
    char copy[256], *at = copy;
    bool others;
    snprintf(copy, sizeof copy, "%s", offered);
    for (char *one; (one = strsep(&at, " "));) row.offered[row.n_offered++].fix = one;
    size_t n = settings_differ(&was, &is, d, &others), used = 0;
    n = outcome_match(&row, &knowledge, d, n, others, m, &changes);
    *out = 0;
    for (size_t i = 0; i < n; i++) used += (size_t)snprintf(out + used, sizeof out - used, "%s:%.3g ", m[i].fix, m[i].weight);
    if (n) snprintf(out + used, sizeof out - used, "| %s", changes.p);
    str_done(&changes);
    return out;
}

static void a_change_in_the_direction_of_an_offered_fix_is_a_try_of_it(void **state)
{
    (void)state;
    assert_string_equal(matches("clip_gradients lower_learning_rate", "lr=3e-4", "lr=3e-5"),
                        "lower_learning_rate:0.5 | learning_rate 3e-4 → 3e-5");
    assert_string_equal(matches("clip_gradients lower_learning_rate", "lr=3e-4", "lr=3e-3"), "");
    assert_string_equal(matches("lower_learning_rate", "lr=3e-4", "lr=2.9e-4"), ""); /* hardly moved */
    assert_string_equal(matches("clip_gradients", "lr=1 max_grad_norm=0", "lr=1 max_grad_norm=1.0"),
                        "clip_gradients:0.5 | gradient_clip 0 → 1.0");
    assert_string_equal(matches("clip_gradients", "lr=1", "lr=1 grad_clip=0.5"),
                        "clip_gradients:0.5 | gradient_clip unset → 0.5");
    assert_string_equal(matches("add_warmup", "lr=1", "lr=1 warmup_steps=500"), "add_warmup:0.5 | warmup_steps unset → 500");
    assert_string_equal(matches("use_relu_family", "activation=tanh", "activation=gelu"),
                        "use_relu_family:0.5 | activation tanh → gelu");
    assert_string_equal(matches("use_bfloat16", "fp16=true lr=1", "bf16=true lr=1"), "use_bfloat16:0.5 | precision fp16 → bf16");
}

static void only_what_was_offered_is_matched(void **state)
{
    (void)state;
    assert_string_equal(matches("clip_gradients", "lr=3e-4", "lr=3e-5"), "");
    assert_string_equal(matches("read_traceback no_such_fix", "lr=3e-4", "lr=3e-5"), "");
}

static void several_changes_share_the_credit_and_too_many_have_none(void **state)
{
    (void)state;
    assert_string_equal(matches("lower_learning_rate add_warmup", "lr=3e-4", "lr=3e-5 warmup_steps=500"),
                        "lower_learning_rate:0.25 add_warmup:0.25 | learning_rate 3e-4 → 3e-5, warmup_steps unset → 500");
    assert_string_equal(matches("lower_learning_rate", "lr=3e-4 mixup=0.1", "lr=3e-5 mixup=0.2"),
                        "lower_learning_rate:0.25 | learning_rate 3e-4 → 3e-5");
    assert_string_equal(
        matches("lower_learning_rate", "lr=1 momentum=1 dropout=1 wd=1 beta1=1", "lr=.1 momentum=2 dropout=2 wd=2 beta1=2"), "");
}

static void a_longer_training_counts_only_as_a_fix(void **state)
{
    (void)state;
    assert_string_equal(matches("lower_learning_rate", "lr=3e-4 epochs=3", "lr=3e-5 epochs=9"),
                        "lower_learning_rate:0.5 | learning_rate 3e-4 → 3e-5");
    assert_string_equal(matches("train_longer", "lr=1 epochs=3", "lr=1 epochs=9"), "train_longer:0.5 | epochs 3 → 9");
}

static void one_change_is_not_credited_to_two_names_of_it(void **state)
{
    (void)state;
    assert_string_equal(matches("leaky_activation use_relu_family", "activation=tanh", "activation=elu"),
                        "leaky_activation:0.5 | activation tanh → elu");
}

static void hostile_values_are_cut_and_escaped(void **state)
{
    (void)state;
    const char *text =
        matches("match_loss_to_task", "loss_fn=mse", "loss_fn=\x1b[31mxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    assert_null(strchr(text, '\x1b'));
    assert_true(strlen(text) < 160 && *text);
}

/* ---- verdicts -------------------------------------------------------------------------------------------------------------- */

static const struct incident incident = {.kind = "loss_divergence", .series = "loss", .severity = "critical", .onset_step = 200};

struct seen {
    const char *kind;
    enum severity severity;
    int64_t onset;
    enum phase phase;
    double confidence;
};

static enum trial_state judged(const struct incident *of, int64_t last_step, bool over, struct seen f)
{
    struct finding_view finding = {.finding = {.kind = f.kind ? f.kind : "",
                                               .severity = f.severity,
                                               .onset_step = f.onset,
                                               .phase = f.phase,
                                               .confidence = f.confidence}};
    struct series_view s = {.series = {.name = "loss", .role = ROLE_LOSS_TRAIN}, .points = 9, .last_step = last_step};
    struct view v = {.series = &s,
                     .n_series = 1,
                     .last_step = last_step,
                     .findings = &finding,
                     .n_findings = f.kind ? 1 : 0,
                     .state = over ? RUN_FINISHED : RUN_RUNNING};
    struct str note = {0};
    enum trial_state state = outcome_judge(of, &v, over, &note);
    assert_int_equal(state == TRIAL_WATCHING, note.n == 0); /* every verdict says what it rests on */
    str_done(&note);
    return state;
}
#define CLEAR     ((struct seen){0})
#define SEEN(...) ((struct seen){__VA_ARGS__})

static void past_the_onset_without_it_the_fix_worked(void **state)
{
    (void)state;
    assert_int_equal(judged(&incident, 250, false, CLEAR), TRIAL_WATCHING);
    assert_int_equal(judged(&incident, 300, false, CLEAR), TRIAL_YES);
    struct incident first_steps = incident;
    first_steps.onset_step = 2; /* half of it again is no time at all */
    assert_int_equal(judged(&first_steps, 10, false, CLEAR), TRIAL_WATCHING);
    assert_int_equal(judged(&first_steps, 22, false, CLEAR), TRIAL_YES);
}

static void a_run_that_finishes_behind_the_onset_is_enough(void **state)
{
    (void)state;
    assert_int_equal(judged(&incident, 210, true, CLEAR), TRIAL_YES);
    assert_int_equal(judged(&incident, 150, true, CLEAR), TRIAL_WATCHING); /* it never came so far */
}

static void what_comes_back_did_not_work(void **state)
{
    (void)state;
    assert_int_equal(judged(&incident, 400, false, SEEN("loss_divergence", SEVERITY_CRITICAL, 220, PHASE_OPENED, 0.9)), TRIAL_NO);
    assert_int_equal(judged(&incident, 400, false, SEEN("loss_nonfinite", SEVERITY_CRITICAL, 220, PHASE_OPENED, 0.9)), TRIAL_NO);
    assert_int_equal(judged(&incident, 900, false, SEEN("loss_divergence", SEVERITY_CRITICAL, 800, PHASE_OPENED, 0.9)), TRIAL_NO);
}

static void sooner_or_more_severe_is_worse(void **state)
{
    (void)state;
    struct incident mild = incident;
    mild.severity = "warning";
    assert_int_equal(judged(&incident, 400, false, SEEN("loss_divergence", SEVERITY_CRITICAL, 90, PHASE_OPENED, 0.9)),
                     TRIAL_WORSE);
    assert_int_equal(judged(&mild, 400, false, SEEN("loss_divergence", SEVERITY_WARNING, 190, PHASE_OPENED, 0.9)), TRIAL_NO);
    assert_int_equal(judged(&mild, 400, false, SEEN("loss_divergence", SEVERITY_CRITICAL, 190, PHASE_OPENED, 0.9)), TRIAL_WORSE);
}

static void a_milder_form_or_what_was_taken_back_is_no_return(void **state)
{
    (void)state;
    assert_int_equal(judged(&incident, 400, false, SEEN("loss_spike", SEVERITY_WARNING, 220, PHASE_CLOSED, 0.9)), TRIAL_YES);
    assert_int_equal(judged(&incident, 400, false, SEEN("loss_divergence", SEVERITY_CRITICAL, 90, PHASE_CLOSED, 0)), TRIAL_YES);
    assert_int_equal(judged(&incident, 400, false, SEEN("loss_divergence", SEVERITY_INFO, 90, PHASE_OPENED, 0.9)), TRIAL_YES);
    assert_true(outcome_same_trouble("loss_spike", "loss_divergence"));
    assert_false(outcome_same_trouble("loss_divergence", "loss_spike"));
    assert_false(outcome_same_trouble("overfitting", "loss_divergence"));
}

static void a_run_in_another_trouble_proves_nothing(void **state)
{
    (void)state;
    assert_int_equal(judged(&incident, 400, false, SEEN("out_of_memory", SEVERITY_CRITICAL, 100, PHASE_OPENED, 0.9)),
                     TRIAL_WATCHING);
    assert_int_equal(judged(&incident, 400, false, SEEN("overfitting", SEVERITY_WARNING, 100, PHASE_OPENED, 0.9)), TRIAL_YES);
}

static void progress_is_counted_as_the_incident_counts(void **state)
{
    (void)state;
    struct incident epochs = incident, whole = incident;
    epochs.series = "val_loss"; /* not there: its onset in epochs must not be compared with steps */
    assert_int_equal(judged(&epochs, 100000, false, CLEAR), TRIAL_WATCHING);
    whole.series = NULL;
    whole.kind = "run_crashed";
    assert_int_equal(judged(&whole, 100000, false, CLEAR), TRIAL_WATCHING); /* until it is over, it may crash */
    assert_int_equal(judged(&whole, 100000, true, CLEAR), TRIAL_YES);
}

static int set_up(void **state)
{
    (void)state;
    struct err err;
    unsetenv("MLWATCH_TEMPLATES");
    return knowledge_open(&knowledge, &err);
}

static int tear_down(void **state)
{
    (void)state;
    knowledge_done(&knowledge);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_are_compared_whatever_their_spelling),
        cmocka_unit_test(what_one_run_does_not_name_was_off_there),
        cmocka_unit_test(seeds_lengths_and_bookkeeping_are_no_change),
        cmocka_unit_test(a_logged_rate_is_a_setting_once_it_no_longer_rises),
        cmocka_unit_test(a_change_in_the_direction_of_an_offered_fix_is_a_try_of_it),
        cmocka_unit_test(only_what_was_offered_is_matched),
        cmocka_unit_test(several_changes_share_the_credit_and_too_many_have_none),
        cmocka_unit_test(a_longer_training_counts_only_as_a_fix),
        cmocka_unit_test(one_change_is_not_credited_to_two_names_of_it),
        cmocka_unit_test(hostile_values_are_cut_and_escaped),
        cmocka_unit_test(past_the_onset_without_it_the_fix_worked),
        cmocka_unit_test(a_run_that_finishes_behind_the_onset_is_enough),
        cmocka_unit_test(what_comes_back_did_not_work),
        cmocka_unit_test(sooner_or_more_severe_is_worse),
        cmocka_unit_test(a_milder_form_or_what_was_taken_back_is_no_return),
        cmocka_unit_test(a_run_in_another_trouble_proves_nothing),
        cmocka_unit_test(progress_is_counted_as_the_incident_counts),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
