#include "whose.h"

#include <stdlib.h>
#include <string.h>

#include "../base/hash.h"
#include "../base/span.h"
#include "warm.h"

enum { FIRST_ROOM = 16 };

struct whose_entry {
    uint64_t directory, name; /* hashes */
    void *owner;
    size_t which;
    uint32_t next_path, next_directory; /* of the chain: entry + 1 */
};

static uint64_t hash_text(const char *p, size_t n) { return hash64(p, n, 0); }

uint64_t whose_directory(const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    return hash_text(path, n);
}

uint64_t whose_name(const char *name) { return hash_text(name, strlen(name)); }

static struct whose_entry entry_of(const char *path, void *owner, size_t which)
{
    const char *slash = strrchr(path, '/'), *name = path_name(path);
    size_t n = slash > path ? (size_t)(slash - path) : 1;
    return (struct whose_entry){
        .directory = hash_text(slash > path ? path : "/", n), .name = whose_name(name), .owner = owner, .which = which};
}

static size_t path_slot(const struct whose *w, uint64_t directory, uint64_t name)
{
    return (size_t)(directory * 31 + name) & (w->room - 1);
}
static size_t directory_slot(const struct whose *w, uint64_t directory) { return (size_t)directory & (w->room - 1); }

void whose_done(struct whose *w)
{
    if (!w) return;
    free(w->entries);
    free(w->by_path);
    free(w->by_directory);
    *w = (struct whose){0};
}

static void chain(struct whose *w, uint32_t number)
{
    struct whose_entry *e = &w->entries[number - 1];
    uint32_t *path = &w->by_path[path_slot(w, e->directory, e->name)],
             *directory = &w->by_directory[directory_slot(w, e->directory)];
    e->next_path = *path;
    e->next_directory = *directory;
    *path = *directory = number;
}

/* A full table is made anew, twice as large: then every entry is in use, and their order is that in which they came. */
static bool grow(struct whose *w)
{
    size_t room = w->room ? w->room * 2 : FIRST_ROOM;
    uint32_t *by_path = calloc(room, sizeof *by_path), *by_directory = calloc(room, sizeof *by_directory);
    struct whose_entry *entries = by_path && by_directory ? realloc(w->entries, room * sizeof *entries) : NULL;
    if (!entries) return free(by_path), free(by_directory), false;
    free(w->by_path);
    free(w->by_directory);
    *w = (struct whose){.entries = entries, .by_path = by_path, .by_directory = by_directory, .n = w->n, .room = room};
    for (uint32_t i = 1; i <= w->n; i++) chain(w, i);
    return true;
}

bool whose_add(struct whose *w, const char *path, void *owner, size_t which)
{
    if (!w->unused && w->n == w->room && !grow(w)) return false;
    uint32_t number = w->unused ? w->unused : (uint32_t)++w->n;
    if (w->unused) w->unused = w->entries[number - 1].next_path;
    w->entries[number - 1] = entry_of(path, owner, which);
    chain(w, number);
    return true;
}

void whose_remove(struct whose *w, const char *path, void *owner)
{
    if (!w->room) return;
    struct whose_entry gone = entry_of(path, owner, 0), *all = w->entries;
    uint32_t *at = &w->by_path[path_slot(w, gone.directory, gone.name)];
    while (*at && (all[*at - 1].owner != owner || all[*at - 1].directory != gone.directory || all[*at - 1].name != gone.name))
        at = &all[*at - 1].next_path;
    uint32_t number = *at;
    if (!number) return;
    *at = all[number - 1].next_path;
    at = &w->by_directory[directory_slot(w, gone.directory)];
    while (*at != number) at = &all[*at - 1].next_directory;
    *at = all[number - 1].next_directory;
    all[number - 1] = (struct whose_entry){.next_path = w->unused};
    w->unused = number;
}

size_t whose_named(const struct whose *w, uint64_t directory, uint64_t name, void (*hit)(void *arg, void *owner, size_t which),
                   void *arg)
{
    size_t n = 0;
    const struct whose_entry *e;
    for (uint32_t at = w->room ? w->by_path[path_slot(w, directory, name)] : 0; at; at = e->next_path) {
        e = &w->entries[at - 1];
        if (e->directory == directory && e->name == name) hit(arg, e->owner, e->which), n++;
    }
    return n;
}

size_t whose_each(const struct whose *w, uint64_t directory, void (*hit)(void *arg, void *owner, size_t which), void *arg)
{
    size_t n = 0;
    const struct whose_entry *e;
    for (uint32_t at = w->room ? w->by_directory[directory_slot(w, directory)] : 0; at; at = e->next_directory) {
        e = &w->entries[at - 1];
        if (e->directory == directory) hit(arg, e->owner, e->which), n++;
    }
    return n;
}

void whose_warm(const struct whose *w, uint64_t directory, uint64_t name, int step)
{
    const uint32_t *slot = w->room ? &w->by_path[path_slot(w, directory, name)] : NULL;
    if (step == 0) warm(slot, sizeof *slot);
    else if (slot && *slot) warm(&w->entries[*slot - 1], sizeof *w->entries);
}

void *whose_path(const struct whose *w, const char *path)
{
    struct whose_entry e = entry_of(path, NULL, 0);
    uint32_t at = w->room ? w->by_path[path_slot(w, e.directory, e.name)] : 0;
    while (at && (w->entries[at - 1].directory != e.directory || w->entries[at - 1].name != e.name))
        at = w->entries[at - 1].next_path;
    return at ? w->entries[at - 1].owner : NULL;
}
