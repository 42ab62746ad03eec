/* checkup - the checks of analyzers/checkup over checkpoints that are kept as numbers: a case a line of JSON on stdin (scripts/ckpt-zoo), what
 * was found a line of JSON on stdout. tests/rates/checkpoints.py scores it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "../../analyzers/checkup/checkup.h"
#include "../../daemon/engine/message.h"

struct made {
    json_t *root;
    struct checkup c;
    struct series *series;
    struct checkup_group *groups;
};

static double number(const json_t *v) { return json_is_number(v) ? json_number_value(v) : NAN; }
static double at(const json_t *array, size_t i)
{
    double x = number(json_array_get(array, i));
    return isnan(x) ? 0 : x;
}
static uint64_t whole(const json_t *array, size_t i) { return (uint64_t)json_integer_value(json_array_get(array, i)); }

static enum checkup_part part_of(const char *word)
{
    return strcmp(word, "parameter") == 0 ? CHECKUP_PARAMETER : strcmp(word, "buffer") == 0 ? CHECKUP_BUFFER : CHECKUP_OPTIMIZER;
}

static enum tensor_dtype dtype_of(const char *word)
{
    static const struct {
        const char *word;
        enum tensor_dtype dtype;
    } types[] = {{"float32", TENSOR_F32}, {"bfloat16", TENSOR_BF16}, {"float16", TENSOR_F16}, {"float64", TENSOR_F64}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].word, word) == 0) return types[i].dtype;
    return TENSOR_I64;
}

static void read_tensor(const json_t *from, struct series *series, struct checkup_tensor *t)
{
    const json_t *shape = json_object_get(from, "shape"), *s = json_object_get(from, "summary"),
                 *c = json_object_get(from, "change");
    const json_t *index = json_object_get(from, "index");
    *series = (struct series){.name = json_string_value(json_object_get(from, "name")), .unit = "", .metric = ""};
    *t = (struct checkup_tensor){.series = series,
                                 .part = part_of(json_string_value(json_object_get(from, "part"))),
                                 .dtype = dtype_of(json_string_value(json_object_get(from, "dtype"))),
                                 .shares = json_is_true(json_object_get(from, "shares")),
                                 .n_dims = (uint32_t)json_array_size(shape),
                                 .summed = true,
                                 .compared = c != NULL,
                                 .effective_rank = NAN,
                                 .largest_singular = NAN,
                                 .slot = json_string_value(json_object_get(from, "slot")),
                                 .index = index ? (int64_t)json_integer_value(index) : -1};
    for (size_t i = 0; i < t->n_dims && i < 4; i++) t->shape[i] = whole(shape, i);
    t->summary = (struct tensor_summary){.count = whole(s, 0),
                                         .nan = whole(s, 1),
                                         .inf = whole(s, 2),
                                         .zero = whole(s, 3),
                                         .mean = at(s, 4),
                                         .std = at(s, 5),
                                         .min = at(s, 6),
                                         .max = at(s, 7),
                                         .norm = at(s, 8),
                                         .rows = whole(s, 9),
                                         .zero_rows = whole(s, 10)};
    if (c)
        t->change = (struct tensor_change){.count = whole(c, 0),
                                           .changed = whole(c, 1),
                                           .rows = whole(c, 2),
                                           .changed_rows = whole(c, 3),
                                           .norm_before = at(c, 4),
                                           .norm_now = at(c, 5),
                                           .norm_difference = at(c, 6),
                                           .dot = at(c, 7)};
}

static void read_group(const json_t *from, struct checkup_group *g)
{
    const json_t *parameters = json_object_get(from, "parameters");
    int64_t *indices = calloc(json_array_size(parameters) + 1, sizeof *indices);
    for (size_t i = 0; i < json_array_size(parameters); i++) indices[i] = (int64_t)whole(parameters, i);
    *g = (struct checkup_group){.learning_rate = number(json_object_get(from, "learning_rate")),
                                .weight_decay = number(json_object_get(from, "weight_decay")),
                                .eps = number(json_object_get(from, "eps")),
                                .beta1 = number(json_object_get(from, "beta1")),
                                .beta2 = number(json_object_get(from, "beta2")),
                                .n_parameters = json_array_size(parameters),
                                .parameters = indices};
}

static struct made made_of(json_t *root)
{
    json_t *tensors = json_object_get(root, "tensors"), *groups = json_object_get(root, "groups");
    size_t n = json_array_size(tensors), n_groups = json_array_size(groups);
    struct made m = {.root = root, .series = calloc(n + 1, sizeof *m.series), .groups = calloc(n_groups + 1, sizeof *m.groups)};
    m.c = (struct checkup){.tensors = calloc(n + 1, sizeof *m.c.tensors),
                           .n = n,
                           .groups = m.groups,
                           .n_groups = n_groups,
                           .states = calloc(n + 1, sizeof *m.c.states),
                           .room = n,
                           .order = calloc(2 * n + 1, sizeof *m.c.order),
                           .step = (int64_t)json_integer_value(json_object_get(root, "step")),
                           .step_before = (int64_t)json_integer_value(json_object_get(root, "step_before")),
                           .learning_rate = number(json_object_get(root, "learning_rate")),
                           .loss_scale = NAN,
                           .loss_scale_before = NAN};
    for (size_t i = 0; i < n; i++) read_tensor(json_array_get(tensors, i), &m.series[i], &m.c.tensors[i]);
    for (size_t i = 0; i < n_groups; i++) read_group(json_array_get(groups, i), &m.groups[i]);
    return m;
}

static void forget(struct made *m)
{
    for (size_t i = 0; i < m->c.n_groups; i++) free((void *)(uintptr_t)m->groups[i].parameters);
    free(m->groups);
    free(m->series);
    free(m->c.tensors);
    free(m->c.states);
    free(m->c.order);
    json_decref(m->root);
}

static void keep(void *arg, const struct finding *f)
{
    struct str message = {0};
    message_of(f, &message);
    json_array_append_new(arg, json_pack("{s:s, s:s, s:f, s:s?, s:s}", "kind", f->kind, "severity", severity_name(f->severity),
                                         "confidence", f->confidence, "tensor", f->series ? f->series->name : NULL, "message",
                                         message.p ? message.p : ""));
    str_done(&message);
}

/* One case: both checkpoints; and the later one alone, as where no other is there. */
static void look(struct made *m)
{
    json_t *pair = json_array(), *alone = json_array();
    checkup_prepare(&m->c);
    checkup_run(&m->c, NULL, NULL, &(struct findings){.arg = pair, .emit = keep});
    for (size_t i = 0; i < m->c.n; i++) m->c.tensors[i].compared = false;
    m->c.step_before = -1;
    checkup_prepare(&m->c);
    checkup_run(&m->c, NULL, NULL, &(struct findings){.arg = alone, .emit = keep});
    json_t *line = json_pack("{s:O, s:b, s:o, s:o}", "case", json_object_get(m->root, "case"), "matched", m->c.matched, "pair",
                             pair, "alone", alone);
    json_dumpf(line, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(line);
}

int main(void)
{
    json_error_t e;
    json_t *root;
    while ((root = json_loadf(stdin, JSON_DISABLE_EOF_CHECK, &e))) {
        struct made m = made_of(root);
        look(&m);
        forget(&m);
    }
    return feof(stdin) || json_error_code(&e) == json_error_premature_end_of_input ? 0 : (fprintf(stderr, "%s\n", e.text), 1);
}
