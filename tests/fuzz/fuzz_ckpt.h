/* fuzz_ckpt - any bytes through one checkpoint reader, and every tensor that it describes through its cursor. What must hold of hostile bytes: it ends,
 * within its memory, and no tensor reaches beyond what the file holds. */
#ifndef MLWATCH_FUZZ_CKPT_H
#define MLWATCH_FUZZ_CKPT_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../daemon/ckpt/ckpt.h"

enum { FUZZ_ARENA_BYTES = 8 << 20, FUZZ_READ_BYTES = 1 << 20 };
struct fuzz_found {
    int fd;
    size_t n;
    uint64_t file_bytes, budget;
};

static inline void fuzz_tensor(void *arg, const struct ckpt_tensor *t)
{
    struct fuzz_found *f = arg;
    struct ckpt_cursor c;
    struct err err = {0};
    char block[4096];
    uint64_t bytes = t->count * tensor_dtype_bytes(t->dtype), had = 0;
    if (!t->name || !t->dtype_name || t->n_dims > CKPT_MAX_DIMS) abort();
    if (!t->open && bytes && (t->offset > f->file_bytes || bytes > f->file_bytes - t->offset)) abort();
    if (f->n++ > 64 || bytes > f->budget) return;
    f->budget -= bytes;
    ssize_t n = ckpt_open(f->fd, t, &c, &err) == OK ? 1 : -1;
    while (n > 0 && (n = c.next(&c, block, sizeof block, &err)) > 0) had += (uint64_t)n;
    if ((had > bytes && t->dtype != TENSOR_OPAQUE) || (n < 0 && !err.text[0])) abort();
    ckpt_close(&c);
}
static inline void fuzz_group(void *arg, const struct ckpt_group *g) { (void)arg, (void)g; }
static inline void fuzz_fact(void *arg, const char *key, const char *value)
{
    (void)arg;
    if (strlen(key) + strlen(value) > FUZZ_ARENA_BYTES) abort();
}
static inline void fuzz_state(void *arg, enum ckpt_state s, const char *why) { (void)arg, (void)s, (void)why; }
static inline void fuzz_safety(void *arg, enum ckpt_safety s, const char *why) { (void)arg, (void)s, (void)why; }

/* fuzz_ckpt - the reader of that name, whatever the bytes look like. */
static inline int fuzz_ckpt(const char *format, const char *path, const uint8_t *data, size_t size)
{
    const struct ckpt *const *c = ckpts;
    while (*c && strcmp((*c)->name, format) != 0) c++;
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (!*c || fd < 0 || write(fd, data, size) != (ssize_t)size) abort();
    struct arena arena;
    arena_init(&arena, FUZZ_ARENA_BYTES);
    struct fuzz_found found = {fd, 0, size, FUZZ_READ_BYTES};
    const struct ckpt_sink sink = {&found, &arena, fuzz_tensor, fuzz_group, fuzz_fact, fuzz_state, fuzz_safety};
    const struct ckpt_limits max = {
        .header_bytes = 1 << 20, .unpacked_bytes = 1 << 20, .tensors = 4096, .opcodes = 100000, .depth = 64};
    struct ckpt_file f = {.fd = fd, .path = path, .size = size, .head = {(const char *)data, size < 4096 ? size : 4096}};
    struct err err = {0};
    ckpt_of(&f);
    if ((*c)->scan(&f, &max, &sink, &err) != OK && !err.text[0]) abort();
    arena_done(&arena);
    close(fd);
    return 0;
}

#endif
