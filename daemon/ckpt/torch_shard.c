/* torch-shard - a data file of torch's distributed checkpoints, __<rank>_<n>.distcp (torch/distributed/checkpoint/filesystem.py).
 *
 *     whole files of torch.save, one a tensor, one behind the other; which is which stands in .metadata beside it
 *
 * A part ends where a zip's end record closes a directory that lies right before it, counted from the part's own beginning. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "le.h"
#include "list.h"
#include "suffix.h"

enum { BLOCK_BYTES = 1 << 20, END_BYTES = 22, END64_BYTES = 56 + 20, END_SIZE = 12, END_OFFSET = 16, CANDIDATES_MAX = 1 << 18 };

static int sniff_shard(const struct ckpt_file *f) { return suffix_is(f->path, ".distcp") ? 95 : 0; }

/* Does the end record at `at` close an archive that begins at base? Offsets that do not fit are in the zip64 record before it, as torch writes it. */
static bool closes(const struct ckpt_file *f, uint64_t base, uint64_t at)
{
    unsigned char end[END_BYTES], end64[56];
    if (ckpt_pread(f->fd, end, sizeof end, f->base + at, NULL) != OK) return false;
    uint64_t size = le32(end + END_SIZE), offset = le32(end + END_OFFSET), directory = at - base;
    if (at - base >= END64_BYTES && ckpt_pread(f->fd, end64, sizeof end64, f->base + at - END64_BYTES, NULL) == OK &&
        le32(end64) == 0x06064b50) {
        directory -= END64_BYTES;
        size = le64(end64 + 40);
        offset = le64(end64 + 48);
    }
    return offset <= directory && size == directory - offset;
}

/* Where the part that begins at base ends; 0 when it does not. */
static uint64_t end_of_part(const struct ckpt_file *f, uint64_t base, char *block, size_t *candidates)
{
    for (uint64_t at = base; at < f->size; at += BLOCK_BYTES - 3) {
        size_t n = f->size - at < BLOCK_BYTES ? (size_t)(f->size - at) : BLOCK_BYTES;
        if (ckpt_pread(f->fd, block, n, f->base + at, NULL) != OK) return 0;
        for (const char *p = block; (p = memmem(p, n - (size_t)(p - block), "PK\5\6", 4)); p++) {
            uint64_t record = at + (uint64_t)(p - block);
            if (++*candidates > CANDIDATES_MAX) return 0;
            if (record + END_BYTES <= f->size && closes(f, base, record)) return record + END_BYTES;
        }
    }
    return 0;
}

/* The tensor of a part has no name of its own (torch_metadata.c). */
struct part {
    const struct ckpt_sink *out;
    uint64_t number, at; /* of its first byte, told as `index`: .metadata names it by that */
};

static void take_tensor(void *arg, const struct ckpt_tensor *t)
{
    const struct part *p = arg;
    struct ckpt_tensor named = *t;
    char name[512];
    int n = snprintf(name, sizeof name, "shard.%" PRIu64 "%s%s", p->number, strcmp(t->name, "value") ? "." : "",
                     strcmp(t->name, "value") ? t->name : "");
    named.name = arena_copy(p->out->arena, name, n < (int)sizeof name ? (size_t)n : sizeof name - 1);
    if (named.part != CKPT_OPTIMIZER && p->at <= INT64_MAX) named.index = (int64_t)p->at;
    if (named.name) p->out->tensor(p->out->arg, &named);
}
static void take_group(void *arg, const struct ckpt_group *g) { (void)arg, (void)g; }
static void take_fact(void *arg, const char *key, const char *value) { (void)arg, (void)key, (void)value; }
static void take_state(void *arg, enum ckpt_state s, const char *why)
{
    const struct part *p = arg;
    ckpt_say_state(p->out, s, "part %" PRIu64 ": %s", p->number, why);
}
static void take_safety(void *arg, enum ckpt_safety s, const char *why)
{
    const struct part *p = arg;
    ckpt_say_safety(p->out, s, "part %" PRIu64 ": %s", p->number, why);
}

static enum status scan_parts(const struct ckpt_file *f, char *block, const struct ckpt_limits *max, const struct ckpt_sink *out,
                              struct err *err)
{
    struct part part = {.out = out};
    const struct ckpt_sink relay = {&part, out->arena, take_tensor, take_group, take_fact, take_state, take_safety};
    enum status s = OK;
    size_t candidates = 0; /* signatures looked at, of a limit for all */
    for (uint64_t base = 0; !s && base < f->size; part.number++) {
        char head[4];
        bool is_zip = ckpt_pread(f->fd, head, sizeof head, f->base + base, NULL) == OK && memcmp(head, "PK\3\4", 4) == 0;
        uint64_t end = is_zip && part.number < max->tensors ? end_of_part(f, base, block, &candidates) : 0;
        if (!end) {
            ckpt_say_state(out, is_zip ? CKPT_INCOMPLETE : CKPT_STATE_UNVERIFIED,
                           "from byte %" PRIu64 " on it is no whole file of torch.save", base);
            ckpt_say_safety(out, CKPT_SAFETY_UNVERIFIED, "what lies from byte %" PRIu64 " on was not looked into", base);
            break;
        }
        struct ckpt_file one = {.fd = f->fd, .path = "shard.pt", .size = end - base, .base = f->base + base, .within = f->within};
        part.at = base;
        s = ckpt_torch.scan(&one, max, &relay, err);
        base = end;
    }
    return s;
}

static enum status scan_shard(const struct ckpt_file *f, const struct ckpt_limits *max, const struct ckpt_sink *out,
                              struct err *err)
{
    char *block = malloc(BLOCK_BYTES);
    if (!block) return err_set(err, E_MEMORY, "no memory to read a shard");
    out->fact(out->arg, "framework", "pytorch");
    if (!f->size) {
        ckpt_say_state(out, CKPT_INCOMPLETE, "the file is empty");
        ckpt_say_safety(out, CKPT_SAFETY_UNVERIFIED, "the file is empty");
    }
    enum status s = scan_parts(f, block, max, out, err);
    free(block);
    return s;
}

const struct ckpt ckpt_torch_shard = {
    "torch-shard", "torch's distributed checkpoints: .distcp, files of torch.save behind each other", sniff_shard, scan_shard};
