/* scan_names - what the names of files say. */
#include <ctype.h>
#include <dirent.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../base/num.h"
#include "../../base/str.h"
#include "parts.h"

static const char *const checkpoint_suffixes[] = {".pt", ".pth", ".ckpt", ".safetensors", ".h5", ".keras", ".hdf5", NULL};
static const char *const foreign_suffixes[] = {".py",  ".png", ".jpg",     ".jpeg",  ".gif",   ".svg", ".pdf", ".npy", ".npz",
                                               ".pkl", ".bin", ".parquet", ".arrow", ".zip",   ".tar", ".tgz", ".bz2", ".xz",
                                               ".so",  ".c",   ".h",       ".cpp",   ".ipynb", ".whl", NULL};
static const char *const packed_suffixes[] = {".gz", ".zst", NULL};
static const char *const table_suffixes[] = {".md",
                                             NULL}; /* a log now and then: read where it looks like one, and not missed else */
static const char *const log_suffixes[] = {".log", ".out", ".err",  ".txt",    ".jsonl",  ".ndjson", ".json",
                                           ".csv", ".tsv", ".INFO", ".stdout", ".stderr", NULL}; /* INFO: of Google's logging */

/* Files of other tools that lie among logs and look like one. */
static const struct use {
    const char *names, *why;
} uses[] = {
    {"tokenizer.json tokenizer_config.json vocab.json added_tokens.json special_tokens_map.json generation_config.json "
     "preprocessor_config.json *.index.json",
     "belongs to the model, not to its training"},
    {"requirements.txt requirements-*.txt conda.yaml conda-environment.yaml environment.yml pip-freeze.txt",
     "lists the packages that were installed"},
    {"training_metadata.json", "is what Keras needs to go on after an interruption"},
    {"CMakeLists.txt LICENSE.txt package.json", "belongs to a program"},
};

static bool has_suffix(const char *const *list, const char *name)
{
    const char *dot = strrchr(name, '.');
    for (; dot && *list; list++)
        if (strcmp(*list, dot) == 0) return true;
    return false;
}

int64_t scan_step_in_name(const char *name)
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

bool scan_is_checkpoint(const char *path) { return has_suffix(checkpoint_suffixes, path_name(path)); }
bool scan_is_foreign(const char *path)
{
    const char *name = path_name(path);
    return has_suffix(foreign_suffixes, name) || (has_suffix(packed_suffixes, name) && !scan_is_packed_log(path));
}

bool scan_named(const char *name, const char *patterns)
{
    char one[128];
    for (const char *p = patterns; *p; p += strspn(p, " ")) {
        size_t n = strcspn(p, " ");
        snprintf(one, sizeof one, "%.*s", (int)n, p);
        if (fnmatch(one, name, 0) == 0) return true;
        p += n;
    }
    return false;
}

const char *scan_other_use(const char *path)
{
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++)
        if (scan_named(path_name(path), uses[i].names)) return uses[i].why;
    return NULL;
}

char *scan_unpacked_name(const char *path)
{
    const char *dot = has_suffix(packed_suffixes, path_name(path)) ? strrchr(path, '.') : NULL;
    return str_dup((struct span){path, dot ? (size_t)(dot - path) : strlen(path)});
}

/* A log, or one that was rotated: behind the suffix stand digits, dashes and dots only. */
bool scan_is_log(const char *path)
{
    const char *name = path_name(path);
    for (const char *const *suffix = log_suffixes; *suffix; suffix++)
        for (const char *at = strstr(name, *suffix); at; at = strstr(at + 1, *suffix)) {
            const char *rest = at + strlen(*suffix);
            if (at > name && strspn(rest, "0123456789-_.:T") == strlen(rest)) return true;
        }
    return false;
}

/* "workerlog.0" of Paddle's launcher: a name that ends in "log" before the number of the process. */
static bool says_log(const char *path)
{
    const char *name = path_name(path), *dot = strrchr(name, '.');
    bool numbered = dot && dot[1] && strspn(dot + 1, "0123456789") == strlen(dot + 1);
    return numbered && dot - name >= 3 && memcmp(dot - 3, "log", 3) == 0;
}

bool scan_is_packed_log(const char *path)
{
    static const char trackers[] = "*.wandb *.swanlab events.out.tfevents* *.tfevents.*";
    if (!has_suffix(packed_suffixes, path_name(path))) return false;
    char *inside = scan_unpacked_name(path);
    const char *name = inside ? path_name(inside) : "";
    bool is =
        inside && (scan_is_log(inside) || says_log(inside) || has_suffix(table_suffixes, name) || scan_named(name, trackers));
    free(inside);
    return is;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

char **scan_list(const char *path, size_t *n, struct err *err)
{
    size_t room = 16;
    char **names = calloc(room, sizeof *names);
    DIR *d = opendir(path);
    if (!d) err_errno(err, E_IO, "cannot read '%s'", path);
    else if (!names) err_set(err, E_MEMORY, "cannot read '%s': out of memory", path);
    *n = 0;
    for (struct dirent *e; d && names && *n < SCAN_MAX_FILES && (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        char **more = *n < room ? names : realloc(names, (room *= 2) * sizeof *more);
        if (!more) break;
        names = more;
        if ((names[*n] = str_dup(span_of(e->d_name)))) ++*n;
    }
    if (d && names && *n) qsort(names, *n, sizeof *names, by_name);
    if (d) closedir(d);
    else free(names), names = NULL;
    return names;
}

void scan_list_done(char **names, size_t n)
{
    for (size_t i = 0; names && i < n; i++) free(names[i]);
    free(names);
}
