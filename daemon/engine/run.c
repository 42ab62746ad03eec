/* run - data comes in: series get roles and analyzers, points go through them, facts and events are kept.
 *
 * A point's way is one call stack: format -> take() -> curve and analyzers -> found(). Nothing is queued. */
#include "run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/hash.h"
#include "../base/redact.h"
#include "run_parts.h"

#define STEP_MAX (INT64_C(1) << 60)

bool run_grow(void **array, size_t *room, size_t used, size_t element)
{
    if (used < *room) return true;
    size_t more = *room ? *room * 2 : 16;
    void *p = realloc(*array, more * element);
    if (!p) return false;
    *array = p;
    *room = more;
    return true;
}

/* ---- findings ---------------------------------------------------------------------------------------------------------- */

static struct run_finding *same_symptom(struct run *r, const struct finding *f)
{
    for (size_t i = r->n_findings; i-- > 0;) {
        struct run_finding *old = &r->findings[i];
        if (old->watcher != r->emitting || old->f.episode != f->episode || strcmp(old->f.kind, f->kind) != 0) continue;
        if (r->emitting != RUN_ITSELF || old->f.series == f->series) return old;
    }
    return NULL;
}

void run_found(void *arg, const struct finding *f)
{
    struct run *r = arg;
    struct run_finding *old = same_symptom(r, f);
    if (old) old->f = *f;
    else if (r->n_findings < FINDINGS_MAX &&
             run_grow((void **)&r->findings, &r->findings_room, r->n_findings, sizeof *r->findings))
        r->findings[r->n_findings++] = (struct run_finding){.f = *f, .watcher = r->emitting};
    if (!r->replaying && r->options.hooks.finding) r->options.hooks.finding(r->options.hooks.arg, f);
}

/* ---- series ------------------------------------------------------------------------------------------------------------ */

static uint32_t *slot_of(struct run *r, uint16_t source, struct span name)
{
    size_t mask = r->index_size - 1, at = (size_t)hash64(name.p, name.n, source) & mask;
    for (;; at = (at + 1) & mask) {
        if (!r->index[at]) return &r->index[at];
        const struct series *s = &r->series[r->index[at] - 1]->s;
        if (s->source == source && span_is(name, s->name)) return &r->index[at];
    }
}

static bool index_grow(struct run *r)
{
    if (r->index_size && r->n_series * 2 < r->index_size) return true;
    size_t size = r->index_size ? r->index_size * 2 : 64;
    uint32_t *index = calloc(size, sizeof *index);
    if (!index) return false;
    free(r->index);
    r->index = index;
    r->index_size = size;
    for (size_t i = 0; i < r->n_series; i++) *slot_of(r, r->series[i]->s.source, span_of(r->series[i]->s.name)) = (uint32_t)i + 1;
    return true;
}

static void series_free(struct run_series *s)
{
    if (!s) return;
    free((char *)s->s.name);
    free((char *)s->s.metric);
    free((char *)s->s.part);
    free(s->curve.buckets);
    free(s);
}

static struct run_series *series_new(uint32_t id, uint16_t source, struct span name, enum axis axis, const struct role_match *m)
{
    size_t n_analyzers = 0;
    while (analyzers[n_analyzers]) n_analyzers++;
    struct run_series *s = calloc(1, sizeof *s + 2 * n_analyzers * sizeof *s->watchers);
    struct bucket *buckets = malloc(CURVE_FIRST * sizeof *buckets);
    if (!s || !buckets) return free(s), free(buckets), NULL;
    s->s = (struct series){.name = str_dup(name),
                           .unit = m->unit,
                           .metric = str_dup(span_of(m->metric)),
                           .part = m->part[0] ? str_dup(span_of(m->part)) : NULL,
                           .depth = m->part[0] ? (int32_t)id : -1,
                           .id = id,
                           .source = source,
                           .role = m->role,
                           .better = m->better,
                           .axis = axis,
                           .bounded = m->bounded};
    s->last = NAN;
    s->key = NO_KEY;
    curve_init(&s->curve, buckets, CURVE_FIRST);
    if (!s->s.name || !s->s.metric) return series_free(s), NULL;
    return s;
}

static int intern(struct run *r, uint16_t source, struct span name, enum axis axis, const struct role_match *known)
{
    if (!index_grow(r)) return -1;
    uint32_t *slot = slot_of(r, source, name);
    if (*slot) {
        r->series[*slot - 1]->s.axis = axis; /* a format may learn later what the steps count */
        return (int)*slot - 1;
    }
    if (r->n_series >= SERIES_MAX || !run_grow((void **)&r->series, &r->series_room, r->n_series, sizeof *r->series)) return -1;
    struct run_series *s = NULL;
    struct str full = {0};
    if (!known && run_holds_evaluations(r, source)) str_add(&full, "eval/"); /* for the role only */
    str_add_span(&full, name);
    if (full.p && !full.failed) {
        struct role_match m = known ? *known : role_of(full.p);
        s = series_new((uint32_t)r->n_series, source, name, axis, &m);
    }
    str_done(&full);
    if (!s) return -1;
    r->series[r->n_series++] = s;
    *slot = (uint32_t)r->n_series;
    run_watch(r, s);
    if (!r->replaying && r->options.hooks.series) r->options.hooks.series(r->options.hooks.arg, &s->s);
    return (int)r->n_series - 1;
}

/* ---- points ------------------------------------------------------------------------------------------------------------ */

static bool leads(const struct run_source *from, const struct run_series *s)
{
    if (!from->lead) return s->s.role != ROLE_NONE && s->s.role != ROLE_PROGRESS && s->s.role < ROLE_EVENT;
    return from->lead->s.role != ROLE_LOSS_TRAIN && s->s.role == ROLE_LOSS_TRAIN;
}

/* Only the step of a source's main training loop opens a segment of it: evaluations repeat steps, and what another source holds says
 * nothing about this one's restarts. */
static void follow_step(struct run *r, struct run_source *from, struct run_series *s, const struct point *p)
{
    if (leads(from, s)) from->lead = s, run_choose_lead(r);
    if (s != from->lead) return;
    if (s->points && p->step < s->last_step && from->segment < UINT16_MAX) {
        from->segment++;
        if (run_grow((void **)&r->seams, &r->seams_room, r->n_seams, sizeof *r->seams))
            r->seams[r->n_seams++] = (struct run_seam){{from->segment, s->last_step, p->step, p->line}, s->s.source};
    }
    from->last_step = p->step;
}

/* A record is what a source tells at one line. Series that every record had, and the next ones have not, may hide a NaN. */
static void follow_record(struct run *r, struct run_source *from, struct run_series *s, uint64_t line)
{
    if (line != from->line || !from->record) from->line = line, from->record++;
    if (s->record == from->record) return;
    bool next = s->record + 1 == from->record;
    if (!next && s->streak > RUN_HOLE_STREAK) run_hole(r, s);
    s->streak = next ? s->streak + 1 : 1;
    s->record = from->record;
}

static void curve_grow(struct curve *c)
{
    if (c->used < c->capacity || c->capacity >= CURVE_MAX) return;
    struct bucket *more = realloc(c->buckets, 2 * c->capacity * sizeof *more);
    if (!more) return;
    c->buckets = more;
    c->capacity *= 2;
}

/* Steps stay where sums and differences of them cannot overflow. */
static int64_t sane(int64_t step) { return step > STEP_MAX ? STEP_MAX : step < -STEP_MAX ? -STEP_MAX : step; }

static void count(struct run *r, struct run_series *s, const struct point *p)
{
    if (!s->points++) s->first_step = p->step, r->roles |= WANTS((unsigned)s->s.role);
    s->last_step = p->step;
    s->last = p->value;
    s->nonfinite += isfinite(p->value) ? 0u : 1u;
    if (!isnan(p->time)) r->first_time = fmin(r->first_time, p->time), r->last_time = fmax(r->last_time, p->time);
    curve_grow(&s->curve);
    curve_add(&s->curve, p->step, p->value, p->line);
}

static void give(struct run *r, struct watcher *const *watchers, size_t n, const struct point *p)
{
    struct point joined = *p;
    if (r->whole && r->lead >= 0) joined.segment = r->sources[r->lead]->segment; /* of the run, where sources are joined */
    for (size_t i = 0; i < n; i++) {
        struct watcher *w = watchers[i];
        r->emitting = w->id;
        w->analyzer->observe(w->state, w->source == WHOLE_RUN ? &joined : p, &r->out);
    }
}

static void take(struct run *r, struct run_series *s, int64_t step, double time, double value, uint64_t line)
{
    struct run_source *from = s->s.source < r->n_sources ? r->sources[s->s.source] : NULL;
    struct point p = {
        .series = &s->s, .seq = ++r->seq, .step = sane(step), .time = time, .value = value, .line = line, .source = s->s.source};
    if (from && s->s.role != ROLE_SILENCE) {
        follow_step(r, from, s, &p);
        follow_record(r, from, s, line);
        p.segment = from->segment;
        if (!isnan(time)) from->first_time = fmin(from->first_time, time), from->last_time = fmax(from->last_time, time);
    }
    count(r, s, &p);
    give(r, s->watchers, s->n_watchers, &p);
    if (!r->replaying && r->options.hooks.point) r->options.hooks.point(r->options.hooks.arg, &p);
}

/* An event is a point of the run's series "event"; only those who hear the source that it stands in are given it. The event itself is told
 * to the hook, so its point is not. A source that has no steps of its own is placed when the run is judged. */
static void take_event(struct run *r, struct run_source *from, uint16_t source, enum event kind, uint64_t line)
{
    struct run_series *s = r->series[r->event_series];
    struct point p = {.series = &s->s,
                      .seq = ++r->seq,
                      .step = from->last_step,
                      .time = NAN,
                      .value = kind,
                      .line = line,
                      .source = source,
                      .segment = from->segment};
    count(r, s, &p);
    give(r, from->hears, from->n_hears, &p);
}

/* ---- what formats call ------------------------------------------------------------------------------------------------- */

static int on_series(void *arg, struct span name, enum axis axis)
{
    struct sink *k = arg;
    return intern(k->run, k->source, name, axis, NULL);
}

static void on_point(void *arg, int series, int64_t step, double time, double value, uint64_t line)
{
    struct sink *k = arg;
    struct run_source *source = k->run->sources[k->source];
    if (series < 0 || (size_t)series >= k->run->n_series) return;
    source->points++;
    take(k->run, k->run->series[series], step, time, value, line);
}

static void tell_fact(struct run *r, const char *key, const char *value)
{
    for (size_t i = 0; i < r->n_watchers; i++)
        if (r->watchers[i]->analyzer->fact) r->watchers[i]->analyzer->fact(r->watchers[i]->state, key, value);
    if (!r->replaying && r->options.hooks.fact) r->options.hooks.fact(r->options.hooks.arg, key, value);
}

/* Of two sources that tell a setting differently the preferred one is believed, of one source its last word. */
static bool believed(const struct run *r, const struct run_fact *old, int32_t source)
{
    if (old->source == WHOLE_RUN || old->source == source) return true;
    return source != WHOLE_RUN && run_prefers(r, (uint16_t)source, (uint16_t)old->source);
}

static void change_fact(struct run *r, struct run_fact *old, int32_t source, const char *value)
{
    if (!believed(r, old, source)) return;
    old->source = source;
    if (strcmp(old->value, value) == 0) return;
    char *copy = str_dup(span_of(value));
    if (copy) free(old->value), old->value = copy;
    tell_fact(r, old->key, value);
}

static void keep_fact(struct run *r, int32_t source, const char *key, const char *value)
{
    for (size_t i = 0; i < r->n_facts; i++)
        if (strcmp(r->facts[i].key, key) == 0) {
            change_fact(r, &r->facts[i], source, value);
            return;
        }
    if (r->n_facts >= FACTS_MAX || !run_grow((void **)&r->facts, &r->facts_room, r->n_facts, sizeof *r->facts)) return;
    struct run_fact f = {str_dup(span_of(key)), str_dup(span_of(value)), source};
    if (!f.key || !f.value) {
        free(f.key);
        free(f.value);
        return;
    }
    r->facts[r->n_facts++] = f;
    tell_fact(r, key, value);
}

static void on_fact(void *arg, struct span key, struct span value)
{
    struct sink *k = arg;
    struct str clean = {0};
    char *name = str_dup(key);
    redact(&clean, key, value);
    if (name && clean.p) keep_fact(k->run, k->source, name, clean.p);
    str_done(&clean);
    free(name);
}

static void keep_event(struct run *r, uint16_t source, uint64_t line, enum event kind, const char *text)
{
    static const struct role_match role = {.role = ROLE_EVENT, .unit = ""};
    if (kind >= EVENT_COUNT || source >= r->n_sources) return;
    struct run_source *from = r->sources[source];
    r->event_bits |= 1u << kind;
    if (r->event_series < 0) r->event_series = intern(r, 0, span_of("event"), AXIS_RECORD, &role);
    if (from->events_of_kind[kind]++ >= EVENTS_OF_KIND_MAX || r->n_events >= EVENTS_MAX) return;
    if (!run_grow((void **)&r->events, &r->events_room, r->n_events, sizeof *r->events)) return;
    struct run_event e = {kind, source, line, str_dup(span_of(text))};
    if (!e.text) return;
    r->events[r->n_events++] = e;
    run_watch_events(r, from);
    if (r->event_series >= 0) take_event(r, from, source, kind, line);
}

static void on_event(void *arg, uint64_t line, enum event kind, struct span text)
{
    struct sink *k = arg;
    struct str clean = {0};
    redact_text(&clean, text);
    keep_event(k->run, k->source, line, kind, clean.p ? clean.p : "");
    if (k->run->options.hooks.event)
        k->run->options.hooks.event(k->run->options.hooks.arg, k->source, line, kind, clean.p ? clean.p : "");
    str_done(&clean);
}

static void on_bad(void *arg, uint64_t line, const char *why)
{
    struct sink *k = arg;
    struct run_source *source = k->run->sources[k->source];
    (void)line;
    if (!source->bad++) source->first_bad = why;
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
    r->out = (struct findings){r, run_found};
    arena_init(&r->shown, 64u << 20);
    if (!r->printed) return run_free(r), NULL;
    return r;
}

static void source_free(struct run_source *s)
{
    if (!s) return;
    arena_done(&s->arena);
    free(s->joins);
    free(s->hears);
    free(s->path);
    free(s->why);
    free(s);
}

void run_free(struct run *r)
{
    if (!r) return;
    for (size_t i = 0; i < r->n_sources; i++) source_free(r->sources[i]);
    for (size_t i = 0; i < r->n_series; i++) series_free(r->series[i]);
    for (size_t i = 0; i < r->n_watchers; i++) free(r->watchers[i]->state), free(r->watchers[i]->metric), free(r->watchers[i]);
    for (size_t i = 0; i < r->n_facts; i++) free(r->facts[i].key), free(r->facts[i].value);
    for (size_t i = 0; i < r->n_events; i++) free(r->events[i].text);
    for (size_t i = 0; i < r->n_checkpoints; i++) free(r->checkpoints[i].path);
    free(r->sources), free(r->series), free(r->index), free(r->watchers), free(r->facts), free(r->events);
    free(r->findings), free(r->checkpoints), free(r->seams), free(r->keys), free(r->joins);
    free(r->printed), free(r->path), free(r->name), free(r->project), free(r->unreadable);
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
    s->out = (struct format_out){&s->sink, &s->arena, on_series, on_point, on_fact, on_event, on_bad};
    arena_init(&s->arena, READER_ARENA_BYTES);
    if (!s->path || !s->why) return source_free(s), -1;
    r->sources[r->n_sources++] = s;
    return (int)r->n_sources - 1;
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

void run_replay_series(struct run *r, uint16_t source, const char *name, enum axis axis)
{
    static const struct role_match event = {.role = ROLE_EVENT, .unit = ""}, silence = {.role = ROLE_SILENCE, .unit = "s"};
    const struct role_match *known = strcmp(name, "event") == 0 ? &event : strcmp(name, "silence") == 0 ? &silence : NULL;
    r->replaying = true;
    int id = intern(r, source, span_of(name), axis, known);
    if (known == &event) r->event_series = id;
    if (known == &silence) r->silence_series = id;
    r->replaying = false;
}

void run_replay_point(struct run *r, uint32_t series, int64_t step, double time, double value, uint64_t line)
{
    if (series >= r->n_series) return;
    struct run_series *s = r->series[series];
    r->replaying = true;
    if (s->s.source < r->n_sources) r->sources[s->s.source]->points++;
    take(r, s, step, time, value, line);
    r->replaying = false;
}

void run_replay_fact(struct run *r, const char *key, const char *value)
{
    r->replaying = true;
    keep_fact(r, WHOLE_RUN, key, value);
    r->replaying = false;
}

void run_replay_event(struct run *r, uint16_t source, uint64_t line, enum event kind, const char *text)
{
    r->replaying = true;
    keep_event(r, source, line, kind, text ? text : "");
    r->replaying = false;
}

void run_silence(struct run *r, double now, double silence_s)
{
    static const struct role_match role = {.role = ROLE_SILENCE, .unit = "s"};
    if (r->silence_series < 0) r->silence_series = intern(r, 0, span_of("silence"), AXIS_RECORD, &role);
    r->silence_s = silence_s;
    if (r->silence_series < 0) return;
    double first_time = r->first_time, last_time = r->last_time; /* the clock of the watch is not the clock of the data */
    take(r, r->series[r->silence_series], run_last_step(r), now, silence_s, 0);
    r->first_time = first_time;
    r->last_time = last_time;
}

void run_checkpoint(struct run *r, const char *path, int64_t step, const char *state, const char *safety)
{
    for (size_t i = 0; i < r->n_checkpoints; i++)
        if (strcmp(r->checkpoints[i].path, path) == 0) {
            r->checkpoints[i].step = step, r->checkpoints[i].state = state, r->checkpoints[i].safety = safety;
            return;
        }
    if (!run_grow((void **)&r->checkpoints, &r->checkpoints_room, r->n_checkpoints, sizeof *r->checkpoints)) return;
    char *copy = str_dup(span_of(path));
    if (copy) r->checkpoints[r->n_checkpoints++] = (struct run_checkpoint){copy, step, state, safety};
}

void run_finish(struct run *r)
{
    if (r->finished) return;
    r->finished = true;
    for (size_t i = 0; i < r->n_watchers; i++) {
        struct watcher *w = r->watchers[i];
        r->emitting = w->id;
        if (w->analyzer->finish) w->analyzer->finish(w->state, &r->out);
    }
}

void run_unreadable(struct run *r, const char *why)
{
    free(r->unreadable);
    r->unreadable = str_dup(span_of(why));
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
