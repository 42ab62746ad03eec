/* Opcodes that import, call, build, or ask the loading program. Nothing of it happens: a node remembers what would have. */
#include <inttypes.h>

#include "machine.h"
#include "policy.h"
#include "text.h"

void op_global(struct pickle *p, const struct operand *o)
{
    if (text_is_utf8(o->text) && text_is_utf8(o->second)) {
        machine_push(p, judge_import(p, o->text, o->second));
        return;
    }
    machine_flaw(p, "an import by a name that is no text");
    machine_push(p, machine_node(p, NODE_UNKNOWN));
}

void op_stack_global(struct pickle *p, const struct operand *o)
{
    (void)o;
    struct node *name = machine_pop(p), *module = name ? machine_pop(p) : NULL;
    if (!module) return;
    bool texts = name->kind == NODE_TEXT && module->kind == NODE_TEXT;
    if (texts && name->text.p && module->text.p) {
        machine_push(p, judge_import(p, node_text(module), node_text(name)));
        return;
    }
    if (texts) judge_event(p, EVENT_LONG_NAME);
    else judge_computed(p, module, name), machine_flaw(p, "an import by a value that is no text");
    machine_push(p, machine_node(p, NODE_UNKNOWN));
}

static void push_call(struct pickle *p, struct node *callee, struct node *args, struct node *named, enum how how)
{
    struct node *n = machine_node(p, NODE_CALL);
    if (!n || !(n->call = arena_alloc(p->arena, sizeof *n->call))) {
        machine_stop(p, PICKLE_LIMIT, "what it builds is larger than %zu bytes", p->arena->cap_bytes);
        return;
    }
    n->call->callee = callee;
    n->call->args = args;
    n->call->named = named;
    judge_call(p, callee, args, how);
    machine_push(p, n);
}

static struct node *args_since_mark(struct pickle *p)
{
    size_t n;
    struct node **items = machine_since_mark(p, &n);
    return items ? machine_box(p, NODE_TUPLE, items, n) : NULL;
}

void op_inst(struct pickle *p, const struct operand *o)
{
    struct node *args = args_since_mark(p);
    bool names = text_is_utf8(o->text) && text_is_utf8(o->second);
    if (!names) machine_flaw(p, "an import by a name that is no text");
    struct node *class = args && names ? judge_import(p, o->text, o->second) : NULL;
    if (class) push_call(p, class, args, NULL, HOW_INST);
    else if (args) machine_push(p, machine_node(p, NODE_UNKNOWN));
}

/* The class lies right above the mark, its arguments above it. */
void op_obj(struct pickle *p, const struct operand *o)
{
    (void)o;
    struct node *args = args_since_mark(p);
    if (!args) return;
    if (!args->n) {
        machine_stop(p, PICKLE_BROKEN, "an opcode wants a value and none is on the stack");
        return;
    }
    struct node *class = args->items[0];
    struct node *rest = machine_box(p, NODE_TUPLE, args->items + 1, (size_t)args->n - 1);
    if (rest) push_call(p, class, rest, NULL, HOW_INST);
}

static void call(struct pickle *p, enum how how)
{
    struct node *args = machine_pop(p), *callee = args ? machine_pop(p) : NULL;
    if (callee) push_call(p, callee, args, NULL, how);
}

void op_reduce(struct pickle *p, const struct operand *o)
{
    (void)o;
    call(p, HOW_CALL);
}

void op_newobj(struct pickle *p, const struct operand *o)
{
    (void)o;
    call(p, HOW_INSTANCE);
}

void op_newobj_ex(struct pickle *p, const struct operand *o)
{
    (void)o;
    struct node *named = machine_pop(p), *args = named ? machine_pop(p) : NULL, *class = args ? machine_pop(p) : NULL;
    if (class) push_call(p, class, args, named, HOW_INSTANCE);
}

void op_build(struct pickle *p, const struct operand *o)
{
    (void)o;
    struct node *state = machine_pop(p), *object = state ? machine_top(p) : NULL;
    if (!object) return;
    if (object->kind == NODE_GLOBAL) {
        judge_touched(p, object, TOUCH_BUILD);
        return;
    }
    if (object->kind == NODE_UNKNOWN || object->kind == NODE_PERSISTENT) return;
    if (object->kind != NODE_CALL) {
        machine_flaw(p, "a state for a value that has none");
        return;
    }
    object->call->state = state;
    if ((p->options & PICKLE_JOBLIB) &&
        (global_is(node_class(object), "joblib.numpy_pickle", "NumpyArrayWrapper") ||
         global_is(node_class(object), "sklearn.externals.joblib.numpy_pickle", "NumpyArrayWrapper")))
        joblib_array(p, object);
}

void op_ext(struct pickle *p, const struct operand *o)
{
    if ((int64_t)o->number <= 0) machine_flaw(p, "an extension code that is none");
    judge_event(p, EVENT_EXTENSION);
    machine_push(p, machine_node(p, NODE_UNKNOWN));
}

/* ('storage', torch.FloatStorage, key, ...): what torch's own reader resolves, to bytes and nothing else. */
static bool is_torch_id(const struct node *id)
{
    const struct global *type = node_global(node_item(id, 1));
    return id->kind == NODE_TUPLE && node_is(node_item(id, 0), "storage") && type && span_starts(type->module, "torch");
}

static void persistent(struct pickle *p, struct node *id)
{
    struct node *n = id ? machine_node(p, NODE_PERSISTENT) : NULL;
    if (!n) return;
    n->inner = id;
    machine_add(p, p->persistent, n);
    bool defined = is_torch_id(id) || ((p->options & PICKLE_PERSISTENT) && id->kind == NODE_TUPLE);
    if (!defined) judge_event(p, EVENT_PERSISTENT), machine_flaw(p, "a persistent id, which nobody defines");
    machine_push(p, n);
}

void op_persid(struct pickle *p, const struct operand *o)
{
    struct node *id = machine_node(p, NODE_TEXT);
    if (!id) return;
    id->text.p = o->text.p;
    id->text.offset = UINT64_MAX;
    id->n = o->text.n;
    persistent(p, id);
}

void op_binpersid(struct pickle *p, const struct operand *o)
{
    (void)o;
    persistent(p, machine_pop(p));
}

void op_next_buffer(struct pickle *p, const struct operand *o)
{
    (void)o;
    judge_event(p, EVENT_BUFFER);
    machine_push(p, machine_node(p, NODE_UNKNOWN));
}

void op_readonly_buffer(struct pickle *p, const struct operand *o)
{
    (void)o;
    judge_event(p, EVENT_BUFFER);
    machine_top(p);
}
