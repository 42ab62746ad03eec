/* npz - a zip of numpy arrays, stored (np.savez) or deflated (np.savez_compressed); each member is `<name>.npy`. */
#include <stdlib.h>

#include "le.h"
#include "list.h"
#include "npy.h"
#include "part.h"
#include "pickle/pickle.h"
#include "suffix.h"

enum { PICKLE_SURE = 20, HEAD_BYTES = 4096 };
#define LOAD_BYTES (UINT64_C(64) << 20)

struct arrays {
    struct zip zip;
    const struct ckpt_limits *max;
    const struct ckpt_sink *out;
};

static int sniff(const struct ckpt_file *f)
{
    enum { NAME_AT = 30 };
    if (!span_starts(f->head, "PK\3\4") || f->head.n < NAME_AT) return suffix_is(f->path, ".npz") ? 60 : 0;
    if (suffix_is(f->path, ".npz")) return 90;
    struct span name = span_from(f->head, NAME_AT);
    if (name.n > le16(f->head.p + 26)) name.n = le16(f->head.p + 26);
    return name.n > 4 && memcmp(name.p + name.n - 4, ".npy", 4) == 0 ? 80 : 0;
}

/* The first bytes of a member, up to room. */
static enum status read_head(struct arrays *a, const struct zip_entry *e, char *p, size_t room, size_t *n, struct err *err)
{
    struct ckpt_cursor c;
    uint64_t bytes = e->bytes < room ? e->bytes : room;
    *n = 0;
    enum status s = zip_open(&a->zip, e, 0, bytes, &c, err);
    while (s == OK && *n < bytes) {
        ssize_t got = c.next(&c, p + *n, (size_t)bytes - *n, err);
        if (got < 0) s = err ? err->status : E_FORMAT;
        if (got <= 0) break;
        *n += (size_t)got;
    }
    ckpt_close(&c);
    return s;
}

static enum status judge(struct arrays *a, const struct zip_entry *e, uint64_t from, struct err *err)
{
    char said[128], *p;
    size_t n;
    enum status s = zip_load(&a->zip, e, LOAD_BYTES, &p, &n, err);
    if (s != OK) return s;
    struct pickle_input in = {-1, 0, n - (from < n ? (size_t)from : n), p + (from < n ? from : n)};
    s = pickle_judge(&in, zip_said_name(e, said), a->max, a->out, NULL, err);
    free(p);
    return s;
}

static const char *name_of(const struct zip_entry *e, struct arena *a)
{
    bool npy = e->name_bytes > 4 && suffix_is(e->name, ".npy");
    return arena_copy(a, e->name, e->name_bytes - (npy ? 4 : 0));
}

static void say_wrong(struct arrays *a, const struct zip_entry *e, const char *why)
{
    char said[128];
    ckpt_say_state(a->out, CKPT_CORRUPT, "in '%s': %s", zip_said_name(e, said), why);
    ckpt_say_safety(a->out, CKPT_SAFETY_UNVERIFIED, "member '%s' could not be read", said);
}

/* A member that begins as an array. */
static enum status read_array(struct arrays *a, const struct zip_entry *e, struct span head, struct err *err)
{
    struct npy n;
    uint64_t bytes;
    enum npy_read r = npy_read(head, a->out->arena, &n);
    if (r == NPY_WRONG || r == NPY_CUT) return say_wrong(a, e, r == NPY_CUT ? "the header of the array breaks off" : n.why), OK;
    n.tensor.name = name_of(e, a->out->arena);
    if (r == NPY_FULL || !n.tensor.name) return err_set(err, E_LIMIT, "its arrays are above the limit on memory");
    if (n.pickled) return judge(a, e, n.header_bytes, err);
    if (!n.item_bytes) bytes = e->bytes - n.header_bytes;
    else if (!npy_bytes(&n, &bytes) || bytes != e->bytes - n.header_bytes)
        return say_wrong(a, e, "the array is not as long as its shape says"), OK;
    n.tensor.part = part_of(n.tensor.name);
    if (!npy_place(&n, a->out->arena, &a->zip, e, n.header_bytes, bytes))
        return err_set(err, E_LIMIT, "its arrays are above the limit on memory");
    a->out->tensor(a->out->arg, &n.tensor);
    return n.tensor.dtype == TENSOR_OPAQUE ? zip_check(&a->zip, e, err) : OK; /* others' bytes are read for their numbers */
}

static enum status look(struct arrays *a, const struct zip_entry *e, char *head, struct err *err)
{
    size_t n;
    char said[128];
    if (e->directory || e->closed) return OK;
    enum status s = read_head(a, e, head, HEAD_BYTES, &n, err);
    uint64_t header = npy_header_bytes((struct span){head, n});
    if (s == OK && header > n && header <= NPY_HEADER_MAX) s = read_head(a, e, head, (size_t)header, &n, err);
    if (s == E_FORMAT) return say_wrong(a, e, err ? err->text : "it does not unpack"), OK;
    if (s != OK) return s;
    struct span h = {head, n};
    if (e->doubtful || pickle_begins(h) >= PICKLE_SURE) return judge(a, e, 0, err);
    if (span_starts(h, "\x93NUMPY")) return read_array(a, e, h, err);
    ckpt_say_safety(a->out, CKPT_SAFETY_UNVERIFIED, "member '%s' is no array and was not looked into", zip_said_name(e, said));
    return zip_check(&a->zip, e, err);
}

static enum status scan(const struct ckpt_file *f, const struct ckpt_limits *max, const struct ckpt_sink *out, struct err *err)
{
    struct arrays *a = arena_alloc(out->arena, sizeof *a);
    if (!a) return err_set(err, E_MEMORY, "no memory to read a zip");
    *a = (struct arrays){.max = max, .out = out};
    enum status s = zip_read(&a->zip, f->fd, f->base, f->size, max, out, err);
    char *head = s == OK ? malloc(NPY_HEADER_MAX) : NULL;
    if (s == OK && !head) s = err_set(err, E_MEMORY, "no memory to read a zip");
    for (size_t i = 0; s == OK && i < a->zip.n; i++) {
        struct err why = {0};
        s = look(a, &a->zip.entries[i], head, &why);
        if (s == E_LIMIT || s == E_FORMAT) s = (ckpt_say_safety(out, CKPT_SAFETY_UNVERIFIED, "%s", why.text), OK);
        else if (s != OK) err_set(err, s, "%s", why.text);
    }
    free(head);
    zip_done(&a->zip);
    return s;
}

const struct ckpt ckpt_npz = {"npz", "a zip of numpy's arrays", sniff, scan};
