/* dump_write - the memory as lines of JSON; dump.h has their shapes. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../base/num.h"
#include "dump.h"

static const uint64_t QUIET_NAN = UINT64_C(0x7ff8000000000000);

static const char *not_finite(double value, char room[24])
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    if (bits == QUIET_NAN) return "NaN";
    snprintf(room, 24, "NaN:%016" PRIx64, bits);
    return room;
}

json_t *dump_exact(double value)
{
    char room[24];
    return isfinite(value) ? json_real(value) : json_string(not_finite(value, room));
}

static json_t *bits(uint64_t value) { return json_integer((json_int_t)value); }

/* Text as it is where it is UTF-8, else its bytes. */
static json_t *text(const char *value)
{
    static const char digits[] = "0123456789abcdef";
    if (!value) return json_null();
    json_t *plain = json_string(value);
    if (plain) return plain;
    size_t n = strlen(value);
    char *hex = malloc(2 * n + 1);
    for (size_t i = 0; hex && i < n; i++) {
        hex[2 * i] = digits[(unsigned char)value[i] >> 4];
        hex[2 * i + 1] = digits[(unsigned char)value[i] & 15];
    }
    json_t *o = hex ? json_pack("{s:s%}", "hex", hex, 2 * n) : json_null();
    free(hex);
    return o;
}

/* {"what": o} and a newline; steals o. */
static void line(struct str *out, const char *what, json_t *o)
{
    json_t *whole = json_object();
    json_object_set_new(whole, what, o);
    char *dumped = json_dumps(whole, JSON_COMPACT);
    if (dumped) str_add(out, dumped), str_add(out, "\n");
    else out->failed = true;
    free(dumped);
    json_decref(whole);
}

void dump_schema(struct str *out) { str_add(out, "{\"schema\":\"" DUMP_SCHEMA "\"}\n"); }

void dump_run(struct str *out, const struct run_row *r, uint64_t points)
{
    line(out, "run",
         json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:I}", "id", r->id, "name", text(r->name ? r->name : ""),
                   "path", text(r->path ? r->path : ""), "project", text(r->project), "framework", text(r->framework), "tags",
                   text(r->tags), "first_seen", dump_exact(r->first_seen), "last_data", dump_exact(r->last_data), "state",
                   run_state_name(r->state), "points", (json_int_t)points));
}

void dump_source(struct str *out, const struct source_row *r)
{
    line(out, "source",
         json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I}", "place", (int)r->index, "path", text(r->path),
                   "format", text(r->format), "device", bits(r->device), "inode", bits(r->inode), "offset", bits(r->offset),
                   "lines", bits(r->lines), "records", bits(r->records), "head_hash", bits(r->head_hash), "tail_hash",
                   bits(r->tail_hash), "head_bytes", (json_int_t)r->head_bytes, "tail_bytes", (json_int_t)r->tail_bytes));
}

void dump_series(struct str *out, const struct series_row *r)
{
    line(out, "series",
         json_pack("{s:I, s:i, s:o, s:s}", "id", (json_int_t)r->id, "source", (int)r->source, "name", text(r->name), "axis",
                   axis_name(r->axis)));
}

void dump_fact(struct str *out, const struct fact *f)
{
    line(out, "fact", json_pack("{s:o, s:o}", "key", text(f->key), "value", text(f->value)));
}

void dump_event(struct str *out, const struct event_row *e)
{
    line(out, "event",
         json_pack("{s:i, s:o, s:s, s:o}", "source", (int)e->source, "line", bits(e->line), "kind", event_name(e->kind), "text",
                   text(e->text)));
}

void dump_incident(struct str *out, const struct incident_row *r)
{
    const struct incident *i = &r->incident;
    json_t *causes = json_array(), *offered = json_array();
    for (size_t c = 0; c < r->n_causes; c++)
        json_array_append_new(causes, json_pack("[o, o]", text(r->causes[c].cause), dump_exact(r->causes[c].probability)));
    for (size_t f = 0; f < r->n_offered; f++)
        json_array_append_new(offered, json_pack("[o, o]", text(r->offered[f].fix), dump_exact(r->offered[f].confidence)));
    line(out, "incident",
         json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:o}", "id", i->id, "kind", text(i->kind),
                   "series", text(i->series), "severity", text(i->severity), "state", text(i->state), "cause", text(i->cause),
                   "cause_probability", dump_exact(i->cause_probability), "opened", dump_exact(i->opened), "closed",
                   dump_exact(i->closed), "onset_step", (json_int_t)i->onset_step, "message", text(i->message), "text",
                   text(r->text), "causes", causes, "offered", offered));
}

void dump_end(struct str *out, const char *run_id) { line(out, "end", json_pack("{s:s}", "run", run_id)); }

void dump_row(struct str *out, enum upkeep_table which, const struct upkeep_cell *cells, size_t n)
{
    json_t *o = json_object();
    for (size_t i = 0; i < n; i++)
        json_object_set_new(o, cells[i].name,
                            cells[i].is_null     ? json_null()
                            : cells[i].is_number ? dump_exact(cells[i].number)
                                                 : text(cells[i].text));
    line(out, upkeep_name(which), o);
}

void dump_note(struct str *out, const struct note *n)
{
    json_t *fixes = json_array();
    for (size_t i = 0; i < n->n_fixes; i++)
        json_array_append_new(fixes, json_pack("{s:o, s:o}", "fix", text(n->fixes[i].fix), "worked", text(n->fixes[i].worked)));
    line(out, "note",
         json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "id", n->id, "text", text(n->text), "symptoms", text(n->symptoms), "cause",
                   text(n->cause), "when", dump_exact(n->when), "fixes", fixes));
}

/* ---- points: by hand, for there may be millions --------------------------------------------------------------------------- */

/* The shortest of 15 and 17 digits that reads back as itself; whole numbers plainly. A JSON reader takes "-0" for an integer. */
static void add_double(struct str *out, double value)
{
    char room[32];
    double back = 0;
    if (!isfinite(value)) {
        str_addf(out, "\"%s\"", not_finite(value, room));
        return;
    }
    int n = snprintf(room, sizeof room, "%.15g", value);
    if (!num_parse((struct span){room, (size_t)n}, &back) || back != value) snprintf(room, sizeof room, "%.17g", value);
    str_add(out, value == 0 && signbit(value) ? "-0.0" : room);
}

static void add_integer(struct str *out, int64_t value)
{
    char room[24], *p = room + sizeof room;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do *--p = (char)('0' + left % 10);
    while (left /= 10);
    if (value < 0) *--p = '-';
    str_add_span(out, (struct span){p, (size_t)(room + sizeof room - p)});
}

/* The columns of a point, as integers; times and values as their bits. */
enum column { SERIES, SOURCE, SEGMENT, STEP, TIME, VALUE, LINE, COLUMNS };
static const char *const names[COLUMNS] = {"series", "source", "segment", "step", "time", "value", "line"};

static int64_t cell(const struct point_row *p, enum column c)
{
    int64_t v = 0;
    switch (c) {
    case SERIES: return p->series;
    case SOURCE: return p->source;
    case SEGMENT: return p->segment;
    case STEP: return p->step;
    case LINE: return (int64_t)p->line;
    case TIME: return memcpy(&v, &p->time, sizeof v), v;
    default: return memcpy(&v, &p->value, sizeof v), v;
    }
}

static void add_cell(struct str *out, const struct point_row *p, enum column c)
{
    if (c == TIME) add_double(out, p->time);
    else if (c == VALUE) add_double(out, p->value);
    else add_integer(out, cell(p, c));
}

static void add_column(struct str *out, const struct point_row *points, size_t n, enum column c)
{
    bool same = true;
    for (size_t i = 1; i < n && same; i++) same = cell(points + i, c) == cell(points, c);
    str_addf(out, ",\"%s\":%s", names[c], same ? "" : "[");
    for (size_t i = 0; i < (same ? 1 : n); i++) {
        if (i) str_add(out, ",");
        add_cell(out, points + i, c);
    }
    if (!same) str_add(out, "]");
}

void dump_points(struct str *out, const struct point_row *points, size_t n)
{
    for (size_t part; n; n -= part, points += part) {
        part = n < DUMP_POINTS_A_LINE ? n : DUMP_POINTS_A_LINE;
        str_addf(out, "{\"points\":{\"n\":%zu", part);
        for (int c = 0; c < COLUMNS; c++) add_column(out, points, part, (enum column)c);
        str_add(out, "}}\n");
    }
}
