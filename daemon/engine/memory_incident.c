#include "memory_incident.h"

#include <math.h>
#include <string.h>

enum { FACTS_SEARCHED = 200 };

/* What words should find it: its message, causes, settings and the log's own words. */
static void searchable(struct str *s, const struct incident_news *n, const struct view *v)
{
    str_add(s, n->finding ? n->finding->message : "");
    for (size_t i = 0; i < v->n_causes; i++) str_addf(s, "\n%s", v->causes[i].diagnosis.cause->title);
    for (size_t i = 0; i < v->n_facts && i < FACTS_SEARCHED; i++) str_addf(s, "\n%s %s", v->facts[i].key, v->facts[i].value);
    if (n->finding && n->finding->quote) str_addf(s, "\n%s", n->finding->quote);
}

static void add_lists(struct incident_row *row, const struct incident_news *n, const struct view *v)
{
    for (size_t i = 0; i < v->n_causes && row->n_causes < DIAGNOSIS_MAX; i++) {
        row->causes[row->n_causes].cause = v->causes[i].diagnosis.cause->id;
        row->causes[row->n_causes++].probability = v->causes[i].diagnosis.probability;
    }
    for (size_t i = 0; n->cause && i < n->cause->n_fixes && row->n_offered < RANK_MAX; i++) {
        row->offered[row->n_offered].fix = n->cause->fixes[i].fix->id;
        row->offered[row->n_offered++].confidence = n->cause->fixes[i].confidence;
    }
}

struct incident_row memory_incident(const struct incident_news *n, const struct view *v, struct str *text)
{
    const struct told *t = n->told;
    searchable(text, n, v);
    struct incident_row row = {.incident = {.kind = t->kind,
                                            .series = t->series,
                                            .severity = severity_name(t->severity),
                                            .state = t->open ? "open" : "closed",
                                            .cause = n->cause ? n->cause->diagnosis.cause->id : NULL,
                                            .cause_probability = n->cause ? n->cause->diagnosis.probability : (double)NAN,
                                            .opened = t->opened,
                                            .closed = t->closed,
                                            .onset_step = t->onset_step,
                                            .message = n->finding ? n->finding->message : ""},
                               .text = text->p};
    memcpy(row.incident.id, t->id, sizeof row.incident.id);
    add_lists(&row, n, v);
    return row;
}
