#include "writer.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* /proc/PID/fdinfo/FD: "flags:" and the open flags in octal. */
static bool opened_to_write(const char *pid, const char *fd)
{
    char path[PATH_MAX], line[128];
    unsigned flags = 0;
    bool found = false;
    snprintf(path, sizeof path, "/proc/%.20s/fdinfo/%.20s", pid, fd);
    FILE *f = fopen(path, "re");
    while (f && !found && fgets(line, sizeof line, f)) found = sscanf(line, "flags: %o", &flags) == 1;
    if (f) fclose(f);
    return found && (flags & O_ACCMODE) != O_RDONLY;
}

static bool among(const char *target, const char *const *paths, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(target, paths[i]) == 0) return true;
    return false;
}

static bool process_writes(const char *pid, const char *const *paths, size_t n)
{
    char path[PATH_MAX], target[PATH_MAX];
    bool found = false;
    snprintf(path, sizeof path, "/proc/%.20s/fd", pid);
    DIR *d = opendir(path);
    for (struct dirent *e; d && !found && (e = readdir(d));) {
        if (!isdigit((unsigned char)e->d_name[0])) continue;
        ssize_t got = readlinkat(dirfd(d), e->d_name, target, sizeof target - 1);
        if (got <= 0) continue;
        target[got] = 0;
        found = among(target, paths, n) && opened_to_write(pid, e->d_name);
    }
    if (d) closedir(d);
    return found;
}

bool writer_there(const char *const *paths, size_t n)
{
    char self[32];
    bool found = false;
    snprintf(self, sizeof self, "%ld", (long)getpid());
    DIR *d = opendir("/proc");
    for (struct dirent *e; d && !found && (e = readdir(d));)
        if (isdigit((unsigned char)e->d_name[0]) && strcmp(e->d_name, self) != 0) found = process_writes(e->d_name, paths, n);
    if (d) closedir(d);
    return found;
}
