/* fuzz_keras - our own parts of reading Keras: configs, names by path, the first record of an HDF5 file. libhdf5 itself is left out: hostile bytes are
 * known to crash it, and what holds then is the worker around it. */
#include "fuzz_ckpt.h"

#include "../../daemon/ckpt/h5.h"
#include "../../daemon/ckpt/keras_config.h"

enum { NAMES = 8 };

/* Lines of the input become paths of datasets and labels of groups; all of it is the config, too. */
static void name_all(const char *text, struct ckpt_sink *sink)
{
    struct h5 h = {0};
    struct h5_dataset datasets[NAMES] = {0}, **last = &h.first;
    struct h5_label labels[NAMES];
    struct err err;
    for (unsigned i = 0; i < NAMES && *text; i++) {
        size_t n = strcspn(text, "\n");
        const char *line = arena_copy(sink->arena, text, n);
        if (!line) return;
        datasets[i].tensor = (struct ckpt_tensor){.name = line, .dtype_name = "float32", .index = -1};
        labels[i] = (struct h5_label){line, line, h.labels};
        h.labels = i % 2 ? &labels[i] : h.labels;
        *last = &datasets[i], last = &datasets[i].next;
        h.n++;
        text += n + (text[n] == '\n');
    }
    h.training_config = h.keras_version = *text ? text : NULL;
    h5_tell(&h, text, sink, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    arena_init(&arena, FUZZ_ARENA_BYTES);
    struct fuzz_found found = {-1, 0, size, 0};
    struct ckpt_sink sink = {&found, &arena, fuzz_tensor, fuzz_group, fuzz_fact, fuzz_state, fuzz_safety};
    char *text = malloc(size + 1);
    if (!text) return 0;
    memcpy(text, data, size);
    text[size] = 0;
    keras_judge(text, &sink);
    name_all(text, &sink);
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size) abort();
    const struct ckpt_file f = {.fd = fd, .path = "m.h5", .size = size, .head = {text, size < 4096 ? size : 4096}};
    h5_check_superblock(&f, &sink);
    close(fd);
    free(text);
    arena_done(&arena);
    return 0;
}
