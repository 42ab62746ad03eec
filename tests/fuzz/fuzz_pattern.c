/* fuzz_pattern - a user's pattern file, and a log that is read with it: the input is the one, a NUL byte, and the other. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../daemon/format/pattern_file.h"
#include "fuzz_format.h"

/* load - the bytes as a file of their own; false when they are no pattern file, as most are. */
static bool load(struct span text, struct patterns *p)
{
    char path[64];
    struct err err = {0};
    int fd = memfd_create("patterns", MFD_CLOEXEC);
    if (fd < 0 || write(fd, text.p, text.n) != (ssize_t)text.n) abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    bool loaded = patterns_load(path, p, &err) == OK;
    if (!loaded && !err.text[0]) abort(); /* it says why */
    close(fd);
    return loaded;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { LOG_MAX_BYTES = 400 }; /* every line may cost the match limit */
    const uint8_t *end = memchr(data, 0, size);
    size_t n = end ? (size_t)(end - data) : size, log = end ? size - n - 1 : 0;
    struct patterns p = {0};
    if (load((struct span){(const char *)data, n}, &p) && log <= LOG_MAX_BYTES) {
        patterns_use(&p);
        if (log) fuzz_format("pattern", "train.sim", end + 1, log);
        patterns_use(NULL);
    }
    patterns_done(&p);
    return 0;
}
