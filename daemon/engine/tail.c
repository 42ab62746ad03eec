#include "tail.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/hash.h"
#include "../base/str.h"

enum { TWICE_BYTES = 4096, TWICE_PIECE_BYTES = 16 << 10 };

bool tail_init(struct tail *t, const char *path)
{
    *t = (struct tail){.path = str_dup(span_of(path)), .fd = -1, .after = -1};
    return t->path != NULL;
}

bool tail_rename(struct tail *t, const char *path)
{
    char *copy = str_dup(span_of(path));
    if (!copy) return false;
    free(t->path);
    t->path = copy;
    return true;
}

void tail_close(struct tail *t)
{
    if (t->fd >= 0) close(t->fd);
    if (t->after >= 0) close(t->after);
    t->fd = t->after = -1;
    t->unpacked = t->followed = false;
    t->listed = 0;
}

void tail_done(struct tail *t)
{
    if (!t) return;
    tail_close(t);
    free(t->path);
    t->path = NULL;
}

/* O_PATH opens nothing: a FIFO's writer does not notice, a tape does not wind. What it is gets known before it is opened. */
int tail_open_regular(const char *path)
{
    struct stat st;
    char self[64];
    int handle = open(path, O_PATH | O_CLOEXEC), fd = -1;
    if (handle < 0) return -1;
    if (fstat(handle, &st) == 0 && S_ISREG(st.st_mode)) {
        snprintf(self, sizeof self, "/proc/self/fd/%d", handle);
        fd = open(self, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd < 0 && errno == ENOENT) fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW);
        if (fd >= 0) (void)fcntl(fd, F_SETFL, O_NONBLOCK | O_NOATIME); /* where it may be: a read then writes nothing */
    } else errno = EINVAL;
    int reason = errno;
    close(handle);
    errno = reason;
    return fd;
}

/* ---- identity ----------------------------------------------------------------------------------------------------------- */

/* False when fewer than n bytes are there. */
static bool hash_at(int fd, uint64_t at, uint32_t n, uint64_t *hash)
{
    char bytes[TAIL_HEAD_BYTES];
    if (n > sizeof bytes || pread(fd, bytes, n, (off_t)at) != (ssize_t)n) return false;
    *hash = hash64(bytes, n, 0);
    return true;
}

bool tail_same_content(int fd, const struct tail_identity *id, uint64_t offset)
{
    uint64_t head = 0, foot = 0;
    if (!id->head_bytes) return true;
    return hash_at(fd, 0, id->head_bytes, &head) && head == id->head_hash && offset >= id->tail_bytes &&
           hash_at(fd, offset - id->tail_bytes, id->tail_bytes, &foot) && foot == id->tail_hash;
}

static uint32_t rest_bytes(const struct tail *t)
{
    uint64_t n = t->offered - t->offset;
    return n < TAIL_HEAD_BYTES ? (uint32_t)n : TAIL_HEAD_BYTES;
}

bool tail_same_rest(const struct tail *t, int fd)
{
    uint64_t hash = 0;
    return t->offered == t->offset || (hash_at(fd, t->offset, rest_bytes(t), &hash) && hash == t->rest_hash);
}

/* Does the file begin with what was read of it, and what was offered of it? */
static bool same_so_far(const struct tail *t) { return tail_same_content(t->fd, &t->id, t->offset) && tail_same_rest(t, t->fd); }

/* The hash of n bytes of which the first k are in the file at `at`, and known by their hash, and the others were just read. False when
 * the file has others by now: it was rewritten behind the read. */
static bool hash_joined(int fd, uint64_t at, uint32_t k, uint64_t known, uint32_t skip, struct span read, uint32_t n,
                        uint64_t *hash)
{
    char bytes[TAIL_HEAD_BYTES + TAIL_FOOT_BYTES];
    if (k && (pread(fd, bytes, k, (off_t)at) != (ssize_t)k || hash64(bytes, k, 0) != known)) return false;
    memcpy(bytes + k, read.p, skip + n - k);
    *hash = hash64(bytes + skip, n, 0);
    return true;
}

/* Head and foot as of offset, from the bytes before the old offset and those read behind it. */
static bool identify(struct tail *t, struct tail_identity *id, uint64_t offset, struct span read)
{
    size_t used = (size_t)(offset - t->offset);
    uint32_t had = t->offset < TAIL_HEAD_BYTES ? (uint32_t)t->offset : TAIL_HEAD_BYTES; /* a glimpse does not count */
    bool grows = had < TAIL_HEAD_BYTES;
    if (grows && !hash_joined(t->fd, 0, had, t->id.head_hash, 0, read, id->head_bytes, &id->head_hash)) return false;
    if (used >= id->tail_bytes) return id->tail_hash = hash64(read.p + used - id->tail_bytes, id->tail_bytes, 0), true;
    uint32_t old = t->id.tail_bytes, skip = old + (uint32_t)used - id->tail_bytes;
    return hash_joined(t->fd, t->offset - old, old, t->id.tail_hash, skip, read, id->tail_bytes, &id->tail_hash);
}

static bool identify_from_file(struct tail *t, struct tail_identity *id, uint64_t offset)
{
    return tail_same_content(t->fd, &t->id, t->offset) && hash_at(t->fd, 0, id->head_bytes, &id->head_hash) &&
           hash_at(t->fd, offset - id->tail_bytes, id->tail_bytes, &id->tail_hash);
}

void tail_advance(struct tail *t, uint64_t offset, uint64_t offered, struct span read)
{
    struct tail_identity id = t->id;
    bool ahead = offset > t->offset, known = true;
    id.head_bytes = offset < TAIL_HEAD_BYTES ? (uint32_t)offset : TAIL_HEAD_BYTES;
    id.tail_bytes = offset < TAIL_FOOT_BYTES ? (uint32_t)offset : TAIL_FOOT_BYTES;
    if (ahead) known = identify(t, &id, offset, read);
    else if (offset < t->offset) known = identify_from_file(t, &id, offset);
    if (!known) id.tail_hash = ~id.tail_hash, t->racy = true; /* it was rewritten this moment: the next look finds that */
    size_t done = ahead ? (size_t)(offset - t->offset) : 0;
    t->id = id;
    t->offset = offset;
    t->offered = offered > offset ? offered : offset;
    if (read.n < done + rest_bytes(t)) t->offered = offset;
    if (t->offered > offset) t->rest_hash = hash64(read.p + done, rest_bytes(t), 0);
}

/* ---- looking ------------------------------------------------------------------------------------------------------------- */

double tail_time(const struct timespec *t) { return (double)t->tv_sec + (double)t->tv_nsec * 1e-9; }

void tail_take_stat(struct tail *t, const struct stat *st)
{
    t->size = (uint64_t)st->st_size;
    if (t->unpacked) return; /* the temporary file is younger than what it holds, and nobody writes to it */
    t->changed = tail_time(&st->st_mtim);
    t->racy = fabs(clock_wall() - t->changed) < TAIL_RACY_S;
}

/* Of a file of which nothing was read yet the first bytes are remembered at the first look: it may be another one before it is read. */
static void glimpse(struct tail *t)
{
    t->id.head_bytes = t->size < TAIL_HEAD_BYTES ? (uint32_t)t->size : TAIL_HEAD_BYTES;
    t->id.tail_bytes = 0;
    t->id.tail_hash = hash64(NULL, 0, 0);
    if (!hash_at(t->fd, 0, t->id.head_bytes, &t->id.head_hash)) t->id.head_bytes = 0;
}

static enum tail_state more_or_quiet(struct tail *t)
{
    if (t->size > t->seen) t->seen = t->size;
    if (t->offered == 0 && t->id.head_bytes == 0 && t->size > 0) glimpse(t);
    return t->size > t->offered ? TAIL_MORE : TAIL_QUIET;
}

static enum tail_state open_first(struct tail *t)
{
    struct stat st;
    t->fd = tail_open_regular(t->path);
    if (t->fd < 0 || fstat(t->fd, &st) != 0) return errno == ENOENT || errno == ENOTDIR ? TAIL_GONE : TAIL_REFUSED;
    bool known = t->offered > 0 || t->id.head_bytes > 0;
    bool mine = !t->id.inode || t->id.inode == st.st_ino;
    double was = t->changed;
    tail_take_stat(t, &st);
    t->old = false;
    if (known && (t->size < t->offered || !same_so_far(t))) return t->changed = was, t->racy = true, TAIL_RESTARTED;
    if (!known || mine || !tail_adopt_moved(t, false)) {
        t->id.device = st.st_dev;
        t->id.inode = st.st_ino;
        if (!mine) t->seen = 0;
    }
    return more_or_quiet(t);
}

void tail_take(struct tail *t, int fd)
{
    struct stat st;
    tail_restart(t);
    t->fd = fd;
    if (fstat(fd, &st) != 0) return;
    tail_take_stat(t, &st);
    t->id.device = st.st_dev;
    t->id.inode = st.st_ino;
    (void)more_or_quiet(t);
}

static bool same_file(const struct stat *a, const struct stat *b) { return a->st_dev == b->st_dev && a->st_ino == b->st_ino; }

/* The listing is made once for each change of the directory, its answer holds until the file is closed: who looks need not read at once. */
static bool is_followed(struct tail *t)
{
    if (!t->followed && tail_directory_changed(t)) t->followed = tail_is_followed(t);
    return t->followed;
}

enum tail_state tail_look(struct tail *t)
{
    struct stat here, mine;
    if (t->fd < 0) return open_first(t);
    bool there = stat(t->path, &here) == 0;
    bool gone = !there && (errno == ENOENT || errno == ENOTDIR);
    if (fstat(t->fd, &mine) != 0) return TAIL_REFUSED;
    double was = t->changed;
    bool touched = t->racy || (uint64_t)mine.st_size != t->size;
    tail_take_stat(t, &mine);
    touched = touched || t->changed > was || t->changed < was;
    t->old = gone || (there && !same_file(&here, &mine));
    bool restarted = t->size < (t->offered ? t->offered : t->seen) || (touched && !same_so_far(t));
    if (restarted) return t->changed = was, t->racy = true, TAIL_RESTARTED; /* the time when it was still that file */
    if (more_or_quiet(t) == TAIL_MORE) return TAIL_MORE;
    if (!t->old) return TAIL_QUIET;
    /* A program that rotates by itself writes to the new file only; an empty new file may still wait for it. */
    if (t->after >= 0 || (there && here.st_size > 0) || is_followed(t)) return TAIL_ENDED;
    return gone ? TAIL_GONE : TAIL_QUIET;
}

/* ---- reading ------------------------------------------------------------------------------------------------------------- */

/* A file that is rewritten while it is read may give old bytes followed by new ones. The same twice is what was there. */
static bool the_same_again(int fd, uint64_t at, const char *bytes, size_t n)
{
    char again[TWICE_PIECE_BYTES];
    for (size_t done = 0; done < n;) {
        size_t piece = n - done < sizeof again ? n - done : sizeof again;
        ssize_t got = pread(fd, again, piece, (off_t)(at + done));
        if (got <= 0 || memcmp(again, bytes + done, (size_t)got) != 0) return false;
        done += (size_t)got;
    }
    return true;
}

ssize_t tail_read(struct tail *t, uint64_t at, void *buffer, size_t n)
{
    if (t->fd < 0) return -1;
    ssize_t got = pread(t->fd, buffer, n, (off_t)at);
    bool twice = t->racy && (t->offset == 0 || got > TWICE_BYTES);
    if (got > 0 && twice && !the_same_again(t->fd, at, buffer, (size_t)got)) return t->racy = true, -1;
    if (got > 0 && !tail_same_content(t->fd, &t->id, t->offset)) return t->racy = true, -1;
    return got;
}

void tail_rewind(struct tail *t)
{
    t->offset = t->offered = t->seen = 0;
    t->id.head_bytes = t->id.tail_bytes = 0;
}

void tail_restart(struct tail *t)
{
    int after = t->after;
    t->after = -1;
    tail_close(t);
    t->after = after;
    tail_rewind(t);
    t->id = (struct tail_identity){0};
    t->old = t->racy = t->cut = false;
}

bool tail_ends_line(struct tail *t)
{
    char last = 0;
    if (t->offset == 0) return true;
    return t->fd >= 0 && pread(t->fd, &last, 1, (off_t)t->offset - 1) == 1 && (last == '\n' || last == '\r');
}

bool tail_was_moved(const struct tail *t)
{
    struct stat st;
    return t->unpacked || (t->fd >= 0 && fstat(t->fd, &st) == 0 && st.st_nlink > 0);
}
