/* reader_parts - what the files of the reader share, and nobody else.
 *
 *   reader.c          its life, looks and turns
 *   reader/compare.c  between the format and the run: what the run has already is dropped
 *   reader/follow.c   files that end, move, are truncated or rewritten
 *   reader/query.c    databases */
#ifndef MLWATCH_READER_PARTS_H
#define MLWATCH_READER_PARTS_H

#include "../reader.h"

/* How long a file that is read whole again is let alone: a second, or 20 times what the last reading took. */
#define READER_REREAD_S     1.0
#define READER_REREAD_SHARE 20.0

/* reader_look_closely - no glance will do from now on: until it was read the short way again. */
void reader_look_closely(struct reader *r);

/* reader_fresh - the format begins again with the file's first byte; again: it was reading before. False when memory ran out. */
bool reader_fresh(struct reader *r, bool again);
/* reader_begin_again - another file, or this one from its first byte: the tail stands there.
 *   compare  it may repeat what the run has */
void reader_begin_again(struct reader *r, bool compare);

/* reader_out - what the format writes into. */
struct format_out reader_out(struct reader *r);
/* reader_compare - begin to compare, if there is a history. reader_compares - does it? */
void reader_compare(struct reader *r);
static inline bool reader_compares(const struct reader *r) { return r->compare && r->compare->on; }
/* reader_decide - the held points are one record: either the run has it, or it is new. */
void reader_decide(struct reader *r);
/* reader_compare_done - free what the comparison needs; the history stays. */
void reader_compare_done(struct reader *r);

/* reader_look_at - a look; a file that is seen for the first time may have been rotated away since: then its rotated one is gone on with. */
enum tail_state reader_look_at(struct reader *r);
/* reader_gone_elsewhere - the look said TAIL_GONE: is it worth a turn to look for the file beside the path? */
bool reader_gone_elsewhere(struct reader *r);
/* reader_recover - the bytes before the offset are not at the path any more: they may be beside it, else the file is read as a
 * new one. False when there is no file at all. */
bool reader_recover(struct reader *r, enum tail_state s);
/* reader_ended - this file has nothing more: its rest is used if it is whole, and the next one begun. */
void reader_ended(struct reader *r, char *buffer, size_t room);
/* reader_torn_goes_on - a line without an end was taken as it was after a long silence; now it goes on: read the file again. */
bool reader_torn_goes_on(struct reader *r);
/* reader_too_soon - would what this look found mean to read a file again that was just read again? */
bool reader_too_soon(const struct reader *r, enum tail_state s, double now);

/* reader_queried - is it a database? reader_ask - tell what is new in it. reader_database_changed - look at its files, no more often than
 * once in READER_REREAD_S. */
bool reader_queried(const struct reader *r);
void reader_ask(struct reader *r, double now);
bool reader_database_changed(struct reader *r, double now);

#endif
