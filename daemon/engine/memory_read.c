/* memory_read - what is asked of the memory, in turn with the batches: what it knows of a run, a run made again, tasks. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory_parts.h"
#include "recall.h"

static bool take_run(void *arg, const struct run_row *row)
{
    struct known *k = arg;
    k->found = true;
    memcpy(k->id, row->id, sizeof k->id);
    free(k->name);
    k->name = str_dup(span_of(row->name ? row->name : ""));
    k->first_seen = row->first_seen;
    k->last_data = row->last_data;
    k->state = row->state;
    return true;
}

static bool take_source(void *arg, const struct source_row *row)
{
    struct known *k = arg;
    struct source_row *more = realloc(k->sources, (k->n_sources + 1) * sizeof *more);
    if (!more) return false;
    k->sources = more;
    k->sources[k->n_sources] = *row;
    k->sources[k->n_sources].path = str_dup(span_of(row->path));
    k->sources[k->n_sources].format = str_dup(span_of(row->format));
    k->n_sources++;
    return true;
}

static bool take_incident(void *arg, const struct incident_row *row)
{
    struct known *k = arg;
    const struct incident *i = &row->incident;
    struct known_incident *more = realloc(k->incidents, (k->n_incidents + 1) * sizeof *more);
    if (!more) return false;
    k->incidents = more;
    struct known_incident *mine = &k->incidents[k->n_incidents++];
    bool open = i->state && strcmp(i->state, "open") == 0;
    *mine = (struct known_incident){.message = str_dup(span_of(i->message ? i->message : "")),
                                    .cause = i->cause ? str_dup(span_of(i->cause)) : NULL,
                                    .probability = i->cause_probability};
    struct told *t = &mine->told;
    *t = (struct told){.onset_step = i->onset_step,
                       .severity = severity_named(i->severity),
                       .opened = i->opened,
                       .closed = i->closed,
                       .cause_told = i->cause_probability >= 0.8,
                       .resolved = !open,
                       .open = open};
    memcpy(t->id, i->id, sizeof t->id);
    snprintf(t->kind, sizeof t->kind, "%s", i->kind ? i->kind : "");
    snprintf(t->series, sizeof t->series, "%s", i->series ? i->series : "");
    return true;
}

/* The same id under another path: a directory that was moved goes on as itself, a copy of one that is still there is another run. */
static bool compare_path(void *arg, const struct run_row *row)
{
    struct known *k = arg;
    if (row->path && access(row->path, F_OK) == 0) return k->id_taken = true;
    return take_run(k, row);
}

static void know(struct job *j)
{
    struct known *k = (struct known *)j;
    struct err err;
    if (store_run(k->store, k->path, take_run, k, &err) == E_ABSENT) (void)store_run(k->store, k->id, compare_path, k, &err);
    if (!k->found) return;
    (void)store_sources(k->store, k->id, take_source, k, &err);
    (void)store_incidents(k->store, k->id, take_incident, k, &err);
}

static void known_ready(struct job *j)
{
    struct known *k = (struct known *)j;
    k->ready(k);
}

void memory_know(struct memory *m, struct known *k)
{
    k->store = m->store;
    k->job = (struct job){.work = know, .done = known_ready};
    lane_push(m->lane, &k->job);
}

void known_free(struct known *k)
{
    if (!k) return;
    for (size_t i = 0; i < k->n_sources; i++) free((char *)k->sources[i].path), free((char *)k->sources[i].format);
    free(k->sources);
    for (size_t i = 0; i < k->n_incidents; i++) free(k->incidents[i].message), free(k->incidents[i].cause);
    free(k->incidents);
    free(k->path);
    free(k->name);
    free(k);
}

/* Series that mlwatch itself made are no records of a file. */
struct making {
    struct waking *w;
    uint32_t own[2];
};

static bool find_own(void *arg, const struct series_row *row)
{
    struct making *m = arg;
    if (strcmp(row->name, "event") == 0) m->own[0] = row->id;
    if (strcmp(row->name, "silence") == 0) m->own[1] = row->id;
    return true;
}

static bool keep_record(void *arg, const struct point_row *p)
{
    struct making *m = arg;
    if (p->series != m->own[0] && p->series != m->own[1] && p->source < m->w->n_histories)
        history_point(&m->w->histories[p->source], p->series, p->step, p->value, p->line);
    return true;
}

static bool keep_event(void *arg, const struct event_row *e)
{
    struct making *m = arg;
    if (e->source < m->w->n_histories) history_event(&m->w->histories[e->source], (int)e->kind, e->line);
    return true;
}

static enum status make_histories(struct waking *w)
{
    struct making m = {w, {UINT32_MAX, UINT32_MAX}};
    enum status status = store_series(w->store, w->id, find_own, &m, &w->err);
    if (!status) status = store_points(w->store, w->id, keep_record, &m, &w->err);
    return status ? status : store_events(w->store, w->id, keep_event, &m, &w->err);
}

static void wake(struct job *j)
{
    struct waking *w = (struct waking *)j;
    w->status = w->run ? recall_replay(w->store, w->id, w->run, INFINITY, &w->err) : OK;
    if (!w->status) w->status = make_histories(w);
}

static void wake_ready(struct job *j)
{
    struct waking *w = (struct waking *)j;
    w->ready(w);
}

void memory_wake(struct memory *m, struct waking *w)
{
    w->store = m->store;
    w->job = (struct job){.work = wake, .done = wake_ready};
    lane_push(m->lane, &w->job);
}

void memory_task(struct memory *m, struct task *t)
{
    t->store = m->store;
    lane_push(m->lane, &t->job);
}

/* In turn with the batches: a commit of the same run that waits says that it is watched, and must not be the last word. */
struct forgetting {
    struct task task;
    struct memory *memory;
    struct loop_timer again;
    char id[12];
};

static void forget(struct job *j)
{
    struct forgetting *f = (struct forgetting *)j;
    (void)store_watch(f->task.store, f->id, false, NULL);
}

static void forgotten(struct job *j) { free(j); }

static void forget_in_turn(void *arg)
{
    struct forgetting *f = arg;
    if (f->memory->n_waiting && !f->memory->failing && !f->memory->closing) loop_start(f->memory->loop, &f->again, 0.02);
    else memory_task(f->memory, &f->task);
}

void memory_forget(struct memory *m, const char *run_id)
{
    struct forgetting *f = calloc(1, sizeof *f);
    if (!f) return;
    f->task.job = (struct job){.work = forget, .done = forgotten};
    f->memory = m;
    f->again = (struct loop_timer){.fire = forget_in_turn, .arg = f};
    snprintf(f->id, sizeof f->id, "%s", run_id);
    forget_in_turn(f);
}
