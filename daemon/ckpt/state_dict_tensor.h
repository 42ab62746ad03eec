/* state_dict_tensor - a node that is a tensor: torch's _rebuild_* calls, numpy's _reconstruct and joblib's wrappers, as a view of bytes. */
#ifndef MLWATCH_STATE_DICT_TENSOR_H
#define MLWATCH_STATE_DICT_TENSOR_H

#include "state_dict.h"

struct view {
    enum tensor_dtype dtype;
    char dtype_name[24];
    uint32_t item_bytes;
    uint32_t n_dims;
    uint64_t shape[CKPT_MAX_DIMS];
    int64_t stride[CKPT_MAX_DIMS]; /* in elements */
    uint64_t count;
    bool has_bytes;  /* no: meta tensors, quantised and sparse ones, objects */
    bool swapped;    /* big-endian */
    uint64_t offset; /* of the first element, in elements of the storage */
    struct state_storage storage;
    const char *memory; /* the storage's bytes, where they lie nowhere in the file */
};
enum view_read { VIEW_NONE, VIEW_OK, VIEW_WRONG }; /* VIEW_WRONG: a tensor that cannot be: *why says it */

/* view_of - is this node a tensor, and of what? */
enum view_read view_of(const struct node *n, const struct state_from *from, struct arena *a, struct view *ret, const char **why);
/* view_numpy - the same for arrays of numpy only. */
enum view_read view_numpy(const struct node *n, const struct state_from *from, struct arena *a, struct view *ret,
                          const char **why);
/* view_nested_storage - a storage that is a file of its own within the pickle: sets v->storage (or memory), *id as of a persistent id. */
bool view_nested_storage(const struct node *n, const struct state_from *from, struct arena *a, struct view *v,
                         const struct node **id);
/* view_is_dense - do its elements lie row-major without a gap? */
bool view_is_dense(const struct view *v);
/* view_set_dense - strides of a row-major array; view_set_fortran - of a column-major one. */
void view_set_dense(struct view *v);
void view_set_fortran(struct view *v);
/* view_shape - shape from a tuple of integers, count; false when it is none, has too many dimensions, or its product overflows. */
bool view_shape(const struct node *shape, struct view *v);
/* view_fits - do all its elements lie in its storage? */
bool view_fits(const struct view *v);
/* view_place - how ckpt_open gets its elements: offset, or open and from. false without memory. */
bool view_place(const struct view *v, const struct state_from *from, struct arena *a, struct ckpt_tensor *t);
/* view_scalar - the value of a tensor of one element, read from the file; false when it is none. */
bool view_scalar(const struct view *v, const struct state_from *from, double *ret);

#endif
