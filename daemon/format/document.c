/* document - see document.h. `due` says what may come next; a container that is entered is one level of the stack. */
#include "document.h"

#include "../base/num.h"
#include "json_scan.h"

enum due {
    START,
    FIRST,
    NEXT,
    VALUE,
    COMMA,
    DONE
}; /* FIRST: an item or the bracket; NEXT: an item; VALUE: of the key that was read */
enum { CLOSING_MAX_BYTES = 64 };

static void pass(struct document *d, const char **p, const char *to)
{
    for (const char *q = *p; q < to && (q = memchr(q, '\n', (size_t)(to - q))); q++) d->line++;
    *p = to;
}

static void broken(struct document *d, const char *why, const struct format_out *out)
{
    d->broken = true;
    out->bad(out->arg, d->line + 1, why);
}

static bool in_array(const struct document *d) { return d->depth && d->level[d->depth - 1].array; }

static struct document_place place(const struct document *d)
{
    bool keyed = d->depth && !in_array(d);
    size_t parent = keyed ? d->level[d->depth - 1].path_bytes : d->path_bytes;
    return (struct document_place){.parent = {d->path, parent},
                                   .key = {d->path + d->path_bytes - (keyed ? d->key_bytes : 0), keyed ? d->key_bytes : 0},
                                   .index = d->depth ? d->level[d->depth - 1].index : 0,
                                   .depth = d->depth,
                                   .in_array = in_array(d),
                                   .line = d->line + 1};
}

/* The value is behind us: the next thing is a comma, or nothing. */
static void settle(struct document *d)
{
    if (d->depth) d->level[d->depth - 1].index++;
    d->due = d->depth ? COMMA : DONE;
}

static void enter(struct document *d, bool array)
{
    d->level[d->depth].path_bytes = d->path_bytes;
    d->level[d->depth].array = array;
    d->level[d->depth++].index = 0;
    d->due = FIRST;
}

static bool closes(struct document *d, char c)
{
    if ((d->due != FIRST && d->due != COMMA) || !d->depth || c != (in_array(d) ? ']' : '}')) return false;
    d->path_bytes = d->level[--d->depth].path_bytes;
    settle(d);
    return true;
}

/* read_key - a key and its colon, which make the path of the value; returns as step. */
static const char *read_key(struct document *d, const char *p, const char *end)
{
    struct json_cursor c = {.p = p, .end = end};
    struct span raw;
    bool escaped;
    if (!json_scan_string(&c, &raw, &escaped) || !json_scan_take(&c, ':')) return c.state == JSON_TORN ? p : NULL;
    size_t n = d->level[d->depth - 1].path_bytes;
    if (n && n + 1 < sizeof d->path) d->path[n++] = '/';
    d->key_bytes = (uint16_t)json_scan_unescape(raw, d->path + n, sizeof d->path - n);
    d->path_bytes = (uint16_t)(n + d->key_bytes);
    d->due = VALUE;
    return c.p;
}

/* read_value - a scalar or a container; returns as step. */
static const char *read_value(struct document *d, const char *p, const char *end, const struct document_sink *sink)
{
    struct json_cursor c = {.p = p, .end = end};
    struct document_place at = place(d);
    bool container = *p == '{' || *p == '[';
    enum document_way way = container ? sink->open(sink->arg, &at, *p) : DOCUMENT_WHOLE;
    if (way == DOCUMENT_ENTER && d->depth < DOCUMENT_LEVELS) return enter(d, *p == '['), p + 1;
    if (!json_scan_skip(&c)) return c.state == JSON_TORN ? p : NULL;
    if (way == DOCUMENT_WHOLE) sink->value(sink->arg, &at, (struct span){p, (size_t)(c.p - p)});
    settle(d);
    return c.p;
}

/* skip_on - pass over a value that is too long: to the comma or bracket that ends it. */
static const char *skip_on(struct document *d, const char *p, const char *end)
{
    for (; p < end; p++) {
        if (d->escaped) d->escaped = false;
        else if (d->in_string && *p == '\\') d->escaped = true;
        else if (*p == '"') d->in_string = !d->in_string;
        else if (d->in_string) continue;
        else if (*p == '{' || *p == '[') d->open++;
        else if (d->open == 0 && (*p == ',' || *p == '}' || *p == ']')) {
            d->skipping = false;
            settle(d);
            break;
        } else if (*p == '}' || *p == ']') d->open--;
    }
    return p;
}

static const char *item(struct document *d, const char *p, const char *end, const struct document_sink *sink,
                        const struct format_out *out)
{
    const char *limit = end - p > FORMAT_RECORD_MAX_BYTES ? p + FORMAT_RECORD_MAX_BYTES : end;
    bool key = d->due != VALUE && d->depth && !in_array(d);
    const char *next = key ? read_key(d, p, limit) : read_value(d, p, limit, sink);
    if (!next) return broken(d, "the document is damaged", out), p;
    if (next != p || limit - p < FORMAT_RECORD_MAX_BYTES) return next;
    out->bad(out->arg, d->line + 1, "an entry of 1 MiB or more");
    d->skipping = true;
    d->in_string = d->escaped = false;
    d->open = 0;
    return skip_on(d, p, end);
}

static bool mark_char(char c) { return c == '\xEF' || c == '\xBB' || c == '\xBF'; } /* of a byte order mark */

/* step - read what starts at p, which is no blank; returns where the next thing starts, or p when more bytes are due. */
static const char *step(struct document *d, const char *p, const char *end, const struct document_sink *sink,
                        const struct format_out *out)
{
    if (d->due == START && mark_char(*p)) return p + 1;
    if (d->due == DONE || (d->due == START && *p != '{' && *p != '[')) return broken(d, "not one JSON document", out), p;
    if (closes(d, *p)) return p + 1;
    if (d->due != COMMA) return item(d, p, end, sink, out);
    if (*p == ',') return d->due = NEXT, p + 1;
    return broken(d, "a comma is missing in the document", out), p;
}

/* May the writer still take back what starts at p: are there but blanks and closing brackets up to the end? */
static bool taken_back(const struct document *d, const char *p, const char *end)
{
    if (!d->grows || d->skipping || (d->due != COMMA && d->due != DONE) || end - p >= CLOSING_MAX_BYTES) return false;
    while (p < end && (span_blank_char(*p) || *p == ']' || *p == '}')) p++;
    return p == end;
}

size_t document_feed(struct document *d, struct span in, int at_end, const struct document_sink *sink,
                     const struct format_out *out)
{
    const char *p = in.p, *end = in.p + in.n;
    while (p < end && !d->broken) {
        const char *q = p;
        while (!d->skipping && q < end && span_blank_char(*q)) q++;
        if (!at_end && taken_back(d, p, end)) break;
        pass(d, &p, q);
        if (p == end) break;
        bool skipping = d->skipping;
        const char *next = skipping ? skip_on(d, p, end) : step(d, p, end, sink, out);
        bool stuck = next == p && !skipping && !d->broken;
        pass(d, &p, next);
        if (stuck) break;
    }
    if (!d->broken && at_end && d->due != DONE) broken(d, "the document ends early: it is being rewritten, or was cut off", out);
    if (d->broken || at_end) pass(d, &p, end);
    return (size_t)(p - in.p);
}

bool document_number(struct span raw, double *value)
{
    if (raw.n >= 2 && raw.p[0] == '"') return num_parse(span_trim((struct span){raw.p + 1, raw.n - 2}), value);
    double v;
    if (!raw.n || json_scan_number(raw, &v) != raw.n) return false;
    *value = v;
    return true;
}
