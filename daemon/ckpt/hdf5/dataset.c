/* dataset - one dataset as a tensor: shape, kind, and where its bytes are.
 *
 * Contiguous ones lie plainly in the file, and libhdf5 is not asked for their bytes. Chunked, compact and big-endian ones are read through it, if only
 * shuffle, deflate and fletcher32 have packed them; bytes in other files and datasets made of other datasets are told, never opened. */
#include "../h5.h"

#ifdef MLWATCH_HDF5

#include <inttypes.h>
#include <stdlib.h>

#include "../shape.h"
#include "parts.h"

enum { FILTERS_MAX = 32 };
#define CHUNK_MAX_BYTES (UINT64_C(64) << 20)

/* Can libhdf5 be asked for its elements? False: said why not. */
static bool may_unpack(struct h5_walk *w, hid_t dcpl, const struct ckpt_tensor *t)
{
    int n = H5Pget_nfilters(dcpl);
    for (int i = 0; i < n && i < FILTERS_MAX; i++) {
        size_t none = 0;
        H5Z_filter_t id = H5Pget_filter2(dcpl, (unsigned)i, NULL, &none, NULL, 0, NULL, NULL);
        if (id == H5Z_FILTER_DEFLATE || id == H5Z_FILTER_SHUFFLE || id == H5Z_FILTER_FLETCHER32) continue;
        ckpt_say_safety(w->out, CKPT_SAFETY_UNVERIFIED, "dataset '%s' is packed by filter %d, which is not unpacked here",
                        t->name, (int)id);
        return false;
    }
    uint64_t bytes = t->count * tensor_dtype_bytes(t->dtype);
    if (bytes <= w->max->unpacked_bytes - w->unpacked) return w->unpacked += bytes, true;
    ckpt_say_safety(w->out, CKPT_SAFETY_UNVERIFIED,
                    "dataset '%s' would unpack to %" PRIu64 " bytes: above the limit on a file (unpacked_bytes)", t->name, bytes);
    return false;
}

/* Bytes that are elsewhere. */
static bool is_elsewhere(struct h5_walk *w, hid_t dcpl, H5D_layout_t layout, const char *path)
{
    char file[200];
    off_t offset;
    hsize_t bytes;
    int external = H5Pget_external_count(dcpl);
    if (layout == H5D_VIRTUAL) {
        ckpt_say_safety(w->out, CKPT_SUSPICIOUS, "dataset '%s' is virtual: it would be put together from other files", path);
        return true;
    }
    if (external <= 0) return false;
    if (H5Pget_external(dcpl, 0, sizeof file - 1, file, &offset, &bytes) < 0) file[0] = 0;
    file[sizeof file - 1] = 0;
    for (char *p = file; *p; p++)
        if (*p < ' ' || *p > '~') *p = '?';
    ckpt_say_safety(w->out, CKPT_SUSPICIOUS, "dataset '%s' has external storage: its bytes would be read from '%s'", path, file);
    return true;
}

static bool set_place(struct h5_walk *w, struct ckpt_tensor *t, haddr_t address, uint64_t chunk_rows)
{
    struct h5_place *p = arena_alloc(w->out->arena, sizeof *p);
    if (!p) return false;
    *p = (struct h5_place){w->file->base, w->file->size, address, chunk_rows};
    t->from = p;
    t->open = h5_open_dataset;
    return true;
}

/* Rows of a chunk; 0: none, or above the limit, which was said. */
static uint64_t chunk_rows(struct h5_walk *w, hid_t dcpl, const struct ckpt_tensor *t)
{
    hsize_t dims[CKPT_MAX_DIMS];
    int n = H5Pget_chunk(dcpl, CKPT_MAX_DIMS, dims);
    uint64_t bytes = tensor_dtype_bytes(t->dtype);
    for (int i = 0; i < n && i < CKPT_MAX_DIMS; i++)
        if (__builtin_mul_overflow(bytes, (uint64_t)dims[i], &bytes)) bytes = UINT64_MAX;
    if (n > 0 && dims[0] && bytes <= CHUNK_MAX_BYTES) return dims[0];
    ckpt_say_safety(w->out, CKPT_SAFETY_UNVERIFIED, "dataset '%s' has chunks above the limit of 64 MiB", t->name);
    return 0;
}

/* How its elements are had. Opaque ones are described only. False: the arena is full. */
static bool place(struct h5_walk *w, hid_t dataset, hid_t dcpl, haddr_t address, struct ckpt_tensor *t, bool plain)
{
    H5D_layout_t layout = H5Pget_layout(dcpl);
    haddr_t at = layout == H5D_CONTIGUOUS ? H5Dget_offset(dataset) : HADDR_UNDEF;
    uint64_t bytes = t->count * tensor_dtype_bytes(t->dtype), rows = 0;
    if (is_elsewhere(w, dcpl, layout, t->name)) return t->dtype = TENSOR_OPAQUE, true;
    if (layout == H5D_CHUNKED) h5_touch_chunks(w, dataset, t->name);
    if (t->dtype == TENSOR_OPAQUE) h5_touch_opaque(w, dataset);
    if (t->dtype == TENSOR_OPAQUE || !t->count) return true;
    if (layout == H5D_CONTIGUOUS && at != HADDR_UNDEF) {
        bool there = at <= w->file->size && bytes <= w->file->size - at && H5Dget_storage_size(dataset) == bytes;
        if (!there) {
            ckpt_say_state(w->out, w->fault, "dataset '%s' lies outside the file, or is not as long as its shape says", t->name);
            w->broken = true;
            return t->dtype = TENSOR_OPAQUE, true;
        }
        if (plain) return t->offset = w->file->base + at, true;
    }
    if (!may_unpack(w, dcpl, t) || (layout == H5D_CHUNKED && !(rows = chunk_rows(w, dcpl, t))))
        return t->dtype = TENSOR_OPAQUE, true;
    return set_place(w, t, address, rows);
}

static bool read_shape(hid_t dataset, struct ckpt_tensor *t)
{
    hsize_t dims[CKPT_MAX_DIMS];
    hid_t space = H5Dget_space(dataset);
    if (space < 0) return false;
    int n = H5Sget_simple_extent_ndims(space);
    bool ok = n >= 0 && n <= CKPT_MAX_DIMS && (n == 0 || H5Sget_simple_extent_dims(space, dims, NULL) == n);
    t->n_dims = ok ? (uint32_t)n : 0;
    for (uint32_t i = 0; i < t->n_dims; i++) t->shape[i] = dims[i];
    if (ok && H5Sget_simple_extent_type(space) == H5S_NULL) t->n_dims = 1, t->shape[0] = 0;
    H5Sclose(space);
    uint64_t bytes;
    return ok && shape_count(t) && !__builtin_mul_overflow(t->count, UINT64_C(16), &bytes);
}

static bool full(struct h5_walk *w)
{
    w->status =
        err_set(w->err, E_LIMIT, "an HDF5 file of more than %" PRIu64 " datasets is above the limit on memory", w->found->n);
    return false;
}

bool h5_describe(struct h5_walk *w, hid_t dataset, haddr_t address, const char *path, bool again)
{
    struct h5_kind kind = {0};
    struct arena *a = w->out->arena;
    struct h5_dataset *d = arena_alloc(a, sizeof *d);
    if (!d) return full(w);
    if (w->found->n == w->max->tensors) {
        w->status =
            err_set(w->err, E_LIMIT, "an HDF5 file of more than %" PRIu64 " datasets is above the limit", w->max->tensors);
        return false;
    }
    d->tensor = (struct ckpt_tensor){.name = path, .index = -1, .shares = again};
    hid_t type = H5Dget_type(dataset), dcpl = H5Dget_create_plist(dataset);
    bool ok = type >= 0 && dcpl >= 0 && read_shape(dataset, &d->tensor), room = true;
    if (ok) room = h5_kind_of(type, h5_text(dataset, "dtype", 64, a), a, &kind);
    if (ok && room) {
        d->tensor.dtype = kind.dtype;
        d->tensor.dtype_name = kind.name;
        if (kind.strange)
            ckpt_say_safety(w->out, CKPT_SAFETY_UNVERIFIED,
                            "dataset '%s' (%s) holds neither numbers nor text: it was not looked into", path, kind.name);
        room = place(w, dataset, dcpl, address, &d->tensor, kind.plain);
    }
    if (type >= 0) H5Tclose(type);
    if (dcpl >= 0) H5Pclose(dcpl);
    if (!room) return full(w);
    if (!ok) return w->broken = true;
    *w->last = d;
    w->last = &d->next;
    w->found->n++;
    return true;
}

#endif
