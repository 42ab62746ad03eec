/* The search in three looks: the signs of all, the signs of some thousand against a finer question, the numbers of some hundred.
 *
 * Bits that differ and penalties are small integers, so the best of many are kept by counting how many there are of each: no sorting, and
 * the same answer on every machine. */
#include <stdlib.h>
#include <string.h>

#include "vectors_parts.h"

/* Of n: at least 1,000 and a 100th are looked at more finely, and 160 and 4 times k in full. */
enum { FINER_MIN = 1000, FINER_SHARE = 100, FULL_MIN = 160, FULL_TIMES = 4, WARM_AHEAD = 4 };

struct candidate {
    uint32_t at, penalty;
};
/* The `keep` best of all that were added; room for twice as many. */
struct best {
    struct candidate *all;
    size_t n, keep;
    uint32_t limit;   /* worse ones are not added */
    uint32_t *counts; /* a number a penalty */
    size_t range;
};

static bool best_init(struct best *b, size_t keep, size_t range)
{
    *b = (struct best){.keep = keep, .limit = UINT32_MAX, .range = range};
    b->all = malloc(2 * keep * sizeof *b->all);
    b->counts = malloc(range * sizeof *b->counts);
    return b->all && b->counts;
}

static void best_done(struct best *b)
{
    free(b->all);
    free(b->counts);
}

/* Of equals the first added stay. */
static void best_cut(struct best *b)
{
    size_t below = 0, kept = 0;
    uint32_t worst = 0;
    if (b->n <= b->keep) return;
    memset(b->counts, 0, b->range * sizeof *b->counts);
    for (size_t i = 0; i < b->n; i++) b->counts[b->all[i].penalty]++;
    while (below + b->counts[worst] < b->keep) below += b->counts[worst++];
    size_t equals = b->keep - below;
    for (size_t i = 0; i < b->n; i++)
        if (b->all[i].penalty < worst || (b->all[i].penalty == worst && equals && equals--)) b->all[kept++] = b->all[i];
    b->n = kept;
    b->limit = worst;
}

static void best_add(struct best *b, uint32_t at, uint32_t penalty)
{
    b->all[b->n++] = (struct candidate){at, penalty};
    if (b->n == 2 * b->keep) best_cut(b);
}

/* ---- the looks ----------------------------------------------------------------------------------------------------------- */

static const uint8_t *face_of(const struct vectors *v, size_t at) { return v->map + vectors_block_at(v, at / VECTORS_BLOCK); }
static const uint64_t *codes_of(const uint8_t *face) { return (const uint64_t *)(const void *)(face + VECTORS_HEAD_BYTES); }

static void look_at_signs(const struct vectors *v, const struct codes_question *q, struct best *b)
{
    uint16_t differ[VECTORS_BLOCK];
    for (size_t from = 0; from < v->count; from += VECTORS_BLOCK) {
        size_t n = v->count - from < VECTORS_BLOCK ? v->count - from : VECTORS_BLOCK;
        v->kernel->distances(codes_of(face_of(v, from)), VECTORS_BLOCK / CODES_LANES, q->signs, v->words, differ);
        for (size_t i = 0; i < n; i++)
            if (differ[i] < b->limit) best_add(b, (uint32_t)(from + i), differ[i]);
    }
    best_cut(b);
}

static void look_finer(const struct vectors *v, const struct codes_question *q, const struct best *from, struct best *to)
{
    for (size_t i = 0; i < from->n; i++) {
        const uint32_t at = from->all[i].at;
        const uint32_t penalty = codes_penalty(q, codes_of(face_of(v, at)) + codes_at(at % VECTORS_BLOCK, v->words));
        if (penalty < to->limit) best_add(to, at, penalty);
    }
    best_cut(to);
}

static const float *row_of(const struct vectors *v, size_t at)
{
    return (const float *)(const void *)(face_of(v, at) + vectors_face_bytes(v)) + at % VECTORS_BLOCK * v->dims;
}

/* Rows lie far apart: those to come are asked for while one is added up. */
static void warm(const struct vectors *v, const struct best *b, size_t i)
{
    if (i >= b->n) return;
    const float *row = row_of(v, b->all[i].at);
    for (size_t k = 0; k < v->dims; k += 16) __builtin_prefetch(row + k);
}

static int nearest_first(const void *a, const void *b)
{
    const struct near *x = a, *y = b;
    if (x->cosine != y->cosine) return x->cosine < y->cosine ? 1 : -1;
    return (x->number > y->number) - (x->number < y->number);
}

static enum status look_in_full(const struct vectors *v, const float *question, const struct best *b, struct near *near,
                                struct err *err)
{
    for (size_t i = 0; i < WARM_AHEAD; i++) warm(v, b, i);
    for (size_t i = 0; i < b->n; i++) {
        const size_t at = b->all[i].at;
        uint64_t sum;
        warm(v, b, i + WARM_AHEAD);
        memcpy(&near[i].number, face_of(v, at) + vectors_numbers_at(v) + at % VECTORS_BLOCK * 8, 8);
        memcpy(&sum, face_of(v, at) + vectors_sums_at(v) + at % VECTORS_BLOCK * 8, 8);
        if (sum != vectors_sum(row_of(v, at), v->dims, near[i].number))
            return err_set(err, E_FORMAT, "'%s' is torn; it is made anew from the memory", v->path);
        near[i].cosine = v->kernel->dot(question, row_of(v, at), v->dims);
    }
    qsort(near, b->n, sizeof *near, nearest_first);
    return OK;
}

static size_t at_least(size_t n, size_t least) { return n > least ? n : least; }

enum status vectors_nearest(struct vectors *v, const float *question, size_t k, struct near *ret, size_t *n, struct err *err)
{
    struct codes_question q;
    struct best finer = {0}, full = {0};
    struct near *near = NULL;
    size_t most = FULL_MIN + FULL_TIMES * k;
    *n = 0;
    if (!v->count || !k) return OK;
    enum status s = vectors_map(v, err);
    if (s) return s;
    codes_ask(&q, question, v->dims);
    bool memory = best_init(&finer, at_least(at_least(v->count / FINER_SHARE, FINER_MIN), most), 64 * v->words + 1) &&
                  best_init(&full, most, (CODES_LEVELS - 1) * v->dims + 1) && (near = malloc(most * sizeof *near));
    if (memory) {
        look_at_signs(v, &q, &finer);
        look_finer(v, &q, &finer, &full);
        s = look_in_full(v, question, &full, near, err);
        *n = s ? 0 : full.n < k ? full.n : k;
        memcpy(ret, near, *n * sizeof *ret);
    } else s = err_set(err, E_MEMORY, "no memory to search by meaning");
    best_done(&finer);
    best_done(&full);
    free(near);
    return s;
}
