#include "numpy_type.h"

#include <stdio.h>

#include "../base/num.h"

/* Names of scalar types and of numpy.dtypes' classes, where a dtype is written as one. */
static const struct {
    const char *name, *code;
} named[] = {
    {"float64", "f8"},      {"float32", "f4"},      {"float16", "f2"},      {"int64", "i8"},       {"int32", "i4"},
    {"int16", "i2"},        {"int8", "i1"},         {"uint64", "u8"},       {"uint32", "u4"},      {"uint16", "u2"},
    {"uint8", "u1"},        {"bool_", "b1"},        {"bool", "b1"},         {"complex64", "c8"},   {"complex128", "c16"},
    {"Float64DType", "f8"}, {"Float32DType", "f4"}, {"Float16DType", "f2"}, {"Int64DType", "i8"},  {"Int32DType", "i4"},
    {"Int16DType", "i2"},   {"Int8DType", "i1"},    {"UInt64DType", "u8"},  {"UInt32DType", "u4"}, {"UInt16DType", "u2"},
    {"UInt8DType", "u1"},   {"BoolDType", "b1"},    {"ObjectDType", "O8"},
};

enum tensor_dtype numpy_dtype(char letter, uint64_t bytes)
{
    static const struct {
        char letter;
        uint8_t bytes;
        enum tensor_dtype dtype;
    } known[] = {{'f', 2, TENSOR_F16}, {'f', 4, TENSOR_F32},  {'f', 8, TENSOR_F64}, {'i', 1, TENSOR_I8},   {'i', 2, TENSOR_I16},
                 {'i', 4, TENSOR_I32}, {'i', 8, TENSOR_I64},  {'u', 1, TENSOR_U8},  {'u', 2, TENSOR_U16},  {'u', 4, TENSOR_U32},
                 {'u', 8, TENSOR_U64}, {'b', 1, TENSOR_BOOL}, {'c', 8, TENSOR_C64}, {'c', 16, TENSOR_C128}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].letter == letter && known[i].bytes == bytes) return known[i].dtype;
    return TENSOR_OPAQUE;
}

static struct span code_of(const struct node *n)
{
    const struct global *class = node_class(n);
    if (node_global(n)) class = node_global(n);
    bool is_dtype = global_is(class, "numpy", "dtype") && n->kind == NODE_CALL;
    struct span code = is_dtype ? node_text(node_item(n->call->args, 0)) : (struct span){"", 0};
    const struct global *argument = is_dtype ? node_global(node_item(n->call->args, 0)) : class;
    for (size_t i = 0; argument && i < sizeof named / sizeof *named; i++)
        if (span_is(argument->name, named[i].name)) return span_of(named[i].code);
    return code;
}

static bool size_of(struct span code, uint64_t *bytes)
{
    int64_t n = 0;
    if (code.n < 2 || !num_integer(span_from(code, 1), &n) || n < 0 || n > INT32_MAX) return false;
    *bytes = (uint64_t)n * (code.p[0] == 'U' ? 4 : 1);
    return true;
}

bool numpy_type_of(const struct node *n, struct numpy_type *ret)
{
    enum { FLAGS = 7, HAS_OBJECTS = 1 };
    int64_t flags = 0;
    struct span code = n ? code_of(n) : (struct span){"", 0};
    const struct node *state = n && n->kind == NODE_CALL ? n->call->state : NULL;
    *ret = (struct numpy_type){.dtype = TENSOR_OPAQUE};
    if (code.n && strchr("<>|=", code.p[0])) ret->swapped = code.p[0] == '>', code = span_from(code, 1);
    if (!code.n || !strchr("biufcSUVOmM", code.p[0])) return false;
    ret->swapped |= node_is(node_item(state, 1), ">");
    ret->objects = code.p[0] == 'O' || (node_integer(node_item(state, FLAGS), &flags) && (flags & HAS_OBJECTS));
    if (!size_of(code, &ret->bytes) && !ret->objects) return false;
    ret->dtype = numpy_dtype(code.p[0], ret->bytes);
    snprintf(ret->name, sizeof ret->name, "%c%.*s",
             ret->bytes < 2 || ret->objects ? '|'
             : ret->swapped                 ? '>'
                                            : '<',
             (int)(code.n < 16 ? code.n : 16), code.p);
    return true;
}
