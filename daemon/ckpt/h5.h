/* h5 - what is in an HDF5 file: its datasets as tensors, and the few attributes by which Keras says what they are.
 *
 * libhdf5 reads it, through a driver that knows one descriptor and opens nothing: a link to another file, a dataset whose bytes are in another file and one
 * that is put together from others are told and not followed. libhdf5 has crashed on hostile files before (HDFGroup/cve_hdf5), which is why
 * all of this runs in the worker. */
#ifndef MLWATCH_H5_H
#define MLWATCH_H5_H

#include "ckpt.h"

struct h5_dataset {
    struct ckpt_tensor tensor; /* name: its path without the first slash, "layers/dense/vars/0" */
    struct h5_dataset *next;
};
/* A group that bears a "name" attribute: Keras calls a layer "d_0" that lies in "layers/dense". */
struct h5_label {
    const char *path, *name;
    struct h5_label *next;
};
struct h5 {
    struct h5_dataset *first;
    struct h5_label *labels;
    uint64_t n;
    /* Attributes of the root; NULL where there are none. Text of any length and content. */
    const char *model_config, *training_config, *keras_version, *backend;
};

/* h5_collect - all of it, into out->arena. What is wrong is said to out.
 * Errors  E_LIMIT: more datasets, groups or bytes than may be; E_MEMORY; E_ABSENT: built without libhdf5 */
enum status h5_collect(const struct ckpt_file *f, const struct ckpt_limits *max, const struct ckpt_sink *out, struct h5 *ret,
                       struct err *err);

/* h5_check_superblock - the first record: does the file end where it says? False when nothing more can be read; said to out. */
bool h5_check_superblock(const struct ckpt_file *f, const struct ckpt_sink *out);

/* h5_tell - name the tensors as Keras does, when it was Keras, and describe them all. config: the model's, or NULL. */
enum status h5_tell(struct h5 *h, const char *config, const struct ckpt_sink *out, struct err *err);

#endif
