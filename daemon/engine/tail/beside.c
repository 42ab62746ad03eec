/* tail_beside - the files beside a log that were the log once.
 *
 * Which they are tells rotated.h, in which order they were written neighbours.h. Here the tail goes on in one of them: in what it was reading, under
 * another name, or in what was written next. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../base/clock.h"
#include "../../base/hash.h"
#include "../../base/str.h"
#include "../../base/unpack.h"
#include "../tail.h"
#include "neighbours.h"

enum { MOVED_MAX = 8 /* times, while names change */ };

/* Does the packed file begin like what was read? Its first bytes tell, before all of it is unpacked. */
static bool begins_alike(const char *path, const struct tail_identity *id)
{
    char head[TAIL_HEAD_BYTES];
    int fd = tail_open_regular(path);
    ssize_t n = fd >= 0 ? unpack_head(fd, head, id->head_bytes) : -1;
    if (fd >= 0) close(fd);
    return n == (ssize_t)id->head_bytes && hash64(head, id->head_bytes, 0) == id->head_hash;
}

/* Has another file its name by now? */
static bool has_moved(const struct neighbour *b)
{
    struct stat st;
    return stat(b->path, &st) != 0 || st.st_ino != b->inode || st.st_dev != b->device;
}

static int open_plain(const struct neighbour *b)
{
    struct stat st;
    int fd = tail_open_regular(b->path);
    bool is = fd >= 0 && fstat(fd, &st) == 0 && st.st_ino == b->inode && st.st_dev == b->device;
    if (fd >= 0 && !is) close(fd);
    return is ? fd : -1;
}

/* A descriptor of what it holds; cut tells that a packed one is damaged. -1 too where another file has its name. */
static int open_neighbour(const struct neighbour *b, bool *cut)
{
    struct err err = {0};
    *cut = false;
    if (!b->name.packed) return open_plain(b);
    int fd = unpack_open(b->path, &err);
    *cut = err.status != OK;
    return fd;
}

static void adopt(struct tail *t, const struct neighbour *b, int fd, bool cut)
{
    struct stat st;
    tail_close(t);
    t->fd = fd;
    t->old = true;
    t->offered = t->offset;
    t->seen = 0;
    t->racy = false;
    t->changed = tail_time(&b->changed);
    t->unpacked = b->name.packed;
    t->cut = cut;
    t->id.device = b->device;
    t->id.inode = b->inode;
    if (fstat(fd, &st) == 0) tail_take_stat(t, &st);
}

void tail_leave_behind(struct tail *t)
{
    struct stat st;
    bool keep = t->fd >= 0 && t->after < 0 && !t->unpacked && fstat(t->fd, &st) == 0 && st.st_nlink == 0 && st.st_size > 0;
    if (!keep) return;
    t->after = t->fd;
    t->fd = -1;
}

/* Is it what was read so far? Then go on in it. Where a header is all that was read the torn line behind it must be there
 * too: else the file was truncated before it was moved. */
static bool adopt_if_same(struct tail *t, const struct neighbour *b, bool by_content)
{
    bool cut;
    if (b->name.packed && !begins_alike(b->path, &t->id)) return false;
    int fd = open_neighbour(b, &cut);
    struct stat st;
    bool same = fd >= 0 && fstat(fd, &st) == 0 && (uint64_t)st.st_size >= t->offset && tail_same_content(fd, &t->id, t->offset);
    same = same && (by_content || tail_same_rest(t, fd));
    if (!same && fd >= 0) close(fd);
    if (!same) return false;
    tail_leave_behind(t);
    int after = t->after;
    t->after = -1;
    adopt(t, b, fd, cut);
    t->after = after;
    return true;
}

bool tail_adopt_moved(struct tail *t, bool by_content)
{
    struct stat current = {0};
    bool found = false;
    if (t->offset == 0) return false;
    if (stat(t->path, &current) != 0) current = (struct stat){0};
    struct neighbours b = neighbours_of(t->path, false);
    for (int pass = 0; pass < 2 && !found; pass++) /* its inode first; then the oldest copy of it */
        for (size_t i = 0; i < b.n && !found; i++) {
            const struct neighbour *n = &b.list[i];
            bool here = n->inode == current.st_ino && n->device == current.st_dev, same = n->inode == t->id.inode;
            if (!here && (pass == 0 ? same : by_content && n->name.how)) found = adopt_if_same(t, n, by_content);
        }
    neighbours_done(&b);
    return found;
}

bool tail_adopt_original(struct tail *t)
{
    struct stat st;
    int fd = t->offset && t->after < 0 ? tail_open_regular(t->path) : -1;
    bool same = fd >= 0 && fstat(fd, &st) == 0 && (uint64_t)st.st_size >= t->size && tail_same_content(fd, &t->id, t->offset) &&
                !tail_is_followed(t);
    if (!same && fd >= 0) close(fd);
    if (!same) return false;
    adopt(t, &(struct neighbour){.changed = st.st_mtim, .device = st.st_dev, .inode = st.st_ino}, fd, false);
    t->old = false;
    return true;
}

/* Does it hold what was just read to its end, and no more? */
static bool holds_what_was_read(const struct tail *t, int fd)
{
    struct stat st;
    return t->offset && fd >= 0 && fstat(fd, &st) == 0 && (uint64_t)st.st_size == t->offered &&
           tail_same_content(fd, &t->id, t->offset) && tail_same_rest(t, fd);
}

/* A copy of what was just read to its end, or itself, packed a moment later. */
static bool just_read(const struct tail *t, const struct neighbour *b)
{
    bool cut;
    if (!t->offset || (b->name.packed && !begins_alike(b->path, &t->id))) return false;
    int fd = open_neighbour(b, &cut);
    bool same = holds_what_was_read(t, fd);
    if (fd >= 0) close(fd);
    return same;
}

/* Where in the list does what follows begin? Behind the file itself, else behind its copy, else by time. At a tie those follow that are
 * there: the file is gone or was written anew (inode 0), and the oldest goes first. */
static size_t first_after(const struct tail *t, const struct neighbours *b)
{
    bool gone = !t->id.inode || t->unpacked || !tail_was_moved(t);
    for (size_t i = 0; i < b->n; i++)
        if (b->list[i].inode == t->id.inode && b->list[i].device == t->id.device)
            return t->fd >= 0 ? i + 1 : i; /* not open: it was written anew, or another file has its inode */
    for (size_t i = 0; i < b->n; i++)
        if (tail_time(&b->list[i].changed) >= t->changed && just_read(t, &b->list[i])) return i + 1;
    for (size_t i = 0; i < b->n; i++)
        if (tail_time(&b->list[i].changed) > t->changed || (gone && tail_time(&b->list[i].changed) >= t->changed)) return i;
    return b->n;
}

/* Is it this file, packed? */
static bool holds(const struct neighbour *b, int current)
{
    char mine[TAIL_HEAD_BYTES], its[TAIL_HEAD_BYTES];
    int fd = b->name.packed ? tail_open_regular(b->path) : -1;
    ssize_t n = fd >= 0 ? unpack_head(fd, its, sizeof its) : -1;
    if (fd >= 0) close(fd);
    return n > 0 && pread(current, mine, sizeof mine, 0) == n && memcmp(mine, its, (size_t)n) == 0;
}

/* Is it the file at `current`, or that one packed? Then those behind it in the list are younger. */
static bool is_current(const struct neighbour *b, int current, const struct stat *st)
{
    return (b->inode == st->st_ino && b->device == st->st_dev) || holds(b, current);
}

static bool go_on_in(struct tail *t, const struct neighbour *b)
{
    bool cut;
    int fd = open_neighbour(b, &cut);
    if (fd < 0) return false;
    tail_restart(t);
    adopt(t, b, fd, cut);
    return true;
}

/* The first of a list that comes before the file at `current`, and can be opened.
 *   moved   set where one of them had got another name since it was listed: list them again */
static bool go_on_in_one(struct tail *t, const struct neighbours *b, int current, bool left, bool *moved)
{
    struct stat st;
    bool found = false, there = current >= 0 && fstat(current, &st) == 0;
    *moved = false;
    for (size_t i = first_after(t, b); i < b->n && !found && !*moved; i++) {
        if (there && is_current(&b->list[i], current, &st)) break;
        bool younger = left && there && tail_time(&b->list[i].changed) >= tail_time(&st.st_mtim);
        found = !younger && go_on_in(t, &b->list[i]);
        *moved = !younger && !found && has_moved(&b->list[i]);
    }
    return found;
}

/* A file that has no name any more (left) comes before those that are younger; at a tie too, for what replaced it repeats it and is compared. */
static bool go_on_beside(struct tail *t, int current, bool left)
{
    bool found = false, moved = true;
    for (int i = 0; i < MOVED_MAX && moved && !found; i++) {
        struct neighbours b = neighbours_of(t->path, true);
        found = go_on_in_one(t, &b, current, left, &moved);
        neighbours_done(&b);
    }
    return found;
}

static bool same_at(int a, int b, off_t at, size_t n)
{
    char x[TAIL_HEAD_BYTES], y[TAIL_HEAD_BYTES];
    return pread(a, x, n, at) == (ssize_t)n && pread(b, y, n, at) == (ssize_t)n && memcmp(x, y, n) == 0;
}

/* Does the file begin with all of the other one? Going by that one's first and last bytes. */
static bool begins_with(int fd, int other)
{
    struct stat st;
    if (fd < 0 || other < 0 || fstat(other, &st) != 0 || st.st_size == 0) return false;
    size_t head = st.st_size < TAIL_HEAD_BYTES ? (size_t)st.st_size : TAIL_HEAD_BYTES;
    size_t foot = head < TAIL_FOOT_BYTES ? head : TAIL_FOOT_BYTES;
    return same_at(fd, other, 0, head) && same_at(fd, other, st.st_size - (off_t)foot, foot);
}

/* What was left behind may be what was read since: it was packed and deleted, or what replaced it has all of it. */
static void drop_left(struct tail *t)
{
    if (!t->offset || !begins_with(t->fd, t->after)) return;
    close(t->after);
    t->after = -1;
}

void tail_go_on(struct tail *t)
{
    drop_left(t);
    bool left = t->after >= 0;
    int current = left ? t->after : tail_open_regular(t->path);
    t->after = -1;
    bool found = go_on_beside(t, current, left);
    if (found && left) t->after = current;
    else if (found && current >= 0) close(current);
    else if (current >= 0) {
        tail_take(t, current);
        t->old = left;
    } else if (!found) tail_restart(t);
}

bool tail_directory_changed(struct tail *t)
{
    struct stat st;
    const char *slash = strrchr(t->path, '/');
    char *directory = slash ? str_dup((struct span){t->path, (size_t)(slash + 1 - t->path)}) : str_dup(span_of("./"));
    bool there = directory && stat(directory, &st) == 0;
    free(directory);
    double changed = there ? tail_time(&st.st_mtim) : t->listed;
    bool same = !(changed > t->listed || changed < t->listed);
    t->listed = same || fabs(clock_wall() - changed) >= TAIL_RACY_S ? changed : 0;
    return !same;
}

bool tail_is_followed(struct tail *t)
{
    struct neighbours b = neighbours_of(t->path, true);
    bool followed = first_after(t, &b) < b.n;
    neighbours_done(&b);
    return followed;
}
