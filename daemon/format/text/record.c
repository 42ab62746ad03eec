/* text_record - see text/record.h.
 *
 * A name alone is weak evidence: `loss=0.5` in a sentence, a configuration or source code is no metric. What makes a record is a
 * counter on the same line (step, iteration, epoch, "[100/600]"), or a line of nothing but metrics below a heading that counts. */
#include "record.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "section.h"

enum { PROSE_MAX = 6, NAME_WORDS_MAX = 6, STANDING_LINES = 12, BARE_PROSE_MAX = 2 };

static struct text_name *resolve(struct text_run *r, struct text_pair *p, struct arena *arena)
{
    if (!p->name && p->key.n) p->name = text_name_of(&r->names, p->key, p->last, arena);
    return p->name;
}

static bool is_metric(const struct text_name *e, const struct text_pair *p)
{
    if (!e || e->rank != FIELD_UNRANKED || (e->flags & NAME_IGNORED) || p->words > NAME_WORDS_MAX) return false;
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

/* owns - are the values of a name those of the line's rank? See text/rank.h. */
static bool owns(const struct text_ranks *ranks, struct text_name *e)
{
    if (ranks->rank < 0) return true;
    if (e->main) e = e->main;
    bool told = e->series[SPLIT_NONE][0] != TEXT_UNASKED || e->series[SPLIT_NONE][1] != TEXT_UNASKED;
    if (e->owner < 0) e->owner = told && ranks->main >= 0 ? ranks->main : ranks->rank;
    if (e->owner == ranks->old) e->owner = ranks->main;
    return e->owner == ranks->rank;
}

/* of_rank - the name that values of another rank get. */
static struct text_name *of_rank(struct text_run *r, const struct text_name *e, struct arena *arena)
{
    char text[TEXT_NAME_MAX_BYTES + 32];
    int n = snprintf(text, sizeof text, "%.*s (rank %lld)", (int)e->n_name, e->name, (long long)r->ranks.rank);
    return text_name_of(&r->names, (struct span){text, (size_t)n}, 0, arena);
}

/* tell - one value at its place, under the name that the line's rank gives it. */
static void tell(struct text_run *r, const struct text_line *l, struct text_name *e, double value, struct text_where at,
                 const struct format_out *out)
{
    if (!owns(&r->ranks, e)) e = isfinite(value) ? NULL : of_rank(r, e, out->arena);
    int series = e ? text_name_series(e, at.split, at.axis, out) : -1;
    if (series >= 0) out->point(out->arg, series, at.step, l->time, value, l->line);
}

/* tell_spread - the deviation behind a mean over folds. */
static void tell_spread(struct text_run *r, const struct text_line *l, const struct text_name *e, double value,
                        struct text_where at, const struct format_out *out)
{
    char text[TEXT_NAME_MAX_BYTES + 8];
    int n = snprintf(text, sizeof text, "%.*s/std", (int)e->n_name, e->name);
    struct text_name *spread = text_name_of(&r->names, (struct span){text, (size_t)n}, 0, out->arena);
    if (spread) tell(r, l, spread, value, at, out);
}

/* tell_both - "train/val loss: 0.5/0.75" is two values, not a fraction. */
static bool tell_both(struct text_run *r, const struct text_line *l, const struct text_pair *p, struct text_where at,
                      const struct format_out *out)
{
    static const char *const parts[] = {"train/val ", "train/valid ", "train/test ", "Train/Val ", "Train/Valid ", "Train/Test "};
    if (isnan(p->total) || at.split) return false;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!span_starts(p->key, parts[i])) continue;
        struct text_name *e = text_name_of(&r->names, span_from(p->key, strlen(parts[i])), 0, out->arena);
        if (!e) return false;
        tell(r, l, e, p->value, at, out);
        at.split = text_split_of(span_of(parts[i]));
        tell(r, l, e, p->total, at, out);
        return true;
    }
    return false;
}

unsigned text_emit(struct text_run *r, const struct text_line *l, struct text_pairs *ps, struct text_where at,
                   const struct format_out *out)
{
    unsigned n = 0;
    enum text_split part[TEXT_PAIRS_MAX], whole = at.split;
    bool parts = !whole && text_sections(ps, part);
    for (size_t i = 0; i < ps->n; i++) {
        struct text_pair *p = &ps->pair[i];
        struct text_name *e = resolve(r, p, out->arena);
        at.split = parts && part[i] ? part[i] : whole;
        if (!e && p->key.n && r->names.used >= TEXT_NAMES_MAX) out->bad(out->arg, l->line, "more different names than are kept");
        if (e) tell_setting(e, p, out);
        if (!is_metric(e, p)) continue;
        if (tell_both(r, l, p, at, out)) {
            n += 2;
            continue;
        }
        tell(r, l, e, p->total > 0 ? p->value / p->total : p->value, at, out);
        if (!isnan(p->spread)) tell_spread(r, l, e, p->spread, at, out);
        n++;
    }
    at.split = whole;
    if (n) text_ranks_told(&r->ranks), r->last = at;
    r->points += n;
    return n;
}

void text_point(struct text_run *r, const struct text_line *l, struct span name, double value, struct text_where at,
                const struct format_out *out)
{
    struct text_name *e = text_name_of(&r->names, name, 0, out->arena);
    if (e) tell(r, l, e, value, at, out);
    text_ranks_told(&r->ranks);
    r->last = at;
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
        if (e->flags & NAME_RANK && field_is_step(p->value) && p->value >= 0) r->ranks.rank = (int64_t)p->value;
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

/* labelled - "[ Valid | 004/030 ] loss = 0.5": the bracket says what the count is of. */
static bool labelled(const struct text_line *l, const struct text_pairs *ps)
{
    struct span part = ps->n ? ps->pair[0].section : (struct span){"", 0};
    return part.n && part.p - l->body.p <= 2 && l->body.p[0] == '[' && text_split_of(part);
}

/* common_section - "Epoch 3 | val | loss: 0.5 | acc: 0.75": what stands alone in front of all that is told. */
static enum text_split common_section(const struct text_pairs *ps)
{
    struct span section = ps->n ? ps->pair[ps->n - 1].section : (struct span){"", 0};
    enum text_split split = section.n ? text_split_of(section) : SPLIT_NONE;
    for (size_t i = 0; i < ps->n && split; i++) {
        const struct text_name *e = ps->pair[i].name;
        bool counter = e && e->rank != FIELD_UNRANKED;
        if (!counter && (ps->pair[i].section.p != section.p || text_split_of(ps->pair[i].key))) split = SPLIT_NONE;
    }
    return split;
}

static enum text_split line_split(const struct text_run *r, const struct text_line *l, const struct text_pairs *ps)
{
    if (l->split) return l->split;
    if (labelled(l, ps)) return text_split_of(ps->pair[0].section);
    if (l->body.p[0] == '*') return r->place.progress_split ? r->place.progress_split : SPLIT_EVAL; /* " * Acc@1 12.3" */
    enum text_split split = ps->label.n ? text_split_of(ps->label) : SPLIT_NONE;
    if (!split) split = common_section(ps);
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

/* behind_step - was the last thing told one of the step that the training loop has come to? */
static bool behind_step(const struct text_run *r)
{
    return r->points && r->place.known && r->last.axis == r->place.axis && r->last.step == r->place.step;
}

/* by_epoch - the place of a record that tells an epoch or, with AXIS_RECORD, a part of one: the epoch while it tells the records
 * apart, else the number of the record. Held-out data stands at the record of the training loop before it, and where that one counts steps, at
 * its step: only so can the two be laid side by side. */
static struct text_where by_epoch(struct text_run *r, const struct text_count *c, enum text_split split,
                                  const struct text_name *main)
{
    struct text_place *p = &r->place;
    bool trains = !split && main, crowded = trains && c->axis == AXIS_EPOCH && text_place_crowded(p, main, (int64_t)c->epoch);
    if (p->known && (c->axis == AXIS_RECORD || (split && behind_step(r)))) return (struct text_where){p->step, p->axis, split};
    if (trains && c->axis == AXIS_EPOCH) text_place_counts(p, c->epoch);
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

/* count_held - held-out data told again, and nothing of training since: another record. Training's own records count by themselves. */
static void count_held(struct text_run *r, const struct text_pairs *ps)
{
    const struct text_name *first = NULL;
    for (size_t i = 0; i < ps->n && !first; i++)
        if (is_metric(ps->pair[i].name, &ps->pair[i]) && ps->pair[i].name->flags & NAME_STRONG) first = ps->pair[i].name;
    if (r->place.known || !first) return;
    r->place.record += !r->place.record || (first == r->held.metric && r->place.record == r->held.record);
    r->held.metric = first;
    r->held.record = r->place.record;
}

static unsigned numbered(struct text_run *r, const struct text_line *l, struct text_pairs *ps, const struct format_out *out)
{
    static const struct text_count nothing = {.axis = AXIS_RECORD};
    struct weight w = weigh(r, ps, out->arena);
    enum text_split split = line_split(r, l, ps);
    if (!w.strong || w.settings) return 0;
    if (!split) split = leading_split(ps);
    if (split) count_held(r, ps);
    return text_emit(r, l, ps, by_epoch(r, &nothing, split, main_metric(ps)), out);
}

/* rising - do the bare numbers in front of the held lines grow from line to line? Then they are the steps. */
static bool rising(const struct text_pending *h)
{
    for (size_t i = 0; i < h->n; i++)
        if (h->held[i].front < 0 || (i && h->held[i].front <= h->held[i - 1].front)) return false;
    return h->n > 0;
}

/* retell - a held line, now that it is known to be a record. */
static unsigned retell(struct text_run *r, const struct text_pending_line *held, const struct format_out *out)
{
    struct text_pairs ps;
    struct text_line l = {.body = {held->body, held->n}, .time = held->time, .line = held->line};
    bool step = held->front >= 0 && r->ranks.front_is == FRONT_STEP;
    text_pairs(l.body, &ps);
    r->ranks.rank = held->front >= 0 && !step ? held->front : held->rank;
    if (!step) return numbered(r, &l, &ps, out);
    r->place.known = true;
    r->place.step = held->front;
    r->place.axis = AXIS_STEP;
    return text_emit(r, &l, &ps, (struct text_where){held->front, AXIS_STEP, leading_split(&ps)}, out);
}

/* hold - a line of metrics where nothing counts. When it is certain that such lines are the records, all that are held are told. */
static unsigned hold(struct text_run *r, const struct text_line *l, const struct text_pairs *ps, const struct format_out *out)
{
    struct text_pending *h = &r->pending;
    unsigned n = 0;
    bool enough = text_pending_add(h, ps, l->body, l->line, l->time);
    if (h->n && h->held[h->n - 1].line == l->line)
        h->held[h->n - 1].rank = r->ranks.rank, h->held[h->n - 1].front = r->ranks.front;
    if (!enough) return 0;
    if (r->ranks.front >= 0) r->ranks.front_is = rising(h) ? FRONT_STEP : FRONT_RANK;
    bool steps = r->ranks.front >= 0 && r->ranks.front_is == FRONT_STEP;
    if (!steps) text_place_by_record(&r->place);
    r->place.bare = !steps;
    for (size_t i = 0; i < h->n; i++) {
        struct text_place before = r->place;
        n += retell(r, &h->held[i], out);
        if (text_ranks_others(&r->ranks)) r->place = before;
    }
    r->ranks.rank = TEXT_NO_RANK; /* the line in hand was among them */
    h->n = 0;
    return n;
}

/* stand - note a line that does nothing but count: "--> STEP: 25/500 -- GLOBAL_STEP: 525", "Current step: 17th step". */
static void stand(struct text_run *r, const struct text_line *l, const struct text_pairs *ps, const struct text_count *c)
{
    enum { BODY_MAX_BYTES = 60 };
    bool less = r->place.lesser && c->field == r->place.lesser; /* an evaluation's own steps */
    r->standing.line = 0;
    if (!c->named || c->axis == AXIS_RECORD || c->cut || l->split || less || ps->prose > 2 || ps->calls) return;
    if (l->body.n > BODY_MAX_BYTES || text_split_of(l->body) || (r->place.heading && r->place.heading_split)) return;
    for (size_t i = 0; i < ps->n; i++)
        if (ps->pair[i].words > 2 || (ps->pair[i].separator != ':' && isnan(ps->pair[i].total))) return;
    r->standing.count = *c;
    r->standing.line = l->line;
    r->standing.placed = false;
}

/* stands - is a line of metrics right below one that counts? */
static bool stands(const struct text_run *r, const struct text_line *l)
{
    bool headed = r->place.heading && r->place.heading_line > r->standing.line;
    return r->standing.line && !headed && l->line > r->standing.line && l->line - r->standing.line <= STANDING_LINES;
}

static struct text_where where_standing(struct text_run *r, enum text_split split, const struct format_out *out)
{
    if (!r->standing.placed) r->standing.at = text_where_counted(r, &r->standing.count, SPLIT_NONE, out);
    r->standing.placed = true;
    return (struct text_where){r->standing.at.step, r->standing.at.axis, split};
}

/* tells_loss - "iter images/0042.jpg, loss: 0.5, accuracy: 0.75": a few words more beside a loss. */
static bool tells_loss(const struct text_pairs *ps)
{
    for (size_t i = 0; i < ps->n; i++)
        if (ps->pair[i].key.n == 4 && strncasecmp(ps->pair[i].key.p, "loss", 4) == 0) return true;
    return false;
}

/* sums_training - "Training loss: 0.5" below the bar or the last batch of an epoch. */
static bool sums_training(const struct text_pairs *ps)
{
    static const char *const starts[] = {"Train ", "Training ", "train ", "training ", "Average train", "Average Train"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (span_starts(ps->pair[0].key, starts[i])) return !ps->prose;
    return false;
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
    if (stands(r, l)) {
        struct weight below = weigh(r, ps, out->arena);
        bool told = below.strong || (below.metrics && r->standing.placed);
        return told && !below.settings ? text_emit(r, l, ps, where_standing(r, split, out), out) : 0;
    }
    if (!speaks && ps->prose > (counted || !tells_loss(ps) ? 0 : BARE_PROSE_MAX)) return 0;
    if (place->bare && !place->known) return numbered(r, l, ps, out);
    bool trains = !speaks && isnan(heading) && counted;
    if (trains && !(place->known && sums_training(ps))) return 0;
    struct weight w = weigh(r, ps, out->arena);
    if (!w.strong || w.settings) return 0;
    if (trains && (place->axis == AXIS_RECORD || place->step == r->summed)) return 0; /* nothing tells such lines apart */
    if (trains) r->summed = place->step;
    if (trains) return text_emit(r, l, ps, (struct text_where){place->step, place->axis, SPLIT_NONE}, out);
    if (!counted) return hold(r, l, ps, out);
    if (!split && !isnan(heading)) split = place->heading_split;
    bool progressed =
        split && split == place->progress_split && place->known; /* its progress stands at the last step, and so does it */
    if (progressed) return text_emit(r, l, ps, (struct text_where){place->step, place->axis, split}, out);
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
    if (l->body.n >= 120 || ps->calls || ps->code) return;
    enum text_split split = text_split_of(l->body);
    text_place_heading(&r->place, epoch, split, l->line);
    if (!split) text_place_counts(&r->place, epoch);
}

/* is_prose - too many words for a record, or too little that is worth one. */
static bool is_prose(const struct text_pairs *ps, const struct text_count *c, const struct weight *w)
{
    bool bare = !c->named && isnan(c->epoch) && c->axis != AXIS_RECORD;
    if (ps->prose > PROSE_MAX + ps->n) return true;
    if (bare && c->leading && ps->prose > (ps->lead_bracketed ? 3u : 0u)) return true;
    return (ps->calls || bare || w->settings) && !w->strong;
}

/* beside_episodes - "Episode 7, Steps: 35": an episode's length counts nothing, and from the line on where that is known the episodes do. */
static void beside_episodes(struct text_run *r, struct text_count *c)
{
    if (!c->field || c->field->kind != FIELD_STEP || isnan(c->episode)) return;
    switch (episodes_steps(&r->place.both, (int64_t)c->value, c->episode)) {
    case STEPS_OF_RUN: return;
    case STEPS_OF_PART:
        if (isnan(c->epoch)) c->epoch = c->episode;
        return;
    case STEPS_ARE_LENGTHS:
        c->value = c->episode, c->total = NAN, c->axis = AXIS_EPISODE;
        text_names_anew(&r->names);
        return;
    }
}

/* tell_epoch - the batches of an epoch, once, where the log counts them in each: "Epoch 3/10, [100/600]". */
static void tell_epoch(struct text_place *p, double epoch, double total, const struct format_out *out)
{
    char text[32];
    bool counted = isfinite(epoch) && p->epoch_known && epoch > p->epoch && total >= 2 && field_is_step(total);
    if (!counted || p->flat || p->epoch_told) return;
    p->epoch_told = true;
    int n = snprintf(text, sizeof text, "%lld", (long long)total);
    out->fact(out->arg, span_of("steps_per_epoch"), (struct span){text, (size_t)n});
}

struct text_where text_where_counted(struct text_run *r, struct text_count *c, enum text_split split,
                                     const struct format_out *out)
{
    struct text_place *p = &r->place;
    if (!split) beside_episodes(r, c);
    int64_t raw = (int64_t)c->value;
    bool less = p->lesser && c->field == p->lesser && c->named; /* "iter 100: val loss" where the records count in steps */
    if (less) return (struct text_where){p->step, p->axis, split};
    if (c->lesser && c->field) p->counter = c->field, p->lesser = c->lesser;
    bool other = isfinite(c->epoch) || (c->total > 0 && p->total > 0 && c->total != p->total);
    bool own = split && other && p->known && p->axis == c->axis && raw >= 0 && raw < p->step / 2;
    if (own) return (struct text_where){p->step, p->axis, split}; /* "epoch: 6, val step: 0" counts the evaluation's own loop */
    if (split) return (struct text_where){raw, c->axis, split};
    bool headed = isnan(c->epoch) && p->heading;
    if (c->total > 0) p->total = c->total;
    if (c->total > 0 && isnan(c->epoch) && !headed) { /* "batch 200/1600" begins again behind the line that sums an epoch up */
        p->known = true, p->raw = raw, p->axis = c->axis;
        p->step = stepper_next(&p->stepper, raw, p->passed);
        return (struct text_where){p->step, p->axis, split};
    }
    double total = headed && c->named ? (double)NAN : c->total; /* "100/600" below a heading may count the whole run */
    tell_epoch(p, headed ? p->heading_epoch : c->epoch, total, out);
    p->step = text_place_step(p, raw, total, headed ? p->heading_epoch : c->epoch);
    p->axis = c->axis;
    return (struct text_where){p->step, p->axis, split};
}

/* note_rank - a bare number in front of a record that counts by itself. */
static void note_rank(struct text_run *r, const struct text_pairs *ps, const struct text_count *c, const struct text_name *main)
{
    bool bracketed = r->ranks.front < 0 && ps->lead_bracketed && !isnan(ps->lead);
    int64_t front = bracketed ? (int64_t)ps->lead : r->ranks.front;
    if (front < 0 || r->ranks.rank >= 0) return;
    if (bracketed && r->ranks.front_is == FRONT_RANK) r->ranks.rank = front;
    else if (main) text_ranks_counts(&r->ranks, front, main, (int64_t)c->value);
}

/* progress - "Test: [11/98] Loss 5.8 (5.9)": the values on the way through an evaluation are none; at its end the means are. */
static unsigned progress(struct text_run *r, const struct text_line *l, struct text_pairs *ps, const struct text_count *c,
                         enum text_split split, const struct format_out *out)
{
    struct text_place *p = &r->place;
    struct text_where at = {p->step, p->axis, split};
    p->progress_split = split;
    p->progress_whole |= c->value == c->total;
    if (c->value + (p->progress_whole ? 0 : 1) < c->total) return 1;
    if (!p->known && !isnan(c->epoch)) at.step = (int64_t)c->epoch, at.axis = AXIS_EPOCH;
    else if (!p->known) at.step = ++p->record, at.axis = AXIS_RECORD;
    for (size_t i = 0; i < ps->n; i++)
        if (!isnan(ps->pair[i].mean)) ps->pair[i].value = ps->pair[i].mean;
    return text_emit(r, l, ps, at, out);
}

/* counts_images - "Sample 17, validation mIoU: 0.41": a mean on the way through the held-out data. What it comes to is told at its end. */
static bool counts_images(const struct text_pairs *ps, const struct text_count *c)
{
    static const char *const words[] = {"sample", "image", "img"};
    const struct text_pair *p = ps->pair;
    if (!field_is_step(p->value) || isfinite(c->epoch)) return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (p->key.n == strlen(words[i]) && strncasecmp(p->key.p, words[i], p->key.n) == 0) return true;
    return false;
}

/* sums_epoch - "Training Results - Epoch: 3  Avg loss: 0.31" where the training loop counts steps. */
static bool sums_epoch(const struct text_run *r, const struct text_pairs *ps, const struct text_count *c)
{
    bool trains = ps->titled && (span_starts(ps->label, "Train") || span_starts(ps->label, "train"));
    return trains && c->axis == AXIS_EPOCH && r->place.known && r->place.axis == AXIS_STEP;
}

/* keeps_time - "Epoch: 03 | Epoch Time: 0m 12s" tells what the lines below are about. */
static bool keeps_time(const struct text_pairs *ps)
{
    for (size_t i = 0; i < ps->n; i++) {
        const struct text_pair *p = &ps->pair[i];
        bool time = p->key.n >= 4 && strncasecmp(p->key.p + p->key.n - 4, "time", 4) == 0;
        if (p->key.n && !time && !(p->name && p->name->rank != FIELD_UNRANKED)) return false;
    }
    return true;
}

static unsigned read_record(struct text_run *r, const struct text_line *l, struct text_pairs *ps, const struct format_out *out)
{
    struct text_count c;
    enum text_split split;
    if (ps->code || (ps->braces && ps->quoted) || !ps->n) return 0;
    text_section_scores(ps);
    if (!text_count_of(r, ps, out->arena, &c)) return plain(r, l, ps, out);
    struct weight w = weigh(r, ps, out->arena);
    if (!w.metrics) {
        if (!isnan(c.epoch) && c.axis == AXIS_EPOCH) note_heading(r, l, ps, c.epoch);
        else stand(r, l, ps, &c);
        return 0;
    }
    if (is_prose(ps, &c, &w)) return 0;
    r->standing.line = 0;
    if (!w.strong && c.axis == AXIS_EPOCH && keeps_time(ps)) note_heading(r, l, ps, c.epoch);
    if (!(split = line_split(r, l, ps))) split = c.cut ? c.cut : leading_split(ps);
    if (split && counts_images(ps, &c)) return 1;
    bool beside = split && r->place.known && c.total == r->place.total && (int64_t)c.value == r->place.raw;
    if (beside && !c.named && !c.leading) /* "[ Valid | 004/030 ]" below "[ Train | 004/030 ]" */
        return text_emit(r, l, ps, (struct text_where){r->place.step, r->place.axis, split}, out);
    if (split && !c.named && !c.leading && c.total >= 0 && !labelled(l, ps)) return progress(r, l, ps, &c, split, out);
    const struct text_name *main = main_metric(ps);
    if (c.named && c.axis == AXIS_STEP) note_rank(r, ps, &c, main);
    if (c.leading && !split &&
        (text_ranks_lead(&r->ranks, (int64_t)c.value) || text_place_crowded(&r->place, main, (int64_t)c.value))) {
        r->place.lead_flat = true; /* a rank in front of the lines: count again without it */
        r->place.known = false;
        return read_record(r, l, ps, out);
    }
    if (c.axis == AXIS_EPOCH) {
        r->place.passed += !r->place.epoch_known || c.epoch != r->place.epoch;
        text_place_epoch(&r->place, c.epoch);
    }
    bool epoch_summary = span_is(l->tag, "train") && !isnan(c.epoch) && c.axis == AXIS_STEP;
    epoch_summary |= sums_epoch(r, ps, &c);
    if (epoch_summary) split = split ? split : SPLIT_EPOCH;
    bool step = c.axis != AXIS_EPOCH && c.axis != AXIS_RECORD;
    return text_emit(r, l, ps, step ? text_where_counted(r, &c, split, out) : by_epoch(r, &c, split, main), out);
}

unsigned text_record(struct text_run *r, const struct text_line *l, struct text_pairs *ps, const struct format_out *out)
{
    struct text_place before = r->place;
    unsigned n = read_record(r, l, ps, out);
    if (text_ranks_others(&r->ranks)) r->place = before;
    return n;
}
