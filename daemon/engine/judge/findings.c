/* judge_findings - findings folded, placed, sorted and worded.
 *
 * Inhibition: a finding is folded into another one that explains it (analyzers/kind.c says which kinds do) when it did not
 * begin clearly before it. The same symptom seen again, or in a second source, is folded into the worst. What a source shows at steps
 * that the preferred source of the metric shows too is no finding of its own (run/sources.c). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../analyzers/kind.h"
#include "../message.h"
#include "../run/inspected.h"
#include "befell.h"
#include "context.h"

enum { HOLES_SHOWN_MAX = 32 };
#define BY_HEART 0.06 /* of an untrained model's loss, below which training rows are learned by heart: as the causes have it */

static bool same_series(const struct finding *a, const struct finding *b)
{
    if (a->series == b->series) return true;
    return a->series && b->series && a->series->metric[0] && strcmp(a->series->metric, b->series->metric) == 0;
}

/* Held-out rows that stood apart from the start, and got worse while the training rows were learned by heart: that is told beside it. */
static bool is_by_heart(const struct finding *f)
{
    return strcmp(f->kind, "overfitting") == 0 && f->severity >= SEVERITY_WARNING &&
           finding_evidence(f, "left_ungained", 1) < BY_HEART;
}

/* a, told already or to be told, makes b redundant. */
static bool folds(const struct finding *a, const struct finding *b)
{
    bool same_kind = strcmp(a->kind, b->kind) == 0;
    bool one =
        strcmp(a->kind, "loss_nonfinite") == 0 || strcmp(a->kind, "mode_collapse") == 0; /* NaN spreads; a generator is one */
    if (same_kind && (one || !a->series || !b->series)) return true;
    if (same_kind && a->source == b->source && a->segment == b->segment && judge_is_one_thing(a, b)) return true;
    if (same_kind) return same_series(a, b) && a->series->role == b->series->role;
    if (a->phase == PHASE_CLOSED && a->severity < SEVERITY_CRITICAL) return false;
    if (!kind_mutes(a->kind, b->kind)) return false;
    if (strcmp(a->kind, "gap_from_start") == 0 && is_by_heart(b)) return false;
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

static const struct run_event *event_of(const struct run *r, const struct finding *f)
{
    for (size_t i = 0; f->quote_line && i < r->n_events; i++)
        if (r->events[i].source == f->source && r->events[i].line == f->quote_line) return &r->events[i];
    return NULL;
}

/* An analyzer that joins sources says it with more in view than its state for the one source that the finding comes from. */
static bool told_by_the_whole(const struct run *r, const struct run_finding *f)
{
    if (f->watcher == RUN_ITSELF) return false;
    const struct watcher *w = r->watchers[f->watcher - 1];
    size_t i = 0;
    while (analyzers[i] != w->analyzer) i++;
    if (!r->joins || !run_joins_series(w->analyzer) || w->analyzer->scope != PER_RUN) return false;
    bool joined = r->joins[i].whole && r->joins[i].sources > 1;
    if (w->of_run) return !joined; /* it is not needed any more: one source has everything */
    return joined && (!f->f.series || run_owns(r, r->series[f->f.series->id]));
}

/* "loss (rank 3)" is told from where it differs from the other ranks' "loss": did that hold numbers before? */
static bool differs_from_others(const struct run *r, const struct finding *f)
{
    const char *rank = f->series ? strstr(f->series->name, " (rank ") : NULL;
    size_t n = rank ? (size_t)(rank - f->series->name) : 0;
    for (size_t i = 0; n && i < r->n_series; i++) {
        const struct run_series *s = r->series[i];
        bool whole = s->s.source == f->source && strncmp(s->s.name, f->series->name, n) == 0 && !s->s.name[n];
        if (whole && s->points && s->first_step < f->onset_step && (!s->nonfinite || s->nonfinite_step >= f->onset_step))
            return true;
    }
    return false;
}

static void not_from_start(struct finding *f)
{
    for (size_t i = 0; i < f->n_evidence; i++)
        if (strcmp(f->evidence[i].name, "from_start") == 0 || strcmp(f->evidence[i].name, "untrained") == 0)
            f->evidence[i].value = 0;
}

/* How many empty cells followed the NaN that a finding is about, to the end of the log. */
static uint64_t empty_after(const struct run *r, const struct finding *f)
{
    const char *word = strstr(f->kind, "_nonfinite");
    if (!word || f->phase == PHASE_CLOSED || !f->series || f->quote_line) return 0;
    return run_empty_after(r, r->series[f->series->id]);
}

static void count_empty(struct finding *f, uint64_t empty)
{
    for (size_t i = 0; i < f->n_evidence; i++)
        if (strcmp(f->evidence[i].name, "points") == 0) f->evidence[i].value += (double)empty;
    finding_add(f, "empty", (double)empty, "points");
}

/* What is true of a finding only in view of the whole run:
 *   an event happened at the step that its line turned out to be of, and in a log without steps where the run stands
 *   what was still going on when a log ended is over when the run was started again and went on in another one
 *   empty cells behind a NaN are more of them
 *   what is told of one rank from where it differs did not begin with the run
 *   what is told of one loss may be mild beside the others
 *   a score that fell and came back while the training loss leapt is more than worth knowing */
static const struct finding *placed(struct run *r, const struct finding *f)
{
    const struct run_event *e = event_of(r, f);
    bool unplaced = f->quote_line && f->source < r->n_sources && !r->sources[f->source]->lead;
    bool moved = e && !unplaced && e->step != e->told_step && f->onset_step == e->told_step;
    bool over = f->phase != PHASE_CLOSED && run_went_on(r, f->source);
    bool of_rank = finding_evidence(f, "from_start", 0) == 1 && differs_from_others(r, f);
    uint64_t empty = empty_after(r, f);
    bool mild = judge_is_mild(r, f), borne = judge_is_borne(r, f), befell = judge_befell(r, f);
    if (!unplaced && !moved && !over && !of_rank && !empty && !mild && !borne && !befell) return f;
    struct finding *at = judge_room(r, 1, sizeof *at);
    *at = *f;
    if (unplaced) at->onset_step = at->first_step = at->last_step = run_last_step(r);
    if (moved) at->onset_step = at->first_step = e->step, at->last_step = f->last_step > e->step ? f->last_step : e->step;
    if (of_rank) not_from_start(at);
    if (empty) count_empty(at, empty);
    if (borne || befell) at->severity = SEVERITY_WARNING;
    if (mild) at->severity = SEVERITY_INFO;
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
        struct finding *kept = judge_room(r, 1, sizeof *kept);
        *kept = f;
        all[n++] = kept;
    }
    return n;
}

/* What no curve shows by itself (analyzers/whole_run.c) is told where nothing else is: a symptom that has a name of its own says more. */
static bool only_alike(const struct finding *f) { return !isnan(finding_evidence(f, "runs_alike", NAN)); }
static bool is_loud(const struct finding *f)
{
    return f->severity >= SEVERITY_WARNING && (f->phase != PHASE_CLOSED || f->severity == SEVERITY_CRITICAL);
}
static size_t without_alike(const struct finding **all, size_t n)
{
    bool loud = false;
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) loud |= is_loud(all[i]) && !only_alike(all[i]);
    for (size_t i = 0; i < n; i++)
        if (!loud || !only_alike(all[i])) all[kept++] = all[i];
    return kept;
}

static struct told fold(struct run *r)
{
    size_t most = r->n_findings + HOLES_SHOWN_MAX;
    struct told t = {.all = judge_room(r, most, sizeof *t.all), .by = judge_room(r, most, sizeof *t.by)};
    for (size_t i = 0; i < r->n_findings; i++) {
        const struct run_finding *f = &r->findings[i];
        if (!judge_is_meaningless(r, &f->f) && !told_by_the_whole(r, f) && !run_confirms(r, &f->f))
            t.all[t.n++] = placed(r, &f->f);
    }
    t.n = without_alike(t.all, open_holes(r, t.all, t.n, most));
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

static const char *rule_of(const struct run *r, const struct finding *f)
{
    for (size_t i = 0; i < r->n_findings; i++) {
        const struct run_finding *told = &r->findings[i];
        bool same = strcmp(told->f.kind, f->kind) == 0 && told->f.series == f->series && told->f.episode == f->episode;
        if (same && told->f.source == f->source && told->watcher != RUN_ITSELF)
            return r->watchers[told->watcher - 1]->analyzer->name;
    }
    return NULL;
}

static void show_findings(struct run *r, struct view *v, struct told *t)
{
    struct finding_view *out = judge_room(r, t->n, sizeof *out);
    uint16_t *shown = judge_room(r, t->n, sizeof *shown);
    for (size_t i = 0; i < t->n; i++) {
        if (t->by[i] != i) continue;
        const struct finding *f = t->all[i];
        const struct run_event *e = event_of(r, f);
        struct str message = {0};
        if (run_is_hole(f)) run_say_hole(f, &message);
        else message_of(f, &message);
        shown[i] = (uint16_t)v->n_findings;
        out[v->n_findings] = (struct finding_view){.finding = until_now(r, f),
                                                   .message = judge_keep(r, &message),
                                                   .quote = e ? e->text : run_checkpoint_words(r, f),
                                                   .source = f->source < r->n_sources ? r->sources[f->source]->path : NULL,
                                                   .rule = rule_of(r, f)};
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

struct told judge_findings(struct run *r, struct view *v)
{
    struct told t = fold(r);
    show_findings(r, v, &t);
    return t;
}
