#include "read.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../base/clock.h"
enum { BUFFER_BYTES = 2 << 20 };

static int open_regular(const char *path, struct err *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return err_errno(err, E_IO, "cannot read '%s'", path), -1;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) return posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL), fd;
    close(fd);
    return err_set(err, E_IO, "cannot read '%s': it is no regular file", path), -1;
}

/* ask - a database: one poll tells all of it. */
static enum status ask(struct run *r, int source, const char *path, const struct format *format, struct err *err)
{
    void *state = calloc(1, format->state_size);
    if (!state) return err_set(err, E_MEMORY, "cannot read '%s': out of memory", path);
    if (format->init) format->init(state, path);
    enum status status = format->poll(state, path, run_out(r, source), err);
    free(state);
    run_forget_reader(r, source);
    return status;
}

enum status read_source(struct run *r, int source, const char *path, const struct format *format, double deadline,
                        struct err *err)
{
    enum status status = OK;
    size_t have = 0;
    if (format->growth == GROWTH_QUERIED) return ask(r, source, path, format, err);
    int fd = open_regular(path, err);
    if (fd < 0) return err->status;
    char *buffer = malloc(BUFFER_BYTES);
    void *state = calloc(1, format->state_size);
    if (!buffer || !state) status = err_set(err, E_MEMORY, "cannot read '%s': out of memory", path);
    else if (format->init) format->init(state, path);
    while (!status) {
        ssize_t n = read(fd, buffer + have, BUFFER_BYTES - have);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) status = err_errno(err, E_IO, "cannot read '%s'", path);
        if (n < 0) break;
        have += (size_t)n;
        size_t used = format->feed(state, (struct span){buffer, have}, n == 0, run_out(r, source));
        if (n == 0) break;
        if (used > have || (used == 0 && have == BUFFER_BYTES)) used = have; /* a record without an end cannot stop us */
        have -= used;
        memmove(buffer, buffer + used, have);
        if (clock_now() > deadline) status = err_set(err, E_LIMIT, "gave up reading '%s': the deadline has passed", path);
    }
    free(state);
    free(buffer);
    close(fd);
    run_forget_reader(r, source);
    return status;
}

enum status read_run(struct run *r, const struct scan_run *from, double deadline, struct err *err)
{
    enum status worst = OK;
    for (size_t i = 0; i < from->n_sources; i++) {
        const struct scan_source *s = &from->sources[i];
        int source = run_source(r, s->path, s->format->name, s->why);
        struct err one = {0};
        if (source < 0) return err_set(err, E_MEMORY, "cannot read '%s': out of memory", s->path);
        if (read_source(r, source, s->path, s->format, deadline, &one)) *err = one, worst = one.status;
    }
    for (size_t i = 0; i < from->n_checkpoints; i++)
        run_checkpoint(r, from->checkpoints[i].path, from->checkpoints[i].step, "unverified", "unverified");
    run_finish(r);
    return worst;
}
