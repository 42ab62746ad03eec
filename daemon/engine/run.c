/* run - a run from its first source to its last word; what is known of it as a whole. */
#include "run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../analyzers/stats/taken_back.h"
#include "../base/hash.h"
#include "run/parts.h"

bool run_grow(void **array, size_t *room, size_t used, size_t element)
{
    if (used < *room) return true;
    size_t first = element > 32 ? 1 : element > 16 ? 2 : 4, more = *room < 8 ? *room * 2 : *room + *room / 2;
    if (!*room) more = first;
    void *p = realloc(*array, more * element);
    if (!p) return false;
    *array = p;
    *room = more;
    return true;
}

/* ---- findings ---------------------------------------------------------------------------------------------------------- */

static uint32_t emitting(const struct run *r) { return r->hearing.running ? r->hearing.running->id : RUN_ITSELF; }

static struct run_finding *same_symptom(struct run *r, const struct finding *f)
{
    const uint32_t watcher = emitting(r);
    for (size_t i = r->n_findings; i-- > 0;) {
        struct run_finding *old = &r->findings[i];
        if (old->watcher != watcher || old->f.episode != f->episode || strcmp(old->f.kind, f->kind) != 0) continue;
        if (watcher != RUN_ITSELF || old->f.series == f->series) return old;
    }
    return NULL;
}

static bool last(void *arg, const char *kind, uint32_t episode, struct finding *ret)
{
    const struct run_finding *told = same_symptom(arg, &(struct finding){.kind = kind, .episode = episode});
    if (told) *ret = told->f;
    return told != NULL;
}

void run_found(void *arg, const struct finding *f)
{
    struct run *r = arg;
    struct run_finding *old = same_symptom(r, f);
    if (old) old->f = *f;
    else if (r->n_findings < FINDINGS_MAX &&
             run_grow((void **)&r->findings, &r->findings_room, r->n_findings, sizeof *r->findings))
        r->findings[r->n_findings++] = (struct run_finding){.f = *f, .watcher = emitting(r)};
    if (!r->replaying && r->options.hooks.finding) r->options.hooks.finding(r->options.hooks.arg, f);
}

/* ---- the outside ------------------------------------------------------------------------------------------------------- */

struct run *run_new(const char *printed, const char *path, const struct run_options *options)
{
    struct run *r = calloc(1, sizeof *r);
    if (!r) return NULL;
    r->options = *options;
    r->printed = str_dup(span_of(printed));
    r->path = path ? str_dup(span_of(path)) : NULL;
    r->event_series = r->silence_series = -1;
    r->first_time = r->last_time = r->silence_s = NAN;
    r->lead = -1;
    r->out = (struct findings){.arg = r, .emit = run_found, .last = last, .room = run_state_room, .open = run_open_curves};
    arena_init(&r->shown, 64u << 20);
    r->options.thresholds =
        options->thresholds ? thresholds_share(options->thresholds) : thresholds_new(options->config, options->sensitivity);
    if (!r->printed || !r->options.thresholds) return run_free(r), NULL;
    return r;
}

static void source_free(struct run_source *s)
{
    if (!s) return;
    arena_done(&s->arena);
    free(s->joins);
    free(s->owned);
    free(s->hears.all);
    free(s->path);
    free(s->why);
    free(s);
}

void run_free(struct run *r)
{
    if (!r) return;
    for (size_t i = 0; i < r->n_sources; i++) source_free(r->sources[i]);
    for (size_t i = 0; i < r->n_series; i++) run_series_free(r->series[i]);
    run_watchers_free(r);
    for (size_t i = 0; i < r->n_facts; i++) free(r->facts[i].key), free(r->facts[i].value);
    for (size_t i = 0; i < r->n_events; i++) free(r->events[i].text);
    for (size_t i = 0; i < r->n_checkpoints; i++) free(r->checkpoints[i].path), free(r->checkpoints[i].why);
    for (size_t i = 0; i < r->n_words; i++) free(r->words[i]);
    free(r->words);
    free(r->sources), free(r->series), free(r->index), free(r->facts), free(r->events);
    free(r->findings), free(r->checkpoints), free(r->seams), free(r->keys), free(r->key_slots), free(r->joins);
    free(r->printed), free(r->path), free(r->name), free(r->project), free(r->unreadable);
    thresholds_release(r->options.thresholds);
    arena_done(&r->shown);
    free(r);
}

void run_identify(char id[12], const char *name, const void *head, size_t head_bytes)
{
    size_t n = head_bytes < 4096 ? head_bytes : 4096;
    hash_name(id, 'r', hash64(head, n, hash64(name, strlen(name), 0)));
}

void run_set_id(struct run *r, const char *id, const char *name, const char *project)
{
    if (id) strncpy(r->id, id, sizeof r->id - 1);
    if (name) free(r->name), r->name = str_dup(span_of(name));
    if (project) free(r->project), r->project = str_dup(span_of(project));
}

int run_source(struct run *r, const char *path, const char *format, const char *why)
{
    if (r->n_sources >= UINT16_MAX) return -1;
    struct run_source **more = realloc(r->sources, (r->n_sources + 1) * sizeof *more);
    if (!more) return -1;
    r->sources = more;
    struct run_source *s = calloc(1, sizeof *s);
    if (!s) return -1;
    s->path = str_dup(span_of(path));
    s->why = str_dup(span_of(why ? why : ""));
    s->format = format;
    s->first_time = s->last_time = NAN;
    s->sink = (struct sink){r, (uint16_t)r->n_sources};
    s->out = run_format_out(s);
    arena_init(&s->arena, READER_ARENA_BYTES);
    if (!s->path || !s->why) return source_free(s), -1;
    r->sources[r->n_sources++] = s;
    return (int)r->n_sources - 1;
}

void run_rename_source(struct run *r, int source, const char *path)
{
    char *copy = str_dup(span_of(path));
    if (!copy) return;
    free(r->sources[source]->path);
    r->sources[source]->path = copy;
}

const struct format_out *run_out(struct run *r, int source) { return &r->sources[source]->out; }

void run_forget_reader(struct run *r, int source)
{
    arena_done(&r->sources[source]->arena);
    arena_init(&r->sources[source]->arena, READER_ARENA_BYTES);
}

void run_rank_by(struct run *r, const struct outcome *outcomes, size_t n)
{
    r->options.outcomes = outcomes;
    r->options.n_outcomes = n;
}

void run_silence(struct run *r, double now, double silence_s)
{
    static const struct role_match role = {.role = ROLE_SILENCE, .unit = "s"};
    if (r->silence_series < 0) r->silence_series = run_intern(r, 0, span_of("silence"), AXIS_RECORD, &role);
    r->silence_s = silence_s;
    if (r->silence_series < 0) return;
    double first_time = r->first_time, last_time = r->last_time; /* the clock of the watch is not the clock of the data */
    run_take(r, r->series[r->silence_series], run_last_step(r), now, silence_s, 0);
    r->first_time = first_time;
    r->last_time = last_time;
}

struct run_checkpoint *run_known_checkpoint(const struct run *r, const char *path)
{
    for (size_t i = 0; i < r->n_checkpoints; i++)
        if (strcmp(r->checkpoints[i].path, path) == 0) return &r->checkpoints[i];
    return NULL;
}

void run_checkpoint(struct run *r, const char *path, int64_t step, const char *state, const char *safety)
{
    struct run_checkpoint *known = run_known_checkpoint(r, path);
    if (known) {
        known->step = step;
        if (strcmp(state, "unverified") != 0) known->state = state, known->safety = safety;
        return;
    }
    if (!run_grow((void **)&r->checkpoints, &r->checkpoints_room, r->n_checkpoints, sizeof *r->checkpoints)) return;
    char *copy = str_dup(span_of(path));
    if (copy) r->checkpoints[r->n_checkpoints++] = (struct run_checkpoint){copy, step, state, safety, NULL, 0};
}

/* What was told too early is no part of what is known at the end. */
static void forget_taken_back(struct run *r)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->n_findings; i++)
        if (!taken_back(&r->findings[i].f)) r->findings[kept++] = r->findings[i];
    r->n_findings = kept;
}

void run_end(struct run *r)
{
    if (r->finished) return;
    r->finished = true;
    if (!curves_open(&r->out)) abort(); /* as run_view does: 2 KB */
    for (size_t i = 0; i < r->n_watchers; i++) {
        struct watcher *w = r->watchers[i];
        r->hearing.running = w;
        if (w->analyzer->finish) w->analyzer->finish(watcher_state(w), &r->out);
    }
}

void run_finish(struct run *r)
{
    run_end(r);
    forget_taken_back(r);
}

void run_unreadable(struct run *r, const char *why)
{
    free(r->unreadable);
    r->unreadable = str_dup(span_of(why));
}

const struct config *run_config(const struct run *r, enum sensitivity *sensitivity)
{
    *sensitivity = r->options.sensitivity;
    return r->options.config;
}

uint64_t run_points(const struct run *r) { return r->seq; }

int64_t run_last_step(const struct run *r)
{
    const struct run_series *lead = r->lead >= 0 ? r->sources[r->lead]->lead : NULL;
    int64_t last = lead ? lead->last_step : 0;
    for (size_t i = 0; lead && i < r->n_sources; i++) {
        const struct run_series *other = r->sources[i]->lead;
        if (other && other->s.axis == lead->s.axis && other->key == lead->key && other->last_step > last) last = other->last_step;
    }
    return last;
}
