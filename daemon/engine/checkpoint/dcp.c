/* dcp - the tensors of torch's distributed checkpoints get their names: the files that hold them have none, .metadata beside them tells which one
 * begins at which byte of which file (daemon/ckpt/torch_metadata.c). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

struct place {
    const char *file;
    int64_t at;
    const struct inspected_tensor *of;
};
struct places {
    struct place *list;
    size_t n;
};

static int by_place(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    int order = strcmp(x->file, y->file);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

static bool is_metadata(const struct checkpoint_part *p)
{
    return p->read && strcmp(p->inspection.format, "torch-metadata") == 0;
}

static struct places gather(const struct checkpoint *c)
{
    struct places s = {0};
    size_t room = 0;
    for (size_t p = 0; p < c->n_parts; p++) room += is_metadata(&c->parts[p]) ? c->parts[p].inspection.n_tensors : 0;
    s.list = room ? calloc(room, sizeof *s.list) : NULL;
    for (size_t p = 0; s.list && p < c->n_parts; p++)
        for (size_t i = 0; is_metadata(&c->parts[p]) && i < c->parts[p].inspection.n_tensors; i++) {
            const struct inspected_tensor *t = &c->parts[p].inspection.tensors[i];
            s.list[s.n++] = (struct place){t->dtype, t->index, t};
        }
    if (s.n) qsort(s.list, s.n, sizeof *s.list, by_place);
    return s;
}

/* The tensor that lies there is the one that is told; where nothing is told it keeps its number. */
static void name(const struct places *s, const struct checkpoint_part *p, struct inspected_tensor *t)
{
    const struct place wanted = {.file = p->name, .at = t->index},
                       *found = s->n ? bsearch(&wanted, s->list, s->n, sizeof *s->list, by_place) : NULL;
    t->index = -1;
    if (!found) return;
    t->name = found->of->name;
    t->part = found->of->part;
    t->slot = found->of->slot;
    t->parameter = found->of->parameter;
}

/* ---- the optimizer's parameters: named as the model names them, which in the file may lie below "model." or "app.model." -------------- */

#define EACH_SHARD_TENSOR(c, t)                                                                                                  \
    for (size_t p_ = 0; p_ < (c)->n_parts; p_++)                                                                                 \
        for (size_t i_ = 0; (c)->parts[p_].read && i_ < (c)->parts[p_].inspection.n_tensors; i_++)                               \
            for (struct inspected_tensor *t = &(c)->parts[p_].inspection.tensors[i_]; t; t = NULL)

static int by_text(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

struct names {
    const char **list; /* of the parameters, sorted */
    size_t n;
};

/* The model's own name for prefix and name; NULL when it has none. */
static const char *full_name(const struct names *all, const char *prefix, size_t n, const char *parameter)
{
    char text[INSPECTION_MAX_TEXT + 1];
    const char *key = text;
    snprintf(text, sizeof text, "%.*s%s", (int)n, prefix, parameter);
    const char **found = bsearch(&key, all->list, all->n, sizeof *all->list, by_text);
    return found ? *found : NULL;
}

/* How much of the first name goes before what the optimizer calls it. */
static size_t prefix_of(const struct names *all, const char *parameter)
{
    const char *first = all->list[0];
    for (const char *at = first; at; at = strchr(at, '.'), at += at != NULL)
        if (full_name(all, first, (size_t)(at - first), parameter)) return (size_t)(at - first);
    return 0;
}

static void name_parameters(struct checkpoint *c)
{
    struct names all = {0};
    size_t room = 0, prefix = 0;
    bool begun = false;
    EACH_SHARD_TENSOR(c, t) room += t->part == INSPECTED_PARAMETER;
    all.list = room ? calloc(room, sizeof *all.list) : NULL;
    if (!all.list) return;
    EACH_SHARD_TENSOR(c, t)
    if (t->part == INSPECTED_PARAMETER) all.list[all.n++] = t->name;
    qsort(all.list, all.n, sizeof *all.list, by_text);
    EACH_SHARD_TENSOR(c, t)
    {
        if (t->part != INSPECTED_OPTIMIZER || !t->parameter) continue;
        if (!begun) prefix = prefix_of(&all, t->parameter), begun = true;
        const char *whole = full_name(&all, all.list[0], prefix, t->parameter);
        if (whole) t->parameter = whole;
    }
    free(all.list);
}

void dcp_name(struct checkpoint *c)
{
    if (c->layout != CHECKPOINT_DCP) return;
    struct places s = gather(c);
    for (size_t p = 0; p < c->n_parts; p++)
        for (size_t i = 0; c->parts[p].read && i < c->parts[p].inspection.n_tensors; i++)
            if (strcmp(c->parts[p].inspection.format, "torch-shard") == 0)
                name(&s, &c->parts[p], &c->parts[p].inspection.tensors[i]);
    for (size_t p = 0; p < c->n_parts; p++)
        if (is_metadata(&c->parts[p]) && c->n_parts > 1) c->parts[p].inspection.n_tensors = 0; /* they are told where they lie */
    free(s.list);
    name_parameters(c);
}
