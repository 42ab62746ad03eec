/* zip - the members of a zip archive, read strictly, from a descriptor or from a stretch of one.
 *
 * Torch, numpy (npz) and Keras 3 all write zip. What is hostile in a zip is that two readers may see two things in it, so everything that is said twice
 * (local header, central directory, data descriptor, zip64 fields) is compared, and every byte must belong to exactly one thing: what
 * disagrees is `corrupt`, and is looked at all the same. The central directory is believed for what is there, the local header for where it starts.
 *
 * Layout      PKWARE APPNOTE 6.3.10: 4.3.7 local header, 4.3.9 data descriptor, 4.3.12 central directory, 4.3.14 - 4.3.16 its end */
#ifndef MLWATCH_ZIP_H
#define MLWATCH_ZIP_H

#include "ckpt.h"

enum { ZIP_STORED = 0, ZIP_DEFLATED = 8 };
struct zip_entry {
    const char *name; /* as the central directory has it, made clean for a sentence where it is printed; NUL behind */
    size_t name_bytes;
    uint16_t method, flags;
    uint32_t crc;
    uint64_t packed_bytes, bytes; /* in the file; unpacked, as declared */
    uint64_t offset;              /* in fd, of its first packed byte: the local header's word */
    bool directory;
    const char *closed; /* why its bytes cannot be had: "is packed by method 14", "lies outside the file"; NULL when they can */
    bool
        doubtful; /* marked as encrypted, strongly encrypted or a patch, but readable as if it were not: what unpacks may be noise. The
                           mark alone does not stop torch, which ignores it: a pickle found here counts; nothing found here makes nothing safe */
    bool decoyed; /* its name or method differ between local header and central directory */
};
struct zip {
    int fd;
    uint64_t base, size; /* the archive's stretch of fd */
    const struct ckpt_limits *max;
    const struct ckpt_sink *out;
    struct zip_entry *entries; /* in the order of the central directory; in the arena */
    size_t n;
    uint32_t *by_name;   /* n indices, by name and then by order */
    uint64_t unpacked;   /* what its packed members promise to unpack to; those above max->unpacked_bytes are closed */
    bool ended;          /* the end record is there and points at a directory */
    bool corrupt;        /* it was said of this archive */
    bool torn;           /* its end record is only half there, and zeros behind: what is wrong is said as incomplete */
    bool directory_last; /* no end record, but a directory that ends with the file */
    uint32_t said;       /* faults told so far; after some the rest is not */
};

/* zip_read - the directory into out->arena, all comparisons made; what is wrong is said to out. No member is unpacked.
 *   base, size  where the archive lies in fd: 0 and the file's size, or a stored member's offset and bytes
 * z must live as long as what is opened from it (tensors' cursors): keep it in out->arena.
 * Errors  E_IO, E_MEMORY, E_LIMIT (directory above max->header_bytes, more members than max->tensors * 2); OK with n == 0 when nothing could be read
 * Cost    one pread a member and one of the directory; O(n log n) */
enum status zip_read(struct zip *z, int fd, uint64_t base, uint64_t size, const struct ckpt_limits *max,
                     const struct ckpt_sink *out, struct err *err);
/* zip_done - say of members that were closed that they were not looked at (state too, unless it is corrupt). Frees nothing. */
void zip_done(struct zip *z);

/* zip_find - the first member of that name, or NULL. Of several of one name (which is said to be corrupt) walk entries. O(log n). */
const struct zip_entry *zip_find(const struct zip *z, const char *name);
/* zip_said_name - the name fit for a sentence: cut at 120 bytes, '?' for what is not printable ASCII. Returns buf. */
const char *zip_said_name(const struct zip_entry *e, char buf[128]);

/* zip_load - all of a member, unpacked, malloc'ed with a NUL behind it; free() it. Bytes that do not agree with the CRC or the declared
 * size, or stop unpacking midway, are said to be corrupt and are given as far as they go: they must be scanned all the same (torch checks no CRC).
 *   room      most bytes that may be had; E_LIMIT with a sentence above that
 * Errors      E_LIMIT, E_MEMORY, E_IO; E_ABSENT when the member is closed; *ret is NULL then */
enum status zip_load(struct zip *z, const struct zip_entry *e, uint64_t room, char **ret, size_t *n, struct err *err);

/* zip_open - a cursor over [from, from + bytes) of the unpacked member; ckpt_close it.
 * Where the range goes to the member's end, and begins within 64 KiB, the CRC of all of it is compared there: next fails with E_FORMAT and a sentence. */
enum status zip_open(struct zip *z, const struct zip_entry *e, uint64_t from, uint64_t bytes, struct ckpt_cursor *c,
                     struct err *err);

/* zip_check - read a member to its end for the CRC alone; what is wrong is said to out as corrupt. Errors as of zip_load. */
enum status zip_check(struct zip *z, const struct zip_entry *e, struct err *err);

/* zip_fault - say that the archive is corrupt, and that nothing in it is known to be safe: another reader may see another content. */
void zip_fault(struct zip *z, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
