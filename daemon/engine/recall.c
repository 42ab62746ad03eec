/* recall - reads a directory, or replays what the memory holds. */
#include "recall.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../base/clock.h"
#include "paths.h"
#include "project.h"
#include "read.h"

enum { HEAD_BYTES = 4096, NAMED_MAX = 5, CLOCK_EVERY = 4096, EVENTS_HELD_MAX = 4096 };

double recall_deadline(double seconds) { return clock_now() + seconds; }

enum status recall_open(struct recall *c, struct err *err)
{
    *c = (struct recall){0};
    enum status s = config_open(&c->config, err);
    if (!s) s = knowledge_open(&c->knowledge, err);
    if (!s) s = hosts_open(&c->hosts, err);
    if (s) recall_close(c);
    return s;
}

void recall_close(struct recall *c)
{
    if (!c) return;
    run_free(c->run);
    hosts_close(&c->hosts);
    knowledge_done(&c->knowledge);
    config_done(&c->config);
    *c = (struct recall){0};
}

static enum status new_run(struct recall *c, const char *printed, const char *path, struct err *err)
{
    struct run_options o = {.knowledge = &c->knowledge,
                            .config = &c->config,
                            .sensitivity = c->config.sensitivity,
                            .outcomes = c->hosts.outcomes,
                            .n_outcomes = c->hosts.n_outcomes};
    run_free(c->run);
    c->run = run_new(printed, path, &o);
    return c->run ? OK : err_set(err, E_MEMORY, "cannot look at '%s': out of memory", printed);
}

/* ---- from a directory --------------------------------------------------------------------------------------------------- */

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The id that every host gives this run: from its directory's name and the head of its first source. */
static void identify(const struct scan_run *from, const char *absolute, char id[12])
{
    char head[HEAD_BYTES];
    ssize_t n = 0;
    int fd = open(from->sources[0].path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0) n = read(fd, head, sizeof head);
    if (fd >= 0) close(fd);
    run_identify(id, last_part(absolute), head, n > 0 ? (size_t)n : 0);
}

/* A run that was young when it was first seen has the id of the few bytes it had then: its path knows it too. */
static void find_in_memory(struct recall *c, const char *id, const char *absolute)
{
    struct hosts_run known;
    bool there = hosts_run(&c->hosts, id, &known, NULL) == OK || hosts_run(&c->hosts, absolute, &known, NULL) == OK;
    strcpy(c->run_id, there ? known.row.id : "");
}

static enum status several_runs(const struct scan *s, const char *which, struct err *err)
{
    struct str names = {0};
    for (size_t i = 0; i < s->n_runs && i < NAMED_MAX; i++) str_addf(&names, "%s%s", i ? ", " : "", s->runs[i].root);
    err_set(err, E_USAGE, "'%s' holds %zu runs; name one of them: %s%s", which, s->n_runs, names.p,
            s->n_runs > NAMED_MAX ? ", ..." : "");
    str_done(&names);
    return E_USAGE;
}

static enum status read_scanned(struct recall *c, const struct scan_run *from, double deadline, struct err *err)
{
    char id[12];
    char *absolute = paths_absolute(from->root);
    if (!absolute) return err_set(err, E_MEMORY, "cannot look at '%s': out of memory", from->root);
    enum status s = new_run(c, from->root, absolute, err);
    if (!s) {
        struct err one = {0};
        identify(from, absolute, id);
        find_in_memory(c, id, absolute);
        char *project = project_key(absolute);
        run_set_id(c->run, *c->run_id ? c->run_id : id, last_part(absolute), project);
        free(project);
        s = read_run(c->run, from, deadline, &one);
        if (s && s != E_LIMIT && run_points(c->run)) s = OK; /* one source failed, the others tell enough */
        if (!s && !run_points(c->run)) s = err_set(&one, E_FORMAT, "'%s' holds no record that could be read", from->root);
        if (s && err) *err = one;
    }
    free(absolute);
    return s;
}

static enum status from_directory(struct recall *c, const char *which, double deadline, struct err *err)
{
    struct scan scan = {0};
    enum status s = scan_directory(which, &scan, err);
    if (s) return s;
    if (scan.n_runs == 0) scan_explain(&scan, which, err), s = E_ABSENT;
    else if (scan.n_runs > 1) s = several_runs(&scan, which, err);
    else s = read_scanned(c, &scan.runs[0], deadline, err);
    scan_done(&scan);
    return s;
}

/* ---- from the memory ---------------------------------------------------------------------------------------------------- */

struct held_event {
    uint16_t source;
    uint64_t line;
    enum event kind;
    const char *text;
};
struct replay {
    struct run *run;
    struct arena arena; /* formats' names of a version that had others, and events until their turn */
    struct held_event *events;
    size_t n_events, next;
    uint64_t points;
    double deadline;
    bool late;
};

static bool give_source(void *arg, const struct source_row *row)
{
    struct replay *p = arg;
    const struct format *f = format_by_name(row->format);
    return run_source(p->run, row->path, f ? f->name : "unknown", "remembered") >= 0;
}

static bool give_series(void *arg, const struct series_row *row)
{
    struct replay *p = arg;
    run_replay_series(p->run, row->source, row->name, row->axis);
    return true;
}

static bool give_fact(void *arg, const struct fact *f)
{
    struct replay *p = arg;
    run_replay_fact(p->run, f->key, f->value);
    return true;
}

static bool hold_event(void *arg, const struct event_row *row)
{
    struct replay *p = arg;
    if (p->n_events == EVENTS_HELD_MAX) return false;
    const char *text = arena_copy(&p->arena, row->text ? row->text : "", row->text ? strlen(row->text) : 0);
    if (!text) return false;
    p->events[p->n_events++] = (struct held_event){row->source, row->line, row->kind, text};
    return true;
}

/* Events are kept in the order in which they came: the first that is not due holds back those behind it. */
static void give_events(struct replay *p, const struct point_row *before)
{
    for (; p->next < p->n_events; p->next++) {
        const struct held_event *e = &p->events[p->next];
        if (before && !(e->source == before->source && e->line < before->line)) return;
        run_replay_event(p->run, e->source, e->line, e->kind, e->text);
    }
}

static bool give_point(void *arg, const struct point_row *row)
{
    struct replay *p = arg;
    give_events(p, row);
    run_replay_point(p->run, row->series, row->step, row->time, row->value, row->line);
    p->late = p->points++ % CLOCK_EVERY == 0 && clock_now() > p->deadline;
    return !p->late;
}

enum status recall_replay(struct store *store, const char *run_id, struct run *r, double deadline, struct err *err)
{
    enum status s;
    struct replay p = {.run = r, .deadline = deadline};
    arena_init(&p.arena, 16 << 20);
    p.events = arena_alloc(&p.arena, EVENTS_HELD_MAX * sizeof *p.events);
    if (!p.events) return err_set(err, E_MEMORY, "cannot replay run '%s': out of memory", run_id);
    (void)((s = store_sources(store, run_id, give_source, &p, err)) || (s = store_series(store, run_id, give_series, &p, err)) ||
           (s = store_facts(store, run_id, give_fact, &p, err)) || (s = store_events(store, run_id, hold_event, &p, err)) ||
           (s = store_points(store, run_id, give_point, &p, err)));
    if (!s) give_events(&p, NULL);
    if (!s && p.late) s = err_set(err, E_LIMIT, "gave up replaying run '%s': the deadline has passed", run_id);
    arena_done(&p.arena);
    return s;
}

static enum status from_memory(struct recall *c, const char *which, double deadline, struct err *err)
{
    struct hosts_run known;
    enum status s = hosts_run(&c->hosts, which, &known, err);
    if (s) return s;
    const char *name = known.row.name && *known.row.name ? known.row.name : known.row.id;
    s = new_run(c, name, known.row.path, err);
    if (s) return s;
    strcpy(c->run_id, known.row.id);
    run_set_id(c->run, known.row.id, name, known.row.project);
    s = recall_replay(known.store, known.row.id, c->run, deadline, err);
    if (!s && !(known.row.watched && known.row.state == RUN_RUNNING)) run_finish(c->run);
    return s;
}

/* ---- the outside -------------------------------------------------------------------------------------------------------- */

/* A path that is gone, or whose logs are: the memory knows runs by their absolute path too. */
static enum status from_memory_by_path(struct recall *c, const char *which, double deadline, struct err *err)
{
    char *absolute = paths_absolute(which);
    if (!absolute) return err_set(err, E_MEMORY, "cannot look for '%s': out of memory", which);
    enum status s = from_memory(c, absolute, deadline, err);
    free(absolute);
    return s;
}

static enum status nowhere(const struct recall *c, const char *which, struct err *err)
{
    if (c->hosts.n_stores == 0)
        return err_set(err, E_ABSENT, "'%s' is no directory, and nothing is remembered yet on this machine", which);
    return err_set(err, E_ABSENT,
                   "'%s' is neither a directory nor a run in the memory (see `mlwatch status` and `mlwatch search`)", which);
}

enum status recall_view(struct recall *c, const char *which, double deadline, const struct view **ret, struct err *err)
{
    bool on_disk = access(which, F_OK) == 0;
    struct err lost = {0};
    enum status s = on_disk ? from_directory(c, which, deadline, err) : from_memory(c, which, deadline, err);
    if (s == E_ABSENT) s = from_memory_by_path(c, which, deadline, &lost);
    if (s == E_ABSENT) return on_disk ? (err ? (err->status = E_FORMAT) : E_FORMAT) : nowhere(c, which, err);
    if (s) return lost.status && err ? (*err = lost, s) : s;
    *ret = run_view(c->run);
    return *ret ? OK : err_set(err, E_MEMORY, "cannot judge '%s': out of memory", which);
}

enum status recall_run_id(struct recall *c, const char *which, char id[12], struct err *err)
{
    struct hosts_run known;
    enum status s = access(which, F_OK) == 0 ? E_ABSENT : hosts_run(&c->hosts, which, &known, err);
    char *absolute = s == E_ABSENT ? paths_absolute(which) : NULL;
    if (absolute) s = hosts_run(&c->hosts, absolute, &known, err);
    free(absolute);
    if (s == E_ABSENT) return nowhere(c, which, err);
    if (!s) strcpy(id, known.row.id);
    return s;
}
