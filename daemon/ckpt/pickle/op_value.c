/* Opcodes that put a value on the stack: numbers, texts, bytes. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "../../base/num.h"
#include "machine.h"
#include "text.h"

static void push_integer(struct pickle *p, enum node_kind kind, int64_t value)
{
    struct node *n = machine_node(p, kind);
    if (n) n->integer = value;
    machine_push(p, n);
}

void op_none(struct pickle *p, const struct operand *o)
{
    (void)o;
    machine_push(p, p->none);
}

void op_true(struct pickle *p, const struct operand *o)
{
    (void)o;
    push_integer(p, NODE_BOOL, 1);
}

void op_false(struct pickle *p, const struct operand *o)
{
    (void)o;
    push_integer(p, NODE_BOOL, 0);
}

void op_int32(struct pickle *p, const struct operand *o) { push_integer(p, NODE_INT, (int64_t)o->number); }
void op_uint(struct pickle *p, const struct operand *o) { push_integer(p, NODE_INT, (int64_t)o->number); }

/* A number in text, as int(text, 0) reads it; what does not fit 64 bits, or is none, is unknown. */
static void push_number(struct pickle *p, struct span text)
{
    char *end = NULL;
    struct span t = span_trim(text);
    errno = 0;
    int64_t value = t.n ? (int64_t)strtoll(t.p, &end, 0) : 0; /* a line is a copy of its own with a NUL behind */
    bool whole = t.n && end == t.p + t.n && (isalnum((unsigned char)t.p[t.n - 1]));
    if (whole && !errno) {
        push_integer(p, NODE_INT, value);
        return;
    }
    int64_t decimal;
    if (num_integer(t, &decimal)) {
        push_integer(p, NODE_INT, decimal);
        return;
    } /* 007 */
    if (!whole) machine_flaw(p, "a number that is none");
    machine_push(p, machine_node(p, NODE_UNKNOWN));
}

void op_int_line(struct pickle *p, const struct operand *o)
{
    if (span_is(o->text, "00") || span_is(o->text, "01")) {
        push_integer(p, NODE_BOOL, o->text.p[1] - '0');
        return;
    }
    push_number(p, o->text);
}

void op_long_line(struct pickle *p, const struct operand *o)
{
    struct span text = o->text;
    if (text.n && text.p[text.n - 1] == 'L') ((char *)text.p)[--text.n] = 0;
    push_number(p, text);
}

void op_float_line(struct pickle *p, const struct operand *o)
{
    struct node *n = machine_node(p, NODE_FLOAT);
    if (n && !num_parse(span_trim(o->text), &n->real)) n->kind = NODE_UNKNOWN, machine_flaw(p, "a number that is none");
    machine_push(p, n);
}

void op_float(struct pickle *p, const struct operand *o)
{
    struct node *n = machine_node(p, NODE_FLOAT);
    if (n) n->real = o->real;
    machine_push(p, n);
}

static void push_text(struct pickle *p, enum node_kind kind, struct span text, uint64_t n, uint64_t offset)
{
    struct node *node = machine_node(p, kind);
    if (node) {
        node->text.p = text.p;
        node->text.offset = offset;
        node->n = n;
    }
    machine_push(p, node);
}

/* LONG1, LONG4: two's complement, little-endian; no bytes are 0. */
void op_long(struct pickle *p, const struct operand *o)
{
    uint64_t value = 0;
    if (o->n > sizeof value || !o->text.p) {
        push_text(p, NODE_BIG, o->text, o->n, o->offset);
        return;
    }
    for (size_t i = 0; i < o->text.n; i++) value |= (uint64_t)(unsigned char)o->text.p[i] << (8 * i);
    bool negative = o->text.n && (o->text.p[o->text.n - 1] & 0x80);
    if (negative && o->n < sizeof value) value |= ~UINT64_C(0) << (8 * o->n);
    push_integer(p, NODE_INT, (int64_t)value);
}

void op_string_line(struct pickle *p, const struct operand *o)
{
    size_t n = o->text.n;
    char *text = (char *)o->text.p, quote = n ? text[0] : 0; /* a line is our own copy */
    if (n < 2 || (quote != '\'' && quote != '"') || text[n - 1] != quote) {
        machine_flaw(p, "a text without quotes");
        push_text(p, NODE_TEXT, o->text, n, UINT64_MAX);
        return;
    }
    n -= 2;
    if (!text_unescape(text + 1, &n)) machine_flaw(p, "a text with a broken escape");
    push_text(p, NODE_TEXT, (struct span){text + 1, n}, n, UINT64_MAX);
}

void op_unicode_line(struct pickle *p, const struct operand *o)
{
    size_t n = 0;
    char *text = arena_alloc(p->arena, o->text.n * 2 + 4);
    if (!text) {
        machine_stop(p, PICKLE_LIMIT, "what it builds is larger than %zu bytes", p->arena->cap_bytes);
        return;
    }
    if (!text_raw_unicode(o->text, text, &n)) machine_flaw(p, "a text with a broken escape");
    push_text(p, NODE_TEXT, (struct span){text, n}, n, UINT64_MAX);
}

/* Python 2's str: bytes that the reading program decodes as it likes. */
void op_string(struct pickle *p, const struct operand *o) { push_text(p, NODE_TEXT, o->text, o->n, o->offset); }

void op_unicode(struct pickle *p, const struct operand *o)
{
    if (o->text.p && !text_is_utf8(o->text)) machine_flaw(p, "a text that is no UTF-8");
    push_text(p, NODE_TEXT, o->text, o->n, o->offset);
}

void op_bytes(struct pickle *p, const struct operand *o) { push_text(p, NODE_BYTES, o->text, o->n, o->offset); }
