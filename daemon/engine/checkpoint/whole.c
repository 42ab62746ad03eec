/* whole - what holds between the files of one checkpoint: ranks without a gap, flat vectors of one length. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

/* The number behind "rank_" in a name; -1 without. */
static long rank_in(const char *name)
{
    const char *at = strstr(name, "rank_");
    return at && at[5] >= '0' && at[5] <= '9' ? strtol(at + 5, NULL, 10) : -1;
}

/* DCP: __<rank>_<k>.distcp. */
static long rank_of(const struct checkpoint_part *p)
{
    if (fnmatch("__[0-9]*_[0-9]*.distcp", p->name, 0) == 0) return strtol(p->name + 2, NULL, 10);
    return rank_in(p->name);
}

static bool has_rank(const struct checkpoint *c, enum checkpoint_role role, long rank)
{
    for (size_t i = 0; i < c->n_parts; i++)
        if (c->parts[i].role == role && c->parts[i].present && rank_of(&c->parts[i]) == rank) return true;
    return false;
}

static void say(struct checkpoint *c, uint8_t state, const char *sentence)
{
    reason_add(c, NULL, sentence);
    verdict_worsen(c, state, INSPECTED_SAFE);
}

/* Ranks are counted from 0; a gap is a rank whose file never came. How many there must be is told by the files, where they tell it. */
static void check_ranks(struct checkpoint *c, enum checkpoint_role role, long world)
{
    long highest = world - 1;
    char sentence[128];
    for (size_t i = 0; i < c->n_parts; i++) {
        long rank = c->parts[i].role == role ? rank_of(&c->parts[i]) : -1;
        if (rank > highest) highest = rank;
    }
    for (long rank = 0; rank <= highest && rank < PARTS_MAX; rank++) {
        if (has_rank(c, role, rank)) continue;
        snprintf(sentence, sizeof sentence, "the %s file of rank %ld of %ld is not there", checkpoint_role_name(role), rank,
                 highest + 1);
        say(c, INSPECTED_INCOMPLETE, sentence);
    }
}

static long fact_number(const struct checkpoint *c, enum checkpoint_role role, const char *key)
{
    for (size_t i = 0; i < c->n_parts; i++) {
        const char *value = c->parts[i].role == role && c->parts[i].read ? inspection_fact(&c->parts[i].inspection, key) : NULL;
        long n = value ? strtol(value, NULL, 10) : 0;
        if (n > 0 && n <= PARTS_MAX) return n;
    }
    return 0;
}

static const struct inspected_tensor *tensor_named(const struct inspection *i, const char *name)
{
    for (size_t k = 0; k < i->n_tensors; k++)
        if (strcmp(i->tensors[k].name, name) == 0) return &i->tensors[k];
    return NULL;
}

/* Every rank holds an equal share of each flat vector, padded. */
static void check_shares(struct checkpoint *c)
{
    const struct checkpoint_part *first = NULL;
    for (size_t i = 0; i < c->n_parts; i++) {
        const struct checkpoint_part *p = &c->parts[i];
        if (p->role != PART_OPTIMIZER || !p->read || !p->inspection.ended || p->inspection.state != INSPECTED_WHOLE) continue;
        if (!first) first = p;
        for (size_t k = 0; k < first->inspection.n_tensors && k < PARTS_MAX; k++) {
            const struct inspected_tensor *a = &first->inspection.tensors[k], *b = tensor_named(&p->inspection, a->name);
            if (!b || a->count == b->count || a->n_dims != 1) continue;
            char sentence[512];
            snprintf(sentence, sizeof sentence, "%.100s and %.100s hold shares of different length", first->name, p->name);
            say(c, INSPECTED_CORRUPT, sentence);
            return;
        }
    }
}

void whole_check(struct checkpoint *c)
{
    static const char *const nobody_looked[] = {
        [CHECKPOINT_ORBAX] = "the arrays of an Orbax checkpoint were not looked into",
        [CHECKPOINT_TENSORFLOW] = "the data of a TensorFlow checkpoint was not looked into",
    };
    if (c->layout == CHECKPOINT_DEEPSPEED) check_ranks(c, PART_OPTIMIZER, fact_number(c, PART_WEIGHTS, "dp_world_size"));
    if (c->layout == CHECKPOINT_DEEPSPEED) check_shares(c);
    if (c->layout == CHECKPOINT_DCP) check_ranks(c, PART_WEIGHTS, 0);
    if (c->layout > CHECKPOINT_TENSORFLOW || c->layout < CHECKPOINT_ORBAX || !nobody_looked[c->layout]) return;
    reason_add(c, NULL, nobody_looked[c->layout]);
    verdict_worsen(c, INSPECTED_STATE_UNVERIFIED, INSPECTED_SAFETY_UNVERIFIED);
}
