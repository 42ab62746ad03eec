/* Arrays of numpy within a pickle.
 *
 *     numpy.core.multiarray._reconstruct(ndarray, (0,), b'b') and BUILD (version, shape, dtype, is_fortran, bytes or list of objects)
 *     numpy.core.numeric._frombuffer(bytes, dtype, shape, 'C' or 'F')                 protocol 5
 *     joblib.numpy_pickle.NumpyArrayWrapper and BUILD {shape, order, dtype ...}, the bytes behind it in the stream */
#include <stdio.h>

#include "numpy_type.h"
#include "pickle/text.h"
#include "state_dict_tensor.h"

struct array {
    const struct node *shape, *dtype, *bytes;
    bool fortran;
    uint64_t raw_offset;
};

static bool is_order_f(const struct node *n) { return node_is(n, "F"); }

/* Which of the three is it? */
static bool array_of(const struct node *n, struct array *ret)
{
    const struct global *f = node_class(n);
    const struct node *args = n->call->args, *state = n->call->state;
    int64_t fortran = 0;
    enum { STATE_MAX = 64 }; /* keys and values of a wrapper's state */
    *ret = (struct array){0};
    if (global_is(f, "numpy.core.numeric", "_frombuffer") || global_is(f, "numpy._core.numeric", "_frombuffer")) {
        *ret = (struct array){node_item(args, 2), node_item(args, 1), node_item(args, 0), is_order_f(node_item(args, 3)), 0};
        return true;
    }
    if (global_is(f, "joblib.numpy_pickle", "NumpyArrayWrapper") && node_dict(state) && node_dict(state)->n <= STATE_MAX) {
        *ret = (struct array){node_get(state, "shape"), node_get(state, "dtype"), NULL, is_order_f(node_get(state, "order")),
                              n->call->raw_offset};
        return ret->shape != NULL;
    }
    bool plain = global_is(f, "numpy.core.multiarray", "_reconstruct") || global_is(f, "numpy._core.multiarray", "_reconstruct");
    if (!plain || !state || state->kind != NODE_TUPLE || state->n < 5) return false;
    node_integer(state->items[3], &fortran);
    *ret = (struct array){state->items[1], state->items[2], state->items[4], fortran != 0, 0};
    return true;
}

/* The bytes of bytes: in the file, or in memory where the pickle wrote them as text. */
static bool set_bytes(const struct array *array, const struct state_from *from, struct arena *a, struct view *v)
{
    const struct node *b = array->bytes;
    if (array->raw_offset) {
        v->storage = (struct state_storage){from->base + array->raw_offset, v->count * v->item_bytes, false, NULL};
        v->memory = from->memory ? from->memory + array->raw_offset : NULL;
        return true;
    }
    if (global_is(node_class(b), "_codecs", "encode")) {
        struct span text = node_text(node_item(b->call->args, 0));
        char *raw = arena_alloc(a, text.n + 1);
        size_t n = 0;
        if (!raw || !text_latin1(text, raw, &n)) return false;
        v->memory = raw;
        v->storage = (struct state_storage){0, n, false, b};
        return true;
    }
    if (!b || (b->kind != NODE_BYTES && b->kind != NODE_TEXT)) return false;
    bool in_file = !from->memory && b->text.offset != UINT64_MAX;
    v->memory = in_file ? NULL : b->text.p; /* an input in memory keeps all its texts */
    v->storage = (struct state_storage){in_file ? from->base + b->text.offset : 0, b->n, false, b};
    return in_file || b->text.p;
}

enum view_read view_numpy(const struct node *n, const struct state_from *from, struct arena *a, struct view *v, const char **why)
{
    struct array array;
    struct numpy_type type;
    *v = (struct view){0};
    if (!array_of(n, &array)) return VIEW_NONE;
    if (!numpy_type_of(array.dtype, &type) || !view_shape(array.shape, v))
        return *why = "it is an array of an impossible type or shape", VIEW_WRONG;
    v->dtype = type.dtype;
    v->item_bytes = (uint32_t)type.bytes;
    v->swapped = type.swapped && v->item_bytes > 1;
    snprintf(v->dtype_name, sizeof v->dtype_name, "%s", type.name);
    if (array.fortran) view_set_fortran(v);
    else view_set_dense(v);
    if (type.objects || !set_bytes(&array, from, a, v)) return v->dtype = TENSOR_OPAQUE, VIEW_OK;
    v->has_bytes = true;
    return view_fits(v) ? VIEW_OK : (*why = "it has fewer bytes than its shape needs", VIEW_WRONG);
}
