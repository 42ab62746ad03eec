/* tail_beside - the files beside a log that were the log once.
 *
 * Names                                             who writes them
 *   log.1 log.2 ...          the oldest has the highest number   logrotate, Python's RotatingFileHandler
 *   log-20260102 log.2026-01-02_10-00 log-1767312000             logrotate dateext, TimedRotatingFileHandler
 *   run.2026-01-02_10-00-00_000000.log run-20260102.log          loguru, logrotate's `extension`
 *   log.old log.bak log~                                         hands
 * and each of them, and the log itself, with .gz or .zst behind it. Where log.2 and log.2.gz are both there the packer is still at
 * work: the plain one counts. The order in time is that of the modification times, which rename, gzip and zstd keep; where two are
 * equal the names decide. A copy is as young as its last write, or as the copying: both lie before the next one's. */
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../base/clock.h"
#include "../../base/hash.h"
#include "../../base/str.h"
#include "../../base/unpack.h"
#include "../tail.h"

enum { DATE_DIGITS_MIN = 6, STEM_DATE_DIGITS_MIN = 8, NUMBER_DIGITS_MAX = 5, BESIDE_MAX = 10000 };

/* ---- names --------------------------------------------------------------------------------------------------------------- */

enum rotation { NOT_ROTATED, SAVED, NUMBERED, DATED };

struct rotated {
    enum rotation how;
    struct span stamp; /* "1", "2026-01-02_10-00-00" */
    bool packed;
};

static struct span without_suffix(struct span name, const char *suffix)
{
    size_t n = strlen(suffix);
    bool has = name.n > n && memcmp(name.p + name.n - n, suffix, n) == 0;
    return has ? (struct span){name.p, name.n - n} : name;
}

/* Digits in groups, as in a date; returns how many digits, 0 when it is something else. */
static size_t digits_of(struct span stamp)
{
    size_t digits = 0;
    if (!stamp.n || stamp.p[0] < '0' || stamp.p[0] > '9') return 0;
    for (size_t i = 0; i < stamp.n; i++) {
        bool digit = stamp.p[i] >= '0' && stamp.p[i] <= '9';
        if (!digit && !memchr("-_:T", stamp.p[i], 4)) return 0;
        digits += digit;
    }
    return digits;
}

static struct rotated by_stamp(struct span behind, bool packed)
{
    struct span stamp = span_from(behind, 1);
    size_t digits = digits_of(stamp);
    bool number = digits == stamp.n && digits <= NUMBER_DIGITS_MAX;
    bool fits = behind.p[0] == '.' ? digits > 0 : (behind.p[0] == '-' || behind.p[0] == '_') && digits >= DATE_DIGITS_MIN;
    return (struct rotated){!fits ? NOT_ROTATED : number ? NUMBERED : DATED, stamp, packed};
}

/* "run.2026-01-02.log" beside "run.log": the date stands before the extension. */
static struct rotated by_stem(struct span name, struct span other, bool packed)
{
    const struct rotated no = {NOT_ROTATED, {NULL, 0}, packed};
    const char *dot = memrchr(name.p, '.', name.n);
    size_t stem = dot ? (size_t)(dot - name.p) : 0, ext = name.n - stem;
    if (!stem || other.n < name.n + 2 || memcmp(other.p, name.p, stem) != 0) return no;
    if (memcmp(other.p + other.n - ext, dot, ext) != 0 || !memchr(".-_", other.p[stem], 3)) return no;
    struct span stamp = {other.p + stem + 1, other.n - ext - stem - 1};
    return digits_of(stamp) < STEM_DATE_DIGITS_MIN ? no : (struct rotated){DATED, stamp, packed};
}

static struct rotated rotated_name(struct span name, struct span other)
{
    static const char *const saved[] = {"~", ".bak", ".old", ".orig", ".save"};
    struct span plain = without_suffix(without_suffix(other, ".gz"), ".zst");
    bool packed = plain.n < other.n, prefix = plain.n >= name.n && memcmp(plain.p, name.p, name.n) == 0;
    struct span behind = span_from(plain, name.n);
    if (prefix && !behind.n) return (struct rotated){packed ? NUMBERED : NOT_ROTATED, {"0", 1}, packed};
    for (size_t i = 0; prefix && i < sizeof saved / sizeof *saved; i++)
        if (span_is(behind, saved[i])) return (struct rotated){SAVED, {NULL, 0}, packed};
    struct rotated r = prefix ? by_stamp(behind, packed) : (struct rotated){0};
    return r.how ? r : by_stem(name, plain, packed);
}

bool tail_is_rotated(const char *path, const char *other)
{
    const char *slash = strrchr(path, '/');
    size_t directory = slash ? (size_t)(slash + 1 - path) : 0;
    if (strncmp(path, other, directory) != 0 || strchr(other + directory, '/')) return false;
    return rotated_name(span_of(path + directory), span_of(other + directory)).how != NOT_ROTATED;
}

/* What is still being written to take the path's place is not what was there before. */
static bool unfinished(struct span name)
{
    static const char *const endings[] = {".tmp", ".temp", ".new", ".part", ".swp"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (without_suffix(name, endings[i]).n < name.n) return true;
    return false;
}

/* ---- the list ------------------------------------------------------------------------------------------------------------ */

struct neighbour {
    char *path;
    struct rotated name; /* its stamp lies in path */
    struct timespec changed;
    uint64_t device, inode;
};
struct neighbours {
    struct neighbour *list; /* oldest first */
    size_t n, room;
};

static void neighbours_done(struct neighbours *b)
{
    for (size_t i = 0; i < b->n; i++) free(b->list[i].path);
    free(b->list);
}

static void add(struct neighbours *b, const char *directory, struct span name, const char *other)
{
    struct stat st;
    struct str path = {0};
    if (b->n == b->room) {
        size_t room = b->room ? b->room * 2 : 16;
        struct neighbour *more = realloc(b->list, room * sizeof *more);
        if (!more) return;
        b->list = more;
        b->room = room;
    }
    str_addf(&path, "%s%s", directory, other);
    if (!path.p || path.failed || stat(path.p, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0) {
        str_done(&path);
        return;
    }
    char *kept = str_take(&path);
    struct span own = span_of(kept + strlen(directory));
    b->list[b->n++] = (struct neighbour){kept, rotated_name(name, own), st.st_mtim, st.st_dev, st.st_ino};
}

static int stamp_order(const struct neighbour *x, const struct neighbour *y, bool numbers)
{
    size_t m = x->name.stamp.n, n = y->name.stamp.n;
    int order = m && n ? memcmp(x->name.stamp.p, y->name.stamp.p, m < n ? m : n) : 0;
    if (numbers && m != n) return m > n ? -1 : 1;
    if (order) return numbers ? -order : order;
    return m < n ? -1 : m > n;
}

/* Numbers tell the order even where a copy of the directory gave all files new times. */
static int by_age(const void *a, const void *b)
{
    const struct neighbour *x = a, *y = b;
    bool numbers = x->name.how == NUMBERED && y->name.how == NUMBERED;
    int order = numbers ? stamp_order(x, y, true) : 0;
    if (order) return order;
    if (x->changed.tv_sec != y->changed.tv_sec) return x->changed.tv_sec < y->changed.tv_sec ? -1 : 1;
    if (x->changed.tv_nsec != y->changed.tv_nsec) return x->changed.tv_nsec < y->changed.tv_nsec ? -1 : 1;
    return stamp_order(x, y, numbers);
}

/* Packed, and the plain one is still there. */
static bool has_plain_twin(const struct neighbours *b, const struct neighbour *packed)
{
    for (size_t i = 0; i < b->n; i++) {
        size_t n = strlen(b->list[i].path);
        if (!b->list[i].name.packed && strncmp(packed->path, b->list[i].path, n) == 0 &&
            (strcmp(packed->path + n, ".gz") == 0 || strcmp(packed->path + n, ".zst") == 0))
            return true;
    }
    return false;
}

static void drop_twins(struct neighbours *b)
{
    for (size_t i = 0; i < b->n;) {
        if (b->list[i].name.packed && has_plain_twin(b, &b->list[i])) {
            free(b->list[i].path);
            b->list[i] = b->list[--b->n];
        } else i++;
    }
}

/* Files beside the path whose name begins like its own, up to the first dot; those with a rotated name only when that is asked for. */
static struct neighbours look_beside(const char *path, bool rotated_only)
{
    struct neighbours b = {0};
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char *directory = slash ? str_dup((struct span){path, (size_t)(name - path)}) : str_dup(span_of("./"));
    DIR *d = directory ? opendir(directory) : NULL;
    for (struct dirent *e; d && b.n < BESIDE_MAX && (e = readdir(d));) {
        struct span other = span_of(e->d_name);
        if (strncmp(e->d_name, name, strcspn(name, ".")) != 0 || strcmp(e->d_name, name) == 0 || unfinished(other)) continue;
        if (!rotated_only || rotated_name(span_of(name), other).how >= NUMBERED) add(&b, directory, span_of(name), e->d_name);
    }
    if (d) closedir(d);
    free(directory);
    drop_twins(&b);
    if (b.n) qsort(b.list, b.n, sizeof *b.list, by_age);
    return b;
}

/* ---- going on in one of them --------------------------------------------------------------------------------------------- */

/* Does the packed file begin like what was read? Its first bytes tell, before all of it is unpacked. */
static bool begins_alike(const char *path, const struct tail_identity *id)
{
    char head[TAIL_HEAD_BYTES];
    int fd = tail_open_regular(path);
    ssize_t n = fd >= 0 ? unpack_head(fd, head, id->head_bytes) : -1;
    if (fd >= 0) close(fd);
    return n == (ssize_t)id->head_bytes && hash64(head, id->head_bytes, 0) == id->head_hash;
}

/* A descriptor of what it holds; cut tells that a packed one is damaged. */
static int open_neighbour(const struct neighbour *b, bool *cut)
{
    struct err err = {0};
    *cut = false;
    if (!b->name.packed) return tail_open_regular(b->path);
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
    struct neighbours b = look_beside(t->path, false);
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

/* The first of them that comes before the file at `current`, and can be opened. A file that has no name any more (left) comes before those
 * that are younger; at a tie too, for what replaced it repeats it and is compared. */
static bool go_on_beside(struct tail *t, int current, bool left)
{
    struct stat st;
    struct neighbours b = look_beside(t->path, true);
    bool found = false, there = current >= 0 && fstat(current, &st) == 0;
    for (size_t i = first_after(t, &b); i < b.n && !found; i++) {
        if (there && is_current(&b.list[i], current, &st)) break;
        bool younger = left && there && tail_time(&b.list[i].changed) >= tail_time(&st.st_mtim);
        found = !younger && go_on_in(t, &b.list[i]);
    }
    neighbours_done(&b);
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
    struct neighbours b = look_beside(t->path, true);
    bool followed = first_after(t, &b) < b.n;
    neighbours_done(&b);
    return followed;
}
