/* tfevents_long - a record that is too long to wait for: an image, a sound, a graph, or a summary that holds them beside numbers.
 *
 * Its bytes are passed over as they come, under the checksum; what is small in a summary is read on the way and held back until the
 * checksum has been seen. Whether a record goes this way depends on its length alone, so that every split of a file tells the same. */
#ifndef MLWATCH_TFEVENTS_LONG_H
#define MLWATCH_TFEVENTS_LONG_H

#include "event.h"
#include "tags.h"

/* LONG_BYTES: longer records go this way; a settings text of a large model fits below. LONG_VALUE_BYTES: a histogram of 1,549 buckets, TensorFlow's
 * widest, takes 25 kB; a longer value in a long record is passed over. LONG_POINTS_MAX: one summary of so many curves is not known. */
enum { LONG_BYTES = 256 << 10, LONG_VALUE_BYTES = 64 << 10, LONG_POINTS_MAX = 4096 };

struct long_point {
    double value;
    uint32_t tag, which;
};
struct long_record {
    uint64_t left, summary_left, skip; /* bytes to come: of the data, of the summary within it, of what is passed over */
    uint32_t crc, n;
    bool open, unread; /* unread: something that looked like numbers was not read */
    struct event_record event;
    struct long_point *points;
};

/* long_begin - a record of this length starts with the next byte. */
void long_begin(struct long_record *l, size_t length);
/* long_feed - pass over what is there of it. Returns the bytes done with; l->open is false when its last one was. Its points are told then,
 * or bad() when its checksum does not fit. Never 0 for more than LONG_VALUE_BYTES + 32 bytes. */
size_t long_feed(struct long_record *l, struct span in, struct tags *tags, uint64_t line, const struct format_out *out);
/* long_skip - end the record unread, with its checksum, when nothing of it was or will be told: one picture and its name. Returns its bytes
 * to come; 0 when it must be read, or more of it would be needed than is there. */
uint64_t long_skip(struct long_record *l, uint64_t there);
#endif
