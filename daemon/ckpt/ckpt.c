/* ckpt - the list of checkpoint formats, which of them a file is, and what every reader needs. */
#include "ckpt.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "list.h"

const struct ckpt_limits ckpt_limits_usual = {
    .header_bytes = 100000000,
    .unpacked_bytes = UINT64_C(1) << 30,
    .tensors = 1 << 18,
    .opcodes = 20000000,
    .depth = 256,
};

const struct ckpt *ckpt_of(const struct ckpt_file *f)
{
    enum { SURE_ENOUGH = 20 };
    const struct ckpt *best = NULL;
    int most = SURE_ENOUGH - 1;
    for (const struct ckpt *const *c = ckpts; *c; c++) {
        int sure = (*c)->sniff(f);
        if (sure > most) best = *c, most = sure;
    }
    return best;
}

enum status ckpt_pread(int fd, void *p, size_t n, uint64_t offset, struct err *err)
{
    for (size_t had = 0; had < n;) {
        ssize_t got = offset + had > INT64_MAX ? 0 : pread(fd, (char *)p + had, n - had, (off_t)(offset + had));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return err_errno(err, E_IO, "cannot read the file at byte %llu", (unsigned long long)(offset + had));
        if (!got) return err_set(err, E_FORMAT, "the file ends before byte %llu", (unsigned long long)(offset + n));
        had += (size_t)got;
    }
    return OK;
}

/* The plain way: bytes as they lie. */
static ssize_t next_plain(struct ckpt_cursor *c, void *p, size_t room, struct err *err)
{
    size_t n = room < c->left_bytes ? room : (size_t)c->left_bytes;
    if (ckpt_pread(c->fd, p, n, c->offset, err) != OK) return -1;
    c->offset += n;
    c->left_bytes -= n;
    return (ssize_t)n;
}

enum status ckpt_open(int fd, const struct ckpt_tensor *t, struct ckpt_cursor *c, struct err *err)
{
    *c = (struct ckpt_cursor){.fd = fd, .offset = t->offset, .next = next_plain};
    if (t->open) return t->open(t, c, err);
    if (__builtin_mul_overflow(t->count, tensor_dtype_bytes(t->dtype), &c->left_bytes))
        return err_set(err, E_LIMIT, "a tensor of %llu elements is above the limit", (unsigned long long)t->count);
    return OK;
}

void ckpt_close(struct ckpt_cursor *c)
{
    if (c->close) c->close(c);
    *c = (struct ckpt_cursor){.fd = -1};
}

enum { WHY_BYTES = 480 };

void ckpt_say_state(const struct ckpt_sink *out, enum ckpt_state s, const char *format, ...)
{
    char why[WHY_BYTES];
    va_list a;
    va_start(a, format);
    vsnprintf(why, sizeof why, format, a);
    va_end(a);
    out->state(out->arg, s, why);
}

void ckpt_say_safety(const struct ckpt_sink *out, enum ckpt_safety s, const char *format, ...)
{
    char why[WHY_BYTES];
    va_list a;
    va_start(a, format);
    vsnprintf(why, sizeof why, format, a);
    va_end(a);
    out->safety(out->arg, s, why);
}
