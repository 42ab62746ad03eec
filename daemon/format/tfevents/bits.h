/* tfevents_bits - little-endian numbers at any address, and float32 from its bits (a double: from_bits). */
#ifndef MLWATCH_TFEVENTS_BITS_H
#define MLWATCH_TFEVENTS_BITS_H

#include "../../../analyzers/stats/bytes.h"

/* Compilers make one load of each. */
static inline uint32_t bits_32(const char *p)
{
    const unsigned char *b = (const unsigned char *)p;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}
static inline uint64_t bits_64(const char *p) { return bits_32(p) | (uint64_t)bits_32(p + 4) << 32; }
static inline float bits_float(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
