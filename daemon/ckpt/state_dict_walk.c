#include "state_dict_walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "part.h"

enum { PATH_MAX_BYTES = 400, WORK_MAX = 1 << 20 };

static void fail(struct walk *w, enum status s, const char *why)
{
    if (!w->failed) w->failed = err_set(w->err, s, "%s", why);
}

void walk_push(struct walk *w, const struct item *i)
{
    if (w->failed) return;
    if (w->n == w->room) {
        size_t room = w->room ? w->room * 2 : 256;
        struct item *work = room <= WORK_MAX ? realloc(w->work, room * sizeof *work) : NULL;
        if (!work) {
            fail(w, E_LIMIT, "what the pickle holds has more parts than can be walked");
            return;
        }
        w->work = work;
        w->room = room;
    }
    w->work[w->n++] = *i;
}

const char *walk_path(struct walk *w, const char *path, struct span key)
{
    size_t before = strlen(path), n = key.n;
    if (before > PATH_MAX_BYTES) return path;
    if (n > PATH_MAX_BYTES) n = PATH_MAX_BYTES;
    if (!n) return path;
    char *out = arena_alloc(w->out->arena, before + n + 2);
    if (!out) return fail(w, E_LIMIT, "the names of its tensors take more memory than there is"), "";
    if (before) memcpy(out, path, before), out[before++] = '.';
    memcpy(out + before, key.p, n);
    for (size_t i = before; i < before + n; i++)
        if (!out[i]) out[i] = '?';
    return out;
}

bool walk_key(const struct node *key, char number[24], struct span *ret)
{
    int64_t n;
    if (key->kind == NODE_TEXT && key->text.p) return *ret = node_text(key), true;
    if (!node_integer(key, &n)) return false;
    *ret = (struct span){number, (size_t)snprintf(number, 24, "%" PRId64, n)};
    return true;
}

/* Was this storage met before? A set by open addressing; where memory ends nothing is shared. */
static bool met(struct walk *w, const struct view *v)
{
    uint64_t key = (v->memory ? (uint64_t)(uintptr_t)v->memory : v->storage.offset) + 1;
    if (!v->has_bytes || !v->storage.bytes) return false;
    if (w->n_storages * 2 >= w->room_storages) {
        size_t room = w->room_storages ? w->room_storages * 2 : 256;
        uint64_t *larger = calloc(room, sizeof *larger);
        if (!larger) return false;
        for (size_t i = 0; i < w->room_storages; i++) {
            size_t at = (size_t)(w->storages[i] * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (room - 1);
            while (w->storages[i] && larger[at]) at = (at + 1) & (room - 1);
            if (w->storages[i]) larger[at] = w->storages[i];
        }
        free(w->storages);
        w->storages = larger;
        w->room_storages = room;
    }
    size_t at = (size_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (w->room_storages - 1);
    for (; w->storages[at]; at = (at + 1) & (w->room_storages - 1))
        if (w->storages[at] == key) return true;
    w->storages[at] = key;
    w->n_storages++;
    return false;
}

static void tell(struct walk *w, const struct item *i, const struct view *v)
{
    struct ckpt_tensor t = {.name = i->path[0] ? i->path : "value",
                            .part = i->part,
                            .slot = i->slot,
                            .parameter = i->parameter,
                            .index = i->of_optimizer ? i->index : -1,
                            .dtype = v->dtype,
                            .n_dims = v->n_dims,
                            .count = v->count};
    if (++w->tensors > w->max->tensors) {
        fail(w, E_LIMIT, "it has more tensors than the limit");
        return;
    }
    if (t.part == CKPT_PARAMETER) t.part = part_of(t.name);
    memcpy(t.shape, v->shape, sizeof t.shape);
    t.dtype_name = arena_copy(w->out->arena, v->dtype_name, strlen(v->dtype_name));
    t.shares = met(w, v);
    if (!t.dtype_name || !view_place(v, w->from, w->out->arena, &t))
        fail(w, E_LIMIT, "its tensors take more memory than there is");
    else w->out->tensor(w->out->arg, &t);
}

static bool is_box(const struct node *n) { return n->kind >= NODE_TUPLE && n->kind <= NODE_DICT; }
static bool may_hold(const struct node *n) { return n && (is_box(n) || n->kind == NODE_CALL); }

/* A child that may hold tensors, under key; in an optimizer's slot the path alone grows. */
static void push_child(struct walk *w, const struct item *parent, const struct node *child, struct span key)
{
    if (!may_hold(child)) return;
    struct item i = *parent;
    i.node = child;
    i.path = walk_path(w, parent->path, key);
    walk_push(w, &i);
}

static void push_items(struct walk *w, const struct item *i, const struct node *box)
{
    char number[24];
    struct span key;
    bool dict = box->kind == NODE_DICT;
    for (uint64_t k = box->n; k > 0; k -= dict ? 2 : 1) {
        if (!may_hold(box->items[k - 1])) continue;
        if (dict && !walk_key(box->items[k - 2], number, &key)) key = span_of("?");
        if (!dict) key = (struct span){number, (size_t)snprintf(number, sizeof number, "%" PRIu64, k - 1)};
        push_child(w, i, box->items[k - 1], key);
    }
}

/* A module's own dicts stand for what is in them: their keys follow the module's path. */
static bool push_module(struct walk *w, const struct item *i)
{
    static const char *const parts[] = {"_modules", "_buffers", "_parameters"}; /* the last comes first */
    struct item same = *i;
    bool is_module = member_of(w, i->node, "_modules") && member_of(w, i->node, "_parameters");
    if (same.part == CKPT_OTHER) same.part = CKPT_PARAMETER;
    for (size_t k = 0; is_module && k < sizeof parts / sizeof *parts; k++) {
        same.node = member_of(w, i->node, parts[k]);
        if (k == 1) same.part = CKPT_BUFFER;
        else same.part = CKPT_PARAMETER;
        if (may_hold(same.node)) walk_push(w, &same);
    }
    return is_module;
}

static void push_object(struct walk *w, const struct item *i)
{
    const struct call *c = i->node->call;
    if (push_module(w, i)) return;
    struct item random = *i; /* the state of a generator is nobody's parameter, wherever it lies */
    const struct global *class = node_class(i->node);
    if (class && span_starts(class->module, "numpy.random")) random.part = CKPT_OTHER, i = &random;
    push_child(w, i, c->raw, (struct span){"", 0});
    push_child(w, i, c->items, (struct span){"", 0});
    push_child(w, i, c->keyed, (struct span){"", 0});
    push_child(w, i, c->state, (struct span){"", 0});
    push_child(w, i, c->args, (struct span){"", 0});
}

static void visit(struct walk *w, const struct item *i)
{
    struct view v;
    const char *why = "";
    enum view_read r = view_of(i->node, w->from, w->out->arena, &v, &why);
    if (r == VIEW_WRONG) ckpt_say_state(w->out, w->from->missing, "tensor '%.80s': %s", i->path, why);
    if (r == VIEW_OK) tell(w, i, &v);
    if (r != VIEW_NONE && v.has_bytes) return;
    if (r == VIEW_WRONG || i->node->mark) return;
    ((struct node *)i->node)->mark = 1; /* a box is walked once, however often it is put into another */
    if (i->node->kind == NODE_CALL) push_object(w, i);
    else push_items(w, i, i->node);
}

void walk_run(struct walk *w)
{
    while (w->n && !w->failed) {
        struct item i = w->work[--w->n];
        visit(w, &i);
    }
}
