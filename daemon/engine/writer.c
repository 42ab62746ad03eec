#include "writer.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/hash.h"

static uint64_t name_of(const char *path) { return hash64(path, strlen(path), 0); }

static void add(struct writers *w, uint64_t file)
{
    if (w->n == w->room) {
        size_t room = w->room ? 2 * w->room : 64;
        uint64_t *more = realloc(w->files, room * sizeof *more);
        if (!more) return;
        w->files = more;
        w->room = room;
    }
    w->files[w->n++] = file;
}

/* The permissions of the link /proc/PID/fd/N are those that the file was opened with (proc(5)). */
static void take_descriptor(struct writers *w, int directory, const char *name)
{
    char target[PATH_MAX];
    struct stat st;
    if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !(st.st_mode & S_IWUSR)) return;
    ssize_t n = readlinkat(directory, name, target, sizeof target - 1);
    if (n <= 0 || target[0] != '/' || strncmp(target, "/dev/", 5) == 0) return;
    target[n] = 0;
    add(w, name_of(target));
}

static void take_process(struct writers *w, const char *pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%.20s/fd", pid);
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));)
        if (isdigit((unsigned char)e->d_name[0])) take_descriptor(w, dirfd(d), e->d_name);
    if (d) closedir(d);
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

void writers_take(struct writers *w)
{
    char self[32];
    double start = clock_now();
    snprintf(self, sizeof self, "%ld", (long)getpid());
    w->n = 0;
    DIR *d = opendir("/proc");
    for (struct dirent *e; d && (e = readdir(d));)
        if (isdigit((unsigned char)e->d_name[0]) && strcmp(e->d_name, self) != 0) take_process(w, e->d_name);
    if (d) closedir(d);
    if (w->n) qsort(w->files, w->n, sizeof *w->files, ascending);
    w->taken = clock_now();
    w->cost = w->taken - start;
}

bool writers_have(const struct writers *w, const char *const *paths, size_t n)
{
    for (size_t i = 0; w->n && i < n; i++) {
        uint64_t file = name_of(paths[i]);
        if (bsearch(&file, w->files, w->n, sizeof file, ascending)) return true;
    }
    return false;
}

void writers_done(struct writers *w)
{
    free(w->files);
    *w = (struct writers){0};
}

bool writer_there(const char *const *paths, size_t n)
{
    struct writers w = {0};
    writers_take(&w);
    bool there = writers_have(&w, paths, n);
    writers_done(&w);
    return there;
}
