/* Tests of the checks over one checkpoint: a healthy network is made by hand, one thing is changed, and that is what must be told; and what is
 * meant so must not be. The rates on real trainings stand in tests/rates/checkpoints. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../analyzers/checkup/checkup.h"
#include "../../analyzers/kind.h"

enum { LAYERS = 6, UNITS = 64, MOST = 200 };

/* A dense network of LAYERS times (weight, bias), trained with Adam for 1,000 steps, beside itself 100 steps before. */
struct world {
    struct series series[MOST];
    char names[MOST][64];
    struct checkup_tensor tensors[MOST];
    struct checkup_state states[MOST];
    uint32_t order[2 * MOST];
    int64_t indices[MOST];
    struct checkup_group group;
    struct checkup c;
    struct finding told[32];
    size_t n_told;
};

static struct checkup_tensor *add(struct world *w, enum checkup_part part, const char *name, uint64_t rows, uint64_t columns)
{
    size_t i = w->c.n++;
    assert_true(i < MOST);
    snprintf(w->names[i], sizeof w->names[i], "%s", name);
    w->series[i] = (struct series){.name = w->names[i], .unit = "", .metric = ""};
    struct checkup_tensor *t = &w->tensors[i];
    *t = (struct checkup_tensor){.series = &w->series[i],
                                 .part = part,
                                 .dtype = TENSOR_F32,
                                 .summed = true,
                                 .compared = true,
                                 .effective_rank = NAN,
                                 .largest_singular = NAN,
                                 .index = -1};
    t->n_dims = columns ? 2 : 1;
    t->shape[0] = rows;
    t->shape[1] = columns;
    t->summary.count = t->change.count = t->change.changed = rows * (columns ? columns : 1);
    t->summary.rows = t->change.rows = t->change.changed_rows = columns ? rows : 0;
    return t;
}

/* numbers - normal ones of this root mean square, moved a little. */
static void numbers(struct checkup_tensor *t, double mean, double rms)
{
    struct tensor_summary *s = &t->summary;
    s->mean = mean;
    s->std = sqrt(fmax(rms * rms - mean * mean, 0));
    s->min = mean - 3.3 * s->std;
    s->max = mean + 3.3 * s->std;
    s->norm = rms * sqrt((double)s->count);
    t->change.norm_before = t->change.norm_now = s->norm;
    t->change.norm_difference = 0.02 * s->norm;
    t->change.dot = s->norm * s->norm;
}

static void add_state(struct world *w, const struct checkup_tensor *of, int64_t index, double gradient)
{
    char name[64];
    static const char *const slots[] = {"step", "exp_avg", "exp_avg_sq"};
    for (int k = 0; k < 3; k++) {
        snprintf(name, sizeof name, "optimizer.state.%d.%s", (int)index, slots[k]);
        struct checkup_tensor *t = add(w, CHECKUP_OPTIMIZER, name, k ? of->shape[0] : 1, k ? of->shape[1] : 0);
        t->slot = slots[k];
        t->index = index;
        if (k == 0) t->n_dims = 0, numbers(t, 1000, 1000);
        else if (k == 1) numbers(t, 0, 0.1 * gradient);
        else numbers(t, gradient * gradient, 1.5 * gradient * gradient);
    }
}

static struct world *healthy(void)
{
    static struct world w;
    char name[64];
    memset(&w, 0, sizeof w);
    for (int layer = 0; layer < LAYERS; layer++) {
        snprintf(name, sizeof name, "body.%d.weight", layer);
        numbers(add(&w, CHECKUP_PARAMETER, name, UNITS, UNITS), 0.003, 0.15);
        snprintf(name, sizeof name, "body.%d.bias", layer);
        numbers(add(&w, CHECKUP_PARAMETER, name, UNITS, 0), 0.01, 0.05);
    }
    for (int64_t i = 0; i < 2 * LAYERS; i++) w.indices[i] = i, add_state(&w, &w.tensors[i], i, 1e-3);
    w.group = (struct checkup_group){.learning_rate = 1e-3,
                                     .weight_decay = 0,
                                     .eps = 1e-8,
                                     .beta1 = 0.9,
                                     .beta2 = 0.999,
                                     .n_parameters = 2 * LAYERS,
                                     .parameters = w.indices};
    w.c = (struct checkup){.tensors = w.tensors,
                           .n = w.c.n,
                           .groups = &w.group,
                           .n_groups = 1,
                           .states = w.states,
                           .room = MOST,
                           .order = w.order,
                           .step = 1000,
                           .step_before = 900,
                           .learning_rate = NAN,
                           .loss_scale = NAN,
                           .loss_scale_before = NAN};
    return &w;
}

static struct checkup_tensor *weight(struct world *w, int layer) { return &w->tensors[2 * layer]; }
static struct checkup_tensor *bias(struct world *w, int layer) { return &w->tensors[2 * layer + 1]; }
static struct checkup_tensor *slot(struct world *w, int parameter, int which)
{
    return &w->tensors[2 * LAYERS + 3 * parameter + which];
}
enum { STEP, FIRST, SECOND };

static void keep(void *arg, const struct finding *f)
{
    struct world *w = arg;
    assert_true(w->n_told < 32);
    assert_non_null(kind_of(f->kind));
    assert_non_null(checkup_sentence(f));
    assert_true(f->confidence > 0 && f->confidence <= 1);
    w->told[w->n_told++] = *f;
}

/* told - look, and find a kind among what was told; NULL when it was not. */
static const struct finding *told(struct world *w, const char *kind)
{
    w->n_told = 0;
    checkup_prepare(&w->c);
    checkup_run(&w->c, NULL, NULL, &(struct findings){.arg = w, .emit = keep});
    for (size_t i = 0; i < w->n_told; i++)
        if (strcmp(w->told[i].kind, kind) == 0) return &w->told[i];
    return NULL;
}

static void silent(struct world *w)
{
    told(w, "");
    for (size_t i = 0; i < w->n_told; i++)
        print_error("told %s of %s\n", w->told[i].kind, w->told[i].series ? w->told[i].series->name : "all");
    assert_int_equal(w->n_told, 0);
}

static void still(struct checkup_tensor *t) { t->change.changed = t->change.changed_rows = 0, t->change.norm_difference = 0; }

/* uniform - as torch draws a linear layer's weights. */
static void uniform(struct checkup_tensor *t)
{
    double border = 1 / sqrt((double)t->shape[1]);
    numbers(t, 0, border / sqrt(3));
    t->summary.min = -border * 0.9999;
    t->summary.max = border * 0.9998;
}

static void a_healthy_network_is_not_talked_about(void **state)
{
    struct world *w = healthy();
    (void)state;
    silent(w);
    assert_true(w->c.matched);
    assert_ptr_equal(w->states[3].tensor, bias(w, 1));
    assert_true(fabs(w->states[0].gradient - 1e-3 / sqrt(1 - pow(0.999, 1000))) < 1e-6);
}

static void nan_in_weights_and_in_moments_is_critical(void **state)
{
    struct world *w = healthy();
    (void)state;
    weight(w, 2)->summary.nan = 3;
    const struct finding *f = told(w, "weights_nonfinite");
    assert_non_null(f);
    assert_int_equal(f->severity, SEVERITY_CRITICAL);
    assert_string_equal(f->series->name, "body.2.weight");
    assert_true(finding_evidence(f, "tensors", 0) == 1 && finding_evidence(f, "nan", 0) == 3);
    assert_int_equal(f->onset_step, 1000);
    slot(w, 4, FIRST)->summary.inf = 1;
    assert_non_null(told(w, "optimizer_state_nonfinite"));
}

static void a_mask_may_hold_infinities(void **state)
{
    struct world *w = healthy();
    (void)state;
    numbers(add(w, CHECKUP_BUFFER, "body.attn.causal", 32, 32), 0, 0);
    w->tensors[w->c.n - 1].summary.inf = 500;
    numbers(add(w, CHECKUP_PARAMETER, "body.attn.mask_bias", 32, 0), 0, 0);
    w->tensors[w->c.n - 1].summary.inf = 5;
    assert_null(told(w, "weights_nonfinite"));
}

static void a_frozen_backbone_is_only_worth_knowing(void **state)
{
    struct world *w = healthy();
    (void)state;
    for (int layer = 0; layer < 4; layer++) still(weight(w, layer)), still(bias(w, layer));
    const struct finding *f = told(w, "weights_frozen");
    assert_non_null(f);
    assert_int_equal(f->severity, SEVERITY_INFO);
    assert_true(finding_evidence(f, "tensors", 0) == 4 && finding_evidence(f, "of", 0) == LAYERS);
}

static void what_stands_still_as_it_was_drawn_was_meant_to_learn(void **state)
{
    struct world *w = healthy();
    (void)state;
    for (int layer = 0; layer < 4; layer++) still(weight(w, layer)), uniform(weight(w, layer));
    const struct finding *f = told(w, "weights_frozen");
    assert_non_null(f);
    assert_int_equal(f->severity, SEVERITY_WARNING);
    assert_true(finding_evidence(f, "fresh", 0) == 4);
    assert_int_equal(f->onset_step, 900);
}

static void nothing_that_moves_is_a_fault(void **state)
{
    struct world *w = healthy();
    (void)state;
    for (int layer = 0; layer < LAYERS; layer++) still(weight(w, layer)), still(bias(w, layer));
    const struct finding *f = told(w, "weights_frozen");
    assert_non_null(f);
    assert_int_equal(f->severity, SEVERITY_WARNING);
    assert_true(finding_evidence(f, "all", 0) == 1);
    w->c.step_before = w->c.step; /* the same step saved twice */
    assert_null(told(w, "weights_frozen"));
}

static void a_gradient_that_was_always_zero_is_told_from_one_checkpoint(void **state)
{
    struct world *w = healthy();
    struct checkup_tensor *second = slot(w, 2, SECOND);
    (void)state;
    second->summary = (struct tensor_summary){.count = UNITS * UNITS, .zero = UNITS * UNITS, .rows = UNITS, .zero_rows = UNITS};
    for (size_t i = 0; i < w->c.n; i++) w->tensors[i].compared = false;
    const struct finding *f = told(w, "weights_frozen");
    assert_non_null(f);
    assert_string_equal(f->series->name, "body.1.weight");
    assert_string_equal(checkup_words(f, "why_words"), "had a gradient of exactly 0 in every step by {axis} {onset}");
    second->dtype = TENSOR_F16; /* squares of small gradients are 0 there */
    assert_null(told(w, "weights_frozen"));
}

static void rows_without_a_gradient_are_dead_units(void **state)
{
    struct world *w = healthy();
    (void)state;
    slot(w, 2, SECOND)->summary.zero_rows = 40;
    slot(w, 3, SECOND)->summary.zero = 40;
    const struct finding *f = told(w, "dead_units");
    assert_non_null(f);
    assert_string_equal(f->series->name, "body.1.weight");
    assert_true(fabs(finding_evidence(f, "share", 0) - 40.0 / UNITS) < 1e-12);
    weight(w, 1)->summary.zero_rows = 40; /* pruned: the rows are 0 themselves */
    silent(w);
}

static void rows_of_an_embedding_are_entries(void **state)
{
    struct world *w = healthy();
    (void)state;
    snprintf(w->names[2], sizeof w->names[2], "embed_tokens.weight");
    slot(w, 2, SECOND)->summary.zero_rows = 40;
    slot(w, 3, SECOND)->summary.zero = 40;
    assert_null(told(w, "dead_units"));
    const struct finding *f = told(w, "embedding_rows_untouched");
    assert_non_null(f);
    assert_int_equal(f->severity, SEVERITY_INFO);
}

static void units_that_died_between_two_checkpoints_are_told(void **state)
{
    struct world *w = healthy();
    (void)state;
    weight(w, 3)->change.changed_rows = 10;
    weight(w, 3)->change.changed = 10 * UNITS;
    bias(w, 3)->change.changed = 10;
    const struct finding *f = told(w, "dead_units");
    assert_non_null(f);
    assert_string_equal(f->series->name, "body.3.weight");
    bias(w, 3)->change.changed = UNITS; /* the units do learn: it is their inputs that are off */
    silent(w);
}

static void a_step_as_large_as_the_weights_is_told(void **state)
{
    struct world *w = healthy();
    (void)state;
    w->group.learning_rate = 0.5;
    const struct finding *f = told(w, "update_ratio_high");
    assert_non_null(f);
    assert_true(finding_evidence(f, "tensors", 0) == LAYERS);
}

static void an_epsilon_above_the_gradients_is_told(void **state)
{
    struct world *w = healthy();
    (void)state;
    w->group.eps = 0.1;
    const struct finding *f = told(w, "update_ratio_low");
    assert_non_null(f);
    assert_int_equal(f->severity, SEVERITY_WARNING);
    w->group.eps = 1e-8;
    for (int i = 0; i < 2 * LAYERS; i++) numbers(slot(w, i, SECOND), 1e-20, 1e-20); /* solved: hardly a gradient is left */
    f = told(w, "update_ratio_low");
    assert_non_null(f);
    assert_int_equal(f->severity, SEVERITY_INFO);
}

static void gradients_that_fall_layer_by_layer_vanish(void **state)
{
    struct world *w = healthy();
    (void)state;
    for (int layer = 0; layer < LAYERS; layer++) {
        double g = 1e-3 * pow(0.1, LAYERS - 1 - layer);
        numbers(slot(w, 2 * layer, SECOND), g * g, 1.5 * g * g);
    }
    const struct finding *f = told(w, "grad_vanishing");
    assert_non_null(f);
    assert_string_equal(f->series->name, "body.0.weight");
    assert_true(fabs(finding_evidence(f, "ratio", 0) / 1e-5 - 1) < 0.01);
    for (int layer = 0; layer < LAYERS; layer++) /* one odd first layer, the others alike */
        numbers(slot(w, 2 * layer, SECOND), layer ? 1e-6 : 1e-16, layer ? 1.5e-6 - layer * 1e-8 : 1.5e-16);
    for (int layer = 1; layer < LAYERS; layer++) slot(w, 2 * layer, SECOND)->summary.mean = 1e-6 - layer * 1e-8;
    assert_null(told(w, "grad_vanishing"));
}

static void weights_that_grew_a_hundredfold_are_critical(void **state)
{
    struct world *w = healthy();
    (void)state;
    for (int layer = 0; layer < LAYERS; layer++) weight(w, layer)->change.norm_now *= 150;
    const struct finding *f = told(w, "weights_exploding");
    assert_non_null(f);
    assert_int_equal(f->severity, SEVERITY_CRITICAL);
    w = healthy();
    for (int layer = 0; layer < LAYERS; layer++) numbers(weight(w, layer), 0, 1e-7);
    assert_non_null(told(w, "weights_decaying"));
}

static void a_weight_that_begins_at_zero_by_design_is_no_decay(void **state)
{
    struct world *w = healthy();
    (void)state;
    for (int layer = 0; layer < LAYERS; layer++) {
        struct checkup_tensor *t = weight(w, layer);
        t->summary = (struct tensor_summary){.count = UNITS * UNITS, .zero = UNITS * UNITS, .rows = UNITS, .zero_rows = UNITS};
        t->change.norm_before = t->change.norm_now = 0;
    }
    assert_null(told(w, "weights_decaying"));
}

static void running_statistics_that_cannot_be_right_are_told(void **state)
{
    struct world *w = healthy();
    struct checkup_tensor *v = add(w, CHECKUP_BUFFER, "bn1.running_var", 16, 0);
    (void)state;
    numbers(v, 1, 1.2);
    v->summary.min = 0.2, v->summary.max = 3;
    silent(w);
    v->summary.min = -1;
    assert_non_null(told(w, "batchnorm_stats_wild"));
    v->summary.min = 0.2, v->summary.max = 1e9;
    assert_non_null(told(w, "batchnorm_stats_wild"));
    v->summary.min = v->summary.max = 1;
    const struct finding *f = told(w, "batchnorm_stats_wild");
    assert_non_null(f);
    assert_string_equal(checkup_words(f, "statistics_words"), "is what the layer was made with, as if it had never been trained");
}

static void few_steps_a_low_rank_and_a_lost_scale_are_told(void **state)
{
    struct world *w = healthy();
    (void)state;
    numbers(slot(w, 5, STEP), 10, 10);
    const struct finding *f = told(w, "optimizer_steps_differ");
    assert_non_null(f);
    assert_int_equal(f->severity, SEVERITY_INFO);
    w = healthy();
    for (int layer = 0; layer < LAYERS; layer++) weight(w, layer)->effective_rank = 40;
    silent(w);
    weight(w, 1)->effective_rank = 1.2;
    assert_non_null(told(w, "spectrum_overtrained"));
    w = healthy();
    for (int layer = 0; layer < LAYERS; layer++) weight(w, layer)->tail_exponent = layer % 2 ? 3 : 9;
    weight(w, 0)->tail_exponent = 4; /* one more than half as trained ones have it */
    silent(w);
    for (int layer = 0; layer < LAYERS; layer++) weight(w, layer)->tail_exponent = 8 + layer;
    f = told(w, "spectrum_undertrained");
    assert_non_null(f);
    assert_int_equal(f->severity, SEVERITY_INFO);
    w = healthy();
    w->c.loss_scale = 65536;
    silent(w);
    w->c.loss_scale = 0.25;
    assert_non_null(told(w, "loss_scale_collapse"));
    w->c.loss_scale = 1; /* no scaling */
    silent(w);
}

static void two_groups_are_matched_by_what_decays_first(void **state)
{
    struct world *w = healthy();
    (void)state;
    w->c.n = 2 * LAYERS;
    for (int64_t i = 0; i < 2 * LAYERS; i++) add_state(w, i < LAYERS ? weight(w, (int)i) : bias(w, (int)i - LAYERS), i, 1e-3);
    checkup_prepare(&w->c);
    assert_true(w->c.matched);
    assert_ptr_equal(w->states[1].tensor, weight(w, 1));
    assert_ptr_equal(w->states[LAYERS].tensor, bias(w, 0));
    silent(w);
}

static void what_fits_in_two_ways_is_not_guessed(void **state)
{
    struct world *w = healthy();
    (void)state;
    w->c.n = 2 * LAYERS;
    w->group.n_parameters = 2;
    add_state(w, weight(w, 0), 0, 1e-3); /* one of six layers of this shape: which? */
    add_state(w, bias(w, 0), 1, 1e-3);
    checkup_prepare(&w->c);
    assert_false(w->c.matched);
    assert_null(w->states[0].tensor);
    weight(w, 5)->shape[0] = bias(w, 5)->shape[0] = 10; /* a head of its own shape */
    w->c.n = 2 * LAYERS;
    add_state(w, weight(w, 5), 0, 1e-3);
    add_state(w, bias(w, 5), 1, 1e-3);
    checkup_prepare(&w->c);
    assert_true(w->c.matched);
    assert_ptr_equal(w->states[0].tensor, weight(w, 5));
    assert_false(weight(w, 0)->in_group);
}

static void a_tied_weight_has_the_state_of_its_twin(void **state)
{
    struct world *w = healthy();
    (void)state;
    struct checkup_tensor *twin = add(w, CHECKUP_PARAMETER, "head.weight", UNITS, UNITS);
    for (size_t i = 0; i < w->c.n; i++) w->tensors[i].compared = false;
    uniform(twin);
    assert_non_null(told(w, "weights_frozen")); /* as it was drawn, and without a state: forgotten */
    *twin = *weight(w, 0);
    twin->series = &w->series[w->c.n - 1];
    twin->shares = weight(w, 0)->shares = true;
    silent(w);
    assert_true(twin->in_group && twin->state == 0);
}

static void names_lead_through_wrappers(void **state)
{
    struct world *w = healthy();
    (void)state;
    snprintf(w->names[0], sizeof w->names[0], "_orig_mod.module.body.0.weight");
    for (size_t i = 2 * LAYERS; i < w->c.n; i++) {
        w->tensors[i].parameter = w->names[(2 * LAYERS - 1) - (i - 2 * LAYERS) / 3]; /* in any order */
        w->tensors[i].index = -1;
    }
    w->tensors[w->c.n - 1].parameter = w->tensors[w->c.n - 2].parameter = w->tensors[w->c.n - 3].parameter = "body.0.weight";
    checkup_prepare(&w->c);
    assert_true(w->c.matched);
    assert_ptr_equal(w->states[2 * LAYERS - 1].tensor, weight(w, 0));
}

static void anything_may_be_missing(void **state)
{
    struct world *w = healthy();
    (void)state;
    for (size_t i = 0; i < w->c.n; i++) w->tensors[i].summed = w->tensors[i].compared = false;
    silent(w);
    w->c.n = 0;
    silent(w);
    w = healthy();
    w->c.room = 3;
    w->c.n_groups = 0;
    w->c.step = w->c.step_before = -1;
    told(w, "");
    assert_true(w->c.n_states <= 3);
}

static void every_check_says_what_it_emits_and_where_its_numbers_come_from(void **state)
{
    (void)state;
    for (const struct check *const *k = checks; *k; k++) {
        double memory[CHECK_KNOBS_MAX / sizeof(double)];
        assert_true((*k)->name && (*k)->summary && (*k)->source && (*k)->kinds && (*k)->kinds[0] && (*k)->look);
        assert_true((*k)->knobs_size <= CHECK_KNOBS_MAX);
        for (const char *const *kind = (*k)->kinds; *kind; kind++) assert_non_null(kind_of(*kind));
        check_knobs(*k, memory);
        for (const struct knob *n = (*k)->knobs; n && n->name; n++) {
            assert_true(n->offset + sizeof(double) <= (*k)->knobs_size);
            assert_true(n->min <= n->initial && n->initial <= n->max && n->min <= n->quiet && n->quiet <= n->max);
            assert_true(n->min <= n->paranoid && n->paranoid <= n->max && n->source && n->help && n->unit);
            assert_true(memory[n->offset / sizeof(double)] == n->initial);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_healthy_network_is_not_talked_about),
        cmocka_unit_test(nan_in_weights_and_in_moments_is_critical),
        cmocka_unit_test(a_mask_may_hold_infinities),
        cmocka_unit_test(a_frozen_backbone_is_only_worth_knowing),
        cmocka_unit_test(what_stands_still_as_it_was_drawn_was_meant_to_learn),
        cmocka_unit_test(nothing_that_moves_is_a_fault),
        cmocka_unit_test(a_gradient_that_was_always_zero_is_told_from_one_checkpoint),
        cmocka_unit_test(rows_without_a_gradient_are_dead_units),
        cmocka_unit_test(rows_of_an_embedding_are_entries),
        cmocka_unit_test(units_that_died_between_two_checkpoints_are_told),
        cmocka_unit_test(a_step_as_large_as_the_weights_is_told),
        cmocka_unit_test(an_epsilon_above_the_gradients_is_told),
        cmocka_unit_test(gradients_that_fall_layer_by_layer_vanish),
        cmocka_unit_test(weights_that_grew_a_hundredfold_are_critical),
        cmocka_unit_test(a_weight_that_begins_at_zero_by_design_is_no_decay),
        cmocka_unit_test(running_statistics_that_cannot_be_right_are_told),
        cmocka_unit_test(few_steps_a_low_rank_and_a_lost_scale_are_told),
        cmocka_unit_test(two_groups_are_matched_by_what_decays_first),
        cmocka_unit_test(what_fits_in_two_ways_is_not_guessed),
        cmocka_unit_test(a_tied_weight_has_the_state_of_its_twin),
        cmocka_unit_test(names_lead_through_wrappers),
        cmocka_unit_test(anything_may_be_missing),
        cmocka_unit_test(every_check_says_what_it_emits_and_where_its_numbers_come_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
