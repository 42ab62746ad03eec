/* gguf - llama.cpp's format: settings, tensor infos, then data at multiples of an alignment (ggml-org/ggml: docs/gguf.md).
 *
 *     "GGUF" | u32 version | u64 tensors | u64 settings | settings | infos | padding to general.alignment (32) | data
 *     setting: string key | u32 type | value           string: u64 length + bytes      array: u32 type | u64 n | n values
 *     info:    string name | u32 n_dims <= 4 | u64 dims, the innermost first | u32 ggml type | u64 offset from the data's start
 *
 * The one thing in it that runs is the chat template: a Jinja program (jinja.h). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "../base/str.h"
#include "gguf_read.h"
#include "jinja.h"
#include "list.h"
#include "part.h"
#include "shape.h"
#include "suffix.h"
#include "unwritten.h"

enum { DIMS_MAX = 4, NAME_MAX_BYTES = 4096, VALUE_TOLD = 256, TEMPLATE_MAX = 4 << 20, TOLD = 96, ALIGNMENT_USUAL = 32 };

struct type {
    const char *name;
    enum tensor_dtype dtype;
    uint16_t elements, bytes; /* of a block */
};
/* By ggml's number (ggml.h, enum ggml_type; block sizes: ggml-common.h). */
static const struct type types[] = {
    [0] = {"F32", TENSOR_F32, 1, 4},
    [1] = {"F16", TENSOR_F16, 1, 2},
    [2] = {"Q4_0", TENSOR_OPAQUE, 32, 18},
    [3] = {"Q4_1", TENSOR_OPAQUE, 32, 20},
    [6] = {"Q5_0", TENSOR_OPAQUE, 32, 22},
    [7] = {"Q5_1", TENSOR_OPAQUE, 32, 24},
    [8] = {"Q8_0", TENSOR_OPAQUE, 32, 34},
    [9] = {"Q8_1", TENSOR_OPAQUE, 32, 36},
    [10] = {"Q2_K", TENSOR_OPAQUE, 256, 84},
    [11] = {"Q3_K", TENSOR_OPAQUE, 256, 110},
    [12] = {"Q4_K", TENSOR_OPAQUE, 256, 144},
    [13] = {"Q5_K", TENSOR_OPAQUE, 256, 176},
    [14] = {"Q6_K", TENSOR_OPAQUE, 256, 210},
    [15] = {"Q8_K", TENSOR_OPAQUE, 256, 292},
    [16] = {"IQ2_XXS", TENSOR_OPAQUE, 256, 66},
    [17] = {"IQ2_XS", TENSOR_OPAQUE, 256, 74},
    [18] = {"IQ3_XXS", TENSOR_OPAQUE, 256, 98},
    [19] = {"IQ1_S", TENSOR_OPAQUE, 256, 50},
    [20] = {"IQ4_NL", TENSOR_OPAQUE, 32, 18},
    [21] = {"IQ3_S", TENSOR_OPAQUE, 256, 110},
    [22] = {"IQ2_S", TENSOR_OPAQUE, 256, 82},
    [23] = {"IQ4_XS", TENSOR_OPAQUE, 256, 136},
    [24] = {"I8", TENSOR_I8, 1, 1},
    [25] = {"I16", TENSOR_I16, 1, 2},
    [26] = {"I32", TENSOR_I32, 1, 4},
    [27] = {"I64", TENSOR_I64, 1, 8},
    [28] = {"F64", TENSOR_F64, 1, 8},
    [29] = {"IQ1_M", TENSOR_OPAQUE, 256, 56},
    [30] = {"BF16", TENSOR_BF16, 1, 2},
    [34] = {"TQ1_0", TENSOR_OPAQUE, 256, 54},
    [35] = {"TQ2_0", TENSOR_OPAQUE, 256, 66},
    [39] = {"MXFP4", TENSOR_OPAQUE, 32, 17},
};

struct model {
    struct gguf_read in;
    const struct ckpt_file *file;
    const struct ckpt_limits *max;
    const struct ckpt_sink *out;
    uint64_t alignment, told, n_tensors, n_settings;
    struct info *infos;
    char why[200];
};
struct info {
    struct ckpt_tensor tensor;
    uint64_t offset, bytes;
    bool sized;
};

static int sniff(const struct ckpt_file *f)
{
    if (span_starts(f->head, "GGUF")) return 90;
    return suffix_is(f->path, ".gguf") ? 40 : 0;
}

static bool wrong(struct model *m, const char *what, const char *name)
{
    struct str s = {0};
    str_addf(&s, "%s '", what);
    str_add_printable(&s, span_of(name), 80);
    str_addf(&s, "'");
    if (!m->why[0] && s.p) snprintf(m->why, sizeof m->why, "%s", s.p);
    str_done(&s);
    return false;
}

/* A template, wherever a key of that name has one. */
static bool read_template(struct model *m, const char *key, uint64_t n)
{
    if (n > TEMPLATE_MAX) {
        ckpt_say_safety(m->out, CKPT_SAFETY_UNVERIFIED, "a chat template of %" PRIu64 " bytes is above the limit of %d", n,
                        TEMPLATE_MAX);
        return gguf_skip(&m->in, n);
    }
    char *text = malloc((size_t)n + 1);
    if (!text) return m->in.end_reason = GGUF_MEMORY, false;
    bool ok = gguf_bytes(&m->in, text, (size_t)n);
    if (ok)
        jinja_judge((struct span){text, (size_t)n},
                    strcmp(key, "tokenizer.chat_template") == 0 ? "its chat template" : "one of its chat templates", m->out);
    free(text);
    return ok;
}

static void tell(struct model *m, const char *key, const char *value)
{
    if (m->told++ < TOLD) m->out->fact(m->out->arg, key, value);
}

static bool read_string_value(struct model *m, const char *key)
{
    char value[VALUE_TOLD + 1];
    uint64_t n;
    if (!gguf_length(&m->in, &n)) return false;
    if (strstr(key, "template")) return read_template(m, key, n);
    size_t kept = n < VALUE_TOLD ? (size_t)n : VALUE_TOLD;
    if (!gguf_bytes(&m->in, value, kept) || !gguf_skip(&m->in, n - kept)) return false;
    value[kept] = 0;
    tell(m, key, value);
    return true;
}

static bool read_number_value(struct model *m, const char *key, uint32_t type)
{
    char text[64];
    struct gguf_number v;
    if (!gguf_number(&m->in, type, &v)) return false;
    if (v.is_real) snprintf(text, sizeof text, "%.9g", v.real);
    else snprintf(text, sizeof text, v.is_signed ? "%" PRId64 : "%" PRIu64, v.integer);
    if (strcmp(key, "general.alignment") == 0) {
        m->alignment = v.integer;
        if (v.is_real || !v.integer || v.integer % 8 || v.integer > 1 << 20) return wrong(m, "its alignment is none:", text);
    }
    tell(m, key, text);
    return true;
}

/* Elements are stepped over; strings of an array of templates are looked at. */
static bool read_array_value(struct model *m, const char *key)
{
    uint32_t type;
    uint64_t n;
    if (!gguf_u32(&m->in, &type) || !gguf_count(&m->in, &n)) return false;
    if (type == GGUF_ARRAY) return wrong(m, "an array holds arrays in setting", key);
    size_t each = gguf_size(type);
    if (!each && type != GGUF_STRING) return wrong(m, "a type is unknown in setting", key);
    if (each) return gguf_skip_many(&m->in, n, each);
    for (uint64_t i = 0, length; i < n; i++) {
        if (!gguf_length(&m->in, &length)) return false;
        if (strstr(key, "template") ? !read_template(m, key, length) : !gguf_skip(&m->in, length)) return false;
    }
    return true;
}

static bool read_setting(struct model *m)
{
    char key[NAME_MAX_BYTES + 1];
    uint32_t type;
    if (!gguf_name(&m->in, key, NAME_MAX_BYTES) || !gguf_u32(&m->in, &type)) return false;
    if (type == GGUF_STRING) return read_string_value(m, key);
    if (type == GGUF_ARRAY) return read_array_value(m, key);
    return gguf_size(type) ? read_number_value(m, key, type) : wrong(m, "a type is unknown in setting", key);
}

static bool size_of(struct model *m, struct info *i, uint32_t type)
{
    const struct type *t = type < sizeof types / sizeof *types && types[type].name ? &types[type] : NULL;
    i->tensor.dtype_name = t ? t->name : "unknown";
    if (!t) return m->out->fact(m->out->arg, "unknown_dtype", i->tensor.name), true;
    i->sized = true;
    i->tensor.dtype = t->dtype;
    uint64_t inner = i->tensor.n_dims ? i->tensor.shape[i->tensor.n_dims - 1] : 1;
    if (inner % t->elements) return wrong(m, "a row is no whole number of blocks in tensor", i->tensor.name);
    bool fits = !__builtin_mul_overflow(i->tensor.count / t->elements, (uint64_t)t->bytes, &i->bytes) && i->bytes <= INT64_MAX;
    return fits || wrong(m, "too many bytes in tensor", i->tensor.name);
}

static bool read_info(struct model *m, struct info *i)
{
    char name[NAME_MAX_BYTES + 1];
    uint32_t type;
    if (!gguf_name(&m->in, name, NAME_MAX_BYTES)) return false;
    i->tensor = (struct ckpt_tensor){.name = arena_copy(m->out->arena, name, strlen(name)), .index = -1};
    if (!i->tensor.name) return m->in.end_reason = GGUF_LIMIT, false;
    i->tensor.part = part_of(name);
    if (!gguf_u32(&m->in, &i->tensor.n_dims)) return false;
    if (i->tensor.n_dims > DIMS_MAX) return i->tensor.n_dims = 0, wrong(m, "more than 4 dimensions in tensor", name);
    for (uint32_t d = i->tensor.n_dims; d-- > 0;)
        if (!gguf_u64(&m->in, &i->tensor.shape[d])) return false;
    if (!gguf_u32(&m->in, &type) || !gguf_u64(&m->in, &i->offset)) return false;
    if (!shape_count(&i->tensor)) return wrong(m, "too many elements in tensor", name);
    if (i->offset % m->alignment) return wrong(m, "an offset is not aligned in tensor", name);
    return size_of(m, i, type);
}

static bool read_counts(struct model *m)
{
    uint32_t version, tensors, settings;
    if (!gguf_skip(&m->in, 4) || !gguf_u32(&m->in, &version)) return false;
    if (!version || version > 3) return m->in.end_reason = GGUF_VERSION, false;
    if (version > 1) return gguf_u64(&m->in, &m->n_tensors) && gguf_u64(&m->in, &m->n_settings);
    m->in.short_lengths = true;
    bool ok = gguf_u32(&m->in, &tensors) && gguf_u32(&m->in, &settings);
    return m->n_tensors = ok ? tensors : 0, m->n_settings = ok ? settings : 0, ok;
}

static bool read_header(struct model *m)
{
    if (!read_counts(m)) return false;
    for (uint64_t i = 0; i < m->n_settings; i++)
        if (!read_setting(m)) return false;
    if (m->n_tensors > m->max->tensors) return m->in.end_reason = GGUF_LIMIT, false;
    m->infos = arena_alloc(m->out->arena, (size_t)m->n_tensors * sizeof *m->infos + 1);
    if (!m->infos) return m->in.end_reason = GGUF_LIMIT, false;
    for (uint64_t i = 0; i < m->n_tensors; i++)
        if (!read_info(m, &m->infos[i])) return false;
    return true;
}

static int by_offset(const void *a, const void *b)
{
    const struct info *x = a, *y = b;
    if (x->offset != y->offset) return x->offset < y->offset ? -1 : 1;
    return x->bytes < y->bytes ? -1 : x->bytes > y->bytes;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct info *)a)->tensor.name, ((const struct info *)b)->tensor.name);
}

static uint64_t aligned(uint64_t n, uint64_t to) { return n > UINT64_MAX - to ? UINT64_MAX : (n + to - 1) / to * to; }

/* Tensors follow each other, each from the next aligned byte on; the last is padded, too. */
static void check_data(struct model *m, uint64_t data_bytes)
{
    uint64_t at = 0, end = 0;
    bool sized = true;
    qsort(m->infos, (size_t)m->n_tensors, sizeof *m->infos, by_name);
    for (uint64_t i = 1; i < m->n_tensors; i++)
        if (by_name(&m->infos[i - 1], &m->infos[i]) == 0) wrong(m, "two tensors are named", m->infos[i].tensor.name);
    qsort(m->infos, (size_t)m->n_tensors, sizeof *m->infos, by_offset);
    for (uint64_t i = 0; i < m->n_tensors; i++) {
        const struct info *t = &m->infos[i];
        if (t->offset < at) wrong(m, "another tensor overlaps", t->tensor.name);
        if (t->offset > at && sized) wrong(m, "a hole lies before", t->tensor.name);
        if (__builtin_add_overflow(t->offset, t->bytes, &end)) wrong(m, "too many bytes in", t->tensor.name);
        sized = t->sized;
        at = aligned(end, m->alignment);
    }
    if (m->why[0]) ckpt_say_state(m->out, unwritten_fault(m->file, m->in.at), "%s", m->why);
    else if (at > data_bytes)
        ckpt_say_state(m->out, CKPT_INCOMPLETE, "%" PRIu64 " of %" PRIu64 " bytes of tensors are there", data_bytes, at);
    else if (data_bytes > at && sized)
        ckpt_say_state(m->out, unwritten_fault(m->file, m->in.at), "%" PRIu64 " bytes behind its last tensor belong to nothing",
                       data_bytes - at);
}

static void tell_tensors(struct model *m, const struct ckpt_file *f, uint64_t data)
{
    for (uint64_t i = 0; i < m->n_tensors; i++) {
        struct info *t = &m->infos[i];
        uint64_t end;
        if (__builtin_add_overflow(t->offset, t->bytes, &end) || end > f->size - data) continue;
        t->tensor.offset = f->base + data + t->offset;
        m->out->tensor(m->out->arg, &t->tensor);
    }
}

/* Did the header run into bytes that have not come? Of limits, and of versions that are told, it did not. */
static bool is_awaited(const struct gguf_read *in, const struct ckpt_file *f)
{
    enum { VERSION_AT = 4 };
    if (in->end_reason == GGUF_VERSION) return unwritten_from(f, VERSION_AT + 1);
    return (in->end_reason == GGUF_CUT || in->end_reason == GGUF_LONG) && unwritten_from(f, in->at);
}

static enum status say_end(struct model *m, struct err *err)
{
    ckpt_say_safety(m->out, CKPT_SAFETY_UNVERIFIED, "its header could not be read to its end");
    if (is_awaited(&m->in, m->file)) return ckpt_say_state(m->out, CKPT_INCOMPLETE, "its header is not written to its end"), OK;
    if (m->why[0]) return ckpt_say_state(m->out, CKPT_CORRUPT, "%s", m->why), OK;
    switch (m->in.end_reason) {
    case GGUF_MEMORY: return err_set(err, E_MEMORY, "no memory to read a GGUF header");
    case GGUF_LIMIT: return err_set(err, E_LIMIT, "%" PRIu64 " tensors are above the limit", m->n_tensors);
    case GGUF_IO: return err_set(err, E_IO, "cannot read the file at byte %" PRIu64, m->in.at);
    case GGUF_VERSION:
        return ckpt_say_state(m->out, CKPT_STATE_UNVERIFIED, "it is of a version, or byte order, that is not known"), OK;
    case GGUF_LONG: return ckpt_say_state(m->out, CKPT_CORRUPT, "a name of its header is too long, or holds a NUL"), OK;
    default: return ckpt_say_state(m->out, CKPT_INCOMPLETE, "its header breaks off"), OK;
    }
}

static enum status scan(const struct ckpt_file *f, const struct ckpt_limits *max, const struct ckpt_sink *out, struct err *err)
{
    struct model *m = calloc(1, sizeof *m);
    if (!m) return err_set(err, E_MEMORY, "no memory to read a GGUF header");
    *m = (struct model){.file = f, .max = max, .out = out, .alignment = ALIGNMENT_USUAL};
    gguf_begin(&m->in, f);
    enum status s = OK;
    if (f->head.n >= 4 && !span_starts(f->head, "GGUF")) {
        ckpt_say_state(out, unwritten_fault(f, unwritten_signature(f->head, "GGUF")), "it does not begin with 'GGUF'");
        ckpt_say_safety(out, CKPT_SAFETY_UNVERIFIED, "its header could not be read");
    } else if (read_header(m)) {
        uint64_t data = aligned(m->in.at, m->alignment);
        if (m->n_tensors && data > f->size) ckpt_say_state(out, CKPT_INCOMPLETE, "its data is not there yet");
        uint64_t there = data < f->size ? f->size - data : 0;
        check_data(m, there);
        if (data <= f->size) tell_tensors(m, f, data);
    } else {
        s = say_end(m, err);
    }
    free(m);
    return s;
}

const struct ckpt ckpt_gguf = {"gguf", "GGUF of llama.cpp", sniff, scan};
