#include "place.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../base/clock.h"
#include "../base/str.h"

static const double TICK_MIN_S = 1, TICK_KNOWN_S = 5, TICK_MAX_S = 20, SCAN_EVERY_S = 0.5;

/* ---- on the lane ---------------------------------------------------------------------------------------------------------- */

static void look(struct job *j)
{
    struct place *p = (struct place *)j;
    double start = clock_now();
    survey_done(&p->survey);
    survey_take(p->path, &p->survey);
    p->scanned = p->survey.signature != p->signature || !p->looked;
    if (p->scanned) p->status = scan_directory(p->path, &p->scan, &p->err);
    p->took_s = clock_now() - start;
}

/* ---- on the loop ---------------------------------------------------------------------------------------------------------- */

static struct live *at_root(const struct place *p, const char *root)
{
    for (size_t i = 0; i < p->n_lives; i++)
        if (strcmp(p->lives[i]->root, root) == 0) return p->lives[i];
    return NULL;
}

static void take_up(struct place *p, const struct scan_run *from)
{
    struct live *l = at_root(p, from->root);
    if (l) {
        live_sources(l, from);
        return;
    }
    if (!from->n_sources) return;
    struct live_options o = {p->scan.n_runs == 1 ? p->name : NULL, p->tags, p->sensitivity};
    struct live **more = realloc(p->lives, (p->n_lives + 1) * sizeof *more);
    if (!more) return;
    p->lives = more;
    l = live_new(p->engine, from, &o);
    if (l) p->lives[p->n_lives++] = l;
}

static void finish_look(struct job *j)
{
    struct place *p = (struct place *)j;
    double now = loop_now(p->engine->loop);
    p->busy = false;
    if (p->gone) {
        if (p->scanned && p->status == OK) scan_done(&p->scan);
        place_free(p, false);
        return;
    }
    for (size_t i = 0; i < p->survey.n_directories; i++) watch_directory(p->watch, p->survey.directories[i], p);
    if (p->scanned) {
        p->signature = p->survey.signature;
        p->next_scan = now + fmax(SCAN_EVERY_S, 20 * p->took_s);
        for (size_t i = 0; p->status == OK && i < p->scan.n_runs; i++) take_up(p, &p->scan.runs[i]);
        if (p->status == OK && !p->scan.n_runs) scan_explain(&p->scan, p->path, &p->err);
        snprintf(p->note, sizeof p->note, "%s", p->status == OK && p->scan.note ? p->scan.note : "");
        p->looked = true;
        p->looked_at(p->arg, p);
        if (p->status == OK) scan_done(&p->scan);
    }
    double quiet = 0;
    for (size_t i = 0; i < p->n_lives; i++)
        quiet = i ? fmin(quiet, clock_wall() - p->lives[i]->last_data) : clock_wall() - p->lives[i]->last_data;
    double tick = p->n_lives ? fmax(TICK_KNOWN_S, fmin(TICK_MAX_S, quiet / 30)) : TICK_MIN_S;
    loop_start(p->engine->loop, &p->tick, p->again ? SCAN_EVERY_S : fmax(tick, 50 * p->took_s));
    p->again = false;
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
    p->busy = true;
    p->job = (struct job){.work = look, .done = finish_look};
    lane_push(p->lane, &p->job);
}

void place_touched(struct place *p, bool names)
{
    for (size_t i = 0; i < p->n_lives; i++) live_hurry(p->lives[i]);
    if (names || !p->n_lives) loop_hurry(p->engine->loop, &p->tick, 0.05);
}

void place_rescan(struct place *p)
{
    p->signature = 0;
    p->next_scan = 0;
    place_touched(p, true);
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
    watch_forget(p->watch, p);
    while (p->n_lives) place_drop(p, p->lives[0], forget);
    p->gone = true;
    if (p->busy) return; /* the lane still works for it */
    survey_done(&p->survey);
    free(p->lives);
    free(p->path), free(p->name), free(p->tags);
    free(p);
}
