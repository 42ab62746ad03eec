/* text_event - failures, interruptions, checkpoints and the end of training, told by a line's own words. */
#ifndef MLWATCH_TEXT_EVENT_H
#define MLWATCH_TEXT_EVENT_H

#include "../format.h"
#include "record.h"

enum { TEXT_QUOTE_MAX_BYTES = 300 };

struct text_events {
    uint8_t first[256]; /* letter -> 1 + first row of the table that begins with it */
    enum event last;    /* the event before, and how many points there were by then: a repetition is not told again */
    uint64_t points;
    uint64_t began;   /* line of the open traceback's first line */
    uint32_t n_quote; /* its last line so far, told if no other comes; 0 for none, or when it was told */
    char quote[TEXT_QUOTE_MAX_BYTES];
    int64_t speaker, rank;    /* who wrote the line in hand, set by the caller if it knows; whose traceback is open */
    bool open, chained, skip; /* inside a traceback; one was just told; the next one only follows from it */
    bool wrapped;             /* its last line was one that only announces what went wrong */
};

/* text_events_init - index the table by first letter. */
void text_events_init(struct text_events *e);
/* text_event - look at one line; tells at most one event.
 *   points   of the run so far
 *   returns  true when the line belongs to a traceback or told an event
 * Cost       O(n): one look at the start of every word */
bool text_event(struct text_events *e, const struct text_line *l, uint64_t points, const struct format_out *out);
/* text_event_end - the log ends here, for now: a traceback without its last line is told by what there is of it. */
void text_event_end(struct text_events *e, const struct format_out *out);
/* text_event_tell - tell an event that another part of the reader found, quoted from the line. */
void text_event_tell(const struct text_line *l, enum event kind, const struct format_out *out);

#endif
