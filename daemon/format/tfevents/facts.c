#include "facts.h"

#include <stdio.h>
#include <stdlib.h>

#include "../json_scan.h"
#include "../proto.h"

enum { KEY_MAX_BYTES = 512, NUMBER_BYTES = 32 };

struct telling {
    const struct format_out *out;
    struct span prefix;
    unsigned told;
};

static void tell(struct telling *t, struct span key, struct span value)
{
    char whole[KEY_MAX_BYTES];
    size_t n = t->prefix.n;
    if (!key.n || !value.n || n + 1 + key.n > sizeof whole || t->told++ >= FACTS_OF_TEXT_MAX) return;
    if (n) memcpy(whole, t->prefix.p, n), whole[n++] = '/';
    memcpy(whole + n, key.p, key.n);
    t->out->fact(t->out->arg, (struct span){whole, n + key.n}, value);
}

/* ---- JSON -------------------------------------------------------------------------------------------------------------- */

static const char *const maps_of_classes[] = {"id2label/", "label2id/", NULL};

static void on_nothing(void *arg, struct span path, enum json_kind kind, struct span raw, double value)
{
    (void)arg, (void)path, (void)kind, (void)raw, (void)value;
}

static void on_scalar(void *arg, struct span path, enum json_kind kind, struct span raw, double value)
{
    (void)value;
    for (size_t i = 0; maps_of_classes[i]; i++)
        if (span_starts(path, maps_of_classes[i])) return;
    if (kind != JSON_SKIPPED && !span_is(raw, "null")) tell(arg, path, raw);
}

static bool tell_json(struct telling *t, struct span text)
{
    struct json_cursor check = {text.p, text.p + text.n, JSON_OK}, again = check;
    if (!text.n || text.p[0] != '{' || !json_scan_object(&check, &(struct json_sink){NULL, on_nothing})) return false;
    return json_scan_object(&again, &(struct json_sink){t, on_scalar});
}

/* ---- a table ----------------------------------------------------------------------------------------------------------- */

static struct span take_line(struct span *text)
{
    const char *end = memchr(text->p, '\n', text->n);
    struct span line = {text->p, end ? (size_t)(end - text->p) : text->n};
    *text = span_from(*text, line.n + (end != NULL));
    return span_trim(line);
}

/* |key|value| */
static bool take_row(struct span line, struct span *key, struct span *value)
{
    if (line.n < 5 || line.p[0] != '|' || line.p[line.n - 1] != '|') return false;
    struct span inner = {line.p + 1, line.n - 2};
    const char *bar = memchr(inner.p, '|', inner.n);
    if (!bar || memchr(bar + 1, '|', (size_t)(inner.p + inner.n - bar - 1))) return false;
    *key = span_trim((struct span){inner.p, (size_t)(bar - inner.p)});
    *value = span_trim((struct span){bar + 1, (size_t)(inner.p + inner.n - bar - 1)});
    return true;
}

static bool only_dashes(struct span cell)
{
    for (size_t i = 0; i < cell.n; i++)
        if (cell.p[i] != '-' && cell.p[i] != ':') return false;
    return cell.n > 0;
}

static bool tell_table(struct telling *t, struct span text)
{
    struct span key, value;
    if (!text.n || text.p[0] != '|') return false;
    if (!take_row(take_line(&text), &key, &value) || !text.n) return false;
    if (!take_row(take_line(&text), &key, &value) || !only_dashes(key) || !only_dashes(value)) return false;
    while (text.n)
        if (take_row(take_line(&text), &key, &value)) tell(t, key, value);
    return true;
}

void facts_text(struct span tag, struct span text, const struct format_out *out)
{
    static const char suffix[] = "/text_summary";
    size_t n = sizeof suffix - 1;
    struct telling t = {.out = out};
    if (tag.n > n && memcmp(tag.p + tag.n - n, suffix, n) == 0) tag.n -= n;
    text = span_trim(text);
    if (!span_is(tag, "args")) t.prefix = tag;
    if (tell_json(&t, text)) return;
    t.prefix = (struct span){0};
    if (tell_table(&t, text)) return;
    if (text.n <= FACT_LINE_MAX_BYTES && text.n && !memchr(text.p, '\n', text.n)) tell(&t, tag, text);
}

/* ---- hparams ----------------------------------------------------------------------------------------------------------- */

enum {
    HPARAMS_SESSION_START = 3,
    SESSION_PARAMETERS = 1,
    ENTRY_KEY = 1,
    ENTRY_VALUE = 2,
    OF_NUMBER = 2,
    OF_STRING = 3,
    OF_BOOL = 4
};

/* The shortest decimal that reads as the same number. */
static struct span spell(double value, char to[NUMBER_BYTES])
{
    int n = 0;
    for (int digits = 15; digits <= 17; digits++) {
        n = snprintf(to, NUMBER_BYTES, "%.*g", digits, value);
        if (strtod(to, NULL) == value) break;
    }
    return (struct span){to, n > 0 ? (size_t)n : 0};
}

static void tell_parameter(struct telling *t, struct span entry)
{
    char text[NUMBER_BYTES];
    struct span key = {0}, value = {0};
    struct span w = entry;
    struct proto_field f, of;
    while (proto_next(&w, &f)) {
        if (f.number == ENTRY_KEY && f.wire == PROTO_BYTES) key = f.bytes;
        if (f.number != ENTRY_VALUE || f.wire != PROTO_BYTES) continue;
        for (struct span in = f.bytes; proto_next(&in, &of);) {
            if (of.number == OF_NUMBER && of.wire == PROTO_EIGHT) value = spell(proto_double(&of), text);
            if (of.number == OF_STRING && of.wire == PROTO_BYTES) value = of.bytes;
            if (of.number == OF_BOOL && of.wire == PROTO_VARINT) value = span_of(of.value ? "true" : "false");
        }
    }
    if (w.n == 0) tell(t, key, value);
}

void facts_hparams(struct span content, const struct format_out *out)
{
    struct telling t = {.out = out};
    struct span w = content;
    struct proto_field f, of;
    while (proto_next(&w, &f)) {
        if (f.number != HPARAMS_SESSION_START || f.wire != PROTO_BYTES) continue;
        for (struct span in = f.bytes; proto_next(&in, &of);)
            if (of.number == SESSION_PARAMETERS && of.wire == PROTO_BYTES) tell_parameter(&t, of.bytes);
    }
}
