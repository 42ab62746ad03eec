#include "node.h"

#include <string.h>

struct node *node_new(struct arena *a, enum node_kind kind)
{
    struct node *n = arena_alloc(a, sizeof *n);
    if (n) n->kind = (uint8_t)kind;
    return n;
}

bool node_add(struct arena *a, struct node *box, struct node *item)
{
    enum { ROOM_MIN = 4 };
    if (box->n == box->room) {
        uint64_t room = box->room ? box->room * 2 : ROOM_MIN;
        struct node **items = arena_alloc(a, room * sizeof *items);
        if (!items) return false;
        if (box->n) memcpy(items, box->items, box->n * sizeof *items);
        box->items = items;
        box->room = room;
    }
    box->items[box->n++] = item;
    return true;
}

struct span node_text(const struct node *n)
{
    if (!n || n->kind != NODE_TEXT || !n->text.p) return (struct span){"", 0};
    return (struct span){n->text.p, n->n};
}

bool node_is(const struct node *n, const char *text)
{
    return n && n->kind == NODE_TEXT && n->text.p && span_is(node_text(n), text);
}

const struct node *node_dict(const struct node *n)
{
    if (n && n->kind == NODE_DICT) return n;
    return n && n->kind == NODE_CALL ? n->call->keyed : NULL;
}

const struct node *node_items(const struct node *n)
{
    if (n && (n->kind == NODE_LIST || n->kind == NODE_TUPLE || n->kind == NODE_SET)) return n;
    return n && n->kind == NODE_CALL ? n->call->items : NULL;
}

const struct node *node_get(const struct node *n, const char *key)
{
    const struct node *dict = node_dict(n);
    for (uint64_t i = dict ? dict->n : 0; i >= 2; i -= 2)
        if (node_is(dict->items[i - 2], key)) return dict->items[i - 1];
    return NULL;
}

const struct node *node_item(const struct node *n, uint64_t i)
{
    if (!n || (n->kind != NODE_TUPLE && n->kind != NODE_LIST) || i >= n->n) return NULL;
    return n->items[i];
}

const struct global *node_global(const struct node *n) { return n && n->kind == NODE_GLOBAL ? n->global : NULL; }
const struct global *node_class(const struct node *n) { return n && n->kind == NODE_CALL ? node_global(n->call->callee) : NULL; }

static bool among(struct span name, const char *names)
{
    for (const char *p = names; *p;) {
        size_t n = strcspn(p, " ");
        if (n == name.n && memcmp(p, name.p, n) == 0) return true;
        p += n + (p[n] == ' ');
    }
    return false;
}

bool global_is(const struct global *g, const char *module, const char *names)
{
    return g && (!module || span_is(g->module, module)) && among(g->name, names);
}

bool node_integer(const struct node *n, int64_t *ret)
{
    if (!n || (n->kind != NODE_INT && n->kind != NODE_BOOL)) return false;
    *ret = n->integer;
    return true;
}

bool node_number(const struct node *n, double *ret)
{
    int64_t i;
    if (n && n->kind == NODE_FLOAT) return *ret = n->real, true;
    return node_integer(n, &i) ? *ret = (double)i, true : false;
}

const struct node *node_attributes(const struct node *object)
{
    const struct node *state = object && object->kind == NODE_CALL ? object->call->state : NULL;
    if (state && state->kind == NODE_TUPLE && state->n == 2)
        return node_dict(state->items[0]) ? state->items[0] : state->items[1];
    return state;
}

const struct node *node_attribute(const struct node *object, const char *key) { return node_get(node_attributes(object), key); }
