/* text_pending - see text/pending.h. */
#include "pending.h"

#include <string.h>

static uint32_t names_of(const struct text_pairs *ps)
{
    uint32_t h = 0x811c9dc5u;
    for (size_t i = 0; i < ps->n; i++) {
        struct span key = ps->pair[i].key;
        for (size_t k = 0; k < key.n; k++) h = (h ^ (unsigned char)key.p[k]) * 0x01000193u;
        h = (h ^ 0xffu) * 0x01000193u;
    }
    return h;
}

bool text_pending_add(struct text_pending *h, const struct text_pairs *ps, struct span body, uint64_t line, double time)
{
    if (body.n > TEXT_PENDING_BYTES) return false;
    if (h->n == TEXT_PENDING_MAX) memmove(h->held, h->held + 1, --h->n * sizeof *h->held);
    struct text_pending_line *new = &h->held[h->n++];
    *new = (struct text_pending_line){.names = names_of(ps), .n = (uint32_t)body.n, .line = line, .time = time};
    memcpy(new->body, body.p, body.n);
    size_t same = 0;
    for (size_t i = 0; i < h->n; i++) same += h->held[i].names == new->names;
    return same >= TEXT_PENDING_ENOUGH;
}
