#include "live.h"

#include <fcntl.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/hash.h"
#include "../base/str.h"
#include "live_parts.h"
#include "project.h"
#include "writer.h"

static const double COMMIT_S = 0.25, JUDGE_S = 0.25, JUDGE_BEHIND_S = 2, SLEEP_S = 65, OVER_S = 3600, HEARTBEAT_S = 600;
static const double WRITER_S = 20;
enum { TURN_MS = 5, BACKLOG_MAX = 256, WRITER_PATHS_MAX = 64 };

static double now_of(const struct live *l) { return loop_now(l->engine->loop); }

static void schedule_commit(struct live *l)
{
    double since = now_of(l) - l->committed;
    if (!l->commit.armed) loop_start(l->engine->loop, &l->commit, since < COMMIT_S ? COMMIT_S - since : 0.01);
}

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
    if (journals(l)) journal_fact(&l->journal, key, value);
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
                            .outcomes = e->outcomes,
                            .n_outcomes = e->n_outcomes,
                            .sensitivity = l->sensitivity,
                            .hooks = {l, on_series, on_point, on_fact, on_event, NULL}};
    struct run *r = run_new(l->name, l->root, &o);
    if (r) run_set_id(r, l->id, l->name, l->project);
    return r;
}

/* ---- sources ------------------------------------------------------------------------------------------------------------ */

static struct reader *reader_of(const struct live *l, const char *path)
{
    for (size_t i = 0; i < l->n_readers; i++)
        if (strcmp(l->readers[i]->tail.path, path) == 0) return l->readers[i];
    return NULL;
}

/* log.jsonl.1 beside log.jsonl is what log.jsonl was before it was rotated: the tail of log.jsonl reads it. */
static bool is_rotated(const struct live *l, const struct scan_run *from, const char *path)
{
    for (size_t i = 0; i < from->n_sources; i++)
        if (tail_is_rotated(from->sources[i].path, path)) return true;
    for (size_t i = 0; i < l->n_readers; i++)
        if (tail_is_rotated(l->readers[i]->tail.path, path)) return true;
    return false;
}

static struct reader *add_reader(struct live *l, const char *path, const struct format *f, const char *why)
{
    struct reader **readers = realloc(l->readers, (l->n_readers + 1) * sizeof *readers);
    if (readers) l->readers = readers;
    struct saved *saved = realloc(l->saved, (l->n_readers + 1) * sizeof *saved);
    if (saved) l->saved = saved;
    struct reader *r = calloc(1, sizeof *r);
    if (!readers || !saved || !r || !reader_init(r, path, f, why)) return free(r), NULL;
    r->source = (int)l->n_readers;
    l->saved[l->n_readers] = (struct saved){.offset = UINT64_MAX};
    return l->readers[l->n_readers++] = r;
}

static bool join(struct live *l, struct reader *r)
{
    int source = run_source(l->run, r->tail.path, r->format->name, r->why);
    return source >= 0 && reader_wake(r, l->run, source);
}

static void take_checkpoints(struct live *l, const struct scan_run *from)
{
    for (size_t i = 0; i < l->n_checkpoints; i++) free(l->checkpoints[i].path);
    free(l->checkpoints);
    l->checkpoints = calloc(from->n_checkpoints ? from->n_checkpoints : 1, sizeof *l->checkpoints);
    l->n_checkpoints = 0;
    for (size_t i = 0; l->checkpoints && i < from->n_checkpoints; i++) {
        struct scan_checkpoint c = from->checkpoints[i];
        c.path = str_dup(span_of(c.path));
        if (c.path) l->checkpoints[l->n_checkpoints++] = c;
    }
    for (size_t i = 0; l->run && i < l->n_checkpoints; i++)
        run_checkpoint(l->run, l->checkpoints[i].path, l->checkpoints[i].step, "unverified", "unverified");
}

void live_sources(struct live *l, const struct scan_run *from)
{
    for (size_t i = 0; i < from->n_sources; i++) {
        const struct scan_source *s = &from->sources[i];
        struct reader *r = reader_of(l, s->path);
        if (r && r->format != s->format && !r->items && !r->history.n && !r->known_items) {
            reader_reformat(r, s->format, s->why);
            l->saved[r->source].records = UINT64_MAX;
        }
        if (r || is_rotated(l, from, s->path)) continue;
        r = add_reader(l, s->path, s->format, s->why);
        if (r && l->state == LIVE_AWAKE && !join(l, r)) r->state = NULL;
    }
    take_checkpoints(l, from);
    if (l->state != LIVE_OPENING) live_hurry(l);
}

/* ---- states ------------------------------------------------------------------------------------------------------------- */

static void awake(struct live *l)
{
    l->state = LIVE_AWAKE;
    l->finished = false;
    for (size_t i = 0; i < l->n_checkpoints; i++)
        run_checkpoint(l->run, l->checkpoints[i].path, l->checkpoints[i].step, "unverified", "unverified");
    live_hurry(l);
    l->engine->changed(l->engine->arg);
}

static void begin_new(struct live *l)
{
    l->run = new_run(l);
    for (size_t i = 0; l->run && i < l->n_readers; i++) (void)join(l, l->readers[i]);
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
            if (l->saved[i].offset == UINT64_MAX ? join(l, r) : reader_wake(r, l->run, (int)i)) continue;
        }
        l->dirty = true;
        awake(l);
    }
    bool gone = l->gone;
    free(w->histories);
    free(w);
    if (gone) live_free(l);
}

static void wake(struct live *l)
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
    wake(l);
}

static void fall_asleep(struct live *l)
{
    for (size_t i = 0; i < l->n_readers; i++) reader_sleep(l->readers[i]);
    run_free(l->run);
    l->run = NULL;
    l->state = LIVE_ASLEEP;
    journal_done(&l->journal);
    malloc_trim(0);
}

static void resume_sources(struct live *l, const struct known *k)
{
    struct reader **seen = l->readers;
    size_t n = l->n_readers;
    free(l->saved);
    l->readers = NULL;
    l->saved = NULL;
    l->n_readers = 0;
    for (size_t i = 0; i < k->n_sources; i++) {
        const struct source_row *row = &k->sources[i];
        const struct format *f = format_by_name(row->format);
        struct reader *r = f ? add_reader(l, row->path, f, "read before") : NULL;
        if (!r) continue;
        reader_resume(r, row);
        l->saved[l->n_readers - 1] = (struct saved){row->offset, row->records, row->head_hash, row->tail_hash};
    }
    for (size_t i = 0; i < n; i++) {
        struct reader *old = seen[i];
        if (!reader_of(l, old->tail.path)) (void)add_reader(l, old->tail.path, old->format, old->why);
        reader_done(old);
        free(old);
    }
    free(seen);
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
        resume_sources(l, k);
        if (!l->gate.n)
            for (size_t i = 0; i < k->n_incidents; i++)
                gate_restore(&l->gate, &k->incidents[i].told), live_recall_alert(l, &k->incidents[i]);
        l->state = LIVE_ASLEEP;
        l->caught_up_once = false;
        live_hurry(l);
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
    const char *slash = strrchr(from->root, '/');
    l->engine = e;
    l->root = str_dup(span_of(from->root));
    l->name = str_dup(span_of(o->name ? o->name : slash ? slash + 1 : from->root));
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
    l->gone = true;
    if (l->asking || l->waking || l->unwritten) return; /* the lane still holds it: it is freed when that comes back */
    for (size_t i = 0; i < l->n_readers; i++) reader_done(l->readers[i]), free(l->readers[i]);
    for (size_t i = 0; i < l->n_checkpoints; i++) free(l->checkpoints[i].path);
    for (size_t i = 0; i < l->n_alerts; i++) json_decref(l->alerts[i].message);
    run_free(l->run);
    gate_done(&l->gate);
    journal_done(&l->journal);
    free(l->readers), free(l->saved), free(l->checkpoints), free(l->alerts);
    free(l->root), free(l->name), free(l->project), free(l->tags);
    free(l->series), free(l->spark), free(l->spark_ascii), free(l->missing);
    json_decref(l->worst_finding);
    free(l);
}

void live_reopen(struct live *l)
{
    if (l->state == LIVE_OPENING || l->state == LIVE_WAKING) return;
    if (l->state == LIVE_AWAKE) fall_asleep(l);
    l->state = LIVE_OPENING;
    l->dropping = false;
    ask_memory(l);
}

/* ---- looking ------------------------------------------------------------------------------------------------------------- */

/* Often while data flows, seldom when it has been quiet for long; inotify hurries in between. */
static double tick(const struct live *l)
{
    double quiet = clock_wall() - l->last_data;
    return quiet < 10 ? 1 : fmin(10, quiet / 10);
}

/* Is one of the sources held open for writing? Asked at most every WRITER_S. */
static bool written_to(struct live *l, double now)
{
    const char *paths[WRITER_PATHS_MAX];
    size_t n = 0;
    if (now - l->writer_asked < WRITER_S) return l->writer;
    for (size_t i = 0; i < l->n_readers && n < WRITER_PATHS_MAX; i++) paths[n++] = l->readers[i]->tail.path;
    l->writer_asked = now;
    return l->writer = writer_there(paths, n);
}

/* While something is expected, silence is a series like any other. A log that nobody holds open is no hang: the run is over, or
 * its writer cannot be seen from here. */
static void beat(struct live *l)
{
    double now = clock_wall(), silence = now - l->last_data;
    bool expected = l->shown != RUN_FINISHED && l->shown != RUN_FAILED;
    double limit = l->grew ? OVER_S : HEARTBEAT_S;
    if (!expected || !l->caught_up_once || silence < 2 || silence > limit || now < l->heartbeat) return;
    if (silence > WRITER_S && !written_to(l, now)) return;
    l->heartbeat = now + fmax(1, silence * 0.1);
    run_silence(l->run, now, silence);
    loop_hurry(l->engine->loop, &l->judge, 0);
}

static bool heart_stopped(const struct live *l)
{
    double silence = clock_wall() - l->last_data;
    return l->shown == RUN_FINISHED || l->shown == RUN_FAILED || silence > (l->grew ? OVER_S : HEARTBEAT_S);
}

/* What `check` would say at the end of the log belongs to a run that is over. */
static bool finish_first(struct live *l)
{
    bool over = l->shown == RUN_FINISHED || l->shown == RUN_FAILED || clock_wall() - l->last_data > OVER_S;
    if (!over || l->finished) return false;
    l->finished = true;
    run_finish(l->run);
    l->dirty = true;
    live_judge(l);
    return true;
}

static void maybe_sleep(struct live *l)
{
    double quiet = now_of(l);
    if (!l->engine->memory || memory_failing(l->engine->memory) || l->dropping || !l->caught_up || l->unwritten) return;
    if (!journal_empty(&l->journal) || l->dirty || !heart_stopped(l)) return;
    for (size_t i = 0; i < l->n_readers; i++)
        if (l->readers[i]->news || reader_busy(l->readers[i]) || quiet - l->readers[i]->quiet_since < SLEEP_S) return;
    if (!finish_first(l)) fall_asleep(l);
}

/* Descriptors are few: those beyond our share are opened anew for each look. What is unread in a file that is deleted meanwhile is lost. */
static void spare(const struct live *l, struct reader *r)
{
    if (r->tail.fd < 0 || !l->engine->descriptors || r->tail.fd < l->engine->descriptors || r->tail.old) return;
    tail_close(&r->tail);
    if (l->engine->tight) l->engine->tight(l->engine->arg);
}

void live_look(struct live *l)
{
    bool news = false;
    if (l->state == LIVE_OPENING || l->state == LIVE_WAKING || l->gone) return;
    if (l->dropping && !memory_failing(l->engine->memory) && !l->unwritten) {
        live_reopen(l);
        return;
    }
    for (size_t i = 0; i < l->n_readers; i++) {
        struct reader *r = l->readers[i];
        news = reader_look(r, now_of(l)) || news;
        if (r->tail.changed > l->last_data) l->last_data = r->tail.changed;
        spare(l, r);
    }
    if (news && l->state == LIVE_ASLEEP) wake(l);
    if (l->state == LIVE_AWAKE) {
        l->caught_up = !news;
        if (!news && l->dirty && !l->judge.armed) live_judge(l);
        if (!news && !l->dirty) l->caught_up_once = true;
        beat(l);
        maybe_sleep(l);
    } else if (!news) l->caught_up = l->caught_up_once = true;
    if (news) l->engine->changed(l->engine->arg);
    loop_start(l->engine->loop, &l->look, tick(l));
}

void live_hurry(struct live *l) { loop_hurry(l->engine->loop, &l->look, 0.01); }

/* ---- reading ------------------------------------------------------------------------------------------------------------- */

static struct reader *least_behind(const struct live *l)
{
    struct reader *best = NULL;
    for (size_t i = 0; i < l->n_readers; i++) {
        struct reader *r = l->readers[i];
        if (r->news && (!best || reader_behind(r) < reader_behind(best))) best = r;
    }
    return best;
}

uint64_t live_behind(const struct live *l)
{
    const struct reader *r = l->state == LIVE_AWAKE ? least_behind(l) : NULL;
    return r ? reader_behind(r) : UINT64_MAX;
}

void live_turn(struct live *l)
{
    const struct engine *e = l->engine;
    struct reader *r = l->state == LIVE_AWAKE ? least_behind(l) : NULL;
    if (!r) return;
    if (l->finished) { /* it goes on after all: analyzers that were told the end are made anew */
        live_commit(l, true);
        if (!l->unwritten) live_reopen(l);
        return;
    }
    uint64_t before = run_points(l->run);
    reader_turn(r, e->buffer, e->room, now_of(l), now_of(l) + TURN_MS * 1e-3);
    if (run_points(l->run) != before && l->caught_up_once) l->grew = true;
    if (r->tail.changed > l->last_data) l->last_data = r->tail.changed;
    spare(l, r);
    if (journal_points(&l->journal) >= JOURNAL_POINTS_MAX) live_commit(l, true);
    else schedule_commit(l);
    bool more = live_behind(l) != UINT64_MAX;
    if (!more) l->caught_up = true;
    if (l->dirty && (more || now_of(l) - l->judged < JUDGE_S)) loop_hurry(e->loop, &l->judge, more ? JUDGE_BEHIND_S : JUDGE_S);
    else live_judge(l);
}

/* ---- writing down -------------------------------------------------------------------------------------------------------- */

static void written(void *owner, bool ok)
{
    struct live *l = owner;
    (void)ok;
    l->unwritten--;
    if (l->gone) live_free(l);
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
    l->committed = now_of(l);
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
    row.framework = live_framework(l);
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
