/* Opcodes of the stack, the boxes and the memo. */
#include <inttypes.h>
#include <stdlib.h>

#include "../../base/num.h"
#include "machine.h"

enum { MEMO_MAX = 2 << 20 };

void op_mark(struct pickle *p, const struct operand *o)
{
    (void)o;
    machine_mark(p);
}

/* POP takes the mark away when nothing lies above it. */
void op_pop(struct pickle *p, const struct operand *o)
{
    (void)o;
    if (p->marks.n && p->marks.at[p->marks.n - 1] == p->stack.n) p->marks.n--;
    else machine_pop(p);
}

void op_pop_mark(struct pickle *p, const struct operand *o)
{
    size_t n;
    (void)o;
    machine_since_mark(p, &n);
}

void op_dup(struct pickle *p, const struct operand *o)
{
    (void)o;
    machine_push(p, machine_top(p));
}

#define EMPTY(name, kind)                                                                                                        \
    void name(struct pickle *p, const struct operand *o)                                                                         \
    {                                                                                                                            \
        (void)o;                                                                                                                 \
        machine_push(p, machine_node(p, kind));                                                                                  \
    }
EMPTY(op_empty_tuple, NODE_TUPLE)
EMPTY(op_empty_list, NODE_LIST)
EMPTY(op_empty_dict, NODE_DICT)
EMPTY(op_empty_set, NODE_SET)

static void boxed(struct pickle *p, enum node_kind kind)
{
    size_t n;
    struct node **items = machine_since_mark(p, &n);
    if (items) machine_push(p, machine_box(p, kind, items, n));
}

static void top_as_tuple(struct pickle *p, size_t n)
{
    size_t above = p->marks.n ? p->stack.n - p->marks.at[p->marks.n - 1] : p->stack.n;
    if (above < n) {
        machine_stop(p, PICKLE_BROKEN, "an opcode wants a value and none is on the stack");
        return;
    }
    p->stack.n -= n;
    machine_push(p, machine_box(p, NODE_TUPLE, p->stack.items + p->stack.n, n));
}

#define BOXED(name, call)                                                                                                        \
    void name(struct pickle *p, const struct operand *o)                                                                         \
    {                                                                                                                            \
        (void)o;                                                                                                                 \
        call;                                                                                                                    \
    }
BOXED(op_tuple, boxed(p, NODE_TUPLE))
BOXED(op_tuple1, top_as_tuple(p, 1))
BOXED(op_tuple2, top_as_tuple(p, 2))
BOXED(op_tuple3, top_as_tuple(p, 3))
BOXED(op_list, boxed(p, NODE_LIST))
BOXED(op_frozenset, boxed(p, NODE_SET))

void op_dict(struct pickle *p, const struct operand *o)
{
    (void)o;
    if (p->marks.n && (p->stack.n - p->marks.at[p->marks.n - 1]) % 2) machine_flaw(p, "a dict with a key that has no value");
    boxed(p, NODE_DICT);
    struct node *dict = p->running ? machine_top(p) : NULL;
    if (dict) dict->n -= dict->n % 2;
}

/* The box that items go into: the node itself, or what an object keeps of them. An import is nobody's box: its methods would be called. */
static struct node *target(struct pickle *p, struct node *n, bool keyed)
{
    if (n->kind == NODE_LIST || n->kind == NODE_SET || n->kind == NODE_DICT) return (n->kind == NODE_DICT) == keyed ? n : NULL;
    if (n->kind == NODE_GLOBAL) judge_touched(p, n, keyed ? TOUCH_SETITEM : TOUCH_APPEND);
    if (n->kind != NODE_CALL) return NULL;
    struct node **box = keyed ? &n->call->keyed : &n->call->items;
    if (!*box) *box = machine_node(p, keyed ? NODE_DICT : NODE_LIST);
    return *box;
}

static void add(struct pickle *p, struct node *to, struct node *const *items, size_t n, bool keyed)
{
    struct node *box = target(p, to, keyed);
    if (!box && n) machine_flaw(p, "items for a value that takes none");
    if (keyed && n % 2) machine_flaw(p, "a dict with a key that has no value"), n--;
    for (size_t i = 0; box && i < n && p->running; i++) machine_add(p, box, items[i]);
}

static void add_since_mark(struct pickle *p, bool keyed)
{
    size_t n;
    struct node **items = machine_since_mark(p, &n), *to = items ? machine_top(p) : NULL;
    if (to) add(p, to, items, n, keyed);
}

void op_append(struct pickle *p, const struct operand *o)
{
    (void)o;
    struct node *item = machine_pop(p), *to = item ? machine_top(p) : NULL;
    if (to) add(p, to, &item, 1, false);
}

BOXED(op_appends, add_since_mark(p, false))
BOXED(op_additems, add_since_mark(p, false))
BOXED(op_setitems, add_since_mark(p, true))

void op_setitem(struct pickle *p, const struct operand *o)
{
    (void)o;
    struct node *value = machine_pop(p), *key = value ? machine_pop(p) : NULL, *to = key ? machine_top(p) : NULL;
    struct node *const pair[] = {key, value};
    if (to) add(p, to, pair, 2, true);
}

static void put(struct pickle *p, uint64_t number)
{
    struct node *n = machine_top(p);
    if (n && !memo_put(&p->memo, number, n, MEMO_MAX)) machine_stop(p, PICKLE_LIMIT, "its memo grows beyond %d values", MEMO_MAX);
}

static void get(struct pickle *p, uint64_t number)
{
    struct node *n = memo_get(&p->memo, number);
    if (!n) machine_flaw(p, "a memo entry that was never made (%" PRIu64 ")", number);
    machine_push(p, n ? n : machine_node(p, NODE_UNKNOWN));
}

static bool number_of(struct pickle *p, struct span line, int64_t *ret)
{
    if (num_integer(span_trim(line), ret) && *ret >= 0) return true;
    machine_flaw(p, "a memo entry whose number is none");
    return false;
}

void op_put(struct pickle *p, const struct operand *o) { put(p, o->number); }
void op_get(struct pickle *p, const struct operand *o) { get(p, o->number); }

void op_put_line(struct pickle *p, const struct operand *o)
{
    int64_t number;
    if (number_of(p, o->text, &number)) put(p, (uint64_t)number);
}

void op_get_line(struct pickle *p, const struct operand *o)
{
    int64_t number;
    if (number_of(p, o->text, &number)) get(p, (uint64_t)number);
    else machine_push(p, machine_node(p, NODE_UNKNOWN));
}

/* MEMOIZE counts entries, so a PUT of a larger number before it leaves the count where it was. */
void op_memoize(struct pickle *p, const struct operand *o)
{
    (void)o;
    put(p, p->memo.n);
}
