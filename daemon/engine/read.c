#include "read.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/unpack.h"

enum { BUFFER_BYTES = 2 << 20 };

/* One source being read: the parts of a rotated log go through the same state, so that columns and epochs carry over. */
struct reading {
    const struct format *format;
    const struct format_out *out;
    void *state;
    char *buffer;
    size_t have;
    double deadline;
};

static int open_regular(const char *path, struct err *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return err_errno(err, E_IO, "cannot read '%s'", path), -1;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) return posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL), fd;
    close(fd);
    return err_set(err, E_IO, "cannot read '%s': it is no regular file", path), -1;
}

/* The bytes of a file, unpacked where it is packed. What could be unpacked of a torn one counts; that it is torn is a bad record. */
static int open_content(const char *path, const struct format_out *out, struct err *err)
{
    char head[8];
    int fd = open_regular(path, err);
    ssize_t n = fd >= 0 ? pread(fd, head, sizeof head, 0) : 0;
    if (fd < 0 || n <= 0 || !unpack_is_packed((struct span){head, (size_t)n})) return fd;
    struct err torn = {0};
    close(fd);
    fd = unpack_open(path, &torn);
    if (fd < 0) *err = torn;
    else if (torn.status) out->bad(out->arg, 0, "the packed file ends early");
    return fd;
}

static size_t feed(struct reading *g, int at_end)
{
    size_t used = g->format->feed(g->state, (struct span){g->buffer, g->have}, at_end, g->out);
    if (used > g->have || (used == 0 && g->have == BUFFER_BYTES)) used = g->have; /* a record without an end cannot stop us */
    g->have -= used;
    memmove(g->buffer, g->buffer + used, g->have);
    return used;
}

/* read_part - one file to its end. The end of a rotated part ends its last record. */
static enum status read_part(struct reading *g, const char *path, struct err *err)
{
    enum status status = OK;
    int fd = open_content(path, g->out, err);
    if (fd < 0) return err->status;
    for (g->have = 0; !status;) {
        ssize_t n = read(fd, g->buffer + g->have, BUFFER_BYTES - g->have);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) status = err_errno(err, E_IO, "cannot read '%s'", path);
        if (n < 0) break;
        g->have += (size_t)n;
        feed(g, n == 0);
        if (n == 0) break;
        if (clock_now() > g->deadline) status = err_set(err, E_LIMIT, "gave up reading '%s': the deadline has passed", path);
    }
    close(fd);
    return status;
}

/* ask - a database: one poll tells all of it. */
static enum status ask(struct reading *g, const char *path, struct err *err)
{
    return g->format->poll(g->state, path, g->out, err);
}

static enum status read_parts(struct run *r, int source, const struct scan_source *s, double deadline, struct err *err)
{
    struct reading g = {.format = s->format, .out = run_out(r, source), .deadline = deadline};
    enum status status = OK;
    g.state = calloc(1, s->format->state_size);
    g.buffer = malloc(BUFFER_BYTES);
    if (!g.state || !g.buffer) status = err_set(err, E_MEMORY, "cannot read '%s': out of memory", s->path);
    else if (s->format->init) s->format->init(g.state, s->path);
    if (!status && s->format->growth == GROWTH_QUERIED) status = ask(&g, s->path, err);
    else {
        for (size_t i = 0; !status && i < s->n_older; i++) status = read_part(&g, s->older[i], err);
        if (!status) status = read_part(&g, s->path, err);
    }
    free(g.state);
    free(g.buffer);
    run_forget_reader(r, source);
    return status;
}

enum status read_source(struct run *r, int source, const char *path, const struct format *format, double deadline,
                        struct err *err)
{
    struct scan_source s = {.path = (char *)path, .format = format};
    return read_parts(r, source, &s, deadline, err);
}

struct turn {
    const struct scan_source *s;
    int source;
};

static int preferred_first(const void *x, const void *y)
{
    const struct scan_source *a = ((const struct turn *)x)->s, *b = ((const struct turn *)y)->s;
    return run_order_sources(a->format->name, a->path, b->format->name, b->path);
}

static enum status read_sources(struct run *r, const struct scan_run *from, double deadline, struct err *err)
{
    enum status worst = OK;
    struct turn *turns = calloc(from->n_sources + 1, sizeof *turns);
    if (!turns) return err_set(err, E_MEMORY, "cannot read '%s': out of memory", from->root);
    for (size_t i = 0; i < from->n_sources; i++) {
        const struct scan_source *s = &from->sources[i];
        turns[i] = (struct turn){s, run_source(r, s->path, s->format->name, s->why)};
        if (turns[i].source >= 0) continue;
        free(turns);
        return err_set(err, E_MEMORY, "cannot read '%s': out of memory", s->path);
    }
    qsort(turns, from->n_sources, sizeof *turns, preferred_first);
    for (size_t i = 0; i < from->n_sources; i++) {
        struct err one = {0};
        if (read_parts(r, turns[i].source, turns[i].s, deadline, &one)) *err = one, worst = one.status;
    }
    free(turns);
    return worst;
}

enum status read_run(struct run *r, const struct scan_run *from, double deadline, struct err *err)
{
    enum status worst = read_sources(r, from, deadline, err);
    for (size_t i = 0; i < from->n_checkpoints; i++)
        run_checkpoint(r, from->checkpoints[i].path, from->checkpoints[i].step, "unverified", "unverified");
    run_finish(r);
    return worst;
}
