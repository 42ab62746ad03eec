/* scan - walking a run directory without being fooled by it.
 *
 * Every entry is looked at with lstat first; only regular files are opened, non-blocking; a symbolic link is followed only to a
 * regular file inside the directory that was given. */
#include "scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/unpack.h"
#include "scan/parts.h"

enum { SKIPS_EXPLAINED = 3 };

/* ---- files --------------------------------------------------------------------------------------------------------------------- */

/* The first bytes of a log, unpacked where it is packed; its name is judged without .gz then. */
static const struct format *sniff_head(struct scan_walk *w, int fd, const char *path, int *confidence)
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

static const struct format *sniff_file(struct scan_walk *w, const char *path, int *confidence)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    struct stat st;
    const struct format *f = NULL;
    if (fd < 0) {
        if (errno != ENOENT) scan_note(w, path, errno == EACCES ? "may not be read" : "could not be opened");
        return NULL;
    }
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) f = sniff_head(w, fd, path, confidence);
    close(fd);
    return f;
}

/* A file that is no source by its name or its size; true when it was dealt with. */
static bool set_aside(struct scan_walk *w, const char *root, const char *path, const struct stat *st)
{
    const char *use = scan_other_use(path);
    if (scan_is_checkpoint(path)) {
        if (!strstr(path, "/checkpoint-")) scan_add_checkpoint(w, root, path, st); /* checkpoint-N itself is the checkpoint */
        return true;
    }
    if (use) return scan_skip_entry(w->scan, path, use), true;
    if (scan_is_foreign(path)) return w->scan->foreign++, true;
    if (st->st_size) return false;
    if (scan_is_log(path)) scan_skip_entry(w->scan, path, "is empty");
    return true;
}

static void visit_file(struct scan_walk *w, const char *root, const char *path, const struct stat *st)
{
    int confidence = 0;
    if (w->scan->files++ >= SCAN_MAX_FILES || set_aside(w, root, path, st)) return;
    const struct format *f = sniff_file(w, path, &confidence);
    if (f) scan_add_source(w, root, path, st, f, confidence);
    else if (scan_is_log(path) || scan_is_packed_log(path))
        scan_skip_entry(w->scan, path, "reads as no training log: a data set, or something else");
    else w->scan->foreign++;
}

/* ---- links --------------------------------------------------------------------------------------------------------------------- */

static bool lies_in(const char *path, const char *directory)
{
    size_t n = strlen(directory);
    return strncmp(path, directory, n) == 0 && (!path[n] || path[n] == '/' || strcmp(directory, "/") == 0);
}

/* A link to a directory is not followed: the walk comes to its target itself. `latest-run` is usual; one that leads up is a loop. */
static void pass_over_directory(struct scan_walk *w, const char *path, const char *target)
{
    char parent[PATH_MAX], above[PATH_MAX];
    snprintf(parent, sizeof parent, "%.*s", (int)(path_name(path) - path), path);
    if (realpath(parent, above) && lies_in(above, target))
        scan_note(w, path, "is a symbolic link to a directory that holds it, not followed");
    else scan_skip_entry(w->scan, path, "is a symbolic link to a directory that is looked at itself");
}

/* May this symbolic link be followed? Only to a regular file below the directory that was given. */
static bool link_inside(struct scan_walk *w, const char *path, struct stat *st)
{
    char target[PATH_MAX];
    if (!realpath(path, target)) return scan_note(w, path, "is a broken or endless symbolic link"), false;
    if (!lies_in(target, w->top)) return scan_note(w, path, "is a symbolic link that leaves the directory"), false;
    if (stat(path, st) != 0) return false;
    if (S_ISDIR(st->st_mode)) return pass_over_directory(w, path, target), false;
    if (!S_ISREG(st->st_mode)) return scan_note(w, path, "is a symbolic link to no regular file, not opened"), false;
    if (!strstr(target + strlen(w->top), "/.")) /* the walk comes there itself */
        return scan_skip_entry(w->scan, path, "is a symbolic link to a file that is looked at itself"), false;
    return true;
}

/* ---- directories --------------------------------------------------------------------------------------------------------------- */

static enum status visit_directory(struct scan_walk *w, const char *root, const char *path, int depth, struct err *err);

static void visit_child(struct scan_walk *w, const struct scan_place *p, int depth, const struct stat *st)
{
    struct err ignored;
    const char *why = NULL;
    enum scan_effect effect = scan_effect_of(p, &why);
    if (effect != SCAN_SKIP && depth > SCAN_MAX_DEPTH) effect = SCAN_SKIP, why = "lies too deep";
    if (effect == SCAN_SKIP) {
        if (why) scan_skip_entry(w->scan, p->path, why);
        return;
    }
    const char *root = effect == SCAN_JOIN ? p->root : p->path;
    if (scan_is_checkpoint_directory(path_name(p->path))) scan_add_checkpoint(w, root, p->path, st);
    if (visit_directory(w, root, p->path, depth, &ignored)) scan_note(w, p->path, "may not be listed");
}

static void visit_entry(struct scan_walk *w, const struct scan_place *p, int depth)
{
    struct stat st;
    if (lstat(p->path, &st) != 0) return;
    if (S_ISLNK(st.st_mode) && !link_inside(w, p->path, &st)) return;
    if (S_ISREG(st.st_mode)) visit_file(w, p->root, p->path, &st);
    else if (S_ISDIR(st.st_mode)) visit_child(w, p, depth + 1, &st);
    else scan_note(w, p->path, S_ISFIFO(st.st_mode) ? "is a FIFO, not opened" : "is no regular file, not opened");
}

struct listing {
    char **names, **events; /* events: those of the names that are event files */
    bool *directory;
    size_t n, n_events;
};

static void listing_done(struct listing *l)
{
    scan_list_done(l->names, l->n);
    free(l->events);
    free(l->directory);
}

static bool child_path(const char *directory, const char *name, char path[PATH_MAX])
{
    return snprintf(path, PATH_MAX, "%s/%s", directory, name) < PATH_MAX;
}

static enum status list(const char *path, struct listing *ret, struct err *err)
{
    char child[PATH_MAX];
    struct stat st;
    struct listing l = {0};
    l.names = scan_list(path, &l.n, err);
    if (!l.names) return err->status;
    l.events = calloc(l.n + 1, sizeof *l.events);
    l.directory = calloc(l.n + 1, sizeof *l.directory);
    if (!l.events || !l.directory) return listing_done(&l), err_set(err, E_MEMORY, "cannot read '%s': out of memory", path);
    for (size_t i = 0; i < l.n; i++) {
        l.directory[i] = child_path(path, l.names[i], child) && lstat(child, &st) == 0 && S_ISDIR(st.st_mode);
        if (!l.directory[i] && strstr(l.names[i], "tfevents")) l.events[l.n_events++] = l.names[i];
    }
    *ret = l;
    return OK;
}

/* Files before directories: what a directory is to the run above it depends on what that run holds. */
static enum status visit_directory(struct scan_walk *w, const char *root, const char *path, int depth, struct err *err)
{
    char child[PATH_MAX];
    struct listing l = {0};
    if (list(path, &l, err)) return err->status;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < l.n; i++) {
            if (l.directory[i] != (pass == 1) || !child_path(path, l.names[i], child)) continue;
            struct scan_place p = {child, path, root, pass == 1 && scan_knows(w->scan, root), l.events, l.n_events};
            visit_entry(w, &p, depth);
        }
    listing_done(&l);
    return OK;
}

/* ---- the outside --------------------------------------------------------------------------------------------------------------- */

enum status scan_directory(const char *dir, struct scan *ret, struct err *err)
{
    struct scan s = {0};
    struct scan_walk w = {.scan = &s};
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
    scan_tidy(&s);
    if (status) scan_done(&s);
    else *ret = s;
    return status;
}

/* What lay there instead: "'.aim' is a store of Aim, which cannot be read". */
static void explain_skips(const struct scan *s, struct str *out)
{
    for (size_t i = 0; i < s->n_skips && i < SKIPS_EXPLAINED; i++) {
        str_add(out, "; '");
        str_add_printable(out, span_of(path_name(s->skips[i].path)), 60);
        str_addf(out, "' %s", s->skips[i].why);
    }
    if (s->n_skips > SKIPS_EXPLAINED) str_addf(out, "; and %zu more", s->n_skips - SKIPS_EXPLAINED);
}

void scan_explain(const struct scan *s, const char *dir, struct err *err)
{
    if (s->files == 0 && s->skipped == 0 && s->n_skips == 0) {
        err_set(err, E_ABSENT, "'%s' is empty: no training log is there yet", dir);
        return;
    }
    struct str known = {0}, instead = {0};
    for (size_t i = 0; formats[i]; i++)
        if (formats[i]->growth != GROWTH_SETTINGS) str_addf(&known, "%s%s", known.n ? ", " : "", formats[i]->name);
    explain_skips(s, &instead);
    err_set(err, E_ABSENT, "no training log found in '%s': %zu file%s looked at, none reads as one of %s%s", dir, s->files,
            s->files == 1 ? "" : "s", known.p ? known.p : "", instead.p ? instead.p : "");
    str_done(&known);
    str_done(&instead);
}
