/* torch-metadata - which tensor lies where in torch's distributed checkpoints (torch/distributed/checkpoint/metadata.py, filesystem.py).
 *
 *     .metadata    a pickle of Metadata: state_dict_metadata, storage_data {MetadataIndex(fqn, offset, index): _StorageInfo}
 *     _StorageInfo relative_path, offset, length: a stretch of a .distcp file beside it
 *
 * Each stretch is told as a tensor that has no numbers here: `dtype_name` is its file and `index` the byte that it begins at, as torch-shard has
 * them. Of a tensor that is cut, the pieces but the first bear their place in it. */
#include <inttypes.h>
#include <stdio.h>

#include "list.h"
#include "part.h"
#include "pickle_read.h"

static int sniff_metadata(const struct ckpt_file *f)
{
    const char *name = path_name(f->path);
    return strcmp(name, ".metadata") == 0 && pickle_begins(f->head) ? 85 : 0;
}

/* "[128,0]" for a piece that begins there; nothing for the first one, or a whole tensor. */
static void say_place(const struct node *offset, char *p, size_t room)
{
    const struct node *list = offset && offset->kind == NODE_CALL ? node_item(offset->call->args, 0) : offset;
    size_t n = 0;
    bool moved = false;
    *p = 0;
    for (uint64_t i = 0; list && list->kind == NODE_TUPLE && i < list->n && i < CKPT_MAX_DIMS && n < room; i++) {
        int64_t at = 0;
        moved |= node_integer(list->items[i], &at) && at > 0;
        n += (size_t)snprintf(p + n, room - n, "%s%" PRId64, i ? "," : "[", at);
    }
    if (!moved || n + 2 > room) *p = 0;
    else memcpy(p + n, "]", 2);
}

/* [app.]optimizer.state.<parameter>.<slot>, or optim: which slot of which parameter. */
static void of_optimizer(struct ckpt_tensor *t, struct span fqn, struct arena *a)
{
    static const char state[] = ".state.";
    const char *below = memmem(fqn.p, fqn.n, state, sizeof state - 1);
    struct span above = {fqn.p, below ? (size_t)(below - fqn.p) : fqn.n};
    if (!span_starts(above, "optim") && !span_has(above, ".optim")) return;
    t->part = CKPT_OPTIMIZER;
    const char *dot = memrchr(fqn.p, '.', fqn.n), *parameter = below ? below + sizeof state - 1 : NULL;
    if (!parameter || dot <= parameter) return;
    t->slot = arena_copy(a, dot + 1, (size_t)(fqn.p + fqn.n - dot - 1));
    t->parameter = arena_copy(a, parameter, (size_t)(dot - parameter));
}

static void tell(const struct node *index, const struct node *info, const struct ckpt_sink *out)
{
    char place[200], name[512];
    int64_t at;
    struct span fqn = node_text(node_attribute(index, "fqn")), file = node_text(node_attribute(info, "relative_path"));
    if (!fqn.n || !file.n || !node_integer(node_attribute(info, "offset"), &at) || at < 0) return;
    say_place(node_attribute(index, "offset"), place, sizeof place);
    int n = snprintf(name, sizeof name, "%.*s%s", (int)(fqn.n < 300 ? fqn.n : 300), fqn.p, place);
    struct ckpt_tensor t = {.name = arena_copy(out->arena, name, n < (int)sizeof name ? (size_t)n : sizeof name - 1),
                            .dtype_name = arena_copy(out->arena, file.p, file.n),
                            .index = at,
                            .n_dims = 1};
    if (!t.name || !t.dtype_name) return;
    t.part = part_of(t.name);
    of_optimizer(&t, fqn, out->arena);
    out->tensor(out->arg, &t);
}

static void tell_places(const struct node *metadata, const struct ckpt_limits *max, const struct ckpt_sink *out)
{
    const struct node *data = node_attribute(metadata, "storage_data");
    if (!data || data->kind != NODE_DICT) return;
    for (uint64_t i = 0; i + 1 < data->n && i / 2 < max->tensors; i += 2) tell(data->items[i], data->items[i + 1], out);
}

static enum status scan_metadata(const struct ckpt_file *f, const struct ckpt_limits *max, const struct ckpt_sink *out,
                                 struct err *err)
{
    struct pickle_input in = {.fd = f->fd, .base = f->base, .size = f->size};
    const struct node *value = NULL, *more;
    struct pickle *p = pickle_new(&in, max, out->arena, 0);
    if (!p) return err_set(err, E_MEMORY, "no memory to read a pickle");
    enum pickle_end end = pickle_next(p, &value);
    size_t streams = end == PICKLE_VALUE;
    if (streams) end = pickle_next(p, &more);
    pickle_say(p, "", CKPT_SAFETY_UNVERIFIED, out);
    if (end == PICKLE_VALUE) {
        ckpt_say_state(out, CKPT_CORRUPT, "more than one pickle is in it");
        ckpt_say_safety(out, CKPT_SAFETY_UNVERIFIED, "what follows its second pickle was not looked into");
    }
    pickle_say_end(p, end, streams, "", out);
    out->fact(out->arg, "framework", "pytorch");
    if (streams) tell_places(value, max, out);
    pickle_free(p);
    return end == PICKLE_IO ? err_set(err, E_IO, "the bytes of a pickle cannot be read") : OK;
}

const struct ckpt ckpt_torch_metadata = {"torch-metadata", "torch's distributed checkpoints: .metadata, which tensor lies where",
                                         sniff_metadata, scan_metadata};
