#include "tail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/hash.h"
#include "../base/str.h"

bool tail_init(struct tail *t, const char *path)
{
    *t = (struct tail){.path = str_dup(span_of(path)), .fd = -1};
    return t->path != NULL;
}

void tail_close(struct tail *t)
{
    if (t->fd >= 0) close(t->fd);
    t->fd = -1;
}

void tail_done(struct tail *t)
{
    if (!t) return;
    tail_close(t);
    free(t->path);
    t->path = NULL;
}

/* O_PATH opens nothing: a FIFO's writer does not notice, a tape does not wind. What it is gets known before it is opened. */
static int open_regular(const char *path)
{
    struct stat st;
    char self[64];
    int handle = open(path, O_PATH | O_CLOEXEC), fd = -1;
    if (handle < 0) return -1;
    if (fstat(handle, &st) == 0 && S_ISREG(st.st_mode)) {
        snprintf(self, sizeof self, "/proc/self/fd/%d", handle);
        fd = open(self, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd < 0 && errno == ENOENT) fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW);
    } else errno = EINVAL;
    int reason = errno;
    close(handle);
    errno = reason;
    return fd;
}

/* False when fewer than n bytes are there. */
static bool hash_at(int fd, uint64_t at, uint32_t n, uint64_t *hash)
{
    char bytes[TAIL_HEAD_BYTES];
    if (n > sizeof bytes || pread(fd, bytes, n, (off_t)at) != (ssize_t)n) return false;
    *hash = hash64(bytes, n, 0);
    return true;
}

static bool same_content(int fd, const struct tail_identity *id, uint64_t offset)
{
    uint64_t head = 0, foot = 0;
    if (!id->head_bytes) return true;
    return hash_at(fd, 0, id->head_bytes, &head) && head == id->head_hash && offset >= id->tail_bytes &&
           hash_at(fd, offset - id->tail_bytes, id->tail_bytes, &foot) && foot == id->tail_hash;
}

bool tail_is(struct tail *t, const struct tail_identity *id, uint64_t offset)
{
    return t->fd >= 0 && same_content(t->fd, id, offset);
}

static void take_stat(struct tail *t, const struct stat *st)
{
    t->size = (uint64_t)st->st_size;
    t->changed = (double)st->st_mtim.tv_sec + (double)st->st_mtim.tv_nsec * 1e-9;
}

static enum tail_state open_first(struct tail *t)
{
    struct stat st;
    t->fd = open_regular(t->path);
    if (t->fd < 0 || fstat(t->fd, &st) != 0) return errno == ENOENT || errno == ENOTDIR ? TAIL_GONE : TAIL_REFUSED;
    take_stat(t, &st);
    bool known = t->offset > 0 || t->id.head_bytes > 0;
    if (known && (t->size < t->offset || !same_content(t->fd, &t->id, t->offset))) return TAIL_RESTARTED;
    t->id.device = st.st_dev;
    t->id.inode = st.st_ino;
    return t->size > t->offered ? TAIL_MORE : TAIL_QUIET;
}

static bool same_file(const struct stat *a, const struct stat *b) { return a->st_dev == b->st_dev && a->st_ino == b->st_ino; }

enum tail_state tail_look(struct tail *t)
{
    struct stat here, mine;
    if (t->fd < 0) return open_first(t);
    bool there = stat(t->path, &here) == 0;
    bool gone = !there && (errno == ENOENT || errno == ENOTDIR);
    if (fstat(t->fd, &mine) != 0) return TAIL_REFUSED;
    double was = t->changed;
    bool touched = (uint64_t)mine.st_size != t->size;
    take_stat(t, &mine);
    touched = touched || t->changed > was || t->changed < was;
    if (t->size < t->offset) return TAIL_RESTARTED;
    if (touched && !same_content(t->fd, &t->id, t->offset)) return TAIL_RESTARTED;
    t->old = gone || (there && !same_file(&here, &mine));
    if (t->size > t->offered) return TAIL_MORE;
    if (!t->old) return TAIL_QUIET;
    if (gone) return TAIL_GONE;
    /* A program that rotates by itself writes to the new file only; an empty new file may still wait for it. */
    return here.st_size > 0 ? TAIL_ENDED : TAIL_QUIET;
}

ssize_t tail_read(struct tail *t, uint64_t at, void *buffer, size_t n)
{
    if (t->fd < 0) return -1;
    ssize_t got = pread(t->fd, buffer, n, (off_t)at);
    if (got > 0 && !same_content(t->fd, &t->id, t->offset)) return t->changed = 0, -1;
    return got;
}

void tail_advance(struct tail *t, uint64_t offset, uint64_t offered)
{
    struct tail_identity id = t->id;
    id.head_bytes = offset < TAIL_HEAD_BYTES ? (uint32_t)offset : TAIL_HEAD_BYTES;
    id.tail_bytes = offset < TAIL_FOOT_BYTES ? (uint32_t)offset : TAIL_FOOT_BYTES;
    t->offered = offered > offset ? offered : offset;
    if (offset == t->offset) return;
    bool head = id.head_bytes == t->id.head_bytes || hash_at(t->fd, 0, id.head_bytes, &id.head_hash);
    if (!head || !hash_at(t->fd, offset - id.tail_bytes, id.tail_bytes, &id.tail_hash)) {
        id.tail_hash = ~id.tail_hash; /* it shrank this moment: the next look finds that it is another file */
    }
    t->id = id;
    t->offset = offset;
}

void tail_restart(struct tail *t)
{
    tail_close(t);
    t->offset = t->offered = 0;
    t->id = (struct tail_identity){0};
    t->old = false;
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
    return t->fd >= 0 && fstat(t->fd, &st) == 0 && st.st_nlink > 0;
}

/* The descriptor of the file if it begins with what was read and is not the one at the path; else -1. */
static int open_moved(const char *path, const struct tail *t, const struct stat *current)
{
    struct stat st;
    int fd = open_regular(path);
    if (fd < 0) return -1;
    if (fstat(fd, &st) == 0 && !(current->st_ino == st.st_ino && current->st_dev == st.st_dev) &&
        (uint64_t)st.st_size >= t->offset && same_content(fd, &t->id, t->offset))
        return fd;
    close(fd);
    return -1;
}

static void adopt(struct tail *t, int fd)
{
    struct stat st;
    tail_close(t);
    t->fd = fd;
    t->old = true;
    t->offered = t->offset;
    if (fstat(fd, &st) != 0) return;
    take_stat(t, &st);
    t->id.device = st.st_dev;
    t->id.inode = st.st_ino;
}

/* Files beside the path whose name begins like its own, up to the first dot. */
struct search {
    struct tail *tail;
    struct stat current;
    double after, best;
    int fd;
};

static void look_beside(struct search *f, bool (*fits)(const char *path, const char *other),
                        void (*each)(struct search *f, const char *other))
{
    const char *path = f->tail->path, *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char *directory = slash ? str_dup((struct span){path, (size_t)(name - path)}) : str_dup(span_of("./"));
    if (stat(path, &f->current) != 0) f->current = (struct stat){0};
    DIR *d = directory ? opendir(directory) : NULL;
    for (struct dirent *e; d && (e = readdir(d));) {
        if (strncmp(e->d_name, name, strcspn(name, ".")) != 0 || strcmp(e->d_name, name) == 0) continue;
        struct str other = {0};
        str_add(&other, directory);
        str_add(&other, e->d_name);
        if (other.p && fits(path, other.p)) each(f, other.p);
        str_done(&other);
    }
    if (d) closedir(d);
    free(directory);
}

/* What is still being written to take the path's place is not what was there before. */
static bool any_name(const char *path, const char *other)
{
    static const char *const unfinished[] = {".tmp", ".temp", ".new", ".part", ".swp"};
    size_t n = strlen(other);
    (void)path;
    for (size_t i = 0; i < sizeof unfinished / sizeof *unfinished; i++) {
        size_t k = strlen(unfinished[i]);
        if (n > k && strcmp(other + n - k, unfinished[i]) == 0) return false;
    }
    return true;
}

static void is_it_moved(struct search *f, const char *other)
{
    if (f->fd < 0) f->fd = open_moved(other, f->tail, &f->current);
}

bool tail_adopt_moved(struct tail *t)
{
    struct search f = {.tail = t, .fd = -1};
    if (t->offset == 0) return false;
    look_beside(&f, any_name, is_it_moved);
    if (f.fd >= 0) adopt(t, f.fd);
    return f.fd >= 0;
}

static bool numbered(const char *path, const char *other)
{
    size_t n = strlen(path);
    if (strncmp(other, path, n) != 0 || (other[n] != '.' && other[n] != '-') || !other[n + 1]) return false;
    return strspn(other + n + 1, "0123456789-") == strlen(other + n + 1);
}

bool tail_is_rotated(const char *path, const char *other)
{
    static const char *const saved[] = {"~", ".bak", ".old", ".orig", ".save"};
    size_t n = strlen(path);
    if (strncmp(other, path, n) != 0) return false;
    for (size_t i = 0; i < sizeof saved / sizeof *saved; i++)
        if (strcmp(other + n, saved[i]) == 0) return true;
    return numbered(path, other);
}

static void is_it_next(struct search *f, const char *other)
{
    struct stat st;
    int fd = open_regular(other);
    if (fd < 0) return;
    bool is = fstat(fd, &st) == 0 && st.st_size > 0 && !(st.st_ino == f->current.st_ino && st.st_dev == f->current.st_dev);
    double changed = is ? (double)st.st_mtim.tv_sec + (double)st.st_mtim.tv_nsec * 1e-9 : 0;
    if (is && changed > f->after && (f->fd < 0 || changed < f->best)) {
        if (f->fd >= 0) close(f->fd);
        f->fd = fd;
        f->best = changed;
    } else close(fd);
}

bool tail_adopt_next(struct tail *t, double after)
{
    struct search f = {.tail = t, .after = after, .fd = -1};
    look_beside(&f, numbered, is_it_next);
    if (f.fd < 0) return false;
    tail_restart(t);
    adopt(t, f.fd);
    return true;
}
