/* jsonl - JSON lines: one object a line, its numbers are points, nested keys are joined as a/b.
 *
 * Written by LLaMA-Factory, ms-swift, verl, detectron2, mmengine, Stable-Baselines3 (progress.json) and most home-made loggers.
 * Tools write the same keys in the same order for hours, so the text between the values of the last lines is kept as a shape:
 * a line that agrees with it byte by byte needs only its values read. Where all of them are numbers and plain strings that is done from the
 * line's first byte on, and finds the line's end by the way. Anything else takes the careful way (json_scan.h), where the whole line is
 * checked before a point is told, and its shape is learned. SHAPES of them serve files that mix training and evaluation lines.
 * Lines that are no object are asked for events, and the texts of those that are for tracebacks (json_said.h). */
#include "format.h"
#include "json_said.h"
#include "json_scan.h"
#include "record.h"
#include "sample.h"

#include <strings.h>

#include "../base/num_form.h"
#include "../base/same.h"

enum { SHAPES = 4, SHAPE_SLOTS_MAX = 512, COMPARED_MAX = 64, SHAPE_BYTES_MAX = 16 << 10, SNIFF_LINES = 20, MEASURED_MAX = 4 };

/* A value of the line and the text before it. */
struct slot {
    const char *text;
    uint32_t length, ending; /* ending: base/same.h */
    int32_t column;
    enum json_kind kind;
    struct cell cell; /* steady shapes: what the value becomes */
    struct num_form form;
};
struct shape {
    struct slot *slots; /* the last one has only text: what closes the line */
    char *text;
    uint32_t n, bytes, kinds; /* kinds: of the numbers */
    uint32_t n_most, bytes_most;
    bool steady; /* every value is a number or a string, and each of its own column */
};
/* A column of generated texts, and that of their repetition. */
struct measured {
    int text, repetition;
    bool long_once; /* a text of it was long enough to be measured: an empty one is no short answer */
};
struct state {
    struct record record;
    struct shape shapes[SHAPES];
    struct measured measured[MEASURED_MAX];
    uint32_t n_measured;
    struct json_said said;
    uint64_t line, others; /* finished lines; those among them that were no object */
    uint32_t last, oldest; /* shapes: used last, replaced next */
    bool skipping;         /* within a line that is too long */
};

/* What the walk of one line needs. */
struct reading {
    struct state *s;
    const struct format_out *out;
    struct shape *shape; /* being learned; NULL when it did not fit */
    const char *after;   /* where the last value ended */
    size_t prefix;       /* bytes of "data/" to drop */
};

/* --- generated texts --- */

static struct measured *measured_of(struct state *s, int column)
{
    for (uint32_t i = 0; i < s->n_measured; i++)
        if (s->measured[i].text == column) return &s->measured[i];
    return NULL;
}

/* note_text - a column of texts was seen: are they what a model makes? */
static void note_text(struct state *s, int column, struct span path, const struct format_out *out)
{
    char name[FIELD_NAME_MAX_BYTES];
    if (column < 0 || s->n_measured == MEASURED_MAX || path.n + sizeof SAMPLE_SERIES > sizeof name || !sample_named(path) ||
        measured_of(s, column))
        return;
    memcpy(name, path.p, path.n);
    memcpy(name + path.n, SAMPLE_SERIES, sizeof SAMPLE_SERIES);
    int repetition = record_column(&s->record, span_of(name), NULL, s->line + 1, out);
    s->measured[s->n_measured++] = (struct measured){.text = column, .repetition = repetition};
}

/* measure - a text, as it stands between its quotes. One without a token, where others were long, repeats nothing for ever. */
static __attribute__((noinline)) void measure(struct state *s, struct measured *m, struct span text)
{
    struct sample sample;
    sample_begin(&sample);
    sample_add(&sample, text);
    double repetition = sample_repetition(&sample);
    if (!isnan(repetition)) m->long_once = true;
    else if (m->long_once && !sample.tokens) repetition = 1;
    if (!isnan(repetition)) record_number(&s->record, m->repetition, repetition);
}

/* --- shapes --- */

/* room - what an array should hold now: what is needed, and at least twice what it held before, for that stays in the arena. */
static uint32_t room(uint32_t before, size_t needed, uint32_t most)
{
    size_t n = needed > 2 * (size_t)before ? needed : 2 * (size_t)before;
    return n < most ? (uint32_t)n : most;
}

/* shape_fresh - an empty shape with room for this line's: a text is no longer than the line, and commas part its values. */
static struct shape *shape_fresh(struct state *s, struct span line, const struct format_out *out)
{
    struct shape *f = &s->shapes[s->oldest];
    size_t values = 2;
    for (size_t i = 0; i < line.n; i++) values += line.p[i] == ',';
    f->n = f->bytes = 0;
    f->steady = false;
    if (f->n_most < values && f->n_most < SHAPE_SLOTS_MAX) {
        f->n_most = room(f->n_most, values, SHAPE_SLOTS_MAX);
        f->slots = arena_alloc(out->arena, f->n_most * sizeof *f->slots);
    }
    if (f->bytes_most < line.n && f->bytes_most < SHAPE_BYTES_MAX) {
        f->bytes_most = room(f->bytes_most, line.n, SHAPE_BYTES_MAX);
        f->text = arena_alloc(out->arena, f->bytes_most + SAME_BYTES);
    }
    if (f->slots && f->text) return f;
    f->n_most = f->bytes_most = 0;
    return NULL;
}

static void shape_add(struct reading *r, const char *until, enum json_kind kind, int column)
{
    struct shape *f = r->shape;
    if (!f) return;
    size_t n = (size_t)(until - r->after);
    if (f->n == f->n_most || n > f->bytes_most - f->bytes) {
        f->n = 0;
        r->shape = NULL;
        return;
    }
    memcpy(f->text + f->bytes, r->after, n);
    f->slots[f->n++] = (struct slot){
        .text = f->text + f->bytes, .length = (uint32_t)n, .ending = same_ending(n), .column = column, .kind = kind};
    f->bytes += (uint32_t)n;
}

static bool columns_differ(const struct shape *f)
{
    for (uint32_t i = 1; i + 1 < f->n; i++)
        for (uint32_t j = 0; j < i; j++)
            if (f->slots[i].column == f->slots[j].column) return false;
    return true;
}

/* shape_settle - the line was whole: may the next one of this shape be read in one go? */
static void shape_settle(struct shape *f, const struct state *s)
{
    const struct record *r = &s->record;
    f->kinds = 0;
    f->steady = (r->n_cells == f->n - 1 && r->n_texts == 0) || (f->n <= COMPARED_MAX && columns_differ(f));
    for (uint32_t i = 0; i + 1 < f->n && f->steady; i++) {
        struct slot *slot = &f->slots[i];
        f->steady = (slot->kind == JSON_NUMBER || slot->kind == JSON_TEXT) && slot->column >= 0;
        for (uint32_t k = 0; k < s->n_measured; k++) f->steady &= s->measured[k].text != slot->column;
        if (!f->steady || slot->kind == JSON_TEXT) continue;
        slot->cell = record_cell(r, slot->column, NAN);
        f->kinds |= r->columns[slot->column].kind_bit;
    }
}

/* plain_end - the quote that closes a string of plain characters at p; NULL when there is none before `end` or something else is in it. */
static inline const char *plain_end(const char *p, const char *end)
{
#if defined __SSE2__
    typedef unsigned char bytes __attribute__((vector_size(SAME_BYTES)));
    typedef char mask __attribute__((vector_size(SAME_BYTES)));
    for (bytes b; end - p >= SAME_BYTES; p += SAME_BYTES) {
        memcpy(&b, p, sizeof b);
        uint32_t stops = (uint32_t)__builtin_ia32_pmovmskb128((mask)((b == '"') | (b == '\\') | (b < ' ')));
        if (stops) return p[__builtin_ctz(stops)] == '"' ? p + __builtin_ctz(stops) : NULL;
    }
#endif
    while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= ' ') p++;
    return p < end && *p == '"' ? p : NULL;
}

/* steady_line - the line at p, if it has this shape; returns its newline, or NULL. The record is filled, and not ended. */
static const char *steady_line(struct record *r, const struct shape *f, const char *p, const char *end)
{
    ptrdiff_t room = (ptrdiff_t)(f->bytes + (size_t)f->n * NUM_SCAN_BYTES);
    struct slot *slot = f->slots, *last = slot + f->n - 1;
    if (end - p < room) return NULL;
    record_begin(r);
    r->kinds = f->kinds;
    for (;; slot++) {
        if (!same_text(slot->text, p, slot->length, slot->ending)) return NULL;
        p += slot->length;
        if (slot == last) break;
        if (slot->kind == JSON_TEXT) {
            const char *quote = plain_end(p, end);
            if (!quote || end - quote < room) return NULL;
            record_text(r, slot->column, (struct span){p, (size_t)(quote - p)});
            p = quote;
            continue;
        }
        struct cell *cell = &r->cells[r->n_cells++];
        *cell = slot->cell;
        if (!(p = num_form_scan(&slot->form, p, &cell->value))) return NULL;
    }
    p += *p == '\r';
    return *p == '\n' ? p : NULL;
}

static const char *known_steady(struct state *s, const char *p, const char *end)
{
    for (uint32_t k = 0; k < SHAPES; k++) {
        uint32_t i = (s->last + k) % SHAPES;
        const char *newline = s->shapes[i].steady ? steady_line(&s->record, &s->shapes[i], p, end) : NULL;
        if (!newline) continue;
        s->last = i;
        return newline;
    }
    return NULL;
}

/* heed - a text of an object in the line in hand. */
static void heed(struct state *s, struct span raw, const struct format_out *out)
{
    json_said_text(&s->said, raw, s->line + 1, s->line - s->others, out);
}

static void take(struct state *s, int column, enum json_kind kind, struct span raw, double value)
{
    if (column < 0) return;
    if (kind == JSON_NUMBER) record_number(&s->record, column, value);
    if (kind != JSON_TEXT && kind != JSON_SKIPPED) return;
    struct measured *m = measured_of(s, column);
    if (m) measure(s, m, raw);
    else if (kind == JSON_TEXT && !memchr(raw.p, '\\', raw.n)) record_text(&s->record, column, raw);
}

/* text_at - a string whose opening quote is in the shape; returns its closing quote, or NULL. One with anything but plain characters
 * goes the way of json_scan.h, and the line of a traceback the careful way. */
static const char *text_at(struct state *s, const struct slot *slot, const char *p, const char *end)
{
    const char *quote = p;
    while (quote < end && *quote != '"' && *quote != '\\' && (unsigned char)*quote >= ' ') quote++;
    if (quote == end) return NULL;
    struct span raw = {p, (size_t)(quote - p)};
    if (*quote == '"') return take(s, slot->column, JSON_TEXT, raw, NAN), quote;
    struct json_cursor c = {.p = p - 1, .end = end};
    bool escaped;
    if (!json_scan_string(&c, &raw, &escaped) || json_said_holds(raw)) return NULL;
    take(s, slot->column, JSON_TEXT, raw, NAN);
    return c.p - 1;
}

/* What can be read from here on: the line, and the bytes behind it that happen to be there, for reading many at once. */
struct ahead {
    const char *line, *end;
};

/* value_at - read the value of a slot at p; returns its end, or NULL when it is of another kind. Where a number was may stand
 * null, true or false, and the other way round. */
static const char *value_at(struct state *s, const struct slot *slot, const char *p, struct ahead until)
{
    struct span rest = {p, (size_t)(until.line - p)};
    double value;
    if (slot->kind == JSON_TEXT) return text_at(s, slot, p, until.line);
    if (slot->kind == JSON_SKIPPED) {
        struct json_cursor c = {.p = p, .end = until.line};
        if (!rest.n || *p != '[' || !json_scan_skip(&c)) return NULL;
        take(s, slot->column, JSON_SKIPPED, (struct span){p, (size_t)(c.p - p)}, NAN);
        return c.p;
    }
    const char *stop = until.end - p >= NUM_SCAN_BYTES ? num_scan(p, &value) : NULL;
    if (!stop) {
        size_t n = json_scan_number(rest, &value);
        if (!n) return span_starts(rest, "null") || span_starts(rest, "true") ? p + 4 : span_starts(rest, "false") ? p + 5 : NULL;
        stop = p + n;
    }
    take(s, slot->column, JSON_NUMBER, rest, value);
    return stop;
}

static bool shape_fits(struct state *s, const struct shape *f, struct span line, const char *end)
{
    const char *p = line.p;
    struct ahead until = {p + line.n, end};
    record_begin(&s->record);
    for (uint32_t i = 0; i < f->n; i++) {
        const struct slot *slot = &f->slots[i];
        if ((size_t)(until.line - p) < slot->length || memcmp(p, slot->text, slot->length) != 0) return false;
        p += slot->length;
        if (i + 1 == f->n) return p == until.line;
        p = value_at(s, slot, p, until);
        if (!p) return false;
    }
    return false;
}

static bool known_shape(struct state *s, struct span line, const char *end)
{
    for (uint32_t k = 0; k < SHAPES; k++) {
        uint32_t i = (s->last + k) % SHAPES;
        if (!s->shapes[i].n || !shape_fits(s, &s->shapes[i], line, end)) continue;
        s->last = i;
        return true;
    }
    return false;
}

/* --- the careful way --- */

static void scalar(void *arg, struct span path, enum json_kind kind, struct span raw, double value)
{
    struct reading *r = arg;
    struct state *s = r->s;
    int column = -1;
    if (path.n > r->prefix && r->prefix && span_starts(path, "data/")) path = span_from(path, r->prefix);
    bool texts = kind == JSON_TEXT || (kind == JSON_SKIPPED && sample_named(path)); /* a list of texts is one text */
    bool listed =
        span_has(path, "hist_stats/"); /* RLlib: of each episode, as many as there were; their means stand beside them */
    if (path.n && !listed && (kind != JSON_SKIPPED || texts)) column = record_column(&s->record, path, NULL, s->line + 1, r->out);
    shape_add(r, raw.p, kind, column);
    r->after = raw.p + raw.n;
    if (texts) note_text(s, column, path, r->out);
    if (kind == JSON_TEXT) heed(s, raw, r->out);
    take(s, column, kind, raw, value);
}

/* wrapped - is the object {"step": 7, "data": {...}} and nothing else, as verl writes it? */
static bool wrapped(struct span line)
{
    struct json_cursor c = {.p = line.p, .end = line.p + line.n};
    bool step = false, data = false, escaped;
    struct span key;
    if (!json_scan_take(&c, '{')) return false;
    for (int i = 0; i < 2; i++) {
        if ((i && !json_scan_take(&c, ',')) || !json_scan_string(&c, &key, &escaped) || !json_scan_take(&c, ':')) return false;
        json_scan_space(&c);
        if (c.p < c.end && *c.p == '{') data = span_is(key, "data");
        else step = field_axis(field_of(key)->kind) == AXIS_STEP;
        if (!(data || step) || !json_scan_skip(&c)) return false;
    }
    return step && data && json_scan_take(&c, '}');
}

static bool careful(struct state *s, struct span line, const struct format_out *out)
{
    struct reading r = {.s = s, .out = out, .after = line.p, .shape = shape_fresh(s, line, out)};
    struct json_sink sink = {&r, scalar};
    struct json_cursor c = {.p = line.p, .end = line.p + line.n};
    if (wrapped(line)) r.prefix = strlen("data/");
    record_begin(&s->record);
    bool whole = json_scan_object(&c, &sink) && c.p == c.end;
    if (whole) shape_add(&r, c.end, JSON_WORD, -1);
    if (r.shape && !whole) r.shape->n = 0;
    if (!r.shape || !whole) return whole;
    shape_settle(r.shape, s);
    s->last = s->oldest;
    s->oldest = (s->oldest + 1) % SHAPES;
    return whole;
}

/* Of a line that is no object. */
static void no_object(struct state *s, struct span raw, const struct format_out *out)
{
    bool broken = *span_trim(raw).p == '{',
         said = !broken && json_said_line(&s->said, raw, s->line + 1, s->line - s->others, out);
    if (!said) out->bad(out->arg, s->line + 1, "not a JSON object");
    s->others++;
}

static void read_line(struct state *s, struct span raw, const char *end, const struct format_out *out)
{
    struct span line = span_trim(raw);
    if (s->line == 0 && span_starts(line, "\xEF\xBB\xBF")) line = span_from(line, 3);
    if (line.n && !known_shape(s, line, end) && !careful(s, line, out)) no_object(s, raw, out);
    else if (line.n) record_end(&s->record, s->line + 1, out);
    s->line++;
}

static void too_long(struct state *s, const struct format_out *out)
{
    out->bad(out->arg, s->line + 1, "a line of 1 MiB or more");
}

static size_t feed(void *state, struct span in, int at_end, const struct format_out *out)
{
    struct state *s = state;
    const char *p = in.p, *end = in.p + in.n;
    while (p < end) {
        const char *newline = s->skipping || p - in.p < NUM_FORM_BEFORE ? NULL : known_steady(s, p, end);
        if (newline) {
            record_end(&s->record, ++s->line, out);
            p = newline + 1;
            continue;
        }
        newline = memchr(p, '\n', (size_t)(end - p));
        size_t n = (size_t)((newline ? newline : end) - p);
        bool ends = newline || at_end;
        if (s->skipping) s->line += newline != NULL;
        else if (n >= FORMAT_RECORD_MAX_BYTES) {
            too_long(s, out);
            s->line += newline != NULL;
        } else if (ends) read_line(s, (struct span){p, n}, end, out);
        else break;
        s->skipping = !newline && !at_end;
        p = newline ? newline + 1 : end;
    }
    if (at_end) json_said_end(&s->said, out);
    return (size_t)(p - in.p);
}

/* --- sniffing --- */

struct glance {
    bool number, counter, known;
};

static void glance(void *arg, struct span path, enum json_kind kind, struct span raw, double value)
{
    struct glance *g = arg;
    (void)raw, (void)value;
    if (kind != JSON_NUMBER && kind != JSON_TEXT) return;
    g->number = g->number || kind == JSON_NUMBER;
    g->counter = g->counter || field_rank(field_of(path)) < FIELD_UNRANKED;
    g->known = g->known || g->counter || field_speaks_of_training(path);
}

static bool has_suffix(const char *path, const char *suffix)
{
    size_t n = strlen(path), k = strlen(suffix);
    return n >= k && strcasecmp(path + n - k, suffix) == 0;
}

/* sniff - objects with numbers on the first lines, and a name that training logs have. A single object is a log only if it counts steps, or by the file's name. */
static int sniff(const char *path, struct span head)
{
    struct glance g = {false, false, false};
    struct json_sink sink = {&g, glance};
    int lines = 0;
    bool ended = false;
    bool named = has_suffix(path, ".jsonl") || has_suffix(path, ".ndjson");
    if (span_starts(head, "\xEF\xBB\xBF")) head = span_from(head, 3);
    while (head.n && lines < SNIFF_LINES) {
        const char *newline = memchr(head.p, '\n', head.n);
        size_t n = newline ? (size_t)(newline - head.p) : head.n;
        struct span line = span_trim((struct span){head.p, n});
        struct json_cursor c = {.p = line.p, .end = line.p + line.n};
        head = span_from(head, n + 1);
        if (!line.n) continue;
        if (!json_scan_object(&c, &sink)) {
            if (lines == 0 && !(c.state == JSON_TORN && !newline && named && line.p[0] == '{')) return 0;
            if (lines == 0) return 40; /* one torn line */
            break;
        }
        if (c.p != c.end || (lines == 0 && span_has(line, "\"log_history\""))) return 0;
        lines++;
        ended = newline != NULL;
    }
    if (!g.number) return 0;
    if (!g.known) return 10; /* a data set */
    if (named) return 90;
    return lines > 1 ? 80 : g.counter && ended ? 60 : 15;
}

const struct format format_jsonl = {
    .name = "jsonl",
    .summary = "JSON lines: one object a line, numbers become points, nested keys are joined as a/b",
    .globs = "*.jsonl *.ndjson metrics.json scalars.json progress.json",
    .growth = GROWTH_APPENDED,
    .state_size = sizeof(struct state),
    .sniff = sniff,
    .feed = feed,
};
