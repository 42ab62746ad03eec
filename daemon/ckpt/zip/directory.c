/* directory - the central directory, and the order in which an archive is read and compared.
 *
 *     46 bytes: signature, made by, needed, flags @8, method @10, time @12, date @14, crc @16, packed @20, size @24, lengths of name @28,
 *     extra @30 and comment @32, disk @34, attributes, offset of the local header @42 | name | extra | comment */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "parts.h"

enum { FAULTS_TOLD = 12 };

void zip_fault(struct zip *z, const char *format, ...)
{
    char why[400];
    va_list a;
    z->corrupt = true;
    if (z->said++ >= FAULTS_TOLD) return;
    va_start(a, format);
    vsnprintf(why, sizeof why, format, a);
    va_end(a);
    ckpt_say_state(z->out, z->torn ? CKPT_INCOMPLETE : CKPT_CORRUPT, "%s", why);
    ckpt_say_safety(z->out, CKPT_SAFETY_UNVERIFIED,
                    "the parts of the zip disagree: another reader may see another content in it");
}

enum status zip_at(const struct zip *z, void *p, size_t n, uint64_t offset, struct err *err)
{
    if (offset > z->size || n > z->size - offset)
        return err_set(err, E_FORMAT, "the zip ends before byte %llu", (unsigned long long)offset + n);
    return ckpt_pread(z->fd, p, n, z->base + offset, err);
}

bool zip_is(const struct zip *z, uint64_t offset, uint32_t signature)
{
    uint8_t p[4];
    return zip_at(z, p, sizeof p, offset, NULL) == OK && le32(p) == signature;
}

const char *zip_said_name(const struct zip_entry *e, char buf[128])
{
    size_t n = e->name_bytes < 120 ? e->name_bytes : 120;
    for (size_t i = 0; i < n; i++) buf[i] = e->name[i] >= ' ' && e->name[i] <= '~' ? e->name[i] : '?';
    buf[n] = 0;
    return buf;
}

/* Zip64: 8 bytes for each number that the header has all bits set for, in this order. */
static bool read_extra64(struct span body, struct zip_extra *e)
{
    uint64_t *fields[] = {&e->bytes, &e->packed_bytes, e->no_offset ? NULL : &e->offset};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (!fields[i] || *fields[i] != UINT32_MAX) continue;
        if (body.n < 8) return false;
        *fields[i] = le64(body.p);
        body = span_from(body, 8);
    }
    return true;
}

/* Unicode path: version 1, CRC-32 of the header's name, UTF-8. A CRC that differs means that the name was changed since: it does not hold. */
static bool read_unicode(struct span body, struct span name, struct zip_extra *e)
{
    if (body.n < 5 || body.p[0] != 1) return false;
    if (le32(body.p + 1) != crc32(0, (const Bytef *)name.p, (uInt)name.n)) return true;
    struct span unicode = span_from(body, 5);
    if (e->unicode.p && (e->unicode.n != unicode.n || memcmp(e->unicode.p, unicode.p, unicode.n) != 0)) return false;
    e->unicode = unicode;
    return true;
}

bool zip_read_extra(struct span extra, struct span name, struct zip_extra *e)
{
    enum { ZIP64 = 0x0001, UNICODE_PATH = 0x7075 };
    while (extra.n >= 4) {
        size_t n = le16(extra.p + 2);
        if (n > extra.n - 4) return false;
        struct span body = {extra.p + 4, n};
        uint16_t id = le16(extra.p);
        if (id == ZIP64 && !read_extra64(body, e)) return false;
        if (id == UNICODE_PATH && !read_unicode(body, name, e)) return false;
        extra = span_from(extra, 4 + n);
    }
    for (size_t i = 0; i < extra.n; i++)
        if (extra.p[i]) return false;
    return true;
}

/* One entry at p, of which `left` bytes are there. Returns its length, 0 when it is none. */
static size_t read_entry(struct zip *z, const struct zip_end *end, const char *p, size_t left, struct zip_entry *e,
                         struct zip_member *m)
{
    if (left < ZIP_CENTRAL_BYTES || le32(p) != ZIP_CENTRAL) return 0;
    size_t name = le16(p + 28), extra = le16(p + 30), n = ZIP_CENTRAL_BYTES + name + extra + le16(p + 32);
    if (n > left) return 0;
    struct zip_extra x = {.bytes = le32(p + 24), .packed_bytes = le32(p + 20), .offset = le32(p + 42)};
    struct span spelled = {p + ZIP_CENTRAL_BYTES, name};
    char said[128];
    *e = (struct zip_entry){
        .name = spelled.p, .name_bytes = name, .method = le16(p + 10), .flags = le16(p + 8), .crc = le32(p + 16)};
    if (!zip_read_extra((struct span){spelled.p + name, extra}, spelled, &x))
        zip_fault(z, "the directory's extra field of member '%s' does not add up", zip_said_name(e, said));
    if (le16(p + 34) && le16(p + 34) != UINT16_MAX) zip_fault(z, "member '%s' lies on another volume", zip_said_name(e, said));
    e->bytes = x.bytes;
    e->packed_bytes = x.packed_bytes;
    e->doubtful = (e->flags & (ZIP_ENCRYPTED | ZIP_PATCH | ZIP_STRONG | ZIP_MASKED)) != 0;
    *m = (struct zip_member){.header = x.offset + end->shift, .unicode = x.unicode, .time = le32(p + 12)};
    return n;
}

/* All entries of `directory`; the byte behind each name becomes a NUL when all are read. */
static enum status read_entries(struct zip *z, const struct zip_end *end, char *directory, size_t bytes, struct zip_member **ret,
                                struct err *err)
{
    size_t room = bytes / ZIP_CENTRAL_BYTES, at = 0;
    if (room > z->max->tensors * 2)
        room = (size_t)(end->entries < z->max->tensors * 2 ? end->entries : z->max->tensors * 2); /* long names and comments */
    z->entries = arena_alloc(z->out->arena, room * sizeof *z->entries + 1);
    struct zip_member *members = *ret = arena_alloc(z->out->arena, room * sizeof *members + 1);
    if (!z->entries || !members) return err_set(err, E_LIMIT, "a zip directory of %zu bytes is above the limit on memory", bytes);
    while (at < bytes && z->n < room) {
        size_t n = read_entry(z, end, directory + at, bytes - at, &z->entries[z->n], &members[z->n]);
        if (!n) break;
        at += n;
        z->n++;
    }
    if (at < bytes && z->n == z->max->tensors * 2)
        return err_set(err, E_LIMIT, "a zip of more than %llu members is above the limit",
                       (unsigned long long)z->max->tensors * 2);
    if (at != bytes) zip_fault(z, "its directory breaks off after %zu members", z->n);
    if (z->n != end->entries) zip_fault(z, "it promises %llu members and lists %zu", (unsigned long long)end->entries, z->n);
    return OK;
}

static enum status read_directory(struct zip *z, const struct zip_end *end, struct zip_member **members, struct err *err)
{
    uint64_t bytes = end->at - end->offset;
    if (bytes > z->max->header_bytes)
        return err_set(err, E_LIMIT, "a zip directory of %llu bytes is above the limit of %llu", (unsigned long long)bytes,
                       (unsigned long long)z->max->header_bytes);
    char *directory = arena_alloc(z->out->arena, (size_t)bytes + 1);
    if (!directory)
        return err_set(err, E_LIMIT, "a zip directory of %llu bytes is above the limit on memory", (unsigned long long)bytes);
    enum status s = zip_at(z, directory, (size_t)bytes, end->offset, err);
    return s == OK ? read_entries(z, end, directory, (size_t)bytes, members, err) : s;
}

enum status zip_read(struct zip *z, int fd, uint64_t base, uint64_t size, const struct ckpt_limits *max,
                     const struct ckpt_sink *out, struct err *err)
{
    struct zip_end end = {0};
    struct zip_member *members = NULL;
    *z = (struct zip){.fd = fd, .base = base, .size = size, .max = max, .out = out};
    enum status s = zip_read_end(z, &end, err);
    if (s != OK || !z->ended) return s;
    s = read_directory(z, &end, &members, err);
    if (s == OK) s = zip_read_locals(z, &end, members, err);
    if (s == OK) s = zip_check_layout(z, &end, members, err);
    for (size_t i = 0; s == OK && i < z->n; i++) ((char *)z->entries[i].name)[z->entries[i].name_bytes] = 0; /* our own copy */
    return s == OK ? zip_check_names(z, err) : s;
}
