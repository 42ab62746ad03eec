#include "arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Blocks are zeroed when they are made, so pages of them that nobody uses are never touched. A block is as large as a quarter of all
 * before it together, within these bounds: thousands of small arenas stay small. */
enum { BLOCK_MIN_BYTES = 128, BLOCK_MAX_BYTES = 16 * 1024 };

struct arena_block {
    struct arena_block *next;
    uint32_t used, size;
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

static size_t block_bytes(const struct arena *a, size_t n)
{
    size_t size = a->used_bytes / 4 < BLOCK_MIN_BYTES ? BLOCK_MIN_BYTES : a->used_bytes / 4;
    if (size > BLOCK_MAX_BYTES) size = BLOCK_MAX_BYTES;
    return size < n ? n : size;
}

void *arena_alloc(struct arena *a, size_t n)
{
    size_t unit = alignof(max_align_t);
    if (n > a->cap_bytes || n > UINT32_MAX - unit) return NULL;
    n = (n + unit - 1) / unit * unit;
    if (n > a->cap_bytes - a->used_bytes) return NULL;
    if (!a->blocks || a->blocks->size - a->blocks->used < n) {
        size_t size = block_bytes(a, n);
        struct arena_block *b = calloc(1, sizeof *b + size);
        if (!b) return NULL;
        b->next = a->blocks;
        b->size = (uint32_t)size;
        a->blocks = b;
    }
    void *p = a->blocks->bytes + a->blocks->used;
    a->blocks->used += (uint32_t)n;
    a->used_bytes += n;
    return p;
}

char *arena_copy(struct arena *a, const char *p, size_t n)
{
    char *copy = arena_alloc(a, n + 1);
    if (copy && n) memcpy(copy, p, n);
    return copy;
}
