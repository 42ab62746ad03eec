/* torch-legacy - torch.save before 1.6, and _use_new_zipfile_serialization=False since (torch/serialization.py, _legacy_save):
 *
 *     pickle magic number | pickle protocol 1001 | pickle {'little_endian': ...} | pickle object | pickle [keys, sorted]
 *     for each key: i64 LE elements | elements times the size of the storage's type */
#include <inttypes.h>
#include <stdlib.h>

#include "le.h"
#include "list.h"
#include "pickle_read.h"
#include "unwritten.h"

struct place {
    struct span key;
    uint64_t offset, bytes; /* in the file */
};
struct legacy {
    const struct ckpt_file *file;
    struct place *places; /* by key, in the order of the file */
    size_t n;
};

static int sniff_legacy(const struct ckpt_file *f)
{
    enum { SURE = 95, MAGIC_WITHIN = 32 };
    struct span first = {f->head.p, f->head.n < MAGIC_WITHIN ? f->head.n : MAGIC_WITHIN};
    return first.n && first.p[0] == (char)0x80 && span_has(first, "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19") ? SURE : 0;
}

static int by_key(const void *a, const void *b)
{
    struct span x = ((const struct place *)a)->key, y = ((const struct place *)b)->key;
    int order = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);
    return order ? order : (x.n > y.n) - (x.n < y.n);
}

static bool find_storage(void *arg, struct span key, struct state_storage *ret)
{
    const struct legacy *l = arg;
    struct place wanted = {.key = key};
    const struct place *p = l->n ? bsearch(&wanted, l->places, l->n, sizeof *l->places, by_key) : NULL;
    if (!p) return false;
    *ret = (struct state_storage){.offset = p->offset, .bytes = p->bytes};
    return true;
}

/* Bytes of one element of a storage class; 0 where it is not known. */
static uint64_t item_bytes(const struct global *g)
{
    static const struct {
        const char *names;
        uint8_t bytes;
    } sizes[] = {
        {"ByteStorage CharStorage BoolStorage UntypedStorage QInt8Storage QUInt8Storage QUInt4x2Storage QUInt2x4Storage", 1},
        {"HalfStorage BFloat16Storage ShortStorage", 2},
        {"FloatStorage IntStorage QInt32Storage", 4},
        {"DoubleStorage LongStorage ComplexFloatStorage", 8},
        {"ComplexDoubleStorage", 16},
    };
    for (size_t i = 0; g && i < sizeof sizes / sizeof *sizes; i++)
        if (global_is(g, "torch", sizes[i].names) || global_is(g, "torch.cuda", sizes[i].names) ||
            global_is(g, "torch.storage", sizes[i].names))
            return sizes[i].bytes;
    return 0;
}

/* Sizes first: each key's element size by the persistent ids, in place->bytes, sorted by key. */
static bool list_storages(struct legacy *l, const struct node *persistent)
{
    l->places = calloc(persistent->n ? persistent->n : 1, sizeof *l->places);
    for (uint64_t i = 0; l->places && i < persistent->n; i++) {
        const struct node *id = persistent->items[i]->inner;
        struct span key = node_text(node_item(id, 2));
        if (node_is(node_item(id, 0), "storage") && key.n)
            l->places[l->n++] = (struct place){key, 0, item_bytes(node_global(node_item(id, 1)))};
    }
    if (!l->places) return false;
    qsort(l->places, l->n, sizeof *l->places, by_key);
    size_t kept = 0;
    for (size_t i = 0; i < l->n; i++)
        if (!kept || by_key(&l->places[kept - 1], &l->places[i])) l->places[kept++] = l->places[i];
    l->n = kept;
    return true;
}

static void cut(const struct legacy *l, const struct ckpt_sink *out, uint64_t at)
{
    ckpt_say_state(out, CKPT_INCOMPLETE, "ends after %" PRIu64 " bytes, and its storages go on to %" PRIu64 " or further",
                   l->file->size, at);
}

/* A count of 0 whose bytes, and all that follow, are zeros: the file got its size before its bytes. */
static bool is_awaited(const struct legacy *l, uint64_t at) { return at + 8 < l->file->size && unwritten_from(l->file, at + 8); }

/* The storages themselves, in the order of keys; *at is behind the last one. false: the file ends before, or is wrong, said already. */
static bool place_storages(struct legacy *l, const struct node *keys, uint64_t *at, const struct ckpt_sink *out)
{
    const struct node *list = node_items(keys);
    unsigned char count[8];
    for (uint64_t i = 0; list && i < list->n; i++) {
        struct place wanted = {.key = node_text(list->items[i])},
                     *p = bsearch(&wanted, l->places, l->n, sizeof *l->places, by_key);
        uint64_t bytes, end;
        if (!p || !p->bytes || p->offset)
            return ckpt_say_state(out, CKPT_CORRUPT, "its list of storages has one that no tensor has, or one twice"), false;
        if (*at + sizeof count > l->file->size) return p->bytes = 0, cut(l, out, *at + sizeof count), false;
        if (ckpt_pread(l->file->fd, count, sizeof count, l->file->base + *at, NULL) != OK) return false;
        if (__builtin_mul_overflow(le64(count), p->bytes, &bytes) || __builtin_add_overflow(*at + sizeof count, bytes, &end))
            return ckpt_say_state(out, CKPT_CORRUPT, "a storage of an impossible size"), false;
        if (!le64(count) && is_awaited(l, *at))
            return p->bytes = 0, ckpt_say_state(out, CKPT_INCOMPLETE, "its storages are not written to their end"), false;
        p->offset = l->file->base + *at + sizeof count;
        p->bytes = bytes;
        if (end > l->file->size) return p->bytes = l->file->size - *at - sizeof count, cut(l, out, end), false;
        *at = end;
    }
    return true;
}

/* Storages that were not reached have no bytes. */
static void forget_unplaced(struct legacy *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (!l->places[i].offset) l->places[i].bytes = 0;
}

static enum status describe(struct legacy *l, struct pickle *p, const struct node *streams[5], const struct ckpt_limits *max,
                            const struct ckpt_sink *out, struct err *err)
{
    const struct node *little = node_get(streams[2], "little_endian");
    uint64_t at = pickle_at(p);
    struct state_from from = {.fd = l->file->fd,
                              .base = l->file->base,
                              .missing = CKPT_CORRUPT,
                              .framework = "pytorch",
                              .arg = l,
                              .storage = find_storage};
    if (!list_storages(l, pickle_persistent(p))) return err_set(err, E_MEMORY, "no memory for its storages");
    from.swapped = little && little->kind == NODE_BOOL && !little->integer;
    if (!place_storages(l, streams[4], &at, out)) from.missing = CKPT_INCOMPLETE;
    else if (at < l->file->size) {
        from.missing = unwritten_fault(l->file, at + 1);
        ckpt_say_state(out, from.missing, "%" PRIu64 " bytes follow its last storage", l->file->size - at);
        ckpt_say_safety(out, CKPT_SAFETY_UNVERIFIED, "%" PRIu64 " bytes behind its last storage were not looked into",
                        l->file->size - at);
    }
    forget_unplaced(l);
    return state_dict_walk(streams[3], &from, max, out, err);
}

static enum status scan_legacy(const struct ckpt_file *f, const struct ckpt_limits *max, const struct ckpt_sink *out,
                               struct err *err)
{
    enum { STREAMS = 5 };
    const struct node *values[STREAMS];
    struct legacy l = {.file = f};
    size_t n = 0;
    enum pickle_end end = PICKLE_VALUE;
    struct pickle_input in = {.fd = f->fd, .base = f->base, .size = f->size};
    struct pickle *p = pickle_new(&in, max, out->arena, PICKLE_PERSISTENT);
    if (!p) return err_set(err, E_MEMORY, "no memory to read a pickle");
    while (n < STREAMS && (end = pickle_next(p, &values[n])) == PICKLE_VALUE) n++;
    pickle_say(p, "", CKPT_SAFETY_UNVERIFIED, out);
    if (end == PICKLE_NO_MORE) {
        ckpt_say_state(out, CKPT_INCOMPLETE, "ends after %zu of its five pickles", n);
        ckpt_say_safety(out, CKPT_SAFETY_UNVERIFIED, "the rest of its pickles are not there to be looked into");
    }
    pickle_say_end(p, end, n, "", out);
    enum status s = n == STREAMS       ? describe(&l, p, values, max, out, err)
                    : end == PICKLE_IO ? err_set(err, E_IO, "the bytes of a pickle cannot be read")
                                       : OK;
    free(l.places);
    pickle_free(p);
    return s;
}

const struct ckpt ckpt_torch_legacy = {"torch-legacy", "torch.save before 1.6: five pickles and the storages behind them",
                                       sniff_legacy, scan_legacy};
