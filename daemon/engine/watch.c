#include "watch.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

struct pair {
    int wd;
    void *who;
};
struct watch {
    struct loop *loop;
    struct watch_hooks hooks;
    int fd;
    bool said;
    struct pair *pairs;
    size_t n, room;
};

enum {
    EVENTS = IN_MODIFY | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR,
    NAMES = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_IGNORED
};

static void say_once(struct watch *w, const char *text)
{
    if (w->said) return;
    w->said = true;
    w->hooks.say(w->hooks.arg, text);
}

static void forget_watch(struct watch *w, int wd)
{
    size_t kept = 0;
    for (size_t i = 0; i < w->n; i++)
        if (w->pairs[i].wd != wd) w->pairs[kept++] = w->pairs[i];
    w->n = kept;
}

/* Callbacks may add and forget watches: the list is walked by index, backwards. */
static void one(struct watch *w, const struct inotify_event *e)
{
    if (e->mask & IN_Q_OVERFLOW) {
        w->hooks.overflow(w->hooks.arg);
        return;
    }
    for (size_t i = w->n; i-- > 0;)
        if (i < w->n && w->pairs[i].wd == e->wd) w->hooks.touched(w->hooks.arg, w->pairs[i].who, (e->mask & NAMES) != 0);
    if (e->mask & IN_IGNORED) forget_watch(w, e->wd);
}

static void ready(void *arg, uint32_t events)
{
    struct watch *w = arg;
    char buffer[16 << 10] __attribute__((aligned(__alignof__(struct inotify_event))));
    (void)events;
    for (;;) {
        ssize_t n = read(w->fd, buffer, sizeof buffer);
        if (n <= 0) return;
        for (char *p = buffer; p < buffer + n;) {
            const struct inotify_event *e = (const struct inotify_event *)(void *)p;
            one(w, e);
            p += sizeof *e + e->len;
        }
    }
}

struct watch *watch_new(struct loop *l, const struct watch_hooks *hooks)
{
    struct watch *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    w->loop = l;
    w->hooks = *hooks;
    w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (w->fd >= 0 && loop_add(l, w->fd, EPOLLIN, ready, w, NULL) == OK) return w;
    say_once(w, "inotify is not available here; files are looked at once a second instead");
    if (w->fd >= 0) close(w->fd);
    w->fd = -1;
    return w;
}

void watch_free(struct watch *w)
{
    if (!w) return;
    if (w->fd >= 0) {
        loop_remove(w->loop, w->fd);
        close(w->fd);
    }
    free(w->pairs);
    free(w);
}

static bool has(const struct watch *w, int wd, const void *who)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->pairs[i].wd == wd && w->pairs[i].who == who) return true;
    return false;
}

void watch_directory(struct watch *w, const char *path, void *who)
{
    if (w->fd < 0) return;
    int wd = inotify_add_watch(w->fd, path, EVENTS);
    if (wd < 0) {
        if (errno == ENOSPC || errno == ENOMEM)
            say_once(
                w, "no more inotify watches (fs.inotify.max_user_watches): some directories are looked at once a second instead");
        return;
    }
    if (has(w, wd, who)) return;
    if (w->n == w->room) {
        size_t room = w->room ? w->room * 2 : 16;
        struct pair *more = realloc(w->pairs, room * sizeof *more);
        if (!more) return;
        w->pairs = more;
        w->room = room;
    }
    w->pairs[w->n++] = (struct pair){wd, who};
}

static bool wanted(const struct watch *w, int wd)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->pairs[i].wd == wd) return true;
    return false;
}

void watch_forget(struct watch *w, void *who)
{
    for (size_t i = w->n; i-- > 0;) {
        if (w->pairs[i].who != who) continue;
        int wd = w->pairs[i].wd;
        w->pairs[i] = w->pairs[--w->n];
        if (!wanted(w, wd)) inotify_rm_watch(w->fd, wd);
    }
}
