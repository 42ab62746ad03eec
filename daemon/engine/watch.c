#include "watch.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "whose.h"

/* Who wants to hear of a watch, under which path. A hash table by watch descriptor with linear probing; an entry without who is empty. */
struct pair {
    int wd;
    void *who;
    uint64_t directory;
};
struct watch {
    struct loop *loop;
    struct watch_hooks hooks;
    int fd;
    bool said;
    struct loop_timer pause;
    struct pair *pairs;
    size_t n, room;
};

enum {
    EVENTS = IN_MODIFY | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR,
    NAMES = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_IGNORED,
    FIRST_ROOM = 32
};

static void say_once(struct watch *w, const char *text)
{
    if (w->said) return;
    w->said = true;
    w->hooks.say(w->hooks.arg, text);
}

/* ---- pairs --------------------------------------------------------------------------------------------------------------- */

/* Watch descriptors count up, and neighbours would make one long row: multiplied by 2^64 / the golden ratio they lie apart. */
static size_t home(const struct watch *w, int wd)
{
    return (size_t)((uint64_t)wd * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (w->room - 1);
}
static size_t next(const struct watch *w, size_t at) { return (at + 1) & (w->room - 1); }

static void put(struct watch *w, struct pair p)
{
    size_t at = home(w, p.wd);
    while (w->pairs[at].who) at = next(w, at);
    w->pairs[at] = p;
    w->n++;
}

/* All pairs but those of wd (or of who, where that is given) into a table of this size. */
static bool rebuild(struct watch *w, size_t room, int wd, const void *who)
{
    struct pair *old = w->pairs;
    size_t n = w->room;
    struct pair *fresh = calloc(room, sizeof *fresh);
    if (!fresh) return false;
    w->pairs = fresh;
    w->room = room;
    w->n = 0;
    for (size_t i = 0; i < n; i++)
        if (old[i].who && (who ? old[i].who != who : old[i].wd != wd)) put(w, old[i]);
    free(old);
    return true;
}

static bool has(const struct watch *w, const struct pair *p)
{
    for (size_t at = w->room ? home(w, p->wd) : 0; w->room && w->pairs[at].who; at = next(w, at)) {
        const struct pair *here = &w->pairs[at];
        if (here->wd == p->wd && (!p->who || (here->who == p->who && here->directory == p->directory))) return true;
    }
    return false;
}

/* ---- events -------------------------------------------------------------------------------------------------------------- */

static void one(struct watch *w, const struct inotify_event *e)
{
    if (e->mask & IN_Q_OVERFLOW) {
        w->hooks.overflow(w->hooks.arg);
        return;
    }
    const char *name = e->len ? e->name : "";
    for (size_t at = w->room ? home(w, e->wd) : 0; w->room && w->pairs[at].who; at = next(w, at)) {
        const struct pair *p = &w->pairs[at];
        if (p->wd == e->wd) w->hooks.touched(w->hooks.arg, p->who, p->directory, name, (e->mask & NAMES) != 0);
    }
    if (e->mask & IN_IGNORED) (void)rebuild(w, w->room, e->wd, NULL);
}

static bool take_events(struct watch *w)
{
    char buffer[16 << 10] __attribute__((aligned(__alignof__(struct inotify_event))));
    bool any = false;
    for (ssize_t n; (n = read(w->fd, buffer, sizeof buffer)) > 0; any = true)
        for (char *p = buffer; p < buffer + n;) {
            const struct inotify_event *e = (const struct inotify_event *)(void *)p;
            one(w, e);
            p += sizeof *e + e->len;
        }
    if (any) w->hooks.told(w->hooks.arg);
    return any;
}

/* Told of once, the kernel says nothing until it is asked again: during the pause no event wakes the process. (With a mask of 0 instead each one
 * would, inside epoll_wait: inotify does not say which events its wake-ups are for.) */
static void take_and_pause(struct watch *w)
{
    if (take_events(w)) loop_start(w->loop, &w->pause, WATCH_PAUSE_S);
    else loop_change(w->loop, w->fd, EPOLLIN | EPOLLONESHOT);
}

static void ready(void *arg, uint32_t events)
{
    (void)events;
    take_and_pause(arg);
}

static void pause_over(void *arg) { take_and_pause(arg); }

/* ---- the outside --------------------------------------------------------------------------------------------------------- */

struct watch *watch_new(struct loop *l, const struct watch_hooks *hooks)
{
    struct watch *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    w->loop = l;
    w->hooks = *hooks;
    w->pause = (struct loop_timer){.fire = pause_over, .arg = w};
    w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (w->fd >= 0 && loop_add(l, w->fd, EPOLLIN | EPOLLONESHOT, ready, w, NULL) == OK) return w;
    say_once(w, "inotify is not available here; files are looked at once a second instead");
    if (w->fd >= 0) close(w->fd);
    w->fd = -1;
    return w;
}

void watch_free(struct watch *w)
{
    if (!w) return;
    loop_cancel(w->loop, &w->pause);
    if (w->fd >= 0) {
        loop_remove(w->loop, w->fd);
        close(w->fd);
    }
    free(w->pairs);
    free(w);
}

void watch_directory(struct watch *w, const char *path, void *who)
{
    if (w->fd < 0) return;
    struct pair p = {inotify_add_watch(w->fd, path, EVENTS), who, whose_directory(path)};
    if (p.wd < 0) {
        if (errno == ENOSPC || errno == ENOMEM)
            say_once(
                w, "no more inotify watches (fs.inotify.max_user_watches): some directories are looked at once a second instead");
        return;
    }
    if (has(w, &p)) return;
    if ((w->n + 1) * 2 > w->room && !rebuild(w, w->room ? w->room * 2 : FIRST_ROOM, -1, NULL)) return;
    put(w, p);
}

void watch_forget(struct watch *w, void *who)
{
    size_t n = w->room;
    struct pair *old = n ? malloc(n * sizeof *old) : NULL;
    if (!old) return;
    memcpy(old, w->pairs, n * sizeof *old);
    if (rebuild(w, n, -1, who))
        for (size_t i = 0; i < n; i++)
            if (old[i].who == who && !has(w, &(struct pair){.wd = old[i].wd})) inotify_rm_watch(w->fd, old[i].wd);
    free(old);
}
