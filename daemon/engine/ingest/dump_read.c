/* dump_read - lines of JSON become rows of the memory again. Whoever wrote them is not trusted: every id, index and word is looked at, and a
 * row that is not as it should be is refused, not mended. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../../analyzers/kind.h"
#include "dump.h"

enum { TEXT_BYTES_MAX = 1 << 20 };

/* What goes wrong first is told. */
struct taking {
    const json_t *from;
    struct arena *arena;
    const char *why;
};

static bool refuse(struct taking *t, const char *why)
{
    if (!t->why) t->why = why;
    return false;
}

static bool taken(const struct taking *t, const char **why)
{
    if (t->why) *why = t->why;
    return !t->why;
}

/* ---- values ---------------------------------------------------------------------------------------------------------------- */

static int digit(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

static bool number_of(const char *word, double *ret)
{
    uint64_t bits = 0;
    if (strcmp(word, "NaN") == 0) bits = UINT64_C(0x7ff8000000000000);
    else if (strcmp(word, "Infinity") == 0) return *ret = (double)INFINITY, true;
    else if (strcmp(word, "-Infinity") == 0) return *ret = -(double)INFINITY, true;
    else if (strncmp(word, "NaN:", 4) == 0 && strlen(word) == 20)
        for (const char *p = word + 4; *p; p++) {
            if (digit(*p) < 0) return false;
            bits = bits << 4 | (uint64_t)digit(*p);
        }
    else return false;
    memcpy(ret, &bits, sizeof *ret);
    return isnan(*ret);
}

bool dump_number(const json_t *o, double *ret)
{
    if (json_is_string(o)) return number_of(json_string_value(o), ret);
    if (!json_is_number(o)) return false;
    *ret = json_number_value(o);
    return true;
}

static double take_number(struct taking *t, const char *name)
{
    double value = (double)NAN;
    const json_t *o = json_object_get(t->from, name);
    if (o && !json_is_null(o) && !dump_number(o, &value)) refuse(t, "a number is none");
    return value;
}

static int64_t take_integer(struct taking *t, const char *name, int64_t min, int64_t max)
{
    const json_t *o = json_object_get(t->from, name);
    int64_t value = json_is_integer(o) ? (int64_t)json_integer_value(o) : min;
    if (!json_is_integer(o) || value < min || value > max) refuse(t, "an integer is missing or out of range");
    return value;
}

static uint64_t take_bits(struct taking *t, const char *name) { return (uint64_t)take_integer(t, name, INT64_MIN, INT64_MAX); }

static const char *from_hex(struct taking *t, const char *hex, size_t n)
{
    char *p = arena_alloc(t->arena, n / 2 + 1);
    for (size_t i = 0; p && i + 1 < n; i += 2) {
        int high = digit(hex[i]), low = digit(hex[i + 1]);
        if (high < 0 || low < 0 || high + low == 0) return refuse(t, "a text is no hexadecimal"), NULL;
        p[i / 2] = (char)(high << 4 | low);
    }
    if (!p) refuse(t, "it is more than fits");
    return p;
}

/* NULL for null. A NUL within ends a text. */
static const char *text_of(struct taking *t, const json_t *o)
{
    const json_t *hex = json_object_get(o, "hex");
    const char *p = json_string_value(hex ? hex : o);
    if (!o || json_is_null(o)) return NULL;
    size_t n = json_string_length(hex ? hex : o);
    if (!p || n > TEXT_BYTES_MAX) return refuse(t, p ? "a text is too long" : "a text is none"), NULL;
    if (hex) return from_hex(t, p, n);
    const char *kept = arena_copy(t->arena, p, strlen(p));
    if (!kept) refuse(t, "it is more than fits");
    return kept;
}

static const char *take_text(struct taking *t, const char *name) { return text_of(t, json_object_get(t->from, name)); }

static const char *need_text(struct taking *t, const char *name)
{
    const char *text = take_text(t, name);
    if (!text) refuse(t, "a text is missing");
    return text ? text : "";
}

/* A prefix and 8 characters of RFC 4648's base 32, in lower case. */
static void take_id(struct taking *t, const char *name, char prefix, char id[12])
{
    const char *text = json_string_value(json_object_get(t->from, name));
    if (text && text[0] == prefix && strlen(text) == 9 && strspn(text + 1, "abcdefghijklmnopqrstuvwxyz234567") == 8)
        memcpy(id, text, 10);
    else refuse(t, "an id is none");
}

/* The number whose name is told; n names. */
static int take_word(struct taking *t, const char *member, const char *(*name)(int), int n)
{
    const char *word = json_string_value(json_object_get(t->from, member));
    for (int i = 0; word && i < n; i++)
        if (strcmp(name(i), word) == 0) return i;
    return refuse(t, "a word is none that is known here"), 0;
}

static const char *state_word(int i) { return run_state_name((enum run_state)i); }
static const char *axis_word(int i) { return axis_name((enum axis)i); }
static const char *event_word(int i) { return event_name((enum event)i); }

/* ---- a run ----------------------------------------------------------------------------------------------------------------- */

bool dump_read_run(const json_t *o, struct arena *a, struct run_row *ret, uint64_t *points, const char **why)
{
    struct taking t = {o, a, NULL};
    *ret = (struct run_row){.name = need_text(&t, "name"),
                            .path = need_text(&t, "path"),
                            .project = take_text(&t, "project"),
                            .framework = take_text(&t, "framework"),
                            .tags = take_text(&t, "tags"),
                            .first_seen = take_number(&t, "first_seen"),
                            .last_data = take_number(&t, "last_data"),
                            .state = (enum run_state)take_word(&t, "state", state_word, RUN_FAILED + 1)};
    take_id(&t, "id", 'r', ret->id);
    *points = (uint64_t)take_integer(&t, "points", 0, INT64_MAX);
    return taken(&t, why);
}

bool dump_read_source(const json_t *o, struct arena *a, struct source_row *ret, const char **why)
{
    struct taking t = {o, a, NULL};
    *ret = (struct source_row){.index = (uint16_t)take_integer(&t, "place", 0, UINT16_MAX),
                               .path = need_text(&t, "path"),
                               .format = need_text(&t, "format"),
                               .device = take_bits(&t, "device"),
                               .inode = take_bits(&t, "inode"),
                               .offset = take_bits(&t, "offset"),
                               .lines = take_bits(&t, "lines"),
                               .records = take_bits(&t, "records"),
                               .head_hash = take_bits(&t, "head_hash"),
                               .tail_hash = take_bits(&t, "tail_hash"),
                               .head_bytes = (uint32_t)take_integer(&t, "head_bytes", 0, UINT32_MAX),
                               .tail_bytes = (uint32_t)take_integer(&t, "tail_bytes", 0, UINT32_MAX)};
    return taken(&t, why);
}

bool dump_read_series(const json_t *o, struct arena *a, struct series_row *ret, const char **why)
{
    struct taking t = {o, a, NULL};
    *ret = (struct series_row){.id = (uint32_t)take_integer(&t, "id", 0, DUMP_SERIES_MAX),
                               .source = (uint16_t)take_integer(&t, "source", 0, UINT16_MAX),
                               .name = need_text(&t, "name"),
                               .axis = (enum axis)take_word(&t, "axis", axis_word, AXIS_RECORD + 1)};
    return taken(&t, why);
}

bool dump_read_fact(const json_t *o, struct arena *a, struct fact *ret, const char **why)
{
    struct taking t = {o, a, NULL};
    *ret = (struct fact){need_text(&t, "key"), need_text(&t, "value")};
    return taken(&t, why);
}

bool dump_read_event(const json_t *o, struct arena *a, struct event_row *ret, const char **why)
{
    struct taking t = {o, a, NULL};
    *ret = (struct event_row){.source = (uint16_t)take_integer(&t, "source", 0, UINT16_MAX),
                              .line = take_bits(&t, "line"),
                              .kind = (enum event)take_word(&t, "kind", event_word, EVENT_COUNT),
                              .text = take_text(&t, "text")};
    return taken(&t, why);
}

/* [[name, number], ...] - what the memory has no room for is left out. */
#define TAKE_PAIRS(t, list, array, count, max, name, number)                                                                     \
    for (size_t k = 0; k < json_array_size(list) && (count) < (max); k++) {                                                      \
        const json_t *pair = json_array_get(list, k);                                                                            \
        (array)[count].name = text_of(t, json_array_get(pair, 0));                                                               \
        if (!(array)[count].name || !dump_number(json_array_get(pair, 1), &(array)[count].number))                               \
            refuse(t, "a list of causes or fixes is none");                                                                      \
        (count)++;                                                                                                               \
    }

static void check_words(struct taking *t, const struct incident *i)
{
    static const char *const severities[] = {"info", "warning", "critical"}, *const states[] = {"open", "closed"};
    bool severity = !i->severity, state = !i->state;
    for (size_t k = 0; i->severity && k < 3; k++) severity = severity || strcmp(i->severity, severities[k]) == 0;
    for (size_t k = 0; i->state && k < 2; k++) state = state || strcmp(i->state, states[k]) == 0;
    if (!severity || !state) refuse(t, "a severity or a state is none");
}

bool dump_read_incident(const json_t *o, struct arena *a, const struct run_row *run, struct incident_row *ret, const char **why)
{
    struct taking t = {o, a, NULL};
    *ret = (struct incident_row){.incident = {.run_name = run->name,
                                              .kind = need_text(&t, "kind"),
                                              .series = take_text(&t, "series"),
                                              .severity = take_text(&t, "severity"),
                                              .state = take_text(&t, "state"),
                                              .cause = take_text(&t, "cause"),
                                              .cause_probability = take_number(&t, "cause_probability"),
                                              .opened = take_number(&t, "opened"),
                                              .closed = take_number(&t, "closed"),
                                              .onset_step = take_integer(&t, "onset_step", INT64_MIN, INT64_MAX),
                                              .message = take_text(&t, "message")},
                                 .text = take_text(&t, "text")};
    take_id(&t, "id", 'i', ret->incident.id);
    memcpy(ret->incident.run_id, run->id, sizeof run->id);
    check_words(&t, &ret->incident);
    TAKE_PAIRS(&t, json_object_get(o, "causes"), ret->causes, ret->n_causes, DIAGNOSIS_MAX, cause, probability)
    TAKE_PAIRS(&t, json_object_get(o, "offered"), ret->offered, ret->n_offered, RANK_MAX, fix, confidence)
    return taken(&t, why);
}

/* ---- points ---------------------------------------------------------------------------------------------------------------- */

/* A column: an array of n, or the one value that all have. */
struct column {
    const json_t *all;
    bool array;
};

static struct column column_of(struct taking *t, const char *name, size_t n)
{
    struct column c = {json_object_get(t->from, name), false};
    c.array = json_is_array(c.all);
    if (!c.all || (c.array && json_array_size(c.all) != n)) refuse(t, "a column of points is missing or too short");
    return c;
}

static const json_t *at(const struct column *c, size_t i) { return c->array ? json_array_get(c->all, i) : c->all; }

static int64_t whole(struct taking *t, const struct column *c, size_t i, int64_t min, int64_t max)
{
    const json_t *o = at(c, i);
    int64_t value = json_is_integer(o) ? (int64_t)json_integer_value(o) : min;
    if (!json_is_integer(o) || value < min || value > max) refuse(t, "an integer of a point is none, or out of range");
    return value;
}

static double real(struct taking *t, const struct column *c, size_t i)
{
    double value = 0;
    if (!dump_number(at(c, i), &value)) refuse(t, "a number of a point is none");
    return value;
}

bool dump_read_points(const json_t *o, struct point_row *ret, size_t *n, const char **why)
{
    struct taking t = {o, NULL, NULL};
    *n = (size_t)take_integer(&t, "n", 0, DUMP_POINTS_A_LINE);
    struct column series = column_of(&t, "series", *n), source = column_of(&t, "source", *n),
                  segment = column_of(&t, "segment", *n), step = column_of(&t, "step", *n), time = column_of(&t, "time", *n),
                  value = column_of(&t, "value", *n), line = column_of(&t, "line", *n);
    for (size_t i = 0; i < *n && !t.why; i++)
        ret[i] = (struct point_row){.series = (uint32_t)whole(&t, &series, i, 0, DUMP_SERIES_MAX),
                                    .source = (uint16_t)whole(&t, &source, i, 0, UINT16_MAX),
                                    .segment = (uint16_t)whole(&t, &segment, i, 0, UINT16_MAX),
                                    .step = whole(&t, &step, i, INT64_MIN, INT64_MAX),
                                    .time = real(&t, &time, i),
                                    .value = real(&t, &value, i),
                                    .line = (uint64_t)whole(&t, &line, i, INT64_MIN, INT64_MAX)};
    return taken(&t, why);
}

/* ---- what belongs to no single run ------------------------------------------------------------------------------------------ */

bool dump_read_row(const json_t *o, struct arena *a, enum upkeep_table which, struct upkeep_cell *ret, const char **why)
{
    struct taking t = {o, a, NULL};
    const char *const *names = upkeep_columns(which);
    for (size_t i = 0; names[i]; i++) {
        const json_t *v = json_object_get(o, names[i]);
        ret[i] = (struct upkeep_cell){.name = names[i], .is_null = !v || json_is_null(v)};
        if (ret[i].is_null) continue;
        ret[i].is_number = json_is_number(v);
        if (ret[i].is_number) ret[i].number = json_number_value(v);
        else ret[i].text = text_of(&t, v);
    }
    return taken(&t, why);
}

static void take_fixes(struct taking *t, const json_t *list, struct note *n)
{
    for (size_t i = 0; i < json_array_size(list) && n->n_fixes < NOTE_FIXES_MAX; i++) {
        const json_t *o = json_array_get(list, i);
        n->fixes[n->n_fixes].fix = text_of(t, json_object_get(o, "fix"));
        n->fixes[n->n_fixes].worked = text_of(t, json_object_get(o, "worked"));
        if (!n->fixes[n->n_fixes++].fix) refuse(t, "a fix has no name");
    }
}

/* The id is made of what it says, whatever the line has. */
bool dump_read_note(const json_t *o, struct arena *a, struct note *ret, const char **why)
{
    struct taking t = {o, a, NULL};
    *ret = (struct note){.text = need_text(&t, "text"),
                         .symptoms = take_text(&t, "symptoms"),
                         .cause = take_text(&t, "cause"),
                         .when = take_number(&t, "when")};
    take_fixes(&t, json_object_get(o, "fixes"), ret);
    if (!*ret->text) refuse(&t, "it says nothing");
    note_identify(ret);
    return taken(&t, why);
}
