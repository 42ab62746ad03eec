/* history - which records of a source the run has: 8 bytes each, in order; or only how many, where the failure memory holds them too.
 *
 * A file that is rewritten whole (or truncated, or read again after a torn end) is read from its first byte, and the records that
 * the run has already are found again here and skipped. A record is the points of one line at one step: series, step and value make its
 * hash. A resumed run that cuts its log back to a checkpoint leaves a gap in what it repeats, so a search goes forward, never back.
 * Most logs are only appended to, for days: theirs is counted, and made of what is stored should it ever be needed. */
#ifndef MLWATCH_HISTORY_H
#define MLWATCH_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HISTORY_EVENTS_MAX = 1000 };

/* A record while its points come in. */
struct history_record {
    uint64_t line, hash;
    int64_t step;
    uint32_t first_series;
    bool open;
};
struct history {
    uint64_t *hashes; /* NULL while it is counted */
    size_t n, room;
    bool counted; /* how many records there are, and no more: set before the first one */
    uint64_t *events;
    size_t n_events, events_room;
    struct history_record last; /* counts when it is closed */
};

/* history_joins - does this point belong to the open record? A record ends where line or step change, or its first series comes again. */
bool history_joins(const struct history_record *r, uint32_t series, int64_t step, uint64_t line);
/* history_join - open the record or take the point into it; history_joins said yes, or it is not open. */
void history_join(struct history_record *r, uint32_t series, int64_t step, double value, uint64_t line);

/* history_point - the next point of the source. */
void history_point(struct history *h, uint32_t series, int64_t step, double value, uint64_t line);
/* history_close - what comes next is another record. */
void history_close(struct history *h);
/* history_count - forget which they are; from now on they are counted. */
void history_count(struct history *h);
void history_done(struct history *h);

/* history_find - the first record in [from, to) with this hash; SIZE_MAX when there is none. The open record does not count. */
size_t history_find(const struct history *h, size_t from, size_t to, uint64_t hash);

/* The records of a history as a set: for a source whose records may come in another order, with others between them. */
struct history_set {
    uint64_t *hashes; /* sorted */
    uint32_t *taken;  /* how many of equal ones, at the first of them */
    size_t n;
};
/* history_set_of - all records so far; an empty one when memory ran out. Cost: n log n.  history_set_done - frees it. */
struct history_set history_set_of(const struct history *h);
void history_set_done(struct history_set *s);
/* history_set_take - is there a record with this hash that was not taken yet? It is now. Cost: log n. */
bool history_set_take(struct history_set *s, uint64_t hash);

/* history_event - keep that an event was told; the first HISTORY_EVENTS_MAX are kept. history_had_event - was it? */
void history_event(struct history *h, int kind, uint64_t line);
bool history_had_event(const struct history *h, int kind, uint64_t line);

#endif
