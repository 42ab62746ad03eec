/* examine_checks - all tensors of a checkpoint, and those of the optimizer, as one patient for analyzers/checkup; its findings are kept with the names
 * they point to. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../../analyzers/checkup/checkup.h"
#include "parts.h"

/* What a checkup needs, for as long as it runs; names live on in e->arena. */
struct patient {
    struct checkup c;
    struct series *series;
};

_Static_assert((int)CHECKUP_PARAMETER == INSPECTED_PARAMETER && (int)CHECKUP_BUFFER == INSPECTED_BUFFER &&
                   (int)CHECKUP_OPTIMIZER == INSPECTED_OPTIMIZER && (int)CHECKUP_OTHER == INSPECTED_OTHER,
               "parts of a checkpoint are numbered alike");

static void put_tensor(struct patient *p, const struct inspected_tensor *t)
{
    struct series *s = &p->series[p->c.n];
    struct checkup_tensor *to = &p->c.tensors[p->c.n++];
    *s = (struct series){.name = t->name, .unit = "", .metric = "", .depth = -1, .axis = AXIS_STEP};
    *to = (struct checkup_tensor){.series = s,
                                  .part = (enum checkup_part)t->part,
                                  .dtype = (enum tensor_dtype)t->element,
                                  .shares = t->shares,
                                  .n_dims = t->n_dims,
                                  .summed = t->summed,
                                  .summary = t->summary,
                                  .compared = t->compared,
                                  .change = t->change,
                                  .effective_rank = t->effective_rank,
                                  .largest_singular = t->largest_singular,
                                  .tail_exponent = t->tail_exponent,
                                  .slot = t->slot,
                                  .parameter = t->parameter,
                                  .index = t->index};
    for (uint32_t i = 0; i < t->n_dims && i < 4; i++) to->shape[i] = t->shape[i];
}

static size_t groups_of(const struct checkpoint *c, struct checkup_group *to)
{
    size_t n = 0;
    for (size_t p = 0; p < c->n_parts; p++)
        for (size_t i = 0; c->parts[p].read && i < c->parts[p].inspection.n_groups; i++, n++) {
            const struct inspected_group *g = &c->parts[p].inspection.groups[i];
            if (to)
                to[n] = (struct checkup_group){.learning_rate = g->learning_rate,
                                               .weight_decay = g->weight_decay,
                                               .eps = g->eps,
                                               .beta1 = g->beta1,
                                               .beta2 = g->beta2,
                                               .n_parameters = g->n_parameters,
                                               .parameters = g->parameters,
                                               .names = g->names};
        }
    return n;
}

double examine_fact(const struct checkpoint *c, const char *key)
{
    for (size_t p = 0; p < c->n_parts; p++) {
        const char *v = c->parts[p].read ? inspection_fact(&c->parts[p].inspection, key) : NULL;
        if (v) return strtod(v, NULL);
    }
    return NAN;
}

/* The names of series that findings point to outlive the inspection. */
static void keep(void *arg, const struct finding *f)
{
    struct examine *e = arg;
    struct finding kept = *f;
    if (f->series) {
        struct series *s = arena_alloc(&e->arena, sizeof *s);
        char *name = arena_copy(&e->arena, f->series->name, strlen(f->series->name));
        if (!s || !name) return;
        *s = *f->series;
        s->name = name;
        kept.series = s;
    }
    examine_add(e, &kept);
}

static double configured(void *arg, const struct knob *k)
{
    const struct examine *e = arg;
    return config_knob(e->config, k, e->sensitivity, NULL);
}

/* Over all parameters of which the optimizer keeps the square of the gradient. */
static double grad_norm_of(const struct checkup *c)
{
    double squares = 0;
    bool any = false;
    for (size_t i = 0; i < c->n_states; i++) {
        const struct checkup_state *s = &c->states[i];
        if (!isfinite(s->gradient) || !s->second) continue;
        squares += s->gradient * s->gradient * (double)s->second->summary.count;
        any = true;
    }
    return any ? sqrt(squares) : (double)NAN;
}

double examine_checks(struct examine *e)
{
    const struct checkpoint *from = &e->found;
    size_t n = 0, n_groups = groups_of(from, NULL);
    for (size_t p = 0; p < from->n_parts; p++) n += from->parts[p].read ? from->parts[p].inspection.n_tensors : 0;
    struct patient p = {.c = {.tensors = calloc(n + 1, sizeof *p.c.tensors),
                              .states = calloc(n + 1, sizeof *p.c.states),
                              .order = calloc(2 * n + 1, sizeof *p.c.order),
                              .room = n,
                              .axis = AXIS_STEP,
                              .step = e->step,
                              .step_before = e->step_before,
                              .learning_rate = e->learning_rate,
                              .loss_scale = e->loss_scale,
                              .loss_scale_before = e->loss_scale_before},
                        .series = calloc(n + 1, sizeof *p.series)};
    struct checkup_group *groups = calloc(n_groups + 1, sizeof *groups);
    double grad_norm = NAN;
    if (n && p.c.tensors && p.c.states && p.c.order && p.series && groups) {
        for (size_t k = 0; k < from->n_parts; k++)
            for (size_t i = 0; from->parts[k].read && i < from->parts[k].inspection.n_tensors; i++)
                put_tensor(&p, &from->parts[k].inspection.tensors[i]);
        p.c.n_groups = groups_of(from, groups);
        p.c.groups = groups;
        checkup_prepare(&p.c);
        checkup_run(&p.c, configured, e, &(struct findings){.arg = e, .emit = keep});
        grad_norm = grad_norm_of(&p.c);
    }
    free(p.c.tensors), free(p.c.states), free(p.c.order), free(p.series), free(groups);
    return grad_norm;
}
