/* pickle - a file of pickles: scikit-learn and joblib estimators, training_args.bin, pickled state dicts; any number of streams behind each other.
 *
 * joblib may pack the whole file; what zlib unpacks is looked into. */
#include <zlib.h>

#include "list.h"
#include "pickle_read.h"
#include "suffix.h"
#include "unwritten.h"

static bool is_named(const char *path)
{
    static const char *const suffixes[] = {".pkl", ".pickle", ".joblib", ".p", ".dill", ".pt", ".pth", ".bin", ".ckpt"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (suffix_is(path, suffixes[i])) return true;
    return false;
}

/* zlib (RFC 1950: method 8, check bits) or gzip, under a pickle's name. */
static bool is_packed(const struct ckpt_file *f)
{
    const unsigned char *p = (const unsigned char *)f->head.p;
    bool named = is_named(f->path) || suffix_is(f->path, ".z") || suffix_is(f->path, ".gz");
    if (!named || !f->head.n) return false;
    if (f->head.n == 1 || !p[1]) return p[0] == 0x78 || p[0] == 0x1F; /* the first byte of one that is being written */
    return (p[0] == 0x78 && (p[0] * 256 + p[1]) % 31 == 0) || (p[0] == 0x1F && p[1] == 0x8B);
}

static int sniff_pickle(const struct ckpt_file *f)
{
    enum { BY_SUFFIX = 21, BY_PACKING = 50 };
    int sure = is_packed(f) ? BY_PACKING : pickle_begins(f->head);
    return !sure && is_named(f->path) ? BY_SUFFIX : sure;
}

/* Unpack into the arena, up to room bytes. Z_STREAM_END: all of it; Z_BUF_ERROR: the file ends before, or its bytes have not come;
 * Z_MEM_ERROR: room is full. */
static int inflate_all(const struct ckpt_file *f, char *out, size_t room, size_t *n, struct err *err)
{
    unsigned char block[16384];
    z_stream z = {.next_out = (Bytef *)out, .avail_out = (uInt)room};
    int r = inflateInit2(&z, 15 + 32); /* zlib or gzip, told by its header */
    for (uint64_t at = 0; r == Z_OK && at < f->size;) {
        size_t want = f->size - at < sizeof block ? (size_t)(f->size - at) : sizeof block;
        if (ckpt_pread(f->fd, block, want, f->base + at, err) != OK) r = Z_ERRNO;
        z.next_in = block;
        z.avail_in = (uInt)want;
        at += want;
        while (r == Z_OK && z.avail_in && z.avail_out) r = inflate(&z, Z_NO_FLUSH);
        if (r == Z_OK && !z.avail_out) r = Z_MEM_ERROR;
    }
    *n = room - z.avail_out;
    bool awaited = r == Z_DATA_ERROR && unwritten_from(f, z.total_in);
    inflateEnd(&z);
    return r == Z_OK || awaited ? Z_BUF_ERROR : r;
}

static enum status read_packed(const struct ckpt_file *f, const struct ckpt_limits *max, const struct ckpt_sink *out,
                               struct err *err)
{
    enum { ROOM_MAX = 64 << 20, RATIO_MAX = 1100 };
    size_t room = f->size < ROOM_MAX / RATIO_MAX ? (size_t)f->size * RATIO_MAX : ROOM_MAX, n;
    if (room > max->unpacked_bytes) room = (size_t)max->unpacked_bytes;
    char *bytes = arena_alloc(out->arena, room);
    if (!bytes) return err_set(err, E_LIMIT, "it unpacks to more than there is memory for");
    int r = inflate_all(f, bytes, room, &n, err);
    if (r == Z_ERRNO) return E_IO;
    if (r == Z_BUF_ERROR) ckpt_say_state(out, CKPT_INCOMPLETE, "its packed bytes end before their end mark");
    else if (r == Z_MEM_ERROR) {
        ckpt_say_state(out, CKPT_STATE_UNVERIFIED, "unpacks to more than the limit of %zu bytes", room);
        ckpt_say_safety(out, CKPT_SAFETY_UNVERIFIED, "unpacks to more than the limit of %zu bytes", room);
    } else if (r != Z_STREAM_END) ckpt_say_state(out, CKPT_CORRUPT, "its packed bytes are broken");
    if (r != Z_STREAM_END) ckpt_say_safety(out, CKPT_SAFETY_UNVERIFIED, "not all of it could be unpacked");
    struct pickle_input in = {.fd = -1, .size = n, .bytes = bytes};
    bool half = r == Z_BUF_ERROR;
    struct state_from from = {.fd = -1, .memory = bytes, .missing = half ? CKPT_INCOMPLETE : CKPT_CORRUPT};
    return pickle_read(&in, half ? PICKLE_JOBLIB | PICKLE_HALF : PICKLE_JOBLIB, "", &from, max, out, err);
}

static enum status scan_pickle(const struct ckpt_file *f, const struct ckpt_limits *max, const struct ckpt_sink *out,
                               struct err *err)
{
    if (is_packed(f)) return read_packed(f, max, out, err);
    struct pickle_input in = {.fd = f->fd, .base = f->base, .size = f->size};
    struct state_from from = {.fd = f->fd, .base = f->base, .missing = CKPT_CORRUPT};
    if (!f->size) {
        ckpt_say_state(out, CKPT_INCOMPLETE, "the file is empty");
        ckpt_say_safety(out, CKPT_SAFETY_UNVERIFIED, "the file is empty");
        return OK;
    }
    return pickle_read(&in, PICKLE_JOBLIB, "", &from, max, out, err);
}

const struct ckpt ckpt_pickle = {"pickle", "pickles: scikit-learn, joblib, training_args.bin, state dicts", sniff_pickle,
                                 scan_pickle};
