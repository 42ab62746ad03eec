#include "arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 16 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    alignas(max_align_t) char bytes[];
};

void arena_init(struct arena *a, size_t cap_bytes)
{
    a->blocks = NULL;
    a->used_bytes = 0;
    a->cap_bytes = cap_bytes;
}

void arena_done(struct arena *a)
{
    if (!a) return;
    while (a->blocks) {
        struct arena_block *next = a->blocks->next;
        free(a->blocks);
        a->blocks = next;
    }
    a->used_bytes = 0;
}

void *arena_alloc(struct arena *a, size_t n)
{
    size_t unit = alignof(max_align_t);
    if (n > a->cap_bytes) return NULL;
    n = (n + unit - 1) / unit * unit;
    if (n > a->cap_bytes - a->used_bytes) return NULL;
    if (!a->blocks || a->blocks->size - a->blocks->used < n) {
        size_t size = n > BLOCK_BYTES ? n : BLOCK_BYTES;
        struct arena_block *b = malloc(sizeof *b + size);
        if (!b) return NULL;
        *b = (struct arena_block){.next = a->blocks, .size = size};
        a->blocks = b;
    }
    void *p = a->blocks->bytes + a->blocks->used;
    a->blocks->used += n;
    a->used_bytes += n;
    return memset(p, 0, n);
}

char *arena_copy(struct arena *a, const char *p, size_t n)
{
    char *copy = arena_alloc(a, n + 1);
    if (copy && n) memcpy(copy, p, n);
    return copy;
}
