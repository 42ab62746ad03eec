/* tree - runs of files: whatever a scan finds below a directory. An MLflow database among them is opened, and all its runs are listed. */
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../base/hash.h"
#include "../paths.h"
#include "../read.h"
#include "ingest.h"

enum { TAIL_BYTES = 4096 };

/* ---- how the files look ----------------------------------------------------------------------------------------------------- */

static void look_at(const char *path, struct source_row *row)
{
    char tail[TAIL_BYTES];
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd >= 0 && fstat(fd, &st) == 0) {
        off_t from = st.st_size > TAIL_BYTES ? st.st_size - TAIL_BYTES : 0;
        ssize_t n = pread(fd, tail, sizeof tail, from);
        row->device = (uint64_t)st.st_dev;
        row->inode = (uint64_t)st.st_ino;
        row->offset = (uint64_t)st.st_size;
        row->tail_bytes = n > 0 ? (uint32_t)n : 0;
        row->tail_hash = hash64(tail, row->tail_bytes, 0);
    }
    if (fd >= 0) close(fd);
}

static enum status place(const struct ingest_run *r, struct source_row **rows, size_t *n, struct err *err)
{
    const struct scan_run *from = r->of;
    *rows = calloc(from->n_sources + 1, sizeof **rows);
    if (!*rows) return err_set(err, E_MEMORY, "no memory to import '%s'", r->path);
    for (*n = 0; *n < from->n_sources; ++*n) {
        struct source_row *row = &(*rows)[*n];
        *row = (struct source_row){.index = (uint16_t)*n,
                                   .path = from->sources[*n].path,
                                   .format = from->sources[*n].format->name,
                                   .records = SOURCE_FROM_START};
        look_at(row->path, row);
    }
    return OK;
}

static size_t head(const struct ingest_run *r, char *to, size_t room)
{
    const struct scan_run *from = r->of;
    int fd = open(from->sources[0].path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    ssize_t n = fd >= 0 ? read(fd, to, room) : 0;
    if (fd >= 0) close(fd);
    return n > 0 ? (size_t)n : 0;
}

/* Checkpoints are listed and not looked into: that would take longer than all the rest, and `check` does it. */
static enum status read_tree(const struct ingest_run *r, struct run *to, struct err *err)
{
    const struct scan_run *all = r->of;
    struct scan_run logs = *all;
    logs.n_checkpoints = 0;
    for (size_t i = 0; i < all->n_checkpoints; i++)
        run_checkpoint(to, all->checkpoints[i].path, all->checkpoints[i].step, "unverified", "unverified");
    return read_run(to, &logs, INFINITY, err);
}

static const struct ingest_from from_tree = {place, head, read_tree};

/* ---- which there are -------------------------------------------------------------------------------------------------------- */

static bool is_mlflow(const struct scan_source *s) { return strcmp(s->format->name, "mlflow_db") == 0; }

/* A database holds runs of its own: it is taken out of the run that its directory would make. */
static enum status take_databases(struct ingest_list *l, struct scan_run *run, struct err *err)
{
    size_t n = 0;
    enum status status = OK;
    for (size_t i = 0; i < run->n_sources; i++) {
        struct scan_source *s = &run->sources[i];
        if (is_mlflow(s) && !status) status = ingest_mlflow_store(l, s->path, err);
        if (!is_mlflow(s)) {
            struct scan_source kept = *s;
            *s = run->sources[n];
            run->sources[n++] = kept;
        }
    }
    for (size_t i = n; i < run->n_sources; i++) { /* beyond the end nobody frees them */
        free(run->sources[i].path);
        for (size_t k = 0; k < run->sources[i].n_older; k++) free(run->sources[i].older[k]);
        free(run->sources[i].older);
    }
    run->n_sources = n;
    return status;
}

static double newest(const struct scan_run *run)
{
    double t = (double)NAN;
    for (size_t i = 0; i < run->n_sources; i++) t = fmax(t, run->sources[i].mtime);
    return t;
}

static void free_scan(void *what)
{
    scan_done(what);
    free(what);
}

/* A path that is absolute although the directory was named from here: the memory is read from anywhere. */
static bool make_absolute(char **path)
{
    char *absolute = paths_absolute(*path);
    if (absolute) free(*path), *path = absolute;
    return absolute != NULL;
}

static enum status add_run(struct ingest_list *l, struct scan_run *run, struct err *err)
{
    bool ok = make_absolute(&run->root);
    for (size_t i = 0; i < run->n_sources; i++) ok = ok && make_absolute(&run->sources[i].path);
    for (size_t i = 0; i < run->n_checkpoints; i++) ok = ok && make_absolute(&run->checkpoints[i].path);
    struct ingest_run r = {str_dup(span_of(path_name(run->root))), str_dup(span_of(run->root)), newest(run), &from_tree, run};
    if (ingest_add(l, r) && ok) return OK;
    return err_set(err, E_MEMORY, "no memory to import '%s'", run->root);
}

enum status ingest_tree(struct ingest_list *l, const char *path, void (*say)(void *, const char *), void *arg, struct err *err)
{
    struct scan *scan = calloc(1, sizeof *scan);
    if (!scan) return err_set(err, E_MEMORY, "no memory to import '%s'", path);
    enum status status = scan_directory(path, scan, err);
    size_t before = l->n_runs;
    if (!ingest_hold(l, scan, free_scan) && !status) return err_set(err, E_MEMORY, "no memory to import '%s'", path);
    if (!status && scan->note) say(arg, scan->note);
    for (size_t i = 0; i < scan->n_runs && !status; i++) {
        status = take_databases(l, &scan->runs[i], err);
        if (!status && scan->runs[i].n_sources) status = add_run(l, &scan->runs[i], err);
    }
    if (!status && l->n_runs == before) scan_explain(scan, path, err), status = err->status = E_ABSENT;
    return status;
}
