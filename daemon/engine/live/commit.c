/* live_commit - a watched run is written down: what is journalled, and how far each source was read, in one batch.
 *
 * A batch every COMMIT_S while there are few runs; the more are awake, the longer each waits, so that writing stays a small share of what
 * watching costs. What is not written yet is read again from the files after a crash. */
#include <stdlib.h>
#include <string.h>

#include "parts.h"

static const double COMMIT_S = 0.25, COMMIT_COST_S = 80e-6;
enum { BACKLOG_MAX = 256 };

/* Many runs are written one after the other in the order in which they came, round and round: what is written of neighbours in a moment lies on
 * the same pages of the database. Seconds until it is this one's turn, 0 to `every`. */
static double until_round(const struct live *l, double every)
{
    double n = (double)l->engine->watched->n_awake, at = live_now(l) / every - fmod(l->number, n) / n;
    return (ceil(at) - at) * every;
}

void live_commit_later(struct live *l)
{
    if (l->commit.armed) return;
    double since = live_now(l) - l->committed, every = live_evenly(l, COMMIT_COST_S);
    double wait = every > COMMIT_S ? until_round(l, every) : COMMIT_S - since;
    loop_start(l->engine->loop, &l->commit, fmax(wait, 0.01));
}

static void written(void *owner, bool ok)
{
    struct live *l = owner;
    (void)ok;
    l->unwritten--;
    if (l->gone) live_free(l);
    else if (!l->unwritten) live_remember(l);
}

static void journal_places(struct live *l)
{
    for (size_t i = 0; i < l->n_readers; i++) {
        struct reader *r = l->readers[i];
        struct source_row row;
        if (!reader_row(r, &row)) continue;
        struct saved now = {row.offset, row.records, row.head_hash, row.tail_hash};
        if (memcmp(&now, &l->saved[i], sizeof now) == 0) continue;
        l->saved[i] = now;
        journal_source(&l->journal, &row);
    }
}

void live_commit(struct live *l, bool watched)
{
    struct memory *m = l->engine->memory;
    loop_cancel(l->engine->loop, &l->commit);
    l->committed = live_now(l);
    if (!m || l->state != LIVE_AWAKE || l->dropping) return;
    journal_places(l);
    if (journal_empty(&l->journal)) return;
    struct run_row row = {.name = l->name,
                          .path = l->root,
                          .project = l->project,
                          .tags = l->tags,
                          .first_seen = l->first_seen,
                          .last_data = l->last_data,
                          .state = l->shown,
                          .watched = watched};
    memcpy(row.id, l->id, sizeof row.id);
    row.framework = l->framework;
    struct batch *b = journal_take(&l->journal, &row);
    if (!b || (memory_failing(m) && memory_backlog(m) > BACKLOG_MAX)) { /* read again from the files once it can be written */
        l->dropping = true;
        batch_free(b);
        return;
    }
    b->owner = l;
    b->written = written;
    l->unwritten++;
    memory_commit(m, b);
}

/* ---- what was written is asked for ------------------------------------------------------------------------------------------ */

static bool awaits(const struct live *l)
{
    for (size_t i = 0; i < l->n_readers; i++)
        if (reader_awaits(l->readers[i])) return true;
    return false;
}

static void remembered(struct waking *w)
{
    struct live *l = w->owner;
    l->remembering = NULL;
    for (size_t i = 0; i < w->n_histories; i++) {
        bool wanted = !l->gone && w->status == OK && l->state == LIVE_AWAKE && reader_awaits(l->readers[i]);
        if (wanted) reader_remembers(l->readers[i], &w->histories[i]);
        history_done(&w->histories[i]);
    }
    if (l->gone) live_free(l);
    else if (l->state == LIVE_AWAKE && w->status == OK) live_wait(l);
    free(w->histories);
    free(w);
}

/* Of each reader that awaits one the newest point must be among what is stored: so nothing may be on its way there. */
void live_remember(struct live *l)
{
    if (l->remembering || l->state != LIVE_AWAKE || l->dropping || !awaits(l)) return;
    if (!l->unwritten) live_commit(l, true);
    if (l->unwritten || l->dropping) return;
    struct waking *w = calloc(1, sizeof *w);
    if (!w) return;
    *w = (struct waking){
        .histories = calloc(l->n_readers, sizeof *w->histories), .n_histories = l->n_readers, .owner = l, .ready = remembered};
    memcpy(w->id, l->id, sizeof w->id);
    if (!w->histories) {
        free(w);
        return;
    }
    l->remembering = w;
    memory_wake(l->engine->memory, w);
}
