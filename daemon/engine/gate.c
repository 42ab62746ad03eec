#include "gate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/hash.h"
#include "../base/str.h"

static const double SURE = 0.8; /* a cause is stated from here on (interface, section 4) */

void gate_incident_id(char id[12], const char *run_id, const char *kind, const char *series, uint16_t segment, int64_t onset_step)
{
    struct str s = {0};
    str_addf(&s, "%s\n%s\n%s\n%u\n%lld", run_id, kind, series, (unsigned)segment, (long long)onset_step);
    hash_name(id, 'i', hash64(s.p, s.n, 0));
    str_done(&s);
}

static const char *series_name(const struct finding *f) { return f->series ? f->series->name : ""; }

static uint64_t symptom_of(const struct finding *f)
{
    const char *series = series_name(f);
    return hash64(f->kind, strlen(f->kind), hash64(series, strlen(series), f->segment));
}

static bool has_member(const struct told *t, uint64_t key)
{
    for (size_t i = 0; i < t->n_members; i++)
        if (t->members[i] == key) return true;
    return false;
}

static void add_member(struct told *t, uint64_t key)
{
    if (has_member(t, key)) return;
    uint64_t *more = realloc(t->members, (t->n_members + 1) * sizeof *more);
    if (!more) return;
    t->members = more;
    t->members[t->n_members++] = key;
}

/* ---- grouping ---------------------------------------------------------------------------------------------------------- */

static struct told *by_symptom(struct gate *g, uint64_t key)
{
    for (size_t i = 0; i < g->n; i++)
        if (has_member(&g->incidents[i], key)) return &g->incidents[i];
    return NULL;
}

static bool names_finding(const struct cause_view *c, size_t index)
{
    for (size_t i = 0; i < c->diagnosis.n_because; i++)
        if (c->diagnosis.because[i] == index) return true;
    return false;
}

/* An incident that shares a cause with this finding. Only a cause as likely as not joins troubles: a long shot would join all. */
static struct told *by_cause(struct gate *g, const struct view *v, size_t index)
{
    for (size_t c = 0; c < v->n_causes; c++) {
        const struct cause_view *cause = &v->causes[c];
        if (cause->diagnosis.probability < 0.5 || !names_finding(cause, index)) continue;
        for (size_t i = 0; i < cause->diagnosis.n_because; i++) {
            struct told *t = by_symptom(g, symptom_of(&v->findings[cause->diagnosis.because[i]].finding));
            if (t) return t;
        }
    }
    return NULL;
}

static const struct finding *finding_with(const struct view *v, const struct told *t, uint64_t key)
{
    for (size_t i = 0; i < v->n_findings && has_member(t, key); i++)
        if (symptom_of(&v->findings[i].finding) == key) return &v->findings[i].finding;
    return NULL;
}

static bool same_quantity(const struct finding *a, const struct finding *b)
{
    return a->series && b->series && a->series->metric[0] && strcmp(a->series->metric, b->series->metric) == 0;
}

/* What is critical and still going on explains what happens to the same quantity behind it. */
static struct told *by_consequence(struct gate *g, const struct view *v, const struct finding *f)
{
    for (size_t i = 0; i < g->n; i++) {
        struct told *t = &g->incidents[i];
        for (size_t k = 0; t->open && k < t->n_members; k++) {
            const struct finding *first = finding_with(v, t, t->members[k]);
            if (first && first->severity == SEVERITY_CRITICAL && first->segment == f->segment &&
                first->onset_step <= f->onset_step && same_quantity(first, f))
                return t;
        }
    }
    return NULL;
}

static struct told *new_place(struct gate *g)
{
    if (g->n == g->room) {
        size_t room = g->room ? g->room * 2 : 1;
        struct told *more = realloc(g->incidents, room * sizeof *more);
        if (!more) return NULL;
        g->incidents = more;
        g->room = room;
    }
    return &g->incidents[g->n++];
}

static struct told *new_incident(struct gate *g, const struct view *v, const struct finding *f, double now)
{
    struct told *t = new_place(g);
    if (!t) return NULL;
    *t = (struct told){.segment = f->segment, .onset_step = f->onset_step, .opened = now, .closed = NAN, .open = true};
    snprintf(t->kind, sizeof t->kind, "%s", f->kind);
    snprintf(t->series, sizeof t->series, "%s", series_name(f));
    gate_incident_id(t->id, v->id ? v->id : "", f->kind, series_name(f), f->segment, f->onset_step);
    return t;
}

/* An incident of the memory, whose findings have to be found again: first by its id, else by what it was about. */
static struct told *by_memory(struct gate *g, const struct view *v, const struct finding *f)
{
    char id[12], cut[sizeof g->incidents->series];
    gate_incident_id(id, v->id ? v->id : "", f->kind, series_name(f), f->segment, f->onset_step);
    for (size_t i = 0; i < g->n; i++)
        if (strcmp(g->incidents[i].id, id) == 0) return &g->incidents[i];
    snprintf(cut, sizeof cut, "%s", series_name(f));
    for (size_t i = 0; i < g->n; i++) {
        struct told *t = &g->incidents[i];
        if (!t->n_members && strcmp(t->kind, f->kind) == 0 && strcmp(t->series, cut) == 0) return t;
    }
    return NULL;
}

static void place(struct gate *g, const struct view *v, size_t index, double now)
{
    const struct finding *f = &v->findings[index].finding;
    struct told *t = by_symptom(g, symptom_of(f));
    if (t || f->severity < SEVERITY_WARNING) return;
    t = by_memory(g, v, f);
    if (!t) t = by_cause(g, v, index);
    if (!t) t = by_consequence(g, v, f);
    if (!t) t = new_incident(g, v, f, now);
    if (t) add_member(t, symptom_of(f));
}

/* The first that was to be seen opens the incident: earlier onsets first, as they would have come live. */
static void place_all(struct gate *g, const struct view *v, double now)
{
    for (size_t done = 0; done < v->n_findings; done++) {
        size_t next = SIZE_MAX;
        for (size_t i = 0; i < v->n_findings; i++) {
            const struct finding *f = &v->findings[i].finding;
            if (f->severity < SEVERITY_WARNING || by_symptom(g, symptom_of(f))) continue;
            if (next == SIZE_MAX || f->onset_step < v->findings[next].finding.onset_step) next = i;
        }
        if (next == SIZE_MAX) return;
        size_t before = g->n;
        place(g, v, next, now);
        if (g->n == before && !by_symptom(g, symptom_of(&v->findings[next].finding))) return;
    }
}

/* ---- telling ----------------------------------------------------------------------------------------------------------- */

static bool worse_than(const struct finding *a, const struct finding *b)
{
    bool a_open = a->phase != PHASE_CLOSED, b_open = b->phase != PHASE_CLOSED;
    if (a->severity != b->severity) return a->severity > b->severity;
    return a_open && !b_open;
}

static void look_at(const struct told *t, const struct view *v, struct incident_news *n, bool *open)
{
    *open = false;
    for (size_t i = 0; i < v->n_findings; i++) {
        const struct finding_view *f = &v->findings[i];
        if (!has_member(t, symptom_of(&f->finding))) continue;
        *open = *open || f->finding.phase != PHASE_CLOSED;
        if (!n->finding || worse_than(&f->finding, &n->finding->finding)) n->finding = f;
        for (size_t c = 0; c < v->n_causes; c++)
            if (names_finding(&v->causes[c], i) &&
                (!n->cause || v->causes[c].diagnosis.probability > n->cause->diagnosis.probability))
                n->cause = &v->causes[c];
    }
}

static void update(struct told *t, const struct view *v, double now, bool is_new, const struct gate_out *out)
{
    struct incident_news n = {.told = t, .speak = true};
    bool open, was_open = t->open;
    look_at(t, v, &n, &open);
    if (!n.finding) return; /* another finding hides it, or the end it was judged by was none: not over, not told */
    bool sure = n.cause && n.cause->diagnosis.probability >= SURE;
    bool worse = n.finding->finding.severity > t->severity;
    t->open = open;
    t->closed = open ? NAN : isnan(t->closed) ? now : t->closed;
    if (worse || is_new) t->severity = n.finding->finding.severity;
    if (is_new) n.news = NEWS_OPENED;
    else if (worse) n.news = NEWS_WORSE;
    else if (sure && !t->cause_told) n.news = NEWS_CAUSE;
    else if (!open && was_open && !t->resolved) n.news = NEWS_RESOLVED;
    else if (open != was_open) n.speak = false;
    else return;
    if (!open) t->resolved = true;
    t->cause_told = t->cause_told || sure;
    out->tell(out->arg, &n);
}

void gate_update(struct gate *g, const struct view *v, double now, const struct gate_out *out)
{
    size_t known = g->n;
    place_all(g, v, now);
    for (size_t i = 0; i < g->n; i++) update(&g->incidents[i], v, now, i >= known, out);
}

void gate_restore(struct gate *g, const struct told *t)
{
    struct told *mine = new_place(g);
    if (!mine) return;
    *mine = *t;
    mine->members = NULL;
    mine->n_members = 0;
}

void gate_done(struct gate *g)
{
    if (!g) return;
    for (size_t i = 0; i < g->n; i++) free(g->incidents[i].members);
    free(g->incidents);
    *g = (struct gate){0};
}
