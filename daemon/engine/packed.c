#include "packed.h"

#include <stdlib.h>
#include <string.h>

#include "../../analyzers/stats/decimal_of.h"

enum {
    PACKED_SERIES = 1,
    PACKED_PLACE = 2,
    PACKED_TIME = 4,
    PACKED_DIGITS = 4 /* bits to the left */,
    PACKED_RAW = 15,
    DIGITS_MAX = 9
};
enum { POINT_BYTES_MAX = 1 + 5 * VARINT_MAX_BYTES + 16, ROOM_FIRST = 64 };

static bool make_room(struct packed *p, uint32_t n)
{
    if (p->room - p->used >= n) return true;
    uint32_t room = p->room ? p->room + p->room / 2 : ROOM_FIRST;
    if (room < p->used + n) room = p->used + n;
    uint8_t *bytes = realloc(p->bytes, room);
    if (!bytes) return false;
    p->bytes = bytes, p->room = room;
    return true;
}

/* Integers whose varint is shorter than the value. */
static const double INTEGER_MAX = 0x1p48;

/* How many digits make an integer of the value: as many as those before it had, or more; PACKED_RAW when none do. */
static unsigned digits_of(struct packed *p, double value, int64_t *integer)
{
    unsigned digits = p->digits;
    while (digits <= DIGITS_MAX && !decimal_of(value, digits, INTEGER_MAX, integer)) digits++;
    if (digits > DIGITS_MAX) return PACKED_RAW;
    return p->digits = digits;
}

bool packed_add(struct packed *p, const struct point_row *row)
{
    const struct point_row *last = &p->last;
    uint8_t bytes[POINT_BYTES_MAX], *to = bytes;
    bool series = row->series != last->series, place = row->source != last->source || row->segment != last->segment,
         time = bits_of(row->time) != bits_of(last->time);
    int64_t integer = 0;
    unsigned digits = digits_of(p, row->value, &integer);
    *to++ =
        (uint8_t)((series ? PACKED_SERIES : 0) | (place ? PACKED_PLACE : 0) | (time ? PACKED_TIME : 0) | digits << PACKED_DIGITS);
    if (series) to = put_varint(to, zigzag((uint64_t)row->series - last->series));
    if (place) to = put_varint(put_varint(to, row->source), row->segment);
    to = put_varint(to, zigzag((uint64_t)row->step - (uint64_t)last->step));
    to = put_varint(to, zigzag(row->line - last->line));
    if (time) to = put_word(to, bits_of(row->time));
    to = digits == PACKED_RAW ? put_word(to, bits_of(row->value)) : put_varint(to, zigzag((uint64_t)integer));
    uint32_t n = (uint32_t)(to - bytes);
    if (!make_room(p, n)) return false;
    memcpy(p->bytes + p->used, bytes, n);
    p->used += n;
    p->last = *row;
    p->n++;
    return true;
}

void packed_rows(const struct packed *p, struct point_row *out)
{
    struct byte_reader r = {p->bytes, p->bytes + p->used, false};
    struct point_row row = {0};
    for (size_t i = 0; i < p->n; i++) {
        const uint8_t *differs = get_bytes(&r, 1);
        unsigned what = differs ? *differs : 0;
        if (what & PACKED_SERIES) row.series += (uint32_t)unzigzag(get_varint(&r));
        if (what & PACKED_PLACE) row.source = (uint16_t)get_varint(&r), row.segment = (uint16_t)get_varint(&r);
        row.step = (int64_t)((uint64_t)row.step + unzigzag(get_varint(&r)));
        row.line += unzigzag(get_varint(&r));
        if (what & PACKED_TIME) row.time = from_bits(get_word(&r));
        unsigned digits = what >> PACKED_DIGITS;
        row.value = digits == PACKED_RAW ? from_bits(get_word(&r)) : decimal_back((int64_t)unzigzag(get_varint(&r)), digits);
        out[i] = row;
    }
}

void packed_done(struct packed *p)
{
    if (!p) return;
    free(p->bytes);
    *p = (struct packed){0};
}
