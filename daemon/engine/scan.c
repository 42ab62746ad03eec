/* scan - walking a run directory without being fooled by it.
 *
 * Every entry is looked at with lstat first; only regular files are opened, non-blocking; a symbolic link is followed only to a
 * regular file inside the directory that was given. */
#include "scan.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/str.h"
#include "../base/unpack.h"
#include "scan_parts.h"

struct walk {
    struct scan *scan;
    char top[PATH_MAX]; /* canonical: links must stay below it */
    size_t sources;
    char *head;
    struct str note;
};

static bool grow(void **array, size_t used, size_t element)
{
    if (used & (used - 1)) return true; /* room doubles at powers of two */
    void *p = realloc(*array, (used ? used * 2 : 1) * element);
    if (p) *array = p;
    return p != NULL;
}

static void skip(void *arg, const char *path, const char *why)
{
    struct scan *s = arg;
    if (s->n_skips >= SCAN_MAX_SKIPS || !grow((void **)&s->skips, s->n_skips, sizeof *s->skips)) return;
    char *copy = str_dup(span_of(path));
    if (copy) s->skips[s->n_skips++] = (struct scan_skip){copy, why};
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

/* How sure it is, as a person says it. */
static const char *sureness(int confidence)
{
    static const struct {
        int from;
        const char *word;
    } words[] = {{95, "certain"}, {75, "sure"}, {50, "likely"}, {0, "a guess"}};
    size_t i = 0;
    while (confidence < words[i].from) i++;
    return words[i].word;
}

static bool is_usual_name(const struct format *f, const char *path)
{
    char glob[64];
    for (const char *p = f->globs; p && *p; p += strspn(p, " ")) {
        size_t n = strcspn(p, " ");
        snprintf(glob, sizeof glob, "%.*s", (int)n, p);
        if (fnmatch(glob, scan_base_name(path), 0) == 0) return true;
        p += n;
    }
    return false;
}

/* "by its name and its first bytes: JSON lines (sure)" */
static void say_why(struct scan_source *s)
{
    size_t n = strcspn(s->format->summary, ":;");
    snprintf(s->why, sizeof s->why, "by %sits first bytes: %.*s (%s)", is_usual_name(s->format, s->path) ? "its name and " : "",
             n > 80 ? 80 : (int)n, s->format->summary, sureness(s->confidence));
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
    say_why(&s);
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
            (struct scan_checkpoint){copy, scan_step_in_name(scan_base_name(path)), (double)st->st_mtim.tv_sec};
}

static void note(struct walk *w, const char *path, const char *what)
{
    w->scan->skipped++;
    skip(w->scan, path, what);
    if (w->note.n > 300) return;
    str_add(&w->note, w->note.n ? "; '" : "'");
    str_add_printable(&w->note, span_of(scan_base_name(path)), 60);
    str_addf(&w->note, "' %s", what);
}

/* The first bytes of a log, unpacked where it is packed; its name is judged without .gz then. */
static const struct format *sniff_head(struct walk *w, int fd, const char *path, int *confidence)
{
    ssize_t n = pread(fd, w->head, FORMAT_HEAD_BYTES, 0);
    if (n <= 0 || !unpack_is_packed((struct span){w->head, (size_t)n}))
        return n > 0 ? format_sniff(path, (struct span){w->head, (size_t)n}, confidence) : NULL;
    char *plain = scan_unpacked_name(path);
    n = plain ? unpack_head(fd, w->head, FORMAT_HEAD_BYTES) : -1;
    const struct format *f = n > 0 ? format_sniff(plain, (struct span){w->head, (size_t)n}, confidence) : NULL;
    free(plain);
    return f;
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
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) f = sniff_head(w, fd, path, confidence);
    close(fd);
    return f;
}

static void visit_file(struct walk *w, const char *root, const char *path, const struct stat *st)
{
    int confidence = 0;
    if (w->scan->files++ >= SCAN_MAX_FILES) return;
    if (scan_is_checkpoint(path)) {
        if (!strstr(path, "/checkpoint-")) add_checkpoint(w, root, path, st); /* checkpoint-N itself is the checkpoint */
        return;
    }
    if (scan_is_foreign(path)) return;
    if (!st->st_size) {
        if (scan_is_log(path)) skip(w->scan, path, "is empty");
        return;
    }
    const struct format *f = sniff_file(w, path, &confidence);
    if (f) add_source(w, root, path, st, f, confidence);
    else if (scan_is_log(path) || scan_is_packed_log(path))
        skip(w->scan, path, "reads as no training log: a data set, or something else");
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
    if (!strstr(target + n, "/.")) /* the walk comes there itself */
        return skip(w->scan, path, "is a symbolic link to a file that is looked at itself"), false;
    return true;
}

static enum status visit_directory(struct walk *w, const char *root, const char *path, int depth, struct err *err);

static bool is_checkpoint_directory(const char *name)
{
    return strncmp(name, "checkpoint-", 11) == 0 && isdigit((unsigned char)name[11]);
}

static void visit_child(struct walk *w, const struct scan_place *p, int depth, const struct stat *st)
{
    struct err ignored;
    const char *why = NULL;
    enum scan_effect effect = scan_effect_of(p, &why);
    if (effect != SCAN_SKIP && depth > SCAN_MAX_DEPTH) effect = SCAN_SKIP, why = "lies too deep";
    if (effect == SCAN_SKIP) {
        if (why) skip(w->scan, p->path, why);
        return;
    }
    const char *root = effect == SCAN_JOIN ? p->root : p->path;
    if (is_checkpoint_directory(scan_base_name(p->path))) add_checkpoint(w, root, p->path, st);
    if (visit_directory(w, root, p->path, depth, &ignored)) note(w, p->path, "may not be listed");
}

static void visit_entry(struct walk *w, const struct scan_place *p, int depth)
{
    struct stat st;
    if (lstat(p->path, &st) != 0) return;
    if (S_ISLNK(st.st_mode) && !link_inside(w, p->path, &st)) return;
    if (S_ISREG(st.st_mode)) visit_file(w, p->root, p->path, &st);
    else if (S_ISDIR(st.st_mode)) visit_child(w, p, depth + 1, &st);
    else note(w, p->path, S_ISFIFO(st.st_mode) ? "is a FIFO, not opened" : "is no regular file, not opened");
}

static bool holds_source(const struct walk *w, const char *root)
{
    for (size_t i = 0; i < w->scan->n_runs; i++)
        if (strcmp(w->scan->runs[i].root, root) == 0) return w->scan->runs[i].n_sources || w->scan->runs[i].n_checkpoints;
    return false;
}

/* Files before directories: what a directory is to the run above it depends on what that run holds. */
static enum status visit_directory(struct walk *w, const char *root, const char *path, int depth, struct err *err)
{
    size_t n = 0;
    char child[PATH_MAX];
    char **names = scan_list(path, &n, err);
    if (!names) return err->status;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < n; i++) {
            struct stat st;
            if (snprintf(child, sizeof child, "%s/%s", path, names[i]) >= (int)sizeof child) continue;
            bool directory = lstat(child, &st) == 0 && S_ISDIR(st.st_mode);
            struct scan_place p = {.path = child, .parent = path, .root = root, .known = holds_source(w, root)};
            if (directory == (pass == 1)) visit_entry(w, &p, depth);
        }
    scan_list_done(names, n);
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
    return at && strcmp(scan_base_name(path), "trainer_state.json") == 0 ? scan_step_in_name(at + 1) : -1;
}

static void source_done(struct scan_source *s)
{
    for (size_t i = 0; i < s->n_older; i++) free(s->older[i]);
    free(s->older);
    free(s->path);
}

static void run_done(struct scan_run *r)
{
    for (size_t i = 0; i < r->n_sources; i++) source_done(&r->sources[i]);
    for (size_t i = 0; i < r->n_checkpoints; i++) free(r->checkpoints[i].path);
    free(r->sources);
    free(r->checkpoints);
    free(r->root);
}

/* Each checkpoint-N holds the whole history so far: the newest one's is enough, and none where the root has its own. */
static void keep_newest_state(struct scan_run *r)
{
    int64_t newest = -1;
    size_t kept = 0;
    for (size_t i = 0; i < r->n_sources; i++) {
        bool own = checkpoint_of(r->sources[i].path) < 0 && strcmp(scan_base_name(r->sources[i].path), "trainer_state.json") == 0;
        if (own) newest = INT64_MAX;
        else if (checkpoint_of(r->sources[i].path) > newest) newest = checkpoint_of(r->sources[i].path);
    }
    for (size_t i = 0; i < r->n_sources; i++) {
        int64_t step = checkpoint_of(r->sources[i].path);
        if (step >= 0 && step != newest) source_done(&r->sources[i]);
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
        scan_join_rotated(r, skip, s);
        if (r->n_sources) qsort(r->sources, r->n_sources, sizeof *r->sources, by_path);
    }
    for (size_t i = 0; i < s->n_runs; i++) {
        struct scan_run *r = &s->runs[i];
        size_t logs = 0;
        for (size_t j = 0; j < r->n_sources; j++) logs += r->sources[j].format->growth != GROWTH_SETTINGS;
        if (logs) {
            s->runs[kept++] = *r;
            continue;
        }
        run_done(r);
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
    for (size_t i = 0; i < s->n_runs; i++) run_done(&s->runs[i]);
    for (size_t i = 0; i < s->n_skips; i++) free(s->skips[i].path);
    free(s->skips);
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
