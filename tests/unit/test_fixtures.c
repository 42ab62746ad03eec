/* test_fixtures - files that the tools themselves wrote are read point by point as a second reader reads them.
 *
 * tests/fixtures/TOOL/CASE.points.tsv lists what Python's csv and json modules, or a few regular expressions, found in the files of CASE/:
 * file (empty: that of the row above), series, step, value, in the order of the file. Each series must come with the same points in the same order, no series
 * may be missing or invented, and pieces of a few bytes must give the same as the whole. CASE.facts.tsv lists settings that must be told.
 * scripts/real-fixtures makes them; lines that start with '#' say by which rule a tool's numbers became points. */
#include "format_probe.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>

enum { FILE_MAX_BYTES = 4 << 20, ARENA_BYTES = 16 << 20, PIECE_BYTES = 61, SERIES_MAX = 1024 };

/* What is read otherwise than the second reader has it, on purpose or as far as it is known. A row that no longer holds fails.
 *   file    below tests/fixtures
 *   series  or the key of a fact, or "*": no format claims the file */
static const struct deviation {
    const char *file, *series, *why;
} deviations[] = {
    {NULL, NULL, NULL},
};

/* --- points of one file, by series --- */

struct sample {
    int64_t step;
    double value;
};
struct line {
    char *name;
    struct sample *samples;
    size_t n, cap;
};
struct reading {
    struct line lines[SERIES_MAX];
    size_t n;
    struct str facts; /* "\nkey=value\n" */
    uint64_t bad;
};

static int line_of(struct reading *r, struct span name)
{
    for (size_t i = 0; i < r->n; i++)
        if (span_is(name, r->lines[i].name)) return (int)i;
    assert_true(r->n < SERIES_MAX);
    r->lines[r->n].name = str_dup(name);
    return (int)r->n++;
}

static void add_sample(struct line *l, int64_t step, double value)
{
    if (l->n == l->cap) {
        l->cap = l->cap ? 2 * l->cap : 64;
        l->samples = realloc(l->samples, l->cap * sizeof *l->samples);
        assert_non_null(l->samples);
    }
    l->samples[l->n++] = (struct sample){step, value};
}

static void reading_done(struct reading *r)
{
    for (size_t i = 0; i < r->n; i++) free(r->lines[i].name), free(r->lines[i].samples);
    str_done(&r->facts);
    *r = (struct reading){0};
}

static int take_series(void *arg, struct span name, enum axis axis)
{
    (void)axis;
    return line_of(arg, name);
}
static void take_point(void *arg, int series, int64_t step, double time, double value, uint64_t line)
{
    (void)time, (void)line;
    add_sample(&((struct reading *)arg)->lines[series], step, value);
}
static void take_fact(void *arg, struct span key, struct span value)
{
    str_addf(&((struct reading *)arg)->facts, "\n%.*s=%.*s\n", (int)key.n, key.p, (int)value.n, value.p);
}
static void take_event(void *arg, uint64_t line, enum event kind, struct span text)
{
    (void)arg, (void)line, (void)kind, (void)text;
}
static void take_bad(void *arg, uint64_t line, const char *why)
{
    struct reading *r = arg;
    if (!r->bad++) print_message("line %" PRIu64 ": %s\n", line, why);
}

static char *read_all(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    char *bytes = malloc(FILE_MAX_BYTES + 1);
    assert_non_null(bytes);
    *n = f ? fread(bytes, 1, FILE_MAX_BYTES, f) : 0;
    bytes[*n] = 0;
    if (f) fclose(f);
    else print_error("cannot read %s\n", path);
    return bytes;
}

static bool deviates(const char *file, const char *series)
{
    for (const struct deviation *d = deviations; d->file; d++)
        if (strcmp(d->file, file) == 0 && strcmp(d->series, series) == 0) return true;
    return false;
}

/* read_file - what the format that claims the file tells of it; false when none claims it. */
static bool read_file(const char *path, size_t piece, struct reading *into)
{
    size_t n;
    char *bytes = read_all(path, &n);
    struct span head = {bytes, n < FORMAT_HEAD_BYTES ? n : FORMAT_HEAD_BYTES};
    const struct format *format = format_sniff(path, head, NULL);
    if (!format) return free(bytes), false;
    struct probe *p = probe_open_at(format, ARENA_BYTES, path);
    p->out = (struct format_out){into, &p->arena, take_series, take_point, take_fact, take_event, take_bad};
    if (format->growth == GROWTH_QUERIED) assert_int_equal(format->poll(p->state, path, &p->out, &(struct err){0}), 0);
    else probe_read(p, (struct span){bytes, n}, piece ? piece : n, piece ? piece : 1);
    probe_close(p);
    free(bytes);
    return true;
}

/* claimed - read the file below tests/fixtures, and say so when it is not known that no format claims it, or when one does now. */
static bool claimed(const char *file, size_t piece, struct reading *into, int *wrong)
{
    char path[1024];
    snprintf(path, sizeof path, SOURCE_DIR "/tests/fixtures/%s", file);
    bool known = deviates(file, "*"), read = read_file(path, piece, into);
    if (read != known) return read;
    ++*wrong;
    print_error("%s: %s\n", file, read ? "is read now; take its deviation out" : "no format claims it");
    return read;
}

/* --- comparing --- */

static bool same(double a, double b) { return a == b || (a != a && b != b); }

/* agree - does a series have exactly these points? Says where it first has not. */
static bool agree(const char *path, const struct line *wanted, const struct line *told, bool loud)
{
    for (size_t i = 0; i < wanted->n || i < told->n; i++) {
        const struct sample *w = i < wanted->n ? &wanted->samples[i] : NULL, *t = i < told->n ? &told->samples[i] : NULL;
        if (w && t && w->step == t->step && same(w->value, t->value)) continue;
        if (!loud) return false;
        print_error("%s: %s: point %zu", path, wanted->name, i + 1);
        if (w) print_error(": is %.17g at step %" PRId64, w->value, w->step);
        else print_error(" does not exist");
        if (t) print_error(", read as %.17g at step %" PRId64, t->value, t->step);
        else print_error(", not read");
        print_error(" (%zu points, %zu read)\n", wanted->n, told->n);
        return false;
    }
    return true;
}

/* compare - the series of two readings that differ; those of known deviations must. */
static int compare(const char *file, struct reading *wanted, struct reading *told)
{
    static const struct line none;
    int differing = 0;
    for (size_t i = 0; i < told->n; i++) line_of(wanted, span_of(told->lines[i].name)); /* invented ones get no points */
    for (size_t i = 0; i < wanted->n; i++) {
        const struct line *w = &wanted->lines[i], *t = &none;
        for (size_t k = 0; k < told->n; k++)
            if (strcmp(told->lines[k].name, w->name) == 0) t = &told->lines[k];
        bool known = deviates(file, w->name), equal = agree(file, w, t, !known);
        if (known && equal) print_error("%s: %s: is read as it should be; take its deviation out\n", file, w->name);
        differing += known == equal;
    }
    return differing;
}

/* --- the tables --- */

struct table {
    char *bytes, *at;
    char file[256];
};

/* row - the next line's cells; false at the end. Cells are cut in place. */
static bool row(struct table *t, char *cells[4], int n)
{
    while (t->at && *t->at) {
        char *line = t->at, *end = strchr(line, '\n');
        t->at = end ? end + 1 : NULL;
        if (end) *end = 0;
        if (line[0] == '#' || !line[0]) continue;
        for (int i = 0; i < n; i++) {
            cells[i] = line;
            line = i + 1 < n && line ? strchr(line, '\t') : NULL;
            if (line) *line++ = 0;
        }
        assert_non_null(cells[n - 1]);
        return true;
    }
    return false;
}

/* check_file - one file of a case, whole and in pieces, against the points that are known of it. */
static int check_file(const char *folder, const char *file, struct reading *wanted)
{
    char name[512];
    int wrong = 0;
    snprintf(name, sizeof name, "%s/%s", folder, file);
    for (int pieces = 0; pieces < 2 && !wrong; pieces++) {
        struct reading told = {0};
        if (claimed(name, pieces ? PIECE_BYTES : 0, &told, &wrong)) wrong += compare(name, wanted, &told);
        if (told.bad) wrong++, print_error("%s: %" PRIu64 " records could not be read\n", name, told.bad);
        reading_done(&told);
    }
    return wrong;
}

/* check_points - a CASE.points.tsv: its files one after the other. Returns how many series differ; adds the points to *points. */
static int check_points(const char *folder, const char *table, size_t *points)
{
    struct table t = {0};
    struct reading wanted = {0};
    char *cells[4];
    size_t n;
    int wrong = 0;
    t.bytes = t.at = read_all(table, &n);
    while (row(&t, cells, 4)) {
        if (cells[0][0] && t.file[0]) wrong += check_file(folder, t.file, &wanted), reading_done(&wanted);
        if (cells[0][0]) snprintf(t.file, sizeof t.file, "%s", cells[0]);
        struct line *l = &wanted.lines[line_of(&wanted, span_of(cells[1]))];
        add_sample(l, strtoll(cells[2], NULL, 10), strtod(cells[3], NULL)); /* not by our own parser */
        ++*points;
    }
    if (t.file[0]) wrong += check_file(folder, t.file, &wanted);
    reading_done(&wanted);
    free(t.bytes);
    return wrong;
}

static int check_facts(const char *folder, const char *table, size_t *facts)
{
    struct table t = {0};
    struct reading told = {0};
    char *cells[4], path[512], key[320];
    size_t n;
    int wrong = 0;
    bool unread = false;
    t.bytes = t.at = read_all(table, &n);
    while (row(&t, cells, 3)) {
        if (cells[0][0]) {
            reading_done(&told);
            snprintf(t.file, sizeof t.file, "%s", cells[0]);
            snprintf(path, sizeof path, "%s/%s", folder, t.file);
            unread = !claimed(path, 0, &told, &wrong);
        }
        ++*facts;
        if (unread) continue;
        snprintf(key, sizeof key, "\n%s=%s\n", cells[1], cells[2]);
        bool found = told.facts.p && strstr(told.facts.p, key), known = deviates(path, cells[1]);
        if (found == known)
            wrong++, print_error("%s: fact %s=%s: %s\n", path, cells[1], cells[2], found ? "is told" : "not told");
    }
    reading_done(&told);
    free(t.bytes);
    return wrong;
}

/* --- walking tests/fixtures --- */

typedef int check_fn(const char *folder, const char *table, size_t *n);

static int by_name(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

/* walk - every table TOOL/CASE.SUFFIX; returns what the checks returned together. */
static int walk(const char *suffix, check_fn *check, size_t *n)
{
    struct dirent **tools, **cases;
    int wrong = 0, n_tools = scandir(SOURCE_DIR "/tests/fixtures", &tools, NULL, by_name);
    assert_true(n_tools >= 0);
    for (int i = 0; i < n_tools; free(tools[i++])) {
        char folder[512], table[1024];
        snprintf(folder, sizeof folder, SOURCE_DIR "/tests/fixtures/%s", tools[i]->d_name);
        int n_cases = tools[i]->d_name[0] == '.' ? 0 : scandir(folder, &cases, NULL, by_name);
        for (int k = 0; k < n_cases; free(cases[k++])) {
            const char *dot = strstr(cases[k]->d_name, suffix);
            if (!dot || dot == cases[k]->d_name || strcmp(dot, suffix) != 0) continue;
            snprintf(table, sizeof table, "%s/%s", folder, cases[k]->d_name);
            snprintf(folder, sizeof folder, "%s/%.*s", tools[i]->d_name, (int)(dot - cases[k]->d_name), cases[k]->d_name);
            wrong += check(folder, table, n);
            snprintf(folder, sizeof folder, SOURCE_DIR "/tests/fixtures/%s", tools[i]->d_name);
        }
        if (n_cases > 0) free(cases);
    }
    free(tools);
    return wrong;
}

static void every_point_of_a_real_file_is_read_and_none_is_invented(void **unused)
{
    (void)unused;
    size_t points = 0;
    assert_int_equal(walk(".points.tsv", check_points, &points), 0);
    print_message("%zu points agree\n", points);
    assert_true(points > 0);
}

static void settings_in_real_files_are_told(void **unused)
{
    (void)unused;
    size_t facts = 0;
    assert_int_equal(walk(".facts.tsv", check_facts, &facts), 0);
    print_message("%zu facts agree\n", facts);
    assert_true(facts > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_point_of_a_real_file_is_read_and_none_is_invented),
        cmocka_unit_test(settings_in_real_files_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
