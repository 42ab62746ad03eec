/* layout - which files make up a checkpoint: told by names alone.
 *
 * Frameworks write a checkpoint's files one after another, and one of them last: trainer_state.json (Hugging Face), the index of a sharded model,
 * `.metadata` (torch.distributed), `latest` (DeepSpeed). Where that one is missing the checkpoint is not finished. */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "parts.h"

enum { NAMES_MAX = 1 << 16 };

/* By name of a file in a checkpoint's directory: what it is there. The first that fits holds. */
static const struct {
    const char *pattern;
    enum checkpoint_layout layout; /* that it is a sign of; CHECKPOINT_FILE: of none */
    enum checkpoint_role role;
    bool is_read;
} files[] = {
    {"*.tmp", CHECKPOINT_FILE, PART_OTHER, false},
    {".metadata", CHECKPOINT_DCP, PART_SETTINGS, true},
    {"__[0-9]*_[0-9]*.distcp", CHECKPOINT_DCP, PART_WEIGHTS, true},
    {"*_model_states.pt", CHECKPOINT_DEEPSPEED, PART_WEIGHTS, true},
    {"layer_*-model_states.pt", CHECKPOINT_DEEPSPEED, PART_WEIGHTS, true},
    {"*_optim_states.pt", CHECKPOINT_DEEPSPEED, PART_OPTIMIZER, true},
    {"_CHECKPOINT_METADATA", CHECKPOINT_ORBAX, PART_OTHER, false},
    {"*.safetensors.index.json", CHECKPOINT_HUGGINGFACE, PART_OTHER, false},
    {"*.bin.index.json", CHECKPOINT_HUGGINGFACE, PART_OTHER, false},
    {"model*.safetensors", CHECKPOINT_HUGGINGFACE, PART_WEIGHTS, true},
    {"pytorch_model*.bin", CHECKPOINT_HUGGINGFACE, PART_WEIGHTS, true},
    {"adapter_model.*", CHECKPOINT_HUGGINGFACE, PART_WEIGHTS, true},
    {"trainer_state.json", CHECKPOINT_HUGGINGFACE, PART_OTHER, false},
    {"training_args.bin", CHECKPOINT_HUGGINGFACE, PART_SETTINGS, true},
    {"optimizer.pt", CHECKPOINT_HUGGINGFACE, PART_OPTIMIZER, true},
    {"optimizer.bin", CHECKPOINT_HUGGINGFACE, PART_OPTIMIZER, true},
    {"scheduler.pt", CHECKPOINT_HUGGINGFACE, PART_SCHEDULER, true},
    {"scheduler.bin", CHECKPOINT_HUGGINGFACE, PART_SCHEDULER, true},
    {"scaler.pt", CHECKPOINT_HUGGINGFACE, PART_SCALER, true},
    {"rng_state*.pth", CHECKPOINT_HUGGINGFACE, PART_RANDOM, true},
    {"random_states_*.pkl", CHECKPOINT_HUGGINGFACE, PART_RANDOM, true},
    {"*.data-[0-9]*-of-[0-9]*", CHECKPOINT_TENSORFLOW, PART_WEIGHTS, false},
};

/* What a checkpoint of one file is called. */
static const char *const suffixes[] = {".safetensors", ".pt", ".pth",  ".bin",  ".ckpt",  ".pkl", ".pickle", ".joblib",   ".npy",
                                       ".npz",         ".h5", ".hdf5", ".gguf", ".keras", ".mar", ".nemo",   ".pdparams", ".tar"};

static bool has_suffix(const char *name)
{
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof suffixes / sizeof *suffixes; i++)
        if (strcmp(dot, suffixes[i]) == 0) return true;
    return dot && fnmatch("*.index.json", name, 0) == 0;
}

/* ---- the names in a directory ----------------------------------------------------------------------------------------------- */

struct names {
    char **list;
    size_t n;
};

static void names_free(struct names *names)
{
    for (size_t i = 0; i < names->n; i++) free(names->list[i]);
    free(names->list);
    *names = (struct names){0};
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static enum status keep_names(DIR *d, struct names *names, struct err *err)
{
    size_t room = 0;
    for (struct dirent *e; names->n < NAMES_MAX && (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        if (names->n == room) {
            char **more = realloc(names->list, (room = room ? room * 2 : 32) * sizeof *more);
            if (!more) return err_set(err, E_MEMORY, "out of memory");
            names->list = more;
        }
        names->list[names->n] = strdup(e->d_name);
        if (!names->list[names->n]) return err_set(err, E_MEMORY, "out of memory");
        names->n++;
    }
    return OK;
}

static enum status names_read(const char *directory, struct names *ret, struct err *err)
{
    struct names names = {0};
    DIR *d = opendir(directory);
    if (!d) return err_errno(err, E_IO, "cannot read '%s'", directory);
    enum status s = keep_names(d, &names, err);
    closedir(d);
    if (s) return names_free(&names), s;
    if (names.n) qsort(names.list, names.n, sizeof *names.list, by_name);
    *ret = names;
    return OK;
}

static bool names_have(const struct names *names, const char *pattern)
{
    for (size_t i = 0; i < names->n; i++)
        if (fnmatch(pattern, names->list[i], FNM_PERIOD) == 0) return true;
    return false;
}

static const char *joined(const char *directory, const char *name, char *path, size_t room)
{
    size_t n = strlen(directory);
    snprintf(path, room, "%s%s%s", directory, n && directory[n - 1] == '/' ? "" : "/", name);
    return path;
}

static bool is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* ---- which layout -------------------------------------------------------------------------------------------------------------- */

/* Of several signs the one that stands first in the table of files. */
static enum checkpoint_layout layout_by(const struct names *names)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (files[i].layout != CHECKPOINT_FILE && names_have(names, files[i].pattern)) return files[i].layout;
    return CHECKPOINT_FILE;
}

/* The tag that DeepSpeed's `latest` names, as a path; false when there is none. */
static bool latest_tag(const char *directory, char *path, size_t room)
{
    char tag[256], latest[4096];
    FILE *f = fopen(joined(directory, "latest", latest, sizeof latest), "re");
    if (!f) return false;
    size_t n = fread(tag, 1, sizeof tag - 1, f);
    fclose(f);
    tag[n] = '\0';
    tag[strcspn(tag, "\r\n")] = '\0';
    if (!*tag || strchr(tag, '/') || tag[0] == '.') return false;
    joined(directory, tag, path, room);
    return true;
}

enum checkpoint_layout layout_of(const char *directory)
{
    struct names names;
    char tag[4096];
    if (strstr(path_name(directory), ".orbax-checkpoint-tmp")) return CHECKPOINT_ORBAX;
    if (names_read(directory, &names, NULL)) return CHECKPOINT_FILE;
    enum checkpoint_layout l = layout_by(&names);
    if (l == CHECKPOINT_FILE && latest_tag(directory, tag, sizeof tag)) l = CHECKPOINT_DEEPSPEED;
    names_free(&names);
    return l;
}

bool checkpoint_is(const char *path)
{
    struct stat st;
    if (stat(path, &st) < 0) return false;
    if (S_ISDIR(st.st_mode)) return layout_of(path) != CHECKPOINT_FILE;
    return S_ISREG(st.st_mode) && has_suffix(path_name(path));
}

/* ---- which parts ------------------------------------------------------------------------------------------------------------------ */

/* A file of which there is no row is looked at when its suffix says that code could be in it. */
static void add_file(struct checkpoint *c, const char *directory, const char *name)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (fnmatch(files[i].pattern, name, 0) != 0) continue;
        struct checkpoint_part *p =
            files[i].is_read || files[i].role == PART_WEIGHTS ? part_add(c, directory, name, files[i].role) : NULL;
        if (p) p->unread = !files[i].is_read;
        return;
    }
    if (has_suffix(name) && fnmatch("*.index.json", name, 0) != 0) part_add(c, directory, name, PART_OTHER);
}

/* model-00002-of-00005.safetensors: of what is numbered, all must be there. */
static void check_numbers(struct checkpoint *c, const struct names *names)
{
    for (size_t i = 0; i < names->n; i++) {
        unsigned k = 0, n = 0;
        int at = 0, end = 0;
        char stem[256], sentence[512];
        const char *of = strstr(names->list[i], "-of-"), *name = names->list[i];
        for (at = of ? (int)(of - name) : 0; at > 0 && name[at - 1] >= '0' && name[at - 1] <= '9';) at--;
        if (!of || of - name - at != 5 || sscanf(name + at, "%5u-of-%5u%n", &k, &n, &end) != 2 || n == 0 || n > PARTS_MAX ||
            k != 1)
            continue;
        for (unsigned other = 2; other <= n; other++) {
            snprintf(stem, sizeof stem, "%.*s%05u-of-%05u%s", at, name, other, n, name + at + end);
            if (bsearch(&(char *){stem}, names->list, names->n, sizeof *names->list, by_name)) continue;
            snprintf(sentence, sizeof sentence, "%s is not there", stem);
            reason_add(c, NULL, sentence);
            verdict_worsen(c, INSPECTED_INCOMPLETE, INSPECTED_SAFE);
        }
    }
}

static enum status add_directory(struct checkpoint *c, const char *directory, enum checkpoint_layout layout, struct err *err);

/* A Hugging Face checkpoint may hold another framework's in a directory of its own. */
static enum status add_nested(struct checkpoint *c, const char *directory, const struct names *names, struct err *err)
{
    char path[4096];
    for (size_t i = 0; i < names->n; i++) {
        if (!is_directory(joined(directory, names->list[i], path, sizeof path))) continue;
        enum checkpoint_layout l = layout_of(path);
        enum status s = OK;
        if (l == CHECKPOINT_DEEPSPEED || l == CHECKPOINT_DCP) s = add_directory(c, path, l, err);
        if (s) return s;
    }
    return OK;
}

static void not_finished(struct checkpoint *c, const char *why)
{
    reason_add(c, NULL, why);
    verdict_worsen(c, INSPECTED_INCOMPLETE, INSPECTED_SAFE);
}

static void check_finished(struct checkpoint *c, const char *directory, enum checkpoint_layout layout, const struct names *names)
{
    const char *own = path_name(directory);
    if (layout == CHECKPOINT_DCP && !names_have(names, ".metadata"))
        not_finished(c, ".metadata, which is written last, is not there");
    if (layout == CHECKPOINT_HUGGINGFACE && fnmatch("checkpoint-[0-9]*", own, 0) == 0 && !names_have(names, "trainer_state.json"))
        not_finished(c, "trainer_state.json, which is written last, is not there");
    if (layout == CHECKPOINT_HUGGINGFACE && fnmatch("tmp-checkpoint-*", own, 0) == 0)
        not_finished(c, "its directory has the name of one that is still being written");
    if (layout == CHECKPOINT_ORBAX && strstr(own, ".orbax-checkpoint-tmp"))
        not_finished(c, "its directory has the name of one that is still being written");
}

static enum status add_directory(struct checkpoint *c, const char *directory, enum checkpoint_layout layout, struct err *err)
{
    struct names names;
    enum status s = names_read(directory, &names, err);
    if (s) return s;
    for (size_t i = 0; !s && i < names.n; i++) {
        char path[4096];
        if (fnmatch("*.index.json", names.list[i], 0) == 0)
            s = index_add(c, joined(directory, names.list[i], path, sizeof path), err);
    }
    for (size_t i = 0; !s && i < names.n; i++) {
        char path[4096];
        if (!is_directory(joined(directory, names.list[i], path, sizeof path))) add_file(c, directory, names.list[i]);
    }
    check_finished(c, directory, layout, &names);
    if (!c->n_indexes) check_numbers(c, &names);
    if (!s && layout == CHECKPOINT_HUGGINGFACE) s = add_nested(c, directory, &names, err);
    names_free(&names);
    return s;
}

/* ---- the whole ---------------------------------------------------------------------------------------------------------------------- */

static enum status find_in_directory(struct checkpoint *c, struct err *err)
{
    char tag[4096];
    struct names names;
    enum status s = names_read(c->path, &names, err);
    if (s) return s;
    c->layout = layout_by(&names);
    names_free(&names);
    if (strstr(path_name(c->path), ".orbax-checkpoint-tmp")) c->layout = CHECKPOINT_ORBAX;
    if (c->layout != CHECKPOINT_FILE) return add_directory(c, c->path, c->layout, err);
    if (!latest_tag(c->path, tag, sizeof tag)) return err_set(err, E_FORMAT, "'%s' holds no checkpoint", c->path);
    c->layout = CHECKPOINT_DEEPSPEED;
    if (is_directory(tag)) return add_directory(c, tag, c->layout, err);
    reason_add(c, NULL, "the directory that `latest` names is not there");
    verdict_worsen(c, INSPECTED_INCOMPLETE, INSPECTED_SAFETY_UNVERIFIED);
    return OK;
}

enum status layout_find(struct checkpoint *c, struct err *err)
{
    struct stat st;
    if (stat(c->path, &st) < 0)
        return err_errno(err, errno == ENOENT || errno == ENOTDIR ? E_ABSENT : E_IO, "cannot look at '%s'", c->path);
    if (S_ISDIR(st.st_mode)) return find_in_directory(c, err);
    if (!S_ISREG(st.st_mode)) return err_set(err, E_IO, "'%s' is neither a file nor a directory", c->path);
    if (fnmatch("*.index.json", c->path, 0) == 0) {
        c->layout = CHECKPOINT_SHARDED;
        return index_add(c, c->path, err);
    }
    c->layout = CHECKPOINT_FILE;
    return part_add(c, NULL, c->path, PART_WEIGHTS) ? OK : err_set(err, E_MEMORY, "out of memory");
}

/* ---- several of them ------------------------------------------------------------------------------------------------------------------ */

/* The last number behind "step", "ckpt", "checkpoint", "epoch" or "iter" and one of - _ = or nothing. */
int64_t checkpoint_step(const char *path)
{
    static const char *const words[] = {"step", "checkpoint", "iter", "ckpt", "epoch"};
    char name[4096];
    snprintf(name, sizeof name, "%s", path);
    for (size_t n = strlen(name); n > 1 && name[n - 1] == '/'; n--) name[n - 1] = '\0';
    const char *last = path_name(name);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (const char *at = last; (at = strstr(at, words[i])); at++) {
            const char *digits = at + strlen(words[i]);
            if (strchr("-_=", *digits) && *digits) digits++;
            if (*digits >= '0' && *digits <= '9' && strspn(digits, "0123456789") <= 15) return strtoll(digits, NULL, 10);
        }
    return -1;
}

static int by_step(const void *a, const void *b)
{
    const char *x = *(char *const *)a, *y = *(char *const *)b;
    int64_t s = checkpoint_step(x), t = checkpoint_step(y);
    return s != t ? (s < t ? -1 : 1) : strcmp(x, y);
}

enum status checkpoint_list(const char *directory, char ***ret, size_t *n, struct err *err)
{
    struct names names;
    size_t kept = 0;
    char path[4096];
    enum status s = names_read(directory, &names, err);
    if (s) return s;
    for (size_t i = 0; i < names.n; i++) {
        bool is = kept < PARTS_MAX && checkpoint_is(joined(directory, names.list[i], path, sizeof path));
        free(names.list[i]);
        names.list[i] = NULL;
        char *copy = is ? strdup(path) : NULL;
        if (copy) names.list[kept++] = copy;
    }
    if (kept) qsort(names.list, kept, sizeof *names.list, by_step);
    *ret = names.list;
    *n = kept;
    return OK;
}
