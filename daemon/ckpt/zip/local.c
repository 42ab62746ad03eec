/* local - each member's local header, compared with the directory's word on it.
 *
 *     30 bytes: signature, needed, flags @6, method @8, time @10, date @12, crc @14, packed @18, size @22, lengths of name @26 and extra @28 |
 *     name | extra | the member's bytes | data descriptor, if flag bit 3 is set: then crc and sizes up here may be 0
 *
 * Torch pads with an extra field `FB` so that bytes begin at a multiple of 64: only this header tells where a member starts. */
#include <stdlib.h>

#include "parts.h"

enum { HEADER_MAX = ZIP_LOCAL_BYTES + 2 * 65535, HEADER_USUAL = 512 };

/* Read the header with its name and extra; most come with one read. */
static enum status read_header(const struct zip *z, uint64_t at, uint8_t *h, size_t *bytes, struct err *err)
{
    uint64_t left = at < z->size ? z->size - at : 0;
    size_t n = left < HEADER_USUAL ? (size_t)left : HEADER_USUAL;
    *bytes = 0;
    if (n < ZIP_LOCAL_BYTES) return OK;
    enum status s = zip_at(z, h, n, at, err);
    if (s != OK || le32(h) != ZIP_LOCAL) return s;
    size_t whole = ZIP_LOCAL_BYTES + (size_t)le16(h + 26) + le16(h + 28);
    if (whole > left) return OK;
    *bytes = whole;
    return whole > n ? zip_at(z, h + n, whole - n, at + n, err) : OK;
}

static void compare_names(struct zip *z, struct zip_entry *e, const struct zip_member *m, struct span name, struct span unicode)
{
    char said[128];
    struct span central = {e->name, e->name_bytes};
    if (name.n != central.n || memcmp(name.p, central.p, name.n) != 0) {
        e->decoyed = true;
        zip_fault(z, "member '%s' has another name in its own header", zip_said_name(e, said));
        return;
    }
    struct span here = unicode.p ? unicode : name, there = m->unicode.p ? m->unicode : central;
    if (here.n != there.n || memcmp(here.p, there.p, here.n) != 0)
        zip_fault(z, "member '%s' has two names in UTF-8", zip_said_name(e, said));
}

static void compare_sizes(struct zip *z, const struct zip_entry *e, const uint8_t *h, const struct zip_extra *x)
{
    char said[128];
    bool streamed = le16(h + 6) & ZIP_STREAMED;
    if (!(streamed && !le32(h + 14)) && le32(h + 14) != e->crc)
        zip_fault(z, "member '%s' has two checksums", zip_said_name(e, said));
    if (!(streamed && !x->packed_bytes) && x->packed_bytes != e->packed_bytes)
        zip_fault(z, "member '%s' has two packed sizes", zip_said_name(e, said));
    if (!(streamed && !x->bytes) && x->bytes != e->bytes) zip_fault(z, "member '%s' has two sizes", zip_said_name(e, said));
}

static void compare(struct zip *z, struct zip_entry *e, struct zip_member *m, const uint8_t *h)
{
    enum { COMPARED = ZIP_ENCRYPTED | ZIP_PATCH | ZIP_STRONG | ZIP_MASKED };
    char said[128];
    struct span name = {(const char *)h + ZIP_LOCAL_BYTES, le16(h + 26)}, extra = {name.p + name.n, le16(h + 28)};
    struct zip_extra x = {.bytes = le32(h + 22), .packed_bytes = le32(h + 18), .no_offset = true};
    if (!zip_read_extra(extra, name, &x)) zip_fault(z, "the extra field of member '%s' does not add up", zip_said_name(e, said));
    if (le16(h + 8) != e->method) {
        e->decoyed = true;
        zip_fault(z, "member '%s' is packed in two ways", zip_said_name(e, said));
    }
    if ((le16(h + 6) ^ e->flags) & COMPARED) zip_fault(z, "member '%s' has two sets of flags", zip_said_name(e, said));
    if (le32(h + 10) != m->time) zip_fault(z, "member '%s' has two dates", zip_said_name(e, said));
    compare_names(z, e, m, name, x.unicode);
    compare_sizes(z, e, h, &x);
    m->streamed = (le16(h + 6) | e->flags) & ZIP_STREAMED;
}

/* Can its bytes be had, and do they lie between the header and the directory? */
static void place(struct zip *z, const struct zip_end *end, struct zip_entry *e, struct zip_member *m, uint64_t begin)
{
    char said[128];
    e->offset = z->base + begin;
    if (e->packed_bytes > z->size - begin) {
        e->closed = "lies outside the file";
        m->end = begin;
        zip_fault(z, "member '%s' reaches beyond the end of the file", zip_said_name(e, said));
        return;
    }
    m->end = begin + e->packed_bytes;
    if (m->end > end->offset) zip_fault(z, "member '%s' reaches into the directory", zip_said_name(e, said));
    if (e->method == ZIP_STORED && !(e->flags & ZIP_ENCRYPTED) && e->packed_bytes != e->bytes)
        zip_fault(z, "member '%s' is stored, and its two sizes differ", zip_said_name(e, said));
    if (e->method != ZIP_STORED && e->method != ZIP_DEFLATED)
        e->closed = e->method == ZIP_AES ? "is encrypted" : "is packed by a method that is not unpacked here";
    if (e->method == ZIP_DEFLATED &&
        (__builtin_add_overflow(z->unpacked, e->bytes, &z->unpacked) || z->unpacked > z->max->unpacked_bytes)) {
        e->closed = "would unpack to more than the limit on a file (unpacked_bytes)";
        z->unpacked = UINT64_MAX;
    }
    if (e->method == ZIP_BZIP2 && !(e->flags & ZIP_ENCRYPTED) && !zip_is_bzip2(z, e))
        zip_fault(z, "member '%s' is no whole bzip2 stream", zip_said_name(e, said));
}

/* An archive that something was put before has all its offsets wrong by as much; one whose end record lies about the directory has not. */
static void unshift(const struct zip *z, const struct zip_end *end, struct zip_member *members)
{
    if (!end->shift || !z->n || zip_is(z, members[0].header, ZIP_LOCAL) || !zip_is(z, members[0].header - end->shift, ZIP_LOCAL))
        return;
    for (size_t i = 0; i < z->n; i++) members[i].header -= end->shift;
}

enum status zip_read_locals(struct zip *z, const struct zip_end *end, struct zip_member *members, struct err *err)
{
    enum status s = OK;
    char said[128];
    uint8_t *h = malloc(HEADER_MAX);
    if (!h) return err_set(err, E_MEMORY, "no memory for a zip header");
    unshift(z, end, members);
    for (size_t i = 0; s == OK && i < z->n; i++) {
        struct zip_entry *e = &z->entries[i];
        size_t n = 0;
        s = read_header(z, members[i].header, h, &n, err);
        if (s != OK) break;
        if (!n) {
            e->closed = "has no header of its own";
            members[i].end = members[i].header;
            zip_fault(z, "member '%s' has no header where the directory says", zip_said_name(e, said));
            continue;
        }
        compare(z, e, &members[i], h);
        place(z, end, e, &members[i], members[i].header + n);
        e->directory = e->name_bytes && e->name[e->name_bytes - 1] == '/' && !e->bytes && !e->packed_bytes;
    }
    free(h);
    return s;
}
