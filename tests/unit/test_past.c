/* What the host keeps of a series for all analyzers: curves that can be made coarser afterwards, and states that are made late. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../analyzers/stats/track.h"
#include "../../daemon/engine/run.h"
#include "chance.h"

static void assert_alike(double is, double want)
{
    assert_true(is == want || fabs(is - want) <= 1e-12 * fmax(1, fabs(want)) || (isnan(is) && isnan(want)));
}

static void assert_same_curve(const struct curve *is, const struct curve *want)
{
    assert_int_equal(is->used, want->used);
    assert_int_equal(is->width, want->width);
    assert_int_equal(is->points, want->points);
    assert_int_equal(is->nonfinite, want->nonfinite);
    for (uint32_t i = 0; i < is->used; i++) {
        const struct bucket *a = &is->buckets[i], *b = &want->buckets[i];
        assert_int_equal(a->first_step, b->first_step);
        assert_int_equal(a->last_step, b->last_step);
        assert_int_equal(a->first_line, b->first_line);
        assert_int_equal(a->n, b->n);
        assert_int_equal(a->nonfinite, b->nonfinite);
        assert_alike(a->mean, b->mean);
        assert_alike(a->min, b->min);
        assert_alike(a->max, b->max);
        assert_alike(a->last, b->last);
    }
}

/* Any number of buckets made of any larger number, at any length. */
static void a_narrowed_curve_is_what_a_narrow_one_would_have_been(void **unused)
{
    (void)unused;
    for (uint64_t s = 1; s < 300; s++) {
        struct bucket many[128], few[128], made[128];
        struct curve fine, narrow, from_fine;
        seed = s;
        uint32_t wide = 4 + 2 * (uint32_t)below(60), room = 4 + 2 * (uint32_t)below((wide - 4) / 2 + 1);
        size_t n = below(s % 3 ? 400 : 9000);
        curve_init(&fine, many, wide), curve_init(&narrow, few, room), curve_init(&from_fine, made, room);
        for (size_t i = 0; i < n; i++) {
            double value = chance() < 0.02 ? (double)NAN : noise(10);
            curve_add(&fine, (int64_t)(3 * i), value, i + 1);
            curve_add(&narrow, (int64_t)(3 * i), value, i + 1);
        }
        curve_narrow(&fine, &from_fine);
        assert_same_curve(&from_fine, &narrow);
    }
}

static void a_track_of_its_own_survives_the_copying_of_its_state(void **unused)
{
    (void)unused;
    static const struct series series = {.name = "pace"};
    struct own_track first[1] = {0}, second[1];
    uint32_t n = 0;
    for (int k = 0; k < 100; k++) {
        struct point p = {.series = &series, .step = k, .value = k};
        assert_non_null(track_add_own(first, &n, 1, &p));
    }
    memcpy(second, first, sizeof first);
    memset(first, 0xa5, sizeof first);
    assert_int_equal(track_of_own(second)->curve->points, 100);
    assert_int_equal(track_of_own(second)->curve->buckets[0].first_step, 0);
    struct point again = {.series = &series, .step = 5, .value = 7, .segment = 1};
    assert_int_equal(track_add_own(second, &n, 1, &again)->curve->points, 1);
}

/* ---- whole runs ---------------------------------------------------------------------------------------------------------------- */

struct heard {
    int n;
    char kind[64];
    double confidence;
};
static void on_finding(void *arg, const struct finding *f)
{
    struct heard *h = arg;
    if (strcmp(f->kind, "overfitting") != 0) return;
    h->n++;
    snprintf(h->kind, sizeof h->kind, "%s", f->kind);
    h->confidence = f->confidence;
}

/* A run that learns by heart. later: the evaluations come when all of the training was read. */
static struct heard overfitted(bool later, uint32_t buckets, bool not_a_number)
{
    struct heard h = {0};
    struct run_options o = {.curve_buckets = buckets, .hooks = {.arg = &h, .finding = on_finding}};
    struct run *r = run_new("r", NULL, &o);
    assert_non_null(r);
    int source = run_source(r, "log.jsonl", "jsonl", "");
    const struct format_out *out = run_out(r, source);
    int loss = out->series(out->arg, span_of("train/loss"), AXIS_STEP), eval = -1;
    for (int step = 0; step < 600; step++) {
        double value = not_a_number && step == 300 ? (double)NAN : 2 * exp(-step / 150.0);
        out->point(out->arg, loss, step, NAN, value, (uint64_t)step + 1);
        if (later || step % 20) continue;
        if (eval < 0) eval = out->series(out->arg, span_of("val/loss"), AXIS_STEP);
        out->point(out->arg, eval, step, NAN, 1 + abs(step - 200) / 200.0, (uint64_t)step + 1);
    }
    for (int step = 0; later && step < 600; step += 20) {
        if (eval < 0) eval = out->series(out->arg, span_of("val/loss"), AXIS_STEP);
        out->point(out->arg, eval, step, NAN, 1 + abs(step - 200) / 200.0, 1000 + (uint64_t)step);
    }
    run_finish(r);
    run_free(r);
    return h;
}

static void a_state_that_is_made_late_knows_what_came_before(void **unused)
{
    (void)unused;
    struct heard beside = overfitted(false, 0, false);
    assert_true(beside.n > 0);
    for (int i = 0; i < 6; i++) {
        struct heard h = overfitted(i % 2, i < 2 ? 0 : PAST_FINE, i >= 4);
        assert_true(h.n > 0);
        assert_string_equal(h.kind, beside.kind);
        assert_alike(h.confidence, beside.confidence);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_narrowed_curve_is_what_a_narrow_one_would_have_been),
        cmocka_unit_test(a_track_of_its_own_survives_the_copying_of_its_state),
        cmocka_unit_test(a_state_that_is_made_late_knows_what_came_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
