/* examine_verdict - whole or not, safe or not, of the same model as the checkpoint before: what needs no number. */
#include <stdlib.h>
#include <string.h>

#include "../../base/hash.h"
#include "parts.h"

/* ---- integrity and safety -------------------------------------------------------------------------------------------------------- */

/* What is told of the checkpoint itself stands under the name of its file or directory. */
static const struct series *itself(struct examine *e)
{
    const char *name = path_name(e->path);
    struct series *s = arena_alloc(&e->arena, sizeof *s);
    char *copy = arena_copy(&e->arena, name, strlen(name));
    if (!s || !copy) return NULL;
    *s = (struct series){.name = copy, .unit = "", .metric = "", .depth = -1, .axis = AXIS_STEP};
    return s;
}

void examine_verdict(struct examine *e)
{
    const struct {
        bool is;
        const char *kind;
        enum severity severity;
        double confidence;
    } rows[] = {
        {e->found.state == INSPECTED_CORRUPT, "checkpoint_corrupt", e->newest ? SEVERITY_CRITICAL : SEVERITY_WARNING, 0.97},
        {e->found.state == INSPECTED_INCOMPLETE, "checkpoint_incomplete", e->newest ? SEVERITY_WARNING : SEVERITY_INFO, 0.95},
        {e->found.safety == INSPECTED_MALICIOUS, "checkpoint_unsafe", SEVERITY_CRITICAL, 0.97},
        {e->found.safety == INSPECTED_SUSPICIOUS, "checkpoint_unsafe", SEVERITY_INFO,
         0.6}, /* a class of one's own looks the same */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].is)
            examine_add(e, &(struct finding){.kind = rows[i].kind,
                                             .severity = rows[i].severity,
                                             .confidence = rows[i].confidence,
                                             .series = itself(e)});
}

/* ---- names and shapes ------------------------------------------------------------------------------------------------------------ */

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static uint64_t key_of(const struct inspected_tensor *t)
{
    return hash64(t->shape, t->n_dims * sizeof *t->shape, hash64(t->name, strlen(t->name), 0));
}

static size_t parameters(const struct checkpoint *c, uint64_t *to)
{
    size_t n = 0;
    for (size_t p = 0; p < c->n_parts; p++) {
        const struct checkpoint_part *part = &c->parts[p];
        if (!part->read || part->role != PART_WEIGHTS) continue;
        for (size_t i = 0; i < part->inspection.n_tensors; i++) {
            if (part->inspection.tensors[i].part != INSPECTED_PARAMETER) continue;
            if (to) to[n] = key_of(&part->inspection.tensors[i]);
            n++;
        }
    }
    return n;
}

/* How many of a are not in b; both sorted. */
static size_t lacking(struct examine_keys a, struct examine_keys b)
{
    size_t n = 0;
    for (size_t i = 0, j = 0; i < a.n; i++) {
        while (j < b.n && b.hashes[j] < a.hashes[i]) j++;
        n += j == b.n || b.hashes[j] != a.hashes[i];
    }
    return n;
}

void examine_names(struct examine *e)
{
    e->keys.n = 0;
    e->keys.hashes = calloc(parameters(&e->found, NULL) + 1, sizeof *e->keys.hashes);
    if (!e->keys.hashes) return;
    e->keys.n = parameters(&e->found, e->keys.hashes);
    qsort(e->keys.hashes, e->keys.n, sizeof *e->keys.hashes, by_value);
    if (!e->before.n || !e->keys.n || e->found.state != INSPECTED_WHOLE) return;
    size_t missing = lacking(e->before, e->keys), added = lacking(e->keys, e->before);
    if (missing == e->before.n || (!missing && !added)) return; /* another model altogether is no damage */
    struct finding f = {.kind = "checkpoint_mismatch", .severity = SEVERITY_WARNING, .confidence = 0.8, .series = itself(e)};
    finding_add(&f, "missing", (double)missing, "tensors");
    finding_add(&f, "added", (double)added, "tensors");
    examine_add(e, &f);
}
