/* crc32c - the Castagnoli checksum that TFRecord files, iSCSI and ext4 carry: polynomial 0x1EDC6F41, bits reflected.
 *
 * The processor's own instruction where it has one, else eight bytes a step from tables; both give the same. */
#ifndef MLWATCH_CRC32C_H
#define MLWATCH_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* crc32c - the checksum of what crc covers with n more bytes behind it; 0 covers nothing. p may be NULL when n is 0.
 * Cost: about 20 GB/s from 4 KiB on and 2 ns for 16 bytes with SSE 4.2; 2 GB/s without. */
uint32_t crc32c(uint32_t crc, const void *p, size_t n);
/* crc32c_portable - the same by tables alone, on any processor. */
uint32_t crc32c_portable(uint32_t crc, const void *p, size_t n);

#endif
