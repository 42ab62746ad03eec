/* jsonl - JSON lines: one object a line, its numbers are points, nested keys are joined as a/b.
 *
 * Written by LLaMA-Factory, ms-swift, verl, detectron2, mmengine, Stable-Baselines3 (progress.json) and most home-made loggers.
 * A line that is like one before is known by its shape (jsonl/shape.c). Any other takes the careful way (json_scan.h), where the whole line is
 * checked before a point is told, and its shape is learned.
 * Lines that are no object are asked for events, and the texts of those that are for tracebacks (json_said.h). */
#include "jsonl/parts.h"
#include "sample.h"

/* What the walk of one line needs. */
struct reading {
    struct jsonl *s;
    const struct format_out *out;
    struct shape *shape; /* being learned; NULL when it did not fit */
    const char *after;   /* where the last value ended */
    size_t prefix;       /* bytes of "data/" to drop */
};

/* heed - a text of an object in the line in hand. */
static void heed(struct jsonl *s, struct span raw, const struct format_out *out)
{
    json_said_text(&s->said, raw, s->line + 1, s->line - s->others, out);
}

static void scalar(void *arg, struct span path, enum json_kind kind, struct span raw, double value)
{
    struct reading *r = arg;
    struct jsonl *s = r->s;
    int column = -1;
    if (path.n > r->prefix && r->prefix && span_starts(path, "data/")) path = span_from(path, r->prefix);
    bool texts = kind == JSON_TEXT || (kind == JSON_SKIPPED && sample_named(path)); /* a list of texts is one text */
    bool listed =
        span_has(path, "hist_stats/"); /* RLlib: of each episode, as many as there were; their means stand beside them */
    if (path.n && !listed && (kind != JSON_SKIPPED || texts)) column = record_column(&s->record, path, NULL, s->line + 1, r->out);
    if (r->shape && !jsonl_shape_add(r->shape, r->after, raw.p, kind, column)) r->shape = NULL;
    r->after = raw.p + raw.n;
    if (texts) jsonl_note_text(s, column, path, r->out);
    if (kind == JSON_TEXT) heed(s, raw, r->out);
    jsonl_take(s, column, kind, raw, value);
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

static bool careful(struct jsonl *s, struct span line, const struct format_out *out)
{
    struct reading r = {.s = s, .out = out, .after = line.p, .shape = jsonl_shape_fresh(s, line, out)};
    struct json_sink sink = {&r, scalar};
    struct json_cursor c = {.p = line.p, .end = line.p + line.n};
    if (wrapped(line)) r.prefix = strlen("data/");
    record_begin(&s->record);
    bool whole = json_scan_object(&c, &sink) && c.p == c.end;
    if (whole && r.shape && !jsonl_shape_add(r.shape, r.after, c.end, JSON_WORD, -1)) r.shape = NULL;
    if (r.shape && !whole) r.shape->n = 0;
    if (!r.shape || !whole) return whole;
    jsonl_shape_settle(r.shape, s);
    s->last = s->oldest;
    s->oldest = (s->oldest + 1) % SHAPES;
    return whole;
}

/* Of a line that is no object. */
static void no_object(struct jsonl *s, struct span raw, const struct format_out *out)
{
    bool broken = *span_trim(raw).p == '{',
         said = !broken && json_said_line(&s->said, raw, s->line + 1, s->line - s->others, out);
    if (!said) out->bad(out->arg, s->line + 1, "not a JSON object");
    s->others++;
}

static void read_line(struct jsonl *s, struct span raw, const char *end, const struct format_out *out)
{
    struct span line = span_trim(raw);
    if (s->line == 0 && span_starts(line, "\xEF\xBB\xBF")) line = span_from(line, 3);
    if (line.n && !jsonl_known(s, line, end) && !careful(s, line, out)) no_object(s, raw, out);
    else if (line.n) record_end(&s->record, s->line + 1, out);
    s->line++;
}

static void too_long(struct jsonl *s, const struct format_out *out)
{
    out->bad(out->arg, s->line + 1, "a line of 1 MiB or more");
}

static size_t feed(void *state, struct span in, int at_end, const struct format_out *out)
{
    struct jsonl *s = state;
    const char *p = in.p, *end = in.p + in.n;
    while (p < end) {
        const char *newline = s->skipping || p - in.p < NUM_FORM_BEFORE ? NULL : jsonl_known_steady(s, p, end);
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

const struct format format_jsonl = {
    .name = "jsonl",
    .summary = "JSON lines: one object a line, numbers become points, nested keys are joined as a/b",
    .globs = "*.jsonl *.ndjson metrics.json scalars.json progress.json",
    .growth = GROWTH_APPENDED,
    .state_size = sizeof(struct jsonl),
    .sniff = jsonl_sniff,
    .feed = feed,
};
