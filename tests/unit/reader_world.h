/* reader_world - one reader, its run and its memory, driven as the daemon drives them, in a directory of its own.
 *
 * What the run is given goes into a journal; a commit moves it into the memory together with the reader's place, in one step; a
 * kill forgets what was not committed. A new life replays the memory into a new run and wakes the reader from its row. The clock
 * is the test's own, so that nothing waits. Looks come when the test asks for them (world_turn: the daemon's tick), or only when the
 * kernel tells that something happened in the directory (world_hints, world_hint). */
#ifndef MLWATCH_READER_WORLD_H
#define MLWATCH_READER_WORLD_H

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/base/clock.h"
#include "../../daemon/engine/reader.h"
#include "../../daemon/engine/run/parts.h"

enum { WORLD_ROOM = 2 << 20, WORLD_SERIES_MAX = 64 };

struct world_point {
    uint32_t series;
    int64_t step;
    double time, value;
    uint64_t line;
};
struct world_event {
    uint64_t line;
    enum event kind;
};

struct world {
    char directory[64], path[128];
    const struct format *format;
    struct reader reader;
    struct run *run; /* NULL while nobody watches */
    bool up, asleep;
    double now;
    char *buffer;
    uint64_t bad;                       /* of lives that are over */
    struct world_point *points;         /* all that was given */
    size_t n_points, n_committed, room; /* n_committed: of them, in the memory */
    char *series[WORLD_SERIES_MAX];     /* names by id; one source */
    enum axis axes[WORLD_SERIES_MAX];
    size_t n_series, n_series_committed;
    struct world_event events[256];
    size_t n_events, n_events_committed;
    struct source_row row;
    bool has_row;
    bool shared;    /* others use the directory too */
    bool forgetful; /* as in the daemon: a history is counted, and asked for when it is needed. Else there is no memory to ask */
    bool hinted;    /* looks come when the kernel tells that something happened */
    int events_fd;
};

static inline void world_on_series(void *arg, const struct series *s)
{
    struct world *w = arg;
    assert_int_equal(s->id, w->n_series);
    assert_true(w->n_series < WORLD_SERIES_MAX);
    w->series[w->n_series] = strdup(s->name);
    w->axes[w->n_series++] = s->axis;
}

static inline void world_on_point(void *arg, const struct point *p)
{
    struct world *w = arg;
    if (w->n_points == w->room) {
        w->room = w->room ? 2 * w->room : 256;
        w->points = realloc(w->points, w->room * sizeof *w->points);
        assert_non_null(w->points);
    }
    w->points[w->n_points++] = (struct world_point){p->series->id, p->step, p->time, p->value, p->line};
}

static inline void world_on_event(void *arg, uint16_t source, uint64_t line, enum event kind, const char *text)
{
    struct world *w = arg;
    (void)source, (void)text;
    if (w->n_events < 256) w->events[w->n_events++] = (struct world_event){line, kind};
}

/* ---- lives --------------------------------------------------------------------------------------------------------------- */

/* What the memory holds of the source. */
static inline struct history world_history(const struct world *w)
{
    struct history h = {0};
    for (size_t i = 0; i < w->n_points; i++) {
        const struct world_point *p = &w->points[i];
        if (strcmp(w->series[p->series], "event") != 0) history_point(&h, p->series, p->step, p->value, p->line);
    }
    for (size_t i = 0; i < w->n_events; i++) history_event(&h, (int)w->events[i].kind, w->events[i].line);
    return h;
}

/* What the memory holds, in a new run and in the reader's history, as the daemon makes them. */
static inline void world_replay(struct world *w)
{
    struct run_options o = {.hooks = {w, world_on_series, world_on_point, NULL, world_on_event, NULL}};
    w->run = run_new("world", w->directory, &o);
    assert_int_equal(run_source(w->run, w->path, w->format->name, "named by the test"), 0);
    for (size_t i = 0; i < w->n_series; i++) run_replay_series(w->run, 0, w->series[i], w->axes[i]);
    for (size_t i = 0; i < w->n_points; i++) {
        const struct world_point *p = &w->points[i];
        run_replay_point(w->run, p->series, p->step, p->time, p->value, p->line);
    }
    for (size_t i = 0; i < w->n_events; i++) run_replay_event(w->run, 0, w->events[i].line, w->events[i].kind, "");
    w->reader.history = world_history(w);
    assert_true(reader_wake(&w->reader, w->run, 0));
}

static inline void world_start(struct world *w)
{
    assert_true(reader_init(&w->reader, w->path, w->format, "named by the test"));
    w->reader.remembered = w->forgetful;
    if (w->has_row) reader_resume(&w->reader, &w->row);
    world_replay(w);
    w->up = true;
    w->asleep = false;
}

static inline void world_commit(struct world *w)
{
    struct source_row row;
    if (!w->up || w->asleep) return;
    if (reader_row(&w->reader, &row)) {
        row.path = w->path;
        row.format = w->format->name;
        w->row = row;
        w->has_row = true;
    }
    w->n_committed = w->n_points;
    w->n_series_committed = w->n_series;
    w->n_events_committed = w->n_events;
}

static inline void world_forget_run(struct world *w)
{
    if (w->run) w->bad += w->run->sources[0]->bad;
    run_free(w->run);
    w->run = NULL;
}

/* kill -9: what was not committed is gone. */
static inline void world_kill(struct world *w)
{
    if (!w->up) return;
    reader_done(&w->reader);
    world_forget_run(w);
    w->n_points = w->n_committed;
    while (w->n_series > w->n_series_committed) free(w->series[--w->n_series]);
    w->n_events = w->n_events_committed;
    w->up = false;
}

/* SIGTERM: it commits and goes. */
static inline void world_stop(struct world *w)
{
    world_commit(w);
    world_kill(w);
}

/* A run that is quiet is let go; its reader keeps its place. */
static inline void world_sleep(struct world *w)
{
    if (!w->up || w->asleep || w->reader.news || reader_busy(&w->reader)) return;
    world_commit(w);
    reader_sleep(&w->reader);
    world_forget_run(w);
    w->asleep = true;
}

/* Everything is forgotten, memory too: as if nobody had ever watched. */
static inline void world_reset(struct world *w)
{
    w->n_committed = w->n_series_committed = w->n_events_committed = 0;
    world_kill(w);
    w->n_points = w->n_events = 0;
    while (w->n_series) free(w->series[--w->n_series]);
    w->has_row = false;
    w->bad = 0;
}

/* ---- turns --------------------------------------------------------------------------------------------------------------- */

static inline bool world_look(struct world *w)
{
    if (!w->up) return false;
    bool news = reader_look(&w->reader, w->now);
    if (news && w->asleep) {
        world_replay(w);
        w->asleep = false;
    }
    return news;
}

/* The memory answers a reader that awaits its history, when all is written. */
static inline void world_remember(struct world *w)
{
    if (!w->up || w->asleep || !reader_awaits(&w->reader)) return;
    world_commit(w);
    struct history h = world_history(w);
    reader_remembers(&w->reader, &h);
}

/* A look, and a turn of at most room bytes if there is news. */
static inline bool world_turn(struct world *w, size_t room)
{
    world_remember(w);
    bool news = world_look(w);
    if (news) reader_turn(&w->reader, w->buffer, room, w->now, clock_now() + 10);
    w->reader.spent = 0; /* a machine that is busy changes nothing */
    return news || (w->up && reader_awaits(&w->reader));
}

/* From now on the kernel tells what happens in the directory. */
static inline void world_hints(struct world *w)
{
    w->events_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    assert_true(w->events_fd >= 0);
    w->hinted = inotify_add_watch(w->events_fd, w->directory, IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVE) >= 0;
    assert_true(w->hinted);
}

/* What the kernel has told: bytes alone are read the short way where that will do, as the daemon does it. */
static inline void world_hint(struct world *w)
{
    char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
    uint32_t told = 0;
    for (ssize_t n; (n = read(w->events_fd, events, sizeof events)) > 0;)
        for (char *p = events; p < events + n; p += sizeof(struct inotify_event) + ((struct inotify_event *)(void *)p)->len)
            told |= ((struct inotify_event *)(void *)p)->mask;
    if (!told) return;
    w->now += 0.01;
    bool awake = w->up && !w->asleep && !w->reader.news;
    if (told == IN_MODIFY && awake && reader_append(&w->reader, w->buffer, WORLD_ROOM, w->now)) return;
    world_turn(w, WORLD_ROOM);
}

/* Until nothing is new for longer than a file that was read again is let alone. */
static inline void world_settle(struct world *w)
{
    if (!w->up) world_start(w);
    for (int quiet = 0, turns = 0; quiet < 3; turns++) {
        assert_in_range(turns, 0, 2000);
        w->now += quiet ? 1.0 : 0.01;
        quiet = world_turn(w, WORLD_ROOM) ? 0 : quiet + 1;
    }
}

/* The daemon does not stop, is stopped, or is killed, and comes back. When it is killed, committed says whether its memory had all it gave. */
enum world_stop { WORLD_RUNS, WORLD_SLEEPS, WORLD_TERMINATED, WORLD_KILLED, WORLD_STOPS };
static inline void world_leave(struct world *w, enum world_stop how, bool committed)
{
    if (how == WORLD_SLEEPS) world_sleep(w);
    if (how == WORLD_TERMINATED) world_stop(w);
    if (how == WORLD_KILLED && committed) world_commit(w);
    if (how == WORLD_KILLED) world_kill(w);
}

/* Turns at one moment, while there is news. */
static inline void world_catch_up(struct world *w)
{
    if (!w->up) world_start(w);
    for (int turns = 0; world_turn(w, WORLD_ROOM); turns++) assert_in_range(turns, 0, 2000);
}

/* What was given so far, as text: one line a point, with or without its line number. The caller frees it. */
static inline char *world_text(const struct world *w, bool lines)
{
    size_t room = 64 + w->n_points * 160, n = 0;
    char *text = malloc(room);
    assert_non_null(text);
    text[0] = 0;
    for (size_t i = 0; i < w->n_points; i++) {
        const struct world_point *p = &w->points[i];
        n += (size_t)snprintf(text + n, room - n, "%.80s %lld %.17g", w->series[p->series], (long long)p->step, p->value);
        n += (size_t)snprintf(text + n, room - n, lines ? " @%llu\n" : "\n", (unsigned long long)p->line);
        assert_true(n < room);
    }
    return text;
}

static inline uint64_t world_bad(const struct world *w) { return w->bad + (w->run ? w->run->sources[0]->bad : 0); }

/* How many points of a series were given; with `value`, how many with just that step and value. */
static inline size_t world_count(const struct world *w, const char *series, int64_t step, const double *value)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n_points; i++) {
        const struct world_point *p = &w->points[i];
        if (strcmp(w->series[p->series], series) != 0) continue;
        n += !value || (p->step == step && memcmp(&p->value, value, sizeof *value) == 0);
    }
    return n;
}

/* world_put - write a file whole or to its end: flags are O_TRUNC, O_EXCL or 0. */
static inline void world_put(const char *path, int flags, const char *p, size_t n)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | flags, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, p, n), n);
    close(fd);
}

/* The long variant of a test, MLWATCH_DEEP=1; the short one; and one for builds that are slow because they look at every access. */
static inline size_t world_count_of(size_t deep, size_t plain, size_t checked)
{
    const char *text = getenv("MLWATCH_DEEP");
#ifdef __SANITIZE_ADDRESS__
    plain = checked;
#else
    (void)checked;
#endif
    return text && *text ? deep : plain;
}

/* ---- life of the test ------------------------------------------------------------------------------------------------------ */

/* In a directory that others may share; NULL: in one of its own. */
static inline void world_open_in(struct world *w, const char *directory, const char *name, const char *format)
{
    *w = (struct world){
        .format = format_by_name(format), .now = 1000, .buffer = malloc(WORLD_ROOM), .forgetful = true, .events_fd = -1};
    assert_non_null(w->format);
    assert_non_null(w->buffer);
    bool memory = access("/dev/shm", W_OK) == 0;
    if (memory) setenv("TMPDIR", "/dev/shm", 0); /* for what is unpacked */
    if (directory) snprintf(w->directory, sizeof w->directory, "%s", directory);
    else snprintf(w->directory, sizeof w->directory, "%s/mlwatch-world.XXXXXX", memory ? "/dev/shm" : "/tmp");
    if (!directory) assert_non_null(mkdtemp(w->directory));
    w->shared = directory != NULL;
    snprintf(w->path, sizeof w->path, "%s/%s", w->directory, name);
}

static inline void world_open(struct world *w, const char *name, const char *format) { world_open_in(w, NULL, name, format); }

/* Removes the directory and what is in it, if it is its own. */
static inline void world_close(struct world *w)
{
    world_kill(w);
    if (w->events_fd >= 0) close(w->events_fd);
    free(w->points);
    free(w->buffer);
    while (w->n_series) free(w->series[--w->n_series]);
    if (w->shared) return;
    DIR *d = opendir(w->directory);
    for (struct dirent *e; d && (e = readdir(d));)
        if (unlinkat(dirfd(d), e->d_name, 0) != 0) (void)unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR);
    if (d) closedir(d);
    rmdir(w->directory);
}

#endif
