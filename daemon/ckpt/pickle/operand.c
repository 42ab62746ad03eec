/* What stands behind the opcode byte: fixed-size little-endian numbers (the float alone is big-endian), lines, counted bytes. */
#include <endian.h>
#include <inttypes.h>

#include "machine.h"

enum { KEEP_BYTES = 64 * 1024, KEEP_TEXT_BYTES = 1 << 20 };

static bool cut(struct pickle *p)
{
    if (p->in.failed == E_MEMORY) machine_stop(p, PICKLE_LIMIT, "no memory for its bytes");
    else if (p->in.failed) machine_stop(p, PICKLE_IO, "its bytes cannot be read");
    else machine_stop(p, PICKLE_CUT, "ends after %" PRIu64 " bytes, within an opcode's operand", p->in.in.size);
    return false;
}

/* The next n bytes as a number, stepped over. */
static bool fixed(struct pickle *p, size_t n, uint64_t *ret)
{
    uint64_t le = 0;
    const char *bytes = window_peek(&p->in, n);
    if (!bytes) return cut(p);
    memcpy(&le, bytes, n);
    *ret = le64toh(le);
    p->in.at += n;
    return true;
}

static bool line(struct pickle *p, struct span *ret)
{
    size_t n = window_line(&p->in);
    if (!n && window_left(&p->in) > WINDOW_MAX_BYTES && !p->in.failed)
        return machine_stop(p, PICKLE_LIMIT, "a line of more than %d bytes", WINDOW_MAX_BYTES), false;
    if (!n) return p->in.at = p->in.failed ? p->in.at : p->in.in.size, cut(p);
    const char *bytes = window_peek(&p->in, n);
    char *copy = bytes ? arena_copy(p->arena, bytes, n - 1) : NULL;
    if (!copy) return machine_stop(p, PICKLE_LIMIT, "what it builds is larger than %zu bytes", p->arena->cap_bytes), false;
    p->in.at += n;
    *ret = (struct span){copy, n - 1};
    return true;
}

/* n bytes, kept where they are few. A text beyond all bounds is no text that was cut short. */
static bool counted(struct pickle *p, uint64_t n, size_t keep, struct operand *o)
{
    if (n > window_left(&p->in) && keep == KEEP_TEXT_BYTES && n > p->max->header_bytes)
        return machine_stop(p, PICKLE_BROKEN, "a text claims %" PRIu64 " bytes of the %" PRIu64 " that are left", n,
                            window_left(&p->in)),
               false;
    if (n > window_left(&p->in)) return cut(p);
    o->n = n;
    o->offset = p->in.at;
    if (p->in.in.bytes) o->text = (struct span){p->in.in.bytes + p->in.at, (size_t)n};
    else if (n <= keep) {
        const char *bytes = n ? window_peek(&p->in, (size_t)n) : "";
        if (!bytes) return cut(p);
        o->text = (struct span){arena_copy(p->arena, bytes, (size_t)n), (size_t)n};
        if (!o->text.p)
            return machine_stop(p, PICKLE_LIMIT, "what it builds is larger than %zu bytes", p->arena->cap_bytes), false;
    }
    p->in.at += n;
    return true;
}

static const struct {
    uint8_t bytes;
    bool is_signed;
    size_t keep; /* of what it counts; 0: it counts nothing */
} kinds[] = {
    [U8] = {1, false, 0},
    [U16] = {2, false, 0},
    [S32] = {4, true, 0},
    [U32] = {4, false, 0},
    [U64] = {8, false, 0},
    [BYTES_8] = {1, false, KEEP_BYTES},
    [BYTES_32] = {4, false, KEEP_BYTES},
    [BYTES_S32] = {4, true, KEEP_BYTES},
    [BYTES_64] = {8, false, KEEP_BYTES},
    [TEXT_8] = {1, false, KEEP_TEXT_BYTES},
    [TEXT_32] = {4, false, KEEP_TEXT_BYTES},
    [TEXT_S32] = {4, true, KEEP_TEXT_BYTES},
    [TEXT_64] = {8, false, KEEP_TEXT_BYTES},
};

static bool real(struct pickle *p, struct operand *o)
{
    uint64_t bits = 0;
    if (!fixed(p, sizeof bits, &bits)) return false;
    bits = be64toh(htole64(bits));
    memcpy(&o->real, &bits, sizeof bits);
    return true;
}

bool operand_read(struct pickle *p, enum operand_kind kind, struct operand *o)
{
    *o = (struct operand){0};
    if (kind == NO_OPERAND) return true;
    if (kind == F64_BIG) return real(p, o);
    if (kind == LINE) return line(p, &o->text);
    if (kind == TWO_LINES) return line(p, &o->text) && line(p, &o->second);
    if (!fixed(p, kinds[kind].bytes, &o->number)) return false;
    if (kinds[kind].is_signed) o->number = (uint64_t)(int64_t)(int32_t)(uint32_t)o->number;
    if (!kinds[kind].keep) return true;
    if (kinds[kind].is_signed && (int64_t)o->number < 0) return machine_stop(p, PICKLE_BROKEN, "a negative length"), false;
    return counted(p, o->number, kinds[kind].keep, o);
}
