/* torch - torch.save since 1.6: a zip of stored members (torch/serialization.py, caffe2/serialize/inline_container.cc).
 *
 *     <top>/data.pkl            the pickle; its persistent ids name storages
 *     <top>/data/<key>          the raw bytes of a storage, aligned
 *     <top>/version, byteorder, .format_version, .storage_alignment, .data/serialization_id
 *     <top>/code/...            TorchScript: Python-like source that torch.jit.load compiles and runs */
#include <stdio.h>
#include <stdlib.h>

#include "../base/clock.h"
#include "le.h"
#include "list.h"
#include "pickle_read.h"
#include "suffix.h"
#include "zip.h"

struct torch_zip {
    struct zip zip;
    char top[256]; /* "archive/" */
    bool sums;     /* its members have checksums: torch can be told to write 0 for all of them */
};

static bool ends_in(struct span name, const char *end)
{
    size_t n = strlen(end);
    return name.n >= n && memcmp(name.p + name.n - n, end, n) == 0;
}

static int sniff_torch(const struct ckpt_file *f)
{
    static const char *const members[] = {"/data.pkl",           "/.format_version", "/version",      "/byteorder",
                                          "/.storage_alignment", "/data/0",          "/constants.pkl"};
    static const char *const suffixes[] = {".pt", ".pth", ".ckpt", ".bin"};
    enum { HEADER_BYTES = 30, NAME_LENGTH = 26, BY_MEMBER = 90, BY_SUFFIX = 60 };
    if (!span_starts(f->head, "PK\3\4") || f->head.n < HEADER_BYTES) return 0;
    struct span name = span_from(f->head, HEADER_BYTES);
    size_t n = (unsigned char)f->head.p[NAME_LENGTH] | (size_t)(unsigned char)f->head.p[NAME_LENGTH + 1] << 8;
    if (n < name.n) name.n = n;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (ends_in(name, members[i])) return BY_MEMBER;
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (suffix_is(f->path, suffixes[i])) return BY_SUFFIX;
    return 0;
}

static struct span name_of(const struct zip_entry *e) { return (struct span){e->name, e->name_bytes}; }

static bool find_storage(void *arg, struct span key, struct state_storage *ret)
{
    struct torch_zip *t = arg;
    char name[512];
    if (snprintf(name, sizeof name, "%sdata/%.*s", t->top, (int)(key.n < 200 ? key.n : 200), key.p) >= (int)sizeof name)
        return false;
    const struct zip_entry *e = zip_find(&t->zip, name);
    if (!e || e->closed) return false;
    *ret = (struct state_storage){.offset = e->offset, .bytes = e->bytes, .packed = e->method != ZIP_STORED};
    return true;
}

/* The pickle that torch.load reads, or any other: in place where it is stored. */
static enum status read_pickle(struct torch_zip *t, const struct zip_entry *e, bool describe, bool swapped, struct err *err)
{
    char said[128], prefix[160], *bytes = NULL;
    size_t n = 0;
    struct zip *z = &t->zip;
    struct pickle_input in = {.fd = z->fd, .base = e->offset, .size = e->bytes};
    struct state_from from = {.fd = z->fd,
                              .base = e->offset,
                              .swapped = swapped,
                              .missing = CKPT_CORRUPT,
                              .framework = "pytorch",
                              .arg = t,
                              .storage = find_storage};
    enum status s = OK;
    if (e->closed) return OK; /* zip_done says so */
    if (e->method == ZIP_STORED) s = t->sums ? zip_check(z, e, err) : OK;
    else {
        s = zip_load(z, e, z->max->header_bytes, &bytes, &n, err);
        char *kept = s ? NULL : arena_alloc(z->out->arena, n + 1); /* tensors may lie in it */
        if (!s && !kept) s = err_set(err, E_LIMIT, "its pickle takes more memory than there is");
        if (kept) memcpy(kept, bytes, n);
        in = (struct pickle_input){.fd = -1, .size = n, .bytes = kept};
        from.memory = kept;
        free(bytes);
    }
    if (s == E_ABSENT) return OK;
    if (s) return s;
    zip_said_name(e, said);
    if (!describe) return pickle_judge(&in, said, z->max, z->out, NULL, err);
    snprintf(prefix, sizeof prefix, "in '%s': ", said);
    return pickle_read(&in, PICKLE_PERSISTENT, prefix, &from, z->max, z->out, err);
}

/* What a member is by its path below the top. */
static const struct {
    const char *path; /* a whole one, or a directory with its slash */
    enum { DATA, KNOWN, CODE } is;
} members[] = {
    {"data/", DATA},    {"version", KNOWN}, {"byteorder", KNOWN}, {".format_version", KNOWN}, {".storage_alignment", KNOWN},
    {".data/", KNOWN},  {"code/", CODE},    {"extra/", KNOWN},    {"model.json", CODE},       {"constants/", DATA},
    {"tensors/", DATA},
};

static struct span below_top(const struct torch_zip *t, const struct zip_entry *e)
{
    struct span name = name_of(e);
    return span_starts(name, t->top) ? span_from(name, strlen(t->top)) : name;
}

/* A member that torch does not know may still be a pickle for somebody. */
static enum status judge_unknown(struct torch_zip *t, const struct zip_entry *e, struct err *err)
{
    enum { HEAD_BYTES = 4096, SURE = 40 };
    char said[128], head[HEAD_BYTES];
    struct ckpt_cursor c;
    struct err why;
    uint64_t n = e->bytes < sizeof head ? e->bytes : sizeof head;
    ssize_t got = zip_open(&t->zip, e, 0, n, &c, &why) == OK ? c.next(&c, head, (size_t)n, &why) : -1;
    ckpt_close(&c);
    if (got > 0 && pickle_begins((struct span){head, (size_t)got}) >= SURE) return read_pickle(t, e, false, false, err);
    ckpt_say_safety(t->zip.out, CKPT_SAFETY_UNVERIFIED, "member '%s' is no part of a torch file and was not looked into",
                    zip_said_name(e, said));
    return OK;
}

/* Members besides the pickle: TorchScript and packages bring code; what is not known was not looked at. */
static enum status judge_member(struct torch_zip *t, const struct zip_entry *e, bool *code, struct err *err)
{
    char said[128];
    struct span path = below_top(t, e);
    const struct ckpt_sink *out = t->zip.out;
    if (e->directory || e->closed) return OK;
    if (ends_in(path, ".pkl")) return read_pickle(t, e, false, false, err);
    bool is_code = ends_in(path, ".py") || ends_in(path, ".so") || ends_in(path, ".pyc"), known = false;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        bool directory = members[i].path[strlen(members[i].path) - 1] == '/';
        if (!(directory ? span_starts(path, members[i].path) : span_is(path, members[i].path))) continue;
        known = true;
        is_code |= members[i].is == CODE;
    }
    if (is_code && !*code)
        ckpt_say_safety(out, CKPT_SUSPICIOUS, "holds code ('%s'): TorchScript or a package, which loading compiles and runs",
                        zip_said_name(e, said));
    *code |= is_code;
    return known || is_code ? OK : judge_unknown(t, e, err);
}

static bool has_sums(const struct zip *z)
{
    for (size_t i = 0; i < z->n; i++)
        if (z->entries[i].crc) return true;
    return z->n == 0;
}

/* How much was compared with its checksum, and how much there is. */
struct compared {
    uint64_t bytes, all;
    size_t members, of;
    double began;
};

/* The first 128 MiB always; beyond, what can be read in 0.4 s at half the speed so far: some GiB from memory, nothing more from a disk. */
static bool is_worth_comparing(const struct compared *c, uint64_t bytes)
{
    static const double most_seconds = 0.4;
    const uint64_t always = UINT64_C(128) << 20;
    double took = clock_now() - c->began;
    if (bytes <= always && c->bytes <= always - bytes) return true;
    return took < most_seconds && took > 0 && (double)bytes < (double)c->bytes / took / 2 * (most_seconds - took);
}

static void say_compared(const struct torch_zip *t, const struct compared *c)
{
    char text[160];
    if (t->sums && c->members == c->of) return;
    if (!t->sums) snprintf(text, sizeof text, "none in the file: what its storages hold was compared with nothing");
    else
        snprintf(text, sizeof text,
                 "%zu of %zu storages (%.0f of %.0f MiB) were compared with theirs; of the others only the place was", c->members,
                 c->of, (double)c->bytes / 0x1p20, (double)c->all / 0x1p20);
    t->zip.out->fact(t->zip.out->arg, "checksums", text);
}

/* Storages are compared with their checksums while that takes no time that a person would notice; torch itself never does. */
static enum status check_storages(struct torch_zip *t, struct err *err)
{
    struct compared c = {.began = clock_now()};
    enum status s = OK;
    for (size_t i = 0; !s && i < t->zip.n; i++) {
        const struct zip_entry *e = &t->zip.entries[i];
        if (!span_starts(below_top(t, e), "data/") || e->closed) continue;
        c.of++;
        c.all += e->packed_bytes;
        if (!t->sums || !is_worth_comparing(&c, e->packed_bytes)) continue;
        s = zip_check(&t->zip, e, err);
        c.members++;
        c.bytes += e->packed_bytes;
    }
    say_compared(t, &c);
    return s;
}

static bool is_big_endian(struct torch_zip *t)
{
    char name[300], word[3] = "";
    struct err err;
    snprintf(name, sizeof name, "%sbyteorder", t->top);
    const struct zip_entry *e = zip_find(&t->zip, name);
    bool there = e && !e->closed && e->method == ZIP_STORED && e->bytes >= sizeof word;
    return there && ckpt_pread(t->zip.fd, word, sizeof word, e->offset, &err) == OK && memcmp(word, "big", sizeof word) == 0;
}

/* The pickle torch.load finds: <top>/data.pkl, top being the first part of the first member's path. */
static const struct zip_entry *main_pickle(struct torch_zip *t)
{
    struct span first = t->zip.n ? name_of(&t->zip.entries[0]) : (struct span){"", 0};
    const char *slash = first.n ? memchr(first.p, '/', first.n) : NULL;
    size_t n = slash ? (size_t)(slash - first.p) + 1 : 0;
    char name[300];
    if (n < sizeof t->top) memcpy(t->top, first.p, n);
    snprintf(name, sizeof name, "%sdata.pkl", t->top);
    const struct zip_entry *e = zip_find(&t->zip, name);
    for (size_t i = 0; !e && i < t->zip.n; i++) /* not where torch looks for it, but a pickle all the same */
        if (ends_in(name_of(&t->zip.entries[i]), "data.pkl")) e = &t->zip.entries[i];
    return e;
}

static enum status scan_torch(const struct ckpt_file *f, const struct ckpt_limits *max, const struct ckpt_sink *out,
                              struct err *err)
{
    struct torch_zip *t = arena_alloc(out->arena, sizeof *t); /* tensors refer to it */
    bool code = false;
    if (!t) return err_set(err, E_MEMORY, "no memory to read an archive");
    enum status s = zip_read(&t->zip, f->fd, f->base, f->size, max, out, err);
    if (s) return s;
    const struct zip_entry *pickle = main_pickle(t);
    t->sums = has_sums(&t->zip);
    if (pickle) s = read_pickle(t, pickle, true, is_big_endian(t), err);
    else if (t->zip.n) ckpt_say_safety(out, CKPT_SAFETY_UNVERIFIED, "it has no data.pkl, and what it is was not looked into");
    else ckpt_say_safety(out, CKPT_SAFETY_UNVERIFIED, "its members could not be found, so its pickle was not looked into");
    if (!pickle && t->zip.n) ckpt_say_state(out, CKPT_CORRUPT, "it has no data.pkl");
    for (size_t i = 0; !s && i < t->zip.n; i++)
        if (&t->zip.entries[i] != pickle) s = judge_member(t, &t->zip.entries[i], &code, err);
    if (!s) s = check_storages(t, err);
    zip_done(&t->zip);
    return s;
}

const struct ckpt ckpt_torch = {"torch", "torch.save: .pt .pth .ckpt .bin (a zip with a pickle and storages)", sniff_torch,
                                scan_torch};
