/* frozen - a curve that is added to at its end and hardly ever looked at, in about a dozen bytes a bucket instead of 64.
 *
 * The newest bucket stands as it is; those before it are bytes, which only who wants to see them all turns back, bit for bit:
 *
 *   byte      FROZEN_SAME: one value; FROZEN_RAW: values as they are; FROZEN_ODD: not `width` finite points; FROZEN_EVEN: placed as the one before
 *   varints   but for FROZEN_EVEN: zigzag of: first step against the last one before; last against first step; first line against that before
 *   varints   FROZEN_ODD: points; of them not finite
 *   8 bytes   mean; or FROZEN_SUM, varints: zigzag of its sum in integers as below, against as many times the least; of what its bits are off
 *   varints   but for FROZEN_SAME: least, highest and last value times 10^digits, zigzag against the last one before, and the least;
 *             or FROZEN_RAW: 8 bytes each
 *
 * What a log prints has few decimals, so most values are small integers there; a value is written so only if it comes back as it was. */
#ifndef MLWATCH_FROZEN_H
#define MLWATCH_FROZEN_H

#include "curve.h"

enum { FROZEN_BUCKET_BYTES = 1 + 8 * 10 + 8 + 24, FROZEN_DIGITS_MAX = 9, FROZEN_PLACE = 3 };

/* Where an encoder or a decoder stands; apart: the three varints of the newest bucket's place, as far as 32 bits hold them. */
struct frozen_at {
    int64_t step;
    uint64_t value;
    uint32_t line, apart[FROZEN_PLACE];
};
/* The curve's own used, width, points and nonfinite go on counting; its buckets are NULL meanwhile. */
struct frozen {
    struct bucket newest;
    int64_t first_step;
    uint8_t *bytes; /* the host's, of all buckets but the newest */
    uint32_t used, room;
    struct frozen_at at;
    uint8_t digits;
};

/* frozen_begin - empty, for values like those of these buckets; bytes and room are kept. */
void frozen_begin(struct frozen *f, const struct bucket *buckets, uint32_t n);
/* frozen_put - one more bucket behind the others; there is room for FROZEN_BUCKET_BYTES more.
 *   width  of the curve. Cost: 30 ns */
void frozen_put(struct frozen *f, const struct bucket *b, uint32_t width);
/* frozen_open - all buckets of the curve, the newest too; room for c->used. Cost: 20 ns each */
void frozen_open(const struct frozen *f, const struct curve *c, struct bucket *buckets);

#endif
