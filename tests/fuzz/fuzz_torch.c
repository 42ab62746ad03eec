/* fuzz_torch - any bytes as a file of torch's, zip or legacy: described, and the elements of each tensor read as far as is cheap. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../daemon/ckpt/ckpt.h"
#include "../../daemon/ckpt/list.h"

enum { ARENA_BYTES = 8 << 20, READ_BYTES = 4096, TENSORS_MAX = 64 };
struct taken {
    struct ckpt_tensor tensors[TENSORS_MAX];
    size_t n;
    bool said;
};
static void take_tensor(void *arg, const struct ckpt_tensor *t)
{
    struct taken *all = arg;
    if (!t->name[0] || t->n_dims > CKPT_MAX_DIMS) abort();
    if (all->n < TENSORS_MAX) all->tensors[all->n++] = *t;
}
static void take_group(void *arg, const struct ckpt_group *g) { (void)arg, (void)g; }
static void take_fact(void *arg, const char *key, const char *value) { (void)arg, (void)key, (void)value; }
static void take_state(void *arg, enum ckpt_state s, const char *why)
{
    struct taken *all = arg;
    if (!why[0]) abort();
    all->said |= s != CKPT_WHOLE;
}
static void take_safety(void *arg, enum ckpt_safety s, const char *why) { (void)arg, (void)s, (void)why; }

static void read_some(int fd, const struct ckpt_tensor *t)
{
    char bytes[READ_BYTES];
    struct ckpt_cursor c;
    struct err err;
    if (ckpt_open(fd, t, &c, &err) == OK)
        for (int i = 0; i < 4 && c.next(&c, bytes, sizeof bytes, &err) > 0; i++) {}
    ckpt_close(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct ckpt *const readers[] = {&ckpt_torch, &ckpt_torch_legacy, &ckpt_pickle};
    static const struct ckpt_limits limits = {
        .header_bytes = 1 << 20, .unpacked_bytes = 1 << 20, .tensors = 1000, .opcodes = 100000, .depth = 64};
    struct ckpt_file f = {.path = "x.pt", .size = size, .head = {(const char *)data, size < 4096 ? size : 4096}};
    f.fd = memfd_create("torch", MFD_CLOEXEC);
    if (f.fd < 0 || write(f.fd, data, size) != (ssize_t)size) abort();
    for (size_t r = 0; r < sizeof readers / sizeof *readers; r++) {
        static struct taken taken;
        struct arena arena;
        struct err err;
        arena_init(&arena, ARENA_BYTES);
        taken.n = 0;
        taken.said = false;
        struct ckpt_sink out = {&taken, &arena, take_tensor, take_group, take_fact, take_state, take_safety};
        readers[r]->sniff(&f);
        readers[r]->scan(&f, &limits, &out, &err);
        for (size_t i = 0; i < taken.n; i++) read_some(f.fd, &taken.tensors[i]);
        arena_done(&arena);
    }
    close(f.fd);
    return 0;
}
