/* What is told of one loss in view of the whole run, and of files that several processes write (engine/judge/context.h, run/take.c). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/engine/run.h"

static const struct run_options plain = {0};

static struct run *run_of(const char *file)
{
    struct run *r = run_new("r", NULL, &plain);
    assert_non_null(r);
    assert_int_equal(run_source(r, file, "text", "because"), 0);
    return r;
}
static int series(struct run *r, const char *name)
{
    const struct format_out *o = run_out(r, 0);
    return o->series(o->arg, span_of(name), AXIS_STEP);
}
static void put(struct run *r, int handle, int64_t step, double value, uint64_t line)
{
    const struct format_out *o = run_out(r, 0);
    o->point(o->arg, handle, step, NAN, value, line);
}
static void set(struct run *r, const char *key, const char *value)
{
    const struct format_out *o = run_out(r, 0);
    o->fact(o->arg, span_of(key), span_of(value));
}
static double noise(int s) { return ((s * 7919) % 13 - 6) / 13.0; }

/* The severity that a kind is shown with; -1 where it is not. */
static int severity_of(struct run *r, const char *kind)
{
    const struct view *v = run_view(r);
    for (size_t i = 0; i < v->n_findings; i++)
        if (strcmp(v->findings[i].finding.kind, kind) == 0) return (int)v->findings[i].finding.severity;
    return -1;
}
static size_t count_of(struct run *r, const char *kind)
{
    const struct view *v = run_view(r);
    size_t n = 0;
    for (size_t i = 0; i < v->n_findings; i++) n += strcmp(v->findings[i].finding.kind, kind) == 0;
    return n;
}

/* The role of a series by its name and by what stands beside it. */
static enum role role_beside(const char *first, const char *name)
{
    struct run *r = run_of("r/arena.csv");
    put(r, series(r, first), 1, 12, 2);
    int handle = series(r, name);
    put(r, handle, 1, 8, 2);
    enum role role = run_view(r)->series[handle].series.role;
    run_free(r);
    return role;
}

static void games_that_were_lost_are_no_loss(void **unused)
{
    (void)unused;
    assert_int_equal(role_beside("wins", "losses"), ROLE_NONE);
    assert_int_equal(role_beside("arena/Draws", "arena/Losses"), ROLE_NONE);
    assert_int_equal(role_beside("accuracy", "losses"), ROLE_LOSS_TRAIN);
    assert_int_equal(role_beside("wins", "loss"), ROLE_LOSS_TRAIN);
}

static void two_processes_that_write_one_file_do_not_restart(void **unused)
{
    (void)unused;
    struct run *r = run_of("r/log.jsonl");
    int loss = series(r, "loss");
    uint64_t line = 0;
    for (int s = 10; s <= 2000; s += 20) {
        bool apart = s > 600 && s % 60 == 10;
        int64_t order[] = {s, apart ? s + 10 : s, apart ? s : s + 10, s + 10};
        for (int i = 0; i < 4; i++) put(r, loss, order[i], 0.3 + 200.0 / (double)(100 + order[i]), ++line);
    }
    assert_int_equal(run_view(r)->segments, 1);
    for (int s = 1000; s <= 1200; s += 10)
        for (int i = 0; i < 2; i++) put(r, loss, s, 0.4, ++line);
    assert_int_equal(run_view(r)->segments, 2); /* and what goes far back is one */
    run_free(r);
}

static void a_file_named_for_validation_holds_held_out_losses(void **unused)
{
    (void)unused;
    struct run *r = run_of("r/log/valid.log"), *t = run_of("r/log/invalid.log");
    assert_int_equal(run_view(r)->n_series, 0);
    put(r, series(r, "loss"), 1, 0.5, 1), put(t, series(t, "loss"), 1, 0.5, 1);
    assert_int_equal(run_view(r)->series[0].series.role, ROLE_LOSS_EVAL);
    assert_int_equal(run_view(t)->series[0].series.role, ROLE_LOSS_TRAIN);
    run_free(r), run_free(t);
}

/* A loss of eight records an epoch of 80 steps, which is twice as high at one record of epoch 30. */
static struct run *jumping(int record)
{
    struct run *r = run_of("r/train.log");
    int loss = series(r, "loss");
    set(r, "steps_per_epoch", "80");
    for (int i = 0; i < 480; i++) {
        double base = 0.5 + 2 * exp(-i / 60.0) + 0.01 * noise(i);
        put(r, loss, 10 * i, i == 240 + record ? 2 * base : base, (uint64_t)i + 1);
    }
    run_finish(r);
    return r;
}

static void a_jump_where_each_epoch_begins_is_the_log_s_own(void **unused)
{
    (void)unused;
    struct run *first = jumping(0), *later = jumping(5);
    assert_int_equal(severity_of(first, "loss_spike"), SEVERITY_INFO);
    assert_int_equal(severity_of(later, "loss_spike"), SEVERITY_WARNING);
    run_free(first), run_free(later);
}

/* 60 values that fall from `top` to 0.2, and from a restart at 0 on as many that stay there. */
static struct run *restarted(double top)
{
    struct run *r = run_of("r/train.log");
    int loss = series(r, "loss");
    for (int i = 0; i < 120; i++)
        put(r, loss, i % 60, i < 60 ? 0.2 + (top - 0.2) * exp(-i / 8.0) + 0.002 * noise(i) : 0.2 + 0.002 * noise(i),
            (uint64_t)i + 1);
    run_finish(r);
    return r;
}

/* Other rows are trained on from step 300 on, which cost `risen`, twenty times as much and more; held-out rows stand at `then` from there. */
static int severity_where_held_out_goes_to(double then, double risen)
{
    struct run *r = run_of("r/log.jsonl");
    int loss = series(r, "train/loss"), held = series(r, "val/loss");
    uint64_t line = 0;
    for (int s = 0; s < 600; s++) {
        put(r, loss, s, (s < 300 ? 0.02 + 2 * exp(-s / 40.0) : risen) * (1 + 0.1 * noise(s)), ++line);
        if (s % 30 == 29) put(r, held, s, s < 300 ? 0.3 + 2 * exp(-s / 40.0) : then, ++line);
    }
    int severity = severity_of(r, "loss_divergence");
    run_free(r);
    return severity;
}

static void a_loss_that_rises_without_the_held_out_one_is_of_other_rows(void **unused)
{
    (void)unused;
    assert_true(severity_where_held_out_goes_to(0.9, 0.5) >= SEVERITY_WARNING);
    assert_int_equal(severity_where_held_out_goes_to(0.29, 0.5), SEVERITY_INFO);
    assert_true(severity_where_held_out_goes_to(0.29, 50) >= SEVERITY_WARNING); /* guessing cost 2 */
}

/* A loss that stands where it began, in a run with this setting. */
static int severity_where_it_stands(const char *key, const char *value, double at)
{
    struct run *r = run_of("r/log.jsonl");
    int loss = series(r, "train/loss");
    set(r, key, value);
    for (int s = 0; s < 300; s++) put(r, loss, s, at * (1 + 0.2 * noise(s)), (uint64_t)s + 1);
    run_finish(r);
    int severity = severity_of(r, "loss_not_decreasing");
    run_free(r);
    return severity;
}

static void weights_that_were_learned_before_may_have_little_left_to_learn(void **unused)
{
    (void)unused;
    assert_int_equal(severity_where_it_stands("init_from", "pretrained.pt", 0.4), SEVERITY_INFO);
    assert_int_equal(severity_where_it_stands("adapter.lora_r", "4", 0.4), SEVERITY_INFO);
    assert_int_equal(severity_where_it_stands("init_from", "scratch", 0.4), SEVERITY_WARNING);
    assert_int_equal(severity_where_it_stands("init_from", "pretrained.pt", 1.1), SEVERITY_WARNING); /* a new head that guesses */
}

/* Nothing but the training loss: from step 300 on it stands tenfold higher, and falls from there by `falls` to the end. */
static int severity_where_it_falls_again(double falls, double risen)
{
    struct run *r = run_of("r/log.jsonl");
    int loss = series(r, "train/loss");
    for (int s = 0; s < 600; s++)
        put(r, loss, s, (s < 300 ? 0.04 + 2 * exp(-s / 40.0) : risen * (1 - falls * (s - 300) / 300)) * (1 + 0.1 * noise(s)),
            (uint64_t)s + 1);
    int severity = severity_of(r, "loss_divergence");
    run_free(r);
    return severity;
}

static void a_run_that_learns_again_does_not_run_away(void **unused)
{
    (void)unused;
    assert_int_equal(severity_where_it_falls_again(0.2, 0.5), SEVERITY_WARNING); /* harder rows, perhaps */
    assert_int_equal(severity_where_it_falls_again(0, 0.5), SEVERITY_CRITICAL);
    assert_int_equal(severity_where_it_falls_again(-0.3, 0.5), SEVERITY_CRITICAL);
    assert_int_equal(severity_where_it_falls_again(0.2, 2.5), SEVERITY_CRITICAL); /* all that was learned is gone */
}

/* Rows are learned by heart until step 510; noise is added to them then, and the held-out loss, which had turned, comes to `then`. */
static int severity_where_rows_are_forgotten(double then)
{
    struct run *r = run_of("r/log.jsonl");
    int loss = series(r, "train/loss"), held = series(r, "val/loss");
    uint64_t line = 0;
    for (int s = 10; s <= 1200; s += 10) {
        bool after = s >= 510;
        put(r, loss, s, (after ? 0.13 + 0.04 * exp(-(s - 510) / 150.0) : 0.7 * exp(-s / 95.0)) * (1 + 0.1 * noise(s / 10)),
            ++line);
        if (s % 30) continue;
        double learned = 0.17 + 0.47 * exp(-s / 60.0) + (s > 270 ? 0.0004 * (s - 270) : 0);
        put(r, held, s, (after ? then + 0.1 * exp(-(s - 510) / 60.0) : learned) * (1 + 0.02 * noise(s / 30)), ++line);
    }
    int severity = severity_of(r, "loss_divergence");
    run_free(r);
    return severity;
}

static void what_rose_is_held_against_what_was_before_it_rose(void **unused)
{
    (void)unused;
    assert_true(severity_where_rows_are_forgotten(0.13) <= SEVERITY_INFO);
    assert_true(severity_where_rows_are_forgotten(0.4) >= SEVERITY_WARNING);
}

static void a_run_that_goes_on_from_what_was_learned_need_not_fall_again(void **unused)
{
    (void)unused;
    struct run *learned = restarted(2), *never = restarted(0.2);
    assert_true(severity_of(learned, "loss_not_decreasing") < SEVERITY_WARNING);
    assert_true(severity_of(never, "loss_not_decreasing") >= SEVERITY_WARNING);
    run_free(learned), run_free(never);
}

static void terms_that_stand_together_are_told_once(void **unused)
{
    (void)unused;
    struct run *r = run_of("r/train.log");
    const char *const names[] = {"Train-HeadA_BoxLoss", "Train-HeadB_BoxLoss", "Train-HeadC_BoxLoss"};
    for (int k = 0; k < 3; k++) {
        int term = series(r, names[k]);
        for (int i = 0; i < 80; i++) put(r, term, i, 0.1 * (k + 1) + 0.0003 * noise(i + k), (uint64_t)i + 1);
    }
    run_finish(r);
    assert_int_equal(count_of(r, "loss_not_decreasing"), 1);
    run_free(r);
}

/* A term of a held-out loss that rises from its best while the training loss falls, and a score that goes the way given. */
static struct run *detector(double gain)
{
    struct run *r = run_of("r/results.log");
    int train = series(r, "train/obj_loss"), held = series(r, "val/obj_loss"), score = series(r, "metrics/mAP");
    for (int i = 0; i < 150; i++) {
        put(r, train, i, 0.5 + 2 * exp(-i / 40.0) + 0.005 * noise(i), (uint64_t)i + 1);
        put(r, held, i, (i < 20 ? 2 - 0.05 * i : 1 + 0.01 * (i - 20)) + 0.005 * noise(i + 3), (uint64_t)i + 1);
        put(r, score, i, 0.3 + (i < 20 ? 0.005 * i : 0.1) + gain * (i < 20 ? 0 : i - 20) + 0.002 * noise(i + 5), (uint64_t)i + 1);
    }
    run_finish(r);
    return r;
}

static void a_term_that_rises_while_the_score_does_is_no_overfitting(void **unused)
{
    (void)unused;
    struct run *better = detector(0.003), *same = detector(0);
    assert_true(severity_of(better, "overfitting") < SEVERITY_WARNING);
    assert_true(severity_of(same, "overfitting") >= SEVERITY_WARNING);
    run_free(better), run_free(same);
}

/* An easy run of 12 evaluations, and behind it in the same log a hard one of 30; without `again` both are one run. */
static struct run *harder(bool again)
{
    struct run *r = run_of("r/train.log");
    int loss = series(r, "loss"), held = series(r, "eval loss");
    for (int i = 0; i < 42; i++) {
        bool second = i >= 12;
        int e = second ? i - 12 : i, step = again ? e : i;
        double level = second ? 3 + exp(-e / 9.0) : 0.5 + exp(-e / 4.0);
        put(r, loss, step, level + 0.004 * noise(i), 2 * (uint64_t)i + 1);
        put(r, held, step, 1.02 * level + 0.004 * noise(i + 4), 2 * (uint64_t)i + 2);
    }
    run_finish(r);
    return r;
}

static void the_best_of_another_run_is_no_measure_of_a_validation_loss(void **unused)
{
    (void)unused;
    struct run *two = harder(true), *one = harder(false);
    assert_int_equal(severity_of(two, "validation_divergence"), -1);
    assert_true(severity_of(one, "validation_divergence") >= SEVERITY_WARNING ||
                severity_of(one, "loss_divergence") >= SEVERITY_WARNING);
    run_free(two), run_free(one);
}

/* 24 evaluations of a class with few examples: `high` of them score `best`, from the one given on; the others nothing. */
static struct run *rare_class(int from, int high, double best)
{
    struct run *r = run_of("r/eval.log");
    int score = series(r, "eval_F1");
    for (int i = 0; i < 24; i++) {
        bool hit = i >= from && i < from + high;
        put(r, score, 100 * i, hit ? best + 0.005 * noise(i) : 0, (uint64_t)i + 1);
    }
    run_finish(r);
    return r;
}

static void a_rare_class_that_was_right_once_has_lost_nothing(void **unused)
{
    (void)unused;
    struct run *once = rare_class(2, 2, 0.09), *long_since = rare_class(2, 10, 0.6), *at_first = rare_class(0, 2, 0.6);
    assert_int_equal(severity_of(once, "score_drop"), -1);
    assert_true(severity_of(long_since, "score_drop") >= SEVERITY_WARNING);
    assert_true(severity_of(at_first, "score_drop") >= SEVERITY_WARNING);
    run_free(once), run_free(long_since), run_free(at_first);
}

static void scores_of_one_class_that_stand_still_are_told_once(void **unused)
{
    (void)unused;
    struct run *r = run_of("r/eval.log");
    int loss = series(r, "loss");
    const char *const names[] = {"eval_rare_f1", "eval_rare_precision", "eval_rare_recall"};
    for (int i = 0; i < 40; i++) {
        put(r, loss, i, 0.3 + 2 * exp(-i / 8.0), (uint64_t)i + 1);
        for (int k = 0; k < 3; k++) put(r, series(r, names[k]), i, 0, (uint64_t)i + 1);
    }
    run_finish(r);
    assert_int_equal(count_of(r, "score_stuck"), 1);
    run_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(games_that_were_lost_are_no_loss),
        cmocka_unit_test(two_processes_that_write_one_file_do_not_restart),
        cmocka_unit_test(a_file_named_for_validation_holds_held_out_losses),
        cmocka_unit_test(a_jump_where_each_epoch_begins_is_the_log_s_own),
        cmocka_unit_test(a_loss_that_rises_without_the_held_out_one_is_of_other_rows),
        cmocka_unit_test(weights_that_were_learned_before_may_have_little_left_to_learn),
        cmocka_unit_test(a_run_that_learns_again_does_not_run_away),
        cmocka_unit_test(what_rose_is_held_against_what_was_before_it_rose),
        cmocka_unit_test(a_run_that_goes_on_from_what_was_learned_need_not_fall_again),
        cmocka_unit_test(terms_that_stand_together_are_told_once),
        cmocka_unit_test(a_term_that_rises_while_the_score_does_is_no_overfitting),
        cmocka_unit_test(the_best_of_another_run_is_no_measure_of_a_validation_loss),
        cmocka_unit_test(a_rare_class_that_was_right_once_has_lost_nothing),
        cmocka_unit_test(scores_of_one_class_that_stand_still_are_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
