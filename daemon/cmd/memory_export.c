/* memory export - everything but vectors, as JSON lines, to the terminal's next program or a file that is old or whole. */
#include "memory.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "../engine/hosts.h"
#include "../engine/ingest/export.h"

static void step(void *arg, size_t done, size_t of) { cmd_memory_bar_at(arg, done, of, "runs"); }

static enum status write_all(struct hosts *h, FILE *to, struct export_counts *n, struct err *err)
{
    struct cmd_memory_bar bar;
    cmd_memory_bar_begin(&bar);
    enum status s = export_memory(h->stores, h->n_stores, to, step, &bar, n, err);
    cmd_memory_bar_end(&bar);
    return s;
}

/* Beside it first: an export that is broken off does not take the place of the one before. */
static enum status write_file(struct hosts *h, const char *path, struct export_counts *n, struct err *err)
{
    struct str beside = {0};
    str_addf(&beside, "%s.part-%ld", path, (long)getpid());
    FILE *f = beside.p ? fopen(beside.p, "wxe") : NULL;
    enum status s = f ? write_all(h, f, n, err) : err_errno(err, E_IO, "cannot write '%s'", path);
    if (f && fsync(fileno(f)) != 0 && errno != EINVAL && !s) s = err_errno(err, E_IO, "cannot write '%s'", path);
    if (f && fclose(f) != 0 && !s) s = err_errno(err, E_IO, "cannot write '%s'", path);
    if (!s && rename(beside.p, path) != 0) s = err_errno(err, E_IO, "cannot write '%s'", path);
    if (s && f) unlink(beside.p);
    str_done(&beside);
    return s;
}

int cmd_memory_export(const struct opt_result *given)
{
    struct err err = {0};
    struct hosts h = {0};
    struct export_counts n = {0};
    const char *path = opt_value(given, "output", NULL);
    enum status s = cmd_memory_no_words(given, &err);
    if (!s) s = hosts_open(&h, &err);
    if (!s && *h.note) cmd_say(h.note);
    if (!s) s = path ? write_file(&h, path, &n, &err) : write_all(&h, stdout, &n, &err);
    int code = !s ? EXIT_CLEAN : s == E_IO && !path && errno == EPIPE ? EXIT_CLEAN : cmd_fail(&err);
    if (!code && path)
        fprintf(stderr, "wrote %s: %llu runs, %llu points, %llu incidents, %llu notes, %llu outcomes\n", path,
                (unsigned long long)n.runs, (unsigned long long)n.points, (unsigned long long)n.incidents,
                (unsigned long long)n.notes, (unsigned long long)n.outcomes);
    if (!code && *h.note) code = EXIT_UNREADABLE;
    hosts_close(&h);
    return code;
}
