#include "pattern_file.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../base/str.h"
#include "../base/user_conf.h"
#include "../base/yaml_load.h"

/* One load: where errors are told, and the document they point into. */
struct load {
    const char *path;
    yaml_document_t *document;
    struct err *err;
};

/* at - an error at a place in the file; lines and columns count from 1. */
static enum status at(const struct load *l, yaml_mark_t mark, size_t columns, const char *why)
{
    return err_set(l->err, E_FORMAT, "%s:%zu:%zu: %s", l->path, mark.line + 1, mark.column + 1 + columns, why);
}

static yaml_node_t *node(const struct load *l, int index) { return yaml_document_get_node(l->document, index); }

static const char *text_of(const yaml_node_t *n)
{
    return n && n->type == YAML_SCALAR_NODE ? (const char *)n->data.scalar.value : NULL;
}

static size_t items(const yaml_node_t *n)
{
    return n->type == YAML_SEQUENCE_NODE ? (size_t)(n->data.sequence.items.top - n->data.sequence.items.start) : 0;
}

/* ---- one pattern ------------------------------------------------------------------------------------------------------- */

static enum event event_by_name(const char *name)
{
    for (int e = EVENT_NONE + 1; e < EVENT_INSPECTED; e++)
        if (strcasecmp(event_name((enum event)e), name) == 0) return (enum event)e;
    return EVENT_NONE;
}

static bool add_capture(struct pattern_line *to, const char *name, uint32_t number)
{
    struct pattern_capture c = {.kind = CAPTURE_FIELD, .number = number};
    if (to->n_captures == PATTERN_CAPTURES_MAX) return false;
    if (strcmp(name, "name") == 0) c.kind = CAPTURE_NAME;
    else if (strcmp(name, "value") == 0) c.kind = CAPTURE_VALUE;
    else if (strncmp(name, "fact_", 5) == 0 && name[5]) c.kind = CAPTURE_FACT;
    c.name = str_dup(span_of(c.kind == CAPTURE_FACT ? name + 5 : name));
    if (!c.name) return false;
    to->captures[to->n_captures++] = c;
    return true;
}

/* The named groups of a compiled pattern: entries of two bytes (number) and a name, as PCRE2 lays them out. */
static bool add_captures(struct pattern_line *to)
{
    uint32_t n = 0, size = 0;
    PCRE2_SPTR table = NULL;
    pcre2_pattern_info(to->code, PCRE2_INFO_NAMECOUNT, &n);
    pcre2_pattern_info(to->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(to->code, PCRE2_INFO_NAMETABLE, &table);
    for (uint32_t i = 0; i < n; i++, table += size)
        if (!add_capture(to, (const char *)table + 2, (uint32_t)table[0] << 8 | table[1])) return false;
    return true;
}

/* The column of an offset into a scalar: quotes take one, and a doubled quote in '...' counts twice in the file. */
static size_t column_in(const yaml_node_t *scalar, size_t offset)
{
    const char *s = (const char *)scalar->data.scalar.value;
    bool single = scalar->data.scalar.style == YAML_SINGLE_QUOTED_SCALAR_STYLE;
    size_t column = offset + (scalar->data.scalar.style != YAML_PLAIN_SCALAR_STYLE);
    for (size_t i = 0; single && i < offset && i < scalar->data.scalar.length; i++) column += s[i] == '\'';
    return column;
}

static enum status compile(const struct load *l, const yaml_node_t *scalar, struct pattern_line *to)
{
    int code = 0;
    PCRE2_SIZE offset = 0;
    PCRE2_UCHAR why[160];
    to->code = pcre2_compile(scalar->data.scalar.value, scalar->data.scalar.length,
                             PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &offset, NULL);
    if (!to->code) {
        pcre2_get_error_message(code, why, sizeof why);
        return at(l, scalar->start_mark, column_in(scalar, offset), (const char *)why);
    }
    (void)pcre2_jit_compile(to->code, PCRE2_JIT_COMPLETE); /* only faster; some systems forbid it */
    return add_captures(to) ? OK : at(l, scalar->start_mark, 0, "too many named captures");
}

static enum status rename_captures(const struct load *l, const yaml_node_t *map, struct pattern_line *to)
{
    if (map->type != YAML_MAPPING_NODE) return at(l, map->start_mark, 0, "series: needs {capture: series name}");
    for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; p++) {
        yaml_node_t *key = node(l, p->key);
        const char *from = text_of(key), *name = text_of(node(l, p->value));
        struct pattern_capture *c = NULL;
        for (size_t i = 0; from && i < to->n_captures; i++)
            if (to->captures[i].kind == CAPTURE_FIELD && strcmp(to->captures[i].name, from) == 0) c = &to->captures[i];
        if (!c || !name || !*name) return at(l, key->start_mark, 0, "the pattern has no capture of this name");
        char *copy = str_dup(span_of(name));
        if (!copy) return err_set(l->err, E_MEMORY, "out of memory");
        free(c->name);
        c->name = copy;
    }
    return OK;
}

static enum status line_member(const struct load *l, const yaml_node_t *key, const yaml_node_t *value, struct pattern_line *to)
{
    const char *name = text_of(key), *text = text_of(value);
    if (name && strcmp(name, "match") == 0) return OK; /* compiled before the others */
    if (name && strcmp(name, "series") == 0) return rename_captures(l, value, to);
    if (!name || strcmp(name, "event") != 0) return at(l, key->start_mark, 0, "a line has match, series and event");
    to->event = text ? event_by_name(text) : EVENT_NONE;
    return to->event ? OK : at(l, value->start_mark, 0, "there is no event of this name");
}

static yaml_node_t *member(const struct load *l, const yaml_node_t *map, const char *name)
{
    if (!map || map->type != YAML_MAPPING_NODE) return NULL;
    for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; p++) {
        const char *key = text_of(node(l, p->key));
        if (key && strcmp(key, name) == 0) return node(l, p->value);
    }
    return NULL;
}

static enum status load_line(const struct load *l, const yaml_node_t *n, struct pattern_line *to)
{
    const yaml_node_t *pattern = n->type == YAML_SCALAR_NODE ? n : member(l, n, "match");
    if (!text_of(pattern)) return at(l, n->start_mark, 0, "a line is a pattern, or has match: with one");
    enum status status = compile(l, pattern, to);
    if (n->type == YAML_MAPPING_NODE)
        for (yaml_node_pair_t *p = n->data.mapping.pairs.start; !status && p < n->data.mapping.pairs.top; p++)
            status = line_member(l, node(l, p->key), node(l, p->value), to);
    if (!status && !to->n_captures && !to->event)
        return at(l, pattern->start_mark, 0, "the pattern has neither a named capture nor an event");
    return status;
}

/* ---- one format -------------------------------------------------------------------------------------------------------- */

static enum status load_files(const struct load *l, const yaml_node_t *n, struct pattern_format *to)
{
    size_t count = n->type == YAML_SCALAR_NODE ? 1 : items(n);
    to->files = calloc(count ? count : 1, sizeof *to->files);
    if (!to->files) return err_set(l->err, E_MEMORY, "out of memory");
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *file = n->type == YAML_SCALAR_NODE ? n : node(l, n->data.sequence.items.start[i]);
        if (!text_of(file)) return at(l, file->start_mark, 0, "files: needs file names such as \"train-*.out\"");
        to->files[to->n_files] = str_dup(span_of(text_of(file)));
        if (to->files[to->n_files]) to->n_files++;
    }
    return count ? OK : at(l, n->start_mark, 0, "files: needs file names such as \"train-*.out\"");
}

static enum status load_lines(const struct load *l, const yaml_node_t *n, struct pattern_format *to)
{
    size_t count = items(n);
    enum status status = OK;
    if (!count) return at(l, n->start_mark, 0, "lines: needs a list of patterns");
    if (count > PATTERN_LINES_MAX) return at(l, n->start_mark, 0, "more than 64 lines");
    to->lines = calloc(count, sizeof *to->lines);
    if (!to->lines) return err_set(l->err, E_MEMORY, "out of memory");
    for (size_t i = 0; i < count && !status; i++) {
        to->n_lines++;
        status = load_line(l, node(l, n->data.sequence.items.start[i]), &to->lines[i]);
    }
    return status;
}

static enum status load_format(const struct load *l, const yaml_node_t *n, struct pattern_format *to)
{
    const yaml_node_t *name = member(l, n, "name"), *files = member(l, n, "files"), *lines = member(l, n, "lines");
    enum status status = OK;
    if (!text_of(name) || !lines) return at(l, n->start_mark, 0, "a format needs a name and lines");
    to->name = str_dup(span_of(text_of(name)));
    if (files) status = load_files(l, files, to);
    return status ? status : load_lines(l, lines, to);
}

static void format_done(struct pattern_format *f)
{
    for (size_t i = 0; i < f->n_lines; i++) {
        for (size_t j = 0; j < f->lines[i].n_captures; j++) free(f->lines[i].captures[j].name);
        pcre2_code_free(f->lines[i].code);
    }
    for (size_t i = 0; i < f->n_files; i++) free(f->files[i]);
    free(f->lines);
    free(f->files);
    free(f->name);
}

/* ---- the file ---------------------------------------------------------------------------------------------------------- */

static enum status load_document(const struct load *l, struct patterns *ret)
{
    const yaml_node_t *root = yaml_document_get_root_node(l->document), *list = root ? member(l, root, "formats") : NULL;
    enum status status = OK;
    if (!list || !items(list)) return err_set(l->err, E_FORMAT, "%s:1:1: needs formats: with a list of formats", l->path);
    if (ret->n_formats + items(list) > PATTERN_FORMATS_MAX)
        return err_set(l->err, E_LIMIT, "'%s': more than 64 formats", l->path);
    size_t had = ret->n_formats, room = had + items(list);
    struct pattern_format *formats = realloc(ret->formats, room * sizeof *formats);
    if (!formats) return err_set(l->err, E_MEMORY, "cannot read '%s': out of memory", l->path);
    ret->formats = formats;
    for (size_t i = 0; i < items(list) && !status; i++) {
        formats[ret->n_formats] = (struct pattern_format){0};
        status = load_format(l, node(l, list->data.sequence.items.start[i]), &formats[ret->n_formats++]);
    }
    while (status && ret->n_formats > had) format_done(&formats[--ret->n_formats]);
    return status;
}

enum status patterns_load(const char *path, struct patterns *ret, struct err *err)
{
    yaml_document_t document;
    enum status status = yaml_load(path, &document, err);
    if (status) return status;
    status = load_document(&(struct load){path, &document, err}, ret);
    yaml_document_delete(&document);
    return status;
}

void patterns_done(struct patterns *p)
{
    for (size_t i = 0; i < p->n_formats; i++) format_done(&p->formats[i]);
    free(p->formats);
    *p = (struct patterns){0};
}

/* ---- the registry ------------------------------------------------------------------------------------------------------ */

static const struct patterns *in_use; /* written once, at the start of the process */

void patterns_use(const struct patterns *p) { in_use = p; }
const struct patterns *patterns_in_use(void) { return in_use; }

enum status patterns_open(struct err *err)
{
    static struct patterns loaded; /* for the life of the process, as patterns_use asks */
    const char *given = getenv("MLWATCH_PATTERNS");
    char user[PATH_MAX];
    user_conf_path("patterns.yaml", user, sizeof user);
    enum status status = patterns_load("/etc/mlwatch/patterns.yaml", &loaded, err);
    if (!status || status == E_ABSENT) status = patterns_load(given && *given ? given : user, &loaded, err);
    if (status == E_ABSENT && !(given && *given)) status = OK;
    patterns_use(&loaded);
    return status;
}
