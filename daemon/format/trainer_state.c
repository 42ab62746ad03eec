/* trainer_state - Hugging Face trainer_state.json: settings, and log_history with one object for each logging call.
 *
 *   {
 *     "best_metric": null, "epoch": 0.12, "global_step": 60, ...          scalars: facts
 *     "log_history": [
 *       {"epoch": 0.12, "grad_norm": 1.7, "learning_rate": 4.9e-05, "loss": 2.41, "step": 60},    points
 *       {"step": 1500, "train_loss": 1.62, "train_runtime": 911.3, ...}     the last one sums the run up: facts
 *     ], ...
 *   }
 * The file is rewritten at each checkpoint, so it may be read half written: each entry is told once it is whole, and a document
 * that ends early is one bad record. The trainer hides NaN: with logging_nan_inf_filter (the default) a step whose loss is not
 * finite is logged as the mean of the others, or as 0.0 when there is none, and only grad_norm tells
 * (huggingface/transformers: src/transformers/trainer.py). An entry of 0.0 without a finite norm is told as EVENT_NONFINITE too; a norm
 * alone is none: half precision overflows now and then, and the step is skipped. */
#include "format.h"
#include "json_scan.h"
#include "record.h"

#include <strings.h>

enum where { AT_START, AT_KEY, IN_LOG, DONE, BROKEN };
enum due { FIRST, COMMA, NEXT }; /* an item or the closing bracket; a comma or the bracket; an item */
enum { EVENTS_MAX = 16, QUOTE_MAX_BYTES = 240 };

struct state {
    struct record record;
    uint64_t line; /* newlines passed */
    enum where where;
    uint32_t events; /* told */
    uint32_t depth;  /* skipping: open brackets of a value that is too long */
    enum due due;
    bool skipping, in_string, escaped;
    bool nonfinite; /* the last entry with a loss said so */
};

static void pass(struct state *s, const char **p, const char *to)
{
    for (const char *q = *p; q < to && (q = memchr(q, '\n', (size_t)(to - q))); q++) s->line++;
    *p = to;
}

static void broken(struct state *s, const char *why, const struct format_out *out)
{
    s->where = BROKEN;
    out->bad(out->arg, s->line + 1, why);
}

/* --- entries of log_history --- */

struct entry {
    struct state *s;
    const struct format_out *out;
    double loss, grad_norm;
    bool judged; /* it has a loss */
};

static void entry_value(void *arg, struct span path, enum json_kind kind, struct span raw, double value)
{
    struct entry *e = arg;
    struct record *r = &e->s->record;
    if (!path.n || (kind != JSON_NUMBER && kind != JSON_TEXT)) return;
    int column = record_column(r, path, NULL, e->s->line + 1, e->out);
    if (column < 0) return;
    if (kind == JSON_NUMBER) record_number(r, column, value);
    else if (!memchr(raw.p, '\\', raw.n)) record_text(r, column, raw);
    const struct column *c = &r->columns[column];
    if (c->stamp != r->stamp) return;
    value = r->cells[c->cell].value;
    if (span_is(path, "loss")) e->loss = value, e->judged = true;
    if (span_is(path, "grad_norm")) e->grad_norm = value;
}

/* quote - an entry on one line: blanks made one, cut. */
static struct span quote(struct span text, char to[QUOTE_MAX_BYTES])
{
    size_t n = 0;
    for (size_t i = 0; i < text.n && n < QUOTE_MAX_BYTES; i++) {
        bool blank = span_blank_char(text.p[i]);
        if (blank && n && to[n - 1] == ' ') continue;
        to[n++] = blank ? ' ' : text.p[i];
    }
    return (struct span){to, n};
}

static void tell_nonfinite(struct entry *e, struct span text)
{
    struct state *s = e->s;
    char line[QUOTE_MAX_BYTES];
    if (!e->judged) return;
    bool bad = !isfinite(e->loss) || (e->loss == 0 && !isfinite(e->grad_norm));
    if (bad && !s->nonfinite && s->events++ < EVENTS_MAX)
        e->out->event(e->out->arg, s->line + 1, EVENT_NONFINITE, quote(text, line));
    s->nonfinite = bad;
}

/* read_entry - one object of log_history at p; returns its end, p when more bytes are due, NULL when it is broken. */
static const char *read_entry(struct state *s, const char *p, const char *end, const struct format_out *out)
{
    struct entry e = {s, out, 0, 0, false};
    struct json_sink sink = {&e, entry_value};
    struct json_cursor c = {.p = p, .end = end};
    record_begin(&s->record);
    if (!json_scan_object(&c, &sink)) return c.state == JSON_TORN ? p : NULL;
    record_end(&s->record, s->line + 1, out);
    tell_nonfinite(&e, (struct span){p, (size_t)(c.p - p)});
    return c.p;
}

/* --- the document --- */

static void fact(struct state *s, struct span key, struct span value, const struct format_out *out)
{
    if (key.n > FIELD_NAME_MAX_BYTES || value.n > FIELD_NAME_MAX_BYTES || span_is(value, "null")) return;
    if (s->record.n_facts++ < RECORD_FACTS_MAX) out->fact(out->arg, key, value);
}

/* read_member - "key": value at p, or only up to the [ of log_history; returns as read_entry. */
static const char *read_member(struct state *s, const char *p, const char *end, const struct format_out *out)
{
    struct json_cursor c = {.p = p, .end = end};
    struct span key, text;
    bool escaped;
    if (!json_scan_string(&c, &key, &escaped) || !json_scan_take(&c, ':')) return c.state == JSON_TORN ? p : NULL;
    json_scan_space(&c);
    if (c.p == end) return p;
    if (*c.p == '[' && span_is(key, "log_history")) {
        s->where = IN_LOG;
        return c.p + 1;
    }
    const char *value = c.p;
    if (*value == '"' ? !json_scan_string(&c, &text, &escaped) : !json_scan_skip(&c)) return c.state == JSON_TORN ? p : NULL;
    if (*value != '"') text = (struct span){value, (size_t)(c.p - value)};
    if (*value != '{' && *value != '[') fact(s, key, text, out);
    return c.p;
}

/* skip_on - pass over a member or entry that is longer than a record may be: to the comma or bracket that ends it. */
static const char *skip_on(struct state *s, const char *p, const char *end)
{
    for (; p < end; p++) {
        if (s->escaped) s->escaped = false;
        else if (s->in_string && *p == '\\') s->escaped = true;
        else if (*p == '"') s->in_string = !s->in_string;
        else if (s->in_string) continue;
        else if (*p == '{' || *p == '[') s->depth++;
        else if (s->depth == 0 && (*p == ',' || *p == '}' || *p == ']')) {
            s->skipping = false;
            break;
        } else if (*p == '}' || *p == ']') s->depth--;
    }
    return p;
}

static bool closes(struct state *s, char c)
{
    if (s->due == NEXT || c != (s->where == IN_LOG ? ']' : '}')) return false;
    s->where = s->where == IN_LOG ? AT_KEY : DONE;
    s->due = COMMA;
    return true;
}

/* item - a member of the document, or an entry of log_history; what is longer than a record may be is passed over. */
static const char *item(struct state *s, const char *p, const char *end, const struct format_out *out)
{
    enum where before = s->where;
    const char *limit = end - p > FORMAT_RECORD_MAX_BYTES ? p + FORMAT_RECORD_MAX_BYTES : end;
    const char *next = before == IN_LOG ? read_entry(s, p, limit, out) : read_member(s, p, limit, out);
    if (!next) return broken(s, "the document is damaged", out), p;
    if (next == p && limit - p == FORMAT_RECORD_MAX_BYTES) {
        out->bad(out->arg, s->line + 1, "an entry of 1 MiB or more");
        s->due = COMMA;
        s->skipping = true;
        s->in_string = s->escaped = false;
        s->depth = 0;
        return skip_on(s, p, end);
    }
    if (next != p) s->due = s->where == before ? COMMA : FIRST;
    return next;
}

static bool mark_char(char c) { return c == '\xEF' || c == '\xBB' || c == '\xBF'; } /* of a byte order mark */

/* step - read what starts at p, which is no blank; returns where the next thing starts, or p when more bytes are due. */
static const char *step(struct state *s, const char *p, const char *end, const struct format_out *out)
{
    if (s->where == AT_START && mark_char(*p)) return p + 1;
    if (s->where == AT_START && *p == '{') return s->where = AT_KEY, p + 1;
    if (s->where == AT_START || s->where == DONE) return broken(s, "not one JSON object", out), p;
    if (closes(s, *p)) return p + 1;
    if (s->due != COMMA) return item(s, p, end, out);
    if (*p == ',') return s->due = NEXT, p + 1;
    return broken(s, "a comma is missing in the document", out), p;
}

static size_t feed(void *state, struct span in, int at_end, const struct format_out *out)
{
    struct state *s = state;
    const char *p = in.p, *end = in.p + in.n;
    while (p < end && s->where != BROKEN) {
        const char *q = p;
        while (!s->skipping && q < end && span_blank_char(*q)) q++;
        pass(s, &p, q);
        if (p == end) break;
        bool skipping = s->skipping;
        const char *next = skipping ? skip_on(s, p, end) : step(s, p, end, out);
        bool stuck = next == p && !skipping && s->where != BROKEN;
        pass(s, &p, next);
        if (stuck) break;
    }
    if (s->where == BROKEN) pass(s, &p, end);
    else if (at_end) {
        if (s->where != DONE) broken(s, "the document ends early: it is being rewritten, or was cut off", out);
        pass(s, &p, end);
    }
    return (size_t)(p - in.p);
}

static bool named(const char *path) { return strcasecmp(path_name(path), "trainer_state.json") == 0; }

/* sniff - an object with log_history in its first 64 KiB, or of that name. */
static int sniff(const char *path, struct span head)
{
    struct span start = span_trim(head);
    if (span_starts(start, "\xEF\xBB\xBF")) start = span_trim(span_from(start, 3));
    if (!start.n || start.p[0] != '{') return 0;
    struct span text = span_trim(span_from(start, 1));
    if (!text.n || text.p[0] != '"') return 0;
    if (span_has(head, "\"log_history\"")) return named(path) ? 100 : 85;
    return named(path) ? 70 : 0;
}

const struct format format_trainer_state = {
    .name = "trainer_state",
    .summary = "Hugging Face trainer_state.json: settings and log_history",
    .globs = "trainer_state.json",
    .growth = GROWTH_REWRITTEN,
    .state_size = sizeof(struct state),
    .sniff = sniff,
    .feed = feed,
};
