/* text_record - see text_record.h.
 *
 * A name alone is weak evidence: `loss=0.5` in a sentence, a configuration or source code is no metric. What makes a record is a
 * counter on the same line (step, iteration, epoch, "[100/600]"), or a line of nothing but metrics below a heading that counts. */
#include "text_record.h"

#include <math.h>
#include <stdio.h>

enum { PROSE_MAX = 6 };

static struct text_name *resolve(struct text_run *r, struct text_pair *p, struct arena *arena)
{
    if (!p->name && p->key.n) p->name = text_name_of(&r->names, p->key, p->last, arena);
    return p->name;
}

static bool is_metric(const struct text_name *e, const struct text_pair *p)
{
    if (!e || e->rank != FIELD_UNRANKED || (e->flags & NAME_IGNORED)) return false;
    if (p->separator == ' ' && !(e->flags & NAME_METRIC)) return false;
    switch (e->field->kind) {
    case FIELD_VALUE: return true;
    case FIELD_TIME: return isnan(field_time(p->value)) && p->value >= 0 && p->value < 1e9;
    default: return false;
    }
}

static void tell_setting(struct text_name *e, const struct text_pair *p, const struct format_out *out)
{
    if (e->told || e->field->kind != FIELD_SETTING || !field_is_step(p->value)) return;
    char text[32];
    int n = snprintf(text, sizeof text, "%lld", (long long)p->value);
    e->told = true;
    out->fact(out->arg, (struct span){e->name, e->n_name}, (struct span){text, (size_t)n});
}

unsigned text_emit(struct text_run *r, const struct text_line *l, struct text_pairs *ps, struct text_where at,
                   const struct format_out *out)
{
    unsigned n = 0;
    for (size_t i = 0; i < ps->n; i++) {
        struct text_pair *p = &ps->pair[i];
        struct text_name *e = resolve(r, p, out->arena);
        if (!e && p->key.n && r->names.used >= TEXT_NAMES_MAX) out->bad(out->arg, l->line, "more different names than are kept");
        if (e) tell_setting(e, p, out);
        if (!is_metric(e, p)) continue;
        int series = text_name_series(e, at.split, at.axis, out);
        double value = p->total > 0 ? p->value / p->total : p->value;
        if (series >= 0) out->point(out->arg, series, at.step, l->time, value, l->line);
        n++;
    }
    r->points += n;
    return n;
}

void text_point(struct text_run *r, const struct text_line *l, struct span name, double value, struct text_where at,
                const struct format_out *out)
{
    struct text_name *e = text_name_of(&r->names, name, 0, out->arena);
    int series = e ? text_name_series(e, at.split, at.axis, out) : -1;
    if (series >= 0) out->point(out->arg, series, at.step, l->time, value, l->line);
    r->points++;
}

/* weigh - what kinds of numbers a line holds besides its counters. */
struct weight {
    unsigned metrics, strong, settings, split;
};

static struct weight weigh(struct text_run *r, struct text_pairs *ps, struct arena *arena)
{
    struct weight w = {0};
    for (size_t i = 0; i < ps->n; i++) {
        struct text_pair *p = &ps->pair[i];
        struct text_name *e = resolve(r, p, arena);
        if (!e) continue;
        bool metric = is_metric(e, p);
        w.metrics += metric;
        w.strong += metric && (e->flags & NAME_STRONG);
        w.split += metric && (e->flags & NAME_SPLIT);
        w.settings += e->field->kind == FIELD_SETTING;
    }
    return w;
}

/* leading_split - "val Loss: 0.4 Acc: 0.8": the first key's first word speaks for the whole line. */
static enum text_split leading_split(const struct text_pairs *ps)
{
    struct span key = ps->n ? ps->pair[0].key : (struct span){"", 0};
    const char *blank = memchr(key.p, ' ', key.n);
    return blank ? text_split_of((struct span){key.p, (size_t)(blank - key.p)}) : SPLIT_NONE;
}

static enum text_split line_split(const struct text_run *r, const struct text_line *l, const struct text_pairs *ps)
{
    if (l->split) return l->split;
    enum text_split split = ps->label.n ? text_split_of(ps->label) : SPLIT_NONE;
    if (span_starts(l->body, "Saving dict for")) return SPLIT_EVAL;
    if (span_has(l->body, "valid on '")) return SPLIT_VALID;
    return split ? split : r->place.label_line + 1 == l->line ? r->place.label_split : SPLIT_NONE;
}

/* main_metric - what the training loop of a line tells first: its series shows whether a count tells the records apart. */
static const struct text_name *main_metric(const struct text_pairs *ps)
{
    for (size_t i = 0; i < ps->n; i++) {
        const struct text_name *e = ps->pair[i].name;
        if (is_metric(e, &ps->pair[i]) && (e->flags & NAME_STRONG) && !(e->flags & NAME_SPLIT)) return e->main ? e->main : e;
    }
    return NULL;
}

/* by_epoch - the place of a record that tells an epoch or, with AXIS_RECORD, a part of one: the epoch while it tells the records
 * apart, else the number of the record. Held-out data stands at the record of the training loop before it. */
static struct text_where by_epoch(struct text_run *r, const struct text_count *c, enum text_split split,
                                  const struct text_name *main)
{
    struct text_place *p = &r->place;
    bool trains = !split && main, crowded = trains && c->axis == AXIS_EPOCH && text_place_crowded(p, main, (int64_t)c->epoch);
    if (c->axis == AXIS_RECORD && p->known) return (struct text_where){p->step, p->axis, split};
    if (c->axis == AXIS_RECORD || crowded) text_place_by_record(p);
    p->record += trains || !p->record;
    if (p->by_record) return (struct text_where){p->record, AXIS_RECORD, split};
    return (struct text_where){(int64_t)c->epoch, AXIS_EPOCH, split};
}

/* all_named - nothing but metrics and their values; no code, no model, no long text. */
static bool all_named(const struct text_line *l, const struct text_pairs *ps)
{
    for (size_t i = 0; i < ps->n; i++)
        if (!ps->pair[i].key.n) return false;
    return ps->n && ps->prose <= 3 && !ps->calls && !ps->braces && l->body.n <= TEXT_PENDING_BYTES;
}

static unsigned numbered(struct text_run *r, const struct text_line *l, struct text_pairs *ps, const struct format_out *out)
{
    static const struct text_count nothing = {.axis = AXIS_RECORD};
    struct weight w = weigh(r, ps, out->arena);
    enum text_split split = line_split(r, l, ps);
    if (!w.strong || w.settings) return 0;
    return text_emit(r, l, ps, by_epoch(r, &nothing, split ? split : leading_split(ps), main_metric(ps)), out);
}

/* hold - a line of metrics where nothing counts. When it is certain that such lines are the records, all that are held are told. */
static unsigned hold(struct text_run *r, const struct text_line *l, const struct text_pairs *ps, const struct format_out *out)
{
    struct text_pending *h = &r->pending;
    unsigned n = 0;
    if (!text_pending_add(h, ps, l->body, l->line, l->time)) return 0;
    text_place_by_record(&r->place);
    r->place.bare = true;
    for (size_t i = 0; i < h->n; i++) {
        struct text_pairs again;
        struct text_line held = {.body = {h->held[i].body, h->held[i].n}, .time = h->held[i].time, .line = h->held[i].line};
        text_pairs(held.body, &again);
        n += numbered(r, &held, &again, out);
    }
    h->n = 0;
    return n;
}

/* plain - a line of metrics only: below an epoch's heading, saying itself that it is an evaluation, or where nothing counts. */
static unsigned plain(struct text_run *r, const struct text_line *l, struct text_pairs *ps, const struct format_out *out)
{
    struct text_place *place = &r->place;
    if (!all_named(l, ps)) return 0;
    double heading = text_place_under_heading(place, l->line);
    enum text_split split = line_split(r, l, ps);
    if (!split) split = leading_split(ps);
    bool speaks = split || (ps->pair[0].key.n <= TEXT_NAME_MAX_BYTES && text_split_of(ps->pair[0].key));
    bool counted = place->known || place->epoch_known || !isnan(heading);
    if (!speaks && ps->prose > 0) return 0;
    if (place->bare && !place->known) return numbered(r, l, ps, out);
    if (!speaks && isnan(heading) && counted) return 0;
    struct weight w = weigh(r, ps, out->arena);
    if (!w.strong || w.settings) return 0;
    if (!counted) return hold(r, l, ps, out);
    if (!split && !isnan(heading)) split = place->heading_split;
    struct text_count c = {.axis = AXIS_EPOCH, .epoch = isnan(heading) ? place->epoch : heading};
    if (isnan(heading) && (place->fractional || !place->epoch_known)) c.axis = AXIS_RECORD;
    struct text_where at = by_epoch(r, &c, split, main_metric(ps));
    place->bare |= place->by_record && !isnan(heading);
    return text_emit(r, l, ps, at, out);
}

static void note_heading(struct text_run *r, const struct text_line *l, const struct text_pairs *ps, double epoch)
{
    for (size_t i = 0; i < ps->n; i++)
        if (ps->pair[i].separator == '=') return;
    if (l->body.n < 120 && !ps->calls && !ps->code) text_place_heading(&r->place, epoch, text_split_of(l->body), l->line);
}

/* is_prose - too many words for a record, or too little that is worth one. */
static bool is_prose(const struct text_pairs *ps, const struct text_count *c, const struct weight *w)
{
    bool bare = !c->named && isnan(c->epoch) && c->axis != AXIS_RECORD;
    if (ps->prose > PROSE_MAX + ps->n) return true;
    if (bare && c->leading && ps->prose > (ps->lead_bracketed ? 3u : 0u)) return true;
    return (ps->calls || bare || w->settings) && !w->strong;
}

/* by_step - the place of a record with a counter of its own; it starts again in each epoch, which a heading may tell. */
static struct text_where by_step(struct text_run *r, const struct text_count *c, enum text_split split)
{
    struct text_place *p = &r->place;
    int64_t raw = (int64_t)c->value;
    if (split) return (struct text_where){raw, c->axis, split};
    bool headed = isnan(c->epoch) && p->heading;
    double total = headed && c->named ? (double)NAN : c->total; /* "100/600" below a heading may count the whole run */
    p->step = text_place_step(p, raw, total, headed ? p->heading_epoch : c->epoch);
    p->axis = c->axis;
    return (struct text_where){p->step, p->axis, split};
}

unsigned text_record(struct text_run *r, const struct text_line *l, struct text_pairs *ps, const struct format_out *out)
{
    struct text_count c;
    enum text_split split;
    if (ps->code || (ps->braces && ps->quoted) || !ps->n) return 0;
    if (!text_count_of(r, ps, out->arena, &c)) return plain(r, l, ps, out);
    struct weight w = weigh(r, ps, out->arena);
    if (!w.metrics) {
        if (!isnan(c.epoch) && c.axis == AXIS_EPOCH) note_heading(r, l, ps, c.epoch);
        return 0;
    }
    if (is_prose(ps, &c, &w)) return 0;
    if (!(split = line_split(r, l, ps))) split = c.cut ? c.cut : leading_split(ps);
    const struct text_name *main = main_metric(ps);
    if (c.leading && !split && text_place_crowded(&r->place, main, (int64_t)c.value)) {
        r->place.lead_flat = true; /* a rank in front of the lines: count again without it */
        r->place.known = false;
        return text_record(r, l, ps, out);
    }
    if (c.axis == AXIS_EPOCH) text_place_epoch(&r->place, c.epoch);
    bool epoch_summary = span_is(l->tag, "train") && !isnan(c.epoch) && c.axis == AXIS_STEP;
    if (epoch_summary) return text_emit(r, l, ps, (struct text_where){(int64_t)c.epoch, AXIS_EPOCH, split}, out);
    bool step = c.axis != AXIS_EPOCH && c.axis != AXIS_RECORD;
    return text_emit(r, l, ps, step ? by_step(r, &c, split) : by_epoch(r, &c, split, main), out);
}
