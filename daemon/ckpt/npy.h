/* npy - the header of one numpy array (numpy/lib/format.py), wherever its bytes lie.
 *
 *     0x93 'NUMPY' | u8 major | u8 minor | header length: u16 LE (major 1) or u32 LE (2, 3) | a Python dict literal, blanks, '\n' | data
 *     {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }      descr may be a list of fields; 'O' in it means a pickle follows */
#ifndef MLWATCH_NPY_H
#define MLWATCH_NPY_H

#include "zip.h"

enum { NPY_HEADER_MAX = 1 << 20, NPY_MAGIC_BYTES = 6, NPY_PREFIX_BYTES = 12 };
struct npy {
    struct ckpt_tensor tensor; /* name and offset are the caller's to set */
    uint32_t item_bytes;       /* 0: not known (structured, or no length) */
    uint32_t swap_bytes;       /* units to turn round: big-endian numbers; 0 */
    bool fortran;              /* the first index runs fastest */
    bool pickled;              /* of objects: the data is a pickle */
    uint64_t header_bytes;     /* from the magic to the data */
    const char *why;           /* NPY_WRONG: what, */
    uint64_t wrong_at;         /* and behind which byte from the magic on: for unwritten_from */
};
enum npy_read { NPY_OK, NPY_CUT, NPY_WRONG, NPY_FULL };

/* npy_header_bytes - how long the whole header is, by its first NPY_PREFIX_BYTES; 0 when they are none. */
uint64_t npy_header_bytes(struct span head);
/* npy_read - read a header; text it keeps is copied to a. NPY_CUT: more of head is needed; NPY_FULL: a is. */
enum npy_read npy_read(struct span head, struct arena *a, struct npy *ret);
/* npy_bytes - of the data; false when that does not fit into 64 bits. */
bool npy_bytes(const struct npy *n, uint64_t *ret);
/* npy_place - how the elements are had: `bytes` at offset of the file, or of a member of z when e is given. Sets tensor.offset, open and from.
 * False when a is full. */
bool npy_place(struct npy *n, struct arena *a, struct zip *z, const struct zip_entry *e, uint64_t offset, uint64_t bytes);

#endif
