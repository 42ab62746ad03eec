/* How the elements of a view are had. Dense ones lie in the file as they are; all others go through a small cache of the storage's blocks, element
 * by element, in row-major order: a transposed matrix walks down its columns and finds each block again in the next row. */
#include <stdlib.h>

#include "shape.h"
#include "state_dict_tensor.h"

enum { BLOCK_BYTES = 4096, BLOCKS = 2048 };
struct block {
    uint64_t number; /* + 1; 0: nothing is in it */
    char bytes[BLOCK_BYTES];
};
struct gather {
    const struct view *view;
    uint64_t done;                       /* elements given so far */
    uint64_t at[CKPT_MAX_DIMS], element; /* the index of the next one, and where it lies in the storage */
    struct block *blocks;
};
struct placed {
    struct view view;
    int fd;
};

bool view_shape(const struct node *shape, struct view *v)
{
    struct ckpt_tensor t = {0};
    int64_t n;
    const struct global *class = node_class(shape);
    if (global_is(class, "torch", "Size")) shape = node_item(shape->call->args, 0);
    if (!shape || (shape->kind != NODE_TUPLE && shape->kind != NODE_LIST) || shape->n > CKPT_MAX_DIMS) return false;
    t.n_dims = (uint32_t)shape->n;
    for (uint32_t i = 0; i < t.n_dims; i++) {
        if (!node_integer(shape->items[i], &n) || n < 0) return false;
        v->shape[i] = t.shape[i] = (uint64_t)n;
    }
    v->n_dims = t.n_dims;
    bool fits = shape_count(&t);
    v->count = t.count;
    return fits && v->count <= INT64_MAX;
}

void view_set_dense(struct view *v)
{
    uint64_t step = 1;
    for (uint32_t i = v->n_dims; i-- > 0; step *= v->shape[i] ? v->shape[i] : 1) v->stride[i] = (int64_t)step;
}

void view_set_fortran(struct view *v)
{
    uint64_t step = 1;
    for (uint32_t i = 0; i < v->n_dims; step *= v->shape[i] ? v->shape[i] : 1, i++) v->stride[i] = (int64_t)step;
}

bool view_is_dense(const struct view *v)
{
    uint64_t step = 1;
    for (uint32_t i = v->n_dims; i-- > 0;) {
        if (v->shape[i] != 1 && v->stride[i] != (int64_t)step) return v->count == 0;
        step *= v->shape[i];
    }
    return true;
}

bool view_fits(const struct view *v)
{
    uint64_t last = v->offset, reach;
    for (uint32_t i = 0; i < v->n_dims && v->count; i++)
        if (__builtin_mul_overflow(v->shape[i] - 1, (uint64_t)v->stride[i], &reach) || __builtin_add_overflow(last, reach, &last))
            return false;
    if (!v->count) return true;
    return !__builtin_add_overflow(last, UINT64_C(1), &last) && !__builtin_mul_overflow(last, v->item_bytes, &last) &&
           last <= v->storage.bytes;
}

static const char *block_of(struct gather *g, int fd, uint64_t number, struct err *err)
{
    const struct view *v = g->view;
    struct block *b = &g->blocks[(number * UINT64_C(0x9E3779B97F4A7C15) >> 32) % BLOCKS];
    if (b->number == number + 1) return b->bytes;
    uint64_t from = number * BLOCK_BYTES, n = v->storage.bytes - from < BLOCK_BYTES ? v->storage.bytes - from : BLOCK_BYTES;
    b->number = 0;
    if (v->memory) memcpy(b->bytes, v->memory + from, (size_t)n);
    else if (ckpt_pread(fd, b->bytes, (size_t)n, v->storage.offset + from, err) != OK) return NULL;
    b->number = number + 1;
    return b->bytes;
}

/* One element, which may lie across two blocks. */
static bool element(struct gather *g, int fd, char *p, struct err *err)
{
    const struct view *v = g->view;
    uint64_t at = g->element * v->item_bytes;
    for (uint32_t had = 0; had < v->item_bytes;) {
        uint64_t within = (at + had) % BLOCK_BYTES;
        const char *block = block_of(g, fd, (at + had) / BLOCK_BYTES, err);
        uint32_t n = v->item_bytes - had;
        if (n > BLOCK_BYTES - within) n = (uint32_t)(BLOCK_BYTES - within);
        if (!block) return false;
        memcpy(p + had, block + within, n);
        had += n;
    }
    return true;
}

static void advance(struct gather *g)
{
    const struct view *v = g->view;
    for (uint32_t i = v->n_dims; i-- > 0;) {
        g->element += (uint64_t)v->stride[i];
        if (++g->at[i] < v->shape[i]) return;
        g->element -= (uint64_t)v->stride[i] * v->shape[i];
        g->at[i] = 0;
    }
}

static void swap(char *p, size_t n, uint32_t unit)
{
    for (size_t i = 0; i + unit <= n; i += unit)
        for (uint32_t k = 0; k < unit / 2; k++) {
            char c = p[i + k];
            p[i + k] = p[i + unit - 1 - k];
            p[i + unit - 1 - k] = c;
        }
}

static ssize_t next_gathered(struct ckpt_cursor *c, void *p, size_t room, struct err *err)
{
    struct gather *g = c->state;
    const struct view *v = g->view;
    uint64_t n = room / v->item_bytes;
    bool complex = v->dtype == TENSOR_C64 || v->dtype == TENSOR_C128;
    if (n > v->count - g->done) n = v->count - g->done;
    for (uint64_t i = 0; i < n; i++, advance(g))
        if (!element(g, c->fd, (char *)p + i * v->item_bytes, err)) return -1;
    g->done += n;
    if (v->swapped) swap(p, (size_t)n * v->item_bytes, complex ? v->item_bytes / 2 : v->item_bytes);
    return (ssize_t)(n * v->item_bytes);
}

static void close_gathered(struct ckpt_cursor *c)
{
    struct gather *g = c->state;
    if (!g) return;
    free(g->blocks);
    free(g);
}

static enum status open_gathered(const struct ckpt_tensor *t, struct ckpt_cursor *c, struct err *err)
{
    const struct placed *placed = t->from;
    struct gather *g = calloc(1, sizeof *g);
    if (g) g->blocks = calloc(BLOCKS, sizeof *g->blocks);
    *c = (struct ckpt_cursor){.fd = placed->fd, .next = next_gathered, .close = close_gathered, .state = g};
    if (!g || !g->blocks) return err_set(err, E_MEMORY, "no memory to read a view");
    g->view = &placed->view;
    g->element = placed->view.offset;
    return OK;
}

bool view_place(const struct view *v, const struct state_from *from, struct arena *a, struct ckpt_tensor *t)
{
    enum { REPEATED_MAX = 1 << 24 };
    bool repeats =
        v->item_bytes && v->count > v->storage.bytes / v->item_bytes && v->count > REPEATED_MAX; /* expanded from few */
    if (!v->has_bytes || repeats) t->dtype = TENSOR_OPAQUE;
    if (!v->has_bytes || repeats || !v->item_bytes) return true;
    if (view_is_dense(v) && !v->swapped && !v->memory) return t->offset = v->storage.offset + v->offset * v->item_bytes, true;
    struct placed *placed = arena_alloc(a, sizeof *placed);
    if (!placed) return false;
    *placed = (struct placed){*v, from->fd};
    t->open = open_gathered;
    t->from = placed;
    return true;
}

bool view_scalar(const struct view *v, const struct state_from *from, double *ret)
{
    struct tensor_stream s;
    struct placed placed = {*v, from->fd};
    struct ckpt_tensor t = {.dtype = v->dtype, .from = &placed};
    struct ckpt_cursor c;
    struct err err;
    char bytes[16] = "";
    if (!v->has_bytes || v->count != 1 || v->dtype == TENSOR_OPAQUE || tensor_dtype_bytes(v->dtype) != v->item_bytes)
        return false;
    bool read = open_gathered(&t, &c, &err) == OK && next_gathered(&c, bytes, sizeof bytes, &err) == (ssize_t)v->item_bytes;
    close_gathered(&c);
    if (!read) return false;
    tensor_begin(&s, v->dtype, 0);
    tensor_add(&s, bytes, 1);
    struct tensor_summary sum = tensor_end(&s);
    *ret = sum.mean;
    return sum.nan == 0 && sum.inf == 0;
}
