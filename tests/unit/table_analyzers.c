/* table_analyzers - what every analyzer of the list must keep to, walked over generated runs (analyzer.h, design 5).
 *
 * A made run is a handful of series with a fault at two thirds; every analyzer watches it through states that are hosted
 * as the engine does (hosted.h). What is told is compared as a set of (kind, severity, series) in its newest phase.
 * The program is linked with malloc, calloc and realloc wrapped: an analyzer that calls one of them is found out. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../analyzers/kind.h"
#include "hosted.h"

/* ---- allocation is counted ------------------------------------------------------------------------------------------------- */

static long allocations;
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

void *__wrap_malloc(size_t n) { return allocations++, __real_malloc(n); }
void *__wrap_calloc(size_t n, size_t size) { return allocations++, __real_calloc(n, size); }
void *__wrap_realloc(void *p, size_t n) { return allocations++, __real_realloc(p, n); }

/* ---- the walks -------------------------------------------------------------------------------------------------------------------- */

static struct data data;
static struct host host;
static char told_first[TEXT];
static told_text told_of[CROWD], told_else[CROWD]; /* of each analyzer: usually, and otherwise */

/* What does not hold yet, and why. Such a failure is said once and not counted; a row that is no longer needed goes. */
static const struct known {
    const char *walk, *analyzer, *why;
} known[] = {
    {"interleaving", "grad_spike", "asks which of norm and loss was read first, not which step comes first"},
    {"interleaving", "rises_together",
     "asks what came between two evaluations; of several sources nothing of it is left at the end"},
};

/* Is it known that this analyzer fails this walk? Says so. */
static bool is_known(const char *walk, const struct analyzer *a)
{
    static bool said[sizeof known / sizeof *known];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].walk, walk) != 0 || strcmp(known[i].analyzer, a->name) != 0) continue;
        if (!said[i]) print_message("known: %s, %s: %s\n", walk, a->name, known[i].why);
        return said[i] = true;
    }
    return false;
}

#define EACH_ANALYZER(a)                                                                                                         \
    const struct analyzer *const *a##_at = analyzers, *a = *a##_at;                                                              \
    a;                                                                                                                           \
    a = *++a##_at
/* The first run from this one on of which the analyzer hears anything. */
static const struct made_run *heard(const struct analyzer *a, const struct made_run *run)
{
    for (; run < made + MADE; run++)
        for (size_t i = 0; i < SERIES && run->series[i].value; i++)
            if (a->wants & WANTS((unsigned)run->series[i].s.role)) return run;
    return run;
}
#define EACH_MADE(run)                                                                                                           \
    const struct made_run *run = heard(a, made);                                                                                 \
    run < made + MADE;                                                                                                           \
    run = heard(a, run + 1)

enum { KINDS_OF_ONE = 16 };
static bool says(const char *text) { return text && *text; }

static void every_entry_is_complete(void **unused)
{
    (void)unused;
    for (EACH_ANALYZER(a)) {
        assert_true(says(a->name) && says(a->summary) && says(a->source));
        assert_true(a->wants != 0 && a->observe && a->state_size > 0);
        assert_non_null(a->kinds);
        assert_non_null(a->kinds[0]);
        for (const struct analyzer *const *b = a_at + 1; *b; b++) assert_string_not_equal(a->name, (*b)->name);
    }
}

static void every_kind_is_in_the_vocabulary(void **unused)
{
    (void)unused;
    for (EACH_ANALYZER(a))
        for (const char *const *name = a->kinds; *name; name++) {
            const struct kind *k = kind_of(*name);
            if (!k) print_error("%s emits '%s', which kind.c does not know\n", a->name, *name);
            assert_non_null(k);
            assert_true(says(k->title) && says(k->message) && k->mutes);
        }
}

static void what_a_kind_mutes_is_a_kind(void **unused)
{
    (void)unused;
    for (const struct kind *k = kinds; k->name; k++) {
        char copy[512], *at = copy;
        snprintf(copy, sizeof copy, "%s", k->mutes);
        for (char *word; (word = strsep(&at, " "));) {
            if (*word && !kind_of(word)) print_error("%s mutes '%s', which is no kind\n", k->name, word);
            assert_true(!*word || kind_of(word));
        }
        assert_false(kind_mutes(k->name, k->name));
    }
}

static void knobs_lie_in_their_ranges(void **unused)
{
    (void)unused;
    for (EACH_ANALYZER(a))
        for (const struct knob *k = a->knobs; k && k->name; k++) {
            bool inside = k->min < k->max && k->initial >= k->min && k->initial <= k->max && k->quiet >= k->min &&
                          k->quiet <= k->max && k->paranoid >= k->min && k->paranoid <= k->max;
            if (!inside) print_error("knob %s of %s leaves [%g, %g]\n", k->name, a->name, k->min, k->max);
            assert_true(inside);
            assert_true(k->offset % sizeof(double) == 0 && k->offset / sizeof(double) < KNOBS_MAX);
            assert_true(k->unit && says(k->help) && says(k->source));
            for (EACH_ANALYZER(b))
                for (const struct knob *other = b->knobs; other && other->name; other++)
                    assert_true(other == k || strcmp(other->name, k->name) != 0);
        }
}

/* Marks the kinds of the list that were told. */
static void mark_told(bool (*found)[KINDS_OF_ONE])
{
    for (size_t i = 0; analyzers[i]; i++)
        for (size_t k = 0; analyzers[i]->kinds[k]; k++) {
            assert_true(k < KINDS_OF_ONE);
            found[i][k] = found[i][k] || strstr(told_of[i], analyzers[i]->kinds[k]);
        }
}

static void every_kind_is_told_in_a_made_run(void **unused)
{
    (void)unused;
    static bool found[CROWD][KINDS_OF_ONE];
    for (size_t r = 0; r < MADE; r++) {
        make(&data, &made[r], 7);
        play_all(&data, BY_STEP, 0, told_of);
        mark_told(found);
    }
    for (size_t i = 0; analyzers[i]; i++)
        for (size_t k = 0; analyzers[i]->kinds[k]; k++) {
            const char *kind = analyzers[i]->kinds[k];
            bool below =
                strcmp(kind, "restart_discontinuity") == 0 || strcmp(kind, "log_gap") == 0; /* two segments; missing steps */
            if (!found[i][k] && !below) print_error("%s never tells %s\n", analyzers[i]->name, kind);
            assert_true(found[i][k] || below);
        }
}

static void a_healthy_run_is_left_alone(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < MADE; i++)
        for (uint64_t s = 1; s <= 10; s++) {
            if (strncmp(made[i].name, "well", 4) != 0 && strcmp(made[i].name, "agent learns") != 0) continue;
            make(&data, &made[i], s);
            play_all(&data, BY_STEP, 0, told_of);
            for (size_t k = 0; analyzers[k]; k++) {
                if (!strstr(told_of[k], "warning") && !strstr(told_of[k], "critical")) continue;
                print_error("%s on '%s', seed %d: %s\n", analyzers[k]->name, made[i].name, (int)s, told_of[k]);
                assert_true(is_known("healthy", analyzers[k]));
            }
        }
}

static void any_interleaving_of_series_tells_the_same(void **unused)
{
    (void)unused;
    int differ = 0;
    for (size_t r = 0; r < MADE; r++)
        for (uint64_t s = 1; s <= 6; s++) {
            enum order order = s <= 4 ? BY_CHANCE : s == 5 ? ONE_BY_ONE : LAST_FIRST;
            make(&data, &made[r], s);
            play_all(&data, BY_STEP, 0, told_of);
            play_all(&data, order, 0, told_else);
            for (size_t i = 0; analyzers[i]; i++) {
                if (strcmp(told_of[i], told_else[i]) == 0 || is_known("interleaving", analyzers[i])) continue;
                differ++;
                print_error("%s on '%s', order %d:\n  by step   %s\n  otherwise %s\n", analyzers[i]->name, made[r].name, (int)s,
                            told_of[i], told_else[i]);
            }
        }
    assert_int_equal(differ, 0);
}

static void a_copied_state_goes_on_the_same(void **unused)
{
    (void)unused;
    for (size_t r = 0; r < MADE; r++)
        for (uint64_t s = 1; s <= 4; s++) {
            make(&data, &made[r], s);
            play_all(&data, BY_STEP, 0, told_of);
            play_all(&data, BY_STEP, 1 + below(data.n_points), told_else);
            for (size_t i = 0; analyzers[i]; i++) assert_string_equal(told_of[i], told_else[i]);
        }
}

static void nothing_is_allocated(void **unused)
{
    (void)unused;
    struct point p = {.time = NAN};
    struct findings out = {.arg = &host, .emit = emit, .last = last};
    for (EACH_ANALYZER(a))
        for (EACH_MADE(run)) {
            make(&data, run, 3);
            host_open(&host, a, &data);
            long before = allocations;
            for (size_t i = 0; i < data.n_series; i++)
                for (size_t j = 0; j < data.n[i]; j++) {
                    p.series = &data.s[i], p.step = data.step[i][j], p.value = data.value[i][j];
                    give(&host, &p, i);
                }
            for (int i = 0; a->fact && i < host.n_states; i++) a->fact(host.state[i], "learning_rate", "0.1");
            for (host.emitting = 0; a->finish && host.emitting < host.n_states; host.emitting++)
                a->finish(host.state[host.emitting], &out);
            assert_int_equal(allocations, before);
            host_close(&host);
        }
}

/* The kinds of `had` that `has` lacks. */
static bool lost(const struct analyzer *a, const char *had, const char *has)
{
    for (const char *const *kind = a->kinds; *kind; kind++)
        if (strstr(had, *kind) && !strstr(has, *kind)) return true;
    return false;
}

static void one_bad_value_blinds_nobody(void **unused)
{
    (void)unused;
    static const double bad[] = {NAN, INFINITY, -INFINITY};
    int blind = 0;
    for (size_t r = 0; r < MADE; r++) {
        make(&data, &made[r], 5);
        play_all(&data, BY_STEP, 0, told_of);
        for (size_t b = 0; b < 3 * data.n_series; b++) {
            size_t i = b / 3, at = data.n[i] / 3;
            double good = data.value[i][at];
            if (data.s[i].role >= ROLE_EVENT) continue;
            data.value[i][at] = bad[b % 3];
            play_all(&data, BY_STEP, 0, told_else);
            data.value[i][at] = good;
            for (size_t k = 0; analyzers[k]; k++) {
                if (!lost(analyzers[k], told_of[k], told_else[k]) || is_known("bad value", analyzers[k])) continue;
                blind++;
                print_error("%s on '%s' is blinded by one %g in %s:\n  before %s\n  then   %s\n", analyzers[k]->name,
                            made[r].name, bad[b % 3], data.s[i].name, told_of[k], told_else[k]);
            }
        }
    }
    assert_int_equal(blind, 0);
}

/* A height of 1e12 shows in full only when the value has not joined the level that judges it. */
static void a_huge_value_is_judged_before_it_is_absorbed(void **unused)
{
    (void)unused;
    static const struct {
        const char *analyzer, *run;
        size_t series;
        bool stays;
    } rows[] = {{"loss_spike", "loss spikes", 0, false},
                {"loss_divergence", "loss diverges", 0, true},
                {"grad_spike", "gradient spikes alone", 1, false},
                {"grad_explosion", "loss diverges", 1, true},
                {"validation_divergence", "validation jumps", 1, true}};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        for (EACH_ANALYZER(a))
            for (EACH_MADE(run)) {
                double highest = 0;
                if (strcmp(a->name, rows[r].analyzer) != 0 || strcmp(run->name, rows[r].run) != 0) continue;
                make(&data, run, 9);
                size_t i = rows[r].series;
                for (size_t j = 0; j < data.n[i]; j++)
                    if (rows[r].stays ? data.step[i][j] >= ONSET : data.step[i][j] == ONSET) data.value[i][j] = 1e12;
                play(&host, a, &data, told_first, sizeof told_first);
                for (size_t t = 0; t < host.n_told; t++) highest = fmax(highest, finding_evidence(&host.told[t].f, "to", 0));
                host_close(&host);
                if (highest < 0.999e12) print_error("%s shows a height of %g: %s\n", a->name, highest, told_first);
                assert_true(highest > 0.999e12 && highest < 1.001e12);
            }
}

/* Half of the garbage is finite: what is judged only while everything is finite must be reached too. */
static double garbage_value(bool finite)
{
    static const double odd[] = {0,      -0.0, 5e-324, -5e-324,          2.2e-308, 1e308,    -1.7e308,
                                 1e-300, 0.1,  -1,     9007199254740992, NAN,      INFINITY, -INFINITY};
    size_t n = sizeof odd / sizeof *odd - (finite ? 3 : 0);
    return chance() < 0.5 ? odd[below(n)] : fabs(noise(1)) * pow(10, 40 * chance() - 20);
}

/* farthest: how far out a step may lie */
static int64_t garbage_step(int64_t last, int64_t farthest)
{
    const int64_t odd[] = {0, -1, -farthest, farthest, farthest - 1, 1 << 30};
    double which = chance();
    if (which < 0.1) return odd[below(6)];
    if (which < 0.2) return last / 2;
    return last < farthest - 1000 ? last + (int64_t)below(1000) : last;
}

static void garbage_is_survived(void **unused)
{
    (void)unused;
    for (size_t r = 0; r < MADE; r++)
        for (uint64_t s = 1; s <= 8; s++) {
            int64_t step = 0, farthest = INT64_C(1) << 60; /* the host cuts steps there */
            uint16_t segment = 0;
            make(&data, &made[r], s);
            crowd_open(&data);
            for (int k = 0; k < 800; k++) {
                size_t i = below(data.n_series);
                step = garbage_step(step, farthest);
                segment = (uint16_t)(segment + (chance() < 0.01));
                bool event = data.s[i].role == ROLE_EVENT;
                struct point p = {.series = &data.s[i],
                                  .seq = (uint64_t)k + 1,
                                  .step = step,
                                  .time = garbage_value(false),
                                  .value = event ? (double)below(EVENT_COUNT) : garbage_value(s % 2),
                                  .line = (uint64_t)k,
                                  .segment = segment};
                crowd_give(&p, i);
            }
            for (size_t i = 0; i < n_crowd; i++) host_finish(&crowd[i]);
            crowd_close();
        }
}

static void a_restart_that_lost_its_state_is_told(void **unused)
{
    (void)unused;
    for (EACH_ANALYZER(a)) {
        if (strcmp(a->name, "restart_discontinuity") != 0) continue;
        make(&data, &made[0], 4);
        host_open(&host, a, &data);
        for (int k = 0; k < 2 * STEPS; k++) { /* at step 300 it begins again at 280, as if it had never learned */
            bool again = k >= 300;
            struct point p = {.series = &data.s[0],
                              .seq = (uint64_t)k + 1,
                              .step = again ? k - 20 : k,
                              .time = NAN,
                              .value = again ? loss_well(k - 300) : loss_well(k),
                              .line = (uint64_t)k + 1,
                              .segment = again};
            give(&host, &p, 0);
        }
        host_finish(&host);
        words(&host, told_first, sizeof told_first);
        host_close(&host);
        assert_non_null(strstr(told_first, "restart_discontinuity train/loss"));
    }
}

/* The training loss without the steps of [from, to), and every `then` steps behind them. */
static void play_with_hole(const struct analyzer *a, int from, int to, int then)
{
    make(&data, &made[0], 6);
    host_open(&host, a, &data);
    for (int k = 0; k < STEPS; k++) {
        if ((k >= from && k < to) || (k >= to && (k - to) % then != 0)) continue;
        struct point p = {.series = &data.s[0], .seq = (uint64_t)k + 1, .step = k, .time = NAN, .value = loss_well(k)};
        p.line = (uint64_t)k + 1;
        give(&host, &p, 0);
    }
    host_finish(&host);
    words(&host, told_first, sizeof told_first);
    host_close(&host);
}

static void a_hole_in_the_log_is_told(void **unused)
{
    (void)unused;
    for (EACH_ANALYZER(a)) {
        if (strcmp(a->name, "log_gap") != 0) continue;
        play_with_hole(a, 400, 440, 1);
        assert_non_null(strstr(told_first, "info log_gap train/loss"));
        play_with_hole(a, 200, 400, 1);
        assert_non_null(strstr(told_first, "warning log_gap train/loss"));
        play_with_hole(a, 200, 205, 1); /* a few steps were not written */
        assert_string_equal(told_first, "");
        play_with_hole(a, 200, 220, 20); /* the interval was changed */
        assert_string_equal(told_first, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_entry_is_complete),
        cmocka_unit_test(every_kind_is_in_the_vocabulary),
        cmocka_unit_test(what_a_kind_mutes_is_a_kind),
        cmocka_unit_test(knobs_lie_in_their_ranges),
        cmocka_unit_test(every_kind_is_told_in_a_made_run),
        cmocka_unit_test(a_healthy_run_is_left_alone),
        cmocka_unit_test(any_interleaving_of_series_tells_the_same),
        cmocka_unit_test(a_copied_state_goes_on_the_same),
        cmocka_unit_test(nothing_is_allocated),
        cmocka_unit_test(one_bad_value_blinds_nobody),
        cmocka_unit_test(a_huge_value_is_judged_before_it_is_absorbed),
        cmocka_unit_test(garbage_is_survived),
        cmocka_unit_test(a_restart_that_lost_its_state_is_told),
        cmocka_unit_test(a_hole_in_the_log_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
