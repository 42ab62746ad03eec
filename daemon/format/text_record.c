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

void text_point(struct text_run *r, const struct text_line *l, const char *name, double value, struct text_where at,
                const struct format_out *out)
{
    struct text_name *e = text_name_of(&r->names, span_of(name), 0, out->arena);
    int series = e ? text_name_series(e, at.split, at.axis, out) : -1;
    if (series >= 0) out->point(out->arg, series, at.step, l->time, value, l->line);
    r->points++;
}

/* unnamed_counter - "[2/5][100/600]" at the start are epoch and batch, "epoch 3 | 200/ 2983 batches" a batch. */
static const struct text_pair *unnamed_counter(const struct text_pairs *ps, bool has_epoch, double *epoch)
{
    const struct text_pair *found = NULL;
    for (size_t i = 0; i < ps->n && i < 4; i++) {
        const struct text_pair *p = &ps->pair[i];
        if (p->key.n || isnan(p->total) || !field_is_step(p->value)) continue;
        if (found && !has_epoch && found == p - 1) return *epoch = found->value, p;
        if (!found) found = p;
    }
    return found && (has_epoch || found == ps->pair) ? found : NULL;
}

/* is_flag - "--epochs 10" of a command line. */
static bool is_flag(struct span key) { return key.n > 2 && key.p[0] == '-' && key.p[1] == '-' && key.p[2] != ' '; }

const struct text_pair *text_counter(struct text_run *r, struct text_pairs *ps, struct arena *arena, double *epoch,
                                     enum text_split *cut, enum axis *axis)
{
    const struct text_pair *best = NULL;
    unsigned rank = FIELD_UNRANKED;
    *epoch = NAN;
    for (size_t i = 0; i < ps->n; i++) {
        struct text_pair *p = &ps->pair[i];
        const struct text_name *e = p->name = text_name_known(&r->names, p->key);
        if (!field_is_step(p->value) || p->percent || is_flag(p->key)) continue;
        bool letter_s = i == 0 && p->separator == ':' && span_is(p->key, "s");
        if (!e && (letter_s || text_name_counts(p->key, p->last))) e = resolve(r, p, arena);
        if (!e || (e->rank == FIELD_UNRANKED && !letter_s)) continue;
        if (e->field->kind == FIELD_EPOCH && isnan(*epoch)) *epoch = p->value;
        if (letter_s || e->rank < rank)
            best = p, rank = letter_s ? 0 : e->rank, *axis = letter_s ? AXIS_STEP : field_axis(e->field->kind);
        if (e->cut) *cut = e->cut;
    }
    if (best && *axis != AXIS_EPOCH) return best;
    const struct text_pair *fraction = unnamed_counter(ps, !isnan(*epoch), epoch);
    if (fraction) *axis = AXIS_STEP;
    return fraction ? fraction : best;
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

static enum text_split line_split(const struct text_line *l, const struct text_pairs *ps)
{
    if (l->split) return l->split;
    enum text_split split = ps->label.n ? text_split_of(ps->label) : SPLIT_NONE;
    if (span_starts(l->body, "Saving dict for")) return SPLIT_EVAL;
    if (span_has(l->body, "valid on '")) return SPLIT_VALID;
    return split;
}

/* plain - a line of metrics only, below an epoch's heading or saying itself that it is an evaluation. */
static unsigned plain(struct text_run *r, const struct text_line *l, struct text_pairs *ps, const struct format_out *out)
{
    struct text_place *place = &r->place;
    if (!ps->n || ps->prose > 3 || ps->calls || ps->braces || l->body.n > 400) return 0;
    for (size_t i = 0; i < ps->n; i++) {
        uint8_t strong = ps->pair[i].key.n ? 1 : 0;
        if (!strong) return 0;
    }
    double heading = text_place_under_heading(place, l->line);
    enum text_split split = line_split(l, ps);
    if (!split) split = leading_split(ps);
    bool speaks = split || (ps->pair[0].key.n <= TEXT_NAME_MAX_BYTES && text_split_of(ps->pair[0].key));
    if (!speaks && (isnan(heading) || ps->prose > 0)) return 0;
    struct weight w = weigh(r, ps, out->arena);
    if (!w.strong || w.settings) return 0;
    if (!split && !isnan(heading)) split = place->heading_split;
    struct text_where at = {0, AXIS_EPOCH, split};
    if (!isnan(heading)) at.step = (int64_t)heading;
    else if (place->epoch_known) at.step = (int64_t)place->epoch;
    else if (place->known) at.step = place->step, at.axis = place->axis;
    else return 0;
    return text_emit(r, l, ps, at, out);
}

static void note_heading(struct text_run *r, const struct text_line *l, const struct text_pairs *ps, double epoch)
{
    for (size_t i = 0; i < ps->n; i++)
        if (ps->pair[i].separator == '=') return;
    if (l->body.n < 120 && !ps->calls && !ps->code) text_place_heading(&r->place, epoch, text_split_of(l->body), l->line);
}

unsigned text_record(struct text_run *r, const struct text_line *l, struct text_pairs *ps, const struct format_out *out)
{
    enum text_split cut = SPLIT_NONE, split;
    enum axis axis = AXIS_STEP;
    double epoch;
    if (ps->code || (ps->braces && ps->quoted) || !ps->n) return 0;
    const struct text_pair *counter = text_counter(r, ps, out->arena, &epoch, &cut, &axis);
    if (!counter) return plain(r, l, ps, out);
    struct weight w = weigh(r, ps, out->arena);
    bool bare = !counter->key.n && isnan(epoch);
    if (!w.metrics) {
        if (!isnan(epoch) && axis == AXIS_EPOCH) note_heading(r, l, ps, epoch);
        return 0;
    }
    if (ps->prose > PROSE_MAX + ps->n || ((ps->calls || bare || w.settings) && !w.strong)) return 0;
    if (!(split = line_split(l, ps))) split = cut ? cut : leading_split(ps);
    struct text_where at = {(int64_t)counter->value, axis, split};
    bool epoch_summary = span_is(l->tag, "train") && !isnan(epoch) && axis == AXIS_STEP;
    if (epoch_summary) at.step = (int64_t)epoch, at.axis = AXIS_EPOCH;
    else if (axis == AXIS_EPOCH) text_place_epoch(&r->place, epoch);
    else if (!split) {
        at.step = r->place.step = text_place_step(&r->place, at.step, counter->total, epoch);
        r->place.axis = axis;
    }
    return text_emit(r, l, ps, at, out);
}
