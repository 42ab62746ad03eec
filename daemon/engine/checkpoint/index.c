/* index - the index of a sharded model: {"metadata":{"total_size":..},"weight_map":{"tensor":"file"}}, hostile like any other file.
 *
 * A file it names must lie beside it; a key must be in that file, and a tensor of that file in the index. */
#include <stdlib.h>
#include <string.h>

#include "../../base/json.h"
#include "../../base/str.h"
#include "parts.h"

enum { TOLD_MAX = 8 };

struct shard_index {
    char *directory, *name;
    json_t *map; /* tensor: file */
};

void index_free(struct shard_index *i)
{
    if (!i) return;
    free(i->directory);
    free(i->name);
    json_decref(i->map);
    free(i);
}

/* One more reason: before 'subject' after; the subject is hostile text. */
static void wrong(struct checkpoint *c, uint8_t state, const char *name, const char *before, const char *subject,
                  const char *after)
{
    struct str s = {0};
    str_add(&s, before);
    str_add(&s, subject ? "'" : NULL);
    if (subject) str_add_printable(&s, span_of(subject), 160);
    str_add(&s, subject ? "'" : NULL);
    str_add(&s, after);
    reason_add(c, name, s.p ? s.p : "it is broken");
    verdict_worsen(c, state, INSPECTED_SAFE);
    str_done(&s);
}

static bool is_plain_name(const char *name)
{
    return *name && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* The files become parts. */
static enum status add_files(struct checkpoint *c, struct shard_index *i, struct err *err)
{
    const char *key;
    json_t *file;
    json_object_foreach(i->map, key, file)
    {
        const char *name = json_string_value(file);
        if (!name || !is_plain_name(name)) {
            wrong(c, INSPECTED_CORRUPT, i->name, "it gives ", key, " a file that is not beside it");
            verdict_worsen(c, INSPECTED_CORRUPT, INSPECTED_SUSPICIOUS);
            return OK;
        }
        if (!part_add(c, i->directory, name, PART_WEIGHTS) && c->n_parts < PARTS_MAX)
            return err_set(err, E_MEMORY, "out of memory");
    }
    return OK;
}

static json_t *weight_map(struct checkpoint *c, const char *path, const char *name)
{
    size_t n = 0;
    char *text = small_file(path, &n);
    json_error_t why;
    json_t *root = text ? json_loadb(text, n, JSON_REJECT_DUPLICATES, &why) : NULL, *map = json_object_get(root, "weight_map");
    bool cut = !n || (!root && text && json_error_code(&why) == json_error_premature_end_of_input);
    if (!text) wrong(c, INSPECTED_STATE_UNVERIFIED, name, "it cannot be read", NULL, "");
    else if (!root && cut) wrong(c, INSPECTED_INCOMPLETE, name, "it is cut", NULL, "");
    else if (!root) wrong(c, INSPECTED_CORRUPT, name, "it is no JSON: ", why.text, "");
    else if (!json_is_object(map)) wrong(c, INSPECTED_CORRUPT, name, "it has no weight_map", NULL, "");
    free(text);
    json_incref(map);
    json_decref(root);
    if (json_is_object(map)) return map;
    json_decref(map);
    return NULL;
}

static char *directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash) return strdup(".");
    return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

enum status index_add(struct checkpoint *c, const char *path, struct err *err)
{
    const char *slash = strrchr(path, '/');
    struct shard_index **more = realloc(c->indexes, (c->n_indexes + 1) * sizeof *more);
    struct shard_index *i = more ? calloc(1, sizeof *i) : NULL;
    if (more) c->indexes = more;
    if (!i) return err_set(err, E_MEMORY, "out of memory");
    c->indexes[c->n_indexes++] = i;
    i->directory = directory_of(path);
    i->name = strdup(slash ? slash + 1 : path);
    if (!i->directory || !i->name) return err_set(err, E_MEMORY, "out of memory");
    i->map = weight_map(c, path, i->name);
    return i->map ? add_files(c, i, err) : OK;
}

/* ---- after the parts were read ------------------------------------------------------------------------------------------------ */

static int by_text(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* Names of a part's tensors, sorted; free it. */
static const char **sorted_names(const struct inspection *i)
{
    const char **names = malloc((i->n_tensors + 1) * sizeof *names);
    for (size_t k = 0; names && k < i->n_tensors; k++) names[k] = i->tensors[k].name;
    if (names && i->n_tensors) qsort(names, i->n_tensors, sizeof *names, by_text);
    return names;
}

static void compare_part(struct checkpoint *c, const struct shard_index *i, const struct checkpoint_part *p)
{
    const char *key, **names = sorted_names(&p->inspection);
    size_t missing = 0, unexpected = 0;
    json_t *file;
    if (!names) return;
    json_object_foreach(i->map, key, file)
    {
        if (strcmp(json_string_value(file) ? json_string_value(file) : "", p->name) != 0) continue;
        if (!bsearch(&key, names, p->inspection.n_tensors, sizeof *names, by_text) && missing++ < TOLD_MAX)
            wrong(c, INSPECTED_CORRUPT, p->name, "", key, ", which the index has in it, is missing");
    }
    for (size_t k = 0; k < p->inspection.n_tensors; k++) {
        const char *told = json_string_value(json_object_get(i->map, names[k]));
        if ((!told || strcmp(told, p->name) != 0) && unexpected++ < TOLD_MAX)
            wrong(c, INSPECTED_CORRUPT, p->name, "", names[k], " is in it, which the index does not say");
    }
    free(names);
}

static bool is_of(const struct shard_index *i, const struct checkpoint_part *p)
{
    size_t n = strlen(i->directory);
    const char *slash = strrchr(p->path, '/');
    bool beside =
        slash ? (size_t)(slash - p->path) == n && strncmp(p->path, i->directory, n) == 0 : strcmp(i->directory, ".") == 0;
    const char *key;
    json_t *file;
    if (!beside) return false;
    json_object_foreach(i->map, key,
                        file) if (strcmp(json_string_value(file) ? json_string_value(file) : "", p->name) == 0) return true;
    return false;
}

void index_compare(struct checkpoint *c)
{
    for (size_t k = 0; k < c->n_indexes; k++)
        for (size_t p = 0; c->indexes[k]->map && p < c->n_parts; p++) {
            const struct checkpoint_part *part = &c->parts[p];
            if (part->role != PART_WEIGHTS || !is_of(c->indexes[k], part)) continue;
            if (!part->present) wrong(c, INSPECTED_CORRUPT, c->indexes[k]->name, "it names ", part->name, ", which is not there");
            else if (part->read && part->inspection.ended && part->inspection.state == INSPECTED_WHOLE)
                compare_part(c, c->indexes[k], part);
        }
}
