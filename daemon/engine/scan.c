/* scan - walking a run directory without being fooled by it.
 *
 * Every entry is looked at with lstat first; only regular files are opened, non-blocking; a symbolic link is followed only to a
 * regular file inside the directory that was given. */
#include "scan.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/num.h"
#include "../base/str.h"

struct walk {
    struct scan *scan;
    char top[PATH_MAX]; /* canonical: links must stay below it */
    size_t sources;
    char *head;
    struct str note;
};

static const char *const skipped_directories[] = {".git",  "node_modules", "__pycache__",        "site-packages",
                                                  ".venv", "venv",         ".ipynb_checkpoints", NULL};
static const char *const parent_directories[] = {"logs", "log", "checkpoints", "ckpt", "ckpts", "weights", NULL};
static const char *const checkpoint_suffixes[] = {".pt", ".pth", ".ckpt", ".safetensors", ".h5", ".keras", ".hdf5", NULL};
/* Never logs, and too many to open one by one. */
static const char *const foreign_suffixes[] = {".py",  ".png", ".jpg", ".jpeg",    ".gif",   ".svg",   ".pdf", ".npy",
                                               ".npz", ".pkl", ".bin", ".parquet", ".arrow", ".zip",   ".tar", ".gz",
                                               ".zst", ".so",  ".c",   ".h",       ".cpp",   ".ipynb", ".whl", NULL};

static bool among(const char *const *list, const char *word)
{
    for (; *list; list++)
        if (strcmp(*list, word) == 0) return true;
    return false;
}

static bool has_suffix(const char *const *list, const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && among(list, dot);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The step in "checkpoint-500", "epoch=4-step=500.ckpt", "model_00001000.pt": after "step" if that is there, else the last number. */
static int64_t step_in_name(const char *name)
{
    const char *step = strstr(name, "step"), *from = step ? step : name;
    int64_t found = -1;
    for (const char *p = from; *p; p++) {
        if (!isdigit((unsigned char)*p)) continue;
        size_t n = strspn(p, "0123456789");
        int64_t value = -1;
        if (num_integer((struct span){p, n}, &value)) found = value;
        if (step) break;
        p += n - 1;
    }
    return found;
}

static bool is_checkpoint_directory(const char *name)
{
    return strncmp(name, "checkpoint-", 11) == 0 && isdigit((unsigned char)name[11]);
}

static bool grow(void **array, size_t used, size_t element)
{
    if (used & (used - 1)) return true; /* room doubles at powers of two */
    void *p = realloc(*array, (used ? used * 2 : 1) * element);
    if (p) *array = p;
    return p != NULL;
}

static struct scan_run *run_at(struct walk *w, const char *root)
{
    struct scan *s = w->scan;
    for (size_t i = s->n_runs; i-- > 0;)
        if (strcmp(s->runs[i].root, root) == 0) return &s->runs[i];
    if (!grow((void **)&s->runs, s->n_runs, sizeof *s->runs)) return NULL;
    char *copy = str_dup(span_of(root));
    if (!copy) return NULL;
    s->runs[s->n_runs] = (struct scan_run){.root = copy};
    return &s->runs[s->n_runs++];
}

static void add_source(struct walk *w, const char *root, const char *path, const struct stat *st, const struct format *f,
                       int confidence)
{
    struct scan_run *r = run_at(w, root);
    if (!r || w->sources >= SCAN_MAX_SOURCES || !grow((void **)&r->sources, r->n_sources, sizeof *r->sources)) return;
    struct scan_source s = {.path = str_dup(span_of(path)),
                            .format = f,
                            .confidence = confidence,
                            .mtime = (double)st->st_mtim.tv_sec + 1e-9 * (double)st->st_mtim.tv_nsec,
                            .size = (uint64_t)st->st_size};
    if (!s.path) return;
    snprintf(s.why, sizeof s.why, "its name and beginning are those of %s, %d of 100 sure", f->name, confidence);
    r->sources[r->n_sources++] = s;
    w->sources++;
}

static void add_checkpoint(struct walk *w, const char *root, const char *path, const struct stat *st)
{
    struct scan_run *r = run_at(w, root);
    if (!r || !grow((void **)&r->checkpoints, r->n_checkpoints, sizeof *r->checkpoints)) return;
    char *copy = str_dup(span_of(path));
    if (copy)
        r->checkpoints[r->n_checkpoints++] =
            (struct scan_checkpoint){copy, step_in_name(base_name(path)), (double)st->st_mtim.tv_sec};
}

static void note(struct walk *w, const char *path, const char *what)
{
    if (w->note.n > 300) return;
    str_add(&w->note, w->note.n ? "; '" : "'");
    str_add_printable(&w->note, span_of(base_name(path)), 60);
    str_addf(&w->note, "' %s", what);
    w->scan->skipped++;
}

static const struct format *sniff_file(struct walk *w, const char *path, int *confidence)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    struct stat st;
    const struct format *f = NULL;
    if (fd < 0) {
        if (errno != ENOENT) note(w, path, errno == EACCES ? "may not be read" : "could not be opened");
        return NULL;
    }
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        ssize_t n = pread(fd, w->head, FORMAT_HEAD_BYTES, 0);
        if (n > 0) f = format_sniff(path, (struct span){w->head, (size_t)n}, confidence);
    }
    close(fd);
    return f;
}

static void visit_file(struct walk *w, const char *root, const char *path, const struct stat *st)
{
    int confidence = 0;
    if (w->scan->files++ >= SCAN_MAX_FILES) return;
    if (has_suffix(checkpoint_suffixes, path)) {
        if (!strstr(path, "/checkpoint-")) add_checkpoint(w, root, path, st); /* checkpoint-N itself is the checkpoint */
        return;
    }
    if (!st->st_size || has_suffix(foreign_suffixes, path)) return;
    const struct format *f = sniff_file(w, path, &confidence);
    if (f) add_source(w, root, path, st, f, confidence);
}

/* May this symbolic link be followed? Only to a regular file below the directory that was given. */
static bool link_inside(struct walk *w, const char *path, struct stat *st)
{
    char target[PATH_MAX];
    size_t n = strlen(w->top);
    if (!realpath(path, target)) return note(w, path, "is a broken or endless symbolic link"), false;
    if (strncmp(target, w->top, n) != 0 || (target[n] && target[n] != '/'))
        return note(w, path, "is a symbolic link that leaves the directory"), false;
    if (stat(path, st) != 0 || !S_ISREG(st->st_mode))
        return note(w, path, "is a symbolic link to a directory, not followed"), false;
    return true;
}

static enum status visit_directory(struct walk *w, const char *root, const char *path, int depth, struct err *err);

static void visit_entry(struct walk *w, const char *root, const char *path, int depth, bool parent_known)
{
    struct stat st;
    struct err ignored;
    const char *name = base_name(path);
    if (lstat(path, &st) != 0) return;
    if (S_ISLNK(st.st_mode) && !link_inside(w, path, &st)) return;
    if (S_ISREG(st.st_mode)) visit_file(w, root, path, &st);
    else if (S_ISDIR(st.st_mode)) {
        if (name[0] == '.' || among(skipped_directories, name) || depth + 1 > SCAN_MAX_DEPTH) return;
        bool joins =
            is_checkpoint_directory(name) || among(parent_directories, name) || (parent_known && strcmp(name, "runs") == 0);
        if (is_checkpoint_directory(name)) add_checkpoint(w, root, path, &st);
        if (visit_directory(w, joins ? root : path, path, depth + 1, &ignored)) note(w, path, "may not be listed");
    } else note(w, path, S_ISFIFO(st.st_mode) ? "is a FIFO, not opened" : "is no regular file, not opened");
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Names first, sorted: the walk does not depend on the file system's order, and holds one descriptor. */
static char **list_names(const char *path, size_t *n, struct err *err)
{
    char **names = NULL;
    DIR *d = opendir(path);
    if (!d) return err_errno(err, E_IO, "cannot read '%s'", path), NULL;
    *n = 0;
    for (struct dirent *e; *n < SCAN_MAX_FILES && (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        if (!grow((void **)&names, *n, sizeof *names)) break;
        names[(*n)++] = str_dup(span_of(e->d_name));
    }
    closedir(d);
    if (!names) names = calloc(1, sizeof *names);
    if (*n) qsort(names, *n, sizeof *names, by_name);
    return names;
}

static bool holds_source(const struct walk *w, const char *root)
{
    for (size_t i = 0; i < w->scan->n_runs; i++)
        if (strcmp(w->scan->runs[i].root, root) == 0) return w->scan->runs[i].n_sources || w->scan->runs[i].n_checkpoints;
    return false;
}

static enum status visit_directory(struct walk *w, const char *root, const char *path, int depth, struct err *err)
{
    size_t n = 0;
    char child[PATH_MAX];
    char **names = list_names(path, &n, err);
    if (!names) return err->status;
    for (int pass = 0; pass < 2; pass++) /* files before directories: `runs/` asks whether its parent holds a source */
        for (size_t i = 0; i < n; i++) {
            struct stat st;
            if (snprintf(child, sizeof child, "%s/%s", path, names[i]) >= (int)sizeof child) continue;
            bool directory = lstat(child, &st) == 0 && S_ISDIR(st.st_mode);
            if (directory == (pass == 1)) visit_entry(w, root, child, depth, holds_source(w, root));
        }
    for (size_t i = 0; i < n; i++) free(names[i]);
    free(names);
    return OK;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct scan_source *)a)->path, ((const struct scan_source *)b)->path);
}
static int by_root(const void *a, const void *b)
{
    return strcmp(((const struct scan_run *)a)->root, ((const struct scan_run *)b)->root);
}
static int by_step(const void *a, const void *b)
{
    const struct scan_checkpoint *x = a, *y = b;
    return x->step != y->step ? (x->step < y->step ? -1 : 1) : strcmp(x->path, y->path);
}

static int64_t checkpoint_of(const char *path)
{
    const char *at = strstr(path, "/checkpoint-");
    return at && strcmp(base_name(path), "trainer_state.json") == 0 ? step_in_name(at + 1) : -1;
}

/* Each checkpoint-N holds the whole history so far: the newest one's is enough, and none where the root has its own. */
static void keep_newest_state(struct scan_run *r)
{
    int64_t newest = -1;
    size_t kept = 0;
    for (size_t i = 0; i < r->n_sources; i++) {
        bool own = checkpoint_of(r->sources[i].path) < 0 && strcmp(base_name(r->sources[i].path), "trainer_state.json") == 0;
        if (own) newest = INT64_MAX;
        else if (checkpoint_of(r->sources[i].path) > newest) newest = checkpoint_of(r->sources[i].path);
    }
    for (size_t i = 0; i < r->n_sources; i++) {
        int64_t step = checkpoint_of(r->sources[i].path);
        if (step >= 0 && step != newest) free(r->sources[i].path);
        else r->sources[kept++] = r->sources[i];
    }
    r->n_sources = kept;
}

static void tidy(struct scan *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->n_runs; i++) {
        struct scan_run *r = &s->runs[i];
        if (r->n_sources) qsort(r->sources, r->n_sources, sizeof *r->sources, by_path);
        if (r->n_checkpoints) qsort(r->checkpoints, r->n_checkpoints, sizeof *r->checkpoints, by_step);
        keep_newest_state(r);
    }
    for (size_t i = 0; i < s->n_runs; i++) {
        struct scan_run *r = &s->runs[i];
        size_t logs = 0;
        for (size_t j = 0; j < r->n_sources; j++) logs += r->sources[j].format->growth != GROWTH_SETTINGS;
        if (logs) {
            s->runs[kept++] = *r;
            continue;
        }
        for (size_t j = 0; j < r->n_sources; j++) free(r->sources[j].path);
        for (size_t j = 0; j < r->n_checkpoints; j++) free(r->checkpoints[j].path);
        free(r->checkpoints);
        free(r->sources);
        free(r->root);
    }
    s->n_runs = kept;
    if (kept) qsort(s->runs, kept, sizeof *s->runs, by_root);
}

enum status scan_directory(const char *dir, struct scan *ret, struct err *err)
{
    struct scan s = {0};
    struct walk w = {.scan = &s};
    struct stat st;
    char root[PATH_MAX];
    enum status status = OK;
    snprintf(root, sizeof root, "%s", dir);
    for (size_t n = strlen(root); n > 1 && root[n - 1] == '/'; n--) root[n - 1] = 0;
    if (stat(root, &st) != 0 || !realpath(root, w.top)) return err_errno(err, E_IO, "cannot read '%s'", dir);
    w.head = malloc(FORMAT_HEAD_BYTES);
    if (!w.head) return err_set(err, E_MEMORY, "cannot read '%s': out of memory", dir);
    if (S_ISDIR(st.st_mode)) status = visit_directory(&w, root, root, 0, err);
    else if (S_ISREG(st.st_mode)) visit_file(&w, root, root, &st);
    else status = err_set(err, E_IO, "cannot read '%s': it is neither a directory nor a regular file", dir);
    free(w.head);
    if (w.sources >= SCAN_MAX_SOURCES || s.files > SCAN_MAX_FILES)
        str_addf(&w.note, "%sonly the first %d logs were taken", w.note.n ? "; " : "", SCAN_MAX_SOURCES);
    if (w.note.n) s.note = str_take(&w.note);
    tidy(&s);
    if (status) scan_done(&s);
    else *ret = s;
    return status;
}

void scan_done(struct scan *s)
{
    if (!s) return;
    for (size_t i = 0; i < s->n_runs; i++) {
        struct scan_run *r = &s->runs[i];
        for (size_t j = 0; j < r->n_sources; j++) free(r->sources[j].path);
        for (size_t j = 0; j < r->n_checkpoints; j++) free(r->checkpoints[j].path);
        free(r->sources);
        free(r->checkpoints);
        free(r->root);
    }
    free(s->runs);
    free(s->note);
    *s = (struct scan){0};
}

void scan_explain(const struct scan *s, const char *dir, struct err *err)
{
    if (s->files == 0 && s->skipped == 0) {
        err_set(err, E_ABSENT, "'%s' is empty: no training log is there yet", dir);
        return;
    }
    struct str known = {0};
    for (size_t i = 0; formats[i]; i++)
        if (formats[i]->growth != GROWTH_SETTINGS) str_addf(&known, "%s%s", known.n ? ", " : "", formats[i]->name);
    err_set(err, E_ABSENT, "no training log found in '%s': %zu file%s looked at, none reads as one of %s%s%s", dir, s->files,
            s->files == 1 ? "" : "s", known.p ? known.p : "", s->note ? "; " : "", s->note ? s->note : "");
    str_done(&known);
}
