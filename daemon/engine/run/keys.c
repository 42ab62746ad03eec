/* run_keys - the metrics of a run, from however many sources, and which of them is the preferred one of each. */
#include <stdlib.h>
#include <string.h>

#include "../../base/hash.h"
#include "parts.h"

static bool same_text(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

static uint64_t key_hash(enum role role, const char *metric, const char *part)
{
    uint64_t h = hash64(metric, strlen(metric), (uint64_t)role);
    return part ? hash64(part, strlen(part), h) : h;
}

static uint32_t *key_slot(const struct run *r, uint64_t hash) { return &r->key_slots[hash & (r->n_key_slots - 1)]; }

/* As many chains as there are keys, or more; without memory they become longer. False when there are none at all. */
static bool more_key_slots(struct run *r)
{
    if (r->n_keys < r->n_key_slots) return true;
    size_t n = r->n_key_slots ? 2 * r->n_key_slots : RUN_KEY_SLOTS;
    uint32_t *slots = calloc(n, sizeof *slots);
    if (!slots) return r->n_key_slots > 0;
    free(r->key_slots);
    r->key_slots = slots, r->n_key_slots = n;
    for (size_t i = 0; i < r->n_keys; i++) {
        struct run_key *k = &r->keys[i];
        uint32_t *slot = key_slot(r, key_hash(k->role, k->metric, k->part));
        k->next = *slot;
        *slot = (uint32_t)i + 1;
    }
    return true;
}

uint32_t run_key_of(struct run *r, const struct series *s)
{
    if (!more_key_slots(r)) return NO_KEY;
    uint32_t *slot = key_slot(r, key_hash(s->role, s->metric, s->part));
    for (uint32_t at = *slot; at; at = r->keys[at - 1].next) {
        const struct run_key *k = &r->keys[at - 1];
        if (k->role == s->role && same_text(k->metric, s->metric) && same_text(k->part, s->part)) return at - 1;
    }
    if (!run_grow((void **)&r->keys, &r->keys_room, r->n_keys, sizeof *r->keys)) return NO_KEY;
    r->keys[r->n_keys++] =
        (struct run_key){.role = s->role, .metric = s->metric, .part = s->part, .owner = s->source, .next = *slot};
    *slot = (uint32_t)r->n_keys;
    return *slot - 1;
}

bool run_owns(const struct run *r, const struct run_series *s)
{
    return s->key == NO_KEY || r->keys[s->key].owner == s->s.source;
}
