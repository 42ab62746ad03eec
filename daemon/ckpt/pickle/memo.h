/* memo - the numbered values of a pickle: a hash table, since numbers may be as large as the stream likes. */
#ifndef MLWATCH_MEMO_H
#define MLWATCH_MEMO_H

#include "node.h"

struct memo_slot {
    uint64_t key; /* number + 1; 0 is free */
    struct node *value;
};
struct memo {
    struct memo_slot *slots;
    size_t n, room; /* room: a power of two */
};

/* memo_put - false without memory or above max entries. memo_get - NULL when there is none. */
bool memo_put(struct memo *m, uint64_t number, struct node *value, size_t max);
struct node *memo_get(const struct memo *m, uint64_t number);
/* memo_clear - empty, memory kept. memo_done - memory given back. */
void memo_clear(struct memo *m);
void memo_done(struct memo *m);

#endif
