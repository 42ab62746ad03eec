/* journal - what happened to a run since its last commit, copied, so that another thread can write it down.
 *
 * Everything of one batch stands or falls together in the failure memory: offsets, points, settings, events, incidents. */
#ifndef MLWATCH_JOURNAL_H
#define MLWATCH_JOURNAL_H

#include "../base/arena.h"
#include "../store/store.h"
#include "packed.h"

enum { JOURNAL_POINTS_MAX = 65536, JOURNAL_EVENTS_MAX = 1000 };

struct batch {
    struct commit commit;
    struct arena texts;
    struct source_row *sources;
    struct series_row *series;
    struct packed points; /* commit.points are made of them while they are written: batch_rows */
    struct fact *facts;
    struct event_row *events;
    struct incident_row *incidents;
    size_t sources_room, series_room, facts_room, events_room, incidents_room;
    void *owner; /* the live run, until it is closed */
    void (*written)(void *owner, bool ok);
    struct batch *next;
};
struct journal {
    struct batch *open;   /* what is there besides points; NULL: nothing, as most of the time */
    struct packed points; /* of the batch, until it is taken */
    size_t events_seen;
    bool lost; /* memory ran out: the batch must not be written */
};

/* journal_series, journal_point, journal_fact, journal_event, journal_source - copy what happened into the open batch. Without memory the
 * batch is marked and never given away. */
void journal_series(struct journal *j, const struct series *s);
void journal_point(struct journal *j, const struct point *p);
void journal_fact(struct journal *j, const char *key, const char *value);
void journal_event(struct journal *j, uint16_t source, uint64_t line, enum event kind, const char *text);
void journal_source(struct journal *j, const struct source_row *row);
/* journal_incident - the newest version of an incident replaces an older one of the same batch. */
void journal_incident(struct journal *j, const struct incident_row *row);
/* journal_empty - is there nothing to write? */
bool journal_empty(const struct journal *j);
size_t journal_points(const struct journal *j);

/* journal_take - close the batch and give it away; row is copied into it. NULL when it is empty or memory ran out. */
struct batch *journal_take(struct journal *j, const struct run_row *row);
/* journal_done - forget what is not taken. batch_free takes NULL. */
void journal_done(struct journal *j);
void batch_free(struct batch *b);
/* batch_rows - its points for the store, in rows (room for commit.n_points), which is borrowed. */
void batch_rows(struct batch *b, struct point_row *rows);

#endif
