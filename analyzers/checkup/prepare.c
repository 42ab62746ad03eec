/* prepare - tensors get their uses, and the optimizer's slots become one state a parameter.
 *
 * Adam's second moment after t steps is that of all gradients times (1 - beta2^t), as it began at 0 (Kingma & Ba 2015): undone here, so that a
 * young optimizer does not look as if gradients vanished. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

static bool one_of(const char *slot, const char *const *names)
{
    for (; slot && *names; names++)
        if (strcmp(slot, *names) == 0) return true;
    return false;
}
static const char *const firsts[] = {"exp_avg", "momentum_buffer", "momentum", "m", "mu", NULL};
static const char *const seconds[] = {"exp_avg_sq", "square_avg", "velocity", "v", "nu", NULL};
static const char *const counts[] = {"step", "count", NULL};

static bool same_owner(const struct checkup_state *s, const struct checkup_tensor *t)
{
    const struct checkup_tensor *any = s->second ? s->second : s->first ? s->first : s->step;
    if (t->index >= 0 || s->index >= 0) return t->index == s->index;
    return any && any->parameter && t->parameter && strcmp(any->parameter, t->parameter) == 0;
}

/* Slots of one parameter lie side by side in every file: only the last state is looked at. */
static struct checkup_state *state_for(struct checkup *c, const struct checkup_tensor *t)
{
    if (c->n_states && same_owner(&c->states[c->n_states - 1], t)) return &c->states[c->n_states - 1];
    if (c->n_states == c->room) return NULL;
    c->states[c->n_states] = (struct checkup_state){.index = t->index};
    return &c->states[c->n_states++];
}

static int by_index(const void *a, const void *b)
{
    const struct checkup_state *x = a, *y = b;
    return (x->index > y->index) - (x->index < y->index);
}

static void collect(struct checkup *c)
{
    c->n_states = 0;
    for (size_t i = 0; i < c->n; i++) {
        const struct checkup_tensor *t = &c->tensors[i];
        bool first = one_of(t->slot, firsts), second = one_of(t->slot, seconds), count = one_of(t->slot, counts);
        if (t->part != CHECKUP_OPTIMIZER || !(first || second || count) || (t->index < 0 && !t->parameter)) continue;
        struct checkup_state *s = state_for(c, t);
        if (!s) continue;
        *(first ? &s->first : second ? &s->second : &s->step) = t;
    }
    if (c->n_states && c->states[0].index >= 0) qsort(c->states, c->n_states, sizeof *c->states, by_index);
}

/* As a rule the i-th parameter stands where its index says; only where it does not are all groups searched, and of a sane number. */
const struct checkup_group *checkup_group_of(const struct checkup *c, const struct checkup_state *s, uint64_t *place)
{
    enum { MOST_SEARCHED = 4096 };
    uint64_t before = 0;
    for (size_t g = 0; s->index >= 0 && g < c->n_groups; before += c->groups[g++].n_parameters) {
        const struct checkup_group *at = &c->groups[g];
        *place = (uint64_t)s->index - before;
        if (at->parameters && *place < at->n_parameters && at->parameters[*place] == s->index) return at;
    }
    if (s->index >= 0 && before <= MOST_SEARCHED)
        for (size_t g = 0; g < c->n_groups; g++)
            for (*place = 0; c->groups[g].parameters && *place < c->groups[g].n_parameters; ++*place)
                if (c->groups[g].parameters[*place] == s->index) return &c->groups[g];
    *place = UINT64_MAX;
    return c->n_groups == 1 ? c->groups : NULL;
}

static void measure(const struct checkup *c, struct checkup_state *s)
{
    uint64_t place;
    s->group = checkup_group_of(c, s, &place);
    s->steps = s->step && s->step->summed && s->step->summary.count == 1 ? s->step->summary.mean : NAN;
    s->gradient = s->drift = NAN;
    double beta2 = s->group ? s->group->beta2 : NAN, shrunk = 1;
    if (isfinite(beta2) && beta2 > 0 && beta2 < 1 && s->steps >= 1) shrunk = 1 - pow(beta2, s->steps);
    if (s->second && s->second->summed && s->second->summary.mean >= 0) s->gradient = sqrt(s->second->summary.mean / shrunk);
    if (s->first && s->first->summed) s->drift = root_mean_square(s->first);
}

void checkup_prepare(struct checkup *c)
{
    for (size_t i = 0; i < c->n; i++) {
        struct checkup_tensor *t = &c->tensors[i];
        t->use = t->part == CHECKUP_PARAMETER || t->part == CHECKUP_BUFFER ? checkup_use(t->series->name, t->n_dims, t->shape)
                                                                           : USE_OTHER;
        t->state = -1;
        t->in_group = false;
    }
    collect(c);
    c->matched = checkup_match(c);
    for (size_t i = 0; i < c->n_states; i++) measure(c, &c->states[i]);
}

bool is_weight(const struct checkup_tensor *t)
{
    return t->part == CHECKUP_PARAMETER && t->summed && (t->use == USE_WEIGHT || t->use == USE_RECURRENT) &&
           t->summary.count >= 16;
}

const struct checkup_state *state_of(const struct checkup *c, const struct checkup_tensor *t)
{
    return t->state >= 0 ? &c->states[t->state] : NULL;
}

double steps_between(const struct checkup *c)
{
    return c->step_before >= 0 && c->step > c->step_before ? (double)(c->step - c->step_before) : NAN;
}

double root_mean_square(const struct checkup_tensor *t)
{
    uint64_t lost = t->summary.nan + t->summary.inf;
    return t->summary.count > lost ? t->summary.norm / sqrt((double)(t->summary.count - lost)) : 0;
}
