#include "neighbours.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "../../base/str.h"

enum { BESIDE_MAX = 10000, LISTED_MAX = 8 /* times, while names change */ };

void neighbours_done(struct neighbours *b)
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

/* What is still being written to take the path's place is not what was there before. */
static bool unfinished(struct span name)
{
    static const char *const endings[] = {".tmp", ".temp", ".new", ".part", ".swp"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (rotated_without(name, endings[i]).n < name.n) return true;
    return false;
}

static struct neighbours list(const char *path, bool rotated_only)
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

static bool same_files(const struct neighbours *a, const struct neighbours *b)
{
    for (size_t i = 0; i < a->n && a->n == b->n; i++) {
        const struct neighbour *x = &a->list[i], *y = &b->list[i];
        if (x->inode != y->inode || x->device != y->device || strcmp(x->path, y->path) != 0) return false;
    }
    return a->n == b->n;
}

/* While a log is rotated, names move from file to file: one is met under two of them, or under none. Two lists that are the same are right. */
struct neighbours neighbours_of(const char *path, bool rotated_only)
{
    struct neighbours b = list(path, rotated_only);
    for (int i = 1; b.n && i < LISTED_MAX; i++) {
        struct neighbours again = list(path, rotated_only);
        bool same = same_files(&b, &again);
        neighbours_done(&b);
        b = again;
        if (same) break;
    }
    return b;
}
