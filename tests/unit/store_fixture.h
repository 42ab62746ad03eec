/* store_fixture - a temporary place for a memory, commits whose every part is known, and the question whether all of each is there. */
#ifndef MLWATCH_STORE_FIXTURE_H
#define MLWATCH_STORE_FIXTURE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/base/sqlite.h"
#include "../../daemon/store/store.h"

#define RUN_ID "rkilled22"

struct place {
    char dir[64], path[96];
};

static inline int make_place(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    if (!p) return -1;
    snprintf(p->dir, sizeof p->dir, "/tmp/test-store-XXXXXX");
    if (!mkdtemp(p->dir)) return -1;
    snprintf(p->path, sizeof p->path, "%s/memory.db", p->dir);
    *state = p;
    return 0;
}

/* A database and what lies beside it. */
static inline void remove_files(const char *database)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-writer", "-journal", "-vectors"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char path[160];
        snprintf(path, sizeof path, "%s%s", database, ends[i]);
        unlink(path);
    }
}

static inline int remove_place(void **state)
{
    struct place *p = *state;
    remove_files(p->path);
    int status = rmdir(p->dir);
    free(p);
    return status;
}

static inline struct store *open_or_fail(const char *path, bool writing)
{
    struct store *s = NULL;
    struct err err;
    if (store_open(path, writing, &s, &err)) fail_msg("%s", err.text);
    return s;
}

/* The k-th commit of the test, k from 1: between 1 and 400 points (now and then enough for chunks at once), an event, an incident that
 * changes, the commit's number as a fact and as the source's offset, a notice whose id repeats. */
static inline size_t points_of(uint64_t k) { return k % 13 == 0 ? 3000 : 1 + k * 2654435761u % 400; }
static inline struct point_row point_of(uint64_t i)
{
    return (struct point_row){(uint32_t)(i % 3), 0, 0, (int64_t)(i / 3), NAN, (double)(i * i % 100003) / 1000, i};
}

/* first: points in the commits before. Uses no assertion: it runs in forked children too. */
static inline enum status commit_number(struct store *s, uint64_t k, uint64_t first, struct err *err)
{
    static struct point_row points[3000];
    char number[24];
    size_t n = points_of(k);
    for (size_t i = 0; i < n; i++) points[i] = point_of(first + i);
    snprintf(number, sizeof number, "%llu", (unsigned long long)k);
    const struct source_row source = {.path = "/run/log", .format = "jsonl", .offset = k};
    const struct series_row series[] = {{0, 0, "a", AXIS_STEP}, {1, 0, "b", AXIS_STEP}, {2, 0, "c", AXIS_STEP}};
    const struct fact fact = {"commit", number};
    const struct event_row event = {0, k, EVENT_CHECKPOINT, number};
    struct incident_row incident = {
        .incident = {.id = "ikkkkkkkk", .kind = "loss_spike", .opened = 1, .closed = NAN, .message = number}, .text = number};
    struct notice_row notice = {.sink = "webhook", .body = "{}", .when = 1};
    snprintf(notice.id, sizeof notice.id, "n%llu", (unsigned long long)(k / 2));
    return store_commit(s,
                        &(struct commit){{.id = RUN_ID, .name = "killed", .path = "/run", .state = RUN_RUNNING},
                                         &source,
                                         1,
                                         series,
                                         3,
                                         points,
                                         n,
                                         &fact,
                                         1,
                                         &event,
                                         1,
                                         &incident,
                                         1,
                                         &notice,
                                         1},
                        err);
}

struct seen {
    uint64_t commit, offset, events, points, wrong;
    char message[24];
};

static inline bool see_fact(void *arg, const struct fact *f)
{
    ((struct seen *)arg)->commit = strtoull(f->value, NULL, 10);
    return true;
}
static inline bool see_source(void *arg, const struct source_row *r)
{
    ((struct seen *)arg)->offset = r->offset;
    return true;
}
static inline bool see_event(void *arg, const struct event_row *e)
{
    struct seen *seen = arg;
    seen->wrong += e->line != ++seen->events;
    return true;
}
static inline bool see_point(void *arg, const struct point_row *p)
{
    struct seen *seen = arg;
    struct point_row want = point_of(seen->points++);
    seen->wrong +=
        p->series != want.series || p->step != want.step || p->value != want.value || p->line != want.line || !isnan(p->time);
    return true;
}
static inline bool see_incident(void *arg, const struct incident_row *i)
{
    struct seen *seen = arg;
    snprintf(seen->message, sizeof seen->message, "%s", i->incident.message);
    return true;
}

static inline bool see_hit(void *arg, const struct search_hit *h)
{
    (void)arg;
    return h->n_why <= 4;
}

static inline uint64_t points_up_to(uint64_t k)
{
    uint64_t n = 0;
    for (uint64_t i = 1; i <= k; i++) n += points_of(i);
    return n;
}

/* All commits 1..k are there, each once, none half; returns k. */
static inline uint64_t assert_whole(struct store *s)
{
    struct seen seen = {0};
    struct err err;
    enum status status = store_facts(s, RUN_ID, see_fact, &seen, &err);
    if (status == E_ABSENT) return 0; /* nothing was committed yet */
    if (!status) status = store_sources(s, RUN_ID, see_source, &seen, &err);
    if (!status) status = store_events(s, RUN_ID, see_event, &seen, &err);
    if (!status) status = store_points(s, RUN_ID, see_point, &seen, &err);
    if (!status) status = store_incidents(s, RUN_ID, see_incident, &seen, &err);
    if (status) fail_msg("%s", err.text);
    assert_int_equal(seen.offset, seen.commit);
    assert_int_equal(seen.events, seen.commit);
    assert_int_equal(seen.points, points_up_to(seen.commit));
    assert_int_equal(strtoull(seen.message, NULL, 10), seen.commit);
    assert_int_equal(seen.wrong, 0);
    return seen.commit;
}

static inline int in_child(void (*act)(const char *path), const char *path)
{
    pid_t child = fork();
    if (child == 0) {
        act(path);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

#endif
