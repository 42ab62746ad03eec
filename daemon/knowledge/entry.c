/* entry - JSON objects into structs by tables of keys: a key is a name, a type and an offset. An unknown key is an error, because
 * in knowledge it is a misspelt one and would be silently without effect. */
#include "entry.h"

#include <math.h>
#include <string.h>

#include "../../analyzers/fact_key.h"
#include "../base/json.h"
#include "kit.h"
#include "vocabulary.h"

enum { LIST_MAX = 64, TEXT_MAX_BYTES = 2000 };
enum type { TYPE_TEXT, TYPE_NUMBER, TYPE_FLAG, TYPE_ROLE, TYPE_ROLES, TYPE_TEXTS, TYPE_WORDINGS, TYPE_OBJECTS, TYPE_OBJECT };
enum need { OPTIONAL, REQUIRED };

struct object;
struct key {
    const char *name; /* NULL ends a table */
    enum type type;
    enum need need;
    size_t offset, count_offset; /* of the value; of the size_t beside an array */
    const struct object *object; /* of TYPE_OBJECTS and TYPE_OBJECT */
};
struct object {
    const struct key *keys;
    size_t size;
}; /* size 0: its keys belong to the struct around it */

struct reader {
    const char *file;
    struct arena *arena;
    struct err *err;
    char path[128]; /* of what is being read, "clues[3]": for errors */
};

#define AT(type_, member) offsetof(struct type_, member)
static const struct key clue_keys[] = {
    {"finding", TYPE_TEXT, OPTIONAL, AT(clue, finding), 0, NULL},
    {"absent", TYPE_TEXT, OPTIONAL, AT(clue, absent), 0, NULL},
    {"evidence", TYPE_TEXT, OPTIONAL, AT(clue, evidence), 0, NULL},
    {"fact", TYPE_TEXT, OPTIONAL, AT(clue, fact), 0, NULL},
    {"equals", TYPE_TEXT, OPTIONAL, AT(clue, equals), 0, NULL},
    {"event", TYPE_TEXT, OPTIONAL, AT(clue, event), 0, NULL},
    {"says", TYPE_TEXT, OPTIONAL, AT(clue, says), 0, NULL},
    {"role", TYPE_ROLE, OPTIONAL, AT(clue, role), 0, NULL},
    {"min", TYPE_NUMBER, OPTIONAL, AT(clue, min), 0, NULL},
    {"max", TYPE_NUMBER, OPTIONAL, AT(clue, max), 0, NULL},
    {"ratio", TYPE_NUMBER, REQUIRED, AT(clue, ratio), 0, NULL},
    {"why", TYPE_TEXT, OPTIONAL, AT(clue, why), 0, NULL},
    {0},
};
static const struct key separator_keys[] = {
    {"artifact", TYPE_TEXT, REQUIRED, AT(separator, artifact), 0, NULL},
    {"why", TYPE_TEXT, REQUIRED, AT(separator, why), 0, NULL},
    {"how", TYPE_TEXT, REQUIRED, AT(separator, how), 0, NULL},
    {"role", TYPE_ROLE, OPTIONAL, AT(separator, role), 0, NULL},
    {"in", TYPE_WORDINGS, OPTIONAL, AT(separator, in), 0, NULL},
    {0},
};
static const struct object clue_object = {clue_keys, sizeof(struct clue)};
static const struct object separator_object = {separator_keys, sizeof(struct separator)};
static const struct key cause_keys[] = {
    {"id", TYPE_TEXT, REQUIRED, AT(cause, id), 0, NULL},
    {"title", TYPE_TEXT, REQUIRED, AT(cause, title), 0, NULL},
    {"explanation", TYPE_TEXT, REQUIRED, AT(cause, explanation), 0, NULL},
    {"source", TYPE_TEXT, REQUIRED, AT(cause, source), 0, NULL},
    {"prior", TYPE_NUMBER, REQUIRED, AT(cause, prior), 0, NULL},
    {"clues", TYPE_OBJECTS, REQUIRED, AT(cause, clues), AT(cause, n_clues), &clue_object},
    {"separators", TYPE_OBJECTS, REQUIRED, AT(cause, separators), AT(cause, n_separators), &separator_object},
    {"fixes", TYPE_TEXTS, REQUIRED, AT(cause, fixes), AT(cause, n_fixes), NULL},
    {0},
};
static const struct key works_keys[] = {
    {"for", TYPE_NUMBER, REQUIRED, AT(fix, works_for), 0, NULL},
    {"against", TYPE_NUMBER, REQUIRED, AT(fix, works_against), 0, NULL},
    {0},
};
static const struct object works_object = {works_keys, 0};
static const struct key fix_keys[] = {
    {"id", TYPE_TEXT, REQUIRED, AT(fix, id), 0, NULL},
    {"title", TYPE_TEXT, REQUIRED, AT(fix, title), 0, NULL},
    {"action", TYPE_TEXT, REQUIRED, AT(fix, action), 0, NULL},
    {"expect", TYPE_TEXT, REQUIRED, AT(fix, expect), 0, NULL},
    {"verify", TYPE_TEXT, REQUIRED, AT(fix, verify), 0, NULL},
    {"risk", TYPE_TEXT, REQUIRED, AT(fix, risk), 0, NULL},
    {"source", TYPE_TEXT, REQUIRED, AT(fix, source), 0, NULL},
    {"works", TYPE_OBJECT, REQUIRED, 0, 0, &works_object},
    {"gain", TYPE_NUMBER, REQUIRED, AT(fix, gain), 0, NULL},
    {"cost", TYPE_NUMBER, REQUIRED, AT(fix, cost), 0, NULL},
    {"harm", TYPE_NUMBER, OPTIONAL, AT(fix, harm), 0, NULL},
    {"in", TYPE_WORDINGS, OPTIONAL, AT(fix, in), 0, NULL},
    {0},
};
static const struct key artifact_keys[] = {
    {"id", TYPE_TEXT, REQUIRED, AT(artifact, id), 0, NULL},
    {"artifact", TYPE_TEXT, REQUIRED, AT(artifact, artifact), 0, NULL},
    {"role", TYPE_ROLE, REQUIRED, AT(artifact, role), 0, NULL},
    {"also", TYPE_ROLES, OPTIONAL, AT(artifact, also), 0, NULL},
    {"only_with", TYPE_ROLES, OPTIONAL, AT(artifact, only_with), 0, NULL},
    {"unless", TYPE_ROLES, OPTIONAL, AT(artifact, unless), 0, NULL},
    {"fact", TYPE_TEXT, OPTIONAL, AT(artifact, fact), 0, NULL},
    {"equals", TYPE_TEXT, OPTIONAL, AT(artifact, equals), 0, NULL},
    {"findings", TYPE_TEXTS, REQUIRED, AT(artifact, findings), AT(artifact, n_findings), NULL},
    {"how", TYPE_TEXT, REQUIRED, AT(artifact, how), 0, NULL},
    {"in", TYPE_WORDINGS, OPTIONAL, AT(artifact, in), 0, NULL},
    {"not_in", TYPE_TEXTS, OPTIONAL, AT(artifact, not_in), AT(artifact, n_not_in), NULL},
    {"place", TYPE_NUMBER, REQUIRED, AT(artifact, place), 0, NULL},
    {"usual", TYPE_FLAG, OPTIONAL, AT(artifact, usual), 0, NULL},
    {0},
};

/* "cannot use 'causes/overfitting.json': clues[3].ratio must be a number" */
static enum status wrong(const struct reader *r, const char *key, const char *what)
{
    const char *dot = *r->path && *key ? "." : "", *place = *r->path || *key ? r->path : "the file";
    return err_set(r->err, E_FORMAT, "cannot use '%s': %s%s%s %s", r->file, place, dot, key, what);
}

static enum status read_object(struct reader *r, json_t *json, const struct object *object, char *ret);

static enum status read_text(const struct reader *r, json_t *json, const char *key, const char **ret)
{
    const char *text = json_string_value(json);
    size_t n = json_string_length(json);
    if (!text || n == 0) return wrong(r, key, "must be a text");
    if (n > TEXT_MAX_BYTES) return wrong(r, key, "is longer than 2000 bytes");
    if (strlen(text) != n) return wrong(r, key, "holds a NUL byte");
    *ret = arena_copy(r->arena, text, n);
    return *ret ? OK : err_set(r->err, E_MEMORY, "no memory for '%s'", r->file);
}

static enum status read_number(const struct reader *r, json_t *json, const char *key, double *ret)
{
    if (!json_is_number(json)) return wrong(r, key, "must be a number");
    *ret = json_number_value(json);
    return OK;
}

static enum status read_role(const struct reader *r, json_t *json, const char *key, enum role *ret)
{
    const char *name = json_string_value(json);
    *ret = name ? role_from_name(name) : ROLE_NONE;
    return *ret == ROLE_NONE ? wrong(r, key, "names no role (see role_name in analyzers/role.c)") : OK;
}

static enum status read_flag(const struct reader *r, json_t *json, const char *key, bool *ret)
{
    if (!json_is_boolean(json)) return wrong(r, key, "must be true or false");
    *ret = json_is_true(json);
    return OK;
}

static enum status read_roles(const struct reader *r, json_t *json, const char *key, uint64_t *ret)
{
    enum role role;
    if (!json_is_array(json)) return wrong(r, key, "must be a list");
    for (size_t i = 0; i < json_array_size(json); i++) {
        enum status s = read_role(r, json_array_get(json, i), key, &role);
        if (s) return s;
        *ret |= WANTS(role);
    }
    return OK;
}

/* {"huggingface": "TrainingArguments(max_grad_norm=1.0)", ...} */
static enum status read_wordings(const struct reader *r, json_t *json, const char *key, struct wordings *ret)
{
    if (!json_is_object(json)) return wrong(r, key, "must be an object");
    struct wording *items = arena_alloc(r->arena, (json_object_size(json) + 1) * sizeof *items);
    if (!items) return err_set(r->err, E_MEMORY, "no memory for '%s'", r->file);
    *ret = (struct wordings){items, 0};
    for (void *at = json_object_iter(json); at; at = json_object_iter_next(json, at)) {
        const struct kit *kit = kit_by_id(json_object_iter_key(at));
        if (!kit) return wrong(r, key, "names a framework that is not known (daemon/knowledge/kit.c)");
        struct wording *item = &items[ret->n++];
        item->kit = kit->id;
        enum status s = read_text(r, json_object_iter_value(at), key, &item->text);
        if (s) return s;
    }
    return OK;
}

static enum status read_item(struct reader *r, json_t *json, const struct key *key, size_t index, char *ret)
{
    char outer[sizeof r->path];
    memcpy(outer, r->path, sizeof outer);
    snprintf(r->path, sizeof r->path, "%.40s%s%.40s[%zu]", outer, *outer ? "." : "", key->name, index);
    enum status s = key->object ? read_object(r, json, key->object, ret) : read_text(r, json, "", (const char **)(void *)ret);
    memcpy(r->path, outer, sizeof outer);
    return s;
}

static enum status read_list(struct reader *r, json_t *json, const struct key *key, char *ret)
{
    size_t n = json_array_size(json), size = key->object ? key->object->size : sizeof(char *);
    if (!json_is_array(json)) return wrong(r, key->name, "must be a list");
    if (n > LIST_MAX) return wrong(r, key->name, "has more than 64 items");
    char *items = arena_alloc(r->arena, n * size);
    if (!items) return err_set(r->err, E_MEMORY, "no memory for '%s'", r->file);
    for (size_t i = 0; i < n; i++) {
        enum status s = read_item(r, json_array_get(json, i), key, i, items + i * size);
        if (s) return s;
    }
    memcpy(ret + key->offset, &items, sizeof items);
    memcpy(ret + key->count_offset, &n, sizeof n);
    return OK;
}

static enum status read_key(struct reader *r, json_t *json, const struct key *key, char *ret)
{
    void *at = ret + key->offset;
    switch (key->type) {
    case TYPE_TEXT: return read_text(r, json, key->name, at);
    case TYPE_NUMBER: return read_number(r, json, key->name, at);
    case TYPE_FLAG: return read_flag(r, json, key->name, at);
    case TYPE_ROLE: return read_role(r, json, key->name, at);
    case TYPE_ROLES: return read_roles(r, json, key->name, at);
    case TYPE_WORDINGS: return read_wordings(r, json, key->name, at);
    case TYPE_OBJECT:
        return json_is_object(json) ? read_object(r, json, key->object, ret) : wrong(r, key->name, "must be an object");
    case TYPE_TEXTS:
    case TYPE_OBJECTS: return read_list(r, json, key, ret);
    }
    return OK;
}

static const char *unknown_key(json_t *json, const struct key *keys)
{
    for (void *at = json_object_iter(json); at; at = json_object_iter_next(json, at)) {
        const struct key *key = keys;
        while (key->name && strcmp(key->name, json_object_iter_key(at))) key++;
        if (!key->name) return json_object_iter_key(at);
    }
    return NULL;
}

static enum status read_object(struct reader *r, json_t *json, const struct object *object, char *ret)
{
    static const struct clue open_clue = {.min = -INFINITY, .max = INFINITY};
    if (!json_is_object(json)) return wrong(r, "", "must be an object");
    const char *unknown = unknown_key(json, object->keys);
    if (unknown) return wrong(r, unknown, "is no key that is known here");
    if (object == &clue_object) memcpy(ret, &open_clue, sizeof open_clue);
    for (const struct key *key = object->keys; key->name; key++) {
        json_t *value = json_object_get(json, key->name);
        if (!value && key->need == REQUIRED) return wrong(r, key->name, "is missing");
        enum status s = value ? read_key(r, value, key, ret) : OK;
        if (s) return s;
    }
    return OK;
}

static enum status read_file(struct reader *r, struct span text, const struct object *object, void *ret)
{
    json_error_t where;
    json_t *json = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &where);
    if (!json) return err_set(r->err, E_FORMAT, "cannot use '%s': line %d: %s", r->file, where.line, where.text);
    enum status s = read_object(r, json, object, ret);
    json_decref(json);
    return s;
}

static bool known_event(const char *name)
{
    for (int e = EVENT_NONE + 1; e < EVENT_COUNT; e++)
        if (!strcmp(event_name((enum event)e), name)) return true;
    return false;
}

/* what is wrong with a clue, NULL when nothing is */
static const char *clue_fault(const struct clue *c)
{
    bool number = c->evidence || (c->fact && !c->equals), limited = isfinite(c->min) || isfinite(c->max);
    if (!c->finding && !c->absent && !c->fact && !c->event && c->role == ROLE_NONE) return "has no condition";
    if (c->finding && !kind_known(c->finding)) return "finding is no finding kind (daemon/knowledge/vocabulary.c)";
    if (c->absent && !kind_known(c->absent)) return "absent is no finding kind (daemon/knowledge/vocabulary.c)";
    if (c->absent && c->role == ROLE_NONE) return "absent needs the role that must have been logged";
    if (c->evidence && !c->finding) return "evidence needs a finding";
    if (c->equals && !c->fact) return "equals needs a fact";
    if (c->evidence && c->fact && !c->equals) return "min and max cannot belong to evidence and fact at once";
    if (c->fact && (!fact_key(c->fact) || strcmp(fact_key(c->fact), c->fact))) return "fact is no canonical setting (fact_key.c)";
    if (c->event && !known_event(c->event)) return "event is no event";
    if (c->says && !c->event && !c->finding) return "says needs the event or the finding whose words it looks at";
    if (number != limited) return number ? "needs min or max" : "has a min or max that nothing is compared with";
    if (c->min > c->max) return "min is above max";
    if (!(c->ratio > 0)) return "ratio must be above 0";
    if (c->ratio > 1000) return "ratio must be at most 1000";
    return NULL;
}

/* "causes/overfitting.json" is the file of "overfitting" */
static bool file_of(const char *name, const char *id)
{
    const char *slash = strrchr(name, '/'), *stem = slash ? slash + 1 : name;
    size_t n = strlen(id);
    return !strncmp(stem, id, n) && !strcmp(stem + n, ".json");
}

static bool within(double x, double low, double high) { return x >= low && x <= high; }

enum status entry_cause(const char *name, struct span text, struct arena *arena, struct cause *ret, struct err *err)
{
    struct reader r = {.file = name, .arena = arena, .err = err};
    struct cause c = {0};
    enum status s = read_file(&r, text, &(struct object){cause_keys, sizeof c}, &c);
    if (s) return s;
    if (!file_of(name, c.id)) return wrong(&r, "id", "differs from the name of the file");
    if (!(c.prior > 0 && c.prior < 1)) return wrong(&r, "prior", "must lie between 0 and 1, both excluded");
    for (size_t i = 0; i < c.n_clues; i++) {
        const char *fault = clue_fault(&c.clues[i]);
        if (!fault) continue;
        snprintf(r.path, sizeof r.path, "clues[%zu]:", i);
        return wrong(&r, "", fault);
    }
    *ret = c;
    return OK;
}

enum status entry_fix(const char *name, struct span text, struct arena *arena, struct fix *ret, struct err *err)
{
    struct reader r = {.file = name, .arena = arena, .err = err};
    struct fix f = {.harm = 0.29}; /* 29 of 100 sampled repairs added a fault (Islam 2020) */
    enum status s = read_file(&r, text, &(struct object){fix_keys, sizeof f}, &f);
    if (s) return s;
    if (!file_of(name, f.id)) return wrong(&r, "id", "differs from the name of the file");
    if (!(f.works_for > 0) || !(f.works_against > 0)) return wrong(&r, "works", "must have two counts above 0");
    if (f.works_for / (f.works_for + f.works_against) > 0.8 + 1e-9)
        return wrong(&r, "works", "may not start above 0.8: no published number says more");
    if (!within(f.gain, 0, 1)) return wrong(&r, "gain", "must lie in [0, 1]");
    if (!within(f.cost, 0, 1)) return wrong(&r, "cost", "must lie in [0, 1]");
    if (!within(f.harm, 0, 1)) return wrong(&r, "harm", "must lie in [0, 1]");
    *ret = f;
    return OK;
}

enum status entry_artifact(const char *name, struct span text, struct arena *arena, struct artifact *ret, struct err *err)
{
    struct reader r = {.file = name, .arena = arena, .err = err};
    struct artifact a = {0};
    enum status s = read_file(&r, text, &(struct object){artifact_keys, sizeof a}, &a);
    if (s) return s;
    if (!file_of(name, a.id)) return wrong(&r, "id", "differs from the name of the file");
    if (!a.n_findings) return wrong(&r, "findings", "is empty");
    for (size_t i = 0; i < a.n_findings; i++)
        if (!kind_known(a.findings[i]))
            return wrong(&r, "findings", "holds a word that is no finding kind (daemon/knowledge/vocabulary.c)");
    for (size_t i = 0; i < a.n_not_in; i++)
        if (!kit_by_id(a.not_in[i])) return wrong(&r, "not_in", "names a framework that is not known (daemon/knowledge/kit.c)");
    if (!a.fact != !a.equals) return wrong(&r, "fact", "and equals go together");
    if (a.fact && (!fact_key(a.fact) || strcmp(fact_key(a.fact), a.fact)))
        return wrong(&r, "fact", "is no canonical setting (fact_key.c)");
    *ret = a;
    return OK;
}

static const struct key calibration_keys[] = {
    {"id", TYPE_TEXT, REQUIRED, offsetof(struct calibration, id), 0, NULL},
    {"slope", TYPE_NUMBER, REQUIRED, offsetof(struct calibration, slope), 0, NULL},
    {"intercept", TYPE_NUMBER, REQUIRED, offsetof(struct calibration, intercept), 0, NULL},
    {"runs", TYPE_NUMBER, REQUIRED, offsetof(struct calibration, runs), 0, NULL},
    {"source", TYPE_TEXT, REQUIRED, offsetof(struct calibration, source), 0, NULL},
    {0},
};

enum status entry_calibration(const char *name, struct span text, struct arena *arena, struct calibration *ret, struct err *err)
{
    struct reader r = {.file = name, .arena = arena, .err = err};
    struct calibration c = {0};
    enum status s = read_file(&r, text, &(struct object){calibration_keys, sizeof c}, &c);
    if (s) return s;
    if (!file_of(name, c.id)) return wrong(&r, "id", "differs from the name of the file");
    if (!within(c.slope, 0.05, 20))
        return wrong(&r, "slope", "must lie in [0.05, 20]: a higher sum of clues is never less likely");
    if (!within(c.intercept, -20, 20)) return wrong(&r, "intercept", "must lie in [-20, 20]");
    *ret = c;
    return OK;
}
