#include "machine.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { STACK_MAX = 4 << 20 };

void machine_stop(struct pickle *p, enum pickle_end end, const char *format, ...)
{
    va_list args;
    if (!p->running) return;
    p->running = false;
    p->end = end;
    va_start(args, format);
    vsnprintf(p->why, sizeof p->why, format, args);
    va_end(args);
}

void machine_flaw(struct pickle *p, const char *format, ...)
{
    va_list args;
    if (p->flaw[0]) return;
    va_start(args, format);
    vsnprintf(p->flaw, sizeof p->flaw, format, args);
    va_end(args);
}

static void full(struct pickle *p)
{
    machine_stop(p, PICKLE_LIMIT, "what it builds is larger than %zu bytes", p->arena->cap_bytes);
}

struct node *machine_node(struct pickle *p, enum node_kind kind)
{
    struct node *n = node_new(p->arena, kind);
    if (!n) full(p);
    return n;
}

/* One more place in an array that doubles; false when it may not. */
static bool grow(void **items, size_t *room, size_t n, size_t size)
{
    enum { ROOM_MIN = 256 };
    if (n < *room) return true;
    size_t more = *room ? *room * 2 : ROOM_MIN;
    void *larger = more <= STACK_MAX ? realloc(*items, more * size) : NULL;
    if (!larger) return false;
    *items = larger;
    *room = more;
    return true;
}

void machine_push(struct pickle *p, struct node *n)
{
    if (!n) return;
    if (!grow((void **)&p->stack.items, &p->stack.room, p->stack.n, sizeof *p->stack.items)) {
        machine_stop(p, PICKLE_LIMIT, "its stack grows beyond %d values", STACK_MAX);
        return;
    }
    p->stack.items[p->stack.n++] = n;
}

static size_t fence(const struct pickle *p) { return p->marks.n ? p->marks.at[p->marks.n - 1] : 0; }

struct node *machine_top(struct pickle *p)
{
    if (p->stack.n > fence(p)) return p->stack.items[p->stack.n - 1];
    machine_stop(p, PICKLE_BROKEN, "an opcode wants a value and none is on the stack");
    return NULL;
}

struct node *machine_pop(struct pickle *p)
{
    struct node *n = machine_top(p);
    if (n) p->stack.n--;
    return n;
}

void machine_mark(struct pickle *p)
{
    if (!grow((void **)&p->marks.at, &p->marks.room, p->marks.n, sizeof *p->marks.at)) {
        machine_stop(p, PICKLE_LIMIT, "its marks grow beyond %d", STACK_MAX);
        return;
    }
    p->marks.at[p->marks.n++] = p->stack.n;
}

struct node **machine_since_mark(struct pickle *p, size_t *n)
{
    if (!p->marks.n) return machine_stop(p, PICKLE_BROKEN, "an opcode wants a mark and none is set"), NULL;
    size_t from = p->marks.at[--p->marks.n];
    *n = p->stack.n - from;
    p->stack.n = from;
    return p->stack.items ? p->stack.items + from : &p->none;
}

void machine_add(struct pickle *p, struct node *box, struct node *item)
{
    if (!node_add(p->arena, box, item)) full(p);
}

struct node *machine_box(struct pickle *p, enum node_kind kind, struct node *const *items, size_t n)
{
    struct node *box = machine_node(p, kind);
    if (!box || !n) return box;
    box->items = arena_alloc(p->arena, n * sizeof *items);
    if (!box->items) return full(p), NULL;
    memcpy(box->items, items, n * sizeof *items);
    box->n = box->room = n;
    return box;
}

void op_proto(struct pickle *p, const struct operand *o)
{
    enum { PROTOCOL_MAX = 5 };
    if (o->number > PROTOCOL_MAX) machine_flaw(p, "protocol %" PRIu64 " is not known", o->number);
    p->protocol = (int)o->number;
}

/* One implementation refuses a frame that is longer than what is left, the other takes what there is. A stream that was cut ends by itself. */
void op_frame(struct pickle *p, const struct operand *o)
{
    if (p->frame_end) judge_event(p, EVENT_FRAME);
    p->frame_end = o->number > window_left(&p->in) ? UINT64_MAX : p->in.at + o->number;
}

void op_stop(struct pickle *p, const struct operand *o)
{
    (void)o;
    if (p->frame_end == UINT64_MAX) judge_event(p, EVENT_FRAME), machine_flaw(p, "a frame that is longer than the pickle");
    if (machine_top(p)) machine_stop(p, PICKLE_VALUE, "%s", "");
}

/* A frame is read in one piece by one implementation of Python and as a hint by the other: what crosses its end is read differently. */
static void leave_frame(struct pickle *p)
{
    if (!p->frame_end || p->in.at < p->frame_end) return;
    if (p->in.at > p->frame_end) judge_event(p, EVENT_FRAME);
    p->frame_end = 0;
}

static void step(struct pickle *p)
{
    struct operand o;
    const unsigned char *byte = (const unsigned char *)window_peek(&p->in, 1);
    if (!byte && p->in.failed) {
        machine_stop(p, PICKLE_IO, "its bytes cannot be read");
        return;
    }
    if (!byte) {
        machine_stop(p, PICKLE_CUT, "ends after %" PRIu64 " bytes without its STOP", p->in.in.size);
        return;
    }
    const struct opcode *op = &opcodes[*byte];
    if (!op->name) {
        machine_stop(p, PICKLE_BROKEN, "byte 0x%02x at %" PRIu64 " is no opcode", *byte, p->in.at);
        return;
    }
    if (++p->opcodes > p->max->opcodes) {
        machine_stop(p, PICKLE_LIMIT, "more than %" PRIu64 " opcodes", p->max->opcodes);
        return;
    }
    p->in.at++;
    if (!operand_read(p, (enum operand_kind)op->operand, &o)) return;
    leave_frame(p);
    op->run(p, &o);
}

enum pickle_end pickle_next(struct pickle *p, const struct node **value)
{
    p->stack.n = p->marks.n = 0;
    memo_clear(&p->memo);
    p->frame_end = 0;
    p->protocol = 0;
    p->began = p->in.at;
    if (!window_left(&p->in)) return p->end = PICKLE_NO_MORE;
    for (p->running = true; p->running;) step(p);
    if (p->end == PICKLE_VALUE) *value = p->stack.items[p->stack.n - 1];
    return p->end;
}

struct pickle *pickle_new(const struct pickle_input *in, const struct ckpt_limits *max, struct arena *arena, unsigned options)
{
    struct pickle *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    window_init(&p->in, in);
    p->max = max;
    p->arena = arena;
    p->options = options;
    p->none = node_new(arena, NODE_NONE);
    p->persistent = node_new(arena, NODE_LIST);
    if (p->none && p->persistent) return p;
    free(p);
    return NULL;
}

void pickle_free(struct pickle *p)
{
    if (!p) return;
    window_done(&p->in);
    memo_done(&p->memo);
    free(p->stack.items);
    free(p->marks.at);
    free(p);
}

uint64_t pickle_at(const struct pickle *p) { return p->in.at; }
const struct node *pickle_persistent(const struct pickle *p) { return p->persistent; }
bool pickle_used_joblib(const struct pickle *p) { return p->used_joblib; }
