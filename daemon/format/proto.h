/* proto - protocol buffers read in place: one field after the other, no schema, no allocation.
 *
 *   field := tag payload      tag = number << 3 | wire type, a varint
 *   wire type  0 varint   1 eight bytes   2 varint length, then that many bytes   5 four bytes (little-endian all)
 * Groups (3, 4) are in no file that is read here and count as damage. Source: protobuf.dev/programming-guides/encoding */
#ifndef MLWATCH_PROTO_H
#define MLWATCH_PROTO_H

#include <stdint.h>

#include "../base/span.h"

enum proto_wire { PROTO_VARINT = 0, PROTO_EIGHT = 1, PROTO_BYTES = 2, PROTO_FOUR = 5 };

struct proto_field {
    uint32_t number;
    enum proto_wire wire;
    uint64_t value;    /* all wire types but PROTO_BYTES: the payload's bits */
    struct span bytes; /* PROTO_BYTES: within the message */
};

/* proto_varint - take a varint off the front; false when it is torn or longer than 64 bits. */
static inline bool proto_varint(struct span *in, uint64_t *value)
{
    uint64_t v = 0;
    if (in->n && !(in->p[0] & 0x80)) {
        *value = (unsigned char)in->p[0];
        *in = span_from(*in, 1);
        return true;
    }
    for (size_t i = 0; i < 10 && i < in->n; i++) {
        unsigned char byte = (unsigned char)in->p[i];
        v |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte & 0x80) continue;
        *value = v;
        *in = span_from(*in, i + 1);
        return true;
    }
    return false;
}

/* proto_fixed - take n little-endian bytes off the front. */
static inline bool proto_fixed(struct span *in, size_t n, uint64_t *value)
{
    uint64_t v = 0;
    if (in->n < n) return false;
    for (size_t i = n; i-- > 0;) v = v << 8 | (unsigned char)in->p[i];
    *value = v;
    *in = span_from(*in, n);
    return true;
}

/* proto_next - the next field of a message.
 *   returns  false at the end, and at damage: then in->n is not 0 */
static inline bool proto_next(struct span *in, struct proto_field *f)
{
    struct span rest = *in;
    uint64_t tag, n;
    if (!proto_varint(&rest, &tag) || tag >> 3 == 0 || tag >> 3 > UINT32_MAX >> 3) return false;
    *f = (struct proto_field){.number = (uint32_t)(tag >> 3), .wire = (enum proto_wire)(tag & 7), .bytes = {"", 0}};
    switch (f->wire) {
    case PROTO_VARINT:
        if (!proto_varint(&rest, &f->value)) return false;
        break;
    case PROTO_EIGHT:
        if (!proto_fixed(&rest, 8, &f->value)) return false;
        break;
    case PROTO_FOUR:
        if (!proto_fixed(&rest, 4, &f->value)) return false;
        break;
    case PROTO_BYTES:
        if (!proto_varint(&rest, &n) || n > rest.n) return false;
        f->bytes = (struct span){rest.p, (size_t)n};
        rest = span_from(rest, (size_t)n);
        break;
    default: return false;
    }
    *in = rest;
    return true;
}

/* proto_double - the number that PROTO_EIGHT holds. */
static inline double proto_double(const struct proto_field *f)
{
    double d;
    memcpy(&d, &f->value, sizeof d);
    return d;
}

#endif
