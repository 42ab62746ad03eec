/* Several sources of one metric: which one is judged, what the others add, and that the order in which they come changes nothing. */
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
#include "chance.h"

enum { STEPS = 600, FILES = 4, COLUMNS = 3 };

/* One file of a run: what it is called, and a value for each of its columns at each of its steps. */
struct file {
    const char *path, *format;
    struct {
        const char *name;
        double (*value)(int step);
    } column[COLUMNS];
    int first, last, every; /* steps */
};

static double hash01(int s) { return (double)((unsigned)s * 2654435761u % 1000u) / 1000; }
static double well(int s) { return 0.3 + 2 * exp(-s / 90.0) + 0.05 * hash01(s); }
static double well_printed(int s) { return round(well(s) * 1e3) / 1e3; }
static double spiking(int s) { return s == 400 ? 40 : well(s); }
static double spiking_printed(int s) { return round(spiking(s) * 1e3) / 1e3; }
static double diverging(int s) { return s < 400 ? well(s) : well(s) * exp(fmin((s - 400) / 15.0, 4)); }
static double nan_late(int s) { return s < 500 ? well(s) : (double)NAN; }
static double other(int s) { return 5 + 2.5 * exp(-s / 90.0) + 0.05 * hash01(s); }
static double smoothed(int s)
{
    double sum = 0;
    int n = s < 10 ? s + 1 : 10;
    for (int i = 0; i < n; i++) sum += well(s - i);
    return sum / n;
}
static double share(int s) { return 0.9 - 0.6 * exp(-s / 90.0) + 0.01 * hash01(s); }
static double percent(int s) { return 100 * share(s); }
static double turning(int s) { return 0.5 + 2 * exp(-s / 60.0) + (s > 240 ? (s - 240) / 200.0 : 0) + 0.01 * hash01(s); }
static double falling(int s) { return 0.02 + 2.2 * exp(-s / 120.0) + 0.01 * hash01(s); }

#define NONE                                                                                                                     \
    {                                                                                                                            \
        .path = NULL                                                                                                             \
    }

/* The whole of a file, or one row of it: true while there are more. */
struct player {
    const struct file *f;
    int source, at, handle[COLUMNS];
    bool begun;
};

static bool row(struct run *r, struct player *p)
{
    const struct format_out *o = run_out(r, p->source);
    if (!p->begun) p->begun = true, p->at = p->f->first;
    if (p->at >= p->f->last) return false;
    for (size_t i = 0; i < COLUMNS && p->f->column[i].name; i++) {
        double value = p->f->column[i].value(p->at);
        int handle = o->series(o->arg, span_of(p->f->column[i].name), AXIS_STEP);
        o->point(o->arg, handle, p->at, NAN, value, (uint64_t)p->at + 1);
    }
    p->at += p->f->every ? p->f->every : 1;
    return p->at < p->f->last;
}

enum order { IN_TURN, LAST_FIRST, BY_CHANCE };

static struct run *run_over(const struct file *files, enum order order, uint64_t with)
{
    static const struct run_options plain = {0};
    struct player p[FILES] = {0};
    struct run *r = run_new("r", NULL, &plain);
    size_t n = 0;
    seed = with;
    for (; n < FILES && files[n].path; n++) {
        p[n] = (struct player){.f = &files[n], .source = run_source(r, files[n].path, files[n].format, "because")};
    }
    for (size_t left = n; left;) {
        size_t i = order == IN_TURN ? n - left : order == LAST_FIRST ? left - 1 : below(n);
        size_t rows = order == BY_CHANCE ? 1 + below(40) : 1;
        bool more = p[i].at < p[i].f->last || !p[i].begun;
        while (more && rows--) more = row(r, &p[i]);
        if (order != BY_CHANCE) left -= !more;
        else {
            left = 0;
            for (size_t k = 0; k < n; k++) left += !p[k].begun || p[k].at < p[k].f->last;
        }
    }
    return r;
}

static struct run *finished(const struct file *files, enum order order)
{
    struct run *r = run_over(files, order, 7);
    run_finish(r);
    return r;
}

static const struct finding_view *shown(const struct view *v, const char *kind)
{
    for (size_t i = 0; i < v->n_findings; i++)
        if (strcmp(v->findings[i].finding.kind, kind) == 0) return &v->findings[i];
    return NULL;
}

static size_t times_shown(const struct view *v, const char *kind)
{
    size_t n = 0;
    for (size_t i = 0; i < v->n_findings; i++) n += strcmp(v->findings[i].finding.kind, kind) == 0;
    return n;
}

static const char *words_of(const struct view *v, char *out, size_t size)
{
    size_t n = 0;
    out[0] = 0;
    for (size_t i = 0; i < v->n_findings && n < size; i++) {
        const struct finding *f = &v->findings[i].finding;
        n += (size_t)snprintf(out + n, size - n, "%s %s %s %lld %.6f; ", f->kind, severity_name(f->severity),
                              f->series ? f->series->name : "-", (long long)f->onset_step, f->confidence);
    }
    return out;
}

static void the_preferred_source_is_judged_whatever_came_first(void **unused)
{
    (void)unused;
    static const struct file files[] = {{"r/console.log", "text", {{"loss", spiking_printed}}, 0, STEPS, 1},
                                        {"r/events.1", "tfevents", {{"train/loss", spiking}}, 0, STEPS, 1},
                                        NONE};
    for (enum order o = IN_TURN; o <= BY_CHANCE; o++) {
        struct run *r = finished(files, o);
        const struct view *v = run_view(r);
        assert_int_equal(times_shown(v, "loss_spike"), 1);
        assert_int_equal(v->n_findings, 1);
        assert_string_equal(shown(v, "loss_spike")->finding.series->name, "train/loss");
        assert_non_null(strstr(v->sources[1].why, "preferred for train/loss"));
        assert_non_null(strstr(v->sources[0].why, "confirms loss"));
        run_free(r);
    }
}

static void a_nan_in_either_source_counts(void **unused)
{
    (void)unused;
    static const struct file files[] = {{"r/console.log", "text", {{"loss", nan_late}}, 0, STEPS, 1},
                                        {"r/metrics.csv", "csv", {{"train_loss", well}}, 0, STEPS, 1},
                                        NONE};
    for (enum order o = IN_TURN; o <= BY_CHANCE; o++) {
        struct run *r = finished(files, o);
        const struct finding_view *f = shown(run_view(r), "loss_nonfinite");
        assert_non_null(f);
        assert_int_equal(f->finding.severity, SEVERITY_CRITICAL);
        assert_int_equal(f->finding.onset_step, 500);
        run_free(r);
    }
}

static void where_the_preferred_source_ends_the_other_one_is_judged(void **unused)
{
    (void)unused;
    static const struct file files[] = {{"r/console.log", "text", {{"loss", diverging}}, 0, STEPS, 1},
                                        {"r/metrics.csv", "csv", {{"train_loss", well}}, 0, 390, 1},
                                        NONE};
    for (enum order o = IN_TURN; o <= BY_CHANCE; o++) {
        struct run *r = finished(files, o);
        const struct finding_view *f = shown(run_view(r), "loss_divergence");
        assert_non_null(f);
        assert_string_equal(f->source, "r/console.log");
        run_free(r);
    }
}

static void a_preferred_source_with_gaps_hides_nothing(void **unused)
{
    (void)unused;
    static const struct file files[] = {{"r/console.log", "text", {{"loss", spiking}}, 0, STEPS, 1},
                                        {"r/events.1", "tfevents", {{"train/loss", well}}, 0, STEPS, 50},
                                        NONE};
    struct run *r = finished(files, IN_TURN);
    assert_non_null(shown(run_view(r), "loss_spike"));
    run_free(r);
}

static void disagreement_is_said_and_is_no_finding(void **unused)
{
    (void)unused;
    static const struct file files[] = {{"r/console.log", "text", {{"loss", other}}, 0, STEPS, 1},
                                        {"r/metrics.csv", "csv", {{"train_loss", well}}, 0, STEPS, 1},
                                        NONE};
    struct run *r = finished(files, IN_TURN);
    const struct view *v = run_view(r);
    struct str note = {0};
    assert_int_equal(v->verdict, VERDICT_CLEAN);
    assert_non_null(strstr(v->sources[0].why, "loss disagrees at step"));
    assert_true(run_note(r, &note));
    assert_non_null(strstr(note.p, "different numbers for loss"));
    assert_non_null(strstr(note.p, "r/metrics.csv"));
    str_done(&note);
    run_free(r);
}

static void what_is_rounded_smoothed_or_in_percent_agrees(void **unused)
{
    (void)unused;
    static const struct {
        double (*a)(int), (*b)(int);
        const char *name;
        int every;
    } pairs[] = {{well_printed, well, "loss", 1},
                 {smoothed, well, "loss", 1},
                 {well, smoothed, "loss", 1},
                 {percent, share, "val_accuracy", 5},
                 {well_printed, well, "loss", 25}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct file files[] = {{"r/console.log", "text", {{pairs[i].name, pairs[i].a}}, 0, STEPS, pairs[i].every},
                               {"r/log.jsonl", "jsonl", {{pairs[i].name, pairs[i].b}}, 0, STEPS, 1},
                               NONE};
        struct run *r = finished(files, BY_CHANCE);
        struct str note = {0};
        if (run_note(r, &note)) print_error("pair %zu: %s\n", i, note.p);
        assert_false(run_note(r, &note));
        str_done(&note);
        run_free(r);
    }
}

static void losses_of_two_files_are_judged_together(void **unused)
{
    (void)unused;
    static const struct file files[] = {{"r/metrics/loss", "mlflow_metric", {{"train_loss", falling}}, 0, STEPS, 1},
                                        {"r/metrics/val_loss", "mlflow_metric", {{"val_loss", turning}}, 0, STEPS, 5},
                                        NONE};
    char first[512], then[512];
    for (enum order o = IN_TURN; o <= BY_CHANCE; o++) {
        struct run *r = finished(files, o);
        const struct view *v = run_view(r);
        assert_non_null(shown(v, "overfitting"));
        assert_false(run_stale(r));
        words_of(v, o == IN_TURN ? first : then, sizeof first);
        if (o != IN_TURN) assert_string_equal(first, then);
        run_free(r);
    }
}

/* The console has a score that the table lacks; the table comes when half of the console was read. */
static void a_late_better_source_is_joined_once_the_run_is_made_again(void **unused)
{
    (void)unused;
    static const struct file console = {"r/console.log", "text", {{"loss", falling}, {"val_loss", turning}}, 0, STEPS, 5};
    static const struct file table = {"r/metrics.csv", "csv", {{"train_loss", falling}}, 0, STEPS, 1};
    struct file in_order[] = {table, console, NONE}, late[] = {console, table, NONE};
    char wanted[512], is[512];
    struct run *r = finished(in_order, IN_TURN);
    assert_false(run_stale(r));
    assert_non_null(shown(run_view(r), "overfitting"));
    words_of(run_view(r), wanted, sizeof wanted);
    run_free(r);
    r = finished(late, IN_TURN);
    assert_true(run_stale(r));
    run_free(r);
    /* as a daemon does it: series first, then the points as they came */
    static const struct run_options plain = {0};
    r = run_new("r", NULL, &plain);
    for (size_t i = 0; i < 2; i++) run_source(r, late[i].path, late[i].format, "because");
    run_replay_series(r, 0, "loss", AXIS_STEP);
    run_replay_series(r, 0, "val_loss", AXIS_STEP);
    run_replay_series(r, 1, "train_loss", AXIS_STEP);
    for (int s = 0; s < STEPS; s += 5)
        for (uint32_t i = 0; i < 2; i++) run_replay_point(r, i, s, NAN, console.column[i].value(s), (uint64_t)s + 1);
    for (int s = 0; s < STEPS; s++) run_replay_point(r, 2, s, NAN, falling(s), (uint64_t)s + 1);
    run_finish(r);
    assert_false(run_stale(r));
    assert_string_equal(words_of(run_view(r), is, sizeof is), wanted);
    run_free(r);
}

static void of_two_ranks_the_first_is_judged_and_both_are_heard_crash(void **unused)
{
    (void)unused;
    static const struct file files[] = {{"r/rank_10.log", "text", {{"loss", spiking}}, 0, STEPS, 1},
                                        {"r/rank_2.log", "text", {{"loss", spiking}}, 0, STEPS, 1},
                                        NONE};
    struct run *r = run_over(files, IN_TURN, 1);
    const struct format_out *o = run_out(r, 0);
    o->event(o->arg, 900, EVENT_TRACEBACK, span_of("RuntimeError: of rank 10"));
    run_finish(r);
    const struct view *v = run_view(r);
    assert_string_equal(shown(v, "loss_spike")->source, "r/rank_2.log");
    assert_int_equal(times_shown(v, "loss_spike"), 1);
    assert_non_null(shown(v, "run_crashed"));
    assert_string_equal(shown(v, "run_crashed")->source, "r/rank_10.log");
    run_free(r);
}

static void a_second_start_goes_on_and_is_a_restart(void **unused)
{
    (void)unused;
    static const struct file files[] = {{"r/events.1", "tfevents", {{"loss", nan_late}}, 0, 510, 1},
                                        {"r/events.2", "tfevents", {{"loss", well}}, 480, 900, 1},
                                        NONE};
    for (enum order o = IN_TURN; o <= BY_CHANCE; o++) {
        struct run *r = finished(files, o);
        const struct view *v = run_view(r);
        struct str note = {0};
        assert_int_equal(v->segments, 2);
        assert_int_equal(v->seams[0].resumed_at, 480);
        assert_int_equal(v->last_step, 899);
        assert_non_null(shown(v, "loss_nonfinite"));
        assert_int_equal(shown(v, "loss_nonfinite")->finding.phase, PHASE_CLOSED);
        assert_false(run_note(r, &note));
        run_free(r);
    }
}

static void a_pair_of_names_tells_the_split(void **unused)
{
    (void)unused;
    static const struct file files[] = {{"r/learn_error.tsv", "csv", {{"Logloss", falling}}, 0, 200, 1},
                                        {"r/test_error.tsv", "csv", {{"Logloss", turning}}, 0, 200, 1},
                                        {"r/test_run.csv", "csv", {{"loss", falling}}, 0, 200, 1},
                                        NONE};
    struct run *r = finished(files, IN_TURN);
    const struct view *v = run_view(r);
    assert_int_equal(v->series[0].series.role, ROLE_LOSS_TRAIN);
    assert_int_equal(v->series[1].series.role, ROLE_LOSS_EVAL);
    assert_string_equal(v->series[1].series.name, "Logloss");
    assert_int_equal(v->series[2].series.role, ROLE_LOSS_TRAIN);
    run_free(r);
}

static void tell_fact(struct run *r, int source, const char *value)
{
    const struct format_out *o = run_out(r, source);
    o->fact(o->arg, span_of("lr"), span_of(value));
}

static void the_preferred_source_of_a_setting_is_believed(void **unused)
{
    (void)unused;
    static const struct run_options plain = {0};
    for (int order = 0; order < 2; order++) {
        struct run *r = run_new("r", NULL, &plain);
        run_source(r, "r/console.log", "text", NULL);
        run_source(r, "r/config.json", "settings", NULL);
        tell_fact(r, order, order ? "0.001" : "0.5");
        tell_fact(r, !order, order ? "0.5" : "0.001");
        assert_int_equal(run_view(r)->n_facts, 1);
        assert_string_equal(run_view(r)->facts[0].value, "0.001");
        run_free(r);
    }
}

static void a_rank_that_fails_alone_is_told_once_and_beside_its_file(void **unused)
{
    (void)unused;
    static const struct file files[] = {{"r/rank0.log", "text", {{"loss", well}, {"lr", share}}, 0, STEPS, 1},
                                        {"r/rank1.log", "text", {{"loss", well}, {"lr", share}}, 0, STEPS, 1},
                                        {"r/rank2.log", "text", {{"loss", nan_late}, {"lr", share}}, 0, STEPS, 1},
                                        NONE};
    for (enum order o = IN_TURN; o <= BY_CHANCE; o++) {
        struct run *r = finished(files, o);
        const struct view *v = run_view(r);
        struct str note = {0};
        assert_int_equal(times_shown(v, "loss_nonfinite"), 1);
        assert_string_equal(shown(v, "loss_nonfinite")->source, "r/rank2.log");
        assert_int_equal(shown(v, "loss_nonfinite")->finding.onset_step, 500);
        assert_non_null(strstr(v->sources[0].why, "preferred for loss, lr (the first of several alike)"));
        assert_non_null(strstr(v->sources[1].why, "confirms loss, lr"));
        assert_non_null(strstr(v->sources[2].why, "confirms lr"));
        assert_non_null(strstr(v->sources[2].why, "loss is NaN or infinite at step 500 here, a number in r/rank0.log"));
        assert_true(run_note(r, &note));
        assert_non_null(strstr(note.p, "at step 500 it is NaN or infinite in 'r/rank2.log' and a number in 'r/rank0.log'"));
        str_done(&note);
        run_free(r);
    }
}

/* Two starts of two ranks: in the second start the second rank confirms the first one, and what it alone has is told. */
static void ranks_of_a_second_start_are_compared_with_one_another(void **unused)
{
    (void)unused;
    static const struct file files[] = {{"r/attempt_0/0.log", "text", {{"loss", spiking}}, 0, 300, 1},
                                        {"r/attempt_0/1.log", "text", {{"loss", spiking}}, 0, 300, 1},
                                        {"r/attempt_1/0.log", "text", {{"loss", spiking}}, 290, STEPS, 1},
                                        {"r/attempt_1/1.log", "text", {{"loss", spiking}}, 290, STEPS, 1},
                                        NONE};
    struct run *r = finished(files, IN_TURN);
    const struct view *v = run_view(r);
    assert_int_equal(v->n_seams, 1);
    assert_int_equal(times_shown(v, "loss_spike"), 1);
    assert_string_equal(shown(v, "loss_spike")->source, "r/attempt_1/0.log");
    assert_non_null(strstr(v->sources[3].why, "confirms loss"));
    run_free(r);
}

static void a_preferred_source_that_fails_alone_is_told_too(void **unused)
{
    (void)unused;
    static const struct file files[] = {{"r/metrics.jsonl", "jsonl", {{"loss", nan_late}}, 0, STEPS, 1},
                                        {"r/console.log", "text", {{"loss", well_printed}}, 0, STEPS, 1},
                                        NONE};
    struct run *r = finished(files, IN_TURN);
    assert_non_null(strstr(run_view(r)->sources[1].why, "loss is a number at step 500 here, NaN or infinite in r/metrics.jsonl"));
    run_free(r);
}

static void both_nan_agree(void **unused)
{
    (void)unused;
    static const struct file files[] = {{"r/metrics.jsonl", "jsonl", {{"loss", nan_late}}, 0, STEPS, 1},
                                        {"r/console.log", "text", {{"loss", nan_late}}, 0, STEPS, 1},
                                        NONE};
    struct run *r = finished(files, IN_TURN);
    struct str note = {0};
    assert_non_null(strstr(run_view(r)->sources[1].why, "confirms loss"));
    assert_false(run_note(r, &note));
    str_done(&note);
    run_free(r);
}

static void what_is_judged_stands_before_what_confirms_it(void **unused)
{
    (void)unused;
    static const struct file files[] = {{"r/console.log", "text", {{"loss", well_printed}, {"only/here", share}}, 0, STEPS, 1},
                                        {"r/metrics.jsonl", "jsonl", {{"loss", well}, {"lr", share}}, 0, STEPS, 1},
                                        NONE};
    struct run *r = finished(files, IN_TURN);
    const struct view *v = run_view(r);
    assert_int_equal(v->n_series, 4);
    assert_string_equal(v->series[3].series.name, "loss");
    assert_string_equal(v->series[3].source, "r/console.log");
    run_free(r);
}

static void directories_of_splits_tell_the_split(void **unused)
{
    (void)unused;
    static const struct file files[] = {{"r/plots/metrics/train/loss.tsv", "csv", {{"loss", falling}}, 0, STEPS, 1},
                                        {"r/plots/metrics/eval/loss.tsv", "csv", {{"loss", turning}}, 0, STEPS, 20},
                                        NONE};
    struct run *r = finished(files, IN_TURN);
    const struct view *v = run_view(r);
    assert_int_equal(v->n_series, 2);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(v->series[i].series.role, strstr(v->series[i].source, "/eval/") ? ROLE_LOSS_EVAL : ROLE_LOSS_TRAIN);
    run_free(r);
}

static void files_are_ordered_by_what_they_hold_then_by_their_numbers(void **unused)
{
    (void)unused;
    static const char *const best_first[][2] = {
        {"trainer_state", "z"}, {"jsonl", "y"},         {"wandb", "x"},           {"tfevents", "w"},
        {"csv", "v"},           {"mlflow_metric", "u"}, {"text", "rank_2/a.log"}, {"text", "rank_10/a.log"}};
    for (size_t i = 0; i < 8; i++)
        for (size_t j = 0; j < 8; j++) {
            int order = run_order_sources(best_first[i][0], best_first[i][1], best_first[j][0], best_first[j][1]);
            assert_true(i == j ? order == 0 : (order < 0) == (i < j));
        }
}

static void of_trainer_states_the_one_that_reached_furthest_is_preferred(void **unused)
{
    (void)unused;
    static const char *const in_order[] = {"r/trainer_state.json", "r/checkpoint-1000/trainer_state.json",
                                           "r/checkpoint-500/trainer_state.json"};
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) {
            int order = run_order_sources("trainer_state", in_order[i], "trainer_state", in_order[j]);
            assert_true(i < j ? order < 0 : i > j ? order > 0 : order == 0);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_preferred_source_is_judged_whatever_came_first),
        cmocka_unit_test(a_nan_in_either_source_counts),
        cmocka_unit_test(where_the_preferred_source_ends_the_other_one_is_judged),
        cmocka_unit_test(a_preferred_source_with_gaps_hides_nothing),
        cmocka_unit_test(disagreement_is_said_and_is_no_finding),
        cmocka_unit_test(what_is_rounded_smoothed_or_in_percent_agrees),
        cmocka_unit_test(losses_of_two_files_are_judged_together),
        cmocka_unit_test(a_late_better_source_is_joined_once_the_run_is_made_again),
        cmocka_unit_test(of_two_ranks_the_first_is_judged_and_both_are_heard_crash),
        cmocka_unit_test(a_second_start_goes_on_and_is_a_restart),
        cmocka_unit_test(a_pair_of_names_tells_the_split),
        cmocka_unit_test(the_preferred_source_of_a_setting_is_believed),
        cmocka_unit_test(a_rank_that_fails_alone_is_told_once_and_beside_its_file),
        cmocka_unit_test(ranks_of_a_second_start_are_compared_with_one_another),
        cmocka_unit_test(a_preferred_source_that_fails_alone_is_told_too),
        cmocka_unit_test(both_nan_agree),
        cmocka_unit_test(what_is_judged_stands_before_what_confirms_it),
        cmocka_unit_test(directories_of_splits_tell_the_split),
        cmocka_unit_test(of_trainer_states_the_one_that_reached_furthest_is_preferred),
        cmocka_unit_test(files_are_ordered_by_what_they_hold_then_by_their_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
