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
#include "examine/examine.h"

/* MOST_BYTES: read at once, so that they are still in the processor's cache when the format comes to them. WINDOW_BYTES: behind bytes that
 * were skipped, for more may be. */
enum { BUFFER_BYTES = 2 << 20, MOST_BYTES = 256 << 10, WINDOW_BYTES = 32 << 10 };

/* One source being read: the parts of a rotated log go through the same state, so that columns and epochs carry over. */
struct reading {
    const struct format *format;
    const struct format_out *out;
    void *state;
    char *buffer;
    size_t have, window; /* window: the most that is read at once */
    uint64_t at, size;   /* of the file: what was read of it, and its size, for a format that may skip */
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

/* pass_over - go on behind what the format need not see. */
static void pass_over(struct reading *g, int fd)
{
    if (!g->format->skip || g->have || g->at >= g->size) return;
    uint64_t n = g->format->skip(g->state, g->size - g->at);
    if (!n || lseek(fd, (off_t)n, SEEK_CUR) < 0) return;
    g->at += n;
    g->window = WINDOW_BYTES;
}

static uint64_t size_of(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && st.st_size > 0 ? (uint64_t)st.st_size : 0;
}

/* read_part - one file to its end. The end of a rotated part ends its last record. */
static enum status read_part(struct reading *g, const char *path, struct err *err)
{
    enum status status = OK;
    int fd = open_content(path, g->out, err);
    if (fd < 0) return err->status;
    g->at = 0;
    g->size = g->format->skip ? size_of(fd) : 0;
    for (g->have = 0, g->window = MOST_BYTES; !status;) {
        size_t room = BUFFER_BYTES - g->have;
        ssize_t n = read(fd, g->buffer + g->have, room < g->window ? room : g->window);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) status = err_errno(err, E_IO, "cannot read '%s'", path);
        if (n < 0) break;
        g->have += (size_t)n;
        g->at += (uint64_t)n;
        if (g->window < MOST_BYTES) g->window *= 2;
        feed(g, n == 0);
        pass_over(g, fd);
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

static enum status reading_init(struct reading *g, const struct format *format, const struct format_out *out, const char *path,
                                double deadline, struct err *err)
{
    *g = (struct reading){.format = format, .out = out, .deadline = deadline};
    g->state = calloc(1, format->state_size);
    g->buffer = malloc(BUFFER_BYTES);
    if (!g->state || !g->buffer) return err_set(err, E_MEMORY, "cannot read '%s': out of memory", path);
    if (format->init) format->init(g->state, path);
    return OK;
}

static void reading_done(struct reading *g)
{
    free(g->state);
    free(g->buffer);
}

enum status read_file(const char *path, const struct format *format, const struct format_out *out, double deadline,
                      struct err *err)
{
    struct reading g;
    enum status status = reading_init(&g, format, out, path, deadline, err);
    if (!status) status = read_part(&g, path, err);
    reading_done(&g);
    return status;
}

static enum status read_parts(struct run *r, int source, const struct scan_source *s, double deadline, struct err *err)
{
    struct reading g;
    enum status status = reading_init(&g, s->format, run_out(r, source), s->path, deadline, err);
    if (!status && s->format->growth == GROWTH_QUERIED) status = ask(&g, s->path, err);
    else {
        for (size_t i = 0; !status && i < s->n_older; i++) status = read_part(&g, s->older[i], err);
        if (!status) status = read_part(&g, s->path, err);
    }
    reading_done(&g);
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
    examine_run(r, from, deadline);
    run_finish(r);
    return worst;
}
