/* tfevents_frame - the records of a TFRecord file, each under two checksums.
 *
 *   bytes 0-7    length L, little-endian        8-11       masked CRC-32C of bytes 0-7
 *   12-(12+L-1)  data                           4 more     masked CRC-32C of the data
 *   masked = ((crc >> 15) | (crc << 17)) + 0xa282ead8      (so that a checksum of bytes that hold checksums stays a good one)
 * Source: tensorflow/tensorflow:tensorflow/core/lib/io/record_writer.h */
#ifndef MLWATCH_TFEVENTS_FRAME_H
#define MLWATCH_TFEVENTS_FRAME_H

#include "../../base/crc32c.h"
#include "../../base/span.h"
#include "bits.h"

/* FRAME_MAX_BYTES: no protobuf message is longer, so no event is; records are passed over without being held, thus the limit costs nothing. */
enum { FRAME_HEADER_BYTES = 12, FRAME_FOOTER_BYTES = 4, FRAME_MAX_BYTES = 0x7fffffff };

static inline uint32_t frame_masked(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

/* frame_length - of the record whose header is at p (FRAME_HEADER_BYTES are there); false when the header's checksum does not fit or the
 * length is more than FRAME_MAX_BYTES. */
static inline bool frame_length(const char *p, size_t *length)
{
    uint64_t n = bits_64(p);
    *length = (size_t)n;
    return frame_masked(crc32c(0, p, 8)) == bits_32(p + 8) && n <= FRAME_MAX_BYTES;
}

/* frame_good - does the checksum behind the data fit? */
static inline bool frame_good(struct span data) { return frame_masked(crc32c(0, data.p, data.n)) == bits_32(data.p + data.n); }

#endif
