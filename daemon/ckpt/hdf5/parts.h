/* parts - what the files that talk to libhdf5 share. */
#ifndef MLWATCH_H5_PARTS_H
#define MLWATCH_H5_PARTS_H

#include <hdf5.h>

#include "../h5.h"

/* h5_open_file - over [base, base + size) of fd, read only; H5I_INVALID_HID when libhdf5 refuses. H5Fclose it. */
hid_t h5_open_file(int fd, uint64_t base, uint64_t size);

/* What a datatype is to us. */
struct h5_kind {
    enum tensor_dtype dtype;
    const char *name; /* in the arena */
    bool plain;       /* its bytes in the file are elements as tensor.h wants them */
    bool strange;     /* neither numbers nor text: references, records, lists */
};
/* h5_kind_of - of a dataset's type; spelled: its "dtype" attribute or NULL (Keras writes bfloat16 as 2 opaque bytes). False when the arena is full. */
bool h5_kind_of(hid_t type, const char *spelled, struct arena *a, struct h5_kind *ret);

/* h5_text - a text attribute of loc, copied to a, at most max bytes; NULL when there is none. */
const char *h5_text(hid_t loc, const char *name, size_t max, struct arena *a);

/* What a tensor's cursor needs to find it again. */
struct h5_place {
    uint64_t base, size; /* of the file in the descriptor */
    haddr_t address;     /* of the dataset's header */
    uint64_t chunk_rows; /* 0: not chunked */
};
/* h5_open_dataset - the `open` of tensors that are no plain bytes. */
enum status h5_open_dataset(const struct ckpt_tensor *t, struct ckpt_cursor *c, struct err *err);

struct h5_walk {
    const struct ckpt_file *file;
    const struct ckpt_limits *max;
    const struct ckpt_sink *out;
    struct h5 *found;
    struct h5_dataset **last;
    uint64_t objects, unpacked; /* met so far; bytes that packed datasets would unpack to */
    haddr_t *seen;              /* addresses of objects, a hash table */
    size_t seen_room;
    bool broken;           /* libhdf5 could not read something */
    enum ckpt_state fault; /* of what is wrong: corrupt, or incomplete where the file ends in zeros */
    enum status status;
    struct err *err;
};
/* h5_describe - one dataset, open as `dataset`, at path; appended to found. False when the walk must stop (status says why, or OK). */
bool h5_describe(struct h5_walk *w, hid_t dataset, haddr_t address, const char *path, bool again);

/* h5_touch_object, h5_touch_opaque, h5_touch_chunks - read attributes, a dataset that is no tensor, an index of chunks: w->broken when one cannot be. */
void h5_touch_object(struct h5_walk *w, hid_t object);
void h5_touch_opaque(struct h5_walk *w, hid_t dataset);
void h5_touch_chunks(struct h5_walk *w, hid_t dataset, const char *path);
/* h5_references_lead - does every reference among values of this type, however nested, lead to an object of the file?
 *   object  any that is open in it
 * Cost: the header of each object; the first 4,096 references are followed, the rest are taken for good. */
bool h5_references_lead(hid_t object, hid_t type, const void *values, size_t bytes);

#endif
