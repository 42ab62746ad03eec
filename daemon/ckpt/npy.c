/* npy - one numpy array in a file, or several one behind the other, as np.save into an open file leaves them. */
#include "npy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "list.h"
#include "pickle/pickle.h"
#include "suffix.h"
#include "unwritten.h"

enum { ARRAYS_MAX = 4096 };

static int sniff(const struct ckpt_file *f)
{
    if (span_starts(f->head, "\x93NUMPY")) return 90;
    return suffix_is(f->path, ".npy") ? 40 : 0;
}

/* The file's own name, and from the second array on its number. */
static const char *name_of(const struct ckpt_file *f, struct arena *a, unsigned number)
{
    char name[256];
    const char *base = path_name(f->path);
    size_t n = strlen(base) - (suffix_is(base, ".npy") ? 4 : 0);
    if (number) snprintf(name, sizeof name, "%.*s.%u", (int)(n < 200 ? n : 200), base, number);
    else snprintf(name, sizeof name, "%.*s", (int)(n < 200 ? n : 200), base);
    return arena_copy(a, name, strlen(name));
}

static enum status judge(const struct ckpt_file *f, uint64_t at, const struct ckpt_limits *max, const struct ckpt_sink *out,
                         struct err *err)
{
    struct pickle_input in = {f->fd, f->base + at, f->size - at, NULL};
    out->fact(out->arg, "pickled", "the array is of objects: its data is a pickle");
    return pickle_judge(&in, NULL, max, out, NULL, err);
}

/* The header at `at`; its bytes are read as far as it is long. */
static enum status read_header(const struct ckpt_file *f, uint64_t at, struct arena *a, struct npy *n, enum npy_read *ret,
                               struct err *err)
{
    char prefix[NPY_PREFIX_BYTES];
    uint64_t left = f->size - at, bytes;
    size_t had = left < sizeof prefix ? (size_t)left : sizeof prefix;
    enum status s = ckpt_pread(f->fd, prefix, had, f->base + at, err);
    if (s != OK) return s;
    bytes = npy_header_bytes((struct span){prefix, had});
    if (!bytes || bytes > NPY_HEADER_MAX || bytes > left) return *ret = npy_read((struct span){prefix, had}, a, n), OK;
    char *text = malloc((size_t)bytes);
    if (!text) return err_set(err, E_MEMORY, "no memory for a header of %" PRIu64 " bytes", bytes);
    s = ckpt_pread(f->fd, text, (size_t)bytes, f->base + at, err);
    if (s == OK) *ret = npy_read((struct span){text, (size_t)bytes}, a, n);
    free(text);
    return s;
}

/* One array at *at, moved behind it; false when nothing more can be read. */
static bool read_array(const struct ckpt_file *f, uint64_t *at, unsigned number, const struct ckpt_limits *max,
                       const struct ckpt_sink *out, enum status *status, struct err *err)
{
    struct npy n;
    enum npy_read r = NPY_WRONG;
    uint64_t bytes = 0;
    *status = read_header(f, *at, out->arena, &n, &r, err);
    if (*status != OK) return false;
    if (r == NPY_CUT || (r == NPY_WRONG && unwritten_from(f, *at + n.wrong_at)))
        return ckpt_say_state(out, CKPT_INCOMPLETE, "the header of its array breaks off"), false;
    if (r == NPY_WRONG) {
        ckpt_say_state(out, CKPT_CORRUPT, "%s", number ? "something follows its array that is none" : n.why);
        if (!number) ckpt_say_safety(out, CKPT_SAFETY_UNVERIFIED, "its header could not be read");
        return false;
    }
    *at += n.header_bytes;
    if (n.pickled) return *status = judge(f, *at, max, out, err), false;
    if (!npy_bytes(&n, &bytes))
        return ckpt_say_state(out, CKPT_CORRUPT, "its array has more bytes than 64 bits can count"), false;
    if (!n.item_bytes) bytes = f->size - *at; /* fields: their lengths are not added up */
    if (bytes > f->size - *at)
        return ckpt_say_state(out, CKPT_INCOMPLETE, "%" PRIu64 " of %" PRIu64 " bytes of its array are there", f->size - *at,
                              bytes),
               false;
    n.tensor.name = name_of(f, out->arena, number);
    if (!n.tensor.name || r == NPY_FULL || !npy_place(&n, out->arena, NULL, NULL, f->base + *at, bytes))
        return *status = err_set(err, E_LIMIT, "its arrays are above the limit on memory"), false;
    out->tensor(out->arg, &n.tensor);
    return *at += bytes, true;
}

static enum status scan(const struct ckpt_file *f, const struct ckpt_limits *max, const struct ckpt_sink *out, struct err *err)
{
    enum status s = OK;
    uint64_t at = 0;
    unsigned number = 0;
    do {
        if (number == ARRAYS_MAX) return err_set(err, E_LIMIT, "more than %d arrays in one file are above the limit", ARRAYS_MAX);
        if (!read_array(f, &at, number++, max, out, &s, err)) break;
    } while (at < f->size);
    return s;
}

const struct ckpt ckpt_npy = {"npy", "an array of numpy", sniff, scan};
