/* history - what fit() returns, saved as JSON: one list of numbers a metric (keras.callbacks.History; TensorFlow.js, own loops).
 *
 *   {"loss": [2.31, 1.92, NaN], "val_loss": [2.40, 2.01, "nan"], ...}    json.dump(history.history): the nth number is epoch n, from 0
 *   {"loss": {"0": 2.31, "1": 1.92, "2": null}, "val_loss": {...}}               DataFrame(history.history).to_json()
 *   [{"loss": 2.31, "val_loss": 2.40}, ...]                                      the same with orient="records"
 *   {"train": [{"epoch": 0, "loss": 2.31}, ...], "val": [{"epoch": 0, "loss": 2.40}, ...]}      loops that keep both apart
 *   {"0": {"loss": 2.31}, "1": {...}}, {"epoch_1": {"train": {"loss": ...}}, ...}          an object an epoch, by its number
 *   {"loss": [[0, 2.31], [100, 1.92]], ...}                                             step and value of each (Flower's History)
 *   {'loss': [2.31, 1.92], ...}, and "{'loss': ...}"                              what Python's str() makes of it (py_literal.h)
 * They may stand one object deeper ({"history": {...}, "params": {"epochs": 20}}); scalars are facts. pandas writes null for NaN and
 * infinities, and a History has no holes, so null there is NaN. In a list null may also be a value that somebody did not have (None),
 * or the NaN of orjson and JavaScript: it is no point, and is reported. The file is rewritten whole, so it may be read half written. */
#include "document.h"
#include "eval_sets.h"
#include "json_row.h"
#include "json_scan.h"
#include "py_literal.h"
#include "record.h"

#include <stdlib.h>

#include "../base/num.h"

enum { FACTS_MAX = 64, PAIR_DEPTH_MAX = 4, SURE = 65, SURE_BY_NAME = 80, LIKELY_BY_NAME = 45, WINDOW_BYTES = 64 << 10 };

struct state {
    struct document document;
    struct record record; /* of a list of objects */
    uint64_t hash;        /* of the name that series belongs to */
    int series;           /* -1 when it is refused or no metric */
    uint32_t facts;
    bool named, holes_told, sets_told;
    enum py_literal written;
    char *turned; /* WINDOW_BYTES of a Python literal as JSON */
};
struct reading {
    struct state *s;
    const struct format_out *out;
};

/* Keys around the metrics that say only that this is a history. */
static struct span metric_name(struct span path)
{
    if (span_starts(path, "history/")) return span_from(path, strlen("history/"));
    return path;
}

static struct span last_key(struct span path)
{
    const char *slash = memrchr(path.p, '/', path.n);
    return slash ? span_from(path, (size_t)(slash - path.p) + 1) : path;
}

static uint64_t hash_of(struct span s) /* FNV-1a, 64 bits */
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < s.n; i++) h = (h ^ (unsigned char)s.p[i]) * 1099511628211u;
    return h;
}

/* A list of numbers is a metric unless it counts or measures time; "precision" is a setting elsewhere, a score here. */
static bool is_metric(struct span path)
{
    enum field_kind kind = field_of(last_key(path))->kind;
    return path.n && (kind == FIELD_VALUE || kind == FIELD_SETTING);
}

/* The series of a metric; asked for once for each list. */
static int series_of(const struct reading *r, struct span path)
{
    struct state *s = r->s;
    uint64_t hash = hash_of(path);
    if (s->named && s->hash == hash) return s->series;
    s->series = is_metric(path) ? r->out->series(r->out->arg, metric_name(path), AXIS_EPOCH) : -1;
    s->named = true;
    s->holes_told = false;
    s->hash = hash;
    return s->series;
}

static void number_at(const struct reading *r, const struct document_place *at, struct span raw, int64_t epoch, bool null_is_nan)
{
    double value = (double)NAN;
    bool null = span_is(raw, "null");
    if (!null && !document_number(raw, &value)) return;
    int series = series_of(r, at->parent);
    if (series < 0) return;
    if (!null || null_is_nan) r->out->point(r->out->arg, series, epoch, NAN, value, at->line);
    else if (!r->s->holes_told) {
        r->s->holes_told = true;
        r->out->bad(r->out->arg, at->line, "null in a list of numbers: perhaps a NaN, which orjson and JavaScript write so");
    }
}

/* epoch_key - "3", "epoch_3", "Epoch 3": the number of an epoch as a key; false for any other. */
static bool epoch_key(struct span key, int64_t *epoch, bool *spoken)
{
    static const char word[] = "epoch";
    size_t n = sizeof word - 1;
    *spoken = key.n > n && strncasecmp(key.p, word, n) == 0;
    if (*spoken) key = span_from(key, n + (strchr("_- ", key.p[n]) != NULL));
    return key.n && key.n <= 9 && num_integer(key, epoch) && *epoch >= 0;
}

/* without_epoch - the first of a path's keys that is an epoch, and the path without it in out, of `room` bytes. */
static bool without_epoch(struct span path, char *out, size_t room, struct span *name, int64_t *epoch, bool *spoken)
{
    for (size_t at = 0; at < path.n;) {
        const char *slash = memchr(path.p + at, '/', path.n - at);
        size_t end = slash ? (size_t)(slash - path.p) : path.n, behind = end + (slash != NULL);
        if (epoch_key((struct span){path.p + at, end - at}, epoch, spoken)) {
            if (at + path.n - behind >= room) return false;
            memcpy(out, path.p, at);
            memcpy(out + at, path.p + behind, path.n - behind);
            *name = (struct span){out, at + path.n - behind};
            return true;
        }
        at = behind;
    }
    return false;
}

/* of_epoch - a number in the object of an epoch: {"3": {"val": {"loss": 2.4}}} is val/loss. False where no key around it is an epoch. */
static bool of_epoch(const struct reading *r, const struct document_place *at, struct span raw)
{
    char joined[DOCUMENT_PATH_BYTES + FIELD_NAME_MAX_BYTES + 2], text[FIELD_NAME_MAX_BYTES];
    int64_t epoch;
    bool spoken;
    double value;
    struct span name;
    if (!at->parent.n || !at->key.n || at->key.n > FIELD_NAME_MAX_BYTES) return false;
    memcpy(joined, at->parent.p, at->parent.n);
    joined[at->parent.n] = '/';
    memcpy(joined + at->parent.n + 1, at->key.p, at->key.n);
    struct span path = {joined, at->parent.n + 1 + at->key.n};
    if (!without_epoch(path, text, sizeof text, &name, &epoch, &spoken)) return false;
    int series = document_number(raw, &value) ? series_of(r, name) : -1;
    if (series >= 0) r->out->point(r->out->arg, series, epoch, NAN, value, at->line);
    return true;
}

/* speaks - is the last key a name that training has? */
static bool speaks(struct span path)
{
    char name[FIELD_NAME_MAX_BYTES];
    struct span key = last_key(path);
    if (!key.n || key.n >= sizeof name) return false;
    memcpy(name, key.p, key.n);
    name[key.n] = 0;
    return field_speaks_of_training(key) || role_of(name).role != ROLE_NONE;
}

/* pair_at - "[100, 1.92]" in a list: step and value, under a name that training has: a confusion matrix of two classes looks alike. */
static bool pair_at(const struct reading *r, const struct document_place *at, struct span raw)
{
    const char *comma = raw.n > 4 ? memchr(raw.p, ',', raw.n) : NULL;
    double value;
    int64_t step;
    if (!comma) return false;
    size_t n = (size_t)(comma - raw.p);
    if (!num_integer(span_trim((struct span){raw.p + 1, n - 1}), &step)) return false;
    if (!document_number(span_trim((struct span){comma + 1, raw.n - n - 2}), &value)) return false;
    if (!r) return true;
    struct state *s = r->s;
    uint64_t hash = hash_of(at->parent);
    if (!s->named || s->hash != hash)
        s->series =
            speaks(at->parent) && is_metric(at->parent) ? r->out->series(r->out->arg, metric_name(at->parent), AXIS_STEP) : -1;
    s->named = true;
    s->hash = hash;
    if (s->series >= 0) r->out->point(r->out->arg, s->series, step, NAN, value, at->line);
    return true;
}

static void cell(void *arg, struct span path, enum json_kind kind, struct span raw, double value)
{
    struct reading *r = arg;
    struct record *record = &r->s->record;
    if (!path.n || (kind != JSON_NUMBER && kind != JSON_TEXT)) return;
    int column = record_column(record, path, NULL, r->s->document.line + 1, r->out);
    if (kind == JSON_NUMBER) record_number(record, column, value);
    else if (!memchr(raw.p, '\\', raw.n)) record_text(record, column, raw);
}

static void object_at(struct reading *r, const struct document_place *at, struct span raw)
{
    struct json_cursor c = {.p = raw.p, .end = raw.p + raw.n};
    record_begin(&r->s->record);
    r->s->record.held = held_out_of(last_key(at->parent)); /* {"train": [{"loss": 2.3}, ...], "val": [...]} */
    if (json_scan_object(&c, &(struct json_sink){r, cell})) record_end(&r->s->record, at->line, r->out);
}

static void fact(struct reading *r, const struct document_place *at, struct span raw)
{
    if (raw.n >= 2 && raw.p[0] == '"') raw = (struct span){raw.p + 1, raw.n - 2};
    if (!at->key.n || raw.n > FIELD_NAME_MAX_BYTES || span_is(raw, "null")) return;
    if (r->s->facts++ < FACTS_MAX) r->out->fact(r->out->arg, at->key, raw);
}

/* Objects are entered, but those of a list are records; lists are entered, but those within a list are no metrics. */
static enum document_way open_at(void *arg, const struct document_place *at, char bracket)
{
    (void)arg;
    if (!at->in_array) return DOCUMENT_ENTER;
    return bracket == '{' || at->depth <= PAIR_DEPTH_MAX ? DOCUMENT_WHOLE : DOCUMENT_PASS;
}

static void value_at(void *arg, const struct document_place *at, struct span raw)
{
    struct reading *r = arg;
    int64_t epoch;
    if (at->in_array && raw.p[0] == '[') pair_at(r, at, raw);
    else if (at->in_array && raw.p[0] == '{') object_at(r, at, raw);
    else if (at->in_array) number_at(r, at, raw, at->index, false);
    else if (at->parent.n && num_integer(at->key, &epoch)) number_at(r, at, raw, epoch, true);
    else if (of_epoch(r, at, raw)) return;
    else fact(r, at, raw);
}

static size_t feed_json(struct state *s, struct span in, int at_end, const struct format_out *out)
{
    struct reading r = {s, out};
    if (!r.s->sets_told && !eval_sets_tell(in, at_end, out)) return 0;
    r.s->sets_told = true;
    return document_feed(&r.s->document, in, at_end, &(struct document_sink){&r, open_at, value_at}, out);
}

/* feed_python - a window at a time. */
static size_t feed_python(struct state *s, struct span in, int at_end, const struct format_out *out)
{
    size_t done = 0, used = 1;
    if (!s->turned) s->turned = arena_alloc(out->arena, WINDOW_BYTES);
    while (s->turned && used && done < in.n) {
        size_t n = in.n - done < WINDOW_BYTES ? in.n - done : WINDOW_BYTES;
        bool last = at_end && done + n == in.n;
        py_literal_json((struct span){in.p + done, n}, s->turned);
        used = feed_json(s, (struct span){s->turned, n}, last, out);
        if (!used && n == WINDOW_BYTES) out->bad(out->arg, s->document.line + 1, "a value of 64 KiB or more"), used = n;
        done += used;
    }
    return s->turned ? done : in.n;
}

static size_t feed(void *state, struct span in, int at_end, const struct format_out *out)
{
    struct state *s = state;
    if (s->written == PY_LITERAL_UNTOLD) s->written = py_literal_of(in);
    if (s->written == PY_LITERAL_UNTOLD && !at_end) return 0;
    return s->written == PY_LITERAL_IS ? feed_python(s, in, at_end, out) : feed_json(s, in, at_end, out);
}

/* ---- is it one? -------------------------------------------------------------------------------------------------------- */

struct glance {
    int metrics, foreign, scalars; /* numbers under a name that training has; values that a history cannot have; single values */
    int keyed;                     /* metrics in the object of an epoch */
    bool loss, spoken;             /* one of them is a loss; the key says that it is an epoch */
};

/* glance_keyed - a value in the object of an epoch. The classes of a report on predictions are numbered too: they have a support. */
static bool glance_keyed(struct glance *g, const struct document_place *at)
{
    char text[DOCUMENT_PATH_BYTES];
    struct span name;
    int64_t epoch;
    bool spoken;
    if (!without_epoch(at->parent, text, sizeof text, &name, &epoch, &spoken)) return false;
    g->foreign += span_is(at->key, "support");
    g->spoken |= spoken;
    g->keyed += speaks(at->key) && is_metric(at->key);
    g->loss |= span_has(at->key, "loss");
    return true;
}

static void glance_value(void *arg, const struct document_place *at, struct span raw)
{
    struct glance *g = arg;
    double value;
    int64_t index;
    bool number = document_number(raw, &value) || span_is(raw, "null");
    bool listed = at->in_array || (at->parent.n && num_integer(at->key, &index));
    if (at->in_array && raw.p[0] == '[') g->metrics += at->index == 0 && speaks(at->parent) && pair_at(NULL, at, raw);
    else if (at->in_array && raw.p[0] == '{') g->metrics += json_row(raw);
    else if (!listed && at->key.n && glance_keyed(g, at)) return;
    else if (!listed) g->scalars++;
    else if (!number) g->foreign++;
    else if (at->index == 0) g->metrics += speaks(at->parent);
}

static void no_bad(void *arg, uint64_t line, const char *why) { (void)arg, (void)line, (void)why; }

/* survey - the head as a document. False where it is none. */
static bool survey(struct span head, struct glance *g)
{
    struct document d = {0};
    bool python = py_literal_is(head);
    char *turned = python ? malloc(head.n) : NULL;
    if (python && !turned) return false;
    if (python) py_literal_json(head, turned), head.p = turned;
    document_feed(&d, head, 0, &(struct document_sink){g, open_at, glance_value}, &(struct format_out){.bad = no_bad});
    free(turned);
    return !d.broken;
}

/* sniff - one document whose values are lists of numbers, one of them at least under a name that a training log has. */
static int sniff(const char *path, struct span head)
{
    struct glance g = {0};
    bool named = strcasestr(path_name(path), "history") != NULL;
    struct span start = span_trim(head);
    if (!start.n || !(strchr("{[\xEF", start.p[0]) || py_literal_is(start))) return 0;
    if (!survey(head, &g) || g.foreign || (g.scalars > 16 && !(named && g.metrics > 1))) return 0;
    if (g.keyed && !g.metrics && !g.scalars && (g.loss || g.spoken || named)) return SURE;
    if (!g.metrics) return named && !g.scalars && start.p[0] == '{' ? LIKELY_BY_NAME : 0;
    if (named) return SURE_BY_NAME;
    return g.metrics >= g.scalars ? SURE : 0;
}

const struct format format_history = {
    .name = "history",
    .summary = "a Keras history, as JSON or as Python prints it: one list of numbers a metric",
    .globs = "history.json *history*.json",
    .growth = GROWTH_REWRITTEN,
    .state_size = sizeof(struct state),
    .sniff = sniff,
    .feed = feed,
};
