/* vectors_parts - the open file of vectors.h, shared by vectors.c (the file) and vectors_nearest.c (the search). */
#ifndef MLWATCH_VECTORS_PARTS_H
#define MLWATCH_VECTORS_PARTS_H

#include "vectors.h"

enum { VECTORS_HEADER_BYTES = 4096, VECTORS_HEAD_BYTES = 64 };

struct vectors {
    char *path, *beside; /* beside: the name that it still has, or NULL */
    int fd;
    size_t dims, words, count;
    int64_t through;
    uint64_t key;
    const uint8_t *map; /* NULL: not mapped yet, or grown since */
    size_t map_bytes;
    uint8_t *face; /* of the last block, when writing: what lies before its rows */
    const struct codes_kernel *kernel;
};

/* What lies before the rows of a block: its head, codes, numbers, sums. */
static inline size_t vectors_numbers_at(const struct vectors *v) { return VECTORS_HEAD_BYTES + VECTORS_BLOCK * v->words * 8; }
static inline size_t vectors_sums_at(const struct vectors *v) { return vectors_numbers_at(v) + VECTORS_BLOCK * 8; }
static inline size_t vectors_face_bytes(const struct vectors *v) { return vectors_sums_at(v) + VECTORS_BLOCK * 8; }
static inline size_t vectors_block_bytes(const struct vectors *v)
{
    size_t bytes = vectors_face_bytes(v) + VECTORS_BLOCK * v->dims * sizeof(float);
    return (bytes + 4095) / 4096 * 4096;
}
static inline size_t vectors_block_at(const struct vectors *v, size_t block)
{
    return VECTORS_HEADER_BYTES + block * vectors_block_bytes(v);
}
static inline size_t vectors_blocks(const struct vectors *v) { return (v->count + VECTORS_BLOCK - 1) / VECTORS_BLOCK; }

/* vectors_map - see all that is in the file. E_FORMAT when the file is shorter than it says. */
enum status vectors_map(struct vectors *v, struct err *err);
/* vectors_sum - of a row of floats. */
uint64_t vectors_sum(const float *row, size_t dims, int64_t number);

#endif
