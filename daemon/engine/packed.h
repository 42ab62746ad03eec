/* packed - points in the order in which they came, as few bytes each, until they are written down: about six where a log holds one number of few decimals.
 *
 *   byte     what differs from the point before (PACKED_...); in the upper four bits the digits of its value, or PACKED_RAW
 *   varint   series, if it differs: zigzag of the difference; then source and segment, a varint each, if one differs
 *   varint   step, then line: zigzag of the differences
 *   8 bytes  time, if its bits differ
 *   varint   value times 10^digits, zigzag, if it comes back from there bit for bit; else the 8 bytes of the value */
#ifndef MLWATCH_PACKED_H
#define MLWATCH_PACKED_H

#include "../store/store.h"

struct packed {
    uint8_t *bytes;
    uint32_t n, used, room; /* n: points; JOURNAL_POINTS_MAX of the largest stay far below 4 GiB */
    unsigned digits;        /* that the values so far had, at most */
    struct point_row last;
};

/* packed_add - one more point; false, and nothing has changed, when memory ran out.  Cost: about 12 ns */
bool packed_add(struct packed *p, const struct point_row *row);
/* packed_rows - all of them, bit for bit; out has room for p->n. */
void packed_rows(const struct packed *p, struct point_row *out);
void packed_done(struct packed *p);

#endif
