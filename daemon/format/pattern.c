/* pattern - console output in a format of the user's own: pattern_file.h says how it is told.
 *
 * Lines are cleaned of colours and cursor movements, then tried against the patterns of one format: the one whose `files` fit the path, else
 * the first one of which a line matches. What no pattern has is looked at for tracebacks and other events as in every console log.
 * A pattern that meets its match limit costs that line, and after LIMIT_HITS_MAX of them in a row it is not tried again. */
#include <fnmatch.h>

#include "../base/num.h"
#include "pattern_file.h"
#include "record.h"
#include "text/clean.h"
#include "text/event.h"
#include "text/prefix.h"

enum { LINE_MAX_BYTES = 64 << 10, LIMIT_HITS_MAX = 20, SURE_BY_NAME = 100, SURE_BY_LINE = 95, SNIFF_LINES = 200 };

struct state {
    struct record record;
    struct text_events events;
    const struct pattern_format *format; /* NULL until a line or the path tells */
    pcre2_match_data *found;
    pcre2_match_context *limits;
    uint64_t line, points;
    uint8_t hits[PATTERN_LINES_MAX]; /* match limits met in a row */
    bool skipping;                   /* inside a line that was too long */
};

/* ---- which format ------------------------------------------------------------------------------------------------------ */

static bool fits(const char *glob, const char *path)
{
    if (!strchr(glob, '/')) return fnmatch(glob, path_name(path), 0) == 0;
    for (const char *p = path; p; p = strchr(p, '/')) {
        p += *p == '/';
        if (fnmatch(glob, p, FNM_PATHNAME) == 0) return true;
    }
    return false;
}

static const struct pattern_format *by_path(const struct patterns *all, const char *path)
{
    for (size_t i = 0; all && i < all->n_formats; i++)
        for (size_t j = 0; j < all->formats[i].n_files; j++)
            if (fits(all->formats[i].files[j], path)) return &all->formats[i];
    return NULL;
}

static int match(const struct pattern_line *l, struct span text, pcre2_match_data *found, pcre2_match_context *limits)
{
    return pcre2_match(l->code, (PCRE2_SPTR)text.p, text.n, 0, 0, found, limits);
}

/* by_line - the first format for any file that has a pattern for this line. */
static const struct pattern_format *by_line(const struct patterns *all, struct span text, pcre2_match_data *found,
                                            pcre2_match_context *limits)
{
    for (size_t i = 0; all && i < all->n_formats; i++)
        for (size_t j = 0; all->formats[i].n_files == 0 && j < all->formats[i].n_lines; j++)
            if (match(&all->formats[i].lines[j], text, found, limits) >= 0) return &all->formats[i];
    return NULL;
}

/* ---- a line ------------------------------------------------------------------------------------------------------------ */

static struct span group(const struct state *s, const struct span line, uint32_t number)
{
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(s->found);
    if (number >= pcre2_get_ovector_count(s->found)) return (struct span){0};
    PCRE2_SIZE from = at[2 * number], to = at[2 * number + 1];
    if (from == PCRE2_UNSET || to <= from || to > line.n) return (struct span){0};
    return (struct span){line.p + from, to - from};
}

static void give(struct state *s, struct span name, struct span value, const struct format_out *out)
{
    double number;
    if (!name.n || !value.n) return;
    int column = record_column(&s->record, name, NULL, s->line, out);
    if (column < 0) return;
    if (num_parse(value, &number)) record_number(&s->record, column, number), s->points++;
    else record_text(&s->record, column, value);
}

static void take(struct state *s, const struct pattern_line *l, struct span line, const struct format_out *out)
{
    struct span name = {0}, value = {0};
    record_begin(&s->record);
    for (size_t i = 0; i < l->n_captures; i++) {
        const struct pattern_capture *c = &l->captures[i];
        struct span text = group(s, line, c->number);
        if (c->kind == CAPTURE_NAME) name = text;
        else if (c->kind == CAPTURE_VALUE) value = text;
        else if (c->kind == CAPTURE_FIELD) give(s, span_of(c->name), text, out);
        else if (text.n && s->record.n_facts++ < RECORD_FACTS_MAX) out->fact(out->arg, span_of(c->name), text);
    }
    give(s, name.n ? name : span_of("value"), value, out);
    record_end(&s->record, s->line, out);
}

/* try - the first pattern of the format that has the line; false when none has it. */
static bool try(struct state *s, struct span line, const struct format_out *out)
{
    for (size_t i = 0; i < s->format->n_lines; i++) {
        const struct pattern_line *l = &s->format->lines[i];
        if (s->hits[i] >= LIMIT_HITS_MAX) continue;
        int matched = match(l, line, s->found, s->limits);
        bool limit = matched == PCRE2_ERROR_MATCHLIMIT || matched == PCRE2_ERROR_HEAPLIMIT || matched == PCRE2_ERROR_DEPTHLIMIT ||
                     matched == PCRE2_ERROR_JIT_STACKLIMIT;
        s->hits[i] = limit ? (uint8_t)(s->hits[i] + 1) : 0;
        if (limit) out->bad(out->arg, s->line, "a pattern met its match limit on this line");
        if (matched < 0) continue;
        if (l->event) out->event(out->arg, s->line, l->event, line);
        if (l->n_captures) take(s, l, line, out);
        return true;
    }
    return false;
}

/* clean - the line as a person sees it, without colours and line end; buffer has TEXT_CLEAN_MAX_BYTES. */
static struct span clean(struct span raw, char *buffer)
{
    struct span line = text_is_clean(raw) ? raw : text_clean(raw, buffer);
    if (line.n && line.p[line.n - 1] == '\r') line.n--;
    return line.n <= LINE_MAX_BYTES ? line : (struct span){line.p, LINE_MAX_BYTES};
}

static void read_line(struct state *s, struct span raw, const struct format_out *out)
{
    char buffer[TEXT_CLEAN_MAX_BYTES];
    struct span line = clean(raw, buffer);
    if (!line.n) return;
    if (!s->format) s->format = by_line(patterns_in_use(), line, s->found, s->limits);
    if (s->format && try(s, line, out)) return;
    struct text_prefix prefix;
    struct text_line l = {
        .body = text_unprefix(line, &prefix), .time = prefix.time, .line = s->line, .indented = prefix.indented};
    if (l.body.n) text_event(&s->events, &l, s->points, out);
}

/* ---- the format -------------------------------------------------------------------------------------------------------- */

static void *from_arena(PCRE2_SIZE n, void *arena) { return arena_alloc(arena, n); }
static void to_arena(void *p, void *arena) { (void)p, (void)arena; }

static pcre2_match_context *limits_of(pcre2_general_context *g)
{
    pcre2_match_context *limits = pcre2_match_context_create(g);
    if (!limits) return NULL;
    pcre2_set_match_limit(limits, PATTERN_MATCH_LIMIT);
    pcre2_set_heap_limit(limits, PATTERN_HEAP_KIB);
    return limits;
}

/* prepare - room for a match; from the arena, so the host frees it. */
static bool prepare(struct state *s, struct arena *arena)
{
    if (s->found && s->limits) return true;
    pcre2_general_context *g = pcre2_general_context_create(from_arena, to_arena, arena);
    if (!g) return false;
    s->found = pcre2_match_data_create(PATTERN_CAPTURES_MAX + 1, g);
    s->limits = limits_of(g);
    return s->found && s->limits;
}

static void init(void *state, const char *path)
{
    struct state *s = state;
    s->line = 1;
    s->format = by_path(patterns_in_use(), path);
    text_events_init(&s->events);
}

static size_t feed(void *state, struct span in, int at_end, const struct format_out *out)
{
    struct state *s = state;
    size_t done = 0;
    bool ready = prepare(s, out->arena);
    while (done < in.n) {
        struct span rest = span_from(in, done);
        const char *nl = memchr(rest.p, '\n', rest.n);
        size_t n = nl ? (size_t)(nl - rest.p) : rest.n;
        if (n >= FORMAT_RECORD_MAX_BYTES - 1 && !s->skipping) out->bad(out->arg, s->line, "a line is longer than 1 MiB");
        s->skipping |= n >= FORMAT_RECORD_MAX_BYTES - 1;
        if (!nl && !at_end && !s->skipping) break;
        if (!s->skipping && ready) read_line(s, (struct span){rest.p, n}, out);
        if (nl) s->skipping = false, s->line++;
        done += n + (nl != NULL);
    }
    if (at_end) text_event_end(&s->events, out);
    return done;
}

static int sniff_lines(struct span head)
{
    const struct patterns *all = patterns_in_use();
    pcre2_match_data *found = pcre2_match_data_create(PATTERN_CAPTURES_MAX + 1, NULL);
    pcre2_match_context *limits = limits_of(NULL);
    char buffer[TEXT_CLEAN_MAX_BYTES];
    bool any = false;
    for (int i = 0; found && limits && head.n && !any && i < SNIFF_LINES; i++) {
        const char *nl = memchr(head.p, '\n', head.n);
        size_t n = nl ? (size_t)(nl - head.p) : head.n;
        any = by_line(all, clean((struct span){head.p, n}, buffer), found, limits) != NULL;
        head = span_from(head, n + 1);
    }
    pcre2_match_data_free(found);
    pcre2_match_context_free(limits);
    return any ? SURE_BY_LINE : 0;
}

static int sniff(const char *path, struct span head)
{
    if (!patterns_in_use() || memchr(head.p ? head.p : "", 0, head.n)) return 0;
    return by_path(patterns_in_use(), path) ? SURE_BY_NAME : sniff_lines(head);
}

static const char *called(const char *path)
{
    const struct pattern_format *f = patterns_in_use() ? by_path(patterns_in_use(), path) : NULL;
    return f ? f->name : NULL;
}

const struct format format_pattern = {
    .name = "pattern",
    .summary = "console output in your own format: patterns.yaml",
    .globs = "any",
    .growth = GROWTH_APPENDED,
    .state_size = sizeof(struct state),
    .sniff = sniff,
    .called = called,
    .init = init,
    .feed = feed,
};
