/* wandb_points - see wandb/points.h. A nested value is one item for each number in it (wandb-core) or one object (older SDKs). */
#include "points.h"

#include "../../base/num.h"
#include "../json_scan.h"
#include "histogram.h"

enum { NESTED_MAX = 12, FIRST_THINGS = 16 };

struct wandb_links {
    uint32_t parent, thing; /* column + 1 of "a" for "a/b"; thing + 1 of "a" when it has a _type; 0 for none */
};
struct wandb_thing {
    uint64_t stamp;                   /* of the record that described it last */
    struct span type, values, bins;   /* JSON of that record */
    int32_t columns[HISTOGRAM_PARTS]; /* + 1; 0 until needed */
};

struct path {
    struct span keys[NESTED_MAX];
    size_t n;
    char text[FIELD_NAME_MAX_BYTES];
};

/* What the walk of one record needs. */
struct reading {
    struct wandb_points *w;
    const struct format_out *out;
    uint64_t line;
    struct path *path; /* of the item in hand: one for all, because it is large */
};

static const struct field metric = {"", FIELD_VALUE}, bookkeeping = {"", FIELD_CLOCK};

void wandb_points_init(struct wandb_points *w)
{
    w->record.tier = FIELD_STEP;
    w->record.axis = AXIS_STEP;
    w->own_step = -1;
}

/* ---- names --------------------------------------------------------------------------------------------------------------- */

/* field_for - names that begin with '_' are W&B's own. */
static const struct field *field_for(struct span name)
{
    if (span_is(name, "_step") || span_is(name, "_timestamp")) return field_of(name);
    return name.n && name.p[0] == '_' ? &bookkeeping : &metric;
}

static bool make_links(const struct reading *r)
{
    struct wandb_points *w = r->w;
    if (w->n_links >= w->record.cap) return true;
    struct wandb_links *links = arena_alloc(r->out->arena, w->record.cap * sizeof *links);
    if (!links) return false;
    if (w->n_links) memcpy(links, w->links, w->n_links * sizeof *links);
    w->links = links;
    w->n_links = w->record.cap;
    return true;
}

static int column(const struct reading *r, struct span name)
{
    struct record *record = &r->w->record;
    int at = record_find(record, name);
    if (at < 0) at = record_column(record, name, field_for(name), r->line, r->out);
    return at < (int)r->w->n_links || make_links(r) ? at : -1;
}

/* key_of - a few bits of a name: its ends and its length tell most names of a log apart. */
static uint32_t key_of(struct span name)
{
    uint64_t first = 0, last = 0;
    if (name.n >= sizeof first) {
        memcpy(&first, name.p, sizeof first);
        memcpy(&last, name.p + name.n - sizeof last, sizeof last);
    } else
        for (size_t i = 0; i < name.n; i++) first = first << 8 | (unsigned char)name.p[i];
    return (uint32_t)((((first ^ name.n) * 0x9E3779B97F4A7C15u) ^ last) * 0xD6E8FEB86659FD93u >> (64 - POINTS_RECENT_BITS));
}

/* recent_column - column(), for names that come again and again. */
static inline int recent_column(const struct reading *r, struct span name)
{
    uint16_t *recent = &r->w->recent[key_of(name)];
    if (*recent) {
        const struct column *c = &r->w->record.columns[*recent - 1];
        if (c->length == name.n && memcmp(c->name, name.p, name.n) == 0) return *recent - 1;
    }
    int at = column(r, name);
    *recent = (uint16_t)(at + 1);
    return at;
}

/* joined - the first n keys of a path as one name; what is too long is cut. */
static struct span joined(struct path *p, size_t n)
{
    size_t bytes = 0;
    if (n == 1) return p->keys[0];
    for (size_t i = 0; i < n; i++) {
        if (i && bytes < sizeof p->text) p->text[bytes++] = '/';
        size_t room = sizeof p->text - bytes, length = p->keys[i].n < room ? p->keys[i].n : room;
        memcpy(p->text + bytes, p->keys[i].p, length);
        bytes += length;
    }
    return (struct span){p->text, bytes};
}

/* column_of - the column of a path, linked with those of the values around it. */
static int column_of(const struct reading *r, struct path *p)
{
    int whole = recent_column(r, joined(p, p->n));
    if (whole < 0 || p->n == 1 || r->w->links[whole].parent) return whole;
    for (int inner = whole; p->n > 1; inner = (int)r->w->links[inner].parent - 1) {
        int outer = column(r, joined(p, --p->n));
        if (outer < 0 || outer == inner) break;
        r->w->links[inner].parent = (uint32_t)outer + 1;
    }
    return whole;
}

/* ---- things: values with a _type ----------------------------------------------------------------------------------------- */

static struct wandb_thing *add_thing(const struct reading *r, int of)
{
    struct wandb_points *w = r->w;
    if (w->n_things == w->things_room) {
        uint32_t room = w->things_room ? 2 * w->things_room : FIRST_THINGS;
        struct wandb_thing *more = arena_alloc(r->out->arena, room * sizeof *more);
        if (!more) return NULL;
        if (w->n_things) memcpy(more, w->things, w->n_things * sizeof *more);
        w->things = more;
        w->things_room = room;
    }
    w->links[of].thing = w->n_things + 1;
    return &w->things[w->n_things++];
}

/* thing_at - the thing that the column stands for, empty if this record did not describe it yet. */
static struct wandb_thing *thing_at(const struct reading *r, int of)
{
    struct wandb_points *w = r->w;
    if (of < 0) return NULL;
    struct wandb_thing *t = w->links[of].thing ? &w->things[w->links[of].thing - 1] : add_thing(r, of);
    if (!t || t->stamp == w->record.stamp) return t;
    t->stamp = w->record.stamp;
    t->type = t->values = t->bins = (struct span){"", 0};
    w->described++;
    return t;
}

/* describe - does the last key of the path say what the thing around it is? Then keep it. */
static bool describe(const struct reading *r, struct path *p, struct span json)
{
    struct span key = p->keys[p->n - 1];
    bool type = span_is(key, "_type") && json.p[0] == '"', bins = span_is(key, "bins") && json.p[0] == '[';
    if (p->n < 2 || (!type && !bins && !(span_is(key, "values") && json.p[0] == '['))) return false;
    struct wandb_thing *t = thing_at(r, column(r, joined(p, p->n - 1)));
    if (t) *(type ? &t->type : bins ? &t->bins : &t->values) = json;
    return true;
}

static void tell_histogram(const struct reading *r, uint32_t of, struct wandb_thing *t)
{
    double parts[HISTOGRAM_PARTS];
    struct path p = {.n = 2};
    if (!wandb_histogram(t->values, t->bins, parts)) return;
    for (size_t i = 0; i < HISTOGRAM_PARTS; i++) {
        p.keys[0] = (struct span){r->w->record.columns[of].name, r->w->record.columns[of].length};
        p.keys[1] = span_of(histogram_part_names[i]);
        if (!t->columns[i]) t->columns[i] = column(r, joined(&p, 2)) + 1;
        record_number(&r->w->record, t->columns[i] - 1, parts[i]);
    }
}

static bool within_thing(const struct wandb_points *w, uint32_t of)
{
    for (uint32_t outer = w->links[of].parent; outer; outer = w->links[outer - 1].parent) {
        uint32_t thing = w->links[outer - 1].thing;
        if (thing && w->things[thing - 1].stamp == w->record.stamp && w->things[thing - 1].type.n) return true;
    }
    return false;
}

/* settle - the record is read: what belongs to a thing is no metric, and histograms become numbers. */
static void settle(const struct reading *r)
{
    struct wandb_points *w = r->w;
    struct record *record = &w->record;
    uint32_t kept = 0, columns = record->n_columns;
    if (!w->described) return;
    for (uint32_t i = 0; i < record->n_cells; i++) {
        struct column *c = &record->columns[record->cells[i].column];
        if (within_thing(w, record->cells[i].column)) {
            c->stamp = 0;
            continue;
        }
        c->cell = kept;
        record->cells[kept++] = record->cells[i];
    }
    record->n_cells = kept;
    for (uint32_t i = 0; i < columns; i++) {
        struct wandb_thing *t = w->links[i].thing ? &w->things[w->links[i].thing - 1] : NULL;
        if (t && t->stamp == record->stamp && span_is(t->type, "\"histogram\"")) tell_histogram(r, i, t);
    }
}

/* ---- values -------------------------------------------------------------------------------------------------------------- */

/* metric_of - the column of a value that is wanted; -1 for W&B's own. */
static int metric_of(const struct reading *r, struct path *p)
{
    int at = column_of(r, p);
    return at >= 0 && r->w->record.columns[at].field != &bookkeeping ? at : -1;
}

static void number(const struct reading *r, struct path *p, double value)
{
    record_number(&r->w->record, metric_of(r, p), value);
}

static void digits(const struct reading *r, struct path *p, struct span json)
{
    double v;
    int at = metric_of(r, p);
    if (at < 0) return;
    if (num_prefix(json, &v) == json.n) record_number(&r->w->record, at, v);
    else r->w->broken = true;
}

static void value(const struct reading *r, struct path *p, struct span json);

/* object - a value that is nested as JSON: one value for each member. It was found whole before. */
static void object(const struct reading *r, struct path *p, struct span json)
{
    struct json_cursor c = {.p = json.p, .end = json.p + json.n};
    struct span key;
    bool escaped;
    size_t depth = p->n;
    json_scan_take(&c, '{');
    while (depth < NESTED_MAX && json_scan_string(&c, &key, &escaped) && json_scan_take(&c, ':')) {
        char plain[FIELD_NAME_MAX_BYTES];
        json_scan_space(&c);
        const char *from = c.p;
        if (!json_scan_skip(&c)) return;
        if (escaped) key = (struct span){plain, json_scan_unescape(key, plain, sizeof plain)};
        p->keys[depth] = key;
        p->n = depth + 1;
        value(r, p, (struct span){from, (size_t)(c.p - from)});
        if (!json_scan_take(&c, ',')) return;
    }
}

static bool whole_object(struct span json)
{
    struct json_cursor c = {.p = json.p, .end = json.p + json.n};
    return json_scan_skip(&c) && c.p == c.end;
}

static void value(const struct reading *r, struct path *p, struct span json)
{
    if (!json.n) return;
    switch (json.p[0]) {
    case 'n':
    case 't':
    case 'f': break; /* null, true, false */
    case '[': describe(r, p, json); break;
    case '{':
        if (p->n > 1 || whole_object(json)) object(r, p, json);
        else r->w->broken = true;
        break;
    case '"':
        if (describe(r, p, json)) break;
        if (span_is(json, "\"NaN\"")) number(r, p, NAN);
        else if (span_is(json, "\"Infinity\"")) number(r, p, INFINITY);
        else if (span_is(json, "\"-Infinity\"")) number(r, p, -INFINITY);
        break;
    default: digits(r, p, json);
    }
}

/* ---- records ------------------------------------------------------------------------------------------------------------- */

enum item_field { ITEM_KEY = 1, ITEM_NESTED_KEY = 2, ITEM_INTEGER = 5, ITEM_NUMBER = 6, ITEM_JSON = 8, ITEM_VALUE_JSON = 16 };

/* item - one of history or system metrics; under: what stands before its name, or empty. */
static void item(const struct reading *r, struct span message, struct span under)
{
    struct proto_field f;
    struct path *p = r->path;
    p->n = 0;
    if (under.n) p->keys[p->n++] = under;
    while (proto_next(&message, &f)) {
        if (f.number == ITEM_KEY || f.number == ITEM_NESTED_KEY) {
            if (p->n == NESTED_MAX) return;
            p->keys[p->n++] = f.bytes;
        } else if (!p->n) return;
        else if (f.number == ITEM_VALUE_JSON || f.number == ITEM_JSON) value(r, p, f.bytes);
        else if (f.number == ITEM_NUMBER && f.wire == PROTO_EIGHT) number(r, p, proto_double(&f));
        else if (f.number == ITEM_INTEGER && f.wire == PROTO_VARINT)
            number(r, p, (double)((int64_t)(f.value >> 1) ^ -(int64_t)(f.value & 1)));
    }
    if (message.n) r->w->broken = true;
}

static void begin(const struct reading *r)
{
    record_begin(&r->w->record);
    r->w->described = 0;
    r->w->broken = false;
}

static void end(const struct reading *r, struct span rest)
{
    settle(r);
    record_end(&r->w->record, r->line, r->out);
    if (rest.n || r->w->broken) r->out->bad(r->out->arg, r->line, "a value that could not be read");
}

static uint64_t first_number(struct span message)
{
    struct proto_field f;
    while (proto_next(&message, &f))
        if (f.number == 1) return f.value;
    return 0;
}

void wandb_points_history(struct wandb_points *w, struct span message, uint64_t line, const struct format_out *out)
{
    enum { ITEM = 1, STEP = 2 };
    struct path path;
    struct reading r = {w, out, line, &path};
    struct span none = {"", 0};
    struct proto_field f;
    double step = NAN;
    begin(&r);
    while (proto_next(&message, &f)) {
        if (f.number == ITEM) item(&r, f.bytes, none);
        else if (f.number == STEP) step = (double)(int64_t)first_number(f.bytes);
    }
    if (w->own_step < 0) w->own_step = column(&r, span_of("_step"));
    struct column *own = w->own_step < 0 ? NULL : &w->record.columns[w->own_step];
    if (own && own->stamp != w->record.stamp && own->field != &bookkeeping && isfinite(step))
        record_number(&w->record, w->own_step, step);
    end(&r, message);
}

/* moment - Timestamp {1 seconds, 2 nanos} as seconds since 1970. */
static double moment(struct span message)
{
    struct proto_field f;
    double at = 0;
    while (proto_next(&message, &f)) at += (double)f.value * (f.number == 1 ? 1 : f.number == 2 ? 1e-9 : 0);
    return at;
}

void wandb_points_stats(struct wandb_points *w, struct span message, uint64_t line, const struct format_out *out)
{
    enum { TIMESTAMP = 2, ITEM = 3 };
    struct path path;
    struct reading r = {w, out, line, &path};
    struct proto_field f;
    begin(&r);
    while (proto_next(&message, &f)) {
        if (f.number == TIMESTAMP) w->record.time = field_time(moment(f.bytes));
        else if (f.number == ITEM) item(&r, f.bytes, span_of("system"));
    }
    end(&r, message);
}

void wandb_points_step(struct wandb_points *w, struct span message, uint64_t line, const struct format_out *out)
{
    enum { GLOB_NAME = 2, STEP_METRIC = 4 };
    struct path path;
    struct reading r = {w, out, line, &path};
    struct span name = {"", 0};
    struct proto_field f;
    bool of_all = false;
    while (proto_next(&message, &f)) {
        if (f.number == GLOB_NAME) of_all = span_is(f.bytes, "*");
        else if (f.number == STEP_METRIC) name = f.bytes;
    }
    if (!of_all || field_axis(field_of(name)->kind) != AXIS_STEP || span_is(name, "_step")) return;
    int counter = column(&r, name), own = column(&r, span_of("_step"));
    if (counter < 0 || own < 0) return;
    w->record.columns[counter].field = field_of(name);
    w->record.columns[counter].rank = field_rank(field_of(name));
    w->record.columns[counter].kind_bit = 1u << FIELD_STEP;
    w->record.columns[own].field = &bookkeeping;
    w->record.columns[own].rank = FIELD_UNRANKED;
}
