/* history - which records of a source the run has: 8 bytes each, in order.
 *
 * A file that is rewritten whole (or truncated, or read again after a torn end) is read from its first byte, and the records that
 * the run has already are found again here and skipped. A record is the points of one line: series, step and value make its hash.
 * A resumed run that cuts its log back to a checkpoint leaves a gap in what it repeats, so a search goes forward, never back. */
#ifndef MLWATCH_HISTORY_H
#define MLWATCH_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HISTORY_EVENTS_MAX = 1000 };

struct history {
    uint64_t *hashes;
    size_t n, room;
    uint64_t *events;
    size_t n_events, events_room;
    uint64_t line, hash; /* of the record that is still open */
    uint32_t first_series;
    bool open;
};

/* history_point - the next point of the source. A record ends where the line changes or its first series comes again. */
void history_point(struct history *h, uint32_t series, int64_t step, double value, uint64_t line);
/* history_close - what comes next is another record. */
void history_close(struct history *h);
void history_done(struct history *h);

/* history_hash - of a record so far, with one more point. Start from 0. */
uint64_t history_hash(uint64_t so_far, uint32_t series, int64_t step, double value);
/* history_find - the first record from `from` on with this hash; SIZE_MAX when there is none. The open record does not count. */
size_t history_find(const struct history *h, size_t from, uint64_t hash);

/* history_event - keep that an event was told; the first HISTORY_EVENTS_MAX are kept. history_had_event - was it? */
void history_event(struct history *h, int kind, uint64_t line);
bool history_had_event(const struct history *h, int kind, uint64_t line);

#endif
