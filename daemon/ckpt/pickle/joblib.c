/* joblib writes an array's bytes into the stream, right behind the BUILD of its NumpyArrayWrapper (joblib/numpy_pickle.py, read_array):
 *
 *     [u8 padding | padding bytes] elements          numpy_array_alignment_bytes set (since 1.2): the bytes lie aligned in the file
 *     pickle                                         arrays of objects
 *
 * The standard unpickler knows nothing of it and would run these bytes as opcodes: whoever judges has to look at both readings. */
#include <inttypes.h>
#include <stdlib.h>

#include "../numpy_type.h"
#include "machine.h"

/* Elements times their size; false when there is no such number or it does not fit into what is left. */
static bool bytes_of(const struct node *object, const struct numpy_type *type, uint64_t *bytes)
{
    const struct node *shape = node_attribute(object, "shape");
    *bytes = type->bytes;
    if (!shape || shape->kind != NODE_TUPLE) return false;
    for (uint64_t i = 0; i < shape->n; i++) {
        int64_t n;
        if (!node_integer(shape->items[i], &n) || n < 0 || __builtin_mul_overflow(*bytes, (uint64_t)n, bytes)) return false;
    }
    return true;
}

/* An array of objects is a pickle of its own, within this one. The outer machine waits with its stack. */
static void objects(struct pickle *p, struct node *object)
{
    struct pickle inner = *p; /* shares the window and what is judged; has its own stack, marks and memo */
    const struct node *value = NULL;
    inner.stack = (struct stack){0};
    inner.marks = (struct marks){0};
    inner.memo = (struct memo){0};
    enum { DEPTH_MAX = 8 };
    if (p->judge.depth >= DEPTH_MAX) {
        judge_event(p, EVENT_NESTED_TOO_DEEP), machine_stop(p, PICKLE_LIMIT, "arrays of objects, too deep to follow");
        return;
    }
    inner.judge.depth++;
    enum pickle_end end = pickle_next(&inner, &value);
    p->in = inner.in;
    p->judge = inner.judge;
    p->judge.depth--;
    p->opcodes = inner.opcodes;
    if (inner.flaw[0]) machine_flaw(p, "%s", inner.flaw);
    free(inner.stack.items);
    free(inner.marks.at);
    memo_done(&inner.memo);
    if (end == PICKLE_VALUE) object->call->raw = (struct node *)value;
    else
        machine_stop(p, end == PICKLE_NO_MORE ? PICKLE_CUT : end, "%s",
                     end == PICKLE_NO_MORE ? "ends before an array of objects" : inner.why);
}

void joblib_array(struct pickle *p, struct node *object)
{
    struct numpy_type type;
    uint64_t bytes;
    int64_t alignment;
    const struct node *state = node_dict(node_attributes(object));
    enum { STATE_MAX = 64 }; /* keys and values of a wrapper's state */
    p->used_joblib = true;
    p->frame_end = 0;
    if ((state && state->n > STATE_MAX) || !numpy_type_of(node_attribute(object, "dtype"), &type)) {
        machine_stop(p, PICKLE_BROKEN, "an array of joblib's whose element type cannot be told");
        return;
    }
    if (type.objects) {
        objects(p, object);
        return;
    }
    if (!bytes_of(object, &type, &bytes)) {
        machine_stop(p, PICKLE_BROKEN, "an array of joblib's with an impossible shape");
        return;
    }
    if (node_integer(node_attribute(object, "numpy_array_alignment_bytes"), &alignment)) {
        const unsigned char *padding = (const unsigned char *)window_peek(&p->in, 1);
        if (!padding || 1u + *padding > window_left(&p->in)) {
            machine_stop(p, PICKLE_CUT, "ends before the bytes of an array");
            return;
        }
        p->in.at += 1u + *padding;
    }
    if (bytes > window_left(&p->in)) {
        machine_stop(p, PICKLE_CUT, "an array of %" PRIu64 " bytes begins %" PRIu64 " bytes before the end", bytes,
                     window_left(&p->in));
        return;
    }
    object->call->raw_offset = p->in.at;
    p->in.at += bytes;
}
