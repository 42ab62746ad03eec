/* log_writer - writes a training log the way programs do, badly: torn lines, pauses, rotation, truncation, whole-file rewrites.
 *
 *   log_writer SEED VARIANT FORMAT RECORDS LOG TRUTH [GO]
 *     VARIANT   append | rename | copytruncate | truncate | rewrite | replace | rotate
 *               rotate renames often and keeps ROTATED_MAX old ones, the others once in the middle of the run
 *     FORMAT    jsonl | csv
 *     TRUTH     gets every point that was logged, as dump_points prints it; written last, so its presence means the end
 *     GO        truncate alone destroys what nobody has read: the writer makes GO.wait, with the truth so far in it, and goes on when
 *               GO is there
 * Everything but the timing is a function of SEED. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../daemon/base/str.h"

enum { ROTATED_MAX = 12, ROTATE_RECORDS = 50 };

struct writer {
    uint64_t random;
    const char *variant, *log, *truth, *go;
    bool csv, boundary_done;
    long records;
    struct str whole, points; /* the file as it should be; the points */
    int fd;
};

static uint64_t next(struct writer *w)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return w->random;
}

static double uniform(struct writer *w) { return (double)(next(w) >> 11) / 9007199254740992.0; }

static void nap(double ms) { nanosleep(&(struct timespec){(time_t)(ms / 1000), (long)(ms * 1e6) % 1000000000L}, NULL); }

static void fail(const char *what)
{
    fprintf(stderr, "log_writer: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void put(struct writer *w, const char *p, size_t n)
{
    while (n) {
        size_t piece = 1 + (size_t)(next(w) % n);
        if (next(w) % 4) piece = n;
        ssize_t got = write(w->fd, p, piece);
        if (got < 0) fail(w->log);
        p += got;
        n -= (size_t)got;
        if (n && next(w) % 2) nap(uniform(w) * 3);
    }
}

static void open_log(struct writer *w, int flags)
{
    if (w->fd >= 0) close(w->fd);
    w->fd = open(w->log, O_WRONLY | O_CREAT | O_APPEND | flags, 0644);
    if (w->fd < 0) fail(w->log);
    if (w->csv) {
        put(w, "step,loss,grad_norm\n", 20);
        if (!w->whole.n) str_add(&w->whole, "step,loss,grad_norm\n");
    }
}

static void record(struct writer *w, long step, struct str *line)
{
    double loss = 1 + uniform(w), norm = uniform(w);
    if (w->csv) str_addf(line, "%ld,%.17g,%.17g\n", step, loss, norm);
    else str_addf(line, "{\"step\": %ld, \"loss\": %.17g, \"grad_norm\": %.17g}\n", step, loss, norm);
    str_addf(&w->points, "loss %ld %.17g\ngrad_norm %ld %.17g\n", step, loss, step, norm);
}

static void save(const char *path, const struct str *text)
{
    char fresh[4096];
    snprintf(fresh, sizeof fresh, "%s.new", path);
    FILE *f = fopen(fresh, "w");
    if (!f || fwrite(text->p, 1, text->n, f) != text->n || fclose(f) != 0 || rename(fresh, path) != 0) fail(path);
}

static void rotated_name(const struct writer *w, char out[4096]) { snprintf(out, 4096, "%s.1", w->log); }

static void copy_file(const char *from, const char *to)
{
    char bytes[65536];
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_EXCL, 0644);
    ssize_t n;
    if (in < 0 || out < 0) fail(to);
    while ((n = read(in, bytes, sizeof bytes)) > 0)
        if (write(out, bytes, (size_t)n) != n) fail(to);
    close(in);
    close(out);
}

static void wait_for_go(struct writer *w)
{
    char waiting[4096];
    snprintf(waiting, sizeof waiting, "%s.wait", w->go);
    save(waiting, &w->points);
    while (access(w->go, F_OK) != 0) nap(10);
}

/* log.1 becomes log.2, and so on; the log becomes log.1. */
static void rotate(struct writer *w)
{
    char from[4096], to[4096];
    for (int i = ROTATED_MAX; i >= 0; i--) {
        snprintf(to, sizeof to, "%s.%d", w->log, i + 1);
        if (i) snprintf(from, sizeof from, "%s.%d", w->log, i);
        else snprintf(from, sizeof from, "%s", w->log);
        if (rename(from, to) != 0 && errno != ENOENT) fail(to);
    }
    open_log(w, O_EXCL);
}

/* In the middle of the run the file is taken away, once. */
static void boundary(struct writer *w)
{
    char old[4096];
    rotated_name(w, old);
    if (strcmp(w->variant, "rename") == 0) {
        if (rename(w->log, old) != 0) fail(old);
        open_log(w, O_EXCL);
    } else if (strcmp(w->variant, "copytruncate") == 0) {
        copy_file(w->log, old);
        open_log(w, O_TRUNC);
    } else if (strcmp(w->variant, "truncate") == 0) {
        wait_for_go(w);
        open_log(w, O_TRUNC);
    }
}

static void write_whole(struct writer *w)
{
    char fresh[4096];
    const char *path = w->log;
    snprintf(fresh, sizeof fresh, "%s.tmp", w->log);
    if (strcmp(w->variant, "replace") == 0) path = fresh;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0) fail(path);
    if (w->fd >= 0) close(w->fd);
    w->fd = fd;
    put(w, w->whole.p, w->whole.n);
    if (path == fresh && rename(fresh, w->log) != 0) fail(fresh);
}

int main(int argc, char **argv)
{
    if (argc < 7) return fputs("usage: log_writer SEED VARIANT FORMAT RECORDS LOG TRUTH [GO]\n", stderr), 2;
    struct writer w = {.random = 0x9E3779B97F4A7C15u * (strtoull(argv[1], NULL, 10) + 1),
                       .variant = argv[2],
                       .log = argv[5],
                       .truth = argv[6],
                       .go = argc > 7 ? argv[7] : NULL,
                       .csv = strcmp(argv[3], "csv") == 0,
                       .records = atol(argv[4]),
                       .fd = -1};
    bool whole = strcmp(w.variant, "rewrite") == 0 || strcmp(w.variant, "replace") == 0;
    open_log(&w, 0);
    for (long i = 0; i < w.records; i++) {
        struct str line = {0};
        record(&w, i, &line);
        str_add(&w.whole, line.p);
        if (!whole) put(&w, line.p, line.n);
        else if (i % 25 == 24 || i + 1 == w.records) write_whole(&w);
        str_done(&line);
        if (i == w.records / 2) boundary(&w);
        if (strcmp(w.variant, "rotate") == 0 && i % ROTATE_RECORDS == ROTATE_RECORDS - 1) rotate(&w);
        if (next(&w) % 4 == 0) nap(uniform(&w) * 30);
    }
    close(w.fd);
    save(w.truth, &w.points);
    str_done(&w.whole);
    str_done(&w.points);
    return 0;
}
