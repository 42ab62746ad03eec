/* tail - one file that is followed: what is new in it, and whether it is still the file that was read so far.
 *
 * Identity of a file = device + inode + hash of its head + hash of the bytes before the offset. So these are told apart:
 *   append          same file, more bytes                                    TAIL_MORE
 *   truncation      shorter than what was read (copytruncate, open("w"))     TAIL_RESTARTED
 *   rewrite         same inode or another, other bytes before the offset     TAIL_RESTARTED
 *   replacement     another inode; the rest of the old one is read first     TAIL_MORE, TAIL_ENDED, then tail_restart
 *   deletion        no file; what is left of the old one is read first       TAIL_MORE, then TAIL_GONE
 * A stat tells most of it; the hashes are checked behind every read, so bytes of a file rewritten meanwhile are never taken. */
#ifndef MLWATCH_TAIL_H
#define MLWATCH_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { TAIL_HEAD_BYTES = 4096, TAIL_FOOT_BYTES = 64 };

struct tail_identity {
    uint64_t device, inode, head_hash, tail_hash;
    uint32_t head_bytes, tail_bytes;
};

struct tail {
    char *path;
    int fd;                  /* -1 until it is needed */
    uint64_t offset;         /* bytes done with */
    uint64_t offered;        /* bytes that were offered to the reader: nothing is new until there are more */
    uint64_t size;           /* when last looked at */
    double changed;          /* its modification time, seconds since 1970 */
    struct tail_identity id; /* as of offset */
    bool old;                /* the path leads to another file by now (or to none) */
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
/* tail_close - give the descriptor back and keep everything else; the next look opens the file again. */
void tail_close(struct tail *t);

/* tail_look - a stat, and an open if needed. FIFOs, sockets and devices are never opened. */
enum tail_state tail_look(struct tail *t);
/* tail_read - bytes from `at` on into buffer; after it the identity is checked.
 *   returns   bytes, 0 at the end, -1 when the file cannot be read or is no longer what was read (look again) */
ssize_t tail_read(struct tail *t, uint64_t at, void *buffer, size_t n);
/* tail_advance - the reader is done with the bytes before offset, and has seen those before offered. Rehashes the identity. */
void tail_advance(struct tail *t, uint64_t offset, uint64_t offered);
/* tail_restart - read whatever is at the path from its first byte. */
void tail_restart(struct tail *t);
/* tail_is - is the open file the one that was read up to offset, as id says? Only contents count: device numbers change. */
bool tail_is(struct tail *t, const struct tail_identity *id, uint64_t offset);
/* tail_ends_line - is the byte before the offset a newline (or the offset 0)? */
bool tail_ends_line(struct tail *t);

/* tail_adopt_moved - look beside the path for a file under another name that begins with what was read: the log was renamed or
 * copied away. If there is one, the tail goes on in it until it ends. Only names that begin like the path's, up to its first
 * dot, are looked at. Returns false when there is none. */
bool tail_adopt_moved(struct tail *t);
/* tail_adopt_next - go on in the oldest rotated file ("log.1", "log-20260102": the path and a number) that was changed after this time
 * (seconds since 1970), from its first byte. Several rotations may have happened while nobody looked. False when there is none. */
bool tail_adopt_next(struct tail *t, double after);
/* tail_is_rotated - is `other` a rotated or saved copy of path, going by its name? */
bool tail_is_rotated(const char *path, const char *other);
/* tail_was_moved - is the file that the tail reads still there under another name? (Else it was deleted or replaced.) */
bool tail_was_moved(const struct tail *t);

#endif
