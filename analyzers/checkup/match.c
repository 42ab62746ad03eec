/* match - which parameter a state of the optimizer belongs to.
 *
 * torch numbers parameters by their place in the optimizer's groups, not by the model's order, and stores no names (but where param_names are
 * given, and in FSDP, which keys by name). So orders that people make groups in are tried, and the first in which every shape agrees is taken:
 *   the model's own; matrices before vectors; what decays before biases and normalisations (Hugging Face's Trainer)
 * Where the optimizer has fewer parameters than the model, some were left out (frozen, or forgotten): then they are a subsequence, which is
 * only believed when the shapes leave one way to lay it. */
#include <math.h>
#include <string.h>

#include "parts.h"

static const uint32_t nobody = UINT32_MAX;
enum { MOST_COMPARED = 10000 }; /* tensors, in which tied ones are looked for two by two */

/* ---- by name: an open table of hashes in the second half of checkup.order ---------------------------------------------------- */

static uint32_t hash_of(const char *name)
{
    uint32_t h = 2166136261u; /* Fowler, Noll, Vo 1a */
    for (const char *p = checkup_plain_name(name); *p; p++) h = (h ^ (unsigned char)*p) * 16777619u;
    return h;
}

static bool same_name(const char *a, const char *b) { return strcmp(checkup_plain_name(a), checkup_plain_name(b)) == 0; }

static void table_fill(struct checkup *c, uint32_t *table)
{
    for (size_t i = 0; i < c->n; i++) table[i] = nobody;
    for (size_t i = 0; i < c->n; i++) {
        if (c->tensors[i].part != CHECKUP_PARAMETER) continue;
        size_t at = hash_of(c->tensors[i].series->name) % c->n;
        while (table[at] != nobody) at = (at + 1) % c->n;
        table[at] = (uint32_t)i;
    }
}

static const struct checkup_tensor *table_find(const struct checkup *c, const uint32_t *table, const char *name)
{
    size_t at = c->n ? hash_of(name) % c->n : 0;
    for (size_t tries = 0; tries < c->n && table[at] != nobody; tries++, at = (at + 1) % c->n)
        if (same_name(c->tensors[table[at]].series->name, name)) return &c->tensors[table[at]];
    return NULL;
}

static const char *name_of(const struct checkup *c, const struct checkup_state *s)
{
    const struct checkup_tensor *any = s->second ? s->second : s->first ? s->first : s->step;
    if (any && any->parameter) return any->parameter;
    uint64_t place;
    const struct checkup_group *g = checkup_group_of(c, s, &place);
    return g && g->names && place < g->n_parameters ? g->names[place] : NULL;
}

static bool match_by_name(struct checkup *c)
{
    uint32_t *table = c->order + c->n;
    size_t found = 0;
    if (!c->n_states || !name_of(c, &c->states[0])) return false;
    table_fill(c, table);
    for (size_t i = 0; i < c->n_states; i++) {
        const char *name = name_of(c, &c->states[i]);
        c->states[i].tensor = name ? table_find(c, table, name) : NULL;
        found += c->states[i].tensor != NULL;
    }
    return found > 0;
}

/* ---- by order ---------------------------------------------------------------------------------------------------------------- */

static bool matrices_first(const struct checkup_tensor *t) { return t->n_dims >= 2; }
static bool decayed_first(const struct checkup_tensor *t)
{
    return t->use != USE_BIAS && t->use != USE_SCALE && t->use != USE_SHIFT;
}
static bool all_alike(const struct checkup_tensor *t) { return t != NULL; }

/* A tied weight stands twice in the file and once in the optimizer: the first of them, where it is not that one itself; else NULL. */
static const struct checkup_tensor *tied_to(const struct checkup *c, size_t i)
{
    const struct checkup_tensor *t = &c->tensors[i];
    if (!t->shares || !t->summed || c->n > MOST_COMPARED) return NULL;
    for (size_t j = 0; j < i; j++) {
        const struct checkup_tensor *u = &c->tensors[j];
        if (u->shares && u->part == t->part && u->n_dims == t->n_dims && memcmp(u->shape, t->shape, sizeof u->shape) == 0 &&
            u->summary.norm == t->summary.norm && u->summary.mean == t->summary.mean)
            return u;
    }
    return NULL;
}

static size_t candidates(const struct checkup *c, bool (*first)(const struct checkup_tensor *t), uint32_t *order)
{
    size_t n = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < c->n; i++) {
            const struct checkup_tensor *t = &c->tensors[i];
            if (t->part == CHECKUP_PARAMETER && tensor_dtype_bytes(t->dtype) && first(t) == (pass == 0) && !tied_to(c, i))
                order[n++] = (uint32_t)i;
        }
    return n;
}

/* fits - can this state be of that tensor? A state without moments tells no shape. */
static bool fits(const struct checkup_state *s, const struct checkup_tensor *t)
{
    const struct checkup_tensor *moment = s->second ? s->second : s->first;
    if (!moment) return true;
    return moment->n_dims == t->n_dims && memcmp(moment->shape, t->shape, sizeof t->shape) == 0;
}

/* States come by rising index, and index i is the i-th of all parameters that the groups hold. */
static bool match_in_order(struct checkup *c, const uint32_t *order, size_t n)
{
    for (size_t i = 0; i < c->n_states; i++)
        if (c->states[i].index < 0 || (uint64_t)c->states[i].index >= n ||
            !fits(&c->states[i], &c->tensors[order[c->states[i].index]]))
            return false;
    for (size_t i = 0; i < c->n_states; i++) c->states[i].tensor = &c->tensors[order[c->states[i].index]];
    return true;
}

/* Laid as far to the left as it goes and as far to the right: where both are the same there is one way. */
static bool match_some(struct checkup *c, const uint32_t *order, size_t n)
{
    size_t at = 0, end = n;
    for (size_t i = 0; i < c->n_states; i++, at++) {
        while (at < n && !fits(&c->states[i], &c->tensors[order[at]])) at++;
        if (at == n) return false;
        c->states[i].tensor = &c->tensors[order[at]];
    }
    for (size_t i = c->n_states; i-- > 0; end--) {
        while (end && !fits(&c->states[i], &c->tensors[order[end - 1]])) end--;
        if (!end || c->states[i].tensor != &c->tensors[order[end - 1]]) return false;
    }
    return true;
}

/* parameters_held - how many the groups hold; without groups as many as there are states. */
static uint64_t parameters_held(const struct checkup *c)
{
    uint64_t n = 0;
    for (size_t g = 0; g < c->n_groups; g++) n += c->groups[g].n_parameters < c->n ? c->groups[g].n_parameters : c->n;
    return n ? n : c->n_states;
}

static bool match_by_order(struct checkup *c)
{
    static bool (*const orders[])(const struct checkup_tensor *t) = {all_alike, matrices_first, decayed_first};
    uint64_t held = parameters_held(c);
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        size_t n = candidates(c, orders[i], c->order);
        if (held == n ? match_in_order(c, c->order, n) : held == c->n_states && match_some(c, c->order, n)) return true;
    }
    for (size_t i = 0; i < c->n_states; i++) c->states[i].tensor = NULL;
    return false;
}

/* Every parameter that stands in a group, with a state or without one. */
static void mark_held(struct checkup *c, bool by_name)
{
    for (size_t i = 0; i < c->n_states; i++) {
        if (!c->states[i].tensor) continue;
        struct checkup_tensor *t = &c->tensors[c->states[i].tensor - c->tensors];
        t->state = (int32_t)i;
        t->in_group = true;
    }
    for (size_t g = 0; by_name && g < c->n_groups; g++)
        for (uint64_t i = 0; c->groups[g].names && i < c->groups[g].n_parameters; i++) {
            const struct checkup_tensor *t = table_find(c, c->order + c->n, c->groups[g].names[i]);
            if (t) c->tensors[t - c->tensors].in_group = true;
        }
    uint64_t n = 0;
    for (size_t i = 0; i < c->n; i++) n += c->tensors[i].part == CHECKUP_PARAMETER && !tied_to(c, i);
    if (parameters_held(c) != n) return;
    for (size_t i = 0; i < c->n; i++) c->tensors[i].in_group |= c->tensors[i].part == CHECKUP_PARAMETER;
}

bool checkup_match(struct checkup *c)
{
    bool by_name = match_by_name(c), matched = by_name || (c->n_states && match_by_order(c));
    if (matched) mark_held(c, by_name);
    for (size_t i = 0; matched && i < c->n; i++) {
        const struct checkup_tensor *first = c->tensors[i].part == CHECKUP_PARAMETER ? tied_to(c, i) : NULL;
        if (first) c->tensors[i].state = first->state, c->tensors[i].in_group = first->in_group;
    }
    return matched;
}
