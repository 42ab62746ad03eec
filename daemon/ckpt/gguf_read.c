#include "gguf_read.h"

#include "le.h"

void gguf_begin(struct gguf_read *r, const struct ckpt_file *f)
{
    r->fd = f->fd, r->base = f->base, r->size = f->size, r->at = 0, r->buffer_n = 0;
}

static bool stop(struct gguf_read *r, enum gguf_end why) { return r->end_reason = why, false; }

/* Make the buffer begin at r->at. */
static bool fill(struct gguf_read *r)
{
    uint64_t left = r->size - r->at;
    size_t n = left < sizeof r->buffer ? (size_t)left : sizeof r->buffer;
    if (ckpt_pread(r->fd, r->buffer, n, r->base + r->at, NULL) != OK) return stop(r, GGUF_IO);
    r->buffer_at = r->at;
    r->buffer_n = n;
    return true;
}

bool gguf_bytes(struct gguf_read *r, void *p, size_t n)
{
    if (n > r->size - r->at) return stop(r, GGUF_CUT);
    if (n > sizeof r->buffer) {
        if (ckpt_pread(r->fd, p, n, r->base + r->at, NULL) != OK) return stop(r, GGUF_IO);
        return r->at += n, true;
    }
    bool there =
        r->at >= r->buffer_at && r->at - r->buffer_at <= r->buffer_n && n <= r->buffer_n - (size_t)(r->at - r->buffer_at);
    if (!there && !fill(r)) return false;
    memcpy(p, r->buffer + (r->at - r->buffer_at), n);
    return r->at += n, true;
}

bool gguf_skip(struct gguf_read *r, uint64_t n) { return n > r->size - r->at ? stop(r, GGUF_CUT) : (r->at += n, true); }

bool gguf_skip_many(struct gguf_read *r, uint64_t n, size_t each)
{
    uint64_t bytes;
    return __builtin_mul_overflow(n, (uint64_t)each, &bytes) ? stop(r, GGUF_CUT) : gguf_skip(r, bytes);
}

bool gguf_u32(struct gguf_read *r, uint32_t *ret)
{
    char p[4];
    return gguf_bytes(r, p, sizeof p) && (*ret = le32(p), true);
}

bool gguf_u64(struct gguf_read *r, uint64_t *ret)
{
    char p[8];
    return gguf_bytes(r, p, sizeof p) && (*ret = le64(p), true);
}

bool gguf_count(struct gguf_read *r, uint64_t *ret)
{
    uint32_t n;
    if (!r->short_lengths) return gguf_u64(r, ret);
    return gguf_u32(r, &n) && (*ret = n, true);
}

bool gguf_length(struct gguf_read *r, uint64_t *ret)
{
    return gguf_count(r, ret) && (*ret <= r->size - r->at || stop(r, GGUF_CUT));
}

bool gguf_name(struct gguf_read *r, char *p, size_t room)
{
    uint64_t n;
    if (!gguf_length(r, &n)) return false;
    if (n > room) return stop(r, GGUF_LONG);
    if (!gguf_bytes(r, p, (size_t)n)) return false;
    p[n] = 0;
    return strlen(p) == n || stop(r, GGUF_LONG);
}

size_t gguf_size(uint32_t type)
{
    static const uint8_t sizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    return type < sizeof sizes ? sizes[type] : 0;
}

bool gguf_number(struct gguf_read *r, uint32_t type, struct gguf_number *ret)
{
    enum { I8 = 1, I16 = 3, I32 = 5, F32 = 6, I64 = 11, F64 = 12 };
    char p[8] = {0};
    size_t n = gguf_size(type);
    if (!n || !gguf_bytes(r, p, n)) return false;
    *ret = (struct gguf_number){.integer = le64(p), .is_real = type == F32 || type == F64};
    ret->is_signed = type == I8 || type == I16 || type == I32 || type == I64;
    if (ret->is_signed && n < 8 && ret->integer >> (8 * n - 1)) ret->integer |= ~UINT64_C(0) << 8 * n;
    float f;
    memcpy(&f, p, sizeof f);
    if (type == F32) ret->real = (double)f;
    if (type == F64) memcpy(&ret->real, p, sizeof ret->real);
    return true;
}
