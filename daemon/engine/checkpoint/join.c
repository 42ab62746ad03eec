/* join - whose is the optimizer's state? torch numbers it by the position of a parameter in the flattened groups, and says no names.
 *
 * Where groups carry param_names those hold. Else the model's parameters, in the order in which torch.save wrote them, are laid beside the
 * numbers; transformers.Trainer makes two groups, matrices first, then biases and norms. Every shape must agree, and only one such order may:
 * what fits in two ways is left without names. safetensors sorts by name, which is not the model's order: there a state gets a name
 * only when its shape is that of one parameter alone. (torch.optim.Optimizer.state_dict; transformers.Trainer.get_decay_parameter_names) */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "parts.h"

enum { JOIN_MAX = 1 << 17 };

/* Laid out by number: what the optimizer knows of parameter i. */
struct states {
    const struct inspected_tensor **shape; /* a tensor of the parameter's shape; NULL when none is known */
    const char **name;                     /* found */
    size_t n;
};
struct parameters {
    const struct inspected_tensor **list;
    size_t n;
    bool ordered; /* in the model's order */
};

static bool is_number_keyed(const struct inspected_tensor *t)
{
    return t->part == INSPECTED_OPTIMIZER && t->index >= 0 && t->index < JOIN_MAX && !t->parameter;
}

static bool same_shape(const struct inspected_tensor *a, const struct inspected_tensor *b)
{
    return a->n_dims == b->n_dims && memcmp(a->shape, b->shape, a->n_dims * sizeof *a->shape) == 0;
}

/* Slots that are laid out like their parameter. Of others (Adafactor's rows and columns, 8-bit blocks) the shape tells nothing. */
static bool is_alike(const char *slot)
{
    static const char *const slots[] = {"exp_avg",  "exp_avg_sq", "max_exp_avg_sq", "momentum_buffer", "square_avg", "acc_delta",
                                        "grad_avg", "sum",        "exp_inf"};
    for (size_t i = 0; slot && i < sizeof slots / sizeof *slots; i++)
        if (strcmp(slot, slots[i]) == 0) return true;
    return false;
}

#define EACH_TENSOR(c, t)                                                                                                        \
    for (size_t part_ = 0; part_ < (c)->n_parts; part_++)                                                                        \
        for (struct inspected_tensor *t = (c)->parts[part_].inspection.tensors,                                                  \
                                     *end_ = t + ((c)->parts[part_].read ? (c)->parts[part_].inspection.n_tensors : 0);          \
             t < end_; t++)

static bool gather_states(const struct checkpoint *c, struct states *s)
{
    EACH_TENSOR(c, t)
    if (is_number_keyed(t) && (size_t)t->index >= s->n) s->n = (size_t)t->index + 1;
    for (size_t p = 0; p < c->n_parts; p++)
        for (size_t g = 0; c->parts[p].read && g < c->parts[p].inspection.n_groups; g++)
            for (size_t k = 0; k < c->parts[p].inspection.groups[g].n_parameters; k++) {
                int64_t i = c->parts[p].inspection.groups[g].parameters[k];
                if (i >= 0 && i < JOIN_MAX && (size_t)i >= s->n) s->n = (size_t)i + 1;
            }
    s->shape = calloc(s->n + 1, sizeof *s->shape);
    s->name = calloc(s->n + 1, sizeof *s->name);
    if (!s->shape || !s->name) return false;
    EACH_TENSOR(c, t)
    if (is_number_keyed(t) && is_alike(t->slot)) s->shape[t->index] = t;
    return true;
}

static bool gather_parameters(const struct checkpoint *c, struct parameters *p)
{
    size_t room = 0;
    p->ordered = true;
    EACH_TENSOR(c, t)
    room += t->part == INSPECTED_PARAMETER;
    p->list = calloc(room + 1, sizeof *p->list);
    if (!p->list) return false;
    EACH_TENSOR(c, t)
    {
        if (t->part != INSPECTED_PARAMETER || t->shares) continue;
        p->list[p->n++] = t;
        if (strncmp(c->parts[part_].inspection.format, "torch", 5) != 0) p->ordered = false;
    }
    return true;
}

/* ---- by the groups' own names ----------------------------------------------------------------------------------------------------- */

static size_t name_by_groups(const struct inspection *n, struct states *s)
{
    size_t named = 0;
    for (size_t g = 0; g < n->n_groups; g++)
        for (size_t k = 0; n->groups[g].names && k < n->groups[g].n_parameters; k++) {
            int64_t i = n->groups[g].parameters[k];
            if (i >= 0 && (size_t)i < s->n && n->groups[g].names[k][0]) s->name[i] = n->groups[g].names[k], named++;
        }
    return named;
}

/* ---- by order ------------------------------------------------------------------------------------------------------------------------- */

static bool is_decayed(const struct inspected_tensor *t)
{
    return t->n_dims >= 2 && !strcasestr(t->name, "norm") && !strcasestr(t->name, "ln_");
}

/* The parameters in the order of one hypothesis: as they are, matrices first, or matrices last. */
static void arrange(const struct parameters *p, int hypothesis, const struct inspected_tensor **order)
{
    size_t n = 0;
    for (int pass = 0; pass < (hypothesis ? 2 : 1); pass++)
        for (size_t i = 0; i < p->n; i++)
            if (!hypothesis || is_decayed(p->list[i]) == ((pass == 0) == (hypothesis == 1))) order[n++] = p->list[i];
}

static bool fits(const struct states *s, const struct inspected_tensor **order)
{
    size_t seen = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (s->shape[i] && !same_shape(s->shape[i], order[i])) return false;
        seen += s->shape[i] != NULL;
    }
    return seen > 0;
}

/* One group is in the model's order; several are in the one order that fits. */
static bool name_by_order(const struct parameters *p, struct states *s)
{
    const struct inspected_tensor **order = calloc(3 * (p->n + 1), sizeof *order), **found = NULL;
    bool twice = false;
    if (!order) return false;
    for (int hypothesis = 0; hypothesis < 3; hypothesis++) {
        const struct inspected_tensor **mine = order + (size_t)hypothesis * (p->n + 1);
        arrange(p, hypothesis, mine);
        if (!fits(s, mine)) continue;
        if (found && memcmp(found, mine, p->n * sizeof *mine) != 0) twice = true;
        if (!found) found = mine;
    }
    for (size_t i = 0; found && !twice && i < s->n; i++) s->name[i] = found[i]->name;
    free(order);
    return found && !twice;
}

/* ---- by shapes that there is only one of --------------------------------------------------------------------------------------------- */

static int by_shape(const void *a, const void *b)
{
    const struct inspected_tensor *x = *(const struct inspected_tensor *const *)a,
                                  *y = *(const struct inspected_tensor *const *)b;
    if (x->n_dims != y->n_dims) return x->n_dims < y->n_dims ? -1 : 1;
    for (uint32_t i = 0; i < x->n_dims; i++)
        if (x->shape[i] != y->shape[i]) return x->shape[i] < y->shape[i] ? -1 : 1;
    return 0;
}

/* Of a sorted list, the one element that is of t's shape; NULL when there is none or another. */
static const struct inspected_tensor *only_one(const struct inspected_tensor **sorted, size_t n, const struct inspected_tensor *t)
{
    const struct inspected_tensor **at = bsearch(&t, sorted, n, sizeof *sorted, by_shape);
    if (!at || (at > sorted && by_shape(at - 1, &t) == 0) || (at + 1 < sorted + n && by_shape(at + 1, &t) == 0)) return NULL;
    return *at;
}

/* All states must have a shape, else one of those without could be the twin. */
static bool name_by_shape(struct parameters *p, struct states *s)
{
    const struct inspected_tensor **shapes = calloc(s->n + 1, sizeof *shapes);
    size_t n = 0;
    bool named = false;
    for (size_t i = 0; shapes && i < s->n; i++)
        if (s->shape[i]) shapes[n++] = s->shape[i];
    if (shapes && n == s->n) {
        qsort(shapes, n, sizeof *shapes, by_shape);
        qsort(p->list, p->n, sizeof *p->list, by_shape);
        for (size_t i = 0; i < s->n; i++) {
            const struct inspected_tensor *parameter = only_one(p->list, p->n, s->shape[i]);
            if (parameter && only_one(shapes, n, s->shape[i])) s->name[i] = parameter->name, named = true;
        }
    }
    free(shapes);
    return named;
}

/* ---- all of it ------------------------------------------------------------------------------------------------------------------------ */

static void find_names(const struct checkpoint *c, struct states *s, struct parameters *p)
{
    size_t by_groups = 0;
    for (size_t i = 0; i < c->n_parts; i++)
        if (c->parts[i].read) by_groups += name_by_groups(&c->parts[i].inspection, s);
    if (by_groups || !s->n || p->n != s->n) return;
    if (p->ordered) name_by_order(p, s);
    else name_by_shape(p, s);
}

void join_optimizer(struct checkpoint *c)
{
    struct states s = {0};
    struct parameters p = {0};
    if (c->layout != CHECKPOINT_DEEPSPEED && gather_states(c, &s) && gather_parameters(c, &p)) {
        find_names(c, &s, &p);
        EACH_TENSOR(c, t)
        if (is_number_keyed(t) && s.name[t->index]) t->parameter = s.name[t->index], c->joined = true;
    }
    free(s.shape);
    free(s.name);
    free(p.list);
}
