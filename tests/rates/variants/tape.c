/* tape - kept by the hooks of a run, and told again as the memory tells a run again. */
#include "tape.h"

#include <stdlib.h>
#include <string.h>

#include "../../../daemon/engine/read.h"

static struct told *add(struct tape *t)
{
    if (t->n == t->room) t->room = t->room ? 2 * t->room : 1024, t->all = realloc(t->all, t->room * sizeof *t->all);
    return memset(&t->all[t->n++], 0, sizeof *t->all);
}

static char *copy(const char *s) { return str_dup(span_of(s)); }

static void on_series(void *arg, const struct series *s)
{
    struct tape *t = arg;
    if (t->n_series == t->series_room)
        t->series_room = t->series_room ? 2 * t->series_room : 64,
        t->series = realloc(t->series, t->series_room * sizeof *t->series);
    t->series[t->n_series++] =
        (struct told_series){.name = copy(s->name), .source = s->source, .role = s->role, .axis = s->axis, .bounded = s->bounded};
}

static void on_point(void *arg, const struct point *p)
{
    *add(arg) = (struct told){.what = TOLD_POINT,
                              .series = p->series->id,
                              .source = p->source,
                              .step = p->step,
                              .time = p->time,
                              .value = p->value,
                              .line = p->line};
}

static void on_fact(void *arg, const char *key, const char *value)
{
    *add(arg) = (struct told){.what = TOLD_FACT, .a = copy(key), .b = copy(value)};
}

static void on_event(void *arg, uint16_t source, uint64_t line, enum event kind, const char *text)
{
    *add(arg) = (struct told){.what = TOLD_EVENT, .source = source, .line = line, .event = kind, .a = copy(text)};
}

void tape_read(struct tape *t, const struct scan_run *from)
{
    struct err err = {0};
    struct run_options o = {.hooks = {.arg = t, .series = on_series, .point = on_point, .fact = on_fact, .event = on_event}};
    struct run *r = run_new(from->root, from->root, &o);
    if (r) read_run(r, from, INFINITY, &err);
    run_free(r);
}

void tape_free(struct tape *t)
{
    for (size_t i = 0; i < t->n; i++) free((char *)t->all[i].a), free((char *)t->all[i].b);
    for (size_t i = 0; i < t->n_series; i++) free((char *)t->series[i].name);
    tape_forget(t);
}

struct tape tape_copy(const struct tape *t)
{
    struct tape c = *t;
    c.all = malloc(t->n * sizeof *t->all + 1);
    c.series = malloc(t->n_series * sizeof *t->series + 1);
    memcpy(c.all, t->all, t->n * sizeof *t->all);
    memcpy(c.series, t->series, t->n_series * sizeof *t->series);
    c.room = t->n;
    return c;
}

void tape_forget(struct tape *t)
{
    free(t->all);
    free(t->series);
    *t = (struct tape){0};
}

/* Series that were dropped are not told at all, so those behind them get other numbers. */
static void tell(const struct tape *t, struct run *r)
{
    uint32_t *id = malloc((t->n_series + 1) * sizeof *id), next = 0;
    for (size_t i = 0; i < t->n_series; i++) {
        if (t->series[i].dropped) continue;
        id[i] = next++;
        run_replay_series(r, t->series[i].source, t->series[i].name, t->series[i].axis);
    }
    for (const struct told *e = t->all; e < t->all + t->n; e++) {
        if (e->what == TOLD_FACT) run_replay_fact(r, e->a, e->b);
        if (e->what == TOLD_EVENT) run_replay_event(r, e->source, e->line, e->event, e->a);
        if (e->what == TOLD_POINT && !t->series[e->series].dropped)
            run_replay_point(r, id[e->series], e->step, e->time, e->value, e->line);
    }
    free(id);
}

struct run *tape_judge(const struct tape *t, const struct scan_run *from, const struct knowledge *knowledge)
{
    struct run *r = run_new(from->root, from->root, &(struct run_options){.knowledge = knowledge});
    if (!r) return NULL;
    for (size_t i = 0; i < from->n_sources; i++)
        run_source(r, from->sources[i].path, from->sources[i].format->name, from->sources[i].why);
    tell(t, r);
    run_finish(r);
    return r;
}
