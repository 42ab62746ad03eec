/* crc32 - the checksum of zip, gzip and W&B's records: polynomial 0xEDB88320, bits reflected, begun and ended with all ones.
 *
 * zlib's, faster where the processor multiplies polynomials. */
#ifndef MLWATCH_CRC32_H
#define MLWATCH_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* crc32_add - the checksum of what crc covers with n more bytes behind it; 0 covers nothing. p may be NULL when n is 0.
 * Cost: 0.1 ns a byte from 512 bytes on with PCLMULQDQ; zlib's 0.3 to 0.5 ns for less than 64 bytes and other processors. */
uint32_t crc32_add(uint32_t crc, const void *p, size_t n);

#endif
