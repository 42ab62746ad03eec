/* A storage that was pickled without torch.save: torch.storage._load_from_bytes(b) with b a whole file of legacy torch.save, its object the storage
 * itself. One storage follows its five pickles: i64 LE elements, then the elements. */
#include "le.h"
#include "pickle/pickle.h"
#include "state_dict_tensor.h"

enum { STREAMS = 5, COUNT_BYTES = 8 };

static const struct ckpt_limits few = {.header_bytes = 1 << 20, .opcodes = 1000, .depth = 1};

/* The bytes of b as an input; false when they are not at hand. */
static bool input_of(const struct node *b, const struct state_from *from, struct pickle_input *in)
{
    if (!b || b->kind != NODE_BYTES || (!b->text.p && b->text.offset == UINT64_MAX)) return false;
    *in = (struct pickle_input){.fd = from->fd, .base = from->base + b->text.offset, .size = b->n};
    if (from->memory) in->bytes = b->text.p;
    return !from->memory || b->text.p;
}

bool view_nested_storage(const struct node *n, const struct state_from *from, struct arena *a, struct view *v,
                         const struct node **id)
{
    const struct node *values[STREAMS];
    unsigned char count[COUNT_BYTES];
    struct pickle_input in;
    size_t streams = 0;
    if (!global_is(node_class(n), "torch.storage", "_load_from_bytes") || !input_of(node_item(n->call->args, 0), from, &in))
        return false;
    struct pickle *p = pickle_new(&in, &few, a, PICKLE_PERSISTENT);
    while (p && streams < STREAMS && pickle_next(p, &values[streams]) == PICKLE_VALUE) streams++;
    uint64_t at = p ? pickle_at(p) + COUNT_BYTES : 0;
    bool is_storage =
        streams == STREAMS && pickle_is_torch_magic(values[0]) && values[3]->kind == NODE_PERSISTENT && at <= in.size;
    pickle_free(p);
    if (!is_storage) return false;
    if (in.bytes) memcpy(count, in.bytes + at - COUNT_BYTES, COUNT_BYTES);
    else if (ckpt_pread(in.fd, count, COUNT_BYTES, in.base + at - COUNT_BYTES, NULL) != OK) return false;
    v->storage = (struct state_storage){.offset = in.bytes ? 0 : in.base + at, .bytes = in.size - at};
    v->memory = in.bytes ? in.bytes + at : NULL;
    *id = values[3]->inner;
    return le64(count) <= v->storage.bytes;
}
