/* An optimizer's state (torch/optim/optimizer.py):
 *
 *     {'state': {0: {'step': tensor, 'exp_avg': T, 'exp_avg_sq': T}, 1: ...}, 'param_groups': [{'lr': 1e-4, ..., 'params': [0, 1, 2]}]}
 *
 * Keys of state are those of 'params', mostly positions in the flattened lists; FSDP writes names instead. param_names (torch 2.6) gives the
 * names of positions. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../base/hash.h"
#include "state_dict_walk.h"

enum { PARAMETERS_MAX = 1 << 20, GROUPS_MAX = 1024 };
struct place {
    uint64_t hash;
    int64_t position;
};
struct parameters {
    const struct node **ids; /* the flattened lists */
    const struct node **names;
    size_t n;
    struct place *places; /* of the ids, by hash */
};

bool is_optimizer(struct walk *w, const struct node *n)
{
    const struct node *state = member_of(w, n, "state"), *groups = member_of(w, n, "param_groups");
    return state && node_dict(state) && groups && node_items(groups);
}

/* What a key is found by: numbers and texts by their value, all else by being the same node. */
static uint64_t id_hash(const struct node *n)
{
    int64_t i;
    struct span text = node_text(n);
    if (node_integer(n, &i)) return hash64(&i, sizeof i, 1);
    return text.n ? hash64(text.p, text.n, 2) : hash64(&n, sizeof n, 3);
}

static int by_hash(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    return x->hash != y->hash ? (x->hash > y->hash) - (x->hash < y->hash)
                              : (x->position > y->position) - (x->position < y->position);
}

static bool index_ids(struct parameters *p)
{
    p->places = calloc(p->n ? p->n : 1, sizeof *p->places);
    for (size_t i = 0; p->places && i < p->n; i++) p->places[i] = (struct place){id_hash(p->ids[i]), (int64_t)i};
    if (p->places) qsort(p->places, p->n, sizeof *p->places, by_hash);
    return p->places != NULL;
}

static size_t count_parameters(struct walk *w, const struct node *groups)
{
    size_t n = 0;
    for (uint64_t i = 0; i < groups->n && i < GROUPS_MAX; i++) {
        const struct node *params = node_items(member_of(w, groups->items[i], "params"));
        if (params) n += (size_t)params->n;
        if (n > PARAMETERS_MAX) return PARAMETERS_MAX;
    }
    return n;
}

static bool flatten(struct walk *w, const struct node *groups, struct parameters *p)
{
    size_t room = count_parameters(w, groups);
    *p = (struct parameters){0};
    w->probed += 16 * room; /* a list may name one optimizer many times */
    p->ids = calloc(room ? room : 1, sizeof *p->ids);
    p->names = calloc(room ? room : 1, sizeof *p->names);
    for (uint64_t i = 0; p->ids && p->names && i < groups->n && i < GROUPS_MAX; i++) {
        const struct node *params = node_items(member_of(w, groups->items[i], "params")),
                          *names = node_items(member_of(w, groups->items[i], "param_names"));
        for (uint64_t k = 0; params && k < params->n && p->n < room; k++, p->n++) {
            p->ids[p->n] = params->items[k];
            p->names[p->n] = names && k < names->n ? names->items[k] : NULL;
        }
    }
    return p->ids && p->names && index_ids(p);
}

/* Where a key of state stands in the flattened lists; -1. */
static int64_t position_of(const struct parameters *p, const struct node *key)
{
    size_t low = 0, high = p->n;
    uint64_t hash = id_hash(key);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (p->places[middle].hash < hash) low = middle + 1;
        else high = middle;
    }
    return low < p->n && p->places[low].hash == hash ? p->places[low].position : -1;
}

static const char *text_of(struct walk *w, const struct node *n)
{
    return node_text(n).n ? walk_path(w, "", node_text(n)) : NULL;
}

static double real(struct walk *w, const struct node *n)
{
    double value;
    return n && number_of(w, n, &value) ? value : NAN;
}

static void tell_group(struct walk *w, const struct node *group, const struct parameters *p, size_t first, size_t n,
                       const char *class)
{
    const struct node *betas = member_of(w, group, "betas");
    struct ckpt_group g = {.index = w->groups++, .optimizer = class, .n_parameters = n};
    int64_t *indices = calloc(n ? n : 1, sizeof *indices);
    const char **names = calloc(n ? n : 1, sizeof *names);
    bool named = false;
    for (size_t i = 0; indices && names && i < n; i++) {
        const struct node *name = p->names[first + i] ? p->names[first + i] : p->ids[first + i];
        indices[i] = (int64_t)(first + i);
        names[i] = text_of(w, name);
        named |= names[i] != NULL;
        if (!names[i]) names[i] = "";
    }
    g.learning_rate = real(w, member_of(w, group, "lr"));
    g.weight_decay = real(w, member_of(w, group, "weight_decay"));
    g.eps = real(w, member_of(w, group, "eps"));
    g.beta1 = real(w, node_item(betas, 0));
    g.beta2 = real(w, node_item(betas, 1));
    g.momentum = real(w, member_of(w, group, "momentum"));
    g.parameters = indices;
    g.names = named ? names : NULL;
    if (indices && names) w->out->group(w->out->arg, &g);
    free(indices);
    free(names);
}

static void tell_groups(struct walk *w, const struct node *groups, const struct parameters *p, const char *class)
{
    size_t first = 0;
    for (uint64_t i = 0; i < groups->n && i < GROUPS_MAX; i++) {
        const struct node *params = node_items(member_of(w, groups->items[i], "params"));
        size_t n = params ? (size_t)params->n : 0;
        if (n > p->n - first) n = p->n - first;
        tell_group(w, groups->items[i], p, first, n, class);
        first += n;
    }
}

/* All slots of one parameter, under path. */
static void push_slots(struct walk *w, const struct node *slots, struct item i)
{
    char number[24];
    struct span key;
    const char *path = i.path;
    const struct node *dict = node_dict(slots);
    for (uint64_t k = dict ? dict->n : 0; k >= 2; k -= 2) {
        i.node = dict->items[k - 1];
        if (i.node->kind < NODE_TUPLE || !walk_key(dict->items[k - 2], number, &key)) continue;
        i.path = walk_path(w, path, key);
        i.slot = walk_path(w, "", key);
        walk_push(w, &i);
    }
}

static void tell_state(struct walk *w, const struct node *state, const struct parameters *p, const char *path)
{
    char number[24];
    struct span key;
    double step;
    for (uint64_t k = 0; state && k + 1 < state->n && !w->failed; k += 2) {
        const struct node *id = state->items[k];
        struct item i = {.part = CKPT_OPTIMIZER, .of_optimizer = true, .index = position_of(p, id)};
        if (id->kind == NODE_TEXT) i.parameter = text_of(w, id);
        else if (i.index >= 0) i.parameter = text_of(w, p->names[i.index]);
        if (!walk_key(id, number, &key))
            key = (struct span){number, (size_t)snprintf(number, sizeof number, "%lld", (long long)i.index)};
        i.path = walk_path(w, path, key);
        if (k == 0 && node_number(node_get(state->items[1], "step"), &step)) {
            char text[32];
            snprintf(text, sizeof text, "%.17g", step);
            w->out->fact(w->out->arg, "optimizer_step", text);
        }
        push_slots(w, state->items[k + 1], i);
        walk_run(w);
    }
}

void state_dict_optimizer(struct walk *w, const struct node *n)
{
    struct parameters p;
    char number[24];
    const struct node *groups = node_items(member_of(w, n, "param_groups"));
    const struct global *class = node_class(n);
    bool known = class && span_starts(class->module, "torch.optim");
    const char *name = known ? walk_path(w, "", class->name) : NULL, *path = "optimizer";
    size_t which = w->optimizers++;
    if (which) path = walk_path(w, path, (struct span){number, (size_t)snprintf(number, sizeof number, "%zu", which)});
    path = walk_path(w, path, span_of("state"));
    if (flatten(w, groups, &p)) {
        tell_groups(w, groups, &p, name);
        tell_state(w, node_dict(member_of(w, n, "state")), &p, path);
    } else if (!w->failed) w->failed = err_set(w->err, E_MEMORY, "no memory for an optimizer's parameters");
    free(p.ids);
    free(p.names);
    free(p.places);
}
