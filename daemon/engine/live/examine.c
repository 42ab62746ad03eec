/* live_examine - new checkpoints are looked into on a lane of their own, one at a time, at low priority: training is never slowed for it.
 *
 * A run has at most one look under way, the oldest checkpoint that it does not know first, so that each is compared with the one before. One that is
 * still being written is tried again when it has settled; one whose reader failed twice is left alone until it changes. What was found is in the
 * memory (run_inspected), with the time of the file, so a restart looks again only at what is new. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "../examine/examine.h"
#include "parts.h"

enum { TRIES_MAX = 2, NICE = 10, NUMBERS_OF_OLD = 2 };
static const double AGAIN_S = 15;

struct live_look_into {
    struct job job;
    struct examine e;
    struct live *owner;
    atomic_bool stop;
    double written; /* of the checkpoint, when the look began */
};

static const struct scan_checkpoint *before(const struct live *l, size_t i)
{
    size_t k = examine_before(l->checkpoints, l->n_checkpoints, i);
    return k < l->n_checkpoints ? &l->checkpoints[k] : NULL;
}

/* The next that is not known as it is now; n_checkpoints for none. */
static size_t next_unknown(const struct live *l)
{
    for (size_t i = 0; i < l->n_checkpoints; i++) {
        const struct scan_checkpoint *c = &l->checkpoints[i];
        const struct live_tried *t = NULL;
        for (size_t k = 0; k < l->n_tried && !t; k++)
            if (strcmp(l->tried[k].path, c->path) == 0 && l->tried[k].written == c->mtime) t = &l->tried[k];
        if (t && (t->times >= TRIES_MAX || live_now(l) < t->again)) continue;
        if (run_checkpoint_written(l->run, c->path) != c->mtime) return i;
    }
    return l->n_checkpoints;
}

static struct live_tried *tried(struct live *l, const char *path, double written)
{
    for (size_t k = 0; k < l->n_tried; k++)
        if (strcmp(l->tried[k].path, path) == 0) {
            if (l->tried[k].written != written) l->tried[k].times = 0;
            l->tried[k].written = written;
            return &l->tried[k];
        }
    struct live_tried *more = realloc(l->tried, (l->n_tried + 1) * sizeof *more);
    char *copy = more ? str_dup(span_of(path)) : NULL;
    if (more) l->tried = more;
    if (!copy) return NULL;
    l->tried[l->n_tried] = (struct live_tried){.path = copy, .written = written};
    return &l->tried[l->n_tried++];
}

/* Still being written: later. Not read: once more. Else it is known. */
static void take(struct live *l, struct live_look_into *k)
{
    bool failed = k->e.status || k->e.found.state == INSPECTED_STATE_UNVERIFIED, writing = examine_writing(&k->e);
    struct live_tried *t = failed || writing ? tried(l, k->e.path, k->written) : NULL;
    if (t && failed) t->times++;
    if (t) t->again = live_now(l) + AGAIN_S;
    if (writing || (failed && t && t->times < TRIES_MAX)) return;
    if (k->e.status || l->state != LIVE_AWAKE || !l->run) return;
    k->e.told.written = k->written;
    run_inspected(l->run, &k->e.told);
    l->dirty = true;
    if (k->e.n_findings) l->urgent = true;
    loop_hurry(l->engine->loop, &l->judge, 0);
}

static void done(struct job *j)
{
    struct live_look_into *k = (struct live_look_into *)j;
    struct live *l = k->owner;
    bool gone = l->gone;
    l->looking_into = NULL;
    if (!gone) take(l, k);
    examine_done(&k->e);
    free(k);
    if (gone) live_free(l);
    else live_examine(l);
}

static void work(struct job *j) { examine_look(&((struct live_look_into *)j)->e); }

void live_examine(struct live *l)
{
    if (l->looking_into || l->state != LIVE_AWAKE || !l->run || !l->engine->inspector || !l->n_readers) return;
    size_t i = next_unknown(l);
    struct live_look_into *k = i < l->n_checkpoints ? calloc(1, sizeof *k) : NULL;
    if (!k) return;
    const struct scan_checkpoint *c = &l->checkpoints[i], *last = before(l, i);
    k->job = (struct job){.work = work, .done = done};
    k->owner = l;
    k->written = c->mtime;
    k->e = (struct examine){.path = str_dup(span_of(c->path)),
                            .against = last ? str_dup(span_of(last->path)) : NULL,
                            .step = c->step,
                            .step_before = last ? last->step : -1,
                            .newest = i + 1 == l->n_checkpoints,
                            .verdict_only = c->mtime < l->attached && i + NUMBERS_OF_OLD < l->n_checkpoints,
                            .learning_rate = NAN,
                            .loss_scale_before = NAN,
                            .config = l->engine->config,
                            .sensitivity = l->sensitivity,
                            .how = {.nice = NICE, .stop = &k->stop}};
    if (!k->e.path) {
        free(k);
        return;
    }
    l->looking_into = k;
    lane_push(l->engine->inspector, &k->job);
}

void live_examine_stop(struct live *l)
{
    if (l->looking_into) atomic_store(&l->looking_into->stop, true);
}

void live_examine_done(struct live *l)
{
    for (size_t i = 0; i < l->n_tried; i++) free(l->tried[i].path);
    free(l->tried);
}
