/* Which part of a checkpoint is what, by its keys and its shape. */
#include "state_dict.h"

#include <stdlib.h>

#include "state_dict_walk.h"

/* Keys that wrap the one model, and so are no part of its tensors' names. */
static const char *const wrappers[] = {"state_dict", "model_state_dict", "model",  "module",  "model_state",
                                       "net",        "network",          "params", "weights", "model_weights"};

static bool is_wrapper(struct span key)
{
    for (size_t i = 0; i < sizeof wrappers / sizeof *wrappers; i++)
        if (span_is(key, wrappers[i])) return true;
    return false;
}

const struct node *member_of(struct walk *w, const struct node *n, const char *key)
{
    enum { PROBES_MAX = 1 << 26 };
    const struct node *dict = node_dict(n), *attributes = node_dict(node_attributes(n));
    w->probed += 1 + (dict ? dict->n : 0) + (attributes ? attributes->n : 0);
    if (w->probed > PROBES_MAX && !w->failed)
        w->failed = err_set(w->err, E_LIMIT, "its dicts share each other in too many places to be walked");
    if (w->failed) return NULL;
    const struct node *value = node_get(n, key);
    return value ? value : node_get(attributes, key);
}

static bool is_tensor(struct walk *w, const struct node *n)
{
    struct view v;
    const char *why;
    if (n->kind != NODE_CALL) return false;
    return global_is(node_class(n), "torch._utils", "_rebuild_sparse_tensor _rebuild_sparse_csr_tensor") ||
           view_of(n, w->from, w->out->arena, &v, &why) != VIEW_NONE;
}

/* A dict of tensors under text keys; a few other values may stand among them. Boxes below count when they are such dicts by their first value. */
static bool is_state_dict(struct walk *w, const struct node *n)
{
    enum { LOOK = 64 };
    const struct node *dict = node_dict(n);
    uint64_t tensors = 0, looked = 0;
    for (uint64_t i = 0; dict && i + 1 < dict->n && looked < LOOK; i += 2, looked++) {
        const struct node *value = dict->items[i + 1], *below = node_dict(value);
        if (dict->items[i]->kind != NODE_TEXT) return false;
        if (below && below->n >= 2) value = below->items[1];
        tensors += is_tensor(w, value);
    }
    return tensors > 0 && tensors * 2 >= looked;
}

static bool is_module(struct walk *w, const struct node *n)
{
    return n->kind == NODE_CALL && member_of(w, n, "_modules") && member_of(w, n, "_parameters");
}

static bool is_random_state(struct walk *w, const struct node *n)
{
    return member_of(w, n, "python") && member_of(w, n, "numpy") && member_of(w, n, "cpu");
}

static bool has_wrapper(struct walk *w, const struct node *dict)
{
    for (uint64_t i = 0; i + 1 < dict->n; i += 2) {
        const struct node *value = dict->items[i + 1];
        if (is_wrapper(node_text(dict->items[i])) && (is_module(w, value) || is_state_dict(w, value))) return true;
        if (is_optimizer(w, value)) return true;
    }
    return false;
}

static void model(struct walk *w, const struct node *n, struct span key)
{
    bool bare = is_wrapper(key) && w->models++ == 0;
    struct item i = {.node = n, .path = bare ? "" : walk_path(w, "", key), .part = CKPT_PARAMETER};
    walk_push(w, &i);
    walk_run(w);
}

static void other(struct walk *w, const struct node *n, struct span key, enum ckpt_part part)
{
    struct item i = {.node = n, .path = walk_path(w, "", key), .part = part};
    if (n->kind < NODE_TUPLE || n->kind == NODE_GLOBAL) return;
    walk_push(w, &i);
    walk_run(w);
}

/* An optimizer, or a list of them; false when it is neither. */
static bool optimizers(struct walk *w, const struct node *n)
{
    const struct node *list = node_items(n);
    bool any = false;
    if (is_optimizer(w, n)) return state_dict_optimizer(w, n), true;
    for (uint64_t i = 0; list && i < list->n && is_optimizer(w, list->items[i]); i++, any = true)
        state_dict_optimizer(w, list->items[i]);
    return any;
}

static void entry(struct walk *w, struct span key, const struct node *value, enum ckpt_part bare_tensors)
{
    bool of_optimizer = span_starts(key, "optim") || span_is(key, "opt");
    if (value->mark && !is_tensor(w, value)) return; /* it was told under another key */
    if (optimizers(w, value)) return;
    if (is_tensor(w, value)) other(w, value, key, bare_tensors);
    else if (is_module(w, value) || (is_state_dict(w, value) && !of_optimizer && !is_random_state(w, value)))
        model(w, value, key);
    else other(w, value, key, of_optimizer ? CKPT_OPTIMIZER : is_wrapper(key) ? CKPT_PARAMETER : CKPT_OTHER);
}

static void root(struct walk *w, const struct node *value)
{
    const struct node *dict = node_dict(value);
    char number[24];
    struct span key;
    if (optimizers(w, value)) return;
    if (is_module(w, value)) {
        model(w, value, span_of("model"));
        return;
    }
    bool random = dict && is_random_state(w, dict);
    enum ckpt_part bare = dict && (random || has_wrapper(w, dict)) ? CKPT_OTHER : CKPT_PARAMETER;
    for (uint64_t i = 0; dict && i + 1 < dict->n && !w->failed; i += 2)
        entry(w, walk_key(dict->items[i], number, &key) ? key : span_of("?"), dict->items[i + 1], bare);
    if (dict) ((struct node *)dict)->mark = 1; /* its entries are told; an object may have more than them */
    if (!dict || value->kind == NODE_CALL)
        other(w, value, (struct span){"", 0}, node_class(value) || !node_items(value) ? CKPT_PARAMETER : CKPT_OTHER);
}

enum status state_dict_walk(const struct node *value, const struct state_from *from, const struct ckpt_limits *max,
                            const struct ckpt_sink *out, struct err *err)
{
    struct walk w = {.from = from, .max = max, .out = out, .err = err};

    state_dict_facts(&w, value);
    root(&w, value);
    free(w.work);
    free(w.storages);
    return w.failed;
}
