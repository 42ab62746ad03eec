/* tail - one file that is followed: what is new in it, and whether it is still the file that was read so far.
 *
 * Identity of a file = device + inode + hash of its head + hash of the bytes before the offset. So these are told apart:
 *   append          same file, more bytes                                    TAIL_MORE
 *   truncation      shorter than what was read (copytruncate, open("w"))     TAIL_RESTARTED
 *   rewrite         same inode or another, other bytes before the offset     TAIL_RESTARTED
 *   replacement     another inode; the rest of the old one is read first     TAIL_MORE, TAIL_ENDED, then tail_restart
 *   deletion        no file; what is left of the old one is read first       TAIL_MORE, then TAIL_GONE
 * A stat tells most of it; contents are compared behind every read, and the hashes are made of the very bytes that were read, so bytes
 * of a file that is rewritten meanwhile are never taken for its own. A file system's clock ticks slowly: a file that changed less than
 * TAIL_RACY_S ago may have changed again in the same tick, so it is compared at the next look too, whatever the stat says.
 *
 * Rotated logs lie beside the path (tail/rotated.h): log.1, log-20260102, log.2.gz, log.3.zst, run.2026-01-02_10-00-00.log. */
#ifndef MLWATCH_TAIL_H
#define MLWATCH_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "../base/span.h"

enum { TAIL_HEAD_BYTES = 4096, TAIL_FOOT_BYTES = 64, TAIL_RACY_S = 2 };

struct tail_identity {
    uint64_t device, inode, head_hash, tail_hash;
    uint32_t head_bytes, tail_bytes;
};

struct tail {
    char *path;
    int fd;                  /* -1 until it is needed */
    int after;               /* what follows the copy that is read and has no name any more; -1 for none */
    uint64_t offset;         /* bytes done with */
    uint64_t offered;        /* bytes that were offered to the reader: nothing is new until there are more, or others */
    uint64_t rest_hash;      /* of the first TAIL_HEAD_BYTES of those between offset and offered */
    uint64_t size;           /* when last looked at */
    uint64_t seen;           /* the most it was, while it was this file: what lay between offered and seen existed */
    double changed;          /* its modification time, seconds since 1970 */
    double listed;           /* modification time of its directory when that was listed; tail_directory_changed */
    struct tail_identity id; /* as of offset */
    bool old;                /* the path leads to another file by now (or to none) */
    bool followed;           /* a rotated file behind the one that is open was seen, until that is closed */
    bool racy;               /* it was looked at in the tick in which it changed */
    bool unpacked;           /* fd is what a packed file holds */
    bool cut;                /* and that file was damaged: only its beginning could be unpacked */
};

enum tail_state {
    TAIL_QUIET,     /* nothing new */
    TAIL_MORE,      /* bytes behind offset that were not offered yet */
    TAIL_ENDED,     /* another file has taken the path; this one has nothing more. A rest without newline may be left */
    TAIL_RESTARTED, /* what lies before the offset is not what was read */
    TAIL_GONE,      /* no such file, and nothing left to read */
    TAIL_REFUSED    /* not a regular file, or not ours to read (errno) */
};

/* tail_init - nothing is opened yet. False when memory ran out. */
bool tail_init(struct tail *t, const char *path);
void tail_done(struct tail *t);
/* tail_rename - what was left of a rotated log was read under its own name, and the log is there now: from the next look on this is a
 * tail of the log, and what it reads one of its rotated files. False, and nothing has changed, when memory ran out. */
bool tail_rename(struct tail *t, const char *path);
/* tail_close - give the descriptor back and keep everything else; the next look opens the file again. */
void tail_close(struct tail *t);

/* tail_look - a stat, and an open if needed. FIFOs, sockets and devices are never opened. A file that was read under this inode and
 * lies beside the path now is gone on with, although the one at the path begins alike. */
enum tail_state tail_look(struct tail *t);
/* tail_read - bytes from `at` on into buffer; after it the identity is checked, and what was being written is read twice.
 *   returns   bytes, 0 at the end, -1 when the file cannot be read or is no longer what was read (look again) */
ssize_t tail_read(struct tail *t, uint64_t at, void *buffer, size_t n);
/* tail_advance - the reader is done with the bytes before offset, and has seen those before offered.
 *   read  the bytes from the old offset up to offered at least, as tail_read gave them: the identity is made of them. Not looked at when
 *         offset is not beyond the old one: then the file itself is hashed */
void tail_advance(struct tail *t, uint64_t offset, uint64_t offered, struct span read);
/* tail_rewind - read the same file again from its first byte.
 * tail_restart - read whatever is at the path from its first byte; what was left behind still has its turn when tail_go_on is called. */
void tail_rewind(struct tail *t);
void tail_restart(struct tail *t);
/* tail_ends_line - is the byte before the offset a newline (or the offset 0)? */
bool tail_ends_line(struct tail *t);
/* tail_was_moved - is the file that the tail reads still there under another name? (Else it was deleted or replaced.) */
bool tail_was_moved(const struct tail *t);

/* ---- the short way of a file that only grew: tail/append.c ---- */

/* tail_appended - the bytes behind the offset, those offered before included, when the open file is still what was read and has grown by
 * little, or not at all. False, and nothing has changed, when that is not so or not sure: look then.
 *   buffer  room for 12 KiB at least; ret points into it.  Cost: two system calls, three when more than TAIL_HEAD_BYTES were read before */
bool tail_appended(struct tail *t, char *buffer, size_t room, struct span *ret);
/* tail_advance_appended - the reader is done with the first `used` of them, and has seen the others. Cost: no system call */
void tail_advance_appended(struct tail *t, size_t used, struct span read);

/* ---- beside the path: tail/beside.c ---- */

/* tail_adopt_moved - look beside the path for the file that was read so far: it was renamed, copied or packed away. If there is one, the
 * tail goes on in it until it ends. It is known by its inode and its content; a rotated name (tail_is_rotated) and the content will do
 * when by_content allows it: not while nothing but a header was read, which others have too. False when there is none.
 * Cost: a listing of the directory; a packed candidate that begins alike is unpacked whole. */
bool tail_adopt_moved(struct tail *t, bool by_content);
/* tail_adopt_original - what was read to its end is a copy of the file at the path, which is not truncated yet, or will not be: go on there.
 * False when it is another file, or other rotated ones come before it. Cost: a listing. */
bool tail_adopt_original(struct tail *t);
/* tail_leave_behind - the open file was copied or written anew, and deleted since: it has its turn when what is older was read. */
void tail_leave_behind(struct tail *t);
/* tail_go_on - go on in the file that follows the one read so far, from its first byte: a rotated one, for several rotations may have
 * happened while nobody looked, else the one at the path. Rotated files follow one another in the order of their times, and of
 * their names where those are equal.
 * Without any (changed is 0) the oldest is first.
 * Cost: a listing of the directory. The path is opened before it is listed, so that a rotation in between is not missed. */
void tail_go_on(struct tail *t);
/* tail_is_followed - is there a rotated file behind the one that is read? Then nobody writes to this one any more. Cost: a listing. */
bool tail_is_followed(struct tail *t);

/* tail_directory_changed - since this was asked last? True once for each change, and while one is too young to tell. Cost: a stat. */
bool tail_directory_changed(struct tail *t);

/* ---- names: tail/rotated.c ---- */

/* tail_is_rotated - is `other` a rotated, saved or packed copy of path, going by its name? */
bool tail_is_rotated(const char *path, const char *other);

/* ---- for tail/beside.c only ---- */

/* tail_time - of the last change, seconds since 1970. */
double tail_time(const struct timespec *t);
/* tail_open_regular - a descriptor for reading, -1 and errno: EINVAL for what is no regular file and was not opened. */
int tail_open_regular(const char *path);
/* tail_same_content - does this file begin, up to offset, like the one that id is of? */
bool tail_same_content(int fd, const struct tail_identity *id, uint64_t offset);
/* tail_same_rest - and are the bytes that were offered, and not taken, still those? */
bool tail_same_rest(const struct tail *t, int fd);
/* tail_take - restart, in this open file that is at the path. */
void tail_take(struct tail *t, int fd);
/* tail_take_stat - remember size and time. */
void tail_take_stat(struct tail *t, const struct stat *st);

#endif
