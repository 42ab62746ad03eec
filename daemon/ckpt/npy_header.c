/* npy_header - the dict literal of an array's header, read as what numpy writes: no expression, no escape. */
#include <ctype.h>
#include <stdlib.h>

#include "le.h"
#include "npy.h"
#include "numpy_type.h"
#include "part.h"
#include "shape.h"
#include "unwritten.h"

struct literal {
    const char *p, *end;
};

static void blanks(struct literal *l)
{
    while (l->p < l->end && (*l->p == ' ' || *l->p == '\n')) l->p++;
}

static bool take(struct literal *l, char c)
{
    blanks(l);
    if (l->p == l->end || *l->p != c) return false;
    return l->p++, true;
}

static bool word(struct literal *l, const char *text)
{
    blanks(l);
    if (!span_starts((struct span){l->p, (size_t)(l->end - l->p)}, text)) return false;
    return l->p += strlen(text), true;
}

/* 'text' or "text", on one line, without escapes. */
static bool quoted(struct literal *l, struct span *ret)
{
    blanks(l);
    if (l->p == l->end || (*l->p != '\'' && *l->p != '"')) return false;
    char quote = *l->p++;
    const char *begin = l->p;
    while (l->p < l->end && *l->p != quote && *l->p != '\\' && *l->p != '\n') l->p++;
    if (l->p == l->end || *l->p != quote) return false;
    *ret = (struct span){begin, (size_t)(l->p - begin)};
    return l->p++, true;
}

static bool number(struct literal *l, uint64_t *ret)
{
    uint64_t v = 0;
    blanks(l);
    if (l->p == l->end || !isdigit((unsigned char)*l->p)) return false;
    for (; l->p < l->end && isdigit((unsigned char)*l->p); l->p++)
        if (__builtin_mul_overflow(v, 10u, &v) || __builtin_add_overflow(v, (uint64_t)(*l->p - '0'), &v)) return false;
    take(l, 'L'); /* a Python 2 long */
    return *ret = v, true;
}

/* (3, 4), (3,), () */
static bool shape(struct literal *l, struct ckpt_tensor *t)
{
    if (!take(l, '(')) return false;
    while (!take(l, ')')) {
        if (t->n_dims == CKPT_MAX_DIMS || !number(l, &t->shape[t->n_dims++])) return false;
        if (!take(l, ',') && !(take(l, ')') && l->p--)) return false;
    }
    return true;
}

/* A list of fields, to its closing bracket: not taken apart, only looked through for objects. */
static bool fields(struct literal *l, struct npy *n)
{
    const char *begin = l->p;
    unsigned depth = 1;
    for (l->p++; l->p < l->end && depth;) {
        struct span text;
        if (*l->p == '\'' || *l->p == '"') {
            if (!quoted(l, &text)) return false;
            if (text.n && (text.p[0] == 'O' || (text.n > 1 && text.p[1] == 'O'))) n->pickled = true;
            continue;
        }
        depth += *l->p == '[' || *l->p == '(';
        depth -= *l->p == ']' || *l->p == ')';
        l->p++;
    }
    n->tensor.dtype_name = begin; /* copied by the caller, with what follows */
    return depth == 0;
}

/* '<f4': order, kind, bytes. */
static bool plain(struct npy *n, struct span text)
{
    bool ordered = text.n && strchr("<>|=", text.p[0]) && text.p[0];
    char order = ordered ? text.p[0] : '|';
    struct span rest = span_from(text, ordered);
    if (!rest.n || !isalpha((unsigned char)rest.p[0])) return false;
    struct literal l = {rest.p + 1, rest.p + rest.n};
    uint64_t bytes = 0;
    bool sized = number(&l, &bytes);
    if (rest.p[0] == 'O') return n->pickled = true;
    if (!sized || bytes > UINT32_MAX / 4) return false;
    n->item_bytes = (uint32_t)bytes * (rest.p[0] == 'U' ? 4 : 1);
    if (l.p != l.end) return *l.p == '[' && (rest.p[0] == 'M' || rest.p[0] == 'm'); /* <M8[ns] */
    n->tensor.dtype = numpy_dtype(rest.p[0], bytes);
    bool complex = rest.p[0] == 'c';
    if (order == '>' && bytes > 1 && n->tensor.dtype != TENSOR_OPAQUE) n->swap_bytes = (uint32_t)(complex ? bytes / 2 : bytes);
    return true;
}

static bool descr(struct literal *l, struct npy *n, struct span *spelled)
{
    struct span text;
    blanks(l);
    const char *begin = l->p;
    bool list = l->p < l->end && (*l->p == '[' || *l->p == '(');
    if (list ? !fields(l, n) : !quoted(l, &text) || !plain(n, text)) return false;
    *spelled = list ? (struct span){begin, (size_t)(l->p - begin)} : text;
    return true;
}

static const char *read_dict(struct literal *l, struct npy *n, struct span *spelled)
{
    unsigned seen = 0;
    if (!take(l, '{')) return "its header is no dict";
    while (!take(l, '}')) {
        struct span key;
        unsigned bit;
        bool ok;
        if (!quoted(l, &key) || !take(l, ':')) return "a key of its header is none";
        if (span_is(key, "descr")) bit = 1, ok = descr(l, n, spelled);
        else if (span_is(key, "fortran_order")) bit = 2, ok = word(l, "False") || (n->fortran = word(l, "True"));
        else if (span_is(key, "shape")) bit = 4, ok = shape(l, &n->tensor);
        else return "its header has a key that is none of descr, fortran_order and shape";
        if (!ok)
            return bit == 1   ? "its descr is no type of numpy's"
                   : bit == 2 ? "its fortran_order is no truth value"
                              : "its shape is none";
        if (seen & bit) return "its header tells one thing twice";
        seen |= bit;
        if (!take(l, ',') && !(take(l, '}') && l->p--)) return "its header is no dict";
    }
    blanks(l);
    if (l->p != l->end) return "something follows the dict of its header";
    return seen == 7 ? NULL : "its header lacks descr, fortran_order or shape";
}

uint64_t npy_header_bytes(struct span head)
{
    if (head.n < NPY_PREFIX_BYTES || memcmp(head.p, "\x93NUMPY", NPY_MAGIC_BYTES) != 0) return 0;
    unsigned major = (unsigned char)head.p[6];
    if (major == 1) return 10u + (uint64_t)le16(head.p + 8);
    return major == 2 || major == 3 ? 12u + (uint64_t)le32(head.p + 8) : 0;
}

enum npy_read npy_read(struct span head, struct arena *a, struct npy *ret)
{
    *ret = (struct npy){.header_bytes = npy_header_bytes(head), .tensor = {.index = -1}};
    if (head.n < NPY_PREFIX_BYTES) return NPY_CUT;
    ret->wrong_at = ret->header_bytes ? ret->header_bytes : unwritten_signature(head, "\x93NUMPY");
    if (!ret->header_bytes)
        return ret->why = "it does not begin as a numpy array does, or in a version that is not known", NPY_WRONG;
    if (ret->header_bytes > NPY_HEADER_MAX) return ret->why = "its header is above the limit of 1 MiB", NPY_WRONG;
    if (ret->header_bytes > head.n) return NPY_CUT;
    size_t prefix = head.p[6] == 1 ? 10 : 12;
    struct literal l = {head.p + prefix, head.p + ret->header_bytes};
    struct span spelled = {"", 0};
    ret->why = read_dict(&l, ret, &spelled);
    if (!ret->why && !shape_count(&ret->tensor)) ret->why = "it has more elements than 64 bits can count";
    if (ret->why) return NPY_WRONG;
    ret->tensor.dtype_name = arena_copy(a, spelled.p, spelled.n < 200 ? spelled.n : 200);
    return ret->tensor.dtype_name ? NPY_OK : NPY_FULL;
}

bool npy_bytes(const struct npy *n, uint64_t *ret)
{
    return !__builtin_mul_overflow(n->tensor.count, (uint64_t)n->item_bytes, ret);
}
