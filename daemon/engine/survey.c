#include "survey.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/hash.h"
#include "../base/str.h"
#include "../format/format.h"

enum { SMALL_BYTES = 1024 };

struct walk {
    struct survey *survey;
    size_t entries;
};

static uint64_t told_apart(uint64_t size)
{
    uint64_t least = SMALL_BYTES;
    if (size < SMALL_BYTES) return size;
    while (least < FORMAT_HEAD_BYTES && least * 2 <= size) least *= 2;
    return least;
}

/* The order of a listing is nobody's promise: entries are added, not chained. */
static void count(struct walk *w, const char *path, const struct stat *st)
{
    uint64_t seed = told_apart(S_ISREG(st->st_mode) ? (uint64_t)st->st_size : 0) ^ (uint64_t)st->st_mode << 32;
    w->survey->signature += hash64(path, strlen(path), seed) | 1;
}

static bool keep(struct survey *s, const char *path)
{
    if (s->n_directories == s->directories_room) {
        size_t room = s->directories_room ? s->directories_room * 2 : 8;
        char **more = realloc(s->directories, room * sizeof *more);
        if (!more) return false;
        s->directories = more;
        s->directories_room = room;
    }
    char *copy = str_dup(span_of(path));
    if (copy) s->directories[s->n_directories++] = copy;
    return copy != NULL;
}

static bool passes(const char *name)
{
    static const char *const foreign[] = {".", "..", ".git", "node_modules", "__pycache__", "site-packages", ".venv", "venv"};
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (strcmp(name, foreign[i]) == 0) return false;
    return true;
}

static void walk(struct walk *w, const char *directory, int depth)
{
    DIR *d = depth <= SURVEY_DEPTH_MAX && keep(w->survey, directory) ? opendir(directory) : NULL;
    for (struct dirent *e; d && (e = readdir(d)) && w->entries < SURVEY_ENTRIES_MAX;) {
        struct stat st;
        if (!passes(e->d_name) || fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0) continue;
        struct str path = {0};
        str_addf(&path, "%s/%s", directory, e->d_name);
        w->entries++;
        if (path.p) count(w, path.p, &st);
        if (path.p && S_ISDIR(st.st_mode)) walk(w, path.p, depth + 1);
        str_done(&path);
    }
    if (d) closedir(d);
}

bool survey_take(const char *top, struct survey *ret)
{
    struct walk w = {ret, 0};
    struct stat st;
    *ret = (struct survey){0};
    if (stat(top, &st) != 0) return true;
    count(&w, top, &st);
    if (S_ISDIR(st.st_mode)) walk(&w, top, 0);
    else {
        const char *slash = strrchr(top, '/');
        char *parent = str_dup((struct span){top, slash > top ? (size_t)(slash - top) : 1});
        if (parent) keep(ret, parent);
        free(parent);
    }
    return true;
}

void survey_done(struct survey *s)
{
    if (!s) return;
    for (size_t i = 0; i < s->n_directories; i++) free(s->directories[i]);
    free(s->directories);
    *s = (struct survey){0};
}
