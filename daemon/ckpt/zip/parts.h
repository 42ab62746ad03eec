/* parts - what the files of the zip reader share: the end record, one entry while its headers are compared, and saying what is wrong. */
#ifndef MLWATCH_ZIP_PARTS_H
#define MLWATCH_ZIP_PARTS_H

#include "../le.h"
#include "../zip.h"

enum {
    ZIP_LOCAL = 0x04034b50,
    ZIP_CENTRAL = 0x02014b50,
    ZIP_END = 0x06054b50,
    ZIP_END64 = 0x06064b50,
    ZIP_LOCATOR64 = 0x07064b50,
    ZIP_DESCRIPTOR = 0x08074b50
};
enum { ZIP_BZIP2 = 12, ZIP_AES = 99 };
enum { ZIP_LOCAL_BYTES = 30, ZIP_CENTRAL_BYTES = 46, ZIP_END_BYTES = 22, ZIP_END64_BYTES = 56, ZIP_LOCATOR64_BYTES = 20 };
enum { ZIP_ENCRYPTED = 1 << 0, ZIP_STREAMED = 1 << 3, ZIP_PATCH = 1 << 5, ZIP_STRONG = 1 << 6, ZIP_MASKED = 1 << 13 };

/* Where the directory lies. All offsets count from the archive's base. */
struct zip_end {
    uint64_t at;      /* of the first record of the end: the directory must stop there */
    uint64_t entries; /* as promised */
    uint64_t size, offset;
    uint64_t shift; /* what must be added to every offset told (modulo 2^64): 0 but for archives with something put before them */
};

/* What an extra field may change of a header (APPNOTE 4.5.3 zip64, 4.6.9 Info-ZIP Unicode path). */
struct zip_extra {
    uint64_t bytes, packed_bytes, offset; /* in: as in the header; out: as zip64 corrects them */
    bool no_offset;                       /* the header has no such field (local ones) */
    struct span unicode;                  /* the name in UTF-8, when its CRC is that of the header's name; else p NULL */
};

/* One member while it is compared; in the order of the central directory. */
struct zip_member {
    uint64_t header;     /* of its local header, from the archive's base */
    uint64_t end;        /* behind its packed bytes */
    struct span unicode; /* zip_extra */
    uint32_t time;       /* of the central directory: DOS date << 16 | time */
    bool streamed;       /* a data descriptor follows its bytes */
};

/* zip_at - n bytes of the archive; E_FORMAT when they lie outside. */
enum status zip_at(const struct zip *z, void *p, size_t n, uint64_t offset, struct err *err);
/* zip_is - does that 4-byte signature stand there? */
bool zip_is(const struct zip *z, uint64_t offset, uint32_t signature);

/* zip_read_end - find the end record. z->ended when there is one; else what is missing was said. Errors E_IO, E_MEMORY. */
enum status zip_read_end(struct zip *z, struct zip_end *ret, struct err *err);
/* zip_read_extra - walk an extra field; false when its records do not fit into it or contradict each other. */
bool zip_read_extra(struct span extra, struct span name, struct zip_extra *e);
/* zip_read_locals - compare every local header with its entry; fills offset, closed, members' end. Errors E_IO, E_MEMORY. */
enum status zip_read_locals(struct zip *z, const struct zip_end *end, struct zip_member *members, struct err *err);
/* zip_is_bzip2 - does a member of method 12 begin and end as bzip2 does? */
bool zip_is_bzip2(const struct zip *z, const struct zip_entry *e);
/* zip_check_layout - every byte before the directory belongs to exactly one member. Errors E_IO, E_MEMORY. */
enum status zip_check_layout(struct zip *z, const struct zip_end *end, const struct zip_member *members, struct err *err);
/* zip_check_names - index by_name; names that are there twice, that lead out of a folder, that hide something. Errors E_MEMORY. */
enum status zip_check_names(struct zip *z, struct err *err);

#endif
