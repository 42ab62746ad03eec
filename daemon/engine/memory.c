#include "memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/str.h"
#include "../store/upkeep.h"
#include "paths.h"
#include "recall.h"
#include "search/document.h"
#include "search/meaning.h"
#include "search/note_document.h"

static const double RETRY_MAX_S = 60;
enum { LOST_RUNS_MAX = 10000 };
enum { GROUP_BATCHES_MAX = 256, GROUP_POINTS_MAX = 1 << 18, EMBED_AT_ONCE = 4 };

struct memory {
    struct loop *loop;
    struct lane *lane;
    struct store *store;
    struct batch *first, **last; /* waiting; the first of them may be on the lane */
    size_t n_waiting, waiting_points;
    bool writing, failing, closing;
    bool singly; /* a group failed: one batch at a time */
    double retry_s;
    struct loop_timer retry;
    struct str note; /* what became of a damaged database */
    char **lost;     /* directories of its runs */
    size_t n_lost;
    struct embedding *embedding; /* on the lane */
    struct embed *embed;         /* the lane's; opened at the first incident */
    void (*say)(void *arg, const char *text);
    void *arg;
};

/* ---- writing ----------------------------------------------------------------------------------------------------------- */

/* Batches that become one transaction: what it costs is paid once for all of them. */
struct writing {
    struct job job;
    struct memory *memory;
    const struct commit *commits[GROUP_BATCHES_MAX];
    size_t n;
    enum status status;
    struct err err;
};

static void next_group(struct memory *m);

static void told_failure(struct memory *m, const struct err *err)
{
    struct str s = {0};
    if (m->failing) return;
    str_addf(&s, "%s; watching goes on, and writing is tried again", err->text);
    if (s.p) m->say(m->arg, s.p);
    str_done(&s);
}

static void retry_now(void *arg)
{
    struct memory *m = arg;
    next_group(m);
}

static void drop_first(struct memory *m, bool ok)
{
    struct batch *b = m->first;
    m->first = b->next;
    if (!m->first) m->last = &m->first;
    m->n_waiting--;
    m->waiting_points -= b->commit.n_points;
    if (b->owner && b->written) b->written(b->owner, ok);
    batch_free(b);
}

/* A group of which one batch cannot be written is tried again batch by batch, so that this one alone has to wait. */
static void group_done(struct memory *m, const struct writing *w)
{
    m->writing = false;
    m->singly = w->status != OK && w->n > 1;
    if (w->status != OK && w->n == 1 && !m->closing) {
        told_failure(m, &w->err);
        m->failing = true;
        m->retry_s = m->retry_s > 0 ? fmin(2 * m->retry_s, RETRY_MAX_S) : 1;
        loop_start(m->loop, &m->retry, m->retry_s);
        return;
    }
    if (m->failing && w->status == OK) m->say(m->arg, "the memory can be written again; nothing was lost");
    if (w->status == OK) m->failing = false, m->retry_s = 0;
    for (size_t i = 0; !m->singly && i < w->n; i++) drop_first(m, w->status == OK);
    next_group(m);
}

static bool has_incidents(const struct writing *w)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->commits[i]->n_incidents) return true;
    return false;
}

static void embed_incidents(struct memory *m);

static void writing_work(struct job *j)
{
    struct writing *w = (struct writing *)j;
    w->status = store_commit_all(w->memory->store, w->commits, w->n, &w->err);
}

static void writing_done(struct job *j)
{
    struct writing *w = (struct writing *)j;
    struct memory *m = w->memory;
    bool news = w->status == OK && has_incidents(w);
    group_done(m, w);
    if (news) embed_incidents(m);
    free(w);
}

static void next_group(struct memory *m)
{
    if (m->writing || !m->first || m->retry.armed) return;
    struct writing *w = calloc(1, sizeof *w);
    if (!w) {
        loop_start(m->loop, &m->retry, 1);
        return;
    }
    *w = (struct writing){.job = {.work = writing_work, .done = writing_done}, .memory = m};
    size_t most = m->singly || m->failing ? 1 : GROUP_BATCHES_MAX, points = 0;
    for (struct batch *b = m->first; b && w->n < most && points < GROUP_POINTS_MAX; b = b->next) {
        w->commits[w->n++] = &b->commit;
        points += b->commit.n_points;
    }
    m->writing = true;
    lane_push(m->lane, &w->job);
}

void memory_commit(struct memory *m, struct batch *b)
{
    b->next = NULL;
    *m->last = b;
    m->last = &b->next;
    m->n_waiting++;
    m->waiting_points += b->commit.n_points;
    next_group(m);
}

size_t memory_backlog(const struct memory *m) { return m->n_waiting; }
size_t memory_waiting_points(const struct memory *m) { return m->waiting_points; }
bool memory_failing(const struct memory *m) { return m->failing; }

/* ---- reading ----------------------------------------------------------------------------------------------------------- */

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

static enum severity severity_of(const char *name)
{
    for (int s = SEVERITY_INFO; s <= SEVERITY_CRITICAL; s++)
        if (name && strcmp(severity_name((enum severity)s), name) == 0) return (enum severity)s;
    return SEVERITY_WARNING;
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
                       .severity = severity_of(i->severity),
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

static void wake(struct job *j)
{
    struct waking *w = (struct waking *)j;
    struct making m = {w, {UINT32_MAX, UINT32_MAX}};
    w->status = recall_replay(w->store, w->id, w->run, INFINITY, &w->err);
    if (w->status == OK) w->status = store_series(w->store, w->id, find_own, &m, &w->err);
    if (w->status == OK) w->status = store_points(w->store, w->id, keep_record, &m, &w->err);
    if (w->status == OK) w->status = store_events(w->store, w->id, keep_event, &m, &w->err);
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

/* ---- meaning ----------------------------------------------------------------------------------------------------------- */

/* What incidents mean is worked out after they are written, a few at a time, so that the next batch need not wait for it. Without it the
 * memory is searched by words: a failure is no news, and the next incident tries again. */
struct embedding {
    struct job job;
    struct memory *memory;
    size_t n;
    enum status status;
};

/* Incidents first, then notes; fewer than EMBED_AT_ONCE when none is left. */
static enum status embed_some(struct memory *m, size_t *n, struct err *err)
{
    size_t notes = 0;
    enum status status = document_embed(m->store, m->embed, EMBED_AT_ONCE, n, err);
    if (!status && *n < EMBED_AT_ONCE) status = note_embed(m->store, m->embed, EMBED_AT_ONCE - *n, &notes, err);
    *n += notes;
    return status;
}

static void embedding_work(struct job *j)
{
    struct embedding *e = (struct embedding *)j;
    struct memory *m = e->memory;
    struct err err;
    e->status = m->embed ? OK : meaning_embed_open(&m->embed, &err);
    if (!e->status) e->status = embed_some(m, &e->n, &err);
}

static void embedding_done(struct job *j)
{
    struct embedding *e = (struct embedding *)j;
    struct memory *m = e->memory;
    bool more = e->status == OK && e->n == EMBED_AT_ONCE;
    m->embedding = NULL;
    free(e);
    if (more) embed_incidents(m);
}

static void embed_incidents(struct memory *m)
{
    if (m->embedding || m->closing || !(m->embedding = calloc(1, sizeof *m->embedding))) return;
    *m->embedding = (struct embedding){.job = {.work = embedding_work, .done = embedding_done}, .memory = m};
    lane_push(m->lane, &m->embedding->job);
}

void memory_embed(struct memory *m) { embed_incidents(m); }

/* Another back end takes the place of the one there is, if it can be opened. */
static enum status change_embedder(struct memory *m, const char *url, struct err *err)
{
    struct embed *other = NULL;
    struct paths paths;
    struct str models = {0};
    if (paths_find(&paths, NULL) == OK) {
        str_addf(&models, "%s/models", paths.root);
        paths_done(&paths);
    }
    enum status status = embed_open(&(struct embed_choice){.url = url, .models = models.p}, &other, err);
    str_done(&models);
    if (status) return status;
    embed_close(m->embed);
    m->embed = other;
    return OK;
}

static enum status reembed_begin(struct memory *m, struct reembedding *r)
{
    enum status status = OK;
    if (r->url) status = change_embedder(m, r->url, &r->err);
    else if (!m->embed) status = meaning_embed_open(&m->embed, &r->err);
    if (!status) snprintf(r->model, sizeof r->model, "%s", embed_model(m->embed));
    if (!status && r->anew) status = upkeep_forget_vectors(m->store, r->model, false, &r->err);
    r->begun = true;
    return status;
}

static void reembed_work(struct job *j)
{
    struct reembedding *r = (struct reembedding *)j;
    size_t n = 0;
    r->status = r->begun ? OK : reembed_begin(r->memory, r);
    if (!r->status) r->status = embed_some(r->memory, &n, &r->err);
    r->done += n;
    r->more = !r->status && n == EMBED_AT_ONCE;
    if (!r->status && !r->more) r->status = upkeep_forget_vectors(r->memory->store, r->model, true, &r->err);
}

static void reembed_done(struct job *j)
{
    struct reembedding *r = (struct reembedding *)j;
    r->ready(r);
}

void memory_reembed(struct memory *m, struct reembedding *r)
{
    r->memory = m;
    r->job = (struct job){.work = reembed_work, .done = reembed_done};
    lane_push(m->lane, &r->job);
}

/* ---- life -------------------------------------------------------------------------------------------------------------- */

static bool keep_lost(void *arg, const char *path)
{
    struct memory *m = arg;
    char **more = m->n_lost < LOST_RUNS_MAX ? realloc(m->lost, (m->n_lost + 1) * sizeof *more) : NULL, *copy;
    if (!more) return false;
    m->lost = more;
    if ((copy = str_dup(span_of(path)))) m->lost[m->n_lost++] = copy;
    return true;
}

static size_t still_there(const struct memory *m)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n_lost; i++) n += access(m->lost[i], F_OK) == 0;
    return n;
}

/* Opened, or begun anew beside what is damaged. */
static enum status open_store(struct memory *m, const char *url, struct err *err)
{
    char *moved = NULL;
    struct err why;
    enum status s = store_open(url, true, &m->store, err);
    if (s != E_STORE || store_set_aside(url, &moved, &why)) return s;
    s = store_open(url, true, &m->store, err);
    size_t told = s ? 0 : store_salvage(m->store, moved, keep_lost, m);
    str_addf(&m->note,
             "the failure memory was damaged and is kept as '%s'; a new one was begun: %zu outcomes and notes came over, and"
             " %zu of %zu runs are read again from logs that are still there",
             moved, told, still_there(m), m->n_lost);
    free(moved);
    return s;
}

const char *memory_note(const struct memory *m) { return m && m->note.p ? m->note.p : ""; }

char *const *memory_lost_runs(const struct memory *m, size_t *n)
{
    *n = m ? m->n_lost : 0;
    return m ? m->lost : NULL;
}

static void memory_free(struct memory *m)
{
    embed_close(m->embed);
    store_close(m->store);
    for (size_t i = 0; i < m->n_lost; i++) free(m->lost[i]);
    free(m->lost);
    str_done(&m->note);
    free(m);
}

struct memory *memory_open(struct loop *l, const char *url, void (*say)(void *, const char *), void *arg, struct err *err)
{
    struct memory *m = calloc(1, sizeof *m);
    if (!m) return err_set(err, E_MEMORY, "no memory"), NULL;
    m->loop = l;
    m->last = &m->first;
    m->say = say;
    m->arg = arg;
    m->retry = (struct loop_timer){.fire = retry_now, .arg = m};
    if (open_store(m, url, err) != OK) return memory_free(m), NULL;
    m->lane = lane_new(l, "memory", err);
    if (m->lane) return embed_incidents(m), m;
    memory_free(m);
    return NULL;
}

void memory_close(struct memory *m)
{
    if (!m) return;
    m->closing = true;
    loop_cancel(m->loop, &m->retry);
    next_group(m);
    lane_free(m->lane);
    memory_free(m);
}
