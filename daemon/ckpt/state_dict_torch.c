/* Torch's tensors (torch/_utils.py, torch/_tensor.py): calls that build a view of a storage.
 *
 *     _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks[, metadata])    offset and stride in elements
 *     _rebuild_tensor_v3(..., hooks, dtype[, metadata])          for types that have no storage class: float8, uint16 ...
 *     _rebuild_parameter(tensor, requires_grad, hooks)           the tensor
 *     _rebuild_from_type_v2(function, type, args, state)         what function gives for args
 *     storage is the persistent id ('storage', torch.FloatStorage, key, location, elements[, view]) */
#include <stdio.h>

#include "state_dict_tensor.h"

static const struct {
    const char *storage, *name; /* of the storage class; of the dtype */
    enum tensor_dtype dtype;
    uint8_t bytes;
} types[] = {
    {"FloatStorage", "float32", TENSOR_F32, 4},
    {"DoubleStorage", "float64", TENSOR_F64, 8},
    {"HalfStorage", "float16", TENSOR_F16, 2},
    {"BFloat16Storage", "bfloat16", TENSOR_BF16, 2},
    {"LongStorage", "int64", TENSOR_I64, 8},
    {"IntStorage", "int32", TENSOR_I32, 4},
    {"ShortStorage", "int16", TENSOR_I16, 2},
    {"CharStorage", "int8", TENSOR_I8, 1},
    {"ByteStorage", "uint8", TENSOR_U8, 1},
    {"BoolStorage", "bool", TENSOR_BOOL, 1},
    {"ComplexFloatStorage", "complex64", TENSOR_C64, 8},
    {"ComplexDoubleStorage", "complex128", TENSOR_C128, 16},
    {"QInt8Storage", "qint8", TENSOR_OPAQUE, 1},
    {"QUInt8Storage", "quint8", TENSOR_OPAQUE, 1},
    {"QInt32Storage", "qint32", TENSOR_OPAQUE, 4},
    {"QUInt4x2Storage", "quint4x2", TENSOR_OPAQUE, 1},
    {"QUInt2x4Storage", "quint2x4", TENSOR_OPAQUE, 1},
    {"UntypedStorage", "uint8", TENSOR_U8, 1},
    {"", "uint16", TENSOR_U16, 2},
    {"", "uint32", TENSOR_U32, 4},
    {"", "uint64", TENSOR_U64, 8},
    {"", "float8_e4m3fn", TENSOR_F8_E4M3, 1},
    {"", "float8_e5m2", TENSOR_F8_E5M2, 1},
    {"", "float8_e4m3fnuz", TENSOR_F8_E4M3FNUZ, 1},
    {"", "float8_e5m2fnuz", TENSOR_F8_E5M2FNUZ, 1},
    {"", "float8_e8m0fnu", TENSOR_F8_E8M0, 1},
    {"", "complex32", TENSOR_OPAQUE, 4},
    {"", "float4_e2m1fn_x2", TENSOR_OPAQUE, 1},
};

/* Find a type by its storage class or by its dtype. */
static bool set_type(struct view *v, const struct global *g)
{
    for (size_t i = 0; g && i < sizeof types / sizeof *types; i++) {
        if (!span_is(g->name, types[i].storage) && !span_is(g->name, types[i].name)) continue;
        v->dtype = types[i].dtype;
        v->item_bytes = types[i].bytes;
        snprintf(v->dtype_name, sizeof v->dtype_name, "%s", types[i].name);
        return true;
    }
    return false;
}

static enum view_read wrong(const char **why, const char *text)
{
    *why = text;
    return VIEW_WRONG;
}

/* The storage behind a persistent id. Old files have views of storages: (key, first element, elements). */
static enum view_read set_storage(const struct node *n, const struct state_from *from, struct arena *a, struct view *v,
                                  const char **why)
{
    const struct node *id = n && n->kind == NODE_PERSISTENT ? n->inner : NULL;
    bool nested = n && n->kind == NODE_CALL && view_nested_storage(n, from, a, v, &id);
    const struct node *key = node_item(id, 2), *count = node_item(id, 4), *part = node_item(id, 5);
    int64_t claimed, first = 0;
    uint64_t bytes;
    if (!id || !node_is(node_item(id, 0), "storage") || (!nested && !from->storage)) return VIEW_NONE;
    if (!set_type(v, node_global(node_item(id, 1)))) return wrong(why, "its storage is of a type that is not known");
    if (!node_text(key).n || !node_integer(count, &claimed) || claimed < 0)
        return wrong(why, "its storage has no key or no size");
    if (!nested && !from->storage(from->arg, node_text(key), &v->storage)) return wrong(why, "its storage is not in the file");
    v->storage.id = key;
    if (__builtin_mul_overflow((uint64_t)claimed, v->item_bytes, &bytes) || bytes > v->storage.bytes)
        return wrong(why, "its storage is smaller than the pickle says");
    if (node_integer(node_item(part, 1), &first) && first >= 0) v->offset = (uint64_t)first;
    return VIEW_OK;
}

static bool set_strides(const struct node *stride, struct view *v)
{
    if (!stride || stride->kind != NODE_TUPLE || stride->n != v->n_dims) return false;
    for (uint32_t i = 0; i < v->n_dims; i++)
        if (!node_integer(stride->items[i], &v->stride[i]) || v->stride[i] < 0) return false;
    return true;
}

static enum view_read rebuilt(const struct node *args, bool typed, const struct state_from *from, struct arena *a, struct view *v,
                              const char **why)
{
    enum { STORAGE, OFFSET, SIZE, STRIDE, V3_DTYPE = 6 };
    int64_t offset;
    enum view_read r = set_storage(node_item(args, STORAGE), from, a, v, why);
    if (r == VIEW_WRONG) {
        view_shape(node_item(args, SIZE), v);
        return r;
    }
    if (r == VIEW_NONE) return r;
    if (typed && !set_type(v, node_global(node_item(args, V3_DTYPE)))) return wrong(why, "it is of a type that is not known");
    if (!view_shape(node_item(args, SIZE), v)) return wrong(why, "its shape is impossible");
    if (!set_strides(node_item(args, STRIDE), v)) return wrong(why, "its strides do not go with its shape");
    if (!node_integer(node_item(args, OFFSET), &offset) || offset < 0 ||
        __builtin_add_overflow(v->offset, (uint64_t)offset, &v->offset))
        return wrong(why, "it begins before its storage");
    v->has_bytes = !v->storage.packed;
    v->swapped = from->swapped && v->item_bytes > 1;
    return view_fits(v) ? VIEW_OK : wrong(why, "its elements lie outside its storage");
}

/* Tensors that have no bytes of their own, or none that numbers can be read from: shape alone. */
static enum view_read bare(const struct node *shape, const struct global *type, const char *name, struct view *v)
{
    if (!view_shape(shape, v)) return VIEW_NONE;
    if (!set_type(v, type)) snprintf(v->dtype_name, sizeof v->dtype_name, "%s", name);
    v->dtype = TENSOR_OPAQUE;
    return VIEW_OK;
}

static enum view_read by_function(const struct global *f, const struct node *args, const struct state_from *from, struct arena *a,
                                  struct view *v, const char **why, const struct node **again)
{
    if (global_is(f, "torch._utils", "_rebuild_tensor_v2 _rebuild_tensor")) return rebuilt(args, false, from, a, v, why);
    if (global_is(f, "torch._utils", "_rebuild_tensor_v3")) return rebuilt(args, true, from, a, v, why);
    if (global_is(f, "torch._utils", "_rebuild_meta_tensor_no_storage"))
        return bare(node_item(args, 1), node_global(node_item(args, 0)), "meta", v);
    if (global_is(f, "torch._utils", "_rebuild_qtensor")) return bare(node_item(args, 2), NULL, "quantized", v);
    if (global_is(f, "torch._utils", "_rebuild_parameter _rebuild_parameter_with_state")) *again = node_item(args, 0);
    if (global_is(f, "torch.nn.parameter", "Parameter Buffer")) *again = node_item(args, 0);
    return VIEW_NONE;
}

enum view_read view_of(const struct node *n, const struct state_from *from, struct arena *a, struct view *v, const char **why)
{
    enum { WRAPPED_MAX = 16 };
    for (int depth = 0; n && n->kind == NODE_CALL && depth < WRAPPED_MAX; depth++) {
        const struct node *again = NULL, *args = n->call->args;
        const struct global *f = node_class(n);
        *v = (struct view){0};
        if (global_is(f, "torch._tensor", "_rebuild_from_type_v2 _rebuild_from_type"))
            f = node_global(node_item(args, 0)), args = node_item(args, 2);
        enum view_read r = by_function(f, args, from, a, v, why, &again);
        if (r != VIEW_NONE) return r;
        if (!again) return view_numpy(n, from, a, v, why);
        n = again;
    }
    return VIEW_NONE;
}
