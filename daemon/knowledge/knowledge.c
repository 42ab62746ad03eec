/* knowledge - which files there are, and whether they fit together.
 *
 * Files are taken in the order of their names, so that equal probabilities come out in the same order everywhere. */
#include "knowledge.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/arena.h"
#include "../base/templates.h"
#include "entry.h"

enum { FILES_MAX = 512, FILE_MAX_BYTES = 256 << 10, KNOWLEDGE_MAX_BYTES = 64 << 20 };

struct file {
    const char *name;
    struct span text;
}; /* name below templates/: "causes/overfitting.json" */
struct shelf {
    struct file files[FILES_MAX];
    size_t n;
};

static enum status no_memory(struct err *err) { return err_set(err, E_MEMORY, "no memory for the knowledge in templates/"); }

static bool is_json(const char *name)
{
    size_t n = strlen(name);
    return n > 5 && !strcmp(name + n - 5, ".json");
}

static enum status shelve(struct shelf *shelf, const char *name, struct span text, struct err *err)
{
    if (shelf->n == FILES_MAX) return err_set(err, E_LIMIT, "cannot use '%s': more than %d files beside it", name, FILES_MAX);
    shelf->files[shelf->n++] = (struct file){name, text};
    return OK;
}

static enum status from_program(const char *folder, struct shelf *shelf, struct err *err)
{
    size_t n = strlen(folder);
    for (const struct template_file *t = template_files; t->path; t++) {
        if (strncmp(t->path, folder, n) || t->path[n] != '/' || !is_json(t->path)) continue;
        enum status s = shelve(shelf, t->path, (struct span){t->text, t->n}, err);
        if (s) return s;
    }
    return OK;
}

static enum status read_all(int fd, const char *path, struct arena *arena, struct span *ret, struct err *err)
{
    char *text = arena_alloc(arena, FILE_MAX_BYTES + 1);
    size_t n = 0;
    if (!text) return no_memory(err);
    while (n <= FILE_MAX_BYTES) {
        ssize_t got = read(fd, text + n, FILE_MAX_BYTES + 1 - n);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return err_errno(err, E_IO, "cannot read '%s'", path);
        if (got == 0) break;
        n += (size_t)got;
    }
    if (n > FILE_MAX_BYTES) return err_set(err, E_LIMIT, "cannot use '%s': longer than 256 KiB", path);
    *ret = (struct span){text, n};
    return OK;
}

/* O_NONBLOCK, for a FIFO of that name would never open */
static enum status read_path(const char *path, struct arena *arena, struct span *ret, struct err *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return err_errno(err, E_IO, "cannot open '%s'", path);
    enum status s = fstat(fd, &st) || !S_ISREG(st.st_mode) ? err_set(err, E_FORMAT, "cannot use '%s': not a regular file", path)
                                                           : read_all(fd, path, arena, ret, err);
    close(fd);
    return s;
}

static enum status read_entry(const char *root, const char *folder, const char *entry, struct arena *arena, struct shelf *shelf,
                              struct err *err)
{
    char path[PATH_MAX];
    struct arena scratch;
    struct span text = {0};
    int n = snprintf(path, sizeof path, "%s/%s/%s", root, folder, entry);
    if (n < 0 || (size_t)n >= sizeof path) return err_set(err, E_LIMIT, "cannot use '%s': the path is too long", root);
    arena_init(&scratch, 2 * FILE_MAX_BYTES);
    enum status s = read_path(path, &scratch, &text, err);
    if (!s) {
        const char *name = arena_copy(arena, path, (size_t)n), *copy = arena_copy(arena, text.p, text.n);
        s = name && copy ? shelve(shelf, name, (struct span){copy, text.n}, err) : no_memory(err);
    }
    arena_done(&scratch);
    return s;
}

static int json_files(const struct dirent *d) { return d->d_name[0] != '.' && is_json(d->d_name); }
static int by_name(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

static enum status from_directory(const char *root, const char *folder, struct arena *arena, struct shelf *shelf, struct err *err)
{
    char path[PATH_MAX];
    struct dirent **entries = NULL;
    enum status s = OK;
    int n = snprintf(path, sizeof path, "%s/%s", root, folder);
    if (n < 0 || (size_t)n >= sizeof path) return err_set(err, E_LIMIT, "cannot use '%s': the path is too long", root);
    int found = scandir(path, &entries, json_files, by_name);
    if (found < 0) return err_errno(err, E_IO, "cannot read the directory '%s' (MLWATCH_TEMPLATES)", path);
    for (int i = 0; i < found; i++) {
        if (!s) s = read_entry(root, folder, entries[i]->d_name, arena, shelf, err);
        free(entries[i]);
    }
    free(entries);
    return s;
}

static enum status gather(const char *folder, struct arena *arena, struct shelf *shelf, struct err *err)
{
    const char *root = getenv("MLWATCH_TEMPLATES");
    shelf->n = 0;
    return root && *root ? from_directory(root, folder, arena, shelf, err) : from_program(folder, shelf, err);
}

static enum status load_fixes(struct knowledge *k, struct arena *arena, struct shelf *shelf, struct err *err)
{
    enum status s = gather("fixes", arena, shelf, err);
    struct fix *fixes = s ? NULL : arena_alloc(arena, shelf->n * sizeof *fixes);
    if (!fixes) return s ? s : no_memory(err);
    for (size_t i = 0; i < shelf->n && !s; i++) s = entry_fix(shelf->files[i].name, shelf->files[i].text, arena, &fixes[i], err);
    k->fixes = fixes;
    k->n_fixes = shelf->n;
    return s;
}

static enum status fixes_exist(const struct knowledge *k, const char *file, const struct cause *c, struct err *err)
{
    if (!c->n_fixes) return err_set(err, E_FORMAT, "cannot use '%s': fixes is empty", file);
    for (size_t i = 0; i < c->n_fixes; i++) {
        if (knowledge_fix(k, c->fixes[i])) continue;
        return err_set(err, E_FORMAT, "cannot use '%s': fixes[%zu] '%s' is no file of templates/fixes", file, i, c->fixes[i]);
    }
    return OK;
}

static enum status load_causes(struct knowledge *k, struct arena *arena, struct shelf *shelf, struct err *err)
{
    enum status s = gather("causes", arena, shelf, err);
    struct cause *causes = s ? NULL : arena_alloc(arena, shelf->n * sizeof *causes);
    if (!causes) return s ? s : no_memory(err);
    for (size_t i = 0; i < shelf->n && !s; i++) {
        s = entry_cause(shelf->files[i].name, shelf->files[i].text, arena, &causes[i], err);
        if (!s) s = fixes_exist(k, shelf->files[i].name, &causes[i], err);
    }
    k->causes = causes;
    k->n_causes = shelf->n;
    return s;
}

static bool absent(const char *folder)
{
    char path[PATH_MAX];
    const char *root = getenv("MLWATCH_TEMPLATES");
    if (!root || !*root) return false;
    int n = snprintf(path, sizeof path, "%s/%s", root, folder);
    return n > 0 && (size_t)n < sizeof path && access(path, F_OK) != 0;
}

static int by_place(const void *x, const void *y)
{
    const struct artifact *a = x, *b = y;
    if (a->place != b->place) return a->place < b->place ? -1 : 1;
    return strcmp(a->id, b->id);
}

static enum status load_artifacts(struct knowledge *k, struct arena *arena, struct shelf *shelf, struct err *err)
{
    if (absent("unseen")) return OK;
    enum status s = gather("unseen", arena, shelf, err);
    struct artifact *artifacts = s ? NULL : arena_alloc(arena, (shelf->n + 1) * sizeof *artifacts);
    if (!artifacts) return s ? s : no_memory(err);
    for (size_t i = 0; i < shelf->n && !s; i++)
        s = entry_artifact(shelf->files[i].name, shelf->files[i].text, arena, &artifacts[i], err);
    if (s) return s;
    qsort(artifacts, shelf->n, sizeof *artifacts, by_place);
    k->artifacts = artifacts;
    k->n_artifacts = shelf->n;
    return OK;
}

static enum status load_calibration(struct knowledge *k, struct arena *arena, struct shelf *shelf, struct err *err)
{
    if (absent("calibration")) return OK;
    enum status s = gather("calibration", arena, shelf, err);
    for (size_t i = 0; i < shelf->n && !s; i++)
        s = entry_calibration(shelf->files[i].name, shelf->files[i].text, arena, &k->calibration, err);
    return s;
}

enum status knowledge_open(struct knowledge *k, struct err *err)
{
    struct knowledge opened = {0};
    struct arena *arena = malloc(sizeof *arena);
    struct shelf *shelf = malloc(sizeof *shelf);
    enum status s = arena && shelf ? OK : no_memory(err);
    opened.owned = arena;
    if (arena) arena_init(arena, KNOWLEDGE_MAX_BYTES);
    if (!s) s = load_fixes(&opened, arena, shelf, err);
    if (!s) s = load_causes(&opened, arena, shelf, err);
    if (!s) s = load_artifacts(&opened, arena, shelf, err);
    if (!s) s = load_calibration(&opened, arena, shelf, err);
    free(shelf);
    if (s) knowledge_done(&opened);
    else *k = opened;
    return s;
}

void knowledge_done(struct knowledge *k)
{
    if (!k) return;
    arena_done(k->owned);
    free(k->owned);
    *k = (struct knowledge){0};
}

const struct fix *knowledge_fix(const struct knowledge *k, const char *id)
{
    for (size_t i = 0; id && i < k->n_fixes; i++)
        if (!strcmp(k->fixes[i].id, id)) return &k->fixes[i];
    return NULL;
}

const struct cause *knowledge_cause(const struct knowledge *k, const char *id)
{
    for (size_t i = 0; id && i < k->n_causes; i++)
        if (!strcmp(k->causes[i].id, id)) return &k->causes[i];
    return NULL;
}
