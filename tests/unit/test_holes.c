/* A number that is missing where it always was: suspected to be NaN, and only then. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/engine/read.h"
#include "chance.h"

static const struct run_options plain = {0};
static uint64_t line;

static struct run *run_made(const char *format)
{
    struct run *r = run_new("r", NULL, &plain);
    assert_int_equal(run_source(r, "r/log", format, NULL), 0);
    line = 0;
    return r;
}

/* One record; a bit of `without` leaves that number out. */
static void record(struct run *r, int64_t step, const char *const *names, size_t n, uint64_t without)
{
    const struct format_out *o = run_out(r, 0);
    line++;
    for (size_t i = 0; i < n; i++)
        if (!(without >> i & 1))
            o->point(o->arg, o->series(o->arg, span_of(names[i]), AXIS_STEP), step, NAN,
                     0.5 + 2 * exp(-(double)step / 90) + 0.02 * chance(), line);
}

static const struct finding_view *suspected(const struct view *v)
{
    for (size_t i = 0; i < v->n_findings; i++)
        if (finding_evidence(&v->findings[i].finding, "suspected", 0) == 1) return &v->findings[i];
    return NULL;
}

static const char *const loop[] = {"actor/pg_loss", "actor/grad_norm", "actor/entropy", "actor/lr"};

static void a_loss_written_as_null_is_suspected(void **unused)
{
    (void)unused;
    for (uint64_t i = 1; i <= 40; i++) {
        seed = i;
        struct run *r = run_made("jsonl");
        int from = 25 + (int)below(200), to = from + 5 + (int)below(50);
        for (int s = 0; s < to; s++) record(r, s, loop, 4, s >= from);
        const struct finding_view *f = suspected(run_view(r));
        assert_non_null(f);
        assert_string_equal(f->finding.kind, "loss_nonfinite");
        assert_string_equal(f->finding.series->name, "actor/pg_loss");
        assert_int_equal(f->finding.severity, SEVERITY_WARNING);
        assert_true(f->finding.confidence <= 0.5 && f->finding.phase != PHASE_CLOSED);
        assert_int_equal(f->finding.onset_step, from - 1);
        assert_non_null(strstr(f->message, "NaN is suspected"));
        run_free(r);
    }
}

static void a_hole_that_was_filled_again_is_kept_and_closed(void **unused)
{
    (void)unused;
    struct run *r = run_made("csv");
    for (int s = 0; s < 300; s++) record(r, s, loop, 4, s >= 200 && s < 230);
    const struct finding_view *f = suspected(run_view(r));
    assert_non_null(f);
    assert_int_equal(f->finding.severity, SEVERITY_INFO);
    assert_int_equal(f->finding.phase, PHASE_CLOSED);
    run_free(r);
}

static void several_series_are_missing_at_once(void **unused)
{
    (void)unused;
    struct run *r = run_made("jsonl");
    for (int s = 0; s < 200; s++) record(r, s, loop, 4, s >= 150 && s < 180 ? 3 : 0);
    size_t n = 0;
    const struct view *v = run_view(r);
    for (size_t i = 0; i < v->n_findings; i++) n += finding_evidence(&v->findings[i].finding, "suspected", 0) == 1;
    assert_true(n >= 1); /* the gradient's follows from the loss's */
    run_free(r);
}

static const char *const lightning[] = {"train_loss", "val_loss", "val_acc", "lr-Adam", "epoch"};
static const char *const sensors[] = {"loss", "lr", "gpu_memory", "gpu_temp", "tokens_per_second"};

/* What comes and goes by right; each in 20 seeded variants. */
static void run_of(struct run *r, int kind)
{
    int every = 21 + (int)below(60), end = 100 + (int)below(100);
    for (int s = 0; s < 400; s++) {
        if (kind == 0) record(r, s, lightning, 5, s % every ? 6 : 0); /* evaluation columns now and then */
        if (kind == 1) {                                              /* rows of their own: training, rate, evaluation */
            record(r, s, lightning, 5, 14);
            if (s % every == 0)
                for (int k = 0; k < 8; k++) record(r, s, lightning, 5, 9);
            if (s % 10 == 0) record(r, s, lightning, 5, 7);
        }
        if (kind == 2) record(r, s, sensors, 5, s > end ? 28 : 0);      /* sensors end */
        if (kind == 3) record(r, s, sensors, 5, s % 2 ? 1 : 0);         /* every second record has none */
        if (kind == 4) record(r, s, loop, s > 380 ? 0 : 4, 0);          /* everything ends */
        if (kind == 5) record(r, s, loop, 4, chance() < 0.3 ? 1 : 0);   /* now and then */
        if (kind == 6 && s < 20) record(r, s, loop, 4, s > 12 ? 1 : 0); /* too young to say */
    }
    for (int k = 0; kind == 0 && k < 40; k++) record(r, 400, lightning, 5, 9); /* a long test at the end */
}

static void what_comes_and_goes_by_right_is_not_suspected(void **unused)
{
    (void)unused;
    for (int kind = 0; kind < 7; kind++)
        for (uint64_t i = 1; i <= 20; i++) {
            seed = i;
            struct run *r = run_made("jsonl");
            run_of(r, kind);
            const struct finding_view *f = suspected(run_view(r));
            if (f) print_error("kind %d, seed %d: %s\n", kind, (int)i, f->message);
            assert_null(f);
            run_free(r);
        }
}

static void a_term_that_is_switched_off_is_worth_knowing_at_most(void **unused)
{
    (void)unused;
    static const char *const terms[] = {"loss", "loss_aux", "lr"};
    struct run *r = run_made("jsonl");
    for (int s = 0; s < 300; s++) record(r, s, terms, 3, s > 150 ? 2 : 0);
    assert_true(run_view(r)->verdict <= VERDICT_INFO);
    run_free(r);
}

/* Logs that the tools wrote. Where NaN is on file it is known; where it was written as nothing it is suspected, and said so. */
static const struct {
    const char *path, *kind, *series;
    bool known;
} real[] = {
    {"trl_trainers/sft-high/trainer_state.json", "loss_nonfinite", NULL,
     true}, /* the Trainer writes 0.0, and a gradient of NaN */
    {"trl_trainers/sft-high/console.log", "loss_nonfinite", NULL, true},
    {"ms_swift/nan/logging.jsonl", "loss_nonfinite", "eval_loss", true},
    {"holes/orjson/tiny.jsonl", "loss_nonfinite", "actor/pg_loss", false}, /* null */
    {"holes/pandas/log.csv", "loss_nonfinite", "loss", false},             /* an empty cell */
    {"keras_history/pandas/history.json", "loss_nonfinite", "loss", true},
    {"wandb/broken", "grad_nonfinite", "train/grad_norm", true}, /* "NaN" as a text */
    {"wandb/old_broken", "grad_nonfinite", "train/grad_norm", true},
    {"swanlab/broken", "loss_nonfinite", "train/loss", true},
    {"tensorboard_torch/small", "loss_nonfinite", "train/loss", true},
    {"shapes/megatron-nan/train.log", "loss_nonfinite", "lm loss", true}, /* the loss is left out, and counted */
    {"boosting/xgboost-nan/train.log", "loss_nonfinite", "train-rmse", true},
    {"catboost/nonfinite", "loss_nonfinite", NULL, true},
};

static bool has_finding(const struct view *v, size_t i)
{
    for (size_t k = 0; k < v->n_findings; k++) {
        const struct finding *f = &v->findings[k].finding;
        bool known = finding_evidence(f, "suspected", 0) != 1;
        if (strcmp(f->kind, real[i].kind) == 0 && known == real[i].known &&
            (!real[i].series || strcmp(f->series->name, real[i].series) == 0))
            return true;
    }
    return false;
}

static void what_the_tools_make_of_nan_is_told_or_suspected(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof real / sizeof *real; i++) {
        char path[512];
        struct scan scan;
        struct err err = {0};
        snprintf(path, sizeof path, SOURCE_DIR "/tests/fixtures/%s", real[i].path);
        assert_int_equal(scan_directory(path, &scan, &err), 0);
        assert_int_equal(scan.n_runs, 1);
        struct run *r = run_new(path, path, &plain);
        assert_int_equal(read_run(r, &scan.runs[0], INFINITY, &err), 0);
        if (!has_finding(run_view(r), i)) fail_msg("%s: no %s", path, real[i].kind);
        run_free(r);
        scan_done(&scan);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loss_written_as_null_is_suspected),
        cmocka_unit_test(a_hole_that_was_filled_again_is_kept_and_closed),
        cmocka_unit_test(several_series_are_missing_at_once),
        cmocka_unit_test(what_comes_and_goes_by_right_is_not_suspected),
        cmocka_unit_test(a_term_that_is_switched_off_is_worth_knowing_at_most),
        cmocka_unit_test(what_the_tools_make_of_nan_is_told_or_suspected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
