/* whose - whose is a path: what inotify tells about a directory and a name leads to the run that reads it, and a directory that was scanned
 * again to the run that is there.
 *
 * A path is known by the hash of its directory and of its name only: an event hurries a look and carries no other meaning, so two paths
 * of one hash cost a look for nothing. */
#ifndef MLWATCH_WHOSE_H
#define MLWATCH_WHOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct whose_entry;
struct whose {
    struct whose_entry *entries;
    uint32_t *by_path, *by_directory; /* heads of the chains, entry + 1 */
    size_t n, room;                   /* room: a power of two */
    uint32_t unused;                  /* chain of entries that were removed */
};

/* whose_done - zeroed is empty; takes NULL. */
void whose_done(struct whose *w);
/* whose_add - the path is the owner's, its number `which`. The same path may have several owners. False when memory ran out. O(1)
 * whose_remove - it is not any more; nothing when it was not. Cost: the paths of its directory */
bool whose_add(struct whose *w, const char *path, void *owner, size_t which);
void whose_remove(struct whose *w, const char *path, void *owner);

/* whose_directory - the hash of a directory's path, with or without a slash at its end. whose_name - of a name in one. */
uint64_t whose_directory(const char *path);
uint64_t whose_name(const char *name);
/* whose_named - call hit for every owner of this name in this directory. whose_each - of any name; hit may not add or remove.
 * Return how many there were. Cost: O(1); the paths of the directory. */
size_t whose_named(const struct whose *w, uint64_t directory, uint64_t name, void (*hit)(void *arg, void *owner, size_t which),
                   void *arg);
size_t whose_each(const struct whose *w, uint64_t directory, void (*hit)(void *arg, void *owner, size_t which), void *arg);
/* whose_warm - memory that whose_named will need is asked for ahead (warm.h): in step 0 what leads to the owner, in step 1 who it is. */
void whose_warm(const struct whose *w, uint64_t directory, uint64_t name, int step);
/* whose_path - the owner of exactly this path that came last, NULL when nobody's. O(1) */
void *whose_path(const struct whose *w, const char *path);

#endif
