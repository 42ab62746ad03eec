/* cursor - elements of a dataset that is no plain stretch of the file: read by libhdf5, a slab of rows at a time, and handed on from there. */
#include "../h5.h"

#ifdef MLWATCH_HDF5

#include <stdlib.h>

#include "parts.h"

#define SLAB_BYTES     (UINT64_C(4) << 20)
#define SLAB_MAX_BYTES (UINT64_C(64) << 20)

struct slabs {
    const struct ckpt_tensor *tensor;
    hid_t file, dataset, space, type;
    uint64_t row, rows, slab_rows; /* next to be read; all; at a time */
    uint64_t row_bytes;
    uint8_t *slab;
    size_t at, n; /* handed on; bytes in the slab */
};

static void close_slabs(struct ckpt_cursor *c)
{
    struct slabs *s = c->state;
    if (!s) return;
    if (s->type >= 0) H5Tclose(s->type);
    if (s->space >= 0) H5Sclose(s->space);
    if (s->dataset >= 0) H5Dclose(s->dataset);
    if (s->file >= 0) H5Fclose(s->file);
    free(s->slab);
    free(s);
    c->state = NULL;
}

/* Rows [row, row + n) into the slab. A scalar is one row. */
static bool read_slab(struct slabs *s, uint64_t n)
{
    hsize_t start[CKPT_MAX_DIMS] = {s->row}, count[CKPT_MAX_DIMS] = {n};
    const struct ckpt_tensor *t = s->tensor;
    if (!t->n_dims) return H5Dread(s->dataset, s->type, H5S_ALL, H5S_ALL, H5P_DEFAULT, s->slab) >= 0;
    for (uint32_t i = 1; i < t->n_dims; i++) count[i] = t->shape[i];
    if (H5Sselect_hyperslab(s->space, H5S_SELECT_SET, start, NULL, count, NULL) < 0) return false;
    hid_t memory = H5Screate_simple((int)t->n_dims, count, NULL);
    bool ok = memory >= 0 && H5Dread(s->dataset, s->type, memory, s->space, H5P_DEFAULT, s->slab) >= 0;
    if (memory >= 0) H5Sclose(memory);
    return ok;
}

static ssize_t next(struct ckpt_cursor *c, void *p, size_t room, struct err *err)
{
    struct slabs *s = c->state;
    if (s->at == s->n) {
        uint64_t n = s->rows - s->row < s->slab_rows ? s->rows - s->row : s->slab_rows;
        if (!n) return 0;
        if (!read_slab(s, n)) return err_set(err, E_FORMAT, "dataset '%s' cannot be read or unpacked", s->tensor->name), -1;
        s->row += n;
        s->at = 0;
        s->n = (size_t)(n * s->row_bytes);
    }
    size_t item = tensor_dtype_bytes(s->tensor->dtype), n = s->n - s->at < room ? s->n - s->at : room - room % item;
    memcpy(p, s->slab + s->at, n);
    s->at += n;
    return (ssize_t)n;
}

/* How many rows at once: whole chunks, about 4 MiB. */
static bool plan(struct slabs *s, uint64_t chunk_rows, struct err *err)
{
    const struct ckpt_tensor *t = s->tensor;
    s->rows = t->n_dims ? t->shape[0] : 1;
    s->row_bytes = t->count / s->rows * tensor_dtype_bytes(t->dtype);
    s->slab_rows = SLAB_BYTES / s->row_bytes;
    if (chunk_rows && s->slab_rows % chunk_rows) s->slab_rows = (s->slab_rows / chunk_rows + 1) * chunk_rows;
    if (chunk_rows && s->slab_rows > SLAB_MAX_BYTES / s->row_bytes) s->slab_rows = SLAB_MAX_BYTES / s->row_bytes;
    if (!s->slab_rows) s->slab_rows = 1;
    if (s->slab_rows > s->rows) s->slab_rows = s->rows;
    if (s->row_bytes > SLAB_MAX_BYTES)
        return err_set(err, E_LIMIT, "a row of dataset '%s' is above the limit of 64 MiB", t->name), false;
    s->slab = malloc((size_t)(s->slab_rows * s->row_bytes));
    return s->slab || (err_set(err, E_MEMORY, "no memory to read dataset '%s'", t->name), false);
}

/* The dataset again, and its type as elements are wanted: little-endian. */
static bool reopen(struct slabs *s, int fd, const struct h5_place *place)
{
    s->file = h5_open_file(fd, place->base, place->size);
    s->dataset = s->file >= 0 ? H5Oopen_by_addr(s->file, place->address) : -1;
    if (s->dataset < 0) return false;
    s->space = H5Dget_space(s->dataset);
    hid_t type = H5Dget_type(s->dataset);
    s->type = type >= 0 ? H5Tcopy(type) : -1;
    if (type >= 0) H5Tclose(type);
    if (s->space < 0 || s->type < 0) return false;
    H5T_class_t class = H5Tget_class(s->type);
    if ((class == H5T_INTEGER || class == H5T_FLOAT) && H5Tset_order(s->type, H5T_ORDER_LE) < 0) return false;
    return H5Tget_size(s->type) == tensor_dtype_bytes(s->tensor->dtype);
}

enum status h5_open_dataset(const struct ckpt_tensor *t, struct ckpt_cursor *c, struct err *err)
{
    const struct h5_place *place = t->from;
    struct slabs *s = calloc(1, sizeof *s);
    if (!s) return err_set(err, E_MEMORY, "no memory to read dataset '%s'", t->name);
    *s = (struct slabs){.tensor = t, .file = -1, .dataset = -1, .space = -1, .type = -1};
    *c = (struct ckpt_cursor){.fd = c->fd, .next = next, .close = close_slabs, .state = s};
    if (!t->count) return OK;
    if (!reopen(s, c->fd, place)) return err_set(err, E_FORMAT, "dataset '%s' cannot be opened again", t->name);
    return plan(s, place->chunk_rows, err) ? OK : err ? err->status : E_LIMIT;
}

#endif
