/* judge_data - what a view shows of the data itself. */
#include <stdlib.h>

#include "parts.h"

static const char *why_of(struct run *r, size_t source)
{
    struct str s = {0};
    str_add(&s, r->sources[source]->why);
    run_say_source(r, (uint16_t)source, &s);
    return judge_keep(r, &s);
}

static void show_seams(struct run *r, struct view *v)
{
    size_t max = r->n_seams + r->n_sources;
    struct seam *seams = judge_room(r, max, sizeof *seams);
    v->n_seams = run_seams(r, seams, max);
    v->seams = seams;
    v->segments = r->seq ? (uint32_t)v->n_seams + 1 : 0;
}

/* What is judged before what confirms it, by source, then as they came: not by what was read first. */
static int by_source(const void *x, const void *y, void *run)
{
    const struct run *r = run;
    const struct run_series *s = r->series[((const struct series_view *)x)->series.id];
    const struct run_series *t = r->series[((const struct series_view *)y)->series.id];
    if (run_owns(r, s) != run_owns(r, t)) return run_owns(r, s) ? -1 : 1;
    const struct series *a = &((const struct series_view *)x)->series, *b = &((const struct series_view *)y)->series;
    if (a->source != b->source) return a->source < b->source ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

void judge_data(struct run *r, struct view *v)
{
    struct source_view *sources = judge_room(r, r->n_sources, sizeof *sources);
    struct series_view *series = judge_room(r, r->n_series, sizeof *series);
    struct fact *facts = judge_room(r, r->n_facts, sizeof *facts);
    struct event_view *events = judge_room(r, r->n_events, sizeof *events);
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
    if (r->n_series) qsort_r(series, r->n_series, sizeof *series, by_source, r);
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
