/* fuzz_pickle - any bytes as pickles: judged in memory and through a file, which must agree; the value of the first is walked. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../daemon/ckpt/pickle/pickle.h"
#include "../../daemon/ckpt/state_dict.h"

struct verdict {
    enum ckpt_state state;
    enum ckpt_safety safety;
};
static void take_state(void *arg, enum ckpt_state s, const char *why)
{
    struct verdict *v = arg;
    if (!why[0]) abort(); /* it says why */
    if (s > v->state) v->state = s;
}
static void take_safety(void *arg, enum ckpt_safety s, const char *why)
{
    struct verdict *v = arg;
    if (!why[0]) abort();
    if (s > v->safety) v->safety = s;
}
static void take_tensor(void *arg, const struct ckpt_tensor *t)
{
    (void)arg;
    if (!t->name[0] || !t->dtype_name[0] || t->n_dims > CKPT_MAX_DIMS) abort();
}
static void take_group(void *arg, const struct ckpt_group *g) { (void)arg, (void)g; }
static void take_fact(void *arg, const char *key, const char *value) { (void)arg, (void)key, (void)value; }

static const struct ckpt_limits limits = {
    .header_bytes = 1 << 20, .unpacked_bytes = 1 << 20, .tensors = 1000, .opcodes = 100000, .depth = 64};
enum { ARENA_BYTES = 8 << 20 };

static struct verdict judge(const struct pickle_input *in)
{
    struct verdict v = {CKPT_WHOLE, CKPT_SAFE};
    struct err err;
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    struct ckpt_sink out = {&v, &arena, take_tensor, take_group, take_fact, take_state, take_safety};
    if (pickle_judge(in, "x", &limits, &out, NULL, &err) != OK) abort();
    arena_done(&arena);
    return v;
}

static void walk(const struct pickle_input *in)
{
    struct verdict v = {CKPT_WHOLE, CKPT_SAFE};
    struct err err;
    struct arena arena;
    const struct node *value;
    arena_init(&arena, ARENA_BYTES);
    struct ckpt_sink out = {&v, &arena, take_tensor, take_group, take_fact, take_state, take_safety};
    struct state_from from = {.fd = in->fd, .memory = in->bytes, .missing = CKPT_CORRUPT};
    struct pickle *p = pickle_new(in, &limits, &arena, PICKLE_JOBLIB);
    if (p && pickle_next(p, &value) == PICKLE_VALUE) state_dict_walk(value, &from, &limits, &out, &err);
    pickle_free(p);
    arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pickle_input memory = {.fd = -1, .bytes = (const char *)data, .size = size}, file = {.size = size};
    file.fd = memfd_create("pickle", MFD_CLOEXEC);
    if (file.fd < 0 || write(file.fd, data, size) != (ssize_t)size) abort();
    pickle_begins((struct span){(const char *)data, size});
    struct verdict a = judge(&memory), b = judge(&file);
    if (a.state != b.state || a.safety != b.safety) abort();
    walk(&memory);
    walk(&file);
    close(file.fd);
    return 0;
}
