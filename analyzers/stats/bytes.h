/* bytes - integers as variable-length bytes, written into room the caller has measured, read with every length checked.
 *
 * LEB128: seven bits a byte, lowest first, the top bit says that more follow. Signed values are zigzag-coded (0 -1 1 -2 ... to
 * 0 1 2 3 ...), so that small differences of either sign take one byte. Eight-byte words are little-endian;
 * a double is one by its bits. */
#ifndef MLWATCH_BYTES_H
#define MLWATCH_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { VARINT_MAX_BYTES = 10 };

/* Bytes not yet read. Once something did not fit, `bad` stays set and everything reads as 0. */
struct byte_reader {
    const uint8_t *p, *end;
    bool bad;
};

static inline uint64_t zigzag(uint64_t v) { return v << 1 ^ (0 - (v >> 63)); }
static inline uint64_t unzigzag(uint64_t v) { return v >> 1 ^ (0 - (v & 1)); }

/* put_varint - LEB128: 7 bits a byte, the lowest first; at most 10 bytes. Returns where the next goes. */
static inline uint8_t *put_varint(uint8_t *p, uint64_t v)
{
    while (v >= 0x80) {
        *p++ = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    *p++ = (uint8_t)v;
    return p;
}

/* get_varint - the inverse; 0, and r->bad, when the bytes end within it or it is over 64 bits. */
static inline uint64_t get_varint(struct byte_reader *r)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64 && r->p < r->end; shift += 7) {
        uint8_t byte = *r->p++;
        v |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            if (shift == 63 && byte > 1) break;
            return v;
        }
    }
    r->p = r->end;
    return r->bad = true, 0;
}

/* get_bytes - the next n bytes, or NULL when there are fewer. */
static inline const uint8_t *get_bytes(struct byte_reader *r, size_t n)
{
    if ((size_t)(r->end - r->p) < n) {
        r->p = r->end;
        return r->bad = true, NULL;
    }
    r->p += n;
    return r->p - n;
}

static inline uint8_t *put_word(uint8_t *p, uint64_t v)
{
    for (unsigned i = 0; i < 8; i++) *p++ = (uint8_t)(v >> 8 * i);
    return p;
}

static inline uint64_t get_word(struct byte_reader *r)
{
    const uint8_t *p = get_bytes(r, 8);
    uint64_t v = 0;
    for (unsigned i = 0; p && i < 8; i++) v |= (uint64_t)p[i] << 8 * i;
    return v;
}

static inline uint64_t bits_of(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

static inline double from_bits(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

#endif
