/* run - data comes in: series get roles and analyzers, points go through them, facts and events are kept.
 *
 * A point's way is one call stack: format -> take() -> curve and analyzers -> found(). Nothing is queued. */
#include "run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../analyzers/fact_key.h"
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
        if (old->watcher == r->emitting && old->f.episode == f->episode && strcmp(old->f.kind, f->kind) == 0) return old;
    }
    return NULL;
}

static void found(void *arg, const struct finding *f)
{
    struct run *r = arg;
    struct run_finding *old = same_symptom(r, f);
    if (old) old->f = *f;
    else if (r->n_findings < FINDINGS_MAX &&
             run_grow((void **)&r->findings, &r->findings_room, r->n_findings, sizeof *r->findings))
        r->findings[r->n_findings++] = (struct run_finding){.f = *f, .watcher = r->emitting};
    if (!r->replaying && r->options.hooks.finding) r->options.hooks.finding(r->options.hooks.arg, f);
}

/* ---- analyzers --------------------------------------------------------------------------------------------------------- */

static double knob_value(const struct knob *k, enum sensitivity s)
{
    return s == SENSITIVITY_QUIET ? k->quiet : s == SENSITIVITY_PARANOID ? k->paranoid : k->initial;
}

static struct watcher *watcher_new(struct run *r, const struct analyzer *a, const char *metric)
{
    struct watcher *w = calloc(1, sizeof *w);
    if (!w || !run_grow((void **)&r->watchers, &r->watchers_room, r->n_watchers, sizeof *r->watchers)) return free(w), NULL;
    *w = (struct watcher){.analyzer = a,
                          .state = calloc(1, a->state_size),
                          .metric = metric ? str_dup(span_of(metric)) : NULL,
                          .id = (uint32_t)r->n_watchers + 1};
    if (!w->state) return free(w->metric), free(w), NULL;
    for (const struct knob *k = a->knobs; k && k->name; k++)
        *(double *)((char *)w->state + k->offset) = knob_value(k, r->options.sensitivity);
    if (a->init) a->init(w->state);
    for (size_t i = 0; a->fact && i < r->n_facts; i++) a->fact(w->state, r->facts[i].key, r->facts[i].value);
    r->watchers[r->n_watchers++] = w;
    return w;
}

/* The state that a series of this role shares with others, or a new one. */
static struct watcher *watcher_for(struct run *r, const struct analyzer *a, const struct series *s)
{
    const char *metric = a->scope == PER_METRIC ? s->metric : NULL;
    for (size_t i = 0; a->scope != PER_SERIES && i < r->n_watchers; i++) {
        struct watcher *w = r->watchers[i];
        if (w->analyzer == a && (!metric || strcmp(w->metric, metric) == 0)) return w;
    }
    return watcher_new(r, a, metric);
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
    struct run_series *s = calloc(1, sizeof *s + n_analyzers * sizeof *s->watchers);
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
    curve_init(&s->curve, buckets, CURVE_FIRST);
    if (!s->s.name || !s->s.metric) return series_free(s), NULL;
    return s;
}

static void watch_series(struct run *r, struct run_series *s)
{
    for (size_t i = 0; analyzers[i]; i++) {
        if (!(analyzers[i]->wants & WANTS((unsigned)s->s.role))) continue;
        struct watcher *w = watcher_for(r, analyzers[i], &s->s);
        if (w) s->watchers[s->n_watchers++] = w;
    }
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
    char *text = str_dup(name);
    if (text) {
        struct role_match m = known ? *known : role_of(text);
        s = series_new((uint32_t)r->n_series, source, name, axis, &m);
    }
    free(text);
    if (!s) return -1;
    r->series[r->n_series++] = s;
    *slot = (uint32_t)r->n_series;
    watch_series(r, s);
    if (!r->replaying && r->options.hooks.series) r->options.hooks.series(r->options.hooks.arg, &s->s);
    return (int)r->n_series - 1;
}

/* ---- points ------------------------------------------------------------------------------------------------------------ */

static bool leads(const struct run *r, const struct run_series *s)
{
    if (!r->lead) return s->s.role != ROLE_NONE && s->s.role != ROLE_PROGRESS && s->s.role < ROLE_EVENT;
    return r->lead->s.role != ROLE_LOSS_TRAIN && s->s.role == ROLE_LOSS_TRAIN;
}

/* Only the main training loop's step opens a segment: evaluations repeat steps, other sources come late. */
static void follow_step(struct run *r, struct run_series *s, const struct point *p)
{
    if (leads(r, s)) r->lead = s;
    if (s != r->lead) return;
    if (s->points && p->step < s->last_step && r->segment < UINT16_MAX) {
        r->segment++;
        if (run_grow((void **)&r->seams, &r->seams_room, r->n_seams, sizeof *r->seams))
            r->seams[r->n_seams++] =
                (struct seam){.segment = r->segment, .step = s->last_step, .resumed_at = p->step, .line = p->line};
    }
    r->last_step = p->step;
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

/* source: of the record, which for an event is not its series' own. */
static void take_from(struct run *r, struct run_series *s, uint16_t source, int64_t step, double time, double value,
                      uint64_t line)
{
    step = sane(step);
    struct point p = {
        .series = &s->s, .seq = ++r->seq, .step = step, .time = time, .value = value, .line = line, .source = source};
    follow_step(r, s, &p);
    p.segment = r->segment;
    if (!s->points++) s->first_step = step, r->roles |= WANTS((unsigned)s->s.role);
    s->last_step = step;
    s->last = value;
    s->nonfinite += isfinite(value) ? 0u : 1u;
    if (!isnan(time)) {
        if (isnan(r->first_time)) r->first_time = time;
        r->last_time = time;
    }
    curve_grow(&s->curve);
    curve_add(&s->curve, step, value, line);
    for (size_t i = 0; i < s->n_watchers; i++) {
        struct watcher *w = s->watchers[i];
        r->emitting = w->id;
        w->analyzer->observe(w->state, &p, &r->out);
    }
    if (!r->replaying && !r->silent_point && r->options.hooks.point) r->options.hooks.point(r->options.hooks.arg, &p);
}

static void take(struct run *r, struct run_series *s, int64_t step, double time, double value, uint64_t line)
{
    take_from(r, s, s->s.source, step, time, value, line);
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

static void keep_fact(struct run *r, const char *key, const char *value)
{
    for (size_t i = 0; i < r->n_facts; i++) {
        if (strcmp(r->facts[i].key, key) != 0) continue;
        if (strcmp(r->facts[i].value, value) == 0) return;
        char *copy = str_dup(span_of(value));
        if (copy) free(r->facts[i].value), r->facts[i].value = copy;
        goto told;
    }
    if (r->n_facts >= FACTS_MAX || !run_grow((void **)&r->facts, &r->facts_room, r->n_facts, sizeof *r->facts)) return;
    struct run_fact f = {str_dup(span_of(key)), str_dup(span_of(value))};
    if (!f.key || !f.value) {
        free(f.key);
        free(f.value);
        return;
    }
    r->facts[r->n_facts++] = f;
told:
    for (size_t i = 0; i < r->n_watchers; i++)
        if (r->watchers[i]->analyzer->fact) r->watchers[i]->analyzer->fact(r->watchers[i]->state, key, value);
    if (!r->replaying && r->options.hooks.fact) r->options.hooks.fact(r->options.hooks.arg, key, value);
}

static void on_fact(void *arg, struct span key, struct span value)
{
    struct sink *k = arg;
    struct str clean = {0};
    char *name = str_dup(key);
    redact(&clean, key, value);
    if (name && clean.p) keep_fact(k->run, name, clean.p);
    str_done(&clean);
    free(name);
}

static void keep_event(struct run *r, uint16_t source, uint64_t line, enum event kind, const char *text)
{
    static const struct role_match role = {.role = ROLE_EVENT, .unit = ""};
    if (kind >= EVENT_COUNT) return;
    r->event_bits |= 1u << kind;
    if (r->event_series < 0) r->event_series = intern(r, 0, span_of("event"), AXIS_RECORD, &role);
    if (r->events_of_kind[kind]++ >= EVENTS_OF_KIND_MAX || r->n_events >= EVENTS_MAX) return;
    if (!run_grow((void **)&r->events, &r->events_room, r->n_events, sizeof *r->events)) return;
    struct run_event e = {kind, source, line, str_dup(span_of(text))};
    if (!e.text) return;
    r->events[r->n_events++] = e;
    r->silent_point = true; /* the event itself is told to the hook; its point is not journalled twice */
    if (r->event_series >= 0) take_from(r, r->series[r->event_series], source, r->last_step, NAN, kind, line);
    r->silent_point = false;
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
    r->out = (struct findings){r, found};
    arena_init(&r->shown, 64u << 20);
    if (!r->printed) return run_free(r), NULL;
    return r;
}

static void source_free(struct run_source *s)
{
    if (!s) return;
    arena_done(&s->arena);
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
    free(r->findings), free(r->checkpoints), free(r->seams);
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
    keep_fact(r, key, value);
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
    double last_time = r->last_time; /* the clock of the watch is not the clock of the data */
    take(r, r->series[r->silence_series], r->last_step, now, silence_s, 0);
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
int64_t run_last_step(const struct run *r) { return r->last_step; }
