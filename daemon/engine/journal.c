#include "journal.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES_MAX = 64 << 20 };

static struct batch *current(struct journal *j)
{
    if (j->open) return j->open;
    j->open = calloc(1, sizeof *j->open);
    if (j->open) arena_init(&j->open->texts, TEXT_BYTES_MAX);
    else j->lost = true;
    return j->open;
}

/* Room for one more element; NULL marks the journal, because half a batch would be a lie. */
static void *more(struct journal *j, void **list, size_t *room, size_t n, size_t element)
{
    if (n == *room) {
        size_t bigger = *room + (*room > 1 ? *room / 2 : 1); /* one source, one series: as most runs have */
        void *p = realloc(*list, bigger * element);
        if (!p) return j->lost = true, NULL;
        *list = p;
        *room = bigger;
    }
    return (char *)*list + n * element;
}
#define MORE(j, b, list, count) more(j, (void **)&(b)->list, &(b)->list##_room, (b)->commit.count, sizeof *(b)->list)

static const char *copy(struct journal *j, const char *text)
{
    if (!text) return NULL;
    const char *kept = arena_copy(&j->open->texts, text, strlen(text));
    if (!kept) j->lost = true;
    return kept;
}

void journal_series(struct journal *j, const struct series *s)
{
    struct batch *b = current(j);
    struct series_row *row = b ? MORE(j, b, series, n_series) : NULL;
    if (!row) return;
    *row = (struct series_row){s->id, s->source, copy(j, s->name), s->axis};
    b->commit.n_series++;
}

void journal_point(struct journal *j, const struct point *p)
{
    struct point_row row = {p->series->id, p->source, p->segment, p->step, p->time, p->value, p->line};
    if (!packed_add(&j->points, &row)) j->lost = true;
}

void journal_fact(struct journal *j, const char *key, const char *value)
{
    struct batch *b = current(j);
    struct fact *row = b ? MORE(j, b, facts, n_facts) : NULL;
    if (!row) return;
    *row = (struct fact){copy(j, key), copy(j, value)};
    b->commit.n_facts++;
}

void journal_event(struct journal *j, uint16_t source, uint64_t line, enum event kind, const char *text)
{
    struct batch *b = current(j);
    if (j->events_seen >= JOURNAL_EVENTS_MAX) return;
    struct event_row *row = b ? MORE(j, b, events, n_events) : NULL;
    if (!row) return;
    *row = (struct event_row){source, line, kind, copy(j, text)};
    b->commit.n_events++;
    j->events_seen++;
}

void journal_source(struct journal *j, const struct source_row *from)
{
    struct batch *b = current(j);
    struct source_row *row = b ? MORE(j, b, sources, n_sources) : NULL;
    if (!row) return;
    *row = *from;
    row->path = copy(j, from->path);
    row->format = copy(j, from->format);
    b->commit.n_sources++;
}

static struct incident_row *place_for(struct journal *j, struct batch *b, const char *id)
{
    for (size_t i = 0; i < b->commit.n_incidents; i++)
        if (strcmp(b->incidents[i].incident.id, id) == 0) return &b->incidents[i];
    struct incident_row *row = MORE(j, b, incidents, n_incidents);
    if (row) b->commit.n_incidents++;
    return row;
}

void journal_incident(struct journal *j, const struct incident_row *from)
{
    struct batch *b = current(j);
    struct incident_row *row = b ? place_for(j, b, from->incident.id) : NULL;
    if (!row) return;
    *row = *from;
    struct incident *i = &row->incident;
    i->run_name = copy(j, i->run_name);
    i->kind = copy(j, i->kind);
    i->series = copy(j, i->series);
    i->severity = copy(j, i->severity);
    i->state = copy(j, i->state);
    i->cause = copy(j, i->cause);
    i->message = copy(j, i->message);
    for (size_t k = 0; k < row->n_causes; k++) row->causes[k].cause = copy(j, row->causes[k].cause);
    for (size_t k = 0; k < row->n_offered; k++) row->offered[k].fix = copy(j, row->offered[k].fix);
    row->text = copy(j, from->text);
}

bool journal_empty(const struct journal *j) { return !j->open && !j->points.n; }
size_t journal_points(const struct journal *j) { return j->points.n; }

struct batch *journal_take(struct journal *j, const struct run_row *row)
{
    struct batch *b = journal_empty(j) ? NULL : current(j);
    if (!b) return NULL;
    struct run_row *r = &b->commit.run;
    *r = *row;
    r->name = copy(j, row->name);
    r->path = copy(j, row->path);
    r->project = copy(j, row->project);
    r->framework = copy(j, row->framework);
    r->tags = copy(j, row->tags);
    if (j->lost) return NULL;
    b->points = j->points, b->commit.n_points = j->points.n;
    j->points = (struct packed){0};
    b->commit.sources = b->sources;
    b->commit.series = b->series;
    b->commit.facts = b->facts;
    b->commit.events = b->events;
    b->commit.incidents = b->incidents;
    j->open = NULL;
    return b;
}

void batch_free(struct batch *b)
{
    if (!b) return;
    arena_done(&b->texts);
    free(b->sources);
    free(b->series);
    packed_done(&b->points);
    free(b->facts);
    free(b->events);
    free(b->incidents);
    free(b);
}

void batch_rows(struct batch *b, struct point_row *rows)
{
    packed_rows(&b->points, rows);
    b->commit.points = rows;
}

void journal_done(struct journal *j)
{
    batch_free(j->open);
    packed_done(&j->points);
    *j = (struct journal){0};
}
