/* text_pending - lines of metrics without any counter, held until it is clear that they are records. */
#ifndef MLWATCH_TEXT_PENDING_H
#define MLWATCH_TEXT_PENDING_H

#include <stdint.h>

#include "pairs.h"

enum { TEXT_PENDING_MAX = 8, TEXT_PENDING_BYTES = 400, TEXT_PENDING_ENOUGH = 3 };

/* Lines in the order they came; the oldest is dropped when there is no room. */
struct text_pending {
    size_t n;
    struct text_pending_line {
        uint32_t names; /* hash of its keys, in order */
        uint32_t n;
        uint64_t line;
        double time;
        int64_t rank, front; /* as text_ranks has them */
        char body[TEXT_PENDING_BYTES];
    } held[TEXT_PENDING_MAX];
};

/* text_pending_add - hold a line of at most TEXT_PENDING_BYTES; its ranks are the caller's to set in the last of held.
 *   returns  true when it is the TEXT_PENDING_ENOUGH-th held of the same names. Cost: O(body) */
bool text_pending_add(struct text_pending *h, const struct text_pairs *ps, struct span body, uint64_t line, double time);

#endif
