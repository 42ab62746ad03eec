#include "live.h"

#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../analyzers/stats/past.h"
#include "../base/clock.h"
#include "../base/hash.h"
#include "../base/str.h"
#include "live/parts.h"
#include "outcome/outcome.h"
#include "project.h"

/* ---- what the run tells ------------------------------------------------------------------------------------------------- */

static bool journals(const struct live *l) { return l->engine->memory && !l->dropping; }

static void on_series(void *arg, const struct series *s)
{
    struct live *l = arg;
    if (journals(l)) journal_series(&l->journal, s);
}

static void on_point(void *arg, const struct point *p)
{
    struct live *l = arg;
    l->dirty = true;
    if (journals(l)) journal_point(&l->journal, p);
}

static void on_fact(void *arg, const char *key, const char *value)
{
    struct live *l = arg;
    l->dirty = true;
    l->facts_seen++;
    if (journals(l)) journal_fact(&l->journal, key, value);
}

/* What is new or over is told at once; what only goes on is told when the run is judged next, unless it got worse. */
static void on_finding(void *arg, const struct finding *f)
{
    struct live *l = arg;
    l->dirty = true;
    if (f->phase != PHASE_CHANGED || (int)f->severity > (int)l->worst) l->urgent = true;
}

static void on_event(void *arg, uint16_t source, uint64_t line, enum event kind, const char *text)
{
    struct live *l = arg;
    l->dirty = true;
    if (journals(l)) journal_event(&l->journal, source, line, kind, text);
}

static struct run *new_run(struct live *l)
{
    const struct engine *e = l->engine;
    struct run_options o = {.knowledge = e->knowledge,
                            .config = e->config,
                            .outcomes = e->outcomes,
                            .n_outcomes = e->n_outcomes,
                            .sensitivity = l->sensitivity,
                            .thresholds = e->thresholds[l->sensitivity],
                            .curve_buckets = PAST_FINE,
                            .hooks = {l, on_series, on_point, on_fact, on_event, on_finding}};
    struct run *r = run_new(l->name, l->root, &o);
    if (r) run_set_id(r, l->id, NULL, l->project); /* its name is what it is printed as */
    return r;
}

/* ---- states ------------------------------------------------------------------------------------------------------------- */

static void awake(struct live *l)
{
    l->state = LIVE_AWAKE;
    l->engine->watched->n_awake++;
    l->finished = false;
    for (size_t i = 0; i < l->n_checkpoints; i++)
        run_checkpoint(l->run, l->checkpoints[i].path, l->checkpoints[i].step, "unverified", "unverified");
    live_hurry(l);
    l->engine->changed(l->engine->arg);
}

static void begin_new(struct live *l)
{
    l->run = new_run(l);
    for (size_t i = 0; l->run && i < l->n_readers; i++) (void)live_join(l, l->readers[i]);
    if (l->run) awake(l);
}

static void woken(struct waking *w)
{
    struct live *l = w->owner;
    l->waking = NULL;
    if (l->gone || w->status != OK) {
        run_free(w->run);
        for (size_t i = 0; i < w->n_histories; i++) history_done(&w->histories[i]);
        l->state = LIVE_ASLEEP;
        if (!l->gone) loop_start(l->engine->loop, &l->look, 10);
    } else {
        l->run = w->run;
        for (size_t i = 0; i < l->n_readers; i++) {
            struct reader *r = l->readers[i];
            if (i < w->n_histories) r->history = w->histories[i];
            if (l->saved[i].offset == UINT64_MAX ? live_join(l, r) : reader_wake(r, l->run, (int)i)) continue;
        }
        l->dirty = true;
        awake(l);
    }
    bool gone = l->gone;
    free(w->histories);
    free(w);
    if (gone) live_free(l);
}

void live_wake(struct live *l)
{
    struct waking *w = calloc(1, sizeof *w);
    if (!w) return;
    *w = (struct waking){.run = new_run(l),
                         .histories = calloc(l->n_readers + 1, sizeof *w->histories),
                         .n_histories = l->n_readers,
                         .owner = l,
                         .ready = woken};
    memcpy(w->id, l->id, sizeof w->id);
    if (!w->run || !w->histories) {
        run_free(w->run);
        free(w->histories);
        free(w);
        return;
    }
    l->state = LIVE_WAKING;
    l->waking = w;
    memory_wake(l->engine->memory, w);
}

void live_rouse(struct live *l)
{
    if (l->state != LIVE_ASLEEP || l->series || !l->engine->memory) return;
    l->caught_up_once = false;
    live_wake(l);
}

void live_fall_asleep(struct live *l)
{
    for (size_t i = 0; i < l->n_readers; i++) reader_sleep(l->readers[i]);
    run_free(l->run);
    l->run = NULL;
    l->state = LIVE_ASLEEP;
    l->engine->watched->n_awake--;
    due_drop(&l->engine->watched->due, &l->due);
    due_drop(&l->engine->watched->later, &l->later);
    journal_done(&l->journal);
    malloc_trim(0);
}

static void known_now(struct known *k)
{
    struct live *l = k->owner;
    l->asking = NULL;
    if (l->gone) {
        known_free(k);
        live_free(l);
        return;
    }
    if (k->id_taken) { /* a copy of a run that is still there */
        char salt[64];
        snprintf(salt, sizeof salt, "%016llx", (unsigned long long)hash64(l->root, strlen(l->root), 0));
        run_identify(l->id, l->name, salt, strlen(salt));
    }
    if (k->found && k->n_sources) {
        memcpy(l->id, k->id, sizeof l->id);
        l->first_seen = k->first_seen;
        l->last_data = fmax(l->last_data, k->last_data);
        l->shown = k->state;
        live_resume_sources(l, k);
        if (!l->gate.n)
            for (size_t i = 0; i < k->n_incidents; i++)
                gate_restore(&l->gate, &k->incidents[i].told), live_recall_alert(l, &k->incidents[i]);
        l->state = LIVE_ASLEEP;
        l->caught_up_once = false;
        live_hurry(l);
        outcome_recall(l);
    } else begin_new(l);
    known_free(k);
}

static void identify(struct live *l)
{
    char head[4096];
    ssize_t n = 0;
    int fd = l->n_readers && tail_look(&l->readers[0]->tail) == TAIL_MORE ? l->readers[0]->tail.fd : -1;
    if (fd >= 0) n = pread(fd, head, sizeof head, 0);
    run_identify(l->id, l->name, head, n > 0 ? (size_t)n : 0);
    if (!l->engine->id_taken(l->engine->arg, l->id, l)) return;
    snprintf(head, sizeof head, "%s", l->root);
    run_identify(l->id, l->name, head, strlen(head));
}

static void ask_memory(struct live *l)
{
    struct known *k = l->engine->memory ? calloc(1, sizeof *k) : NULL;
    if (!k) {
        begin_new(l);
        return;
    }
    k->path = str_dup(span_of(l->root));
    memcpy(k->id, l->id, sizeof k->id);
    k->owner = l;
    k->ready = known_now;
    l->asking = k;
    memory_know(l->engine->memory, k);
}

static void look_timer(void *arg) { live_look(arg); }
static void judge_timer(void *arg) { live_judge(arg); }
static void commit_timer(void *arg) { live_commit(arg, true); }

struct live *live_new(const struct engine *e, const struct scan_run *from, const struct live_options *o)
{
    struct live *l = calloc(1, sizeof *l);
    if (!l) return NULL;
    l->engine = e;
    l->number = e->watched->n_made++;
    l->root = str_dup(span_of(from->root));
    l->name = str_dup(span_of(o->name ? o->name : path_name(from->root)));
    l->project = project_key(from->root);
    l->tags = o->tags ? str_dup(span_of(o->tags)) : NULL;
    l->sensitivity = o->sensitivity;
    l->look = (struct loop_timer){.fire = look_timer, .arg = l};
    l->judge = (struct loop_timer){.fire = judge_timer, .arg = l};
    l->commit = (struct loop_timer){.fire = commit_timer, .arg = l};
    l->first_seen = l->attached = clock_wall();
    l->value = l->rate = NAN;
    l->rate_time[0] = NAN;
    if (!l->root || !l->name) return live_free(l), NULL;
    l->spread = 0.7 + 0.6 * (double)(hash64(l->root, strlen(l->root), 0) >> 11) * 0x1p-53;
    live_sources(l, from);
    identify(l);
    ask_memory(l);
    return l;
}

void live_free(struct live *l)
{
    if (!l) return;
    struct loop *loop = l->engine->loop;
    loop_cancel(loop, &l->look);
    loop_cancel(loop, &l->judge);
    loop_cancel(loop, &l->commit);
    due_drop(&l->engine->watched->later, &l->later);
    due_drop(&l->engine->watched->due, &l->due);
    if (!l->gone) live_unfollow(l);
    if (!l->gone && l->state == LIVE_AWAKE) l->engine->watched->n_awake--;
    l->gone = true;
    live_examine_stop(l);
    if (l->asking || l->waking || l->remembering || l->unwritten || l->looking_into || outcome_busy(l->trials))
        return; /* the lane still holds it: it is freed when that comes back */
    for (size_t i = 0; i < l->n_readers; i++) reader_done(l->readers[i]), free(l->readers[i]);
    for (size_t i = 0; i < l->n_checkpoints; i++) free(l->checkpoints[i].path);
    live_examine_done(l);
    for (size_t i = 0; i < l->n_alerts; i++) json_decref(l->alerts[i].message);
    run_free(l->run);
    outcome_free(l->trials);
    gate_done(&l->gate);
    journal_done(&l->journal);
    free(l->readers), free(l->saved), free(l->checkpoints), free(l->alerts);
    free(l->root), free(l->name), free(l->project), free(l->tags);
    free(l->series), free(l->missing), free(l->framework);
    json_decref(l->worst_finding);
    free(l);
}

void live_reopen(struct live *l)
{
    if (l->state == LIVE_OPENING || l->state == LIVE_WAKING || l->remembering) return;
    if (l->state == LIVE_AWAKE) live_fall_asleep(l);
    l->state = LIVE_OPENING;
    l->dropping = false;
    ask_memory(l);
}
