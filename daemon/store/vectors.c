/* The file of vectors: opening and checking it, making it, appending. The search is in vectors_nearest.c. */
#include "vectors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/hash.h"
#include "../base/str.h"
#include "vectors_parts.h"

enum { READ_TRIES = 4 }; /* a writer may be appending */

struct header {
    char magic[8];
    uint64_t key, dims, count, through, sum;
};
struct head {
    uint64_t n, sum;
};
static const char magic[8] = {'m', 'l', 'w', 's', 'c', 'a', 'n', '1'};

static enum status torn(const struct vectors *v, struct err *err)
{
    return err_set(err, E_FORMAT, "'%s' is torn; it is made anew from the memory", v->path);
}

uint64_t vectors_sum(const float *row, size_t dims, int64_t number) { return hash64(row, dims * sizeof *row, (uint64_t)number); }

/* The first n entries of a face whose other entries are zeros. */
static uint64_t face_sum(const struct vectors *v, const uint8_t *face, size_t n)
{
    return hash64(face + VECTORS_HEAD_BYTES, vectors_face_bytes(v) - VECTORS_HEAD_BYTES, n);
}

/* A writer may be putting entries behind the n that count. */
static void clear_behind(const struct vectors *v, uint8_t *face, size_t n)
{
    uint64_t *codes = (uint64_t *)(void *)(face + VECTORS_HEAD_BYTES);
    for (size_t i = n; i < VECTORS_BLOCK; i++)
        for (size_t w = 0; w < v->words; w++) codes[codes_at(i, v->words) + w * CODES_LANES] = 0;
    memset(face + vectors_numbers_at(v) + n * 8, 0, (VECTORS_BLOCK - n) * 8);
    memset(face + vectors_sums_at(v) + n * 8, 0, (VECTORS_BLOCK - n) * 8);
}

/* ---- life --------------------------------------------------------------------------------------------------------------- */

static uint64_t key_of(const char *model, size_t dims) { return hash64(model, strlen(model), dims); }

static struct vectors *new_one(const char *path, const char *model, size_t dims, struct err *err)
{
    struct vectors *v = NULL;
    if (dims == 0 || dims > CODES_DIMS_MAX) err_set(err, E_LIMIT, "vectors of %zu numbers are not kept in a file", dims);
    else if (!(v = calloc(1, sizeof *v)) || !(v->path = str_dup(span_of(path)))) {
        free(v);
        v = NULL;
        err_set(err, E_MEMORY, "no memory to open '%s'", path);
    } else {
        v->fd = -1;
        v->dims = dims;
        v->words = codes_words(dims);
        v->key = key_of(model, dims);
        v->kernel = codes_best();
    }
    return v;
}

static enum status make_face(struct vectors *v, struct err *err)
{
    v->face = aligned_alloc(64, (vectors_face_bytes(v) + 63) / 64 * 64);
    if (!v->face) return err_set(err, E_MEMORY, "no memory to write '%s'", v->path);
    memset(v->face, 0, vectors_face_bytes(v));
    return OK;
}

void vectors_close(struct vectors *v)
{
    if (!v) return;
    if (v->map) munmap((void *)(uintptr_t)v->map, v->map_bytes);
    if (v->fd >= 0) close(v->fd);
    if (v->beside) unlink(v->beside);
    free(v->beside);
    free(v->path);
    free(v->face);
    free(v);
}

enum status vectors_make(const char *path, const char *model, size_t dims, struct vectors **ret, struct err *err)
{
    struct str beside = {0};
    struct vectors *v = new_one(path, model, dims, err);
    if (!v) return dims > CODES_DIMS_MAX ? E_LIMIT : E_MEMORY;
    enum status s = make_face(v, err);
    str_addf(&beside, "%s.XXXXXX", path);
    if (!s && beside.failed) s = err_set(err, E_MEMORY, "no memory to write '%s'", path);
    if (!s && (v->fd = mkostemp(beside.p, O_CLOEXEC)) < 0) s = err_errno(err, E_IO, "cannot write '%s'", beside.p);
    if (s) str_done(&beside), vectors_close(v);
    else v->beside = beside.p, *ret = v;
    return s;
}

size_t vectors_count(const struct vectors *v) { return v->count; }
int64_t vectors_through(const struct vectors *v) { return v->through; }

/* ---- reading ------------------------------------------------------------------------------------------------------------- */

enum status vectors_map(struct vectors *v, struct err *err)
{
    struct stat st;
    size_t bytes = vectors_block_at(v, vectors_blocks(v));
    if (v->map) return OK;
    if (fstat(v->fd, &st) != 0) return err_errno(err, E_IO, "cannot look at '%s'", v->path);
    if (st.st_size < 0 || (size_t)st.st_size < bytes) return torn(v, err);
    void *map = mmap(NULL, bytes, PROT_READ, MAP_SHARED, v->fd, 0);
    if (map == MAP_FAILED) return err_errno(err, E_IO, "cannot map '%s'", v->path);
    v->map = map;
    v->map_bytes = bytes;
    return OK;
}

static bool read_header(struct vectors *v, struct header *h)
{
    if (pread(v->fd, h, sizeof *h, 0) != sizeof *h || memcmp(h->magic, magic, sizeof magic) != 0) return false;
    return h->sum == hash64(h, sizeof *h - sizeof h->sum, 0) && h->dims <= CODES_DIMS_MAX && h->count <= VECTORS_MAX;
}

/* at least: entries of the block that the header counts. The face is copied, since a writer may be at it. */
static bool block_is_whole(const struct vectors *v, size_t block, size_t at_least, uint8_t *copy)
{
    const uint8_t *face = v->map + vectors_block_at(v, block);
    struct head head;
    memcpy(&head, face, sizeof head);
    if (head.n < at_least || head.n > VECTORS_BLOCK) return false;
    if (at_least == VECTORS_BLOCK) return head.sum == face_sum(v, face, VECTORS_BLOCK);
    memcpy(copy, face, vectors_face_bytes(v));
    clear_behind(v, copy, head.n);
    return head.sum == face_sum(v, copy, head.n);
}

static bool is_whole(const struct vectors *v, uint8_t *copy)
{
    for (size_t b = 0; b < vectors_blocks(v); b++) {
        size_t left = v->count - b * VECTORS_BLOCK, n = left < VECTORS_BLOCK ? left : VECTORS_BLOCK;
        bool whole = false;
        for (int i = 0; i < READ_TRIES && !whole; i++) whole = block_is_whole(v, b, n, copy);
        if (!whole) return false;
    }
    return true;
}

static enum status load(struct vectors *v, struct err *err)
{
    struct header h;
    bool there = false;
    for (int i = 0; i < READ_TRIES && !there; i++) there = read_header(v, &h);
    if (!there) return torn(v, err);
    if (h.key != v->key || h.dims != v->dims) return err_set(err, E_ABSENT, "'%s' is of another model", v->path);
    v->count = h.count;
    v->through = (int64_t)h.through;
    enum status s = vectors_map(v, err);
    if (s) return s;
    s = make_face(v, err);
    return s ? s : is_whole(v, v->face) ? OK : torn(v, err);
}

/* The last block as its writer left it, to be gone on with. */
static void take_last(struct vectors *v)
{
    size_t n = v->count % VECTORS_BLOCK;
    memset(v->face, 0, vectors_face_bytes(v));
    if (!n) return;
    memcpy(v->face, v->map + vectors_block_at(v, v->count / VECTORS_BLOCK), vectors_face_bytes(v));
    clear_behind(v, v->face, n);
}

enum status vectors_open(const char *path, const char *model, size_t dims, bool writing, struct vectors **ret, struct err *err)
{
    struct vectors *v = new_one(path, model, dims, err);
    if (!v) return dims > CODES_DIMS_MAX ? E_LIMIT : E_MEMORY;
    v->fd = open(path, (writing ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    enum status s = v->fd < 0 ? err_errno(err, errno == ENOENT ? E_ABSENT : E_IO, "cannot read '%s'", path) : load(v, err);
    if (!s && writing) take_last(v);
    if (s) vectors_close(v);
    else *ret = v;
    return s;
}

/* ---- writing ------------------------------------------------------------------------------------------------------------- */

static enum status put_bytes(struct vectors *v, const void *p, size_t n, size_t at, struct err *err)
{
    if (pwrite(v->fd, p, n, (off_t)at) == (ssize_t)n) return OK;
    return err_errno(err, E_IO, "cannot write '%s'", v->path);
}

static enum status put_face(struct vectors *v, size_t block, size_t n, struct err *err)
{
    struct head head = {n, face_sum(v, v->face, n)};
    memcpy(v->face, &head, sizeof head);
    return put_bytes(v, v->face, vectors_face_bytes(v), vectors_block_at(v, block), err);
}

static enum status begin_block(struct vectors *v, size_t block, struct err *err)
{
    memset(v->face, 0, vectors_face_bytes(v));
    return ftruncate(v->fd, (off_t)vectors_block_at(v, block + 1)) == 0 ? OK : err_errno(err, E_IO, "cannot write '%s'", v->path);
}

enum status vectors_put(struct vectors *v, int64_t number, const float *floats, struct err *err)
{
    size_t block = v->count / VECTORS_BLOCK, i = v->count % VECTORS_BLOCK, row = v->dims * sizeof *floats;
    if (v->count >= VECTORS_MAX) return err_set(err, E_LIMIT, "'%s' holds as many vectors as it can", v->path);
    enum status s = i ? OK : begin_block(v, block, err);
    if (s) return s;
    const uint64_t sum = vectors_sum(floats, v->dims, number);
    codes_put((uint64_t *)(void *)(v->face + VECTORS_HEAD_BYTES) + codes_at(i, v->words), CODES_LANES, floats, v->dims);
    memcpy(v->face + vectors_numbers_at(v) + i * 8, &number, 8);
    memcpy(v->face + vectors_sums_at(v) + i * 8, &sum, 8);
    s = put_bytes(v, floats, row, vectors_block_at(v, block) + vectors_face_bytes(v) + i * row, err);
    if (!s && i + 1 == VECTORS_BLOCK) s = put_face(v, block, VECTORS_BLOCK, err);
    if (!s) v->count++;
    return s;
}

static enum status publish(struct vectors *v, struct err *err)
{
    if (!v->beside) return OK;
    if (rename(v->beside, v->path) != 0) return err_errno(err, E_IO, "cannot write '%s'", v->path);
    free(v->beside);
    v->beside = NULL;
    return OK;
}

enum status vectors_commit(struct vectors *v, int64_t through, struct err *err)
{
    struct header h = {.key = v->key, .dims = v->dims, .count = v->count, .through = (uint64_t)through};
    size_t n = v->count % VECTORS_BLOCK;
    enum status s = n ? put_face(v, v->count / VECTORS_BLOCK, n, err) : OK;
    memcpy(h.magic, magic, sizeof magic);
    h.sum = hash64(&h, sizeof h - sizeof h.sum, 0);
    if (!s) s = put_bytes(v, &h, sizeof h, 0, err);
    if (!s) s = publish(v, err);
    if (s) return s;
    v->through = through;
    if (v->map && v->map_bytes < vectors_block_at(v, vectors_blocks(v))) {
        munmap((void *)(uintptr_t)v->map, v->map_bytes);
        v->map = NULL;
    }
    return OK;
}
