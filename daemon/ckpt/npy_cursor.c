/* npy_cursor - the elements of an array in row-major order and little-endian, whatever way numpy has written them. */
#include <stdlib.h>

#include "npy.h"

#define TURNED_BYTES (UINT64_C(64) << 20) /* of an array in Fortran order: it is turned in memory */

struct place {
    struct zip *zip;
    const struct zip_entry *entry; /* NULL: in the file itself */
    uint64_t offset, bytes;
    uint32_t item_bytes, swap_bytes;
    bool fortran;
};
struct turned {
    struct ckpt_cursor inner;
    const struct ckpt_tensor *tensor;
    const struct place *place;
    uint8_t *all; /* Fortran order: every byte */
    uint64_t done, index[CKPT_MAX_DIMS];
};

static void swap(uint8_t *p, size_t n, uint32_t unit)
{
    for (size_t i = 0; unit && i + unit <= n; i += unit)
        for (uint32_t k = 0; k < unit / 2; k++) {
            uint8_t byte = p[i + k];
            p[i + k] = p[i + unit - 1 - k];
            p[i + unit - 1 - k] = byte;
        }
}

/* The plain bytes, one after another. */
static enum status open_bytes(const struct place *at, struct ckpt_cursor *c, struct err *err)
{
    if (at->entry) return zip_open(at->zip, at->entry, at->offset, at->bytes, c, err);
    struct ckpt_tensor bytes = {.dtype = TENSOR_U8, .count = at->bytes, .offset = at->offset};
    return ckpt_open(c->fd, &bytes, c, err);
}

/* Where the element of index[] lies when the first index runs fastest. */
static uint64_t position(const struct turned *t)
{
    uint64_t at = 0, stride = 1;
    for (uint32_t i = 0; i < t->tensor->n_dims; i++) {
        at += t->index[i] * stride;
        stride *= t->tensor->shape[i];
    }
    return at;
}

static void step(struct turned *t)
{
    for (uint32_t i = t->tensor->n_dims; i-- > 0;) {
        if (++t->index[i] < t->tensor->shape[i]) return;
        t->index[i] = 0;
    }
}

static ssize_t next_turned(struct ckpt_cursor *c, void *p, size_t room, struct err *err)
{
    struct turned *t = c->state;
    uint32_t item = t->place->item_bytes;
    size_t n = 0;
    (void)err;
    for (; n + item <= room && t->done < t->tensor->count; n += item, t->done++, step(t))
        memcpy((uint8_t *)p + n, t->all + position(t) * item, item);
    swap(p, n, t->place->swap_bytes);
    return (ssize_t)n;
}

static ssize_t next_swapped(struct ckpt_cursor *c, void *p, size_t room, struct err *err)
{
    struct turned *t = c->state;
    size_t want = room - room % t->place->item_bytes, had = 0;
    while (had < want) {
        ssize_t n = t->inner.next(&t->inner, (char *)p + had, want - had, err);
        if (n < 0) return -1;
        if (!n) break;
        had += (size_t)n;
    }
    swap(p, had, t->place->swap_bytes);
    return (ssize_t)had;
}

static void close_turned(struct ckpt_cursor *c)
{
    struct turned *t = c->state;
    if (!t) return;
    ckpt_close(&t->inner);
    free(t->all);
    free(t);
    c->state = NULL;
}

static enum status load_all(struct turned *t, struct err *err)
{
    uint64_t bytes = t->place->bytes, had = 0;
    if (bytes > TURNED_BYTES)
        return err_set(err, E_LIMIT, "an array in Fortran order of %llu bytes is above the limit of 64 MiB",
                       (unsigned long long)bytes);
    t->all = malloc((size_t)bytes + 1);
    if (!t->all) return err_set(err, E_MEMORY, "no memory for an array of %llu bytes", (unsigned long long)bytes);
    while (had < bytes) {
        ssize_t n = t->inner.next(&t->inner, t->all + had, (size_t)(bytes - had), err);
        if (n < 0) return err ? err->status : E_IO;
        if (!n) return err_set(err, E_FORMAT, "an array ends before its bytes do");
        had += (uint64_t)n;
    }
    return OK;
}

static enum status open_array(const struct ckpt_tensor *tensor, struct ckpt_cursor *c, struct err *err)
{
    const struct place *at = tensor->from;
    if (!at->swap_bytes && !at->fortran) return open_bytes(at, c, err);
    struct turned *t = calloc(1, sizeof *t);
    if (!t) return err_set(err, E_MEMORY, "no memory to read an array");
    *t = (struct turned){.inner = {.fd = c->fd}, .tensor = tensor, .place = at};
    *c = (struct ckpt_cursor){.fd = c->fd, .state = t, .close = close_turned, .next = at->fortran ? next_turned : next_swapped};
    enum status s = open_bytes(at, &t->inner, err);
    return s == OK && at->fortran ? load_all(t, err) : s;
}

bool npy_place(struct npy *n, struct arena *a, struct zip *z, const struct zip_entry *e, uint64_t offset, uint64_t bytes)
{
    bool turned = n->fortran && n->tensor.n_dims > 1 && n->item_bytes;
    if (!turned && !n->swap_bytes && !e) return n->tensor.offset = offset, true;
    struct place *at = arena_alloc(a, sizeof *at);
    if (!at) return false;
    *at = (struct place){z, e, offset, bytes, n->item_bytes, n->swap_bytes, turned};
    n->tensor.from = at;
    n->tensor.open = open_array;
    return true;
}
