#include "unwritten.h"

#include <unistd.h>

enum { BELIEVED_BYTES = 16 << 20, HOLES_MAX = 4096 };

static bool is_blank(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i]) return false;
    return true;
}

bool unwritten_from(const struct ckpt_file *f, uint64_t at)
{
    char block[4096];
    if (!at || at > f->size) return false;
    uint64_t end = f->size - at > BELIEVED_BYTES ? at + BELIEVED_BYTES : f->size;
    for (at--; at < end;) {
        size_t n = end - at < sizeof block ? (size_t)(end - at) : sizeof block;
        if (ckpt_pread(f->fd, block, n, f->base + at, NULL) != OK || !is_blank(block, n)) return false;
        at += n;
    }
    return true;
}

uint64_t unwritten_signature(struct span head, const char *signature)
{
    size_t there = 0;
    while (there < head.n && signature[there] && head.p[there] == signature[there]) there++;
    return there + 1;
}

enum ckpt_state unwritten_fault(const struct ckpt_file *f, uint64_t at)
{
    return unwritten_from(f, at) ? CKPT_INCOMPLETE : CKPT_CORRUPT;
}

struct unwritten_holes unwritten_holes_of(const struct ckpt_file *f)
{
    struct unwritten_holes ret = {f->size, f->size};
    off_t at = 0;
    for (int i = 0; i < HOLES_MAX; i++) {
        off_t hole = lseek(f->fd, at, SEEK_HOLE);
        if (hole < 0 || (uint64_t)hole >= f->size) break;
        if (!i) ret.first = (uint64_t)hole;
        at = lseek(f->fd, hole, SEEK_DATA);
        if (at >= 0) continue;
        ret.to_end = (uint64_t)hole; /* ENXIO: no data behind it */
        break;
    }
    return ret;
}
