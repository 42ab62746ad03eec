#include "yaml.h"

#include <stdio.h>

#include "yaml_load.h"

struct walk {
    const char *path;
    yaml_document_t *document;
    const struct yaml_sink *sink;
    struct err *err;
    char key[YAML_KEY_BYTES];
    size_t n, scalars;
    int depth;
};
enum { SCALARS_MAX = 100000 }; /* aliases of aliases grow without bound otherwise */

static enum status told(const struct walk *w, const yaml_node_t *n, const char *why)
{
    return err_set(w->err, E_FORMAT, "%s:%zu:%zu: %s", w->path, n->start_mark.line + 1, n->start_mark.column + 1, why);
}

static enum status visit(struct walk *w, const yaml_node_t *n);

/* The value of one key, or one item. The key is taken back afterwards. */
static enum status step(struct walk *w, const yaml_node_t *n, const char *key, const yaml_node_t *value)
{
    size_t was = w->n;
    int more = snprintf(w->key + was, sizeof w->key - was, "%s%s", was ? "." : "", key);
    if (more < 0 || (size_t)more >= sizeof w->key - was) return told(w, n, "the key is too long");
    if (++w->depth > YAML_LEVELS_MAX) return told(w, n, "too many levels");
    w->n = was + (size_t)more;
    enum status s = visit(w, value);
    w->key[w->n = was] = 0;
    w->depth--;
    return s;
}

static enum status visit_mapping(struct walk *w, const yaml_node_t *n)
{
    enum status s = OK;
    for (yaml_node_pair_t *p = n->data.mapping.pairs.start; !s && p < n->data.mapping.pairs.top; p++) {
        const yaml_node_t *key = yaml_document_get_node(w->document, p->key);
        if (key->type != YAML_SCALAR_NODE) return told(w, key, "a key must be a word");
        s = step(w, key, (const char *)key->data.scalar.value, yaml_document_get_node(w->document, p->value));
    }
    return s;
}

static enum status visit_sequence(struct walk *w, const yaml_node_t *n)
{
    enum status s = OK;
    size_t i = 0;
    for (yaml_node_item_t *p = n->data.sequence.items.start; !s && p < n->data.sequence.items.top; p++) {
        char index[24];
        snprintf(index, sizeof index, "%zu", i++);
        s = step(w, n, index, yaml_document_get_node(w->document, *p));
    }
    return s;
}

static enum status visit(struct walk *w, const yaml_node_t *n)
{
    if (n->type == YAML_MAPPING_NODE) return visit_mapping(w, n);
    if (n->type == YAML_SEQUENCE_NODE) return visit_sequence(w, n);
    if (!w->n) return told(w, n, "expected 'key: value' lines");
    if (++w->scalars > SCALARS_MAX) return told(w, n, "too many values");
    struct yaml_setting setting = {w->key, (const char *)n->data.scalar.value, n->start_mark.line + 1, n->start_mark.column + 1};
    return w->sink->take(w->sink->arg, &setting, w->err);
}

enum status yaml_read(const char *path, const struct yaml_sink *sink, struct err *err)
{
    yaml_document_t document;
    enum status s = yaml_load(path, &document, err);
    if (s) return s;
    struct walk w = {.path = path, .document = &document, .sink = sink, .err = err};
    yaml_node_t *root = yaml_document_get_root_node(&document);
    if (root) s = visit(&w, root);
    yaml_document_delete(&document);
    return s;
}
