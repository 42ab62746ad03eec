/* keyed - see keyed.h. */
#include "keyed.h"

#include <stdio.h>
#include <string.h>

#include "../../analyzers/analyzer.h"
#include "../base/json.h"
#include "kit.h"

enum { LIST_MAX = 96, TEXT_MAX_BYTES = 2000 };

enum status keyed_wrong(const struct keyed_reader *r, const char *key, const char *what)
{
    const char *dot = *r->path && *key ? "." : "", *place = *r->path || *key ? r->path : "the file";
    return err_set(r->err, E_FORMAT, "cannot use '%s': %s%s%s %s", r->file, place, dot, key, what);
}

static enum status read_object(struct keyed_reader *r, json_t *json, const struct keyed_object *object, char *ret);

static enum status read_text(const struct keyed_reader *r, json_t *json, const char *key, const char **ret)
{
    const char *text = json_string_value(json);
    size_t n = json_string_length(json);
    if (!text || n == 0) return keyed_wrong(r, key, "must be a text");
    if (n > TEXT_MAX_BYTES) return keyed_wrong(r, key, "is longer than 2000 bytes");
    if (strlen(text) != n) return keyed_wrong(r, key, "holds a NUL byte");
    *ret = arena_copy(r->arena, text, n);
    return *ret ? OK : err_set(r->err, E_MEMORY, "no memory for '%s'", r->file);
}

static enum status read_number(const struct keyed_reader *r, json_t *json, const char *key, double *ret)
{
    if (!json_is_number(json)) return keyed_wrong(r, key, "must be a number");
    *ret = json_number_value(json);
    return OK;
}

static enum status read_role(const struct keyed_reader *r, json_t *json, const char *key, enum role *ret)
{
    const char *name = json_string_value(json);
    *ret = name ? role_from_name(name) : ROLE_NONE;
    return *ret == ROLE_NONE ? keyed_wrong(r, key, "names no role (see analyzers/role_name.c)") : OK;
}

static enum status read_flag(const struct keyed_reader *r, json_t *json, const char *key, bool *ret)
{
    if (!json_is_boolean(json)) return keyed_wrong(r, key, "must be true or false");
    *ret = json_is_true(json);
    return OK;
}

static enum status read_roles(const struct keyed_reader *r, json_t *json, const char *key, uint64_t *ret)
{
    enum role role;
    if (!json_is_array(json)) return keyed_wrong(r, key, "must be a list");
    for (size_t i = 0; i < json_array_size(json); i++) {
        enum status s = read_role(r, json_array_get(json, i), key, &role);
        if (s) return s;
        *ret |= WANTS(role);
    }
    return OK;
}

/* {"huggingface": "TrainingArguments(max_grad_norm=1.0)", ...} */
static enum status read_wordings(const struct keyed_reader *r, json_t *json, const char *key, struct wordings *ret)
{
    if (!json_is_object(json)) return keyed_wrong(r, key, "must be an object");
    struct wording *items = arena_alloc(r->arena, (json_object_size(json) + 1) * sizeof *items);
    if (!items) return err_set(r->err, E_MEMORY, "no memory for '%s'", r->file);
    *ret = (struct wordings){items, 0};
    for (void *at = json_object_iter(json); at; at = json_object_iter_next(json, at)) {
        const struct kit *kit = kit_by_id(json_object_iter_key(at));
        if (!kit) return keyed_wrong(r, key, "names a framework that is not known (daemon/knowledge/kit.c)");
        struct wording *item = &items[ret->n++];
        item->kit = kit->id;
        enum status s = read_text(r, json_object_iter_value(at), key, &item->text);
        if (s) return s;
    }
    return OK;
}

static enum status read_item(struct keyed_reader *r, json_t *json, const struct keyed_key *key, size_t index, char *ret)
{
    char outer[sizeof r->path];
    memcpy(outer, r->path, sizeof outer);
    snprintf(r->path, sizeof r->path, "%.40s%s%.40s[%zu]", outer, *outer ? "." : "", key->name, index);
    enum status s = key->object ? read_object(r, json, key->object, ret) : read_text(r, json, "", (const char **)(void *)ret);
    memcpy(r->path, outer, sizeof outer);
    return s;
}

static enum status read_list(struct keyed_reader *r, json_t *json, const struct keyed_key *key, char *ret)
{
    size_t n = json_array_size(json), size = key->object ? key->object->size : sizeof(char *);
    if (!json_is_array(json)) return keyed_wrong(r, key->name, "must be a list");
    if (n > LIST_MAX) return keyed_wrong(r, key->name, "has more than 96 items");
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

static enum status read_key(struct keyed_reader *r, json_t *json, const struct keyed_key *key, char *ret)
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
        return json_is_object(json) ? read_object(r, json, key->object, ret) : keyed_wrong(r, key->name, "must be an object");
    case TYPE_TEXTS:
    case TYPE_OBJECTS: return read_list(r, json, key, ret);
    }
    return OK;
}

static const char *unknown_key(json_t *json, const struct keyed_key *keys)
{
    for (void *at = json_object_iter(json); at; at = json_object_iter_next(json, at)) {
        const struct keyed_key *key = keys;
        while (key->name && strcmp(key->name, json_object_iter_key(at))) key++;
        if (!key->name) return json_object_iter_key(at);
    }
    return NULL;
}

static enum status read_object(struct keyed_reader *r, json_t *json, const struct keyed_object *object, char *ret)
{
    if (!json_is_object(json)) return keyed_wrong(r, "", "must be an object");
    const char *unknown = unknown_key(json, object->keys);
    if (unknown) return keyed_wrong(r, unknown, "is no key that is known here");
    if (object->initial) memcpy(ret, object->initial, object->size);
    for (const struct keyed_key *key = object->keys; key->name; key++) {
        json_t *value = json_object_get(json, key->name);
        if (!value && key->need == REQUIRED) return keyed_wrong(r, key->name, "is missing");
        enum status s = value ? read_key(r, value, key, ret) : OK;
        if (s) return s;
    }
    return OK;
}

enum status keyed_read(struct keyed_reader *r, struct span text, const struct keyed_object *object, void *ret)
{
    json_error_t where;
    json_t *json = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &where);
    if (!json) return err_set(r->err, E_FORMAT, "cannot use '%s': line %d: %s", r->file, where.line, where.text);
    enum status s = read_object(r, json, object, ret);
    json_decref(json);
    return s;
}
