/* watch - inotify, which only hurries the next look; a stat tick is the truth.
 *
 * inotify misses network file systems and writes through mmap, and its queue overflows. So an event carries no meaning but "look
 * now", an overflow means "look at everything", and when there are no more watches to be had the tick goes on alone.
 *
 * Events that come one by one are taken LOOP_GRID_S apart, all that are there at a time: the first one at once, and a thousand lines a
 * second, each in a file of its own, wake the process no more often than that. */
#ifndef MLWATCH_WATCH_H
#define MLWATCH_WATCH_H

#include "loop.h"

#define WATCH_PAUSE_S (LOOP_GRID_S / 2) /* taking them may last the other half: the pause ends with the grid */

struct watch;

struct watch_hooks {
    /* directory: whose_directory() of the path that was given; name: in it, "" when the directory itself is meant; names: a file came,
     * went or was renamed, else only bytes changed. Hooks may not add or forget watches. */
    void (*touched)(void *arg, void *who, uint64_t directory, const char *name, bool names);
    void (*told)(void *arg);                  /* no more for now: touched() was called for all that happened */
    void (*overflow)(void *arg);              /* everything may have changed */
    void (*say)(void *arg, const char *text); /* once: why the watch falls back to polling */
    void *arg;
};

/* watch_new - without inotify it says so once and every function does nothing: never NULL but for want of memory. */
struct watch *watch_new(struct loop *l, const struct watch_hooks *hooks);
void watch_free(struct watch *w);
/* watch_directory - hurry `who` when something happens in this directory. The same directory may hurry several. Cost: a system call */
void watch_directory(struct watch *w, const char *path, void *who);
/* watch_forget - who is no longer told. Cost: all watches */
void watch_forget(struct watch *w, void *who);

#endif
