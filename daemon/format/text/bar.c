/* text_bar - progress bars: tqdm (and Lightning's, which is one) and Keras.
 *
 * tqdm   `Epoch 3:  45%|####   | 45/100 [00:12<00:15, 3.62it/s, loss=0.231]`, with an unknown end `45/?` or `45it`: the last redraw at a
 *        count is a record, and a line feed ends a bar; at 0 nothing new is shown. Values of held-out data and of whole epochs are
 *        carried along from redraw to redraw: they count when they change or an evaluation's bar was drawn
 *        (lightning/pytorch/callbacks/progress/tqdm_progress.py). Where the bar itself counts epochs, `3.8s/epoch`, each count is news.
 * Keras  `32/938 [==>...] - ETA: 14s - loss: 0.55` or `32/938 ---- 14s 16ms/step - loss: 0.55`: values inside an epoch are running
 *        means, so only the complete bar that ends its line counts, and its step is the epoch of the `Epoch 3/10` above it
 *        (keras/src/utils/progbar.py). */
#include "bar.h"

#include <math.h>
#include <strings.h>

#include "../../base/num.h"
#include "dict.h"

/* count - "45/100" or "45/?" ending right before at; false when it is no bar's count. */
static bool count(struct span body, size_t at, int64_t *n, int64_t *total, size_t *start)
{
    size_t from = at;
    while (from && body.p[from - 1] == ' ') from--;
    size_t end = from;
    while (from && ((body.p[from - 1] >= '0' && body.p[from - 1] <= '9') || strchr("/?", body.p[from - 1]))) from--;
    struct span text = {body.p + from, end - from};
    const char *slash = memchr(text.p, '/', text.n);
    *total = 0;
    *start = from;
    if (!slash) return false;
    size_t i = (size_t)(slash - text.p);
    struct span all = span_from(text, i + 1);
    return num_integer((struct span){text.p, i}, n) && (span_is(all, "?") || (num_integer(all, total) && *total > 0));
}

/* open_count - "450it". */
static bool open_count(struct span body, size_t at, int64_t *n, size_t *start)
{
    size_t end = at;
    while (end && body.p[end - 1] == ' ') end--;
    if (end < 3 || memcmp(body.p + end - 2, "it", 2) != 0) return false;
    size_t from = end -= 2;
    while (from && body.p[from - 1] >= '0' && body.p[from - 1] <= '9') from--;
    *start = from;
    return num_integer((struct span){body.p + from, end - from}, n);
}

struct bar {
    int64_t n, total;
    struct span title, values;
    double rate; /* steps a second, NaN where it tells none */
    size_t end;
    bool epochs; /* its count is one of epochs: "3.8s/epoch" */
};

/* is_clocked - "00:01<00:02, 300.1 examples/s": the time so far and the time left, as only a bar has them. */
static bool is_clocked(struct span values)
{
    size_t i = 0;
    while (i < values.n && ((values.p[i] >= '0' && values.p[i] <= '9') || values.p[i] == ':')) i++;
    return i >= 5 && i < values.n && values.p[i] == '<' && values.p[i - 3] == ':';
}

/* bracket_end - the bracket that closes the one at open, or the last one of the line where they do not come in pairs; NULL for none. */
static const char *bracket_end(const char *open, const char *end)
{
    int depth = 0;
    const char *last = NULL;
    for (const char *p = open; p < end; p++) {
        depth += *p == '[';
        if (*p == ']' && (last = p, --depth == 0)) break;
        if (*p == '{' && last) break;
    }
    return last;
}

/* is_exact - are the digits left of a number good for one in a hundred? An exponent that was cut off leaves one digit before the point. */
static bool is_exact(struct span s)
{
    enum { DIGITS = 3 };
    size_t whole = 0, digits = 0;
    while (whole < s.n && span_digit_char(s.p[whole])) whole++;
    if (whole >= s.n || s.p[whole] != '.' || (whole == 1 && s.p[0] != '0')) return false;
    for (size_t i = 0; i < s.n; i++) {
        if (i != whole && !span_digit_char(s.p[i])) return false;
        digits += i != whole && (digits || s.p[i] != '0');
    }
    return digits >= DIGITS;
}

/* uncut - a bar without its closing bracket was cut at the width of the terminal: what stands behind its last comma may be the beginning of a
 * value. "memory=56" was 561, "lr=1.20" was 1.20e-03. */
static struct span uncut(struct span values)
{
    const char *comma = memrchr(values.p, ',', values.n);
    if (!comma) return values;
    struct span last = span_from(values, (size_t)(comma - values.p) + 1);
    const char *equals = memchr(last.p, '=', last.n);
    if (equals && is_exact(span_from(last, (size_t)(equals - last.p) + 1))) return values;
    return (struct span){values.p, (size_t)(comma - values.p)};
}

/* rate_of - of "00:12<00:15, 3.62it/s, loss=0.231" 3.62, of "1.25s/it" 0.8; NaN for "?it/s" and any other unit. */
static double rate_of(struct span values)
{
    const char *comma = memchr(values.p, ',', values.n);
    struct span told = comma ? span_trim(span_from(values, (size_t)(comma - values.p) + 1)) : (struct span){"", 0};
    double x;
    size_t n = num_prefix(told, &x);
    if (!n || !(x > 0)) return NAN;
    struct span unit = span_from(told, n);
    return span_starts(unit, "it/s") ? x : span_starts(unit, "s/it") ? 1 / x : NAN;
}

/* find - the bar in a line: its '[' with a count before it and a rate inside. */
static bool find(struct span body, struct bar *b)
{
    const char *end = body.p + body.n;
    int tries = 8; /* a bar stands early in its line */
    bool percent = memmem(body.p, body.n, "%|", 2) != NULL;
    for (const char *open = body.p; tries-- && (open = memchr(open, '[', (size_t)(end - open))) != NULL; open++) {
        size_t at = (size_t)(open - body.p), start = 0;
        if (!at || (!count(body, at, &b->n, &b->total, &start) && !(b->total = 0, open_count(body, at, &b->n, &start)))) continue;
        const char *close = bracket_end(open, end);
        b->end = close ? (size_t)(close - body.p) + 1 : body.n;
        b->values = (struct span){open + 1, b->end - at - (close ? 2 : 1)};
        if (!close) b->values = uncut(b->values);
        bool rated = span_has(b->values, "it/s") || span_has(b->values, "s/it") || span_has(b->values, "?");
        if (!rated && !(percent && is_clocked(b->values))) continue;
        b->epochs = span_has(b->values, "s/epoch") || span_has(b->values, "epoch/s") || span_has(b->values, "epochs/s");
        const char *bar = memmem(body.p, at, "%|", 2), *open_bar = bar ? NULL : memchr(body.p, '|', start);
        b->title = (struct span){body.p, bar ? (size_t)(bar - body.p) : open_bar ? (size_t)(open_bar - body.p) : start};
        while (bar && b->title.n && b->title.p[b->title.n - 1] >= '0' && b->title.p[b->title.n - 1] <= '9') b->title.n--;
        b->title = span_trim(b->title);
        if (!b->title.n) b->title.p = body.p;
        return true;
    }
    return false;
}

/* metrics_of - the part of "00:12<00:15, 3.62it/s, loss=0.231" behind the rate. */
static struct span metrics_of(struct span values)
{
    const char *comma = memchr(values.p, ',', values.n);
    struct span rest = comma ? span_from(values, (size_t)(comma - values.p) + 1) : (struct span){"", 0};
    const char *second = memchr(rest.p, ',', rest.n);
    return second ? span_from(rest, (size_t)(second - rest.p) + 1) : (struct span){"", 0};
}

/* begins_anew - "Epoch 1/5" above a bar, where the bars before stood below "Epoch 5/5": another training of the same program counts from its own
 * beginning. Notes the heading of the bar in hand. */
static bool begins_anew(struct text_families *f, const struct text_place *p, const struct bar *b)
{
    bool back = f->bar_told && p->heading && f->bar_headed && p->heading_epoch < f->bar_heading && b->n < f->bar;
    f->bar_headed = p->heading;
    f->bar_heading = p->heading_epoch;
    return back;
}

static int64_t bar_step(struct text_families *f, struct text_run *r, const struct bar *b, double epoch)
{
    if (isfinite(epoch)) return text_place_step(&r->place, b->n, b->total ? (double)b->total : (double)NAN, epoch);
    bool anew = begins_anew(f, &r->place, b);
    bool again = !anew && f->bar_told && b->n < f->bar && b->total == f->bar_total && f->bar >= b->total - 1;
    if (anew) f->bar_base = 0;
    if (again && __builtin_add_overflow(f->bar_base, b->total ? b->total : f->bar, &f->bar_base)) f->bar_base = 0;
    r->place.known = true;
    int64_t step;
    return __builtin_add_overflow(f->bar_base, b->n, &step) ? b->n : step;
}

/* told_step - the steps of the whole run that the values tell beside the bar's own count: "env_step=2000" of Tianshou, whose bars are epochs. NaN
 * for none. */
static double told_step(const struct text_pairs *ps)
{
    static const char *const names[] = {"env_step", "global_step", "global_steps", "total_steps", "timesteps", "total_timesteps"};
    for (size_t i = 0; i < ps->n; i++) {
        const struct text_pair *p = &ps->pair[i];
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            if (span_is(p->key, names[k]) && field_is_step(p->value)) return p->value;
    }
    return NAN;
}

/* drop_carried - leave out what the redraw only repeats: held-out values and means of epochs, unless a new epoch is what was drawn; all values if
 * the count was told before. */
static void drop_carried(struct text_families *f, struct text_run *r, struct text_pairs *ps, bool epochs, struct arena *arena)
{
    size_t n = 0;
    bool carried_any = false;
    for (size_t i = 0; i < ps->n; i++) {
        struct text_pair *p = &ps->pair[i];
        struct text_name *e = p->name = text_name_of(&r->names, p->key, p->last, arena);
        bool carried = e && (e->flags & NAME_SPLIT || (p->key.n > 6 && memcmp(p->key.p + p->key.n - 6, "_epoch", 6) == 0));
        bool same = e && (e->drawn == p->value || (isnan(e->drawn) && isnan(p->value) && e->series[SPLIT_NONE][0] >= 0));
        carried_any |= carried;
        if (same && (carried && !epochs ? !f->validated : f->held.again)) continue;
        if (e) e->drawn = p->value;
        ps->pair[n++] = *p;
    }
    ps->n = n;
    if (carried_any) f->validated = false;
}

static void tell_bar(struct text_families *f, struct text_run *r, const struct text_line *l, const struct bar *b,
                     const struct format_out *out)
{
    struct text_pairs *title = &f->title, *pairs = &f->pairs;
    text_pairs(b->title, title);
    text_pairs(b->values, pairs);
    text_bare_losses(pairs, &r->bare);
    struct text_count c;
    bool counts = text_count_of(r, title, out->arena, &c);
    if (!pairs->n && title->n == (counts && !c.leading)) return;
    bool epochs = !counts && (b->epochs || (b->title.n >= 5 && strncasecmp(b->title.p, "epoch", 5) == 0));
    drop_carried(f, r, pairs, epochs, out->arena);
    struct text_where at = {0, AXIS_STEP, SPLIT_NONE};
    double told = told_step(pairs);
    if (told + 1 >= (double)b->n) at.step = (int64_t)told, r->place.known = true, epochs = false;
    else if (epochs) at.step = b->n, at.axis = AXIS_EPOCH;
    else at.step = bar_step(f, r, b, counts && c.axis == AXIS_EPOCH ? c.epoch : (double)NAN);
    unsigned n = text_emit(r, l, title, at, out) + text_emit(r, l, pairs, at, out);
    bool goes_on = f->bar_told && b->n > f->bar && b->total == f->bar_total; /* the first rate of a bar is of no whole step */
    if (n && !epochs) r->place.step = at.step, r->place.axis = AXIS_STEP;
    if (n && !epochs && goes_on && isfinite(b->rate)) text_point(r, l, span_of("it/s"), b->rate, at, out);
    f->bar_told = true;
    f->bar = b->n;
    f->bar_total = b->total;
}

void text_bar_settle(struct text_families *f, struct text_run *r, const struct format_out *out)
{
    struct text_line l = {.body = {f->held.body, f->held.n_body}, .line = f->held.line, .time = f->held.time};
    if (!f->held.n_body) return;
    f->held.n_body = 0;
    struct bar b = {.n = f->held.n,
                    .total = f->held.total,
                    .epochs = f->held.epochs,
                    .rate = f->held.rate,
                    .title = {f->held.body, f->held.title},
                    .values = {f->held.body + f->held.from, f->held.to - f->held.from}};
    tell_bar(f, r, &l, &b, out);
    f->held.again = true;
}

/* is_held - the same bar at the same count. */
static bool is_held(const struct text_families *f, const struct bar *b)
{
    return f->held.n == b->n && f->held.total == b->total && f->held.title == b->title.n &&
           memcmp(f->held.body, b->title.p, b->title.n) == 0;
}

/* repeats - does a bar at 0 show what the redraw before showed? */
static bool repeats(const struct text_families *f, const struct bar *b)
{
    size_t n = f->held.to - f->held.from;
    return !b->values.n || (n == b->values.n && memcmp(f->held.body + f->held.from, b->values.p, n) == 0);
}

/* draw - hold the bar back until its count is not drawn again. */
static void draw(struct text_families *f, struct text_run *r, const struct text_line *l, struct bar *b,
                 const struct format_out *out)
{
    if (text_split_of(b->title) || span_has(b->title, "Sanity")) {
        f->validated = true;
        return;
    }
    b->rate = rate_of(b->values);
    b->values = metrics_of(b->values);
    if (!b->n && b->total > 0 && b->total == f->bar_total) text_place_begins_again(&r->place);
    if ((!b->values.n && !b->title.n) || (!b->n && repeats(f, b))) return;
    bool again = f->held.again, same = is_held(f, b);
    if (!same) text_bar_settle(f, r, out);
    f->held.again = same && again;
    if (b->end > sizeof f->held.body) {
        tell_bar(f, r, l, b, out);
        return;
    }
    memcpy(f->held.body, l->body.p, b->end);
    f->held.n_body = b->end;
    f->held.title = b->title.n;
    f->held.from = b->values.n ? (size_t)(b->values.p - l->body.p) : 0;
    f->held.to = f->held.from + b->values.n;
    f->held.n = b->n;
    f->held.total = b->total;
    f->held.epochs = b->epochs;
    f->held.rate = b->rate;
    f->held.line = l->line;
    f->held.time = l->time;
}

bool text_bar_like(struct span body)
{
    return memchr(body.p, '[', body.n) && (span_has(body, "it/s") || span_has(body, "s/it") || span_has(body, "?it"));
}

bool text_bar_may_be_tqdm(struct span body)
{
    return span_has(body, "%|") || span_has(body, "it/s") || span_has(body, "s/it") || memchr(body.p, '?', body.n);
}

bool text_bar_tqdm(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                   const struct format_out *out)
{
    struct bar b;
    if (!find(l->body, &b)) return false;
    bool steps = !b.title.n && b.total >= f->main_total;
    if (steps) f->main = b.n, f->main_total = b.total, f->main_drawn = true;
    text_dict_settle(f, r, f->main, out);
    draw(f, r, l, &b, out);
    *rest = span_trim(span_from(l->body, b.end));
    if (l->closed && !rest->n) text_bar_settle(f, r, out);
    return true;
}

/* keep_split - drop the pairs that were told with the first drawing of a complete bar: only val_... are new in the second. */
static void keep_split(struct text_pairs *ps)
{
    size_t n = 0;
    for (size_t i = 0; i < ps->n; i++)
        if (text_split_of(ps->pair[i].key)) ps->pair[n++] = ps->pair[i];
    ps->n = n;
}

/* tell_epoch - the values of a complete bar as those of its epoch; false when it has none. */
static bool tell_epoch(struct text_families *f, struct text_run *r, const struct text_line *l, struct text_pairs *ps,
                       const struct format_out *out)
{
    double epoch = r->place.heading ? r->place.heading_epoch : (double)NAN, total = ps->pair[0].total;
    bool again = f->keras_begun && f->keras_epoch == epoch;
    struct text_where at = {r->place.record + 1, AXIS_RECORD, SPLIT_NONE};
    if (!isnan(epoch)) at.step = (int64_t)epoch, at.axis = AXIS_EPOCH;
    if (again && f->keras_total == total) keep_split(ps);
    else if (again || isnan(epoch)) at.split = SPLIT_EVAL;
    if (!text_emit(r, l, ps, at, out) && !again) return false;
    if (isnan(epoch)) r->place.record++;
    else text_place_epoch(&r->place, epoch);
    if (!f->keras_begun) out->fact(out->arg, span_of("progress_bar"), span_of("keras"));
    f->keras_begun = true;
    f->keras_epoch = epoch;
    f->keras_total = total;
    return true;
}

/* keep - the complete bar may be drawn once more with the values of the validation; if the log ends before, this one counts. */
static void keep(struct text_families *f, const struct text_line *l)
{
    if (l->body.n > sizeof f->drawn.body) return;
    f->drawn.n = l->body.n;
    f->drawn.line = l->line;
    f->drawn.time = l->time;
    memcpy(f->drawn.body, l->body.p, l->body.n);
}

void text_bar_end(struct text_families *f, struct text_run *r, const struct format_out *out)
{
    struct text_line l = {.body = {f->drawn.body, f->drawn.n}, .line = f->drawn.line, .time = f->drawn.time};
    struct text_pairs ps;
    if (!f->drawn.n) return;
    text_pairs(l.body, &ps);
    tell_epoch(f, r, &l, &ps, out);
    f->drawn.n = 0;
}

bool text_bar_keras(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                    const struct format_out *out)
{
    (void)rest;
    struct text_pairs *ps = &f->pairs;
    bool drawn = span_has(l->body, "/step") || span_has(l->body, "[=") || span_has(l->body, "[>") || span_has(l->body, "[.");
    if (!drawn) return false;
    text_pairs(l->body, ps);
    if (!ps->n || ps->pair[0].key.n || !(ps->pair[0].total > 0)) return false;
    r->place.heading_line = l->line;
    bool complete = ps->pair[0].value >= ps->pair[0].total;
    if (!complete) f->drawn.n = 0;
    else if (l->redraw) keep(f, l);
    else if (tell_epoch(f, r, l, ps, out)) f->drawn.n = 0;
    return true;
}
