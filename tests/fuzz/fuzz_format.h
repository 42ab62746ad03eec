/* fuzz_format - what the fuzz targets of formats share: the input is a document, its first byte says how it is split.
 *
 * The document is read twice, whole and in pieces; what is told must be the same, and bad sizes must not be allocated (the arena's
 * cap is small, and the sanitizers watch the rest). */
#ifndef MLWATCH_FUZZ_FORMAT_H
#define MLWATCH_FUZZ_FORMAT_H

#include <stdlib.h>

#include "../../daemon/base/hash.h"
#include "../../daemon/format/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_ARENA_BYTES = 1 << 20, FUZZ_SERIES_MAX = 4096 };

struct fuzz_told {
    uint64_t hash, n;
    int series;
};

static inline void fuzz_note(struct fuzz_told *t, const void *p, size_t n)
{
    t->hash = hash64(p, n, t->hash + 1);
    t->n++;
}
static int fuzz_series(void *arg, struct span name, enum axis axis)
{
    struct fuzz_told *t = arg;
    if (t->series == FUZZ_SERIES_MAX) return -1;
    fuzz_note(t, name.p, name.n);
    fuzz_note(t, &axis, sizeof axis);
    return t->series++;
}
static void fuzz_point(void *arg, int series, int64_t step, double time, double value, uint64_t line)
{
    (void)time;
    int64_t told[] = {series, step, (int64_t)line, value == value};
    fuzz_note(arg, told, sizeof told);
    if (value == value) fuzz_note(arg, &value, sizeof value);
}
static void fuzz_fact(void *arg, struct span key, struct span value)
{
    fuzz_note(arg, key.p, key.n);
    fuzz_note(arg, value.p, value.n);
}
static void fuzz_event(void *arg, uint64_t line, enum event kind, struct span text)
{
    int64_t told[] = {(int64_t)line, kind};
    fuzz_note(arg, told, sizeof told);
    fuzz_note(arg, text.p, text.n);
}
static void fuzz_bad(void *arg, uint64_t line, const char *why)
{
    fuzz_note(arg, &line, sizeof line);
    fuzz_note(arg, why, strlen(why));
}

/* fuzz_read - the document in pieces of `piece` bytes, and its end; aborts when the format breaks its contract. */
static inline struct fuzz_told fuzz_read(const struct format *f, const char *path, struct span doc, size_t piece)
{
    struct fuzz_told told = {0};
    struct arena arena;
    arena_init(&arena, FUZZ_ARENA_BYTES);
    struct format_out out = {&told, &arena, fuzz_series, fuzz_point, fuzz_fact, fuzz_event, fuzz_bad};
    void *state = calloc(1, f->state_size);
    size_t taken = 0, there = 0;
    if (!state) abort();
    if (f->init) f->init(state, path);
    while (there < doc.n) {
        there = doc.n - there > piece ? there + piece : doc.n;
        size_t used = f->feed(state, (struct span){doc.p + taken, there - taken}, 0, &out);
        if (used > there - taken) abort();
        taken += used;
    }
    for (size_t used = 1; used && taken <= doc.n; taken += used) {
        used = f->feed(state, (struct span){doc.p + taken, doc.n - taken}, 1, &out);
        if (used > doc.n - taken) abort();
    }
    free(state);
    arena_done(&arena);
    return told;
}

/* fuzz_format - one input through a format. */
static inline int fuzz_format(const char *name, const char *path, const uint8_t *data, size_t size)
{
    const struct format *f = format_by_name(name);
    if (!f || size < 1) return 0;
    struct span doc = {(const char *)data + 1, size - 1};
    size_t head = doc.n < FORMAT_HEAD_BYTES ? doc.n : FORMAT_HEAD_BYTES;
    (void)f->sniff(path, (struct span){doc.p, head});
    struct fuzz_told whole = fuzz_read(f, path, doc, doc.n ? doc.n : 1);
    struct fuzz_told split = fuzz_read(f, path, doc, 1 + data[0] % 97);
    if (whole.n != split.n || whole.hash != split.hash) abort();
    return 0;
}

#endif
