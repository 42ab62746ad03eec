/* bzip2 - the frame of a bzip2 stream: not unpacked here, but one whose end is not there is broken and need not be unpacked to know.
 *
 *     "BZh" | '1'..'9' | blocks, each of which begins with the 48 bits 314159265359 | the 48 bits 177245385090, CRC (32) | 0 to 7 bits of padding
 *
 * Nothing after the first 4 bytes is aligned to bytes. */
#include "parts.h"

enum { TAIL_BYTES = 11, FRAME_BYTES = 14 }; /* the end: 48 + 32 bits and up to 7; the least stream: no block at all */

/* The 48 bits that lie `behind` bits before the end of p. */
static uint64_t bits_before_end(const uint8_t *p, size_t n, unsigned behind)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < 7; i++) bits = bits << 8 | p[n - behind / 8 - 7 + i];
    return bits >> behind % 8 & 0xFFFFFFFFFFFF;
}

bool zip_is_bzip2(const struct zip *z, const struct zip_entry *e)
{
    static const uint64_t end = 0x177245385090;
    uint8_t head[4], tail[TAIL_BYTES];
    if (e->packed_bytes < FRAME_BYTES) return false;
    size_t n = TAIL_BYTES;
    if (ckpt_pread(z->fd, head, sizeof head, e->offset, NULL) != OK) return false;
    if (ckpt_pread(z->fd, tail, n, e->offset + e->packed_bytes - n, NULL) != OK) return false;
    if (memcmp(head, "BZh", 3) != 0 || head[3] < '1' || head[3] > '9') return false;
    for (unsigned padding = 0; padding < 8; padding++)
        if (bits_before_end(tail, n, padding + 32) == end) return true;
    return false;
}
