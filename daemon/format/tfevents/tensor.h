/* tfevents_tensor - the numbers and texts of a TensorProto, one after the other, without a copy.
 *
 *   1 dtype · 2 shape { 2 dim { 1 size } } · 4 tensor_content: the elements as in memory, little-endian ·
 *   or one element a value of the field of its type, packed or not; where there are fewer than the shape says the last one is repeated.
 * TF2 writes tensor_content, Python's writers the typed fields. dtype is given by name in the table of tfevents/tensor.c.
 * Source: tensorflow/tensorboard:tensorboard/compat/proto/tensor.proto, types.proto */
#ifndef MLWATCH_TFEVENTS_TENSOR_H
#define MLWATCH_TFEVENTS_TENSOR_H

#include "../proto.h"

enum { TENSOR_RANK_MAX = 4, TENSOR_ELEMENTS_MAX = 1 << 14 };

struct element; /* how a dtype is written */
struct tensor {
    const struct element *element;      /* NULL: a dtype without numbers */
    uint64_t sizes[TENSOR_RANK_MAX], n; /* n: elements; 1 for rank 0 */
    unsigned rank;
    bool texts; /* dtype string */
    struct span message, content;
};
/* tensor_parse - false when it is no tensor, or one of more than TENSOR_RANK_MAX dimensions or TENSOR_ELEMENTS_MAX elements. */
bool tensor_parse(struct span message, struct tensor *t);

struct tensor_cursor {
    const struct tensor *t;
    struct span fields;
    struct span pack; /* the rest of tensor_content or of a packed field */
    uint64_t told;
    double last;
};
struct tensor_cursor tensor_walk(const struct tensor *t);
/* tensor_next - the next element as a double (64-bit integers are rounded); false behind the last one. */
bool tensor_next(struct tensor_cursor *c, double *value);
/* tensor_scalar - the only element of a tensor of one; false for any other. */
bool tensor_scalar(const struct tensor *t, double *value);
/* tensor_text - the first string; no bytes when there is none. */
struct span tensor_text(const struct tensor *t);

#endif
