/* numpy_type - numpy's dtype as a pickle has it: numpy.dtype('f4', False, True) and a BUILD state, or a class of numpy.dtypes. */
#ifndef MLWATCH_NUMPY_TYPE_H
#define MLWATCH_NUMPY_TYPE_H

#include "ckpt.h"
#include "pickle/node.h"

struct numpy_type {
    enum tensor_dtype dtype; /* TENSOR_OPAQUE for texts, dates, records, longdouble */
    uint64_t bytes;          /* of one element; 0 for objects and empty texts */
    bool objects;            /* elements are references to Python objects: they are pickled */
    bool swapped;            /* big-endian */
    char name[24];           /* "<f4" */
};
/* numpy_dtype - of the letter and the bytes of an element, as array.dtype.str spells them: 'f', 4. TENSOR_OPAQUE for others. */
enum tensor_dtype numpy_dtype(char letter, uint64_t bytes);
/* numpy_type_of - false when n is no dtype whose size can be told. */
bool numpy_type_of(const struct node *n, struct numpy_type *ret);

#endif
