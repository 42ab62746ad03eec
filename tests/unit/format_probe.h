/* format_probe - a format_out that writes down what a format tells, one line each, so that tests compare and search text.
 *
 *   series NAME AXIS | point NAME STEP VALUE @LINE [tSECONDS] | fact KEY=VALUE | event NAME @LINE TEXT | bad @LINE WHY
 * probe_read plays the host: it offers what was not taken again with more behind it, each time in memory of exactly that size. */
#ifndef MLWATCH_FORMAT_PROBE_H
#define MLWATCH_FORMAT_PROBE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../daemon/base/str.h"
#include "../../daemon/format/format.h"

enum { PROBE_SERIES_MAX = 4096, PROBE_ARENA_BYTES = 4 << 20 };

struct probe {
    struct str text;
    struct arena arena;
    struct format_out out;
    void *state;
    const struct format *format;
    size_t n_series, max_series;
    uint64_t points, facts, events, bad;
    char *names[PROBE_SERIES_MAX];
    enum axis axes[PROBE_SERIES_MAX];
    bool quiet; /* count only */
};

static void probe_number(struct str *to, double value)
{
    if (value != value) str_add(to, "NaN");
    else str_addf(to, "%.17g", value);
}

static int probe_series(void *arg, struct span name, enum axis axis)
{
    struct probe *p = arg;
    for (size_t i = 0; i < p->n_series; i++)
        if (p->axes[i] == axis && span_is(name, p->names[i])) return (int)i;
    if (p->n_series == p->max_series) return -1;
    p->names[p->n_series] = str_dup(name);
    p->axes[p->n_series] = axis;
    if (!p->quiet) str_addf(&p->text, "series %s %s\n", p->names[p->n_series], axis_name(axis));
    return (int)p->n_series++;
}

static void probe_point(void *arg, int series, int64_t step, double time, double value, uint64_t line)
{
    struct probe *p = arg;
    assert_in_range((unsigned)series, 0, p->n_series - 1);
    p->points++;
    if (p->quiet) return;
    str_addf(&p->text, "point %s %lld ", p->names[series], (long long)step);
    probe_number(&p->text, value);
    str_addf(&p->text, " @%llu", (unsigned long long)line);
    if (time == time) str_addf(&p->text, " t%.3f", time);
    str_add(&p->text, "\n");
}

static void probe_fact(void *arg, struct span key, struct span value)
{
    struct probe *p = arg;
    p->facts++;
    if (!p->quiet) str_addf(&p->text, "fact %.*s=%.*s\n", (int)key.n, key.p, (int)value.n, value.p);
}

static void probe_event(void *arg, uint64_t line, enum event kind, struct span text)
{
    struct probe *p = arg;
    p->events++;
    if (!p->quiet) str_addf(&p->text, "event %s @%llu %.*s\n", event_name(kind), (unsigned long long)line, (int)text.n, text.p);
}

static void probe_bad(void *arg, uint64_t line, const char *why)
{
    struct probe *p = arg;
    p->bad++;
    if (!p->quiet) str_addf(&p->text, "bad @%llu %s\n", (unsigned long long)line, why);
}

/* probe_open_at - a fresh state of the format for a file of this path; probe_close frees everything. */
static inline struct probe *probe_open_at(const struct format *format, size_t arena_bytes, const char *path)
{
    struct probe *p = calloc(1, sizeof *p);
    assert_non_null(p);
    assert_non_null(format);
    p->format = format;
    p->state = calloc(1, format->state_size);
    assert_non_null(p->state);
    p->max_series = PROBE_SERIES_MAX;
    arena_init(&p->arena, arena_bytes);
    p->out = (struct format_out){p, &p->arena, probe_series, probe_point, probe_fact, probe_event, probe_bad};
    if (format->init) format->init(p->state, path);
    return p;
}

/* probe_open - the same where the path does not matter. */
static inline struct probe *probe_open(const struct format *format, size_t arena_bytes)
{
    return probe_open_at(format, arena_bytes, "");
}

static inline void probe_close(struct probe *p)
{
    for (size_t i = 0; i < p->n_series; i++) free(p->names[i]);
    arena_done(&p->arena);
    str_done(&p->text);
    free(p->state);
    free(p);
}

/* probe_feed - one call of feed on a copy of bytes; returns what it took and checks the contract. */
static inline size_t probe_feed(struct probe *p, struct span bytes, int at_end)
{
    char *copy = malloc(bytes.n ? bytes.n : 1);
    assert_non_null(copy);
    if (bytes.n) memcpy(copy, bytes.p, bytes.n);
    size_t used = p->format->feed(p->state, (struct span){copy, bytes.n}, at_end, &p->out);
    free(copy);
    assert_true(used <= bytes.n);
    if (bytes.n >= FORMAT_RECORD_MAX_BYTES) assert_true(used > 0);
    return used;
}

/* probe_read - the whole document: first `first` bytes, then `chunk` more at a time, then the end. */
static inline void probe_read(struct probe *p, struct span doc, size_t first, size_t chunk)
{
    size_t taken = 0, there = first < doc.n ? first : doc.n;
    while (there < doc.n) {
        taken += probe_feed(p, (struct span){doc.p + taken, there - taken}, 0);
        there = doc.n - there > chunk ? there + chunk : doc.n;
    }
    for (size_t used = 1; used && taken <= doc.n; taken += used)
        used = probe_feed(p, (struct span){doc.p + taken, doc.n - taken}, 1);
}

/* probe_text - read a document in one piece; the probe's text says what was told. */
static inline struct probe *probe_text(const char *format, const char *doc)
{
    struct probe *p = probe_open(format_by_name(format), PROBE_ARENA_BYTES);
    probe_read(p, span_of(doc), strlen(doc), 1);
    str_add(&p->text, "");
    return p;
}

/* probe_expect - was this line told? On failure everything that was told is printed. */
#define probe_expect(p, line) probe_expect_at((p), (line), __FILE__, __LINE__)
static inline void probe_expect_at(struct probe *p, const char *line, const char *file, int at)
{
    struct str wanted = {0}, all = {0};
    str_addf(&wanted, "\n%s\n", line);
    str_addf(&all, "\n%s", p->text.p ? p->text.p : "");
    bool found = strstr(all.p, wanted.p) != NULL;
    if (!found) print_error("not told: %s\nbut:%s", line, all.p);
    str_done(&wanted);
    str_done(&all);
    _assert_true(found, line, file, at);
}

/* probe_refuse - no line may start so. */
static inline void probe_refuse(struct probe *p, const char *start)
{
    struct str all = {0}, unwanted = {0};
    str_addf(&unwanted, "\n%s", start);
    str_addf(&all, "\n%s", p->text.p ? p->text.p : "");
    if (strstr(all.p, unwanted.p)) fail_msg("told, but must not be: %s in%s", start, all.p);
    str_done(&all);
    str_done(&unwanted);
}

#endif
