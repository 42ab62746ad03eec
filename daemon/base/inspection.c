/* inspection - the names of its verdicts, and the worker's side of the pipe.
 *
 *   u32 LE length of what follows | u8 type | payload
 *   H head     format string | size u64
 *   N count    tensors u64
 *   T tensor   name, dtype, slot, parameter strings | part u8 | element u8 | index i64 | n_dims u8 | n_dims x u64 | count u64 | flags u8
 *              | summary 13 x u64/f64 when summed | change 8 x u64/f64 when compared
 *              | histogram 32 x u64 when there | effective rank, largest singular value f64
 *   G group    index u32 | optimizer string | 6 x f64 | parameters u64 | named u8
 *   M member   of the last group: index i64 | name string
 *   F fact     key, value strings
 *   S state, Y safety    value u8 | why string
 *   E end      state u8 | safety u8 | seconds f64
 *
 * A string is u16 LE length + bytes; the length 65535 stands for none. */
#include "inspection.h"

#include <string.h>

#include "inspection_record.h"
#include "str.h"

static const char *name_of(const char *const *names, uint8_t value) { return names[value < 4 ? value : 3]; }

const char *inspection_state_name(uint8_t state)
{
    static const char *const names[] = {"whole", "incomplete", "corrupt", "unverified"};
    return name_of(names, state);
}

const char *inspection_safety_name(uint8_t safety)
{
    static const char *const names[] = {"safe", "unverified", "suspicious", "malicious"};
    return name_of(names, safety > 3 ? 1 : safety);
}

const char *inspection_part_name(uint8_t part)
{
    static const char *const names[] = {"parameter", "buffer", "optimizer", "other"};
    return name_of(names, part);
}

uint8_t inspection_worse_state(uint8_t a, uint8_t b) { return inspection_state_badness(b) > inspection_state_badness(a) ? b : a; }

uint8_t inspection_worse_safety(uint8_t a, uint8_t b) { return b > a ? b : a; }

const char *inspection_fact(const struct inspection *i, const char *key)
{
    for (size_t k = 0; k < i->n_facts; k++)
        if (strcmp(i->facts[k].key, key) == 0) return i->facts[k].value;
    return NULL;
}

/* ---- writing: a record is built behind its length, which is filled in at its end ------------------------------------------ */

static void put_bytes(struct str *out, const void *p, size_t n) { str_add_span(out, (struct span){p, n}); }

static void put_u64(struct str *out, uint64_t v, size_t bytes)
{
    unsigned char le[8];
    for (size_t i = 0; i < 8; i++) le[i] = (unsigned char)(v >> 8 * i);
    put_bytes(out, le, bytes);
}

static void put_f64(struct str *out, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    put_u64(out, bits, 8);
}

static void put_text(struct str *out, const char *text)
{
    size_t n = text ? strnlen(text, INSPECTION_MAX_TEXT) : INSPECTION_NO_TEXT;
    put_u64(out, n, 2);
    if (text) put_bytes(out, text, n);
}

static size_t begin(struct str *out, enum inspection_record type)
{
    size_t at = out->n;
    put_u64(out, 0, 4);
    put_u64(out, type, 1);
    return at;
}

static void end(struct str *out, size_t at)
{
    if (out->failed) return;
    size_t n = out->n - at - 4;
    for (size_t i = 0; i < 4; i++) out->p[at + i] = (char)(n >> 8 * i);
}

void inspection_put_head(struct str *out, const char *format, uint64_t size)
{
    size_t at = begin(out, RECORD_HEAD);
    put_text(out, format);
    put_u64(out, size, 8);
    end(out, at);
}

void inspection_put_count(struct str *out, uint64_t tensors)
{
    size_t at = begin(out, RECORD_COUNT);
    put_u64(out, tensors, 8);
    end(out, at);
}

static void put_summary(struct str *out, const struct tensor_summary *s)
{
    const uint64_t counts[] = {s->count, s->nan, s->inf, s->zero, s->rows, s->zero_rows};
    const double numbers[] = {s->mean, s->std, s->min, s->max, s->norm};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) put_u64(out, counts[i], 8);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) put_f64(out, numbers[i]);
}

static void put_change(struct str *out, const struct tensor_change *c)
{
    const uint64_t counts[] = {c->count, c->changed, c->rows, c->changed_rows};
    const double numbers[] = {c->norm_before, c->norm_now, c->norm_difference, c->dot};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) put_u64(out, counts[i], 8);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) put_f64(out, numbers[i]);
}

static unsigned flags_of(const struct inspected_tensor *t)
{
    return (t->summed ? TENSOR_SUMMED : 0U) | (t->shares ? TENSOR_SHARES : 0U) | (t->compared ? TENSOR_COMPARED : 0U) |
           (t->histogram ? TENSOR_HISTOGRAM : 0U);
}

void inspection_put_tensor(struct str *out, const struct inspected_tensor *t)
{
    size_t at = begin(out, RECORD_TENSOR);
    uint32_t dims = t->n_dims < INSPECTION_MAX_DIMS ? t->n_dims : INSPECTION_MAX_DIMS;
    put_text(out, t->name), put_text(out, t->dtype), put_text(out, t->slot), put_text(out, t->parameter);
    put_u64(out, t->part, 1);
    put_u64(out, t->element, 1);
    put_u64(out, (uint64_t)t->index, 8);
    put_u64(out, dims, 1);
    for (uint32_t i = 0; i < dims; i++) put_u64(out, t->shape[i], 8);
    put_u64(out, t->count, 8);
    put_u64(out, flags_of(t), 1);
    if (t->summed) put_summary(out, &t->summary);
    if (t->compared) put_change(out, &t->change);
    for (size_t i = 0; t->histogram && i < INSPECTION_BUCKETS; i++) put_u64(out, t->histogram[i], 8);
    put_f64(out, t->effective_rank);
    put_f64(out, t->largest_singular);
    put_f64(out, t->tail_exponent);
    end(out, at);
}

void inspection_put_group(struct str *out, const struct inspected_group *g)
{
    const double numbers[] = {g->learning_rate, g->weight_decay, g->eps, g->beta1, g->beta2, g->momentum};
    size_t at = begin(out, RECORD_GROUP);
    put_u64(out, g->index, 4);
    put_text(out, g->optimizer);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) put_f64(out, numbers[i]);
    put_u64(out, g->parameters || g->names ? g->n_parameters : 0, 8);
    put_u64(out, g->names != NULL, 1);
    end(out, at);
    for (uint64_t i = 0; (g->parameters || g->names) && i < g->n_parameters && !out->failed; i++) {
        at = begin(out, RECORD_MEMBER);
        put_u64(out, (uint64_t)(g->parameters ? g->parameters[i] : -1), 8);
        put_text(out, g->names ? g->names[i] : NULL);
        end(out, at);
    }
}

void inspection_put_fact(struct str *out, const char *key, const char *value)
{
    size_t at = begin(out, RECORD_FACT);
    put_text(out, key);
    put_text(out, value);
    end(out, at);
}

static void put_verdict(struct str *out, enum inspection_record type, uint8_t value, const char *why)
{
    size_t at = begin(out, type);
    put_u64(out, value, 1);
    put_text(out, why);
    end(out, at);
}

void inspection_put_state(struct str *out, uint8_t state, const char *why) { put_verdict(out, RECORD_STATE, state, why); }

void inspection_put_safety(struct str *out, uint8_t safety, const char *why) { put_verdict(out, RECORD_SAFETY, safety, why); }

void inspection_put_end(struct str *out, uint8_t state, uint8_t safety, double seconds)
{
    size_t at = begin(out, RECORD_END);
    put_u64(out, state, 1);
    put_u64(out, safety, 1);
    put_f64(out, seconds);
    end(out, at);
}
