/* ckpt_probe - one checkpoint file through its reader, as the worker would do it, and what was said of it. */
#ifndef MLWATCH_CKPT_PROBE_H
#define MLWATCH_CKPT_PROBE_H

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/base/inspection.h"
#include "../../daemon/base/str.h"
#include "../../daemon/ckpt/ckpt.h"

enum { PROBE_TENSORS = 4096, PROBE_ARENA_BYTES = 192 << 20 };
struct probe {
    struct arena arena;
    const char *format; /* NULL: no reader knows it */
    enum ckpt_state state;
    enum ckpt_safety safety;
    struct err err;
    enum status status;
    struct str reasons, facts; /* a line each */
    struct ckpt_tensor tensors[PROBE_TENSORS];
    size_t n_tensors, n_groups;
};

static inline void probe_tensor(void *arg, const struct ckpt_tensor *t)
{
    struct probe *p = arg;
    assert_non_null(t->name);
    assert_non_null(t->dtype_name);
    assert_true(t->n_dims <= CKPT_MAX_DIMS);
    if (p->n_tensors < PROBE_TENSORS) p->tensors[p->n_tensors] = *t;
    p->n_tensors++;
}
static inline void probe_group(void *arg, const struct ckpt_group *g)
{
    struct probe *p = arg;
    (void)g;
    p->n_groups++;
}
static inline void probe_fact(void *arg, const char *key, const char *value)
{
    struct probe *p = arg;
    str_addf(&p->facts, "%s=%s\n", key, value);
}
static inline void probe_state(void *arg, enum ckpt_state s, const char *why)
{
    struct probe *p = arg;
    if (s > p->state) p->state = s;
    if (p->reasons.n < 1 << 20) str_addf(&p->reasons, "%s: %s\n", inspection_state_name(s), why);
}
static inline void probe_safety(void *arg, enum ckpt_safety s, const char *why)
{
    struct probe *p = arg;
    if (s > p->safety) p->safety = s;
    if (p->reasons.n < 1 << 20) str_addf(&p->reasons, "%s: %s\n", inspection_safety_name(s), why);
}

/* probe_fd - scan; the verdict of a reader that gave up is the worker's: unverified. `reader` NULL: the surest. probe_done afterwards. */
static inline void probe_fd(struct probe *p, int fd, const char *name, const struct ckpt *reader, const struct ckpt_limits *max)
{
    char head[4096];
    struct stat st;
    assert_int_equal(fstat(fd, &st), 0);
    ssize_t n = pread(fd, head, sizeof head, 0);
    struct ckpt_file f = {.fd = fd, .path = name, .size = (uint64_t)st.st_size, .head = {head, n > 0 ? (size_t)n : 0}};
    *p = (struct probe){0};
    arena_init(&p->arena, PROBE_ARENA_BYTES);
    struct ckpt_sink sink = {p, &p->arena, probe_tensor, probe_group, probe_fact, probe_state, probe_safety};
    const struct ckpt *c = reader ? reader : ckpt_of(&f);
    p->format = c ? c->name : NULL;
    p->status = c ? c->scan(&f, max, &sink, &p->err) : err_set(&p->err, E_FORMAT, "no reader knows this file");
    if (p->status == OK) return;
    probe_state(p, CKPT_STATE_UNVERIFIED, p->err.text);
    probe_safety(p, CKPT_SAFETY_UNVERIFIED, p->err.text);
}
static inline void probe_done(struct probe *p)
{
    arena_done(&p->arena);
    str_done(&p->reasons);
    str_done(&p->facts);
}
/* probe_bytes - a file of its own that has no name on disk; the caller closes it. */
static inline int probe_bytes(const void *bytes, size_t n)
{
    int fd = memfd_create("probe", MFD_CLOEXEC);
    assert_true(fd >= 0);
    for (size_t had = 0; had < n;) {
        ssize_t w = write(fd, (const char *)bytes + had, n - had);
        assert_true(w > 0);
        had += (size_t)w;
    }
    return fd;
}
/* probe_load - a whole file; free it. NULL when it cannot be read. */
static inline char *probe_load(const char *path, size_t *n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0) return NULL;
    if (fstat(fd, &st) != 0) return close(fd), NULL;
    char *p = malloc((size_t)st.st_size + 1);
    ssize_t got = p ? pread(fd, p, (size_t)st.st_size, 0) : -1;
    close(fd);
    if (got != st.st_size) return free(p), NULL;
    return *n = (size_t)got, p;
}

#endif
