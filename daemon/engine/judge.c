/* judge - a view goes out: findings folded, sorted and worded; causes and fixes ranked; the last good checkpoint.
 *
 * Inhibition: a finding is folded into another one that explains it (analyzers/kind.c says which kinds do) when it did not
 * begin clearly before it. The same symptom seen again, or in a second source, is folded into the worst. What a source shows at steps
 * that the preferred source of the metric shows too is no finding of its own (run_sources.c). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../analyzers/fact_key.h"
#include "../../analyzers/kind.h"
#include "message.h"
#include "run_parts.h"

enum { HOLES_SHOWN_MAX = 32 };
#define NAMED_CAUSE 0.8 /* below it a cause is never stated as the cause (interface: section 4) */

static void *room(struct run *r, size_t n, size_t element)
{
    void *p = arena_alloc(&r->shown, (n ? n : 1) * element);
    if (!p) abort(); /* 64 MiB for what one run shows; the sizes above keep it far below */
    return p;
}

static char *keep(struct run *r, struct str *s)
{
    char *p = arena_copy(&r->shown, s->p ? s->p : "", s->n);
    str_done(s);
    return p ? p : "";
}

static bool same_series(const struct finding *a, const struct finding *b)
{
    if (a->series == b->series) return true;
    return a->series && b->series && a->series->metric[0] && strcmp(a->series->metric, b->series->metric) == 0;
}

/* In reinforcement learning and between adversaries a loss is no measure of progress: only its being finite is judged. */
static bool meaningless(const struct run *r, const struct finding *f)
{
    static const char *const trends[] = {"loss_plateau", "loss_not_decreasing", "loss_divergence",
                                         "loss_spike",   "overfitting",         "validation_divergence"};
    bool game = r->roles & (WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR));
    for (size_t i = 0; game && i < sizeof trends / sizeof *trends; i++)
        if (strcmp(f->kind, trends[i]) == 0) return true;
    return false;
}

/* a, told already or to be told, makes b redundant. */
static bool folds(const struct finding *a, const struct finding *b)
{
    bool same_kind = strcmp(a->kind, b->kind) == 0;
    if (same_kind && (strcmp(a->kind, "loss_nonfinite") == 0 || !a->series || !b->series))
        return true; /* NaN spreads: one trouble */
    if (same_kind) return same_series(a, b) && a->series->role == b->series->role;
    if (a->phase == PHASE_CLOSED && a->severity < SEVERITY_CRITICAL) return false;
    if (!kind_mutes(a->kind, b->kind)) return false;
    if (a->severity < b->severity) return false; /* what is worth knowing never hides a warning */
    int64_t span = b->last_step > a->onset_step ? b->last_step - a->onset_step : a->onset_step - b->last_step;
    int64_t margin = (a->onset_step > 0 ? a->onset_step : -a->onset_step) / 20 + span / 20;
    return b->onset_step + margin >= a->onset_step || b->severity < a->severity;
}

/* Ties are broken by what the files hold, never by which came first. */
static int by_place(const struct finding *a, const struct finding *b)
{
    int name = a->series && b->series ? strcmp(a->series->name, b->series->name) : !!a->series - !!b->series;
    if (name) return name;
    if (a->first_line != b->first_line) return a->first_line < b->first_line ? -1 : 1;
    return a->source < b->source ? -1 : a->source > b->source;
}

static int worse_first(const void *x, const void *y)
{
    const struct finding *a = *(const struct finding *const *)x, *b = *(const struct finding *const *)y;
    if (a->severity != b->severity) return a->severity > b->severity ? -1 : 1;
    if (a->confidence != b->confidence) return a->confidence > b->confidence ? -1 : 1;
    if (a->onset_step != b->onset_step) return a->onset_step < b->onset_step ? -1 : 1;
    int kind = strcmp(a->kind, b->kind);
    if (kind) return kind;
    return by_place(a, b);
}

static const char *quote_of(struct run *r, const struct finding *f)
{
    for (size_t i = 0; f->quote_line && i < r->n_events; i++)
        if (r->events[i].source == f->source && r->events[i].line == f->quote_line) return r->events[i].text;
    return NULL;
}

/* Every finding that counts, worst first, and the one it is told by: itself, or the one it is folded into. */
struct told {
    const struct finding **all;
    uint16_t *by, *shown; /* indices in all; in the view */
    size_t n;
};

/* An analyzer that joins sources says it with more in view than its state for the one source that the finding comes from. */
static bool told_by_the_whole(const struct run *r, const struct run_finding *f)
{
    if (f->watcher == RUN_ITSELF) return false;
    const struct watcher *w = r->watchers[f->watcher - 1];
    size_t i = 0;
    while (analyzers[i] != w->analyzer) i++;
    if (!r->joins || !run_joins_series(w->analyzer) || w->analyzer->scope != PER_RUN) return false;
    bool joined = r->joins[i].whole && r->joins[i].sources > 1;
    if (w->source == WHOLE_RUN) return !joined; /* it is not needed any more: one source has everything */
    return joined && (!f->f.series || run_owns(r, r->series[f->f.series->id]));
}

/* A line of a log that has no steps of its own happened where the run stands. What was still going on when a log ended is over when the
 * run was started again and went on in another one. */
static const struct finding *placed(struct run *r, const struct finding *f)
{
    bool unplaced = f->quote_line && f->source < r->n_sources && !r->sources[f->source]->lead;
    bool over = f->phase != PHASE_CLOSED && run_went_on(r, f->source);
    if (!unplaced && !over) return f;
    struct finding *at = room(r, 1, sizeof *at);
    *at = *f;
    if (unplaced) at->onset_step = at->first_step = at->last_step = run_last_step(r);
    if (!over) return at;
    at->phase = PHASE_CLOSED;
    if (!f->series) at->severity = SEVERITY_INFO;
    else if (at->severity == SEVERITY_CRITICAL) at->severity = SEVERITY_WARNING;
    return at;
}

static size_t open_holes(struct run *r, const struct finding **all, size_t n, size_t max)
{
    struct finding f;
    for (size_t i = 0; i < r->n_series && n < max; i++) {
        if (!run_open_hole(r, r->series[i], &f)) continue;
        struct finding *kept = room(r, 1, sizeof *kept);
        *kept = f;
        all[n++] = kept;
    }
    return n;
}

static struct told fold(struct run *r)
{
    size_t most = r->n_findings + HOLES_SHOWN_MAX;
    struct told t = {.all = room(r, most, sizeof *t.all), .by = room(r, most, sizeof *t.by)};
    for (size_t i = 0; i < r->n_findings; i++) {
        const struct run_finding *f = &r->findings[i];
        if (!meaningless(r, &f->f) && !told_by_the_whole(r, f) && !run_confirms(r, &f->f)) t.all[t.n++] = placed(r, &f->f);
    }
    t.n = open_holes(r, t.all, t.n, most);
    qsort(t.all, t.n, sizeof *t.all, worse_first);
    for (size_t i = 0; i < t.n; i++) {
        t.by[i] = (uint16_t)i;
        for (size_t j = 0; j < t.n && t.by[i] == i; j++)
            if (j != i && folds(t.all[j], t.all[i]) && (j < i ? t.by[j] == j : !folds(t.all[i], t.all[j]))) t.by[i] = (uint16_t)j;
    }
    return t;
}

/* What is not over lasts until the newest value; analyzers tell only what changes. */
static struct finding until_now(const struct run *r, const struct finding *f)
{
    struct finding now = *f;
    if (f->phase == PHASE_CLOSED || !f->series || finding_evidence(f, "recovered", 0) == 1) return now;
    if (r->series[f->series->id]->last_step > now.last_step) now.last_step = r->series[f->series->id]->last_step;
    return now;
}

static void show_findings(struct run *r, struct view *v, struct told *t)
{
    struct finding_view *out = room(r, t->n, sizeof *out);
    uint16_t *shown = room(r, t->n, sizeof *shown);
    for (size_t i = 0; i < t->n; i++) {
        if (t->by[i] != i) continue;
        const struct finding *f = t->all[i];
        struct str message = {0};
        if (run_is_hole(f)) run_say_hole(f, &message);
        else message_of(f, &message);
        shown[i] = (uint16_t)v->n_findings;
        out[v->n_findings] = (struct finding_view){.finding = until_now(r, f),
                                                   .message = keep(r, &message),
                                                   .quote = quote_of(r, f),
                                                   .source = f->source < r->n_sources ? r->sources[f->source]->path : NULL};
        snprintf(out[v->n_findings].id, sizeof out->id, "f%u", (unsigned)(v->n_findings + 1) % 100000);
        v->n_findings++;
    }
    for (size_t i = 0; i < t->n; i++) {
        size_t at = i;
        while (t->by[at] != at) at = t->by[at];
        shown[i] = shown[at];
    }
    t->shown = shown;
    v->findings = out;
}

/* A rate that no setting names is the highest that was logged: schedules rise to it and fall from it. */
static bool logged_rate(struct run *r, struct fact *rate)
{
    double highest = 0;
    for (size_t i = 0; i < r->n_series; i++)
        for (uint32_t j = 0; r->series[i]->s.role == ROLE_LEARNING_RATE && j < r->series[i]->curve.used; j++)
            highest = fmax(highest, r->series[i]->curve.buckets[j].max);
    char *text = room(r, 32, 1);
    snprintf(text, 32, "%.6g", highest);
    *rate = (struct fact){"learning_rate", text};
    return highest > 0;
}

static struct fact *canonical_facts(struct run *r, size_t *n)
{
    struct fact *facts = room(r, r->n_facts + 1, sizeof *facts);
    bool rate = false;
    *n = 0;
    for (size_t i = 0; i < r->n_facts; i++) {
        if (!fact_canonical(r->facts[i].key, r->facts[i].value, &facts[*n].key, &facts[*n].value)) continue;
        rate = rate || strcmp(facts[*n].key, "learning_rate") == 0;
        ++*n;
    }
    if (!rate && logged_rate(r, &facts[*n])) ++*n;
    return facts;
}

static void show_fixes(struct run *r, struct cause_view *c)
{
    struct ranked ranked[RANK_MAX];
    c->n_fixes = rank(c->diagnosis.cause, c->diagnosis.probability, r->options.knowledge->fixes, r->options.knowledge->n_fixes,
                      r->options.outcomes, r->options.n_outcomes, ranked);
    for (size_t i = 0; i < c->n_fixes; i++) c->fixes[i] = (struct fix_view){ranked[i].fix, ranked[i].probability};
}

/* Indices of all findings become indices of those that are shown, each once. */
static size_t as_shown(uint16_t *indices, size_t n, const struct told *t)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        uint16_t at = t->by[indices[i]];
        size_t seen = 0;
        while (seen < kept && indices[seen] != at) seen++;
        if (seen == kept) indices[kept++] = at;
    }
    return kept;
}

/* Folded findings are evidence too: what explains a symptom away for the reader tells causes apart. But what a score or a level does
 * after NaN says nothing; only the gradients before it do. */
static bool evidence(const struct told *t, size_t i)
{
    const struct finding *f = t->all[i], *by = t->all[t->by[i]];
    return by == f || strcmp(by->kind, "loss_nonfinite") != 0 || f->onset_step < by->onset_step ||
           strncmp(f->kind, "grad_", 5) == 0;
}

static void show_causes(struct run *r, struct view *v, const struct told *t)
{
    struct diagnosis found[DIAGNOSIS_MAX];
    struct finding *findings = room(r, t->n, sizeof *findings);
    struct told given = {.by = room(r, t->n, sizeof *given.by)};
    struct case_file file = {.findings = findings, .roles = r->roles, .events = r->event_bits};
    if (!r->options.knowledge || !v->n_findings || v->findings[0].finding.severity == SEVERITY_INFO) return;
    for (size_t i = 0; i < t->n; i++) {
        if (!evidence(t, i)) continue;
        given.by[given.n++] = t->shown[i];
        findings[file.n_findings++] = *t->all[i];
    }
    file.facts = canonical_facts(r, &file.n_facts);
    size_t n = diagnose(r->options.knowledge->causes, r->options.knowledge->n_causes, &file, found);
    struct cause_view *out = room(r, n, sizeof *out);
    for (size_t i = 0; i < n; i++) {
        out[i].diagnosis = found[i];
        out[i].diagnosis.n_because = as_shown(out[i].diagnosis.because, found[i].n_because, &given);
        out[i].diagnosis.n_against = as_shown(out[i].diagnosis.against, found[i].n_against, &given);
        show_fixes(r, &out[i]);
    }
    v->causes = out;
    v->n_causes = n;
    if (n && out[0].diagnosis.probability < NAMED_CAUSE)
        v->needs = out[0].diagnosis.missing, v->n_needs = out[0].diagnosis.n_missing;
}

static const char *why_of(struct run *r, size_t source)
{
    struct str s = {0};
    str_add(&s, r->sources[source]->why);
    run_say_source(r, (uint16_t)source, &s);
    return keep(r, &s);
}

static void show_seams(struct run *r, struct view *v)
{
    size_t max = r->n_seams + r->n_sources;
    struct seam *seams = room(r, max, sizeof *seams);
    v->n_seams = run_seams(r, seams, max);
    v->seams = seams;
    v->segments = r->seq ? (uint32_t)v->n_seams + 1 : 0;
}

/* By source, then as they came: not by what was read first. */
static int by_source(const void *x, const void *y)
{
    const struct series *a = &((const struct series_view *)x)->series, *b = &((const struct series_view *)y)->series;
    if (a->source != b->source) return a->source < b->source ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

static void show_data(struct run *r, struct view *v)
{
    struct source_view *sources = room(r, r->n_sources, sizeof *sources);
    struct series_view *series = room(r, r->n_series, sizeof *series);
    struct fact *facts = room(r, r->n_facts, sizeof *facts);
    struct event_view *events = room(r, r->n_events, sizeof *events);
    for (size_t i = 0; i < r->n_sources; i++)
        sources[i] = (struct source_view){r->sources[i]->path, r->sources[i]->format, r->sources[i]->points, r->sources[i]->bad,
                                          why_of(r, i)};
    for (size_t i = 0; i < r->n_series; i++) {
        const struct run_series *s = r->series[i];
        series[i] = (struct series_view){.series = s->s,
                                         .source = s->s.source < r->n_sources ? r->sources[s->s.source]->path : NULL,
                                         .points = s->points,
                                         .nonfinite = s->nonfinite,
                                         .first_step = s->first_step,
                                         .last_step = s->last_step,
                                         .last = s->last,
                                         .curve = &s->curve};
    }
    if (r->n_series) qsort(series, r->n_series, sizeof *series, by_source);
    for (size_t i = 0; i < r->n_facts; i++) facts[i] = (struct fact){r->facts[i].key, r->facts[i].value};
    for (size_t i = 0; i < r->n_events; i++)
        events[i] = (struct event_view){r->events[i].kind, r->events[i].line,
                                        r->events[i].source < r->n_sources ? r->sources[r->events[i].source]->path : NULL,
                                        r->events[i].text};
    v->sources = sources, v->n_sources = r->n_sources;
    v->series = series, v->n_series = r->n_series;
    v->facts = facts, v->n_facts = r->n_facts;
    v->events = events, v->n_events = r->n_events;
    show_seams(r, v);
}

/* The newest checkpoint from before the trouble: before the earliest onset of the findings that are worst. */
static void show_checkpoints(struct run *r, struct view *v)
{
    struct checkpoint_view *out = room(r, r->n_checkpoints, sizeof *out);
    int64_t trouble = INT64_MAX;
    for (size_t i = 0; i < v->n_findings; i++)
        if (v->findings[i].finding.severity >= SEVERITY_WARNING && v->findings[i].finding.onset_step < trouble)
            trouble = v->findings[i].finding.onset_step;
    for (size_t i = 0; i < r->n_checkpoints; i++) {
        out[i] = (struct checkpoint_view){r->checkpoints[i].path, r->checkpoints[i].step, r->checkpoints[i].state,
                                          r->checkpoints[i].safety};
        if (out[i].step >= 0 && out[i].step < trouble && (!v->last_good || out[i].step > v->last_good->step))
            v->last_good = &out[i];
    }
    v->checkpoints = out;
    v->n_checkpoints = r->n_checkpoints;
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
    struct view *v = &r->view;
    arena_done(&r->shown);
    *v = (struct view){.run = r->printed,
                       .id = r->id,
                       .name = r->name ? r->name : r->printed,
                       .path = r->path,
                       .project = r->project,
                       .framework = framework_of(r),
                       .elapsed_s = v->elapsed_s,
                       .first_time = r->first_time,
                       .last_time = r->last_time,
                       .last_step = run_last_step(r),
                       .unreadable = r->unreadable};
    show_data(r, v);
    struct told told = fold(r);
    show_findings(r, v, &told);
    show_causes(r, v, &told);
    show_checkpoints(r, v);
    v->verdict = verdict_of(r, v);
    v->state = state_of(r, v);
    return v;
}
