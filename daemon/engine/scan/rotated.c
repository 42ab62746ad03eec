/* scan_rotated - a log and what it was before it was rotated are one source, oldest part first.
 *
 *   train.log.2.gz  train.log.1  train.log            by number, the highest is the oldest (logrotate, Python's RotatingFileHandler)
 *   out.log-20260102.zst  out.log.2026-01-03  out.log     by the date behind the name (logrotate dateext, TimedRotatingFileHandler)
 *   train-20260102.log.zst  train.log                  by the date within it (logrotate extension, loguru); only beside the undated log,
 *                                                        because many programs date the log of each start
 *   train.log.old  train.log                           what a person moved away
 *   metrics_epoch_0.json  metrics_epoch_1.json         a file an epoch
 * A number or a date alone proves little, so only formats that are read line by line are joined, only within one directory and format, and
 * without the log itself only where the name is a log's. A part that is the beginning of the next one was copied, and not
 * truncated yet: it is left out. */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../base/str.h"
#include "../../base/unpack.h"
#include "parts.h"

enum {
    COMPARED_BYTES = 4096,
    STAMP_DIGITS = 20,
    DATE_DIGITS = 8,
    MONTH_DIGITS = 6,
    SECONDS_DIGITS = 10,
    NUMBER_DIGITS_MAX = 5,
    EPOCHS_MAX = 100000
};

/* Which log a file is a part of, and its place among the parts. */
struct part {
    size_t source;                /* index in the run */
    char *base;                   /* path of the log itself */
    int64_t number;               /* 0: by date; else how often it was rotated since */
    char stamp[STAMP_DIGITS + 1]; /* digits of the date, for comparing */
    bool dated_within, packed, itself;
};

/* ---- names -------------------------------------------------------------------------------------------------------------------- */

/* The digits of a date and perhaps a time: "20260102", "2026-01-02_10-00-00", "202601"; or seconds since 1970. */
static bool stamp_of(struct span text, size_t digits_min, char stamp[STAMP_DIGITS + 1])
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (isdigit((unsigned char)text.p[i]) && n < STAMP_DIGITS) stamp[n++] = text.p[i];
        else if (!isdigit((unsigned char)text.p[i]) && !strchr("-_.:T", text.p[i])) return false;
    }
    stamp[n] = 0;
    bool date = (strncmp(stamp, "19", 2) == 0 || strncmp(stamp, "20", 2) == 0) && stamp[4] <= '1' && stamp[6] <= '3';
    return n >= digits_min && (date || (n == SECONDS_DIGITS && text.n == n && stamp[0] == '1'));
}

static bool all_digits(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!isdigit((unsigned char)s.p[i])) return false;
    return s.n > 0;
}

/* "train.log.3", "train.log.old" */
static bool numbered(const char *name, size_t at, struct part *p)
{
    struct span rest = span_of(name + at + 1);
    if (span_is(rest, "old")) return p->number = 1, true;
    if (name[at] != '.' || !all_digits(rest) || rest.n > NUMBER_DIGITS_MAX) return false;
    p->number = atoi(rest.p);
    return p->number > 0;
}

/* The shortest rest behind '.', '-' or '_' that is a number or a date; what stands before it is the log. */
static size_t rest_of(const char *name, struct part *p)
{
    for (size_t at = 1; name[at]; at++) {
        if (!strchr(".-_", name[at]) || !name[at + 1]) continue;
        if (numbered(name, at, p) || stamp_of(span_of(name + at + 1), MONTH_DIGITS, p->stamp)) return at;
    }
    return 0;
}

/* "train-20260102.log" is a part of "train.log". */
static char *base_of_dated(const char *directory, int n, const char *name, struct part *p)
{
    const char *dot = strrchr(name, '.');
    for (const char *at = name + 1; dot && at < dot; at++) {
        if (!strchr(".-_", *at) || !stamp_of((struct span){at + 1, (size_t)(dot - at - 1)}, DATE_DIGITS, p->stamp)) continue;
        struct str s = {0};
        str_addf(&s, "%.*s%.*s%s", n, directory, (int)(at - name), name, dot);
        p->dated_within = true;
        return str_take(&s);
    }
    return NULL;
}

/* "metrics_epoch_3.json" is a part of "metrics_epoch_.json", which is nowhere: the epochs of AllenNLP, each in a file of its own. The first one is the
 * oldest. */
static bool name_epoch(const char *path, struct part *p)
{
    const char *dot = strrchr(path_name(path), '.'), *digits = dot;
    while (digits && digits > path && isdigit((unsigned char)digits[-1])) digits--;
    size_t n = (size_t)(dot - digits);
    if (!n || n > NUMBER_DIGITS_MAX) return false;
    struct str s = {0};
    str_addf(&s, "%.*s%s", (int)(digits - path), path, dot);
    p->number = EPOCHS_MAX - atoi(digits);
    p->base = str_take(&s);
    return p->base != NULL;
}

static bool name_part(const char *path, struct part *p)
{
    char *plain = scan_unpacked_name(path);
    if (!plain) return false;
    const char *name = path_name(plain);
    p->packed = strlen(plain) < strlen(path);
    size_t at = rest_of(name, p);
    if (at) p->base = str_dup((struct span){plain, (size_t)(name - plain) + at});
    else p->base = base_of_dated(plain, (int)(name - plain), name, p);
    if (!p->base && p->packed) p->base = str_dup(span_of(plain)), p->number = 1; /* "train.log.gz" beside a new "train.log" */
    free(plain);
    return p->base != NULL;
}

/* ---- order -------------------------------------------------------------------------------------------------------------------- */

/* Dates first: a log that is rotated both ways is dated when it is put away. Then the higher number, then the plain one. */
static int oldest_first(const void *x, const void *y)
{
    const struct part *a = x, *b = y;
    int base = strcmp(a->base, b->base);
    if (base) return base;
    if (a->itself != b->itself) return a->itself ? 1 : -1;
    if (!a->number != !b->number) return a->number ? 1 : -1;
    if (a->number != b->number) return a->number > b->number ? -1 : 1;
    int stamp = strcmp(a->stamp, b->stamp);
    if (stamp) return stamp;
    return a->packed != b->packed ? (a->packed ? -1 : 1) : 0;
}

static int open_plain(const char *path)
{
    char head[8];
    struct err torn;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    ssize_t n = fd >= 0 ? pread(fd, head, sizeof head, 0) : 0;
    if (n <= 0 || !unpack_is_packed((struct span){head, (size_t)n})) return fd;
    close(fd);
    return unpack_open(path, &torn);
}

/* The same bytes at the beginning, looked at without unpacking more than those. */
static bool begin_alike(const char *a, const char *b)
{
    char x[COMPARED_BYTES], y[COMPARED_BYTES];
    char *const to[] = {x, y};
    const char *const paths[] = {a, b};
    ssize_t n[2];
    for (int i = 0; i < 2; i++) {
        int fd = open(paths[i], O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
        n[i] = fd >= 0 ? unpack_head(fd, to[i], COMPARED_BYTES) : -1;
        if (fd >= 0 && n[i] < 0) n[i] = pread(fd, to[i], COMPARED_BYTES, 0);
        if (fd >= 0) close(fd);
    }
    return n[0] > 0 && n[0] <= n[1] && memcmp(x, y, (size_t)n[0]) == 0;
}

static bool same_at(int a, int b, off_t at, size_t n)
{
    char x[COMPARED_BYTES], y[COMPARED_BYTES];
    return pread(a, x, n, at) == (ssize_t)n && pread(b, y, n, at) == (ssize_t)n && memcmp(x, y, n) == 0;
}

/* Is all of `part` the beginning of `next`? By its first and its last 4 KiB. */
static bool is_copied(const char *part, const char *next)
{
    if (!begin_alike(part, next)) return false;
    struct stat st, st_next;
    int a = open_plain(part), b = open_plain(next);
    bool is = a >= 0 && b >= 0 && fstat(a, &st) == 0 && fstat(b, &st_next) == 0 && st.st_size <= st_next.st_size;
    if (is) {
        off_t at = st.st_size > COMPARED_BYTES ? st.st_size - COMPARED_BYTES : 0;
        is = same_at(a, b, at, (size_t)(st.st_size - at));
    }
    if (a >= 0) close(a);
    if (b >= 0) close(b);
    return is;
}

/* ---- joining ------------------------------------------------------------------------------------------------------------------ */

static bool line_by_line(const struct format *f)
{
    static const char *const joined[] = {"text", "jsonl", "csv", "pattern", "epoch_json"};
    for (size_t i = 0; i < sizeof joined / sizeof *joined; i++)
        if (strcmp(f->name, joined[i]) == 0) return true;
    return false;
}

static bool is_empty_file(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0;
}

/* One source of parts[0 .. n), which are of one log: the last of them is what grows. Returns how many of them count. */
static void join_parts(struct scan_run *r, struct part *parts, size_t n)
{
    struct scan_source *last = &r->sources[parts[n - 1].source];
    char **older = calloc(n, sizeof *older);
    size_t kept = 0;
    for (size_t i = 0; older && i + 1 < n; i++) {
        char **path = &r->sources[parts[i].source].path;
        if (!is_copied(*path, r->sources[parts[i + 1].source].path)) older[kept++] = *path;
        else free(*path);
        *path = NULL;
    }
    if (older && !parts[n - 1].itself && is_empty_file(parts[0].base)) { /* rotated a moment ago */
        char *base = str_dup(span_of(parts[0].base));
        if (base) older[kept++] = last->path, last->path = base, last->size = 0;
    }
    last->older = older;
    last->n_older = kept;
    size_t used = strlen(last->why);
    if (kept) snprintf(last->why + used, sizeof last->why - used, ", with %zu older part%s", kept, kept == 1 ? "" : "s");
}

/* Do these parts belong together? Where the log itself is not there, only by a name that is a log's, and never by a date within it. */
static bool belong(const struct scan_run *r, const struct part *parts, size_t n)
{
    bool itself = parts[n - 1].itself, emptied = is_empty_file(parts[0].base);
    for (size_t i = 0; i < n; i++) {
        if (r->sources[parts[i].source].format != r->sources[parts[n - 1].source].format) return false;
        if (!itself && !emptied && (parts[i].dated_within || !scan_is_log(parts[i].base))) return false;
    }
    return n > 1 || (emptied && !itself);
}

static size_t find_parts(const struct scan_run *r, struct part *parts)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_sources; i++) {
        struct part p = {.source = i};
        if (!line_by_line(r->sources[i].format)) continue;
        bool epochs = strcmp(r->sources[i].format->name, "epoch_json") == 0;
        if (epochs ? name_epoch(r->sources[i].path, &p) : name_part(r->sources[i].path, &p)) parts[n++] = p;
        p = (struct part){.source = i, .base = str_dup(span_of(r->sources[i].path)), .itself = true};
        if (p.base) parts[n++] = p;
    }
    qsort(parts, n, sizeof *parts, oldest_first);
    return n;
}

/* A file is a candidate twice, as a log and as a part of one: the first group that takes it has it. */
static size_t group(const struct scan_run *r, struct part *parts, size_t n, size_t from, struct part *of)
{
    size_t k = 0;
    for (size_t i = from; i < n && strcmp(parts[i].base, parts[from].base) == 0; i++)
        if (r->sources[parts[i].source].path) of[k++] = parts[i];
    return k;
}

static void drop_joined(struct scan_run *r)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->n_sources; i++)
        if (r->sources[i].path) r->sources[kept++] = r->sources[i];
    r->n_sources = kept;
}

/* "train.log~" and "train.log.bak" beside train.log */
static void drop_saved(struct scan_run *r, void (*skip)(void *, const char *, const char *), void *arg)
{
    static const char *const saved[] = {"~", ".bak", ".orig", ".save"};
    for (size_t i = 0; i < r->n_sources; i++)
        for (size_t k = 0; r->sources[i].path && k < sizeof saved / sizeof *saved; k++) {
            size_t n = strlen(r->sources[i].path), m = strlen(saved[k]);
            if (n <= m || strcmp(r->sources[i].path + n - m, saved[k]) != 0) continue;
            for (size_t j = 0; j < r->n_sources && r->sources[i].path; j++) {
                const char *other = r->sources[j].path;
                if (!other || strlen(other) != n - m || strncmp(other, r->sources[i].path, n - m) != 0) continue;
                skip(arg, r->sources[i].path, "is a saved copy of the file beside it");
                free(r->sources[i].path);
                r->sources[i].path = NULL;
            }
        }
    drop_joined(r);
}

void scan_join_rotated(struct scan_run *r, void (*skip)(void *arg, const char *path, const char *why), void *arg)
{
    drop_saved(r, skip, arg);
    struct part *parts = calloc(2 * r->n_sources + 1, sizeof *parts), *of = calloc(2 * r->n_sources + 1, sizeof *of);
    size_t n = parts && of ? find_parts(r, parts) : 0;
    for (size_t i = 0; i < n;) {
        size_t k = group(r, parts, n, i, of), next = i + 1;
        while (next < n && strcmp(parts[next].base, parts[i].base) == 0) next++;
        if (k && belong(r, of, k)) join_parts(r, of, k);
        i = next;
    }
    for (size_t i = 0; i < n; i++) free(parts[i].base);
    free(parts);
    free(of);
    drop_joined(r);
}
