/* text_dict - see text/dict.h.
 *
 * The Trainer's line has no step. tqdm writes it above the bar and draws the bar anew below it, so the bar that follows stands at the
 * line's step; the one before may be older, because quick steps are not all drawn (tqdm: mininterval). The line waits for that bar.
 * Without any bar it is counted: in updates if the log told logging_steps, else in records.
 * fairseq (fairseq/logging/progress_bar.py, JsonProgressBar) quotes its numbers, and at the end of an epoch puts "train_" or
 * "valid_" before every name, the counter's too. */
#include "dict.h"

#include <math.h>

#include "../../base/num.h"
#include "event.h"
#include "parts.h"

/* quoted_end - the quote that ends the text whose first quote is at p; NULL when it has none. */
static const char *quoted_end(const char *p, const char *end)
{
    for (const char *q = p + 1; q < end; q++) {
        if (*q == '\\') q++;
        else if (*q == *p) return q;
    }
    return NULL;
}

/* value_end - the ',' or '}' behind a value that is no dict; NULL for a dict within its lists, which makes the line no record. */
static const char *value_end(const char *p, const char *end)
{
    int depth = 0;
    for (; p < end; p++) {
        if (*p == '\'' || *p == '"') {
            p = quoted_end(p, end);
            if (!p) return NULL;
        } else if (*p == '{') return NULL;
        else if (*p == '[' || *p == '(') depth++;
        else if (*p == ']' || *p == ')') depth--;
        else if (!depth && (*p == ',' || *p == '}')) break;
    }
    return p;
}

/* of_total - "5/40", as SlowFast tells a count: the number and its total. */
static bool of_total(struct span value, double *number, double *total)
{
    size_t n = num_prefix(value, number);
    struct span rest = span_from(value, n);
    return n && rest.n > 1 && rest.p[0] == '/' && num_parse(span_from(rest, 1), total) && field_is_step(*number) && *total > 0;
}

static void add_pair(struct text_pairs *ps, struct span key, struct span value)
{
    double number, total = NAN;
    bool quoted = value.n > 1 && (value.p[0] == '\'' || value.p[0] == '"');
    if (quoted) value = span_trim((struct span){value.p + 1, value.n - 2});
    if (quoted && span_is(key, "_type") && text_split_of(value)) ps->label = value; /* "val_epoch" */
    if (ps->n == TEXT_PAIRS_MAX || (!num_parse(value, &number) && !(quoted && of_total(value, &number, &total)))) return;
    ps->pair[ps->n++] =
        (struct text_pair){.key = key, .value = number, .total = total, .mean = NAN, .spread = NAN, .words = 1, .separator = ':'};
}

static const char *behind_blanks(const char *p, const char *end)
{
    while (p < end && *p == ' ') p++;
    return p;
}

/* within - the name of a value inside another dict, "val/loss"; false when there is no room for it. */
static bool within(struct text_families *f, struct span outer, struct span *key)
{
    size_t n = outer.n + 1 + key->n;
    if (!outer.n) return true;
    if (n > sizeof f->dict_names - f->n_dict_names) return false;
    char *at = f->dict_names + f->n_dict_names;
    memcpy(at, outer.p, outer.n);
    at[outer.n] = '/';
    memcpy(at + outer.n + 1, key->p, key->n);
    *key = (struct span){at, n};
    f->n_dict_names += n;
    return true;
}

static const char *members(struct text_families *f, struct span outer, unsigned depth, const char *p, const char *end);

/* member - the value at p of this name; returns what ends it, NULL when the dict is no record. */
static const char *member(struct text_families *f, struct span key, unsigned depth, const char *p, const char *end)
{
    enum { DEPTH_MAX = 2 };
    bool inner = p < end && *p == '{';
    const char *next = !inner ? value_end(p, end) : depth < DEPTH_MAX ? members(f, key, depth + 1, p + 1, end) : NULL;
    if (!next || next == end) return NULL;
    if (!inner) add_pair(&f->pairs, key, span_trim((struct span){p, (size_t)(next - p)}));
    if (inner) next = behind_blanks(next + 1, end);
    return next < end && (*next == ',' || *next == '}') ? next : NULL;
}

/* members - the numbers of a dict from p on, and of those in it; returns the brace that ends it. */
static const char *members(struct text_families *f, struct span outer, unsigned depth, const char *p, const char *end)
{
    for (p = depth ? behind_blanks(p, end) : p; p < end && *p != '}';) {
        const char *close = *p == '\'' || *p == '"' ? quoted_end(p, end) : NULL;
        if (!close || close + 2 >= end || close[1] != ':') return NULL;
        struct span key = {p + 1, (size_t)(close - p) - 1};
        const char *next = within(f, outer, &key) ? member(f, key, depth, behind_blanks(close + 2, end), end) : NULL;
        if (!next) return NULL;
        p = behind_blanks(next + (*next == ','), end);
    }
    return p < end ? p : NULL;
}

/* parse - the numbers of a dict; false for anything else. */
static bool parse(struct text_families *f, struct span body)
{
    struct text_pairs *ps = &f->pairs;
    ps->n = 0;
    ps->lead = NAN;
    ps->lead_bracketed = ps->code = ps->quoted = ps->braces = false;
    ps->label = (struct span){"", 0};
    ps->prose = ps->calls = 0;
    f->n_dict_names = 0;
    return members(f, (struct span){"", 0}, 0, body.p + 1, body.p + body.n) != NULL;
}

/* What a dict says about itself. */
struct sense {
    bool strong, eval, sums_up, epoch;
    bool bad, zero, steep; /* its loss is not finite; is 0.0; its gradient is not finite */
    double updates;        /* fairseq's counter behind "train_" or "valid_"; NaN for none */
};

/* without_part - "num_updates" of "valid_num_updates". */
static struct span without_part(struct span key)
{
    const char *bar = memchr(key.p, '_', key.n);
    size_t n = bar ? (size_t)(bar - key.p) : 0;
    return n && (span_is((struct span){key.p, n}, "train") || span_starts(key, "valid")) ? span_from(key, n + 1) : key;
}

static struct sense sense_of(struct text_run *r, struct text_pairs *ps, struct arena *arena)
{
    struct sense s = {.updates = NAN};
    bool trains = false;
    for (size_t i = 0; i < ps->n; i++) {
        struct text_pair *p = &ps->pair[i];
        const struct text_name *e = p->name = text_name_of(&r->names, p->key, 0, arena);
        if (!e) continue;
        s.strong |= (e->flags & NAME_STRONG) != 0;
        s.eval |= (e->flags & NAME_SPLIT) != 0;
        trains |= (e->flags & NAME_STRONG) && !(e->flags & NAME_SPLIT);
        s.sums_up |= e->field->kind == FIELD_SUMMARY;
        s.epoch |= e->field->kind == FIELD_EPOCH || e->field->kind == FIELD_STEP;
        bool loss = span_is(p->key, "loss");
        s.bad |= loss && !isfinite(p->value);
        s.zero |= loss && p->value == 0;
        s.steep |= !isfinite(p->value) && span_is(p->key, "grad_norm");
        struct span bare = without_part(p->key);
        if (bare.n != p->key.n && span_is(bare, "num_updates")) s.updates = p->value;
    }
    s.eval &= !trains;          /* "{'loss': 0.5, 'val_loss': 0.75}" sums up an epoch of training too */
    s.bad |= s.zero && s.steep; /* the Trainer's way to write NaN: trainer_state.c */
    return s;
}

/* drop_counters - of a fairseq summary: what is a counter or a clock behind its prefix. */
static void drop_counters(struct text_pairs *ps)
{
    for (size_t i = 0; i < ps->n; i++) {
        enum field_kind kind = field_of(without_part(ps->pair[i].key))->kind;
        if (kind != FIELD_VALUE && kind != FIELD_SETTING) ps->pair[i].key.n = 0, ps->pair[i].name = NULL;
    }
}

static void tell(struct text_run *r, const struct text_line *l, struct text_pairs *ps, const struct sense *s,
                 struct text_where at, const struct format_out *out)
{
    if (s->bad && !r->nonfinite) text_event_tell(l, EVENT_NONFINITE, out);
    if (!s->eval) r->nonfinite = s->bad;
    if (text_emit(r, l, ps, at, out) && at.axis != AXIS_EPOCH)
        r->place.step = at.step, r->place.axis = at.axis, r->place.known = true;
}

/* begins_anew - the epoch went back behind a summary of the training, or to less than half: another training was appended to the log. One that
 * is resumed goes back less. */
static bool begins_anew(struct text_families *f, const struct text_pairs *ps)
{
    bool ended = f->dict_ended;
    double last = f->dict_epoch;
    for (size_t i = 0; i < ps->n; i++)
        if (span_is(ps->pair[i].key, "epoch")) f->dict_epoch = ps->pair[i].value;
    f->dict_ended = false;
    return f->dict_epoch < (ended ? last : last / 2);
}

/* counted - the place of a line where no bar is drawn. */
static struct text_where counted(struct text_families *f, struct text_run *r, const struct text_pairs *ps, const struct sense *s)
{
    if (begins_anew(f, ps)) r->place.record = 0;
    if (!s->eval || !r->place.record) r->place.record++;
    double step = (double)r->place.record * r->logging_steps;
    if (field_is_step(step) && step > 0) return (struct text_where){(int64_t)step, AXIS_STEP, SPLIT_NONE};
    return (struct text_where){r->place.record, AXIS_RECORD, SPLIT_NONE};
}

static bool hold(struct text_families *f, const struct text_line *l)
{
    if (l->body.n > sizeof f->dict.body) return false;
    f->dict.n = l->body.n;
    f->dict.line = l->line;
    f->dict.time = l->time;
    memcpy(f->dict.body, l->body.p, l->body.n);
    return true;
}

void text_dict_settle(struct text_families *f, struct text_run *r, int64_t step, const struct format_out *out)
{
    struct text_line l = {.body = {f->dict.body, f->dict.n}, .line = f->dict.line, .time = f->dict.time};
    struct text_pairs *ps = &f->pairs;
    if (!f->dict.n) return;
    f->dict.n = 0;
    parse(f, l.body);
    struct sense s = sense_of(r, ps, out->arena);
    tell(r, &l, ps, &s, (struct text_where){step, AXIS_STEP, SPLIT_NONE}, out);
}

/* place - tell a dict that has no counter of its own, or hold it. */
static void place(struct text_families *f, struct text_run *r, const struct text_line *l, struct text_pairs *ps,
                  const struct sense *s, const struct format_out *out)
{
    if (!f->dict_begun) f->dict_by_bar = f->main_drawn;
    f->dict_begun = true;
    if (!f->dict_by_bar) tell(r, l, ps, s, counted(f, r, ps, s), out);
    else if (!hold(f, l)) tell(r, l, ps, s, (struct text_where){f->main, AXIS_STEP, SPLIT_NONE}, out);
}

/* is_dict - begins as a dict with something in it. */
static bool is_dict(struct span body) { return body.n >= 4 && body.p[0] == '{' && (body.p[1] == '\'' || body.p[1] == '"'); }

/* is_record - a metric, and an epoch or a step. */
static bool is_record(const struct sense *s) { return s->strong && (s->epoch || field_is_step(s->updates)); }

/* is_settings - does a dict hold what a run is told? */
static bool is_settings(const struct text_pairs *ps)
{
    for (size_t i = 0; i < ps->n; i++)
        if (field_of(ps->pair[i].key)->kind == FIELD_SETTING) return true;
    return false;
}

/* configures - do the dicts within a dict hold what a run is told? */
static bool configures(const struct text_families *f)
{
    for (size_t i = 0; f->n_dict_names && i < f->pairs.n; i++) {
        struct span key = f->pairs.pair[i].key;
        const char *bar = memrchr(key.p, '/', key.n);
        if (bar && field_of(span_from(key, (size_t)(bar - key.p) + 1))->kind == FIELD_SETTING) return true;
    }
    return false;
}

bool text_dict_is_record(struct text_families *f, struct text_run *r, struct span body, struct arena *arena)
{
    if (!is_dict(body) || !parse(f, body)) return false;
    struct sense s = sense_of(r, &f->pairs, arena);
    return s.sums_up || (is_record(&s) && !configures(f));
}

/* whole_epoch - is the epoch an integer of Python's? The Trainer tells it as a float, "1.0", and its records are no epochs. */
static bool whole_epoch(struct span body)
{
    static const char key[] = "'epoch': ";
    const char *at = memmem(body.p, body.n, key, sizeof key - 1), *end = body.p + body.n;
    if (!at) return false;
    for (at += sizeof key - 1; at < end && *at >= '0' && *at <= '9';) at++;
    return at < end && (*at == ',' || *at == '}');
}

bool text_dict(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
               const struct format_out *out)
{
    struct text_pairs *ps = &f->pairs;
    struct text_count c;
    (void)rest;
    text_dict_settle(f, r, f->main, out);
    if (!is_dict(l->body) || !parse(f, l->body)) return false;
    struct sense s = sense_of(r, ps, out->arena);
    if (s.sums_up) {
        f->dict_ended = true;
        return text_event_tell(l, EVENT_FINISHED, out), true;
    }
    bool prefixed = field_is_step(s.updates);
    if (!is_record(&s) || configures(f)) return false;
    bool counts = text_count_of(r, ps, out->arena, &c) && c.axis != AXIS_EPOCH && c.axis != AXIS_RECORD;
    if (prefixed) drop_counters(ps);
    if (prefixed) tell(r, l, ps, &s, (struct text_where){(int64_t)s.updates, AXIS_STEP, SPLIT_NONE}, out);
    else if (counts || (c.axis == AXIS_EPOCH && whole_epoch(l->body)))
        tell(r, l, ps, &s, (struct text_where){(int64_t)c.value, c.axis, SPLIT_NONE}, out);
    else place(f, r, l, ps, &s, out);
    return true;
}

/* put_before - the pairs of the words in front of the dict, and what they say. */
static void put_before(struct text_pairs *ps, const struct text_pairs *front)
{
    size_t room = TEXT_PAIRS_MAX - ps->n, n = front->n < room ? front->n : room;
    memmove(ps->pair + n, ps->pair, ps->n * sizeof *ps->pair);
    memcpy(ps->pair, front->pair, n * sizeof *ps->pair);
    ps->n += n;
    if (!ps->label.n) ps->label = front->label;
    ps->titled = front->titled;
    ps->lead = front->lead;
    ps->lead_bracketed = front->lead_bracketed;
    ps->prose = front->prose;
    ps->calls = front->calls;
}

bool text_dict_behind(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                      const struct format_out *out)
{
    enum { FRONT_MAX_BYTES = 80, FRONT_WORDS_MAX = 4 };
    struct span body = span_trim(l->body), front = {body.p, (size_t)((const char *)memchr(body.p, '{', body.n) - body.p)};
    struct span dict = span_from(body, front.n);
    (void)rest;
    if (front.n > FRONT_MAX_BYTES || body.p[body.n - 1] != '}' || !is_dict(dict) || !parse(f, dict)) return false;
    struct sense s = sense_of(r, &f->pairs, out->arena);
    bool split = f->pairs.label.n && s.epoch; /* errors alone are strong enough where the dict says what data they are of */
    if ((!s.strong && !split) || s.sums_up || is_settings(&f->pairs) || configures(f)) return false;
    text_pairs(front, &f->title);
    if (f->title.code || f->title.calls || f->title.prose > FRONT_WORDS_MAX) return false;
    put_before(&f->pairs, &f->title);
    if (text_record(r, l, &f->pairs, out)) return true;
    return !front.n && r->pending.n && r->pending.held[r->pending.n - 1].line == l->line;
}
