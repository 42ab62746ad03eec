/* values - a column of doubles, group by group, in few bytes and bit for bit: NaN payloads, infinities, -0.
 *
 * Training logs are decimal text: "2.3104" is 23104 / 10^4, and that division gives back exactly the double that was parsed, as long
 * as the integer stays below 2^53 and the power below 10^23 (both are exact doubles, and IEEE 754 division rounds correctly). A
 * group whose values are such decimals keeps integers and their differences; the few that are not (NaN, -0) are exceptions in full.
 * A group of other values leaves out the bits that are zero at the end of all of them (29 of a widened float32) and keeps the differences
 * of the rest, zigzag, as eight planes of bytes, highest first: equal exponents then lie together and compress away.
 *
 * Layout: a byte a group (1 + d decimals with d digits; 19 + s bits without the last s; 0 bits as they are, differences without zigzag:
 * chunks of memories up to schema 5, read and never written); for decimal groups a varint a value; the number of exceptions and for
 * each the gap to it in values and its 8 bytes; the planes of all other groups' values.
 * Source: Afroozeh, Kuffo, Boncz 2023, ALP: Adaptive Lossless floating-Point Compression, SIGMOD (decimals by an exact test). */
#ifndef MLWATCH_VALUES_H
#define MLWATCH_VALUES_H

#include "../../analyzers/stats/bytes.h"

/* values_room - bytes that values_put may write for n values in n_groups groups. */
size_t values_room(size_t n, size_t n_groups);
/* values_put - encode.
 *   v       (n,) the groups one behind the other;  counts  (n_groups,) values in each, all at least 1
 *   returns the end of what was written, NULL when there is no memory. Cost: about 20 ns a value */
uint8_t *values_put(uint8_t *to, const double *v, size_t n, const uint32_t *counts, size_t n_groups);
/* values_get - decode into v. The reader is bad afterwards when the bytes are not what values_put writes. */
void values_get(struct byte_reader *r, double *v, size_t n, const uint32_t *counts, size_t n_groups);

#endif
