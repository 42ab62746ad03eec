/* le - little-endian integers at any address. */
#ifndef MLWATCH_LE_H
#define MLWATCH_LE_H

#include <stdint.h>

static inline uint16_t le16(const void *at)
{
    const uint8_t *p = at;
    return (uint16_t)(p[0] | p[1] << 8);
}
static inline uint32_t le32(const void *at)
{
    const uint8_t *p = at;
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}
static inline uint64_t le64(const void *at)
{
    const uint8_t *p = at;
    return le32(p) | (uint64_t)le32(p + 4) << 32;
}

#endif
