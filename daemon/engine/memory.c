#include "memory.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "../embed/embed.h"
#include "memory_parts.h"

static const double RETRY_MAX_S = 60, GROUP_S = 0.04;
enum { LOST_RUNS_MAX = 10000, GROUP_BATCHES_MAX = 256, GROUP_POINTS_MAX = 1 << 18 };

/* ---- writing ----------------------------------------------------------------------------------------------------------- */

/* Batches that become one transaction: what it costs is paid once for all of them. */
struct writing {
    struct job job;
    struct memory *memory;
    struct batch *batches[GROUP_BATCHES_MAX];
    const struct commit *commits[GROUP_BATCHES_MAX];
    size_t n, n_points;
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

static void writing_work(struct job *j)
{
    struct writing *w = (struct writing *)j;
    struct point_row *rows = malloc((w->n_points + 1) * sizeof *rows), *to = rows;
    for (size_t i = 0; rows && i < w->n; to += w->batches[i++]->commit.n_points) batch_rows(w->batches[i], to);
    w->status = rows ? store_commit_all(w->memory->store, w->commits, w->n, &w->err)
                     : err_set(&w->err, E_MEMORY, "no memory to write %zu points", w->n_points);
    free(rows);
}

static void writing_done(struct job *j)
{
    struct writing *w = (struct writing *)j;
    struct memory *m = w->memory;
    bool news = w->status == OK && has_incidents(w);
    group_done(m, w);
    if (news) memory_embed(m);
    free(w);
}

/* Where batches come one upon the other, those of a moment are written together. */
static bool wait_for_more(struct memory *m)
{
    double since = loop_now(m->loop) - m->begun;
    if (m->closing || since >= GROUP_S || m->n_waiting >= GROUP_BATCHES_MAX) return false;
    loop_start(m->loop, &m->retry, GROUP_S - since);
    return true;
}

static void next_group(struct memory *m)
{
    if (m->writing || !m->first || m->retry.armed || wait_for_more(m)) return;
    struct writing *w = calloc(1, sizeof *w);
    if (!w) {
        loop_start(m->loop, &m->retry, 1);
        return;
    }
    *w = (struct writing){.job = {.work = writing_work, .done = writing_done}, .memory = m};
    size_t most = m->singly || m->failing ? 1 : GROUP_BATCHES_MAX, points = 0;
    for (struct batch *b = m->first; b && w->n < most && points < GROUP_POINTS_MAX; b = b->next) {
        w->batches[w->n] = b;
        w->commits[w->n++] = &b->commit;
        points += b->commit.n_points;
    }
    w->n_points = points;
    m->writing = true;
    m->begun = loop_now(m->loop);
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
    if (m->lane) return memory_embed(m), m;
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
