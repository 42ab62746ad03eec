/* safetensors - a length, a JSON header, and the tensors' bytes without a gap (huggingface/safetensors: safetensors/src/tensor.rs, README).
 *
 *     u64 LE N <= 100,000,000 | N bytes of JSON, '{' first, spaces last | data, little-endian, row-major
 *     {"__metadata__": {text: text}, name: {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}     offsets count from 8 + N
 *
 * The file ends where the last tensor does, and no byte belongs to two or to none. Nothing in it can run, so what can be read is safe. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "../base/str.h"
#include "json_pull.h"
#include "le.h"
#include "list.h"
#include "part.h"
#include "shape.h"
#include "suffix.h"

enum { HEADER_MAX = 100000000, LENGTH_BYTES = 8, METADATA_TOLD = 64 };

struct dtype {
    const char *name;
    enum tensor_dtype dtype;
    uint8_t bits;
};
static const struct dtype dtypes[] = {
    {"BOOL", TENSOR_BOOL, 8},
    {"U8", TENSOR_U8, 8},
    {"I8", TENSOR_I8, 8},
    {"F8_E5M2", TENSOR_F8_E5M2, 8},
    {"F8_E4M3", TENSOR_F8_E4M3, 8},
    {"F8_E8M0", TENSOR_F8_E8M0, 8},
    {"I16", TENSOR_I16, 16},
    {"U16", TENSOR_U16, 16},
    {"F16", TENSOR_F16, 16},
    {"BF16", TENSOR_BF16, 16},
    {"I32", TENSOR_I32, 32},
    {"U32", TENSOR_U32, 32},
    {"F32", TENSOR_F32, 32},
    {"I64", TENSOR_I64, 64},
    {"U64", TENSOR_U64, 64},
    {"F64", TENSOR_F64, 64},
    {"C64", TENSOR_C64, 64},
    {"C128", TENSOR_C128, 128},
    {"F4", TENSOR_OPAQUE, 4},
    {"F6_E2M3", TENSOR_OPAQUE, 6},
    {"F6_E3M2", TENSOR_OPAQUE, 6},
    {"F8_E4M3FNUZ", TENSOR_F8_E4M3FNUZ, 8},
    {"F8_E5M2FNUZ", TENSOR_F8_E5M2FNUZ, 8},
};

struct entry {
    struct ckpt_tensor tensor;
    uint64_t begin, end; /* of its bytes, from the data's start */
};
struct header {
    const struct ckpt_file *file;
    const struct ckpt_limits *max;
    const struct ckpt_sink *out;
    struct json_pull json;
    struct entry **entries; /* in the arena; the array itself on the heap */
    size_t n, room;
    unsigned told;
    char why[200]; /* what is wrong with it beyond JSON; "" while nothing is */
    enum status status;
};

static int sniff(const struct ckpt_file *f)
{
    bool named = suffix_is(f->path, ".safetensors");
    bool shaped = f->head.n > LENGTH_BYTES && le64(f->head.p) <= HEADER_MAX && f->head.p[LENGTH_BYTES] == '{';
    return named ? (shaped ? 95 : 50) : shaped ? 60 : 0;
}

static bool wrong(struct header *h, const char *what, const char *name)
{
    struct str s = {0};
    str_addf(&s, "tensor '");
    str_add_printable(&s, span_of(name), 100);
    str_addf(&s, "' %s", what);
    if (!h->why[0] && s.p) snprintf(h->why, sizeof h->why, "%s", s.p);
    str_done(&s);
    return false;
}

static bool read_metadata(struct header *h)
{
    bool first = true;
    if (!json_pull_need(&h->json, '{')) return false;
    while (json_pull_more(&h->json, '}', &first)) {
        struct span key, value;
        struct arena *a = h->told < METADATA_TOLD ? h->out->arena : NULL;
        if (!json_pull_string(&h->json, a, &key) || !json_pull_need(&h->json, ':') || !json_pull_string(&h->json, a, &value))
            return false;
        if (!a) continue;
        h->told++;
        h->out->fact(h->out->arg, key.p, value.p);
        if (span_is(key, "format") && span_is(value, "pt")) h->out->fact(h->out->arg, "framework", "pytorch");
    }
    return !h->json.fault;
}

static bool read_shape(struct header *h, struct ckpt_tensor *t)
{
    bool first = true;
    if (!json_pull_need(&h->json, '[')) return false;
    while (json_pull_more(&h->json, ']', &first)) {
        if (t->n_dims == CKPT_MAX_DIMS) return wrong(h, "has more than 32 dimensions", t->name);
        if (!json_pull_count(&h->json, &t->shape[t->n_dims++])) return false;
    }
    return !h->json.fault;
}

static bool read_offsets(struct header *h, struct entry *e)
{
    bool first = true;
    uint64_t *const to[] = {&e->begin, &e->end};
    if (!json_pull_need(&h->json, '[')) return false;
    for (size_t i = 0; json_pull_more(&h->json, ']', &first); i++) {
        if (i == 2) return wrong(h, "has more than two offsets", e->tensor.name);
        if (!json_pull_count(&h->json, to[i])) return false;
    }
    return !h->json.fault;
}

/* {"dtype", "shape", "data_offsets"} in any order, each once; *seen gets a bit for each. */
static bool read_info(struct header *h, struct entry *e, unsigned *seen)
{
    static const char *const keys[] = {"dtype", "shape", "data_offsets"};
    bool first = true;
    if (!json_pull_need(&h->json, '{')) return false;
    while (json_pull_more(&h->json, '}', &first)) {
        struct span key, dtype;
        unsigned k = 0;
        if (!json_pull_string(&h->json, h->out->arena, &key) || !json_pull_need(&h->json, ':')) return false;
        while (k < 3 && !span_is(key, keys[k])) k++;
        if (*seen & 1u << k && k < 3) return wrong(h, "tells one thing twice", e->tensor.name);
        *seen |= 1u << k;
        bool ok = k == 0   ? json_pull_string(&h->json, h->out->arena, &dtype)
                  : k == 1 ? read_shape(h, &e->tensor)
                  : k == 2 ? read_offsets(h, e)
                           : json_pull_skip(&h->json);
        if (!ok) return false;
        if (k == 0) e->tensor.dtype_name = dtype.p;
    }
    return !h->json.fault;
}

/* Do dtype, shape and offsets agree? Of a dtype that is not known here only the offsets can be checked. */
static bool check_info(struct header *h, struct entry *e)
{
    struct ckpt_tensor *t = &e->tensor;
    const struct dtype *d = dtypes, *end = dtypes + sizeof dtypes / sizeof *dtypes;
    uint64_t bits;
    if (e->begin > e->end) return wrong(h, "ends before it begins", t->name);
    if (!shape_count(t)) return wrong(h, "has more elements than 64 bits can count", t->name);
    while (d < end && strcmp(d->name, t->dtype_name) != 0) d++;
    if (d == end) {
        h->out->fact(h->out->arg, "unknown_dtype", t->dtype_name);
        return true;
    }
    t->dtype = d->dtype;
    if (__builtin_mul_overflow(t->count, d->bits, &bits)) return wrong(h, "has more bits than 64 bits can count", t->name);
    return (bits % 8 == 0 && bits / 8 == e->end - e->begin) || wrong(h, "has offsets that do not fit its shape", t->name);
}

static bool keep(struct header *h, struct entry *e)
{
    if (h->n == h->max->tensors) return h->status = E_LIMIT, false;
    if (h->n == h->room) {
        size_t room = h->room ? h->room * 2 : 256;
        struct entry **more = realloc(h->entries, room * sizeof *more);
        if (!more) return h->status = E_MEMORY, false;
        h->entries = more, h->room = room;
    }
    h->entries[h->n++] = e;
    return true;
}

static bool read_tensor(struct header *h, struct span name)
{
    unsigned seen = 0;
    struct entry *e = arena_alloc(h->out->arena, sizeof *e);
    if (!e) return h->status = E_LIMIT, false;
    e->tensor = (struct ckpt_tensor){.name = name.p, .index = -1, .part = part_of(name.p)};
    if (strlen(name.p) != name.n) return wrong(h, "has a NUL in its name", name.p);
    if (!read_info(h, e, &seen)) return false;
    if ((seen & 7) != 7) return wrong(h, "lacks its dtype, shape or offsets", name.p);
    return check_info(h, e) && keep(h, e);
}

static bool read_header(struct header *h)
{
    bool first = true, metadata = false;
    if (!json_pull_need(&h->json, '{')) return false;
    while (json_pull_more(&h->json, '}', &first)) {
        struct span name;
        if (!json_pull_string(&h->json, h->out->arena, &name) || !json_pull_need(&h->json, ':')) return false;
        if (!span_is(name, "__metadata__")) {
            if (!read_tensor(h, name)) return false;
        } else if (metadata || !read_metadata(h)) {
            return metadata ? wrong(h, "is there twice", "__metadata__") : false;
        } else {
            metadata = true;
        }
    }
    return !h->json.fault && json_pull_end(&h->json);
}

static int by_name(const void *a, const void *b)
{
    const struct entry *x = *(struct entry *const *)a, *y = *(struct entry *const *)b;
    return strcmp(x->tensor.name, y->tensor.name);
}

static int by_offset(const void *a, const void *b)
{
    const struct entry *x = *(struct entry *const *)a, *y = *(struct entry *const *)b;
    if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

/* Sorted by offset they follow each other from 0, and the file ends with the last. */
static void check_data(struct header *h, uint64_t data_bytes)
{
    uint64_t at = 0;
    if (h->n) qsort(h->entries, h->n, sizeof(struct entry *), by_name);
    for (size_t i = 1; i < h->n; i++)
        if (by_name(&h->entries[i - 1], &h->entries[i]) == 0) wrong(h, "is there twice", h->entries[i]->tensor.name);
    if (h->n) qsort(h->entries, h->n, sizeof(struct entry *), by_offset);
    for (size_t i = 0; i < h->n; i++) {
        const struct entry *e = h->entries[i];
        if (e->begin < at) wrong(h, "overlaps another", e->tensor.name);
        if (e->begin > at) wrong(h, "leaves a hole before it", e->tensor.name);
        if (e->end > at) at = e->end;
    }
    if (h->why[0]) ckpt_say_state(h->out, CKPT_CORRUPT, "%s", h->why);
    else if (at > data_bytes)
        ckpt_say_state(h->out, CKPT_INCOMPLETE, "%" PRIu64 " of %" PRIu64 " bytes of tensors are there", data_bytes, at);
    else if (at < data_bytes)
        ckpt_say_state(h->out, CKPT_CORRUPT, "%" PRIu64 " bytes behind its last tensor belong to nothing", data_bytes - at);
}

static void tell(struct header *h, uint64_t data, uint64_t data_bytes)
{
    for (size_t i = 0; i < h->n; i++) {
        struct entry *e = h->entries[i];
        if (e->end > data_bytes) continue; /* not there yet: told by the state */
        e->tensor.offset = data + e->begin;
        h->out->tensor(h->out->arg, &e->tensor);
    }
}

/* A header that ends in a NUL byte, which no writer puts there: the file got its size before its bytes. */
static bool not_written_yet(const struct json_pull *j) { return j->end > j->begin && !j->end[-1]; }

static enum status say_header(struct header *h, struct err *err)
{
    if (h->n == h->max->tensors)
        return err_set(err, E_LIMIT, "a header of more than %" PRIu64 " tensors is above the limit", h->max->tensors);
    if (h->status == E_LIMIT || h->json.full)
        return err_set(err, E_LIMIT, "a header of over %zu tensors is above the limit on memory", h->n);
    if (h->status != OK) return err_set(err, h->status, "no memory for a header of %zu tensors", h->n);
    if (h->why[0]) ckpt_say_state(h->out, CKPT_CORRUPT, "%s", h->why);
    else if (not_written_yet(&h->json)) ckpt_say_state(h->out, CKPT_INCOMPLETE, "its header is not written to its end");
    else
        ckpt_say_state(h->out, CKPT_CORRUPT, "its header is no JSON at byte %zu: %s",
                       LENGTH_BYTES + (size_t)(h->json.p - h->json.begin), h->json.fault ? h->json.fault : "it breaks off");
    ckpt_say_safety(h->out, CKPT_SAFETY_UNVERIFIED, "its header could not be read");
    return OK;
}

/* The length, checked against the format's limit and the file. 0: said what is wrong. */
static uint64_t header_bytes(const struct ckpt_file *f, const struct ckpt_sink *out)
{
    uint64_t n = f->head.n >= LENGTH_BYTES ? le64(f->head.p) : 0;
    bool begins = f->head.n > LENGTH_BYTES && f->head.p[LENGTH_BYTES] == '{';
    if (f->size < LENGTH_BYTES || (!n && !begins) || (n <= HEADER_MAX && f->size == LENGTH_BYTES))
        ckpt_say_state(out, CKPT_INCOMPLETE, "its header is not there yet");
    else if (n > HEADER_MAX)
        ckpt_say_state(out, CKPT_CORRUPT, "a header of %" PRIu64 " bytes is above the format's limit of %d", n, HEADER_MAX);
    else if (!begins)
        ckpt_say_state(out, f->head.p[LENGTH_BYTES] ? CKPT_CORRUPT : CKPT_INCOMPLETE, "its header does not begin with '{'");
    else if (n > f->size - LENGTH_BYTES)
        ckpt_say_state(out, CKPT_INCOMPLETE, "%" PRIu64 " of %" PRIu64 " bytes of its header are there", f->size - LENGTH_BYTES,
                       n);
    else return n;
    ckpt_say_safety(out, CKPT_SAFETY_UNVERIFIED, "its header could not be read");
    return 0;
}

static enum status scan(const struct ckpt_file *f, const struct ckpt_limits *max, const struct ckpt_sink *out, struct err *err)
{
    uint64_t n = header_bytes(f, out);
    if (!n) return OK;
    if (n > max->header_bytes)
        return err_set(err, E_LIMIT, "a header of %" PRIu64 " bytes is above the limit of %" PRIu64, n, max->header_bytes);
    char *text = malloc((size_t)n);
    if (!text) return err_set(err, E_MEMORY, "no memory for a header of %" PRIu64 " bytes", n);
    enum status s = ckpt_pread(f->fd, text, (size_t)n, f->base + LENGTH_BYTES, err);
    struct header h = {.file = f, .max = max, .out = out, .json = json_pull_of((struct span){text, (size_t)n})};
    if (s == OK) {
        if (read_header(&h)) {
            check_data(&h, f->size - LENGTH_BYTES - n);
            tell(&h, f->base + LENGTH_BYTES + n, f->size - LENGTH_BYTES - n);
        } else {
            s = say_header(&h, err);
        }
    }
    free(h.entries);
    free(text);
    return s;
}

const struct ckpt ckpt_safetensors = {"safetensors", "safetensors of Hugging Face", sniff, scan};
