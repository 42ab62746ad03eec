#include "phrases.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/json.h"
#include "../base/templates.h"

enum { VALUE_MAX_CHARACTERS = 600 };

static enum status checked(struct phrases *p, json_t *root, const char *path, const json_error_t *e, struct err *err)
{
    if (!root) return err_set(err, E_FORMAT, "cannot use '%s': line %d: %s", path, e->line, e->text);
    if (json_is_array(json_object_get(root, "sections")) && json_is_object(json_object_get(root, "sentences"))) {
        *p = (struct phrases){root, path};
        return OK;
    }
    json_decref(root);
    return err_set(err, E_FORMAT, "cannot use '%s': it needs an array 'sections' and an object 'sentences'", path);
}

enum status phrases_open(struct phrases *p, const char *path, struct err *err)
{
    const char *directory = getenv("MLWATCH_TEMPLATES");
    char file[PATH_MAX];
    json_error_t e = {0};
    if (directory && *directory) {
        int n = snprintf(file, sizeof file, "%s/%s", directory, path);
        if (n < 0 || (size_t)n >= sizeof file) return err_set(err, E_LIMIT, "cannot use '%s': the path is too long", directory);
        return checked(p, json_load_file(file, JSON_REJECT_DUPLICATES, &e), path, &e, err);
    }
    for (const struct template_file *t = template_files; t->path; t++)
        if (strcmp(t->path, path) == 0) return checked(p, json_loadb(t->text, t->n, JSON_REJECT_DUPLICATES, &e), path, &e, err);
    return err_set(err, E_ABSENT, "there is no template '%s'", path);
}

void phrases_close(struct phrases *p)
{
    if (!p) return;
    json_decref(p->root);
    *p = (struct phrases){0};
}

bool phrases_section(const struct phrases *p, size_t n, const char **id, const char **title)
{
    const json_t *section = json_array_get(json_object_get(p->root, "sections"), n);
    const char *i = json_string_value(json_object_get(section, "id")), *t = json_string_value(json_object_get(section, "title"));
    if (!i || !t) return false;
    *id = i;
    *title = t;
    return true;
}

static const struct slot *slot_of(struct span name, const struct slot *slots, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (span_is(name, slots[i].name)) return &slots[i];
    return NULL;
}

/* Copies up to the next slot and the slot's value; returns the bytes of text used. */
static size_t fill_next(struct span text, const struct slot *slots, size_t n_slots, struct str *out, int *seen, int *filled)
{
    const char *brace = memchr(text.p, '{', text.n);
    const char *end = brace ? memchr(brace, '}', text.n - (size_t)(brace - text.p)) : NULL;
    if (!end) return str_add_span(out, text), text.n;
    const struct slot *s = slot_of((struct span){brace + 1, (size_t)(end - brace - 1)}, slots, n_slots);
    size_t used = (size_t)(end + 1 - text.p);
    if (!s) return str_add_span(out, (struct span){text.p, used}), used;
    str_add_span(out, (struct span){text.p, (size_t)(brace - text.p)});
    ++*seen;
    if (!s->value || !*s->value) return used;
    ++*filled;
    str_add_printable(out, span_of(s->value), VALUE_MAX_CHARACTERS);
    return used;
}

bool phrases_fill(const struct phrases *p, const char *id, const struct slot *slots, size_t n_slots, struct str *out)
{
    const char *template = json_string_value(json_object_get(json_object_get(p->root, "sentences"), id));
    size_t before = out->n;
    int seen = 0, filled = 0;
    if (!template) return false;
    for (struct span rest = span_of(template); rest.n;)
        rest = span_from(rest, fill_next(rest, slots, n_slots, out, &seen, &filled));
    if (!seen || filled) return true;
    out->n = before;
    if (out->p) out->p[before] = 0;
    return false;
}
