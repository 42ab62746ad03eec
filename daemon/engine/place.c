#include "place.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../base/clock.h"
#include "../base/str.h"

static const double TICK_MIN_S = 1, TICK_KNOWN_S = 5, TICK_MAX_S = 20, SCAN_EVERY_S = 0.5, TAKE_S = 0.001, SCAN_TIMES = 20,
                    UNASKED_TIMES = 100;
enum { EMPTY_WATCHED_MAX = 256 };

/* ---- on the lane ---------------------------------------------------------------------------------------------------------- */

static void look(struct job *j)
{
    struct place *p = (struct place *)j;
    double start = clock_now();
    survey_done(&p->survey);
    survey_take(p->path, &p->survey);
    p->scanned = p->survey.signature != p->signature || !p->looked;
    if (p->scanned) p->status = scan_directory(p->path, &p->scan, &p->err);
    p->scan_s = clock_now() - start;
}

/* ---- on the loop ---------------------------------------------------------------------------------------------------------- */

static bool make_room(struct place *p)
{
    if (p->n_lives < p->lives_room) return true;
    size_t room = p->lives_room ? p->lives_room * 2 : 8;
    struct live **more = realloc(p->lives, room * sizeof *more);
    if (!more) return false;
    p->lives = more;
    p->lives_room = room;
    return true;
}

static void take_up(struct place *p, const struct scan_run *from)
{
    struct live *l = whose_path(&p->roots, from->root);
    if (l) {
        live_sources(l, from);
        return;
    }
    if (!from->n_sources || !make_room(p)) return;
    struct live_options o = {p->scan.n_runs == 1 ? p->name : NULL, p->tags, p->sensitivity};
    l = live_new(p->engine, from, &o);
    if (!l) return;
    (void)whose_add(&p->roots, l->root, l, 0);
    p->lives[p->n_lives++] = l;
}

static void scan_taken_up(struct place *p)
{
    p->signature = p->survey.signature;
    p->next_scan = fmax(loop_now(p->engine->loop) + SCAN_EVERY_S, p->engine->watched->scans_from);
    if (p->status == OK && !p->scan.n_runs) scan_explain(&p->scan, p->path, &p->err);
    snprintf(p->note, sizeof p->note, "%s", p->status == OK && p->scan.note ? p->scan.note : "");
    p->looked = true;
    p->looked_at(p->arg, p);
    if (p->status == OK) scan_done(&p->scan);
}

static void look_again_later(struct place *p)
{
    double quiet = 0;
    for (size_t i = 0; i < p->n_lives; i++)
        quiet = i ? fmin(quiet, clock_wall() - p->lives[i]->last_data) : clock_wall() - p->lives[i]->last_data;
    double tick = p->n_lives ? fmax(TICK_KNOWN_S, fmin(TICK_MAX_S, quiet / 30)) : TICK_MIN_S;
    loop_start(p->engine->loop, &p->tick, p->again ? SCAN_EVERY_S : fmax(tick, UNASKED_TIMES * p->engine->watched->scan_s));
    p->again = false;
}

static void count_one(void *arg, void *owner, size_t which) { (void)arg, (void)owner, (void)which; }

/* Watches are few on some machines, and everybody's: they are for directories with a log, and some more where one may come. */
static void watch_next(struct place *p)
{
    const char *path = p->survey.directories[p->watched];
    bool logs = whose_each(&p->engine->watched->files, whose_directory(path), count_one, NULL) > 0;
    if (p->watched++ < EMPTY_WATCHED_MAX || logs) watch_directory(p->watch, path, p);
}

/* What was found is taken up some at a time: with thousands of runs, those that are watched already would have to wait otherwise. */
static void take_some(void *arg)
{
    struct place *p = arg;
    double until = clock_now() + TAKE_S;
    size_t n_runs = p->scanned && p->status == OK ? p->scan.n_runs : 0;
    while (p->taken < n_runs && clock_now() < until) take_up(p, &p->scan.runs[p->taken++]);
    while (p->taken == n_runs && p->watched < p->survey.n_directories && clock_now() < until) watch_next(p);
    if (p->watched < p->survey.n_directories || p->taken < n_runs) {
        loop_start(p->engine->loop, &p->take, 0);
        return;
    }
    p->busy = false;
    if (p->scanned) scan_taken_up(p);
    survey_done(&p->survey);
    look_again_later(p);
}

/* All places together may keep the lane busy for a twentieth of the time, and for a hundredth when no event tells of anything new. */
static void charge(struct place *p)
{
    struct watched *w = p->engine->watched;
    w->scan_s += p->scan_s - p->took_s;
    p->took_s = p->scan_s;
    w->scans_from = fmax(w->scans_from, loop_now(p->engine->loop)) + SCAN_TIMES * p->took_s;
}

static void finish_look(struct job *j)
{
    struct place *p = (struct place *)j;
    p->on_lane = false;
    p->watched = p->taken = 0;
    if (p->gone) place_free(p, false);
    else charge(p), take_some(p);
}

static void start_look(void *arg)
{
    struct place *p = arg;
    double now = loop_now(p->engine->loop);
    if (p->busy) {
        p->again = true;
        return;
    }
    if (now < p->next_scan) {
        loop_start(p->engine->loop, &p->tick, p->next_scan - now + 0.01);
        return;
    }
    p->busy = p->on_lane = true;
    p->job = (struct job){.work = look, .done = finish_look};
    lane_push(p->lane, &p->job);
}

void place_touched(struct place *p, bool names)
{
    if (!names && p->n_lives) return;
    if (p->busy) p->again = true;
    else loop_hurry(p->engine->loop, &p->tick, 0.05);
}

void place_look(struct place *p)
{
    for (size_t i = 0; i < p->n_lives; i++) live_hurry(p->lives[i]);
    place_touched(p, true);
}

void place_rescan(struct place *p)
{
    p->signature = 0;
    p->next_scan = 0;
    place_look(p);
}

bool place_caught_up(const struct place *p)
{
    if (!p->looked) return false;
    for (size_t i = 0; i < p->n_lives; i++)
        if (!p->lives[i]->caught_up_once) return false;
    return true;
}

struct live *place_find(const struct place *p, const char *which)
{
    for (size_t i = 0; i < p->n_lives; i++) {
        struct live *l = p->lives[i];
        if (strcmp(l->id, which) == 0 || strcmp(l->name, which) == 0 || strcmp(l->root, which) == 0) return l;
    }
    for (size_t i = 0; i < p->n_lives && strlen(which) >= 4; i++)
        if (strncmp(p->lives[i]->id, which, strlen(which)) == 0) return p->lives[i];
    return NULL;
}

static void note_unwatched(struct live *l)
{
    struct memory *m = l->engine->memory;
    live_commit(l, true);
    if (m) memory_forget(m, l->id);
}

void place_drop(struct place *p, struct live *l, bool forget)
{
    for (size_t i = 0; i < p->n_lives; i++) {
        if (p->lives[i] != l) continue;
        p->lives[i] = p->lives[--p->n_lives];
        whose_remove(&p->roots, l->root, l);
        if (forget) note_unwatched(l);
        else live_commit(l, true);
        live_free(l);
        return;
    }
}

struct place *place_new(const struct engine *e, struct lane *lane, struct watch *w, const char *path,
                        const struct live_options *o, void (*looked_at)(void *, struct place *), void *arg)
{
    struct place *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    *p = (struct place){.engine = e,
                        .lane = lane,
                        .watch = w,
                        .path = str_dup(span_of(path)),
                        .name = o->name ? str_dup(span_of(o->name)) : NULL,
                        .tags = o->tags ? str_dup(span_of(o->tags)) : NULL,
                        .sensitivity = o->sensitivity,
                        .attached = clock_wall(),
                        .tick = {.fire = start_look, .arg = p},
                        .take = {.fire = take_some, .arg = p},
                        .looked_at = looked_at,
                        .arg = arg};
    if (!p->path) return place_free(p, false), NULL;
    start_look(p);
    return p;
}

void place_free(struct place *p, bool forget)
{
    if (!p) return;
    loop_cancel(p->engine->loop, &p->tick);
    loop_cancel(p->engine->loop, &p->take);
    watch_forget(p->watch, p);
    p->engine->watched->scan_s -= p->took_s;
    p->took_s = 0;
    while (p->n_lives) place_drop(p, p->lives[p->n_lives - 1], forget);
    p->gone = true;
    if (p->on_lane) return; /* it comes back, and is freed then */
    if (p->busy && p->scanned && p->status == OK) scan_done(&p->scan);
    survey_done(&p->survey);
    free(p->lives);
    whose_done(&p->roots);
    free(p->path), free(p->name), free(p->tags);
    free(p);
}
