/* Curves that are put away while nobody looks: they go on, and come back bit for bit, whatever their values are and whenever one looks. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/engine/run/parts.h"
#include "chance.h"

struct both {
    struct run *seen, *alone; /* one is looked at now and then */
    int series[2];
};

static struct run *a_run(void)
{
    struct run_options o = {.curve_buckets = PAST_FINE};
    struct run *r = run_new("r", NULL, &o);
    assert_non_null(r);
    assert_int_equal(run_source(r, "log.jsonl", "jsonl", ""), 0);
    return r;
}

static int add_series(struct run *r, const char *name)
{
    const struct format_out *out = run_out(r, 0);
    return out->series(out->arg, span_of(name), AXIS_STEP);
}

static void tell(struct run *r, int series, int64_t step, double value, uint64_t line)
{
    const struct format_out *out = run_out(r, 0);
    out->point(out->arg, series, step, NAN, value, line);
}

static void expect_same_curve(const struct curve *x, const struct curve *y)
{
    assert_int_equal(x->used, y->used);
    assert_int_equal(x->width, y->width);
    assert_int_equal(x->points, y->points);
    assert_int_equal(x->nonfinite, y->nonfinite);
    for (uint32_t k = 0; k < x->used; k++) {
        struct bucket p = x->buckets[k], q = y->buckets[k];
        assert_memory_equal(&p.first_step, &q.first_step, 2 * sizeof p.first_step);
        assert_memory_equal(&p.first_line, &q.first_line, 3 * sizeof p.first_line);
        assert_memory_equal(&p.mean, &q.mean, 4 * sizeof p.mean);
    }
}

static void expect_alike(struct run *a, struct run *b)
{
    struct past_room rooms[2];
    (void)run_view(a), (void)run_view(b);
    assert_int_equal(a->n_series, b->n_series);
    assert_int_equal(a->n_findings, b->n_findings);
    for (size_t i = 0; i < a->n_series; i++) {
        expect_same_curve(&a->series[i]->curve, &b->series[i]->curve);
        const struct past *p = &a->series[i]->kept.past, *q = &b->series[i]->kept.past;
        expect_same_curve(past_fine(p, &rooms[0]), past_fine(q, &rooms[1]));
        expect_same_curve(&a->series[i]->kept.past.coarse, &b->series[i]->kept.past.coarse);
    }
    for (size_t i = 0; i < a->n_findings; i++) {
        const struct finding *f = &a->findings[i].f, *g = &b->findings[i].f;
        assert_string_equal(f->kind, g->kind);
        assert_int_equal(f->onset_step, g->onset_step);
        assert_int_equal(f->n_evidence, g->n_evidence);
        for (size_t k = 0; k < f->n_evidence; k++)
            assert_memory_equal(&f->evidence[k].value, &g->evidence[k].value, sizeof(double));
    }
    run_view_done(a), run_view_done(b);
}

static double printed(double v, int digits)
{
    char text[40];
    snprintf(text, sizeof text, "%.*f", digits, v);
    return atof(text);
}

/* Values of one kind each: with few decimals, any, large, narrow; and NaN now and then. */
static double value_at(int kind, int i)
{
    double v = 0.3 + 2 / (1 + 0.02 * i) + noise(0.05);
    if (kind == 4 && chance() < 0.01) return chance() < 0.5 ? (double)NAN : (double)INFINITY;
    if (kind == 5) return (float)v;
    if (kind == 6) return v * 1e17;
    return kind < 4 ? printed(v, 2 * kind) : v;
}

static void a_curve_goes_on_while_nobody_looks(void **unused)
{
    (void)unused;
    for (uint64_t s = 1; s <= 60; s++) {
        seed = s;
        struct run *seen = a_run(), *alone = a_run();
        const char *const names[] = {"train/loss",     "val/loss",      "model.layers.0.grad_norm",
                                     "train/accuracy", "learning_rate", "grad_norm",
                                     "val/accuracy",   "entropy",       "episode_return"};
        const size_t told = s % 2 ? 3 : s % 4 ? 7 : 9; /* some of them run no game */
        int64_t step = s % 5 ? 0 : (int64_t)1 << 40;
        for (int i = 0, n = 20 + (int)below(3000), kind = (int)(s % 7); i < n; i++) {
            step = s % 6 == 0 && chance() < 0.005 ? step / 2 : step + 1 + (int64_t)below(20);
            for (size_t k = 0; k < told; k++) {
                if (k % 5 == 1 && (i % 10 || i < (int)below(200))) continue;
                double value = value_at(kind, i);
                tell(seen, add_series(seen, names[k]), step, value, (uint64_t)i + 1);
                tell(alone, add_series(alone, names[k]), step, value, (uint64_t)i + 1);
            }
            if (chance() < 0.02) (void)run_view(seen), run_view_done(seen);
        }
        run_finish(seen), run_finish(alone);
        expect_alike(seen, alone);
        run_free(seen), run_free(alone);
    }
}

static void what_few_decimals_tell_takes_few_bytes(void **unused)
{
    (void)unused;
    struct run *r = a_run();
    int loss = add_series(r, "train/loss");
    seed = 5;
    for (int i = 0; i < 190; i++) tell(r, loss, i, value_at(2, i), (uint64_t)i + 1);
    (void)run_view(r), run_view_done(r);
    for (int i = 190; i < 375; i++) tell(r, loss, i, value_at(2, i), (uint64_t)i + 1);
    const struct frozen *f = r->series[loss]->frozen;
    assert_non_null(f);
    assert_null(r->series[loss]->curve.buckets);
    assert_true(r->opened > 0); /* analyzers looked into the coarse one, */
    assert_null(r->series[loss]->kept.past.coarse.buckets);
    assert_in_range(f->used, 1, 17 * r->series[loss]->curve.used);
    run_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_curve_goes_on_while_nobody_looks),
        cmocka_unit_test(what_few_decimals_tell_takes_few_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
