/* judge - a view goes out: what was found and what is known, the verdict, the last good checkpoint. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../analyzers/fact_key.h"
#include "judge/parts.h"

void *judge_room(struct run *r, size_t n, size_t element)
{
    void *p = arena_alloc(&r->shown, (n ? n : 1) * element);
    if (!p) abort(); /* 64 MiB for what one run shows; the sizes above keep it far below */
    return p;
}

char *judge_keep(struct run *r, struct str *s)
{
    char *p = arena_copy(&r->shown, s->p ? s->p : "", s->n);
    str_done(s);
    return p ? p : "";
}

/* Where the trouble began: the earliest onset of what is worth a look. A checkpoint that is cut says nothing of those before it. */
static int64_t trouble_of(const struct view *v)
{
    int64_t trouble = INT64_MAX;
    for (size_t i = 0; i < v->n_findings; i++) {
        const struct finding *f = &v->findings[i].finding;
        if (f->severity >= SEVERITY_WARNING && f->onset_step < trouble && strncmp(f->kind, "checkpoint_", 11) != 0)
            trouble = f->onset_step;
    }
    return trouble;
}

/* 2: looked into and in order; 1: nobody could look; 0: not to be resumed from. */
static int soundness(const struct run_checkpoint *c)
{
    static const char *const bad[] = {"incomplete", "corrupt", "malicious"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (strcmp(c->state, bad[i]) == 0 || strcmp(c->safety, bad[i]) == 0) return 0;
    return strcmp(c->state, "whole") == 0 ? 2 : 1;
}

/* The newest from before the trouble: one that is whole, else one that nobody could look into. */
static void show_checkpoints(struct run *r, struct view *v)
{
    struct checkpoint_view *out = judge_room(r, r->n_checkpoints, sizeof *out);
    int64_t trouble = trouble_of(v);
    int best = 0;
    for (size_t i = 0; i < r->n_checkpoints; i++) {
        const struct run_checkpoint *c = &r->checkpoints[i];
        int sound = soundness(c);
        out[i] = (struct checkpoint_view){c->path, c->step, c->state, c->safety, c->why};
        if (c->step < 0 || c->step >= trouble || !sound || sound < best) continue;
        if (v->last_good && sound == best && c->step <= v->last_good->step) continue;
        v->last_good = &out[i];
        best = sound;
    }
    v->checkpoints = out;
    v->n_checkpoints = r->n_checkpoints;
    v->trouble_step = trouble;
}

static enum verdict verdict_of(const struct run *r, const struct view *v)
{
    if (r->unreadable) return VERDICT_UNREADABLE;
    if (!v->n_findings) return VERDICT_CLEAN;
    switch (v->findings[0].finding.severity) {
    case SEVERITY_CRITICAL: return VERDICT_CRITICAL;
    case SEVERITY_WARNING: return VERDICT_WARNING;
    default: return VERDICT_INFO;
    }
}

static enum run_state state_of(const struct run *r, const struct view *v)
{
    for (size_t i = 0; i < v->n_findings; i++) {
        const struct finding *f = &v->findings[i].finding;
        if (f->phase == PHASE_CLOSED) continue;
        if (strcmp(f->kind, "run_crashed") == 0 || strcmp(f->kind, "out_of_memory") == 0) return RUN_FAILED;
        if (strcmp(f->kind, "run_stalled") == 0) return RUN_STALLED;
    }
    if (r->event_bits & (1u << EVENT_FINISHED)) return RUN_FINISHED;
    return isnan(r->silence_s) ? RUN_UNKNOWN : RUN_RUNNING;
}

static const char *framework_of(const struct run *r)
{
    const char *key, *value;
    for (size_t i = 0; i < r->n_facts; i++)
        if (fact_canonical(r->facts[i].key, r->facts[i].value, &key, &value) && strcmp(key, "framework") == 0)
            return r->facts[i].value;
    for (size_t i = 0; i < r->n_sources; i++)
        if (strcmp(r->sources[i]->format, "trainer_state") == 0) return "transformers";
    return NULL;
}

const struct view *run_view(struct run *r)
{
    arena_done(&r->shown);
    struct view *v = judge_room(r, 1, sizeof *v);
    for (size_t i = 0; i < r->n_series; i++)
        if (!run_show(r->series[i])) abort(); /* as judge_room does: 6 KB */
    *v = (struct view){.run = r->printed,
                       .id = r->id,
                       .name = r->name ? r->name : r->printed,
                       .path = r->path,
                       .project = r->project,
                       .framework = framework_of(r),
                       .first_time = r->first_time,
                       .last_time = r->last_time,
                       .last_step = run_last_step(r),
                       .unreadable = r->unreadable};
    judge_data(r, v);
    struct told told = judge_findings(r, v);
    judge_unseen(r, v);
    judge_causes(r, v, &told);
    show_checkpoints(r, v);
    v->verdict = verdict_of(r, v);
    v->state = state_of(r, v);
    return v;
}

void run_view_done(struct run *r)
{
    arena_done(&r->shown);
    run_freeze(r);
}
