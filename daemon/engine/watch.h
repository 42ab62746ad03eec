/* watch - inotify, which only hurries the next look; a stat tick is the truth.
 *
 * inotify misses network file systems and writes through mmap, and its queue overflows. So an event carries no meaning but "look
 * now", an overflow means "look at everything", and when there are no more watches to be had the tick goes on alone. */
#ifndef MLWATCH_WATCH_H
#define MLWATCH_WATCH_H

#include "loop.h"

struct watch;

struct watch_hooks {
    void (*touched)(void *arg, void *who, bool names); /* names: a file came, went or was renamed; else only bytes changed */
    void (*overflow)(void *arg);                       /* everything may have changed */
    void (*say)(void *arg, const char *text);          /* once: why the watch falls back to polling */
    void *arg;
};

/* watch_new - without inotify it says so once and every function does nothing: never NULL but for want of memory. */
struct watch *watch_new(struct loop *l, const struct watch_hooks *hooks);
void watch_free(struct watch *w);
/* watch_directory - hurry `who` when something happens in this directory. The same directory may hurry several. */
void watch_directory(struct watch *w, const char *path, void *who);
/* watch_forget - who is no longer told. */
void watch_forget(struct watch *w, void *who);

#endif
