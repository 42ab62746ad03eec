/* training_metrics_yaml - the part of YAML that a person lays metrics out in, line by line, so that it is read while it grows:
 *
 *   steps: [0, 100, 200]            # a list in brackets, also over several lines
 *   train_loss:                     # or one value a line
 *     - 2.31
 *   val_accuracy:                   # or the step beside each value
 *     200: 0.48
 *   run: {framework: pytorch}       # settings, also one a line
 *   rows:                           # or a record a step
 *     - {step: 300, train_loss: 1.6}
 *     - step: 400
 *       train_loss: 1.5
 * The rows may be all that there is, as yaml.dump writes a list of records.
 * Anchors, tags and block texts are passed over. Of a row over several lines only numbers are read. */
#include "../base/num.h"
#include "training_metrics.h"

static struct span without_comment(struct span line)
{
    char quote = 0;
    for (size_t i = 0; i < line.n; i++) {
        char c = line.p[i];
        if (quote) quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '\'') quote = c;
        else if (c == '#' && (i == 0 || span_blank_char(line.p[i - 1]))) return (struct span){line.p, i};
    }
    return line;
}

static struct span unquoted(struct span s)
{
    s = span_trim(s);
    bool quoted = s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0];
    return quoted ? (struct span){s.p + 1, s.n - 2} : s;
}

/* "key: value" in two; false for what is none. */
static bool part(struct span text, struct span *key, struct span *value)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != ':' || (i + 1 < text.n && !span_blank_char(text.p[i + 1]))) continue;
        *key = unquoted((struct span){text.p, i});
        *value = span_trim(span_from(text, i + 1));
        return key->n > 0;
    }
    return false;
}

static void keep(struct laid_key *k, struct span key) { laid_keep(k, key.n < sizeof k->text ? key : (struct span){key.p, 0}); }

static struct span kept(const struct laid_key *k) { return (struct span){k->text, k->n}; }

/* The next piece of "a, b, c" up to a comma or `close`; *shut when it was the last. */
static struct span next_item(struct span *rest, char close, bool *shut)
{
    size_t n = 0;
    while (n < rest->n && rest->p[n] != ',' && rest->p[n] != close) n++;
    struct span item = span_trim((struct span){rest->p, n});
    *shut = n < rest->n && rest->p[n] == close;
    *rest = span_from(*rest, n + 1);
    return item;
}

/* Values of a list in brackets. A comma that ends a line has nothing behind it yet. */
static void flow(struct laid *l, struct span rest, const struct format_out *out)
{
    bool shut = false;
    while (rest.n && !shut) {
        bool last = !memchr(rest.p, ',', rest.n);
        struct span item = next_item(&rest, ']', &shut);
        if (item.n || !(last || shut)) laid_item(l, kept(&l->key), l->index++, item, l->line, out);
    }
    l->flowing = !shut;
}

static void cell(struct laid *l, struct span text, bool whole, const struct format_out *out)
{
    struct span key, value;
    double number;
    if (!part(text, &key, &value) || !value.n || key.n >= LAID_KEY_BYTES) return;
    if (span_is(value, "null") || span_is(value, "~")) return;
    int column = record_column(&l->record, key, NULL, l->line, out);
    if (laid_number(value, &number)) record_number(&l->record, column, number);
    else if (whole) record_text(&l->record, column, unquoted(value)); /* borrowed until the record ends: this very line */
}

static void end_row(struct laid *l, const struct format_out *out)
{
    if (l->in_row) record_end(&l->record, l->line, out);
    l->in_row = false;
}

/* {step: 300, train_loss: 1.6} */
static void flow_row(struct laid *l, struct span rest, const struct format_out *out)
{
    bool shut = false;
    record_begin(&l->record);
    while (rest.n && !shut) cell(l, next_item(&rest, '}', &shut), true, out);
    if (shut) record_end(&l->record, l->line, out);
    else out->bad(out->arg, l->line, "a row in braces that does not end on its line");
}

static void item(struct laid *l, size_t indent, struct span text, const struct format_out *out)
{
    struct span key, value;
    end_row(l, out);
    if (text.n && text.p[0] == '{') flow_row(l, span_from(text, 1), out);
    else if (part(text, &key, &value)) {
        record_begin(&l->record);
        l->in_row = true;
        l->row_indent = indent;
        cell(l, text, false, out);
    } else laid_item(l, kept(&l->key), l->index++, text, l->line, out);
}

static void pair(struct laid *l, struct span key, struct span value, const struct format_out *out)
{
    int64_t step;
    if (num_integer(key, &step)) laid_at(l, kept(&l->key), step, value, l->line, out);
    else if (!span_is(key, "about")) laid_fact(out, key, value);
}

static void flow_map(struct laid *l, struct span rest, const struct format_out *out)
{
    struct span key, value;
    bool shut = false;
    while (rest.n && !shut)
        if (part(next_item(&rest, '}', &shut), &key, &value)) pair(l, key, value, out);
}

static void begin_block(struct laid *l, struct span key)
{
    keep(&l->key, key);
    l->index = 0;
}

static void entry(struct laid *l, struct span key, struct span value, const struct format_out *out)
{
    if (value.n && !strchr("[{", value.p[0])) {
        pair(l, key, value, out);
        return;
    }
    begin_block(l, key);
    if (value.n && value.p[0] == '[') flow(l, span_from(value, 1), out);
    else if (value.n) flow_map(l, span_from(value, 1), out);
}

static void line_of(struct laid *l, struct span line, const struct format_out *out)
{
    struct span key, value;
    size_t indent = 0;
    line = without_comment(line);
    while (indent < line.n && line.p[indent] == ' ') indent++;
    struct span text = span_trim(line);
    if (!text.n || span_is(text, "---") || span_is(text, "...")) return;
    if (l->flowing) flow(l, text, out);
    else if (text.p[0] == '-' && (text.n == 1 || span_blank_char(text.p[1]))) item(l, indent, span_trim(span_from(text, 1)), out);
    else if (l->in_row && indent > l->row_indent) cell(l, text, false, out);
    else {
        end_row(l, out);
        if (part(text, &key, &value)) entry(l, key, value, out);
    }
}

size_t laid_yaml(struct laid *l, struct span in, int at_end, const struct format_out *out)
{
    size_t used = 0;
    while (used < in.n) {
        struct span rest = span_from(in, used);
        const char *end = memchr(rest.p, '\n', rest.n);
        if (!end && !at_end && rest.n < FORMAT_RECORD_MAX_BYTES && !l->skipping) return used;
        struct span line = {rest.p, end ? (size_t)(end - rest.p) : rest.n};
        bool whole = line.n < FORMAT_RECORD_MAX_BYTES;
        if (!l->skipping) l->line++;
        if (!l->skipping && !whole) out->bad(out->arg, l->line, "a line of 1 MiB or more");
        if (!l->skipping && whole) {
            if (l->line == 1 && span_starts(line, "\xEF\xBB\xBF")) line_of(l, span_from(line, 3), out);
            else line_of(l, line, out);
        }
        l->skipping = !end && !at_end && (l->skipping || !whole);
        used += line.n + (end != NULL);
    }
    if (at_end) end_row(l, out);
    return used;
}
