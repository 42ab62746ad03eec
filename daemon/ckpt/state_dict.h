/* state_dict - what the value of a checkpoint's pickle holds, by torch's conventions: the tensors with the names that the framework gives them,
 * which of them are parameters, buffers or an optimizer's state, the optimizer's groups, and what else is worth a fact.
 *
 * Knows state dicts bare or under the usual keys (state_dict, model_state_dict, model ...), Lightning's checkpoints, modules pickled whole
 * (_parameters, _buffers, _modules), optimizers' {'state', 'param_groups'}, schedulers, gradient scalers, TrainingArguments, numpy arrays. */
#ifndef MLWATCH_STATE_DICT_H
#define MLWATCH_STATE_DICT_H

#include "ckpt.h"
#include "pickle/node.h"

/* A storage: a stretch of bytes that tensors are views of. */
struct state_storage {
    uint64_t offset, bytes; /* in fd; as many as the file has for it */
    bool packed;            /* it is compressed: its bytes lie nowhere as they are */
    const struct node *id;  /* the node that names it: equal pointers or equal keys are one storage */
};
/* What the reader of the file knows. */
struct state_from {
    int fd;
    uint64_t base;           /* where in fd the pickle begins: bytes of its nodes lie at base + their offset */
    const char *memory;      /* the pickle was unpacked and lies here: bytes of its nodes lie at memory + their offset; NULL */
    bool swapped;            /* storages are big-endian */
    enum ckpt_state missing; /* of a file with a tensor that cannot be: CKPT_CORRUPT, CKPT_INCOMPLETE where the file ends early */
    const char *framework;   /* fact, or NULL */
    void *arg;
    /* storage - where the storage of that key lies; false when the file has none. NULL: there are no storages. */
    bool (*storage)(void *arg, struct span key, struct state_storage *ret);
};

/* state_dict_walk - everything below value, to out. Walks each box once, without recursion.
 * Errors  E_MEMORY; E_LIMIT for more tensors than max->tensors */
enum status state_dict_walk(const struct node *value, const struct state_from *from, const struct ckpt_limits *max,
                            const struct ckpt_sink *out, struct err *err);

#endif
