/* json_named - JSON lines that name their metric in one field and hold its value in another, and DLLogger's records.
 *
 *   :::MLLOG {"time_ms": 1700, "event_type": "POINT_IN_TIME", "key": "train_loss", "value": 2.5, "metadata": {"step_num": 10}}
 *                             MLPerf (mlcommons/logging: mllog.py); without a counter a setting; "value" may hold several
 *   DLLL {"timestamp": "1700.5", "type": "LOG", "step": [0, 10], "data": {"train.loss": 2.5}}
 *                             NVIDIA/dllogger: logger.py; "step": epoch and iteration, "PARAMETER" for settings, [] at the end
 *   [{"metric": "loss", "variant": "train", "iter": 10, "timestamp": 1700, "value": 2.5}, ...]
 *                             ClearML's offline metrics.jsonl: title and series
 *   {"step": 10, "name": "loss", "value": 2.5}
 *                             loops of one's own: the long form of csv/tidy.h
 * A file of the first two may hold other lines: console output goes there as well. */
#include "csv/tidy.h"
#include "format.h"
#include "json_scan.h"
#include "record.h"

#include <stdio.h>
#include <string.h>

enum { SNIFF_LINES = 20, FACTS_MAX = 256 };
enum tag { TAG_NONE, TAG_MLLOG, TAG_DLLL };

struct state {
    struct record record;
    uint64_t line; /* finished lines */
    uint32_t facts;
    bool skipping; /* within a line that is too long */
};

/* What one object says. */
struct saying {
    struct state *s;
    const struct format_out *out;
    struct span key, variant, told; /* told: the value as it stands there */
    double value, at[2];            /* at: DLLogger's epoch and iteration */
    int n_at;
    bool number, counted, parts, settings;
};

/* behind_tag - what follows the tool's tag, if the line has one. */
static enum tag behind_tag(struct span *line)
{
    static const struct {
        const char *text;
        enum tag tag;
    } tags[] = {{":::MLLOG ", TAG_MLLOG}, {"DLLL ", TAG_DLLL}};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        const char *at = line->n && line->p[0] != '{' ? memmem(line->p, line->n, tags[i].text, strlen(tags[i].text)) : NULL;
        if (!at || at - line->p > 8) continue; /* mpirun and srun put the rank in front */
        *line = span_trim(span_from(*line, (size_t)(at - line->p) + strlen(tags[i].text)));
        return tags[i].tag;
    }
    return TAG_NONE;
}

/* last_of - "step_num" of "metadata/step_num". */
static struct span last_of(struct span path)
{
    for (size_t i = path.n; i > 0; i--)
        if (path.p[i - 1] == '/') return span_from(path, i);
    return path;
}

static void number(struct saying *m, struct span name, double value)
{
    struct record *r = &m->s->record;
    record_number(r, record_column(r, name, NULL, m->s->line + 1, m->out), value);
}

static void fact(struct saying *m, struct span key, struct span value)
{
    if (m->s->facts++ < FACTS_MAX && key.n && value.n) m->out->fact(m->out->arg, key, value);
}

/* --- one name and one value --- */

static bool counts(struct span name) { return field_rank(field_of(name)) < FIELD_UNRANKED; }

static bool tells_variant(struct span path) { return span_is(path, "variant") || span_is(path, "series"); }

static void one_text(struct saying *m, struct span path, struct span raw)
{
    struct record *r = &m->s->record;
    struct csv_tidy is;
    csv_tidy_begin(&is);
    csv_tidy_column(&is, path, 0);
    if (memchr(raw.p, '\\', raw.n)) return;
    if (tells_variant(path)) m->variant = raw;
    else if (is.names) m->key = raw;
    else if (is.values) m->told = raw;
    else if (held_out_column(path) && !span_is(path, "type"))
        record_text(r, record_column(r, path, NULL, m->s->line + 1, m->out), raw);
}

static void one_number(struct saying *m, struct span path, struct span raw, double value)
{
    struct csv_tidy is;
    csv_tidy_begin(&is);
    csv_tidy_column(&is, path, 0);
    if (is.values) m->number = true, m->value = value, m->told = raw;
    else if (span_starts(path, "value/")) m->parts = true, number(m, span_from(path, strlen("value/")), value);
    else if (span_is(path, "time_ms") || span_is(path, "timestamp")) number(m, span_of("timestamp"), value);
    else if (counts(last_of(path))) m->counted = true, number(m, last_of(path), value);
}

static void one_scalar(void *arg, struct span path, enum json_kind kind, struct span raw, double value)
{
    struct saying *m = arg;
    if (kind == JSON_NUMBER) one_number(m, path, raw, value);
    else if (kind == JSON_TEXT) one_text(m, path, raw);
}

/* one_end - a value with a counter is a point, one without a setting. */
static void one_end(struct saying *m)
{
    char name[FIELD_NAME_MAX_BYTES];
    struct span key = m->key;
    if (m->variant.n && key.n) {
        bool split = held_out_of(m->variant) || span_is(m->variant, "train");
        struct span first = split ? m->variant : key, last = split ? key : m->variant;
        int n = snprintf(name, sizeof name, "%.*s/%.*s", (int)first.n, first.p, (int)last.n, last.p);
        key = (struct span){name, n < (int)sizeof name ? (size_t)n : sizeof name - 1};
    }
    if (span_is(key, "run_stop")) m->out->event(m->out->arg, m->s->line + 1, EVENT_FINISHED, key);
    if (!m->parts && !m->counted) fact(m, key, m->told);
    if (!m->parts && (!m->number || !key.n)) return;
    if (!m->counted) return;
    if (!m->parts) number(m, key, m->value);
    record_end(&m->s->record, m->s->line + 1, m->out);
}

/* --- DLLogger --- */

static void data_scalar(void *arg, struct span path, enum json_kind kind, struct span raw, double value)
{
    struct saying *m = arg;
    if (span_is(path, "step") && kind == JSON_TEXT) m->settings = true;
    if (span_is(path, "timestamp") && kind == JSON_TEXT) {
        struct record *r = &m->s->record;
        record_text(r, record_column(r, path, NULL, m->s->line + 1, m->out), raw);
    }
    if (kind == JSON_NUMBER && (span_is(path, "step") || span_starts(path, "step/")) && m->n_at < 2) m->at[m->n_at++] = value;
    if (!span_starts(path, "data/")) return;
    path = span_from(path, strlen("data/"));
    if (m->settings && kind != JSON_SKIPPED) fact(m, path, raw);
    else if (kind == JSON_NUMBER && m->n_at) number(m, path, value);
}

static void data_end(struct saying *m)
{
    if (!m->n_at) return;
    number(m, span_of("epoch"), m->at[0]);
    if (m->n_at == 2) number(m, span_of("step"), m->at[1]);
    record_end(&m->s->record, m->s->line + 1, m->out);
}

/* --- lines --- */

static bool object(struct state *s, struct json_cursor *c, enum tag tag, const struct format_out *out)
{
    struct saying m = {.s = s, .out = out};
    struct json_sink sink = {&m, tag == TAG_DLLL ? data_scalar : one_scalar};
    record_begin(&s->record);
    if (!json_scan_object(c, &sink)) return false;
    if (tag == TAG_DLLL) data_end(&m);
    else one_end(&m);
    return true;
}

static bool whole(struct span line)
{
    struct json_cursor c = {.p = line.p, .end = line.p + line.n};
    bool opens = line.n && (line.p[0] == '{' || line.p[0] == '[');
    return opens && json_scan_skip(&c) && c.p == c.end;
}

static void read_line(struct state *s, struct span line, const struct format_out *out)
{
    line = span_trim(line);
    enum tag tag = behind_tag(&line);
    struct json_cursor c = {.p = line.p, .end = line.p + line.n};
    bool braced = line.n && (line.p[0] == '{' || line.p[0] == '[');
    if (whole(line)) {
        bool several = json_scan_take(&c, '[');
        while (object(s, &c, tag, out) && several && json_scan_take(&c, ',')) continue;
    } else if (tag || braced) out->bad(out->arg, s->line + 1, "not a JSON object");
    s->line++;
}

static size_t feed(void *state, struct span in, int at_end, const struct format_out *out)
{
    struct state *s = state;
    size_t done = 0;
    while (done < in.n) {
        struct span rest = span_from(in, done);
        const char *newline = memchr(rest.p, '\n', rest.n);
        size_t n = newline ? (size_t)(newline - rest.p) : rest.n;
        bool endless = !s->skipping && n >= FORMAT_RECORD_MAX_BYTES;
        if (endless) out->bad(out->arg, s->line + 1, "a line of 1 MiB or more");
        else if (!s->skipping && (newline || at_end)) read_line(s, (struct span){rest.p, n}, out);
        else if (!s->skipping) break;
        if ((endless || s->skipping) && newline) s->line++;
        s->skipping = (endless || s->skipping) && !newline && !at_end;
        done += n + (newline != NULL);
    }
    return done;
}

/* --- sniffing --- */

struct glance {
    struct csv_tidy tidy;
    uint32_t numbers, counters;
};

static void glance(void *arg, struct span path, enum json_kind kind, struct span raw, double value)
{
    struct glance *g = arg;
    struct csv_tidy is;
    (void)raw, (void)value;
    csv_tidy_begin(&is);
    csv_tidy_column(&is, path, 0);
    bool names = is.names && kind == JSON_TEXT && !tells_variant(path), values = is.values && kind == JSON_NUMBER;
    g->tidy.names += names;
    g->tidy.values += values;
    if (kind != JSON_NUMBER || values) return;
    g->counters += counts(path);
    g->numbers += !counts(path) && field_of(path)->kind == FIELD_VALUE;
}

/* is_named - one name, one value, what counts, and no other number. */
static bool is_named(struct span line)
{
    struct glance g = {{0}, 0, 0};
    struct json_sink sink = {&g, glance};
    struct json_cursor c = {.p = line.p, .end = line.p + line.n};
    if (!whole(line)) return false;
    json_scan_take(&c, '[');
    return json_scan_object(&c, &sink) && g.tidy.names == 1 && g.tidy.values == 1 && g.counters && !g.numbers;
}

static int sniff(const char *path, struct span head)
{
    int named = 0;
    (void)path;
    for (int lines = 0; head.n && lines < SNIFF_LINES; lines++) {
        const char *newline = memchr(head.p, '\n', head.n);
        size_t n = newline ? (size_t)(newline - head.p) : head.n;
        struct span line = span_trim((struct span){head.p, n});
        head = span_from(head, n + 1);
        if (!line.n) continue;
        if (!named && behind_tag(&line)) return line.n && line.p[0] == '{' ? 95 : 0;
        if (is_named(line)) named++;
        else if (newline || !named) return 0;
    }
    return named ? 92 : 0;
}

const struct format format_json_named = {
    .name = "json_named",
    .summary = "JSON lines that name their metric: MLPerf, DLLogger, ClearML's offline metrics, {\"name\": ..., \"value\": ...}",
    .globs = "metrics.jsonl dllogger.json result_*.txt",
    .growth = GROWTH_APPENDED,
    .state_size = sizeof(struct state),
    .sniff = sniff,
    .feed = feed,
};
