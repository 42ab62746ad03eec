/* shape - the product of dimensions that a hostile file chose. */
#ifndef MLWATCH_SHAPE_H
#define MLWATCH_SHAPE_H

#include "ckpt.h"

/* shape_count - t->count from t->shape; false when it does not fit into 64 bits. A dimension of 0 makes it 0 whatever the others are. */
static inline bool shape_count(struct ckpt_tensor *t)
{
    bool none = false, over = false;
    t->count = 1;
    for (uint32_t i = 0; i < t->n_dims; i++) {
        if (!t->shape[i]) none = true;
        else over |= __builtin_mul_overflow(t->count, t->shape[i], &t->count);
    }
    if (none) t->count = 0;
    return none || !over;
}

#endif
