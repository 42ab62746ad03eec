/* keras_names - the datasets of a Keras file by the names that a person gave their layers.
 *
 *     .weights.h5   layers/<class>[_k]/vars/<n>, the layer's own name is the attribute "name" of vars; optimizer/vars/0 iteration, 1 learning
 *                   rate, then the slots of the trainable variables in the model's order
 *     legacy .h5    model_weights/<layer>/[<model>/]<layer>/kernel[:0]; optimizer_weights/<optimizer>/<variable>_<slot>
 *
 * Slots get torch's names, so that what is said of Adam's moments is said of both. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "h5.h"
#include "keras_config.h"
#include "part.h"

enum { LAYERS_MAX = 4096, NAME_BYTES = 1024 };

/* Of a class of layers: its variables in order. Names of groups are the class in snake case, with _1, _2 ... behind. */
struct class
{
    const char *name, *variables[4];
};
static const struct class classes[] = {
    {"batch_normalization", {"gamma", "beta", "moving_mean", "moving_variance"}},
    {"layer_normalization", {"gamma", "beta"}},
    {"group_normalization", {"gamma", "beta"}},
    {"rms_normalization", {"scale"}},
    {"embedding", {"embeddings"}},
    {"seed_generator", {"seed_generator_state"}},
    {"lstm_cell", {"kernel", "recurrent_kernel", "bias"}},
    {"gru_cell", {"kernel", "recurrent_kernel", "bias"}},
    {"simple_rnn_cell", {"kernel", "recurrent_kernel", "bias"}},
    {"cell", {"kernel", "recurrent_kernel", "bias"}},
    {"p_re_l_u", {"alpha"}},
    {"dense", {"kernel", "bias"}},
    {"einsum_dense", {"kernel", "bias"}},
    {"separable_conv1d", {"depthwise_kernel", "pointwise_kernel", "bias"}},
    {"separable_conv2d", {"depthwise_kernel", "pointwise_kernel", "bias"}},
    {"conv1d", {"kernel", "bias"}},
    {"conv2d", {"kernel", "bias"}},
    {"conv3d", {"kernel", "bias"}},
    {"conv1d_transpose", {"kernel", "bias"}},
    {"conv2d_transpose", {"kernel", "bias"}},
    {"depthwise_conv2d", {"kernel", "bias"}},
    {"query_dense", {"kernel", "bias"}},
    {"key_dense", {"kernel", "bias"}},
    {"value_dense", {"kernel", "bias"}},
    {"output_dense", {"kernel", "bias"}},
};

/* An optimizer's slots, in the order of its file. */
struct slots {
    const char *optimizer;
    const char *slots[3];
};
static const struct slots slot_table[] = {
    {"Adam", {"exp_avg", "exp_avg_sq"}},
    {"AdamW", {"exp_avg", "exp_avg_sq"}},
    {"Nadam", {"exp_avg", "exp_avg_sq"}},
    {"Lamb", {"exp_avg", "exp_avg_sq"}},
    {"Adamax", {"exp_avg", "exp_inf"}},
    {"SGD", {"momentum_buffer"}},
    {"RMSprop", {"square_avg"}},
    {"Adagrad", {"sum"}},
    {"Lion", {"exp_avg"}},
    {"Adadelta", {"square_avg", "acc_delta"}},
};
/* The legacy file spells the slot behind the variable. */
static const struct {
    const char *suffix, *slot;
} suffixes[] = {{"_velocity", "exp_avg_sq"},
                {"_momentum", "exp_avg"},
                {"_velocity_hat", "max_exp_avg_sq"},
                {"_accumulator", "sum"},
                {"_norm", "exp_inf"}};

struct naming {
    struct h5 *h;
    struct arena *arena;
    const char **layers; /* in the model's order */
    size_t n_layers;
    const struct slots *slots;
};

static const char *label_of(const struct h5 *h, const char *path, size_t n)
{
    for (const struct h5_label *l = h->labels; l; l = l->next)
        if (strlen(l->path) == n && memcmp(l->path, path, n) == 0) return l->name;
    return NULL;
}

/* "dense_12": the class is what stands before the number. */
static const struct class *class_of(const char *group, size_t n)
{
    size_t m = n;
    while (m && isdigit((unsigned char)group[m - 1])) m--;
    if (m && m < n && group[m - 1] == '_') n = m - 1;
    for (const struct class *c = classes; c < classes + sizeof classes / sizeof *classes; c++)
        if (strlen(c->name) == n && memcmp(c->name, group, n) == 0) return c;
    return NULL;
}

/* "layers/functional/layers/dense/vars/0" -> "functional/d_0/kernel". NULL: no path of Keras 3. */
static const char *name_of_variable(struct naming *g, const char *path)
{
    char name[NAME_BYTES];
    const char *vars = strstr(path, "/vars/"), *group = path, *label;
    size_t n = 0;
    if (!vars || strchr(vars + 6, '/')) return NULL;
    unsigned long index = strtoul(vars + 6, NULL, 10);
    label = label_of(g->h, path, (size_t)(vars - path) + 5);
    for (const char *p = path; p < vars;) {
        size_t k = strcspn(p, "/");
        group = p;
        bool last = p + k == vars;
        if (!(k == 6 && memcmp(p, "layers", 6) == 0) && !last)
            n += (size_t)snprintf(name + n, sizeof name - n, "%.*s/", (int)k, p);
        if (n >= sizeof name) return NULL;
        p += k + 1;
    }
    const struct class *c = class_of(group, (size_t)(vars - group));
    const char *variable = c && index < 4 ? c->variables[index] : NULL;
    if (label) n += (size_t)snprintf(name + n, sizeof name - n, "%s/", label);
    else n += (size_t)snprintf(name + n, sizeof name - n, "%.*s/", (int)(vars - group), group);
    if (n >= sizeof name) return NULL;
    snprintf(name + n, sizeof name - n, "%s", variable ? variable : vars + 6);
    return arena_copy(g->arena, name, strlen(name));
}

/* optimizer/vars/<n>: slots interleaved per trainable variable. */
static void name_slot(struct naming *g, struct ckpt_tensor *t, unsigned long index)
{
    t->part = CKPT_OPTIMIZER;
    if (index < 2) {
        t->slot = index ? "learning_rate" : "step";
        return;
    }
    size_t per = 0;
    while (g->slots && per < 3 && g->slots->slots[per]) per++;
    if (!per) return;
    t->slot = g->slots->slots[(index - 2) % per];
    t->index = (int64_t)((index - 2) / per);
}

/* "sequential_d_0_kernel_momentum": slot behind the variable; its path is found by the model's weights. */
static void name_legacy_slot(struct naming *g, struct ckpt_tensor *t, const char *last)
{
    t->part = CKPT_OPTIMIZER;
    if (strcmp(last, "iteration") == 0 || strncmp(last, "iter", 4) == 0) t->slot = "step";
    if (strcmp(last, "learning_rate") == 0) t->slot = "learning_rate";
    size_t n = strlen(last);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        size_t k = strlen(suffixes[i].suffix);
        if (n <= k || strcmp(last + n - k, suffixes[i].suffix) != 0) continue;
        bool sgd = g->slots && strcmp(g->slots->optimizer, "SGD") == 0;
        t->slot = sgd ? "momentum_buffer" : suffixes[i].slot;
        t->parameter = arena_copy(g->arena, last, n - k);
        return;
    }
}

/* model_weights/d_0/sequential/d_0/kernel:0 -> d_0/kernel. Weights without a model lie at the root. */
static const char *name_of_legacy(struct naming *g, const char *layer)
{
    char name[NAME_BYTES];
    const char *last = strrchr(layer, '/');
    if (!last) return NULL;
    size_t n = strcspn(layer, "/"), m = strcspn(last + 1, ":");
    snprintf(name, sizeof name, "%.*s/%.*s", (int)n, layer, (int)m, last + 1);
    return arena_copy(g->arena, name, strlen(name));
}

static void name_tensor(struct naming *g, struct ckpt_tensor *t)
{
    const char *path = t->name, *last = strrchr(path, '/');
    const char *name = NULL;
    if (strncmp(path, "optimizer/vars/", 15) == 0) name_slot(g, t, strtoul(path + 15, NULL, 10));
    else if (strncmp(path, "optimizer_weights/", 18) == 0) name_legacy_slot(g, t, last + 1);
    else if (strncmp(path, "model_weights/", 14) == 0) name = name_of_legacy(g, path + 14);
    else if (g->h->keras_version && !g->h->labels) name = name_of_legacy(g, path);
    else name = name_of_variable(g, path);
    if (name) t->name = name;
    if (t->part != CKPT_OPTIMIZER) t->part = part_of(t->name);
}

/* The layer of a name: what stands before the last slash, its last part. */
static bool is_of_layer(const char *name, const char *layer)
{
    const char *end = strrchr(name, '/');
    size_t n = strlen(layer);
    if (!end || (size_t)(end - name) < n || memcmp(end - n, layer, n) != 0) return false;
    return end - n == name || end[-(ptrdiff_t)n - 1] == '/';
}

/* Which parameter an index means: trainable variables in the order of the model's layers. Only when shapes agree throughout is it told. */
static void match_parameters(struct naming *g)
{
    const struct ckpt_tensor **order = calloc(g->h->n + 1, sizeof *order);
    size_t n = 0;
    bool agree = order != NULL;
    for (size_t i = 0; order && i < g->n_layers; i++)
        for (struct h5_dataset *d = g->h->first; d; d = d->next)
            if (d->tensor.part == CKPT_PARAMETER && is_of_layer(d->tensor.name, g->layers[i]) && n < g->h->n)
                order[n++] = &d->tensor;
    for (struct h5_dataset *d = g->h->first; agree && d; d = d->next) {
        const struct ckpt_tensor *t = &d->tensor;
        if (t->part != CKPT_OPTIMIZER || t->index < 0) continue;
        const struct ckpt_tensor *p = (uint64_t)t->index < n ? order[t->index] : NULL;
        agree = p && p->n_dims == t->n_dims && memcmp(p->shape, t->shape, t->n_dims * sizeof *t->shape) == 0;
    }
    for (struct h5_dataset *d = g->h->first; agree && d; d = d->next)
        if (d->tensor.part == CKPT_OPTIMIZER && d->tensor.index >= 0) d->tensor.parameter = order[d->tensor.index]->name;
    free(order);
}

/* "sequential_d_0_kernel" is what "sequential/d_0/kernel" became; the model's own name stands before. */
static bool spells(const char *flat, const char *name)
{
    size_t n = strlen(flat), m = strlen(name);
    if (m > n) return false;
    const char *tail = flat + n - m;
    if (tail != flat && tail[-1] != '_') return false;
    for (size_t i = 0; i < m; i++)
        if (tail[i] != name[i] && !(tail[i] == '_' && name[i] == '/')) return false;
    return true;
}

static void match_legacy(struct naming *g)
{
    for (struct h5_dataset *s = g->h->first; s; s = s->next) {
        if (s->tensor.part != CKPT_OPTIMIZER || !s->tensor.parameter) continue;
        for (struct h5_dataset *d = g->h->first; d; d = d->next)
            if (d->tensor.part == CKPT_PARAMETER && spells(s->tensor.parameter, d->tensor.name)) {
                s->tensor.parameter = d->tensor.name;
                break;
            }
    }
}

static const struct slots *slots_of(const char *optimizer)
{
    for (const struct slots *s = slot_table; optimizer && s < slot_table + sizeof slot_table / sizeof *slot_table; s++)
        if (strcmp(s->optimizer, optimizer) == 0) return s;
    return NULL;
}

/* The weights alone tell the optimizer by the label of its group: "adam", "sgd_1". */
static const char *labelled_optimizer(const struct h5 *h)
{
    static const char group[] = "optimizer/vars";
    const char *label = label_of(h, group, sizeof group - 1);
    size_t n = label ? strcspn(label, "_") : 0;
    for (const struct slots *s = slot_table; n && s < slot_table + sizeof slot_table / sizeof *slot_table; s++)
        if (strlen(s->optimizer) == n && strncasecmp(s->optimizer, label, n) == 0) return s->optimizer;
    return NULL;
}

/* Parameters that have a slot. */
static uint64_t trained(const struct h5 *h)
{
    uint64_t n = 0;
    for (const struct h5_dataset *d = h->first; d; d = d->next)
        if (d->tensor.part == CKPT_OPTIMIZER && d->tensor.index >= (int64_t)n) n = (uint64_t)d->tensor.index + 1;
    return n;
}

static void tell_facts(const struct h5 *h, const char *optimizer, const struct ckpt_sink *out)
{
    const char *const facts[][2] = {{"keras_version", h->keras_version}, {"backend", h->backend}, {"optimizer", optimizer}};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (facts[i][1]) out->fact(out->arg, facts[i][0], facts[i][1]);
}

enum status h5_tell(struct h5 *h, const char *config, const struct ckpt_sink *out, struct err *err)
{
    struct naming g = {.h = h, .arena = out->arena};
    bool keras = config || h->model_config || h->keras_version || h->labels;
    const char *optimizer = NULL;
    if (config) optimizer = keras_optimizer(config, out->arena);
    if (!optimizer && h->training_config) optimizer = keras_optimizer(h->training_config, out->arena);
    if (!optimizer) optimizer = labelled_optimizer(h);
    const char *compiled = config ? config : h->training_config;
    if (!config) config = h->model_config;
    g.slots = slots_of(optimizer);
    if (config) {
        g.layers = arena_alloc(out->arena, LAYERS_MAX * sizeof *g.layers);
        if (!g.layers) return err_set(err, E_LIMIT, "the names of its layers are above the limit on memory");
        g.n_layers = keras_layers(config, g.layers, LAYERS_MAX, out->arena);
    }
    if (keras) out->fact(out->arg, "framework", "keras");
    tell_facts(h, optimizer, out);
    if (keras && h->n <= LAYERS_MAX) { /* labels and layers are looked for one by one */
        for (struct h5_dataset *d = h->first; d; d = d->next) name_tensor(&g, &d->tensor);
        match_parameters(&g);
        match_legacy(&g);
    }
    if (compiled) keras_group(compiled, trained(h), out);
    for (struct h5_dataset *d = h->first; d; d = d->next) out->tensor(out->arg, &d->tensor);
    return OK;
}
