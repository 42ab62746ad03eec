/* training_metrics - metrics that a person, or a loop that logs nothing yet, lays out as lists: copies of
 * templates/loss-curve-template.json and templates/training-metrics.yaml, filled in.
 *
 *   {"steps": [0, 100, 200], "train_loss": [2.31, 1.92, 1.71], "val_loss": [2.40, null, 1.90],     null: not measured at that step
 *    "val_accuracy": {"0": 0.11, "200": 0.48},                                                  or: the step beside each value
 *    "rows": [{"step": 300, "train_loss": 1.6}],                                                or: a record a step
 *    "eval": {"steps": [100, 200], "loss": [2.1, 1.9]},                                         or: lists with steps of their own
 *    "run": {"framework": "pytorch", "learning_rate": 0.001}}                                   settings
 * "epochs" or "episodes" may stand for "steps", which come first, because the file is read while it comes in. YAML holds the same. */
#include "training_metrics.h"

#include <ctype.h>
#include <stdio.h>

#include "../base/num.h"
#include "json_scan.h"

enum { SURE = 72, SURE_BY_NAME = 90, STEPS_MAX = 1 << 20 };

static const struct {
    const char *key;
    enum axis axis;
} counters[] = {{"steps", AXIS_STEP},       {"step", AXIS_STEP},       {"iterations", AXIS_STEP},
                {"iteration", AXIS_STEP},   {"epochs", AXIS_EPOCH},    {"epoch", AXIS_EPOCH},
                {"episodes", AXIS_EPISODE}, {"episode", AXIS_EPISODE}, {"samples", AXIS_SAMPLE}};

bool laid_counter(struct span key, enum axis *axis)
{
    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
        if (span_is(key, counters[i].key)) {
            *axis = counters[i].axis;
            return true;
        }
    return false;
}

static bool is_missing(struct span raw) { return !raw.n || span_is(raw, "null") || span_is(raw, "~"); }

bool laid_number(struct span raw, double *value)
{
    if (raw.n >= 2 && (raw.p[0] == '"' || raw.p[0] == '\'') && raw.p[raw.n - 1] == raw.p[0])
        raw = span_trim((struct span){raw.p + 1, raw.n - 2});
    size_t sign = raw.n && (raw.p[0] == '-' || raw.p[0] == '+');
    if (raw.n == sign + 4 && raw.p[sign] == '.' && isalpha((unsigned char)raw.p[sign + 1])) { /* YAML's .nan, -.inf */
        if (!num_parse(span_from(raw, sign + 1), value)) return false;
        if (sign && raw.p[0] == '-') *value = -*value;
        return true;
    }
    return raw.n && num_parse(raw, value);
}

static void add_step(struct laid *l, double step, uint64_t line, const struct format_out *out)
{
    if (l->n_steps == STEPS_MAX) return;
    if (l->n_steps == l->cap) {
        size_t cap = l->cap ? 2 * l->cap : 64;
        int64_t *more = arena_alloc(out->arena, cap * sizeof *more);
        if (!more) return;
        if (l->n_steps) memcpy(more, l->steps, l->n_steps * sizeof *more);
        l->steps = more;
        l->cap = cap;
    }
    bool whole = step == floor(step) && fabs(step) < 1e15;
    if (!whole) out->bad(out->arg, line, "a step that is no whole number: its place in the list counts");
    l->steps[l->n_steps] = whole ? (int64_t)step : (int64_t)l->n_steps;
    l->n_steps++;
}

static void take_step(struct laid *l, enum axis axis, struct span raw, uint64_t line, const struct format_out *out)
{
    double step;
    if (l->any && !l->n_steps) {
        if (!l->late_told) out->bad(out->arg, line, "the list of steps stands behind a metric: put it first");
        l->late_told = true;
        return;
    }
    l->placed = true;
    l->axis = axis;
    add_step(l, laid_number(raw, &step) ? step : (double)NAN, line, out);
}

bool laid_is(const struct laid_key *k, struct span key) { return k->n == key.n && memcmp(k->text, key.p, key.n) == 0; }

void laid_keep(struct laid_key *k, struct span key) { memcpy(k->text, key.p, k->n = key.n); }

int laid_series(struct laid_hand *h, struct span path, struct span name, enum axis axis, const struct format_out *out)
{
    if (h->open && laid_is(&h->list, path)) return h->series;
    h->open = true;
    h->long_told = false;
    laid_keep(&h->list, path);
    return h->series = out->series(out->arg, name, axis);
}

void laid_too_long(struct laid_hand *h, uint64_t line, const struct format_out *out)
{
    if (!h->long_told) out->bad(out->arg, line, "a metric has more values than there are steps: the rest is left out");
    h->long_told = true;
}

static int series_of(struct laid *l, struct span key, const struct format_out *out)
{
    l->any = true;
    return laid_series(&l->hand, key, key, l->placed ? l->axis : AXIS_RECORD, out);
}

static bool is_name(struct span key) { return key.n && key.n < LAID_KEY_BYTES; }

void laid_item(struct laid *l, struct span key, int64_t index, struct span raw, uint64_t line, const struct format_out *out)
{
    enum axis axis;
    double value;
    if (laid_counter(key, &axis)) {
        take_step(l, axis, raw, line, out);
        return;
    }
    if (span_is(key, "about") || is_missing(raw) || !is_name(key) || !laid_number(raw, &value)) return;
    int series = series_of(l, key, out);
    bool there = !l->placed || (index >= 0 && (size_t)index < l->n_steps);
    if (!there) laid_too_long(&l->hand, line, out);
    if (there && series >= 0) out->point(out->arg, series, l->placed ? l->steps[index] : index, NAN, value, line);
}

void laid_at(struct laid *l, struct span key, int64_t step, struct span raw, uint64_t line, const struct format_out *out)
{
    double value;
    if (is_missing(raw) || !is_name(key) || !laid_number(raw, &value)) return;
    if (!l->placed) l->placed = true, l->axis = AXIS_STEP;
    int series = series_of(l, key, out);
    if (series >= 0) out->point(out->arg, series, step, NAN, value, line);
}

void laid_fact(const struct format_out *out, struct span key, struct span raw)
{
    if (raw.n >= 2 && (raw.p[0] == '"' || raw.p[0] == '\'') && raw.p[raw.n - 1] == raw.p[0])
        raw = (struct span){raw.p + 1, raw.n - 2};
    if (is_name(key) && !is_missing(raw) && raw.n <= FIELD_NAME_MAX_BYTES) out->fact(out->arg, key, raw);
}

/* ---- JSON ---------------------------------------------------------------------------------------------------------------- */

struct reading {
    struct laid *l;
    const struct format_out *out;
};

static enum document_way open_at(void *arg, const struct document_place *at, char bracket)
{
    (void)arg;
    if (!at->in_array) return DOCUMENT_ENTER;
    return bracket == '{' ? DOCUMENT_WHOLE : DOCUMENT_PASS;
}

static void cell(void *arg, struct span path, enum json_kind kind, struct span raw, double value)
{
    struct reading *r = arg;
    struct record *record = &r->l->record;
    if (!path.n || (kind != JSON_NUMBER && kind != JSON_TEXT)) return;
    int column = record_column(record, path, NULL, r->l->document.line + 1, r->out);
    if (kind == JSON_NUMBER) record_number(record, column, value);
    else if (!memchr(raw.p, '\\', raw.n)) record_text(record, column, raw);
}

static void row(struct reading *r, const struct document_place *at, struct span raw)
{
    struct json_cursor c = {.p = raw.p, .end = raw.p + raw.n};
    record_begin(&r->l->record);
    if (json_scan_object(&c, &(struct json_sink){r, cell})) record_end(&r->l->record, at->line, r->out);
}

static void value_at(void *arg, const struct document_place *at, struct span raw)
{
    struct reading *r = arg;
    int64_t step;
    if (at->in_array && laid_group_item(&r->l->group, at->parent, at->index, raw, at->line, r->out)) return;
    if (at->in_array && raw.p[0] == '{') row(r, at, raw);
    else if (at->in_array) laid_item(r->l, at->parent, at->index, raw, at->line, r->out);
    else if (at->parent.n && num_integer(at->key, &step)) laid_at(r->l, at->parent, step, raw, at->line, r->out);
    else if (!span_is(at->key, "about")) laid_fact(r->out, at->key, raw);
}

/* What stands behind white space and a byte order mark; nothing while the mark may still be half there. */
static struct span after_mark(struct span in)
{
    static const char mark[] = "\xEF\xBB\xBF";
    struct span text = span_trim(in);
    if (span_starts(text, mark)) return span_trim(span_from(text, 3));
    if (text.n && text.n < 3 && memcmp(text.p, mark, text.n) == 0) return (struct span){text.p, 0};
    return text;
}

static size_t feed(void *state, struct span in, int at_end, const struct format_out *out)
{
    struct reading r = {state, out};
    if (!r.l->begun) {
        struct span text = after_mark(in);
        if (!text.n && !at_end && in.n < FORMAT_RECORD_MAX_BYTES) return 0;
        r.l->yaml = !text.n || (text.p[0] != '{' && text.p[0] != '[');
        r.l->begun = true;
    }
    if (r.l->yaml) return laid_yaml(r.l, in, at_end, out);
    return document_feed(&r.l->document, in, at_end, &(struct document_sink){&r, open_at, value_at}, out);
}

/* ---- is it one? ---------------------------------------------------------------------------------------------------------- */

static bool ends_in(const char *name, const char *ending)
{
    size_t n = strlen(name), k = strlen(ending);
    return n >= k && strcasecmp(name + n - k, ending) == 0;
}

/* A key of a counter with a list behind it: "steps": [ or steps:, at the start of a line. */
static bool lists_steps(struct span head, bool yaml)
{
    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++) {
        char mark[24];
        int n =
            yaml ? snprintf(mark, sizeof mark, "\n%s:", counters[i].key) : snprintf(mark, sizeof mark, "\"%s\"", counters[i].key);
        const char *at = memmem(head.p, head.n, mark, (size_t)n);
        if (!at && yaml && span_starts(head, mark + 1)) at = head.p - 1;
        if (!at) continue;
        struct span rest = span_trim(span_from(head, (size_t)(at + n - head.p)));
        if (!yaml && rest.n && rest.p[0] == ':') rest = span_trim(span_from(rest, 1));
        else if (!yaml) continue;
        if (rest.n && (rest.p[0] == '[' || (yaml && rest.p[0] == '-'))) return true;
    }
    return false;
}

/* counts_and_scores - "epoch: 3" and "train_loss: 0.5", a line of a record or a cell of it. */
static void counts_and_scores(struct span cell, bool *counts, bool *scores)
{
    const char *colon = memchr(cell.p, ':', cell.n);
    double value;
    if (!colon) return;
    struct span key = span_trim((struct span){cell.p, (size_t)(colon - cell.p)});
    struct span rest = span_trim(span_from(cell, (size_t)(colon - cell.p) + 1));
    if (!key.n || key.n >= LAID_KEY_BYTES || !laid_number(rest, &value)) return;
    *counts |= field_rank(field_of(key)) != FIELD_UNRANKED;
    *scores |= field_rank(field_of(key)) == FIELD_UNRANKED && (span_has(key, "loss") || field_speaks_of_training(key));
}

/* lists_records - YAML that is a list of records, as yaml.dump writes one: "- epoch: 1", "  train_loss: 0.5", or "- {epoch: 1, loss: 0.5}". Its
 * first record is looked at. */
static bool lists_records(struct span head)
{
    bool counts = false, scores = false, first = true;
    if (!span_starts(head, "- ")) return false;
    while (head.n && (first || head.p[0] == ' ')) {
        size_t n = 0;
        while (n < head.n && !strchr("\n,{}", head.p[n])) n++;
        struct span cell = span_trim((struct span){head.p, n});
        if (first && span_starts(cell, "- ")) cell = span_from(cell, 2);
        counts_and_scores(cell, &counts, &scores);
        bool line = n < head.n && head.p[n] == '\n';
        head = span_from(head, n < head.n ? n + 1 : n);
        if (line) first = false;
    }
    return counts && scores;
}

static int sniff(const char *path, struct span head)
{
    const char *name = path_name(path);
    bool yaml = ends_in(name, ".yaml") || ends_in(name, ".yml");
    bool named = strcasestr(name, "loss-curve") || strcasestr(name, "loss_curve") || strcasestr(name, "training-metrics") ||
                 strcasestr(name, "training_metrics");
    head = span_trim(head);
    if (!head.n || (!yaml && (!ends_in(name, ".json") || head.p[0] != '{'))) return 0;
    if (yaml && lists_records(head)) return named ? SURE_BY_NAME : SURE;
    bool steps = lists_steps(head, yaml), rows = span_has(head, yaml ? "rows:" : "\"rows\"");
    if (named && (steps || rows)) return SURE_BY_NAME;
    return steps && (!yaml || span_has(head, "loss")) ? SURE : 0;
}

const struct format format_training_metrics = {
    .name = "training_metrics",
    .summary = "metrics laid out by hand, as lists beside the steps: templates/loss-curve-template.json, training-metrics.yaml",
    .globs = "*loss-curve*.json *training-metrics*.json *training-metrics*.yaml",
    .growth = GROWTH_REWRITTEN,
    .state_size = sizeof(struct laid),
    .sniff = sniff,
    .feed = feed,
};
