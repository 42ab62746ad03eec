/* zip_made - zip archives put together byte by byte, so that a test can make one thing in them disagree with another. */
#ifndef MLWATCH_ZIP_MADE_H
#define MLWATCH_ZIP_MADE_H

#include <zlib.h>

#include "ckpt_probe.h"

enum { MADE_ROOM = 1 << 18, MADE_MEMBERS = 64 };
struct made_member {
    size_t local, data, central; /* where its headers and bytes are */
};
struct made {
    unsigned char bytes[MADE_ROOM];
    size_t n, n_members, directory, end;
    struct made_member members[MADE_MEMBERS];
    struct {
        char name[64];
        unsigned name_n, method, flags, crc, packed, size;
    } told[MADE_MEMBERS];
};

static inline void made_put(struct made *m, uint64_t v, unsigned bytes)
{
    for (; bytes--; v >>= 8) m->bytes[m->n++] = (unsigned char)v;
}
static inline void made_set(struct made *m, size_t at, uint64_t v, unsigned bytes)
{
    for (; bytes--; v >>= 8) m->bytes[at++] = (unsigned char)v;
}
static inline uint64_t made_get(const struct made *m, size_t at, unsigned bytes)
{
    uint64_t v = 0;
    while (bytes--) v = v << 8 | m->bytes[at + bytes];
    return v;
}
static inline void made_copy(struct made *m, const void *p, size_t n)
{
    assert_true(m->n + n <= MADE_ROOM);
    memcpy(m->bytes + m->n, p, n);
    m->n += n;
}
static inline size_t made_deflate(const void *p, size_t n, unsigned char *to, size_t room)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)p, .avail_in = (uInt)n, .next_out = to, .avail_out = (uInt)room};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return room - z.avail_out;
}

/* A member: method 0 or 8; flag bit 3 writes no sizes into its own header and a descriptor behind it. */
static inline void made_add(struct made *m, const char *name, const void *p, size_t n, unsigned method, unsigned flags)
{
    static unsigned char packed[MADE_ROOM];
    struct made_member *at = &m->members[m->n_members];
    size_t k = method == 8 ? made_deflate(p, n, packed, sizeof packed) : n, name_n = strlen(name);
    unsigned crc = (unsigned)crc32(0, p, (uInt)n), known = !(flags & 8);
    at->local = m->n;
    made_put(m, 0x04034b50, 4), made_put(m, 20, 2), made_put(m, flags, 2), made_put(m, method, 2), made_put(m, 0, 2),
        made_put(m, 33, 2);
    made_put(m, known ? crc : 0, 4), made_put(m, known ? k : 0, 4), made_put(m, known ? n : 0, 4), made_put(m, name_n, 2),
        made_put(m, 0, 2);
    made_copy(m, name, name_n);
    at->data = m->n;
    made_copy(m, method == 8 ? packed : p, k);
    if (!known) made_put(m, 0x08074b50, 4), made_put(m, crc, 4), made_put(m, k, 4), made_put(m, n, 4);
    memcpy(m->told[m->n_members].name, name, name_n);
    m->told[m->n_members].name_n = (unsigned)name_n, m->told[m->n_members].method = method, m->told[m->n_members].flags = flags;
    m->told[m->n_members].crc = crc, m->told[m->n_members].packed = (unsigned)k, m->told[m->n_members].size = (unsigned)n;
    m->n_members++;
}
/* The directory and its end. */
static inline void made_finish(struct made *m)
{
    m->directory = m->n;
    for (size_t i = 0; i < m->n_members; i++) {
        m->members[i].central = m->n;
        made_put(m, 0x02014b50, 4), made_put(m, 20, 2), made_put(m, 20, 2), made_put(m, m->told[i].flags, 2);
        made_put(m, m->told[i].method, 2), made_put(m, 0, 2), made_put(m, 33, 2), made_put(m, m->told[i].crc, 4);
        made_put(m, m->told[i].packed, 4), made_put(m, m->told[i].size, 4), made_put(m, m->told[i].name_n, 2);
        made_put(m, 0, 2), made_put(m, 0, 2), made_put(m, 0, 2), made_put(m, 0, 2), made_put(m, 0, 4),
            made_put(m, m->members[i].local, 4);
        made_copy(m, m->told[i].name, m->told[i].name_n);
    }
    m->end = m->n;
    made_put(m, 0x06054b50, 4), made_put(m, 0, 4), made_put(m, m->n_members, 2), made_put(m, m->n_members, 2);
    made_put(m, m->end - m->directory, 4), made_put(m, m->directory, 4), made_put(m, 0, 2);
}
/* made_scan - through the reader of that name, or the surest. */
static inline void made_scan(const struct made *m, struct probe *p, const char *file, const char *reader,
                             const struct ckpt_limits *max)
{
    const struct ckpt *chosen = NULL;
    for (const struct ckpt *const *c = ckpts; reader && *c; c++)
        if (strcmp((*c)->name, reader) == 0) chosen = *c;
    int fd = probe_bytes(m->bytes, m->n);
    probe_fd(p, fd, file, chosen, max ? max : &ckpt_limits_usual);
    close(fd);
}

#endif
