/* data - the bytes of members: stored ones as they lie, deflated ones through zlib, each compared with its CRC when it was read to its end.
 *
 * What a member may unpack to is what the directory promises; the promises together met max->unpacked_bytes when that was read. */
#include <inttypes.h>
#include <stdlib.h>
#include <zlib.h>

#include "../../base/crc32.h"
#include "parts.h"

enum { IN_BYTES = 64 << 10, READ_OVER_BYTES = 64 << 10, DEFLATE_RATIO_MAX = 1032 }; /* 258 bytes from 2 bits */

struct stream {
    const struct zip_entry *e;
    uint64_t at, packed_left; /* of packed bytes in fd not yet read */
    uint64_t skip, left;      /* of unpacked bytes: to be passed over, to be given */
    uint32_t crc;
    bool whole, checked; /* all of the member is read: its CRC can be compared; it was */
    bool unpacked_end;   /* deflate came to its own end */
    z_stream *inflate;   /* NULL for stored members */
    uint8_t in[];        /* IN_BYTES of packed bytes, for inflate */
};

static enum status fault(const struct zip_entry *e, struct err *err, const char *what)
{
    char said[128];
    return err_set(err, E_FORMAT, "member '%s' of the zip %s", zip_said_name(e, said), what);
}

static ssize_t give_stored(int fd, struct stream *s, uint8_t *p, size_t room, struct err *err)
{
    size_t n = room < s->packed_left ? room : (size_t)s->packed_left;
    if (ckpt_pread(fd, p, n, s->at, err) != OK) return -1;
    s->at += n;
    s->packed_left -= n;
    return (ssize_t)n;
}

/* Inflate until room is full or the stream ends. */
static ssize_t give_inflated(int fd, struct stream *s, uint8_t *p, size_t room, struct err *err)
{
    z_stream *i = s->inflate;
    i->next_out = p;
    i->avail_out = room < UINT32_MAX ? (uInt)room : UINT32_MAX;
    while (i->avail_out && !s->unpacked_end) {
        if (!i->avail_in && s->packed_left) {
            ssize_t n = give_stored(fd, s, s->in, IN_BYTES, err);
            if (n < 0) return -1;
            i->next_in = s->in;
            i->avail_in = (uInt)n;
        }
        int r = inflate(i, Z_NO_FLUSH);
        if (r == Z_STREAM_END) s->unpacked_end = true;
        else if (r == Z_BUF_ERROR && !i->avail_in && !s->packed_left) break;
        else if (r != Z_OK) break;
    }
    if (i->avail_out && !s->unpacked_end && i->next_out == p) return fault(s->e, err, "does not unpack"), -1;
    return (ssize_t)(i->next_out - p);
}

/* The end of a whole member: its checksum, and nothing left over. */
static enum status check_end(int fd, struct stream *s, struct err *err)
{
    uint8_t more;
    s->checked = true;
    if (s->left) return fault(s->e, err, "unpacks to less than it says");
    if (s->inflate && !s->unpacked_end && give_inflated(fd, s, &more, 1, err) > 0)
        return fault(s->e, err, "unpacks to more than it says");
    if (s->inflate && (!s->unpacked_end || s->packed_left || s->inflate->avail_in))
        return fault(s->e, err, "has bytes behind its packed end");
    return s->crc == s->e->crc ? OK : fault(s->e, err, "has another checksum than it says");
}

static ssize_t give(int fd, struct stream *s, void *p, size_t room, struct err *err)
{
    for (;;) {
        uint64_t want = s->skip ? s->skip : s->left;
        size_t n = room < want ? room : (size_t)want;
        ssize_t got = !n ? 0 : s->inflate ? give_inflated(fd, s, p, n, err) : give_stored(fd, s, p, n, err);
        if (got < 0) return -1;
        if (!got) return s->whole && !s->checked && check_end(fd, s, err) != OK ? -1 : 0;
        if (s->whole) s->crc = crc32_add(s->crc, p, (size_t)got);
        if (!s->skip) return s->left -= (uint64_t)got, got;
        s->skip -= (uint64_t)got;
    }
}

static ssize_t next(struct ckpt_cursor *c, void *p, size_t room, struct err *err)
{
    struct stream *s = c->state;
    ssize_t n = give(c->fd, s, p, room, err);
    if (n == 0 && s->left) return fault(s->e, err, "ends before its bytes do"), -1;
    return n;
}

static void close_stream(struct ckpt_cursor *c)
{
    struct stream *s = c->state;
    if (s && s->inflate) inflateEnd(s->inflate);
    if (s) free(s->inflate);
    free(s);
    c->state = NULL;
}

static enum status allow(const struct zip_entry *e, struct err *err)
{
    char said[128];
    return e->closed ? err_set(err, E_ABSENT, "member '%s' of the zip %s", zip_said_name(e, said), e->closed) : OK;
}

static enum status begin_inflate(struct stream *s, struct err *err)
{
    s->inflate = calloc(1, sizeof *s->inflate);
    if (!s->inflate || inflateInit2(s->inflate, -MAX_WBITS) != Z_OK) {
        free(s->inflate);
        s->inflate = NULL;
        return err_set(err, E_MEMORY, "no memory to unpack");
    }
    return OK;
}

static struct stream *stream_new(const struct zip_entry *e, uint64_t from, uint64_t bytes, struct err *err)
{
    bool packed = e->method == ZIP_DEFLATED;
    struct stream *s = malloc(sizeof *s + (packed ? IN_BYTES : 0));
    if (!s) return err_set(err, E_MEMORY, "no memory to read a zip"), NULL;
    *s = (struct stream){.e = e, .at = e->offset, .packed_left = e->packed_bytes, .skip = from, .left = bytes};
    s->whole = bytes == e->bytes - from && from <= READ_OVER_BYTES;
    if (packed && begin_inflate(s, err) != OK) return free(s), NULL;
    if (!packed && !s->whole && from <= e->packed_bytes) s->at += from, s->packed_left -= from, s->skip = 0;
    return s;
}

enum status zip_open(struct zip *z, const struct zip_entry *e, uint64_t from, uint64_t bytes, struct ckpt_cursor *c,
                     struct err *err)
{
    *c = (struct ckpt_cursor){.fd = z->fd};
    enum status s = allow(e, err);
    if (s != OK) return s;
    if (from > e->bytes || bytes > e->bytes - from) return fault(e, err, "ends before its bytes do");
    c->state = stream_new(e, from, bytes, err);
    if (!c->state) return err ? err->status : E_MEMORY;
    c->next = next;
    c->close = close_stream;
    return OK;
}

/* Say what stopped a member, or did not fit at its end. Marked as encrypted it may be just that. */
static void say_broken(struct zip *z, const struct zip_entry *e, const struct err *why)
{
    char said[128];
    if (e->doubtful) {
        ckpt_say_safety(z->out, CKPT_SAFETY_UNVERIFIED, "member '%s' is encrypted", zip_said_name(e, said));
    } else {
        z->corrupt = true;
        ckpt_say_state(z->out, CKPT_CORRUPT, "%s", why->text);
    }
}

/* Marked as what Python refuses to read, and plain to torch: who scans with Python sees nothing. */
static void say_masked(struct zip *z, const struct zip_entry *e)
{
    char said[128];
    ckpt_say_safety(z->out, CKPT_SUSPICIOUS,
                    "member '%s' is marked as encrypted or as a patch and is neither: it is hidden from scanners",
                    zip_said_name(e, said));
}

enum status zip_load(struct zip *z, const struct zip_entry *e, uint64_t room, char **ret, size_t *ret_n, struct err *err)
{
    struct ckpt_cursor c;
    struct err why = {0};
    char said[128];
    *ret = NULL, *ret_n = 0;
    uint64_t bytes = e->method == ZIP_STORED ? e->packed_bytes : e->bytes; /* what torch and Python read of a stored one */
    if (bytes > room)
        return err_set(err, E_LIMIT, "member '%s' of the zip has %" PRIu64 " bytes: above the limit of %" PRIu64,
                       zip_said_name(e, said), bytes, room);
    enum status s = allow(e, err);
    if (s != OK) return s;
    if (e->method == ZIP_DEFLATED && bytes / DEFLATE_RATIO_MAX > e->packed_bytes)
        bytes = (e->packed_bytes + 1) * DEFLATE_RATIO_MAX;
    char *p = malloc((size_t)bytes + 1);
    if (!p) return err_set(err, E_MEMORY, "no memory for member '%s' of the zip", zip_said_name(e, said));
    c = (struct ckpt_cursor){.fd = z->fd, .state = stream_new(e, 0, bytes, err)};
    if (!c.state) return free(p), E_MEMORY;
    struct stream *stream = c.state;
    stream->whole = true;
    stream->left = bytes;
    size_t n = 0;
    ssize_t got;
    while ((got = give(z->fd, stream, p + n, (size_t)bytes - n, &why)) > 0) n += (size_t)got;
    close_stream(&c);
    if (got < 0 && why.status != E_FORMAT) return free(p), err_set(err, why.status, "%s", why.text);
    if (got < 0) say_broken(z, e, &why);
    else if (e->doubtful) say_masked(z, e);
    p[n] = 0;
    *ret = p, *ret_n = n;
    return OK;
}

enum status zip_check(struct zip *z, const struct zip_entry *e, struct err *err)
{
    enum { BLOCK = 256 << 10 };
    struct ckpt_cursor c;
    struct err why = {0};
    enum status s = zip_open(z, e, 0, e->bytes, &c, err);
    if (s != OK) return s;
    char *p = malloc(BLOCK);
    ssize_t n = p ? 1 : -1;
    if (!p) err_set(&why, E_MEMORY, "no memory to check a zip");
    while (n > 0) n = c.next(&c, p, BLOCK, &why);
    free(p);
    close_stream(&c);
    if (n < 0 && why.status != E_FORMAT) return err_set(err, why.status, "%s", why.text);
    if (n < 0) say_broken(z, e, &why);
    else if (e->doubtful) say_masked(z, e);
    return OK;
}

void zip_done(struct zip *z)
{
    char said[128];
    for (size_t i = 0, told = 0; i < z->n && told < 4; i++) {
        const struct zip_entry *e = &z->entries[i];
        if (!e->closed) continue;
        told++;
        ckpt_say_safety(z->out, CKPT_SAFETY_UNVERIFIED, "member '%s' %s", zip_said_name(e, said), e->closed);
        if (!z->corrupt) ckpt_say_state(z->out, CKPT_STATE_UNVERIFIED, "member '%s' %s", said, e->closed);
    }
}
