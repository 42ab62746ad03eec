/* A run: what comes in through its readers, and what a view shows of it. */
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

static struct run *run_made(void)
{
    struct run *r = run_new("r", NULL, &plain);
    assert_non_null(r);
    assert_int_equal(run_source(r, "r/train.jsonl", "jsonl", "because"), 0);
    return r;
}

static int series(struct run *r, int source, const char *name)
{
    const struct format_out *o = run_out(r, source);
    return o->series(o->arg, span_of(name), AXIS_STEP);
}
static void put(struct run *r, int source, int handle, int64_t step, double value)
{
    const struct format_out *o = run_out(r, source);
    o->point(o->arg, handle, step, NAN, value, (uint64_t)step + 1);
}
static void tell(struct run *r, int source, uint64_t line, enum event kind, const char *text)
{
    const struct format_out *o = run_out(r, source);
    o->event(o->arg, line, kind, span_of(text));
}
static double falling(int s) { return 0.3 + 2 * exp(-s / 60.0) + 0.02 * ((s * 7919) % 13) / 13; }

static const struct finding_view *shown(const struct view *v, const char *kind)
{
    for (size_t i = 0; i < v->n_findings; i++)
        if (strcmp(v->findings[i].finding.kind, kind) == 0) return &v->findings[i];
    return NULL;
}

static void one_name_is_one_series(void **unused)
{
    (void)unused;
    struct run *r = run_made();
    int a = series(r, 0, "loss"), b = series(r, 0, "val_loss");
    assert_true(a >= 0 && b >= 0 && a != b);
    assert_int_equal(series(r, 0, "loss"), a);
    for (int i = 0; i < 500; i++) {
        char name[32];
        snprintf(name, sizeof name, "layer%d/x", i);
        assert_int_equal(series(r, 0, name), series(r, 0, name));
    }
    assert_int_equal(run_source(r, "r/other.jsonl", "jsonl", NULL), 1);
    assert_int_not_equal(series(r, 1, "loss"), a);
    run_free(r);
}

static void only_the_main_loop_opens_a_segment(void **unused)
{
    (void)unused;
    struct run *r = run_made();
    int loss = series(r, 0, "loss"), eval = series(r, 0, "eval_loss");
    for (int s = 0; s < 100; s++) {
        put(r, 0, loss, s, falling(s));
        if (s % 10 == 0)
            for (int again = 0; again < 3; again++) put(r, 0, eval, s - again, 1);
    }
    assert_int_equal(run_view(r)->segments, 1);
    for (int s = 60; s < 120; s++) put(r, 0, loss, s, falling(s));
    const struct view *v = run_view(r);
    assert_int_equal(v->segments, 2);
    assert_int_equal(v->n_seams, 1);
    assert_int_equal(v->seams[0].step, 99);
    assert_int_equal(v->seams[0].resumed_at, 60);
    assert_int_equal(v->last_step, 119);
    run_free(r);
}

static void the_same_trouble_in_two_sources_is_told_once(void **unused)
{
    (void)unused;
    struct run *r = run_made();
    assert_int_equal(run_source(r, "r/train.csv", "csv", NULL), 1);
    for (int source = 0; source < 2; source++)
        for (int s = 0; s < 300; s++) put(r, source, series(r, source, "train_loss"), s, s < 200 ? falling(s) : (double)NAN);
    run_finish(r);
    const struct view *v = run_view(r);
    size_t told = 0;
    for (size_t i = 0; i < v->n_findings; i++) told += strcmp(v->findings[i].finding.kind, "loss_nonfinite") == 0;
    assert_int_equal(told, 1);
    assert_int_equal(v->verdict, VERDICT_CRITICAL);
    run_free(r);
}

static void what_follows_from_a_nan_is_folded_into_it(void **unused)
{
    (void)unused;
    struct run *r = run_made();
    int loss = series(r, 0, "loss"), norm = series(r, 0, "grad_norm"), acc = series(r, 0, "val_acc");
    for (int s = 0; s < 400; s++) {
        put(r, 0, loss, s, s < 200 ? falling(s) : (double)NAN);
        put(r, 0, norm, s, s < 200 ? 1 : (double)NAN);
        if (s % 10 == 0) put(r, 0, acc, s, s < 200 ? 0.9 - 0.8 * exp(-s / 30.0) : 0.1);
    }
    run_finish(r);
    const struct view *v = run_view(r);
    assert_non_null(shown(v, "loss_nonfinite"));
    assert_null(shown(v, "grad_nonfinite"));
    assert_null(shown(v, "score_drop"));
    run_free(r);
}

static void secrets_never_become_facts_or_quotes(void **unused)
{
    (void)unused;
    struct run *r = run_made();
    const struct format_out *o = run_out(r, 0);
    o->fact(o->arg, span_of("wandb_api_key"), span_of("0123456789abcdef"));
    o->fact(o->arg, span_of("note"), span_of("hf_abcdefghijklmnopqrstuvwxyzABCDEFGH"));
    o->fact(o->arg, span_of("lr"), span_of("0.1"));
    tell(r, 0, 9, EVENT_TRACEBACK, "HTTPError: 401 for https://user:hunter2@example.org/x");
    const struct view *v = run_view(r);
    for (size_t i = 0; i < v->n_facts; i++) {
        assert_null(strstr(v->facts[i].value, "0123456789abcdef"));
        assert_null(strstr(v->facts[i].value, "hf_abc"));
    }
    assert_int_equal(v->n_facts, 3);
    assert_string_equal(v->facts[2].value, "0.1");
    assert_int_equal(v->n_events, 1);
    assert_null(strstr(v->events[0].text, "hunter2"));
    run_free(r);
}

static void the_last_value_of_a_fact_counts(void **unused)
{
    (void)unused;
    struct run *r = run_made();
    const struct format_out *o = run_out(r, 0);
    o->fact(o->arg, span_of("lr"), span_of("0.1"));
    o->fact(o->arg, span_of("lr"), span_of("0.01"));
    assert_int_equal(run_view(r)->n_facts, 1);
    assert_string_equal(run_view(r)->facts[0].value, "0.01");
    run_free(r);
}

static void test_beside_learn_is_the_loss_of_held_out_data(void **unused)
{
    (void)unused;
    struct run *r = run_made();
    int alone = series(r, 0, "test"), learn, test;
    assert_int_equal(run_view(r)->series[alone].series.role, ROLE_NONE);
    run_free(r);
    r = run_made();
    learn = series(r, 0, "learn"), test = series(r, 0, "test");
    put(r, 0, learn, 1, 0.5), put(r, 0, test, 1, 0.6);
    const struct view *v = run_view(r);
    for (size_t i = 0; i < v->n_series; i++)
        assert_int_equal(v->series[i].series.role, strcmp(v->series[i].series.name, "test") ? ROLE_LOSS_TRAIN : ROLE_LOSS_EVAL);
    run_free(r);
}

static void the_last_good_checkpoint_lies_before_the_trouble(void **unused)
{
    (void)unused;
    struct run *r = run_made();
    int loss = series(r, 0, "loss");
    for (int s = 0; s < 400; s++) put(r, 0, loss, s, s < 250 ? falling(s) : (double)NAN);
    for (int s = 100; s <= 400; s += 100) {
        char path[32];
        snprintf(path, sizeof path, "r/checkpoint-%d", s);
        run_checkpoint(r, path, s, "unverified", "unverified");
    }
    run_finish(r);
    assert_int_equal(run_view(r)->n_checkpoints, 4);
    assert_int_equal(run_view(r)->last_good->step, 200);
    run_checkpoint(r, "r/checkpoint-100", 100, "whole", "safe");
    assert_string_equal(run_view(r)->checkpoints[0].state, "whole");
    assert_int_equal(run_view(r)->last_good->step, 100); /* known to be whole, the other was not looked into */
    run_checkpoint(r, "r/checkpoint-200", 200, "whole", "safe");
    assert_int_equal(run_view(r)->last_good->step, 200);
    run_checkpoint(r, "r/checkpoint-200", 200, "corrupt", "safe");
    assert_int_equal(run_view(r)->last_good->step, 100);
    run_free(r);
}

static void a_crash_is_quoted_from_its_own_source(void **unused)
{
    (void)unused;
    struct run *r = run_made();
    assert_int_equal(run_source(r, "r/console.log", "text", NULL), 1);
    for (int s = 0; s < 50; s++) put(r, 0, series(r, 0, "loss"), s, falling(s));
    tell(r, 1, 77, EVENT_TRACEBACK, "KeyError: 'x'");
    run_finish(r);
    const struct view *v = run_view(r);
    const struct finding_view *f = shown(v, "run_crashed");
    assert_non_null(f);
    assert_int_equal(v->state, RUN_FAILED);
    assert_string_equal(f->source, "r/console.log");
    assert_non_null(f->quote);
    assert_string_equal(f->quote, "KeyError: 'x'");
    run_free(r);
}

/* A console tells the step behind the numbers of a line, so what stands in the line is heard before its step is. */
static void an_event_happened_at_the_step_of_its_own_line(void **unused)
{
    (void)unused;
    struct run *r = run_new("r", NULL, &(struct run_options){0});
    int source = run_source(r, "r/console.log", "text", "because");
    const struct format_out *o = run_out(r, source);
    int loss = o->series(o->arg, span_of("loss"), AXIS_STEP);
    o->point(o->arg, loss, 10, NAN, 2.0, 1);
    tell(r, source, 2, EVENT_TRACEBACK, "RuntimeError: it broke");
    o->point(o->arg, loss, 20, NAN, 1.9, 2);
    o->point(o->arg, loss, 30, NAN, 1.8, 3);
    const struct view *v = run_view(r);
    assert_true(v->n_findings >= 1);
    assert_string_equal(v->findings[0].finding.kind, "run_crashed");
    assert_int_equal(v->findings[0].finding.onset_step, 20);
    assert_string_equal(v->findings[0].quote, "RuntimeError: it broke");
    run_free(r);
}

/* The reader of a common log tells a rank apart from where it differs from the others. */
static void a_rank_that_differs_late_did_not_begin_with_nan(void **unused)
{
    (void)unused;
    struct run *r = run_new("r", NULL, &(struct run_options){0});
    int source = run_source(r, "r/console.log", "text", "because");
    const struct format_out *o = run_out(r, source);
    int loss = o->series(o->arg, span_of("loss"), AXIS_STEP), rank = -1;
    for (int i = 0; i < 200; i++) {
        o->point(o->arg, loss, i, NAN, 2.0 - i * 1e-3, (uint64_t)i + 1);
        if (i == 150) rank = o->series(o->arg, span_of("loss (rank 3)"), AXIS_STEP);
        if (i >= 150) o->point(o->arg, rank, i, NAN, (double)NAN, (uint64_t)i + 1);
    }
    const struct view *v = run_view(r);
    assert_true(v->n_findings >= 1);
    assert_string_equal(v->findings[0].finding.kind, "loss_nonfinite");
    assert_string_equal(v->findings[0].finding.series->name, "loss (rank 3)");
    assert_true(finding_evidence(&v->findings[0].finding, "from_start", 1) == 0);
    run_free(r);
}

static void a_run_is_known_by_the_same_id_everywhere(void **unused)
{
    (void)unused;
    char a[12], b[12], c[12], head[5000];
    memset(head, 'x', sizeof head);
    run_identify(a, "exp1", head, 4096);
    run_identify(b, "exp1", head, sizeof head);
    run_identify(c, "exp2", head, 4096);
    assert_string_equal(a, b);
    assert_string_not_equal(a, c);
    assert_true(a[0] == 'r' && strlen(a) == 9);
    assert_int_equal(strspn(a + 1, "abcdefghijklmnopqrstuvwxyz234567"), 8);
}

struct heard {
    size_t series, points, facts, events, findings;
};
static void on_series(void *arg, const struct series *s) { (void)s, ((struct heard *)arg)->series++; }
static void on_point(void *arg, const struct point *p) { (void)p, ((struct heard *)arg)->points++; }
static void on_fact(void *arg, const char *k, const char *v) { (void)k, (void)v, ((struct heard *)arg)->facts++; }
static void on_event(void *arg, uint16_t s, uint64_t l, enum event k, const char *t)
{
    (void)s, (void)l, (void)k, (void)t;
    ((struct heard *)arg)->events++;
}
static void on_finding(void *arg, const struct finding *f) { (void)f, ((struct heard *)arg)->findings++; }

static void hooks_hear_what_is_new_and_not_what_is_replayed(void **unused)
{
    (void)unused;
    struct heard heard = {0};
    struct run_options options = {.hooks = {&heard, on_series, on_point, on_fact, on_event, on_finding}};
    struct run *r = run_new("r", NULL, &options);
    assert_int_equal(run_source(r, "r/l.jsonl", "jsonl", NULL), 0);
    run_replay_series(r, 0, "loss", AXIS_STEP);
    for (int s = 0; s < 100; s++) run_replay_point(r, 0, s, NAN, falling(s), (uint64_t)s);
    run_replay_fact(r, "lr", "0.1");
    run_replay_event(r, 0, 5, EVENT_CHECKPOINT, "saved");
    assert_true(heard.series + heard.points + heard.facts + heard.events + heard.findings == 0);
    for (int s = 100; s < 140; s++) put(r, 0, series(r, 0, "loss"), s, (double)NAN);
    assert_int_equal(heard.points, 40);
    assert_true(heard.findings >= 1);
    assert_int_equal(heard.series, 0);
    run_free(r);
}

static void replayed_points_are_judged_as_they_were_live(void **unused)
{
    (void)unused;
    struct run *live = run_made(), *again = run_made();
    run_replay_series(again, 0, "loss", AXIS_STEP);
    for (int s = 0; s < 500; s++) {
        double value = falling(s) * (s == 300 ? 20 : 1);
        put(live, 0, series(live, 0, "loss"), s, value);
        run_replay_point(again, 0, s, NAN, value, (uint64_t)s + 1);
    }
    run_finish(live);
    run_finish(again);
    const struct view *a = run_view(live), *b = run_view(again);
    assert_int_equal(a->n_findings, b->n_findings);
    assert_true(a->n_findings > 0);
    for (size_t i = 0; i < a->n_findings; i++) assert_string_equal(a->findings[i].message, b->findings[i].message);
    run_free(live);
    run_free(again);
}

static void silence_is_seen_only_while_watching(void **unused)
{
    (void)unused;
    struct run *r = run_made();
    for (int s = 0; s < 50; s++) put(r, 0, series(r, 0, "loss"), s, falling(s));
    assert_int_equal(run_view(r)->state, RUN_UNKNOWN);
    run_silence(r, 1000, 5);
    assert_int_equal(run_view(r)->state, RUN_RUNNING);
    run_silence(r, 9000, 8000);
    assert_int_equal(run_view(r)->state, RUN_STALLED);
    assert_non_null(shown(run_view(r), "run_stalled"));
    run_free(r);
}

static void bad_handles_and_records_are_survived(void **unused)
{
    (void)unused;
    struct run *r = run_made();
    const struct format_out *o = run_out(r, 0);
    put(r, 0, -1, 1, 1);
    put(r, 0, 99, 1, 1);
    o->bad(o->arg, 3, "torn");
    o->bad(o->arg, 4, "torn");
    assert_int_equal(run_points(r), 0);
    assert_int_equal(run_view(r)->sources[0].bad_records, 2);
    assert_int_equal(run_view(r)->verdict, VERDICT_CLEAN);
    run_unreadable(r, "nothing is there");
    assert_int_equal(run_view(r)->verdict, VERDICT_UNREADABLE);
    run_free(r);
    run_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_name_is_one_series),
        cmocka_unit_test(only_the_main_loop_opens_a_segment),
        cmocka_unit_test(the_same_trouble_in_two_sources_is_told_once),
        cmocka_unit_test(what_follows_from_a_nan_is_folded_into_it),
        cmocka_unit_test(secrets_never_become_facts_or_quotes),
        cmocka_unit_test(the_last_value_of_a_fact_counts),
        cmocka_unit_test(test_beside_learn_is_the_loss_of_held_out_data),
        cmocka_unit_test(the_last_good_checkpoint_lies_before_the_trouble),
        cmocka_unit_test(a_crash_is_quoted_from_its_own_source),
        cmocka_unit_test(an_event_happened_at_the_step_of_its_own_line),
        cmocka_unit_test(a_rank_that_differs_late_did_not_begin_with_nan),
        cmocka_unit_test(a_run_is_known_by_the_same_id_everywhere),
        cmocka_unit_test(hooks_hear_what_is_new_and_not_what_is_replayed),
        cmocka_unit_test(replayed_points_are_judged_as_they_were_live),
        cmocka_unit_test(silence_is_seen_only_while_watching),
        cmocka_unit_test(bad_handles_and_records_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
