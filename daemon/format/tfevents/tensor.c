#include "tensor.h"

#include <math.h>

#include "bits.h"

enum { TENSOR_DTYPE = 1, TENSOR_SHAPE = 2, TENSOR_CONTENT = 4, TENSOR_STRINGS = 8, DTYPE_STRING = 7 };
enum as { AS_FLOAT, AS_DOUBLE, AS_SIGNED, AS_UNSIGNED, AS_HALF, AS_BFLOAT };

/* width: bytes in tensor_content; field: where single values stand */
struct element {
    uint32_t dtype, width, field;
    enum as as;
};
static const struct element elements[] = {
    {1, 4, 5, AS_FLOAT},  {2, 8, 6, AS_DOUBLE},     {3, 4, 7, AS_SIGNED},     {4, 1, 7, AS_UNSIGNED}, {5, 2, 7, AS_SIGNED},
    {6, 1, 7, AS_SIGNED}, {9, 8, 10, AS_SIGNED},    {10, 1, 11, AS_UNSIGNED}, {14, 2, 13, AS_BFLOAT}, {17, 2, 7, AS_UNSIGNED},
    {19, 2, 13, AS_HALF}, {22, 4, 16, AS_UNSIGNED}, {23, 8, 17, AS_UNSIGNED},
};

/* IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
static double half(uint32_t bits)
{
    uint32_t exponent = bits >> 10 & 31, fraction = bits & 1023;
    double sign = bits & 0x8000u ? -1 : 1;
    if (exponent == 31) return fraction ? (double)NAN : sign * (double)INFINITY;
    return sign * (exponent ? ldexp(1024 + fraction, (int)exponent - 25) : ldexp(fraction, -24));
}

/* number - an element from its bits; those of a varint are sign-extended to 64 already. */
static double number(enum as as, uint64_t bits)
{
    switch (as) {
    case AS_FLOAT: return (double)bits_float((uint32_t)bits);
    case AS_DOUBLE: return from_bits(bits);
    case AS_SIGNED: return (double)(int64_t)bits;
    case AS_UNSIGNED: return (double)bits;
    case AS_HALF: return half((uint32_t)bits & 0xffffu);
    case AS_BFLOAT: return (double)bits_float((uint32_t)bits << 16);
    }
    return (double)NAN;
}

/* The first element of raw memory. */
static uint64_t raw_bits(const struct element *e, const char *p)
{
    uint64_t bits = 0;
    unsigned shift = 64 - 8 * e->width;
    for (uint32_t i = 0; i < e->width; i++) bits |= (uint64_t)(unsigned char)p[i] << (8 * i);
    return e->as == AS_SIGNED ? (uint64_t)((int64_t)(bits << shift) >> shift) : bits;
}

/* ---- the header -------------------------------------------------------------------------------------------------------- */

static bool take_dimension(struct tensor *t, struct span message)
{
    struct span w = message;
    struct proto_field f;
    uint64_t size = 0;
    while (proto_next(&w, &f))
        if (f.number == 1 && f.wire == PROTO_VARINT) size = f.value;
    if (t->rank == TENSOR_RANK_MAX || size > TENSOR_ELEMENTS_MAX) return false;
    t->sizes[t->rank++] = size;
    t->n *= size;
    return w.n == 0 && t->n <= TENSOR_ELEMENTS_MAX;
}

static bool take_shape(struct tensor *t, struct span message)
{
    struct span w = message;
    struct proto_field f;
    while (proto_next(&w, &f))
        if (f.number == 2 && f.wire == PROTO_BYTES && !take_dimension(t, f.bytes)) return false;
    return w.n == 0;
}

static void take_dtype(struct tensor *t, uint64_t dtype)
{
    t->texts = dtype == DTYPE_STRING;
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (elements[i].dtype == dtype) t->element = &elements[i];
}

bool tensor_parse(struct span message, struct tensor *t)
{
    struct span w = message;
    struct proto_field f;
    *t = (struct tensor){.n = 1, .message = message};
    while (proto_next(&w, &f)) {
        if (f.number == TENSOR_DTYPE && f.wire == PROTO_VARINT) take_dtype(t, f.value);
        else if (f.number == TENSOR_SHAPE && f.wire == PROTO_BYTES && !take_shape(t, f.bytes)) return false;
        else if (f.number == TENSOR_CONTENT && f.wire == PROTO_BYTES) t->content = f.bytes;
    }
    return w.n == 0;
}

/* ---- the elements ------------------------------------------------------------------------------------------------------ */

struct tensor_cursor tensor_walk(const struct tensor *t)
{
    return (struct tensor_cursor){
        .t = t, .fields = t->content.n ? (struct span){0} : t->message, .pack = t->content, .last = NAN};
}

static bool next_packed(struct tensor_cursor *c, double *value)
{
    const struct element *e = c->t->element;
    bool memory = c->t->content.n > 0 || e->as == AS_FLOAT || e->as == AS_DOUBLE; /* else varints */
    uint64_t bits;
    if (memory) {
        if (c->pack.n < e->width) return c->pack.n = 0, false;
        bits = raw_bits(e, c->pack.p);
        c->pack = span_from(c->pack, e->width);
    } else if (!proto_varint(&c->pack, &bits)) return c->pack.n = 0, false;
    *value = number(e->as, bits);
    return true;
}

static bool next_written(struct tensor_cursor *c, double *value)
{
    struct proto_field f;
    for (;;) {
        if (c->pack.n && next_packed(c, value)) return true;
        if (!proto_next(&c->fields, &f)) return false;
        if (f.number != c->t->element->field) continue;
        c->pack = f.bytes;
        if (f.wire == PROTO_BYTES) continue;
        *value = number(c->t->element->as, f.value);
        return true;
    }
}

bool tensor_next(struct tensor_cursor *c, double *value)
{
    if (!c->t->element || c->told == c->t->n) return false;
    if (!next_written(c, value)) {
        if (!c->told) return false;
        *value = c->last;
    }
    c->last = *value;
    c->told++;
    return true;
}

bool tensor_scalar(const struct tensor *t, double *value)
{
    struct tensor_cursor c = tensor_walk(t);
    return t->n == 1 && tensor_next(&c, value);
}

struct span tensor_text(const struct tensor *t)
{
    struct span w = t->message;
    struct proto_field f;
    while (t->texts && proto_next(&w, &f))
        if (f.number == TENSOR_STRINGS && f.wire == PROTO_BYTES) return f.bytes;
    return (struct span){0};
}
