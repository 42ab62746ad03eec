/* test_rest - an analyzer that rests from points (analyzer.h, rest_for) says what it would have said had it been given them all. */
#include "../../daemon/engine/run.h"
#include "watched.h"

enum { STEPS = 400, EVERY = 37, BROKEN_AT = 300 };

static const struct series loss = SERIES(ROLE_LOSS_TRAIN, "train/loss", "loss", 0);
static const struct series score = ACCURACY("val/accuracy", 1);

/* The first finding of a kind as a run tells it. */
struct told_by_run {
    const char *kind;
    int64_t now, step;
    struct finding first;
};

static void on_finding(void *arg, const struct finding *f)
{
    struct told_by_run *t = arg;
    if (t->first.kind || strcmp(f->kind, t->kind) != 0 || f->severity < SEVERITY_WARNING) return;
    t->first = *f, t->step = t->now;
}

/* A loss that falls slowly, and is no number for two steps near the end. */
static double loss_at(int64_t step) { return step == BROKEN_AT || step == BROKEN_AT + 1 ? NAN : 4 - 3.0 * (double)step / STEPS; }

/* The same log given to a run, and to one state of the analyzer, point by point. */
static void both(const char *analyzer, const char *kind, struct told_by_run *engine, struct watch *alone)
{
    struct run_options o = {.hooks = {.arg = engine, .finding = on_finding}};
    *engine = (struct told_by_run){.kind = kind};
    struct run *r = run_new("made", NULL, &o);
    assert_non_null(r);
    const struct format_out *out = run_out(r, run_source(r, "log.jsonl", "jsonl", ""));
    const int scores = out->series(out->arg, (struct span){"val/accuracy", 12}, AXIS_STEP),
              losses = out->series(out->arg, (struct span){"train/loss", 10}, AXIS_STEP);
    watch(alone, analyzer);
    for (int64_t step = 0; step < STEPS; step++) {
        engine->now = step;
        if (step % EVERY == 0) {
            out->point(out->arg, scores, step, NAN, 0.1, (uint64_t)step + 1);
            if (alone->a->wants & WANTS(ROLE_SCORE_EVAL)) give(alone, &score, step, 0.1);
        }
        out->point(out->arg, losses, step, NAN, loss_at(step), (uint64_t)step + 1);
        if (!alone->told) give(alone, &loss, step, loss_at(step));
    }
    run_free(r);
}

static void a_judgement_between_rests_comes_at_the_same_step(void **state)
{
    (void)state;
    struct told_by_run engine;
    struct watch alone;
    both("score_stuck", "score_stuck", &engine, &alone);
    assert_non_null(engine.first.kind);
    assert_int_equal(engine.step, alone.opened);
    done(&alone);
}

static void what_was_rested_from_is_counted(void **state)
{
    (void)state;
    struct told_by_run engine;
    struct watch alone;
    both("loss_nonfinite", "loss_nonfinite", &engine, &alone);
    assert_non_null(engine.first.kind);
    assert_int_equal(engine.step, BROKEN_AT);
    assert_true(finding_evidence(&engine.first, "first_step_share", -1) == evidence(&alone, "first_step_share"));
    assert_true(finding_evidence(&engine.first, "rose", -1) == evidence(&alone, "rose"));
    done(&alone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_judgement_between_rests_comes_at_the_same_step),
        cmocka_unit_test(what_was_rested_from_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
