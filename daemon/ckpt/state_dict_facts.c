/* What a checkpoint says besides its tensors: where training stood, with which settings. */
#include <inttypes.h>
#include <stdio.h>

#include "../base/num.h"
#include "numpy_type.h"
#include "state_dict_walk.h"

enum { FACTS_MAX = 96, VALUE_BYTES = 200, KEY_BYTES = 100 };

/* numpy.core.multiarray.scalar(dtype, bytes), little-endian. */
static bool numpy_scalar(const struct node *n, double *ret)
{
    struct numpy_type type;
    const struct global *f = node_class(n);
    bool is_scalar = global_is(f, "numpy.core.multiarray", "scalar") || global_is(f, "numpy._core.multiarray", "scalar");
    if (!is_scalar || !numpy_type_of(node_item(n->call->args, 0), &type) || type.swapped) return false;
    const struct node *bytes = node_item(n->call->args, 1);
    struct tensor_stream s;
    if (!bytes || bytes->kind != NODE_BYTES || !bytes->text.p || bytes->n != tensor_dtype_bytes(type.dtype) || !bytes->n)
        return false;
    tensor_begin(&s, type.dtype, 0);
    tensor_add(&s, bytes->text.p, 1);
    struct tensor_summary sum = tensor_end(&s);
    *ret = sum.mean;
    return !sum.nan && !sum.inf;
}

bool number_of(struct walk *w, const struct node *n, double *ret)
{
    struct view v;
    const char *why;
    if (node_number(n, ret)) return true;
    if (!n || n->kind != NODE_CALL) return false;
    if (numpy_scalar(n, ret)) return true;
    return view_of(n, w->from, w->out->arena, &v, &why) == VIEW_OK && view_scalar(&v, w->from, ret);
}

/* The shorter of two ways to write a double that reads back as it. */
static void number_text(double value, char out[VALUE_BYTES])
{
    double back;
    snprintf(out, VALUE_BYTES, "%.15g", value);
    if (!num_parse(span_of(out), &back) || back != value) snprintf(out, VALUE_BYTES, "%.17g", value);
}

/* A value as a person would write it; false for boxes and all that has no short text. Enum members are calls with their value. */
static bool value_text(struct walk *w, const struct node *n, char out[VALUE_BYTES])
{
    double value;
    struct span text = node_text(n);
    const struct node *args = n->kind == NODE_CALL ? n->call->args : NULL;
    if (n->kind == NODE_BOOL) return snprintf(out, VALUE_BYTES, "%s", n->integer ? "true" : "false"), true;
    if (n->kind == NODE_INT) return snprintf(out, VALUE_BYTES, "%" PRId64, n->integer), true;
    if (text.n && text.n < VALUE_BYTES) return snprintf(out, VALUE_BYTES, "%.*s", (int)text.n, text.p), true;
    if (number_of(w, n, &value)) return number_text(value, out), true;
    bool is_enum = args && args->kind == NODE_TUPLE && args->n == 1 && !n->call->state;
    return is_enum && args->items[0]->kind != NODE_CALL && value_text(w, args->items[0], out);
}

static void fact(struct walk *w, const char *prefix, struct span key, const struct node *value)
{
    char text[VALUE_BYTES], name[KEY_BYTES];
    if (!value || !value_text(w, value, text)) return;
    snprintf(name, sizeof name, "%s%.*s", prefix, (int)(key.n < 60 ? key.n : 60), key.p);
    w->out->fact(w->out->arg, name, text);
}

static void all_facts(struct walk *w, const char *prefix, const struct node *dict)
{
    char number[24];
    struct span key;
    uint64_t told = 0;
    for (uint64_t i = 0; dict && i + 1 < dict->n && told < FACTS_MAX; i += 2)
        if (dict->items[i + 1]->kind != NODE_NONE && walk_key(dict->items[i], number, &key))
            fact(w, prefix, key, dict->items[i + 1]), told++;
}

/* The same thing under the names that frameworks have for it. */
static const struct {
    const char *key, *fact;
} canonical[] = {
    {"global_step", "step"},
    {"global_steps", "step"},
    {"step", "step"},
    {"iteration", "step"},
    {"iter", "step"},
    {"num_updates", "step"},
    {"current_iteration", "step"},
    {"epoch", "epoch"},
    {"current_epoch", "epoch"},
    {"loss", "loss"},
    {"pytorch-lightning_version", "lightning_version"},
    {"torch_version", "torch_version"},
    {"_sklearn_version", "sklearn_version"},
    {"lr", "learning_rate"},
    {"learning_rate", "learning_rate"},
    {"ds_version", "deepspeed_version"},
};

static void top_facts(struct walk *w, const struct node *dict)
{
    uint64_t told = 0;
    for (uint64_t i = 0; dict && i + 1 < dict->n && told < FACTS_MAX; i += 2) {
        struct span key = node_text(dict->items[i]);
        const struct node *value = dict->items[i + 1];
        double number;
        const char *name = NULL;
        for (size_t k = 0; !name && k < sizeof canonical / sizeof *canonical; k++)
            if (span_is(key, canonical[k].key)) name = canonical[k].fact;
        if (name) fact(w, "", span_of(name), value), told++;
        else if (key.n && (node_number(value, &number) || value->kind == NODE_TEXT)) fact(w, "", key, value), told++;
    }
}

static bool is_scheduler(struct walk *w, const struct node *n)
{
    return member_of(w, n, "last_epoch") && (member_of(w, n, "_step_count") || member_of(w, n, "base_lrs"));
}
static bool is_scaler(struct walk *w, const struct node *n)
{
    return member_of(w, n, "scale") && member_of(w, n, "growth_factor");
}

static void scheduler_facts(struct walk *w, const struct node *n)
{
    const struct node *rates = node_items(member_of(w, n, "_last_lr"));
    fact(w, "", span_of("scheduler_last_epoch"), member_of(w, n, "last_epoch"));
    if (rates && rates->n) fact(w, "", span_of("learning_rate"), rates->items[0]);
}

static void scaler_facts(struct walk *w, const struct node *n)
{
    fact(w, "", span_of("loss_scale"), node_get(n, "scale"));
    fact(w, "", span_of("loss_scale_growth_tracker"), node_get(n, "_growth_tracker"));
}

static void part_facts(struct walk *w, const struct node *n)
{
    const struct node *list = node_items(n);
    if (list && list->n == 1) n = list->items[0];
    if (is_scheduler(w, n)) scheduler_facts(w, n);
    if (is_scaler(w, n)) scaler_facts(w, n);
}

/* Who wrote it: by a key, by the class of the whole, else by the format. */
static const char *framework_of(struct walk *w, const struct node *value, const struct node *dict)
{
    static const struct {
        const char *module, *framework;
    } known[] = {{"sklearn", "scikit-learn"},
                 {"xgboost", "xgboost"},
                 {"lightgbm", "lightgbm"},
                 {"catboost", "catboost"},
                 {"transformers", "transformers"},
                 {"trl", "trl"},
                 {"stable_baselines3", "stable-baselines3"},
                 {"ultralytics", "ultralytics"}};
    const struct global *g = node_class(value);
    if (node_get(dict, "pytorch-lightning_version")) return "lightning";
    for (size_t i = 0; g && i < sizeof known / sizeof *known; i++)
        if (span_starts(g->module, known[i].module)) return known[i].framework;
    return w->from->framework;
}

static void class_facts(struct walk *w, const struct node *value)
{
    const struct global *g = node_class(value);
    if (!g || !value->call->state) return;
    w->out->fact(w->out->arg, "class", g->said);
    bool arguments = span_has(g->name, "Arguments") || (span_starts(g->module, "trl") && span_has(g->name, "Config"));
    if (arguments) all_facts(w, "training_args.", node_dict(node_attributes(value)));
    if (span_starts(g->module, "sklearn")) fact(w, "", span_of("sklearn_version"), node_attribute(value, "_sklearn_version"));
}

void state_dict_facts(struct walk *w, const struct node *value)
{
    const struct node *dict = node_dict(value), *parameters = node_get(value, "hyper_parameters");
    const char *framework = framework_of(w, value, dict);
    if (framework) w->out->fact(w->out->arg, "framework", framework);
    class_facts(w, value);
    part_facts(w, value);
    top_facts(w, dict);
    if (parameters) all_facts(w, "hyper_parameters.", node_dict(parameters));
    for (uint64_t i = 0; dict && i + 1 < dict->n; i += 2) part_facts(w, dict->items[i + 1]);
}
