/* end - the records at an archive's end, and where they say the directory is.
 *
 *     directory | end of directory, zip64 (56+) | its locator (20) | end of directory (22 + comment)
 *
 * The last is the mark that a writer came to its end: without it an archive is incomplete, not corrupt. It is looked for from the end of the
 * file backwards, because a comment of up to 65,535 bytes may follow; of several candidates only one whose comment ends with the file counts. */
#include <stdlib.h>

#include "parts.h"

enum { TAIL_BYTES = ZIP_END_BYTES + 65535, WALK_MEMBERS = 1 << 16 };
struct tail {
    uint8_t *p;
    size_t n;
    uint64_t at; /* in the archive */
};

static uint64_t u64_min(uint64_t a, uint64_t b) { return a < b ? a : b; }

/* Does a directory of the size that this record tells lie directly before it? */
static bool leads_to_directory(const struct zip *z, const uint8_t *p, uint64_t at)
{
    uint64_t size = le32(p + 12), offset = le32(p + 16);
    return size && offset + size == at && zip_is(z, offset, ZIP_CENTRAL);
}

/* The end record: one whose comment ends with the file; else, as a fault, one that at least leads to a directory. -1: none. */
static ssize_t find_record(struct zip *z, const struct tail *t)
{
    ssize_t exact = -1, loose = -1;
    for (size_t i = t->n - ZIP_END_BYTES + 1; i-- > 0;) {
        const uint8_t *p = t->p + i;
        if (p[0] != 'P' || le32(p) != ZIP_END) continue;
        if (le16(p + 20) == t->n - i - ZIP_END_BYTES) {
            if (exact >= 0) return zip_fault(z, "two records both claim to end it"), exact;
            exact = (ssize_t)i;
        } else if (loose < 0 && leads_to_directory(z, p, t->at + i)) {
            loose = (ssize_t)i;
        }
    }
    if (exact >= 0 || loose < 0) return exact;
    zip_fault(z, "%zu bytes follow the record that ends it, which promises a comment of %u", t->n - (size_t)loose - ZIP_END_BYTES,
              le16(t->p + loose + 20));
    return loose;
}

/* A record with a broken signature: all else of it is right. */
static ssize_t find_defaced(struct zip *z, const struct tail *t)
{
    const uint8_t *p = t->p + t->n - ZIP_END_BYTES;
    if (!leads_to_directory(z, p, t->at + t->n - ZIP_END_BYTES)) return -1;
    zip_fault(z, "the record that ends it has no valid signature");
    return (ssize_t)(t->n - ZIP_END_BYTES);
}

/* Go from local header to local header: does a directory follow, and end with the file? */
static bool ends_with_directory(const struct zip *z)
{
    uint8_t h[ZIP_CENTRAL_BYTES];
    uint64_t at = 0;
    for (unsigned i = 0; i < WALK_MEMBERS && zip_is(z, at, ZIP_LOCAL); i++) {
        if (zip_at(z, h, ZIP_LOCAL_BYTES, at, NULL) != OK || (le16(h + 6) & ZIP_STREAMED)) return false;
        at += (uint64_t)ZIP_LOCAL_BYTES + le16(h + 26) + le16(h + 28) + le32(h + 18);
    }
    bool any = false;
    for (unsigned i = 0; i < WALK_MEMBERS && zip_is(z, at, ZIP_CENTRAL); i++, any = true) {
        if (zip_at(z, h, sizeof h, at, NULL) != OK) return false;
        at += (uint64_t)ZIP_CENTRAL_BYTES + le16(h + 28) + le16(h + 30) + le16(h + 32);
    }
    return any && at == z->size;
}

static void say_endless(struct zip *z)
{
    z->directory_last = ends_with_directory(z);
    ckpt_say_state(z->out, CKPT_INCOMPLETE,
                   "the zip record that ends it is not there: it is still being written, or its writer stopped before the end");
    ckpt_say_safety(z->out, CKPT_SAFETY_UNVERIFIED, "without its directory nothing in it can be looked at");
}

/* The zip64 record (APPNOTE 4.3.14): its numbers hold where the old record has all bits set, and must agree where it has not. */
static void read_end64(struct zip *z, uint64_t end_at, struct zip_end *end)
{
    uint8_t l[ZIP_LOCATOR64_BYTES], r[ZIP_END64_BYTES];
    if (end_at < sizeof l + sizeof r || !zip_is(z, end_at - sizeof l, ZIP_LOCATOR64)) {
        if (end->offset == UINT32_MAX || end->size == UINT32_MAX)
            zip_fault(z, "its end record points to zip64 records that are not there");
        return;
    }
    if (zip_at(z, l, sizeof l, end_at - sizeof l, NULL) != OK) return;
    uint64_t at = le64(l + 8), stop = end_at - sizeof l;
    if (at > stop - sizeof r || !zip_is(z, at, ZIP_END64)) {
        zip_fault(z, "its zip64 locator points to no zip64 end record");
        at = stop - sizeof r;
        if (!zip_is(z, at, ZIP_END64)) return;
    }
    if (zip_at(z, r, sizeof r, at, NULL) != OK) return;
    if (le64(r + 4) != stop - at - 12) zip_fault(z, "its zip64 end record is not as long as it says");
    if (le32(r + 16) || le32(r + 20) || le32(l + 4) || le32(l + 16) > 1) zip_fault(z, "it is one of several volumes");
    if (le64(r + 24) != le64(r + 32)) zip_fault(z, "its zip64 end record tells two numbers of members");
    struct zip_end whole = {at, le64(r + 32), le64(r + 40), le64(r + 48), 0};
    bool agrees = (end->entries == UINT16_MAX || end->entries == whole.entries) &&
                  (end->size == UINT32_MAX || end->size == whole.size) &&
                  (end->offset == UINT32_MAX || end->offset == whole.offset);
    if (!agrees) zip_fault(z, "its two end records disagree");
    *end = whole;
}

/* A file that had its size before its bytes may have the first bytes of the record and then zeros: of the offset, its last number, only low bytes
 * are there, or none, which no directory behind members has. */
static bool is_torn(const struct zip *z, const uint8_t *p, uint64_t at)
{
    uint64_t before = at >= ZIP_LOCATOR64_BYTES + ZIP_END64_BYTES ? at - ZIP_LOCATOR64_BYTES - ZIP_END64_BYTES : 0;
    const uint64_t real[] = {at - le32(p + 12), before - le32(p + 12), UINT32_MAX};
    uint32_t told = le32(p + 16);
    if (le16(p + 20) || (!told && !at)) return false;
    for (size_t i = 0; told && i < sizeof real / sizeof *real; i++) {
        bool leads = real[i] == UINT32_MAX || zip_is(z, real[i], ZIP_CENTRAL);
        for (unsigned bits = 8; leads && bits < 32; bits += 8)
            if (real[i] != told && (real[i] & ((1u << bits) - 1)) == told) return true;
    }
    return !told;
}

static void read_record(struct zip *z, const uint8_t *p, uint64_t at, struct zip_end *end)
{
    *end = (struct zip_end){at, le16(p + 10), le32(p + 12), le32(p + 16), 0};
    if (le16(p + 8) != le16(p + 10)) zip_fault(z, "its end record tells two numbers of members");
    if ((le16(p + 4) && le16(p + 4) != UINT16_MAX) || (le16(p + 6) && le16(p + 6) != UINT16_MAX))
        zip_fault(z, "it is one of several volumes");
    read_end64(z, at, end);
    z->ended = true;
}

/* The directory must stop where the end begins. Where it is not where it should be it may lie directly before the end: the archive was moved. */
static void place_directory(struct zip *z, struct zip_end *end)
{
    uint64_t sum;
    if (!__builtin_add_overflow(end->offset, end->size, &sum) && sum == end->at) return;
    zip_fault(z, "its directory is not where its end record says");
    if (end->offset < end->at && zip_is(z, end->offset, ZIP_CENTRAL)) return;
    if (end->size <= end->at && zip_is(z, end->at - end->size, ZIP_CENTRAL)) {
        end->shift = end->at - end->size - end->offset;
        end->offset = end->at - end->size;
    } else {
        z->ended = false;
    }
}

enum status zip_read_end(struct zip *z, struct zip_end *ret, struct err *err)
{
    struct tail t = {NULL, (size_t)u64_min(z->size, TAIL_BYTES), 0};
    t.at = z->size - t.n;
    if (t.n < ZIP_END_BYTES) return say_endless(z), OK;
    t.p = malloc(t.n);
    if (!t.p) return err_set(err, E_MEMORY, "no memory for the end of a zip");
    enum status s = zip_at(z, t.p, t.n, t.at, err);
    if (s == OK) {
        ssize_t i = find_record(z, &t);
        if (i < 0) i = find_defaced(z, &t);
        if (i < 0) {
            say_endless(z);
        } else {
            z->torn = is_torn(z, t.p + i, t.at + (uint64_t)i);
            read_record(z, t.p + i, t.at + (uint64_t)i, ret);
            place_directory(z, ret);
        }
    }
    free(t.p);
    return s;
}
