/* superblock - the first record of an HDF5 file, read without libhdf5 (HDF5 File Format Specification 3.0, II.A).
 *
 *     89 'HDF' 0D 0A 1A 0A at 0, 512, 1024, 2048 ... | u8 version @8
 *     version 0, 1: sizes of offsets @13 and lengths @14 | ... | base address @24 (28 in 1) | free space | end of file | driver
 *     version 2, 3: sizes @9 @10, consistency flags @11 | base address @12 | extension | end of file | root | checksum
 *
 * A writer sets the end-of-file address when it flushes; while a file is open it is behind, and after a cut it is ahead. */
#include <inttypes.h>

#include "../h5.h"
#include "../le.h"
#include "../unwritten.h"

enum { SIGNATURE_BYTES = 8, SUPERBLOCK_BYTES = 64 };
#define USER_BLOCK_MAX (UINT64_C(1) << 30)
static const char signature[] = "\x89HDF\r\n\x1a\n";

static void say(const struct ckpt_sink *out, enum ckpt_state s, const char *why)
{
    ckpt_say_state(out, s, "%s", why);
    ckpt_say_safety(out, CKPT_SAFETY_UNVERIFIED, "it could not be read");
}

/* Where the signature is; UINT64_MAX: nowhere. */
static uint64_t find_signature(const struct ckpt_file *f)
{
    char p[SIGNATURE_BYTES];
    for (uint64_t at = 0; at < USER_BLOCK_MAX && at + sizeof p <= f->size; at = at ? at * 2 : 512)
        if (ckpt_pread(f->fd, p, sizeof p, f->base + at, NULL) == OK && memcmp(p, signature, sizeof p) == 0) return at;
    return UINT64_MAX;
}

/* End of file, base and flags by version; false when the version or its sizes are not known. */
static bool read_fields(const uint8_t *p, uint64_t *base, uint64_t *end, bool *open_for_write)
{
    unsigned version = p[8], at = version == 1 ? 28 : 24;
    *open_for_write = false;
    if (version < 2) return *base = le64(p + at), *end = le64(p + at + 16), p[13] == 8 && p[14] == 8;
    if (version > 3) return false;
    *open_for_write = p[11] & 1;
    return *base = le64(p + 12), *end = le64(p + 28), p[9] == 8 && p[10] == 8;
}

bool h5_check_superblock(const struct ckpt_file *f, const struct ckpt_sink *out)
{
    uint8_t p[SUPERBLOCK_BYTES] = {0};
    uint64_t at = find_signature(f), base, end;
    bool open_for_write;
    if (f->size < SIGNATURE_BYTES) return say(out, CKPT_INCOMPLETE, "its first record is not there yet"), false;
    if (at == UINT64_MAX) {
        bool blank = f->head.n && (!f->head.p[0] || unwritten_from(f, unwritten_signature(f->head, signature)));
        return say(out, blank ? CKPT_INCOMPLETE : CKPT_CORRUPT,
                   blank ? "its first record is not written yet" : "it has no HDF5 signature"),
               false;
    }
    if (f->size - at < sizeof p) return say(out, CKPT_INCOMPLETE, "its first record breaks off"), false;
    if (ckpt_pread(f->fd, p, sizeof p, f->base + at, NULL) != OK)
        return say(out, CKPT_STATE_UNVERIFIED, "it cannot be read"), false;
    if (!read_fields(p, &base, &end, &open_for_write))
        return say(out, unwritten_fault(f, at + sizeof p), "its first record is of no version, or size, that is known"), false;
    if (end > f->size) {
        if (end == UINT64_MAX) return say(out, CKPT_INCOMPLETE, "its writer has not closed it"), false;
        ckpt_say_state(out, CKPT_INCOMPLETE, "%" PRIu64 " of %" PRIu64 " bytes are there", f->size, end);
        ckpt_say_safety(out, CKPT_SAFETY_UNVERIFIED, "not all of it is there");
        return false;
    }
    if (end < f->size)
        ckpt_say_state(out, CKPT_INCOMPLETE,
                       "it goes on for %" PRIu64 " bytes behind the end that it tells: it is open, or was not closed",
                       f->size - end);
    if (open_for_write) ckpt_say_state(out, CKPT_INCOMPLETE, "it is marked as open for writing");
    return true;
}
