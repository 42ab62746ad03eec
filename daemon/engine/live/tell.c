/* live_tell - a watched run in words: alerts, what was found, one line, a status. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../base/clock.h"
#include "../../base/json.h"
#include "../../base/str.h"
#include "../../report/report.h"
#include "../../report/words.h"
#include "../memory_incident.h"
#include "../outcome/outcome.h"
#include "parts.h"

/* ---- alerts --------------------------------------------------------------------------------------------------------------- */

static void keep_alert(struct live *l, const char *id, json_t *message)
{
    for (size_t i = 0; i < l->n_alerts; i++)
        if (strcmp(l->alerts[i].id, id) == 0) {
            json_decref(l->alerts[i].message);
            l->alerts[i].message = json_incref(message);
            return;
        }
    struct alert_kept *more = realloc(l->alerts, (l->n_alerts + 1) * sizeof *more);
    if (!more) return;
    l->alerts = more;
    snprintf(more[l->n_alerts].id, sizeof more->id, "%s", id);
    more[l->n_alerts++].message = json_incref(message);
}

static json_t *alert_json(const struct live *l, const struct told *t, const char *news, const char *where, const char *message)
{
    return json_pack("{s:s, s:s, s:f, s:s, s:o, s:s, s:s, s:o, s:s, s:b}", "say", "alert", "news", news, "when", clock_wall(),
                     "severity", severity_name(t->severity), "run", json_text(l->name), "kind", t->kind, "where", where,
                     "message", json_text(message), "incident", t->id, "open", t->open);
}

void live_recall_alert(struct live *l, const struct known_incident *k)
{
    struct str where = {0};
    str_addf(&where, "step %lld", (long long)k->told.onset_step);
    json_t *j = alert_json(l, &k->told, "opened", where.p ? where.p : "", k->message);
    str_done(&where);
    if (!j) return;
    json_object_set_new(j, "when", json_real(k->told.opened));
    if (k->cause) {
        json_object_set_new(j, "cause", json_text(k->cause));
        json_object_set_new(j, "probability", json_number(k->probability));
    }
    keep_alert(l, k->told.id, j);
    json_decref(j);
}

void live_tell_trial(struct live *l, const char *incident, const char *kind, const char *news, const char *sentence, bool aloud)
{
    json_t *j = json_pack("{s:s, s:s, s:f, s:s, s:o, s:o, s:s, s:o, s:s, s:b}", "say", "alert", "news", news, "when",
                          clock_wall(), "severity", severity_name(SEVERITY_INFO), "run", json_text(l->name), "kind",
                          json_text(kind), "where", "", "message", json_text(sentence), "incident", incident, "open", true);
    if (!j) return;
    keep_alert(l, incident, j);
    if (aloud) l->engine->alert(l->engine->arg, l, j);
    json_decref(j);
}

/* What to do first, as it goes on behind a colon. */
static void add_fix(json_t *j, const struct cause_view *c)
{
    if (!c->n_fixes) return;
    struct str title = {0};
    words_clause(&title, c->fixes[0].fix->title);
    words_record(&title, &c->fixes[0]);
    json_object_set_new(j, "fix", json_text(title.p));
    str_done(&title);
}

static void add_cause(json_t *j, const struct cause_view *c)
{
    const struct diagnosis *d = &c->diagnosis;
    json_object_set_new(j, "cause", json_text(d->cause->id));
    json_object_set_new(j, "probability", json_number(d->probability));
    add_fix(j, c);
    if (d->n_missing) json_object_set_new(j, "missing", json_text(d->missing[0]->artifact));
}

static const char *const news_names[] = {
    [NEWS_OPENED] = "opened", [NEWS_WORSE] = "worse", [NEWS_CAUSE] = "cause", [NEWS_RESOLVED] = "resolved"};

static void journal_news(struct live *l, const struct incident_news *n, const struct view *v);

struct telling {
    struct live *live;
    const struct view *view;
};

static void tell(void *arg, const struct incident_news *n)
{
    const struct telling *t = arg;
    struct live *l = t->live;
    struct str where = {0};
    if (n->finding) words_where(&where, &n->finding->finding);
    json_t *j = alert_json(l, n->told, news_names[n->news], where.p ? where.p : "", n->finding->message);
    str_done(&where);
    if (j && n->cause) add_cause(j, n->cause);
    journal_news(l, n, t->view);
    if (!j) return;
    keep_alert(l, n->told->id, j);
    if (n->speak) l->engine->alert(l->engine->arg, l, j);
    json_decref(j);
}

/* ---- incidents for the memory ---------------------------------------------------------------------------------------------- */

static void journal_news(struct live *l, const struct incident_news *n, const struct view *v)
{
    struct str text = {0};
    if (!l->engine->memory || l->dropping) return;
    struct incident_row row = memory_incident(n, v, &text);
    row.incident.run_name = l->name;
    memcpy(row.incident.run_id, l->id, sizeof row.incident.run_id);
    journal_incident(&l->journal, &row);
    str_done(&text);
    loop_hurry(l->engine->loop, &l->commit, 0.05);
}

/* ---- numbers for one line -------------------------------------------------------------------------------------------------- */

static const struct series_view *main_loss(const struct view *v)
{
    static const enum role order[] = {ROLE_LOSS_TRAIN, ROLE_LOSS_GENERATOR, ROLE_RETURN,
                                      ROLE_LOSS_EVAL,  ROLE_LOSS_PART,      ROLE_SCORE_EVAL};
    for (size_t k = 0; k < sizeof order / sizeof *order; k++)
        for (size_t i = 0; i < v->n_series; i++)
            if (v->series[i].series.role == order[k] && v->series[i].points) return &v->series[i];
    for (size_t i = 0; i < v->n_series; i++)
        if (series_shown(&v->series[i]) && v->series[i].points) return &v->series[i];
    return NULL;
}

static void keep_text(char **slot, struct str *s)
{
    free(*slot);
    *slot = s->n ? strdup(s->p) : NULL; /* thousands are kept: no more than they need */
    str_done(s);
}

static void keep_curve(struct live *l, const struct view *v)
{
    struct str s = {0};
    const struct series_view *m = main_loss(v);
    words_unseen(&s, v);
    keep_text(&l->missing, &s);
    if (!m) return;
    str_add(&s, m->series.name);
    keep_text(&l->series, &s);
    l->value = m->last;
    report_sparkline(m->curve, LIVE_SPARK_CELLS, &s);
    *stpncpy(l->spark, s.p ? s.p : "", LIVE_SPARK_CELLS) = 0;
    str_done(&s);
}

/* Over at least 5 s of the wall clock, so that a burst does not look like a speed. */
static void keep_rate(struct live *l, const struct view *v)
{
    double now = live_now(l);
    l->has_step = v->n_series > 0;
    l->step = v->last_step;
    if (!l->caught_up_once) return;
    if (isnan(l->rate_time[0]) || v->last_step < l->rate_step[0]) {
        l->rate_time[0] = l->rate_time[1] = now;
        l->rate_step[0] = l->rate_step[1] = v->last_step;
        l->rate = NAN;
    }
    if (now - l->rate_time[1] < 5) {
        if (now - l->rate_time[0] >= 1) l->rate = (double)(v->last_step - l->rate_step[0]) / (now - l->rate_time[0]);
        return;
    }
    l->rate_time[0] = l->rate_time[1];
    l->rate_step[0] = l->rate_step[1];
    l->rate_time[1] = now;
    l->rate_step[1] = v->last_step;
    l->rate = (double)(l->rate_step[1] - l->rate_step[0]) / (now - l->rate_time[0]);
}

static json_t *finding_json(const struct finding_view *f)
{
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:I, s:s, s:o}", "id", f->id, "kind", f->finding.kind, "severity",
                     severity_name(f->finding.severity), "confidence", json_number(f->finding.confidence), "series",
                     json_text(f->finding.series ? f->finding.series->name : NULL), "onset_step",
                     (json_int_t)f->finding.onset_step, "state", f->finding.phase == PHASE_CLOSED ? "closed" : "open", "message",
                     json_text(f->message));
}

static void keep_state(struct live *l, const struct view *v)
{
    double quiet = clock_wall() - l->last_data;
    l->shown = v->state;
    if (v->state == RUN_UNKNOWN || v->state == RUN_RUNNING)
        l->shown = quiet < 60 || (l->grew && quiet < 3600) ? RUN_RUNNING : RUN_UNKNOWN;
    json_decref(l->worst_finding);
    l->worst_finding = v->n_findings ? finding_json(&v->findings[0]) : NULL;
    l->worst = v->n_findings ? v->findings[0].finding.severity : SEVERITY_INFO;
}

static void keep_framework(struct live *l, const struct view *v)
{
    if (!v->framework || (l->framework && strcmp(l->framework, v->framework) == 0)) return;
    free(l->framework);
    l->framework = str_dup(span_of(v->framework));
}

void live_judge(struct live *l)
{
    loop_cancel(l->engine->loop, &l->judge);
    if (l->state != LIVE_AWAKE) return;
    const struct view *v = run_view(l->run);
    if (!v) return;
    struct telling t = {l, v};
    struct gate_out out = {&t, tell};
    l->judged = live_now(l);
    if (l->urgent) l->urgently_judged = l->judged;
    l->dirty = l->urgent = false;
    gate_update(&l->gate, v, clock_wall(), &out);
    keep_state(l, v);
    keep_curve(l, v);
    keep_rate(l, v);
    keep_framework(l, v);
    if (l->caught_up) l->caught_up_once = true;
    outcome_judged(l, v);
    run_view_done(l->run);
}

/* ---- messages -------------------------------------------------------------------------------------------------------------- */

void live_bytes(const struct live *l, uint64_t *read, uint64_t *all)
{
    for (size_t i = 0; i < l->n_readers; i++) {
        uint64_t size = l->readers[i]->tail.size, behind = reader_behind(l->readers[i]);
        *all += size;
        *read += size - (behind < size ? behind : size);
    }
}

json_t *live_found(const struct live *l)
{
    json_t *sources = json_array();
    for (size_t i = 0; i < l->n_readers; i++) {
        const char *path = l->readers[i]->tail.path;
        size_t n = strlen(l->root);
        const char *below = strncmp(path, l->root, n) == 0 && path[n] == '/' ? path + n + 1 : path_name(path);
        json_array_append_new(sources, json_pack("{s:o, s:s}", "path", json_text(below), "format", l->readers[i]->format->name));
    }
    uint64_t read = 0, all = 0;
    live_bytes(l, &read, &all);
    return json_pack("{s:s, s:o, s:s, s:o, s:o, s:i, s:o, s:b, s:I, s:I}", "say", "found", "run", json_text(l->name), "id", l->id,
                     "path", json_text(l->root), "sources", sources, "checkpoints", (int)l->n_checkpoints, "missing",
                     json_text(l->missing ? l->missing : ""), "caught_up", l->caught_up_once, "read", (json_int_t)read, "bytes",
                     (json_int_t)all);
}

json_t *live_line(const struct live *l)
{
    struct str blocks = {0};
    report_blocks(l->spark, &blocks);
    bool drawn = l->series;
    json_t *line =
        json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s}", "say", "live", "run", json_text(l->name), "id",
                  l->id, "step", l->has_step ? json_integer(l->step) : json_null(), "series", json_text(l->series), "value",
                  json_number(l->value), "spark", drawn ? json_text(blocks.p ? blocks.p : "") : json_null(), "spark_ascii",
                  drawn ? json_text(l->spark) : json_null(), "rate", json_number(l->rate), "last_data", json_number(l->last_data),
                  "state", run_state_name(l->shown));
    str_done(&blocks);
    return line;
}

json_t *live_status(const struct live *l)
{
    return json_pack("{s:o, s:s, s:o, s:s, s:o, s:o, s:O, s:s, s:b, s:o}", "run", json_text(l->name), "id", l->id, "path",
                     json_text(l->root), "state", run_state_name(l->shown), "step",
                     l->has_step ? json_integer(l->step) : json_null(), "last_data", json_number(l->last_data), "worst",
                     l->worst_finding ? l->worst_finding : json_null(), "severity", severity_name(l->worst), "watched", true,
                     "trying", outcome_status(l->trials));
}
