/* reader - one source of a run: a file that is followed, the format that reads it, and what of it the run has already.
 *
 * Every record reaches the run once, whatever happens to the file or to the daemon. `items` counts the points and events that the format
 * gave since the file's first byte. A new daemon feeds the bytes before its offset again and drops as many items (any
 * split of the same bytes gives the same items); that is how the format regains its columns and its epoch. Where the bytes
 * are not the same any more, records are compared with the run's history instead (reader/compare.c). Bytes that are known to have been
 * there and were overwritten before they could be read are reported as a bad record. */
#ifndef MLWATCH_READER_H
#define MLWATCH_READER_H

#include "../store/store.h"
#include "glance.h"
#include "history.h"
#include "run.h"
#include "tail.h"

struct held_point {
    int series;
    int64_t step;
    double time, value;
    uint64_t line;
};

/* What a glance at a file needs, and what else an event finds cold: in one place. */
struct reader_glance {
    bool ready;    /* nothing happened to the file since it was read the short way */
    uint64_t from; /* the offset behind which nothing was glanced at */
    struct glance shapes;
};

/* What it reads, beside what the run has: few readers ever do. */
struct comparison {
    bool on;
    size_t n_known, n_matched; /* records of the history when it began; how many of them were found again */
    size_t *from, n_from; /* by first series: where its next record may be in the history; SIZE_MAX: all that follow are new */
    struct history_record record;
    struct held_point *held;
    size_t n_held, room;     /* the record being compared */
    uint64_t unread;         /* bytes that were there and not read: lost, unless what is read now repeats what was before them */
    struct history_set rows; /* GROWTH_QUERIED: those of the history that were not found again yet */
};

struct reader { /* what a glance needs comes first */
    struct reader_glance glance;
    const struct format *format;
    bool touched;    /* an event told of it, and nobody looked yet */
    bool news;       /* a look found more to read */
    bool unanswered; /* GROWTH_QUERIED: it could not be read when it was asked last, and that was said */
    bool flushed;    /* at_end was fed for what was offered */
    bool refused;    /* told once */
    struct tail tail;
    char *why;                   /* it was taken for this format */
    struct run *run;             /* NULL while the run sleeps */
    int source;                  /* index in the run */
    void *state;                 /* of the format */
    const struct format_out *to; /* the run's side */
    struct format_out out;       /* ours, in front of it */
    uint64_t items, known_items; /* given since the first byte; how many of them the run has */
    uint64_t at, regain_until;   /* while the bytes before the offset are read again; equal when not */
    uint64_t asked;              /* GROWTH_QUERIED: what the database looked like when it answered last */
    bool begun;                  /* it had a turn since it was woken */
    bool copied;                 /* the tail reads a copy of a file that was truncated: what is at the path may repeat it */
    bool compare_first;          /* another daemon was comparing: begin so, once the history is there */
    bool remembered;             /* what the run is given is stored, and can be asked for (reader_awaits) */
    struct {
        struct tail_identity id;
        uint64_t offset, items;
    } ended;                    /* the end of the file before this one, while this one has given nothing yet; offset 0: none */
    struct comparison *compare; /* NULL: it never compared since it was woken */
    struct history history;
    double now, quiet_since; /* loop clock; of the turn, and of the last bytes */
    double restarted, spent; /* when it was last read from its first byte, and the seconds that this took so far */
};

/* reader_init - nothing is opened. False when memory ran out. */
bool reader_init(struct reader *r, const char *path, const struct format *format, const char *why);
void reader_done(struct reader *r);
/* reader_resume - this file was read so far by another daemon. */
void reader_resume(struct reader *r, const struct source_row *row);
/* reader_wake - read into this run from now on; the run has a source of this index. False when memory ran out.
 * The history of what the run has must be given (reader->history) before this. */
bool reader_wake(struct reader *r, struct run *run, int source);
/* reader_awaits - it is to compare, and its history was only counted: it reads nothing until it is given. reader_remembers - this is it, made of
 * all that the run was given; the reader's own from now on. */
bool reader_awaits(const struct reader *r);
void reader_remembers(struct reader *r, struct history *h);
/* reader_reformat - a file that was too young when it was first looked at is of another format: read it again from its first byte.
 * Only while it has given nothing (items 0). */
void reader_reformat(struct reader *r, const struct format *format, const char *why);
/* reader_sleep - the run goes away; the place in the file stays. */
void reader_sleep(struct reader *r);

/* reader_look - is there anything to read? Sets and returns r->news. Cost: two stats. */
bool reader_look(struct reader *r, double now);
/* reader_turn - read at most room bytes (1 MiB or more, so that a record fits) until the clock passes `until`; r->news tells
 * whether there is more. */
void reader_turn(struct reader *r, char *buffer, size_t room, double now, double until);
/* reader_append - the short way of a turn, for a file that an event tells of and that only grew (reader/append.c). True: all that was there
 * was read, nothing else is to be done. False: nothing was done; look, and give it a turn.  Cost: two or three system calls. */
bool reader_append(struct reader *r, char *buffer, size_t room, double now);
/* reader_may_wait - has the file only grown, by lines like those before them? They are left for the next turn, which reads them all at once.
 * False when that is not so or not sure: then nothing may wait.  Cost: one system call */
bool reader_may_wait(struct reader *r);
/* reader_let_go - close the file, and keep everything else. */
void reader_let_go(struct reader *r);
/* reader_behind - bytes that are there and not read yet. */
uint64_t reader_behind(const struct reader *r);
/* reader_busy - it is reading something again. */
bool reader_busy(const struct reader *r);
/* reader_row - its place, for the memory: what the run has been given so far, and no more. While it compares no offset says that: the row
 * then makes the next daemon compare from the first byte. Between two files of a rotation it is the end of the old one.
 * False while the bytes before the offset are read again: the place written last still holds. */
bool reader_row(const struct reader *r, struct source_row *row);

#endif
