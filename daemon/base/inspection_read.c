/* inspection_read - the parent's side of the worker's pipe: bytes of somebody who may be hostile become an inspection, or a sentence. */
#include <string.h>

#include "inspection.h"
#include "inspection_record.h"
#include "str.h"

enum { ARENA_BYTES = 256 << 20, GROUP_MEMBERS = INSPECTION_MAX_TENSORS, VERDICTS = 4096 };

/* ---- the fields of one record: reading beyond its end gives zeros and marks it as short ----------------------------------------- */

struct fields {
    const unsigned char *p;
    size_t n;
    bool is_short;
};

static uint64_t take_u64(struct fields *f, size_t bytes)
{
    uint64_t v = 0;
    if (f->n < bytes) return f->is_short = true, f->n = 0, 0;
    for (size_t i = 0; i < bytes; i++) v |= (uint64_t)f->p[i] << 8 * i;
    f->p += bytes;
    f->n -= bytes;
    return v;
}

static double take_f64(struct fields *f)
{
    uint64_t bits = take_u64(f, 8);
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* ret is NULL where there is no text. */
static enum status take_text(struct fields *f, struct arena *a, const char **ret, struct err *err)
{
    size_t n = take_u64(f, 2);
    *ret = NULL;
    if (n == INSPECTION_NO_TEXT || f->is_short) return OK;
    if (n > INSPECTION_MAX_TEXT) return err_set(err, E_LIMIT, "the reader sent a text of %zu bytes", n);
    if (n > f->n) return f->is_short = true, OK;
    *ret = arena_copy(a, (const char *)f->p, n);
    f->p += n;
    f->n -= n;
    return *ret ? OK : err_set(err, E_MEMORY, "no memory for what the reader found");
}

/* As take_text, but never NULL. */
static enum status need_text(struct fields *f, struct arena *a, const char **ret, struct err *err)
{
    enum status s = take_text(f, a, ret, err);
    if (!s && !*ret) *ret = "";
    return s;
}

/* ---- the records --------------------------------------------------------------------------------------------------------- */

static enum status take_head(struct inspection_reader *r, struct fields *f, struct err *err)
{
    const char *format;
    enum status s = need_text(f, &r->into->arena, &format, err);
    if (s) return s;
    if (r->headed) return err_set(err, E_FORMAT, "the reader began twice");
    r->headed = true;
    strncpy(r->into->format, format, sizeof r->into->format - 1);
    r->into->size = take_u64(f, 8);
    return OK;
}

static enum status take_count(struct inspection_reader *r, struct fields *f, struct err *err)
{
    uint64_t n = take_u64(f, 8);
    if (r->counted) return err_set(err, E_FORMAT, "the reader counted its tensors twice");
    if (n > INSPECTION_MAX_TENSORS)
        return err_set(err, E_LIMIT, "the reader announced more than %d tensors", INSPECTION_MAX_TENSORS);
    r->counted = true;
    r->into->tensors = n ? arena_alloc(&r->into->arena, n * sizeof *r->into->tensors) : NULL;
    if (n && !r->into->tensors) return err_set(err, E_MEMORY, "no memory for what the reader found");
    r->cap_tensors = n;
    return OK;
}

static void take_summary(struct fields *f, struct tensor_summary *s)
{
    uint64_t *const counts[] = {&s->count, &s->nan, &s->inf, &s->zero, &s->rows, &s->zero_rows};
    double *const numbers[] = {&s->mean, &s->std, &s->min, &s->max, &s->norm};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) *counts[i] = take_u64(f, 8);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) *numbers[i] = take_f64(f);
}

static void take_change(struct fields *f, struct tensor_change *c)
{
    uint64_t *const counts[] = {&c->count, &c->changed, &c->rows, &c->changed_rows};
    double *const numbers[] = {&c->norm_before, &c->norm_now, &c->norm_difference, &c->dot};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) *counts[i] = take_u64(f, 8);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) *numbers[i] = take_f64(f);
}

static enum status take_histogram(struct fields *f, struct arena *a, const uint64_t **ret, struct err *err)
{
    uint64_t *counts = arena_alloc(a, INSPECTION_BUCKETS * sizeof *counts);
    if (!counts) return err_set(err, E_MEMORY, "no memory for what the reader found");
    for (size_t i = 0; i < INSPECTION_BUCKETS; i++) counts[i] = take_u64(f, 8);
    *ret = counts;
    return OK;
}

static enum status take_tensor(struct inspection_reader *r, struct fields *f, struct err *err)
{
    struct inspection *i = r->into;
    if (i->n_tensors >= r->cap_tensors) return err_set(err, E_LIMIT, "the reader sent more tensors than it announced");
    struct inspected_tensor *t = &i->tensors[i->n_tensors];
    enum status s = need_text(f, &i->arena, &t->name, err);
    if (!s) s = need_text(f, &i->arena, &t->dtype, err);
    if (!s) s = take_text(f, &i->arena, &t->slot, err);
    if (!s) s = take_text(f, &i->arena, &t->parameter, err);
    if (s) return s;
    t->part = (uint8_t)take_u64(f, 1);
    t->element = (uint8_t)take_u64(f, 1);
    t->index = (int64_t)take_u64(f, 8);
    t->n_dims = (uint32_t)take_u64(f, 1);
    if (t->part > INSPECTED_OTHER || t->element >= TENSOR_DTYPES || t->n_dims > INSPECTION_MAX_DIMS)
        return err_set(err, E_FORMAT, "the reader described a tensor that cannot be");
    for (uint32_t d = 0; d < t->n_dims; d++) t->shape[d] = take_u64(f, 8);
    t->count = take_u64(f, 8);
    unsigned flags = (unsigned)take_u64(f, 1);
    t->summed = flags & TENSOR_SUMMED, t->shares = flags & TENSOR_SHARES, t->compared = flags & TENSOR_COMPARED;
    if (t->summed) take_summary(f, &t->summary);
    if (t->compared) take_change(f, &t->change);
    if (flags & TENSOR_HISTOGRAM) s = take_histogram(f, &i->arena, &t->histogram, err);
    t->effective_rank = take_f64(f);
    t->largest_singular = take_f64(f);
    t->tail_exponent = take_f64(f);
    if (!f->is_short && !s) i->n_tensors++;
    return s;
}

/* The room for a group's members is made at once; they are counted as they come. */
static enum status take_group(struct inspection_reader *r, struct fields *f, struct err *err)
{
    struct inspection *i = r->into;
    if (!i->groups) i->groups = arena_alloc(&i->arena, INSPECTION_MAX_GROUPS * sizeof *i->groups);
    if (!i->groups) return err_set(err, E_MEMORY, "no memory for what the reader found");
    if (i->n_groups == INSPECTION_MAX_GROUPS)
        return err_set(err, E_LIMIT, "the reader sent more than %d groups", INSPECTION_MAX_GROUPS);
    struct inspected_group *g = &i->groups[i->n_groups];
    double *const numbers[] = {&g->learning_rate, &g->weight_decay, &g->eps, &g->beta1, &g->beta2, &g->momentum};
    g->index = (uint32_t)take_u64(f, 4);
    enum status s = take_text(f, &i->arena, &g->optimizer, err);
    if (s) return s;
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) *numbers[k] = take_f64(f);
    uint64_t n = take_u64(f, 8);
    bool named = take_u64(f, 1) != 0;
    if (n > GROUP_MEMBERS - r->members)
        return err_set(err, E_LIMIT, "the reader sent groups of more than %d parameters", GROUP_MEMBERS);
    g->parameters = n ? arena_alloc(&i->arena, n * sizeof *g->parameters) : NULL;
    g->names = n && named ? arena_alloc(&i->arena, n * sizeof *g->names) : NULL;
    if (n && (!g->parameters || (named && !g->names))) return err_set(err, E_MEMORY, "no memory for what the reader found");
    g->n_parameters = 0;
    r->group_room = n;
    r->members += n;
    i->n_groups++;
    return OK;
}

static enum status take_member(struct inspection_reader *r, struct fields *f, struct err *err)
{
    struct inspection *i = r->into;
    const char *name;
    struct inspected_group *g = i->n_groups ? &i->groups[i->n_groups - 1] : NULL;
    if (!g || g->n_parameters >= r->group_room) return err_set(err, E_FORMAT, "the reader sent a parameter that no group has");
    int64_t index = (int64_t)take_u64(f, 8);
    enum status s = need_text(f, &i->arena, &name, err);
    if (s) return s;
    ((int64_t *)g->parameters)[g->n_parameters] = index;
    if (g->names) ((const char **)g->names)[g->n_parameters] = name;
    g->n_parameters++;
    return OK;
}

static enum status take_fact(struct inspection_reader *r, struct fields *f, struct err *err)
{
    struct inspection *i = r->into;
    struct inspected_fact fact;
    if (i->n_facts == INSPECTION_MAX_FACTS)
        return err_set(err, E_LIMIT, "the reader sent more than %d facts", INSPECTION_MAX_FACTS);
    if (!i->facts) i->facts = arena_alloc(&i->arena, INSPECTION_MAX_FACTS * sizeof *i->facts);
    if (!i->facts) return err_set(err, E_MEMORY, "no memory for what the reader found");
    enum status s = need_text(f, &i->arena, &fact.key, err);
    if (!s) s = need_text(f, &i->arena, &fact.value, err);
    if (!s && !f->is_short) i->facts[i->n_facts++] = fact;
    return s;
}

/* Where the list is full, the mildest reason makes room for a worse one. */
static void keep_reason(struct inspection_reader *r, const char *text, uint8_t badness)
{
    size_t at = r->n_reasons;
    for (size_t i = 0; i < r->n_reasons; i++)
        if (strcmp(r->reasons[i].text, text) == 0) {
            if (badness > r->reasons[i].badness) r->reasons[i].badness = badness;
            return;
        }
    if (at < INSPECTION_MAX_REASONS) {
        r->n_reasons++;
    } else {
        at = 0;
        for (size_t i = 1; i < r->n_reasons; i++)
            if (r->reasons[i].badness < r->reasons[at].badness) at = i;
        if (r->reasons[at].badness >= badness) return;
    }
    r->reasons[at].text = text;
    r->reasons[at].badness = badness;
}

static enum status take_verdict(struct inspection_reader *r, struct fields *f, bool is_state, struct err *err)
{
    const char *why;
    uint8_t value = (uint8_t)take_u64(f, 1);
    if (++r->verdicts > VERDICTS) return err_set(err, E_LIMIT, "the reader sent more than %d reasons", VERDICTS);
    enum status s = need_text(f, &r->into->arena, &why, err);
    if (s || f->is_short) return s;
    if (value > 3) return err_set(err, E_FORMAT, "the reader sent a verdict that there is not");
    uint8_t badness = is_state ? inspection_state_badness(value) : value;
    if (is_state) r->state = inspection_worse_state(r->state, value);
    else r->safety = inspection_worse_safety(r->safety, value);
    if (badness && *why) keep_reason(r, why, badness);
    return OK;
}

static enum status take_end(struct inspection_reader *r, struct fields *f, struct err *err)
{
    uint8_t state = (uint8_t)take_u64(f, 1), safety = (uint8_t)take_u64(f, 1);
    double seconds = take_f64(f);
    if (f->is_short) return OK;
    if (state > 3 || safety > 3) return err_set(err, E_FORMAT, "the reader sent a verdict that there is not");
    if (!r->headed) return err_set(err, E_FORMAT, "the reader ended before it began");
    r->state = inspection_worse_state(r->state, state);
    r->safety = inspection_worse_safety(r->safety, safety);
    r->into->seconds = seconds;
    r->into->ended = true;
    return OK;
}

static enum status take_record(struct inspection_reader *r, struct fields *f, struct err *err)
{
    if (r->into->ended) return err_set(err, E_FORMAT, "the reader went on after its end");
    switch (take_u64(f, 1)) {
    case RECORD_HEAD: return take_head(r, f, err);
    case RECORD_COUNT: return take_count(r, f, err);
    case RECORD_TENSOR: return take_tensor(r, f, err);
    case RECORD_GROUP: return take_group(r, f, err);
    case RECORD_MEMBER: return take_member(r, f, err);
    case RECORD_FACT: return take_fact(r, f, err);
    case RECORD_STATE: return take_verdict(r, f, true, err);
    case RECORD_SAFETY: return take_verdict(r, f, false, err);
    case RECORD_END: return take_end(r, f, err);
    default: return err_set(err, E_FORMAT, "the reader sent a record of a kind that there is not");
    }
}

/* ---- the pipe ------------------------------------------------------------------------------------------------------------ */

void inspection_read(struct inspection_reader *r, struct inspection *into)
{
    memset(r, 0, sizeof *r);
    memset(into, 0, sizeof *into);
    arena_init(&into->arena, ARENA_BYTES);
    r->into = into;
}

/* One whole record at the front of bytes, if it is there; *used is what it took. */
static enum status take_front(struct inspection_reader *r, struct span bytes, size_t *used, struct err *err)
{
    struct fields length = {(const unsigned char *)bytes.p, bytes.n, false};
    uint64_t n = take_u64(&length, 4);
    *used = 0;
    if (length.is_short) return OK;
    if (n == 0 || n > INSPECTION_RECORD_BYTES - 4)
        return err_set(err, E_FORMAT, "the reader sent a record of %llu bytes", (unsigned long long)n);
    if (n > length.n) return OK;
    struct fields f = {length.p, n, false};
    enum status s = take_record(r, &f, err);
    if (!s && (f.is_short || f.n))
        s = err_set(err, E_FORMAT, "the reader sent a record that is %s", f.is_short ? "cut" : "too long");
    *used = 4 + (size_t)n;
    return s;
}

/* What is left of a record is kept with the reader and completed by the next bytes. */
static enum status complete_part(struct inspection_reader *r, struct span *bytes, struct err *err)
{
    size_t room = INSPECTION_RECORD_BYTES - r->n_part, n = bytes->n < room ? bytes->n : room, used;
    memcpy(r->part + r->n_part, bytes->p, n);
    enum status s = take_front(r, (struct span){r->part, r->n_part + n}, &used, err);
    if (s || !used) return r->n_part += n, *bytes = span_from(*bytes, n), s;
    *bytes = span_from(*bytes, used - r->n_part);
    r->n_part = 0;
    return OK;
}

static enum status feed(struct inspection_reader *r, struct span bytes, struct err *err)
{
    enum status s = OK;
    size_t used = 0;
    if (!r->part) r->part = arena_alloc(&r->into->arena, INSPECTION_RECORD_BYTES);
    if (!r->part) return err_set(err, E_MEMORY, "no memory for what the reader found");
    while (!s && r->n_part && bytes.n) s = complete_part(r, &bytes, err);
    while (!s && bytes.n) {
        s = take_front(r, bytes, &used, err);
        if (s || !used) break;
        bytes = span_from(bytes, used);
    }
    if (s) return s;
    if (bytes.n) memcpy(r->part, bytes.p, bytes.n), r->n_part = bytes.n; /* less than a record, take_front saw to that */
    return OK;
}

enum status inspection_feed(struct inspection_reader *r, struct span bytes, struct err *err)
{
    if (r->broken) return err_set(err, E_FORMAT, "the reader's words are no longer understood");
    enum status s = feed(r, bytes, err);
    if (s) r->broken = true;
    return s;
}

void inspection_close(struct inspection_reader *r, const char *why)
{
    struct inspection *i = r->into;
    if (!i->ended || r->broken) {
        i->ended = false;
        r->state = inspection_worse_state(r->state, INSPECTED_STATE_UNVERIFIED);
        r->safety = inspection_worse_safety(r->safety, INSPECTED_SAFETY_UNVERIFIED);
        const char *kept = arena_copy(&i->arena, why ? why : "", why ? strnlen(why, INSPECTION_MAX_TEXT) : 0);
        keep_reason(r, kept && *kept ? kept : "the reader ended before it was done", 1);
    }
    i->state = r->state;
    i->safety = r->safety;
    for (uint8_t badness = 3; badness > 0; badness--)
        for (size_t k = 0; k < r->n_reasons; k++)
            if (r->reasons[k].badness == badness) i->reasons[i->n_reasons++] = r->reasons[k].text;
}

void inspection_done(struct inspection *i)
{
    if (i) arena_done(&i->arena);
}
