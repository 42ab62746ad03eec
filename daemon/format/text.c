/* text - console output of any training program: lines of free text, some of which are records.
 *
 * A line ends at '\n', or at '\r' where a progress bar redraws itself. It is cleaned of escapes (text_clean) and of what loggers put in front
 * (text_unprefix); what is tried on it then is text/line.c's. */
#include <string.h>

#include "format.h"
#include "text/clean.h"
#include "text/east.h"
#include "text/line.h"
#include "text/margin.h"
#include "text/said.h"
#include "text/sniff.h"
#include "text/wide.h"

static void init(void *state, const char *path)
{
    (void)path;
    struct text *t = state;
    t->line = 1;
    text_events_init(&t->events);
    text_families_init(&t->families);
    text_ranks_init(&t->run.ranks);
}

/* read_foreign - of its own for the same reason as read_dirty. */
static __attribute__((noinline, cold)) void read_foreign(struct text *t, struct span body, const struct text_prefix *prefix,
                                                         bool redraw, const struct format_out *out)
{
    char buffer[TEXT_CLEAN_MAX_BYTES];
    text_line(t, text_plainly(body, buffer), body, prefix, redraw, out);
}

static void read_clean(struct text *t, struct span raw, bool redraw, const struct format_out *out)
{
    struct text_prefix prefix;
    struct span body = text_margin_unprefix(&t->margin, raw, &prefix);
    if (text_foreign(body)) read_foreign(t, body, &prefix, redraw, out);
    else text_line(t, body, (struct span){"", 0}, &prefix, redraw, out);
}

/* read_dirty - of its own, because the buffer costs what it takes to clear it. */
static __attribute__((noinline)) void read_dirty(struct text *t, struct span raw, bool redraw, const struct format_out *out)
{
    char buffer[TEXT_CLEAN_MAX_BYTES];
    read_clean(t, text_clean(raw, buffer), redraw, out);
}

static void read_line(struct text *t, struct span raw, bool redraw, const struct format_out *out);

/* read_said - the message of a record, line by line; false where it is none. */
static __attribute__((noinline)) bool read_said(struct text *t, struct span raw, const struct format_out *out)
{
    char buffer[TEXT_SAID_MAX_BYTES];
    struct span rest = text_said(raw, buffer);
    bool is = rest.n > 0;
    t->within = true;
    while (rest.n) {
        const char *nl = memchr(rest.p, '\n', rest.n);
        size_t n = nl ? (size_t)(nl - rest.p) : rest.n;
        if (n) read_line(t, (struct span){rest.p, n}, false, out);
        rest = span_from(rest, n + (nl != NULL));
    }
    t->within = false;
    return is;
}

static void read_line(struct text *t, struct span raw, bool redraw, const struct format_out *out)
{
    if (text_said_may(raw) && !t->within && read_said(t, raw, out)) return;
    if (text_is_clean(raw)) read_clean(t, raw, redraw, out);
    else read_dirty(t, raw, redraw, out);
}

/* One line of the input: its text, and the bytes of its end; 0 when it has none yet. */
struct cut {
    size_t n, end;
    bool redraw;
};

/* cut_line - the line at the start of s. nl is the next newline at or behind s.p, NULL for none.
 * A '\r' at the end of the input waits for its '\n'. */
static struct cut cut_line(struct span s, const char *nl, bool at_end)
{
    size_t n = nl ? (size_t)(nl - s.p) : s.n;
    const char *cr = memchr(s.p, '\r', n);
    if (!cr) return (struct cut){n, nl != NULL, false};
    n = (size_t)(cr - s.p);
    if (cr + 1 == nl) return (struct cut){n, 2, false};
    return (struct cut){n, n + 1 < s.n || at_end, true};
}

static size_t feed_bytes(struct text *t, struct span in, int at_end, const struct format_out *out)
{
    size_t done = 0;
    t->input = in;
    const char *nl = memchr(in.p ? in.p : "", '\n', in.n);
    while (done < in.n) {
        struct span rest = span_from(in, done);
        if (nl && nl < rest.p) nl = memchr(rest.p, '\n', rest.n);
        struct cut c = cut_line(rest, nl, at_end);
        bool whole = c.end || at_end, endless = c.n >= FORMAT_RECORD_MAX_BYTES - 1;
        if (endless && !t->skipping) out->bad(out->arg, t->line, "a line is longer than 1 MiB");
        t->skipping |= endless;
        if (!whole && !t->skipping) break;
        if (!t->skipping) read_line(t, (struct span){rest.p, c.n}, c.redraw, out);
        if (c.end) t->skipping = false;
        if (c.end && !c.redraw) t->line++;
        if (c.end) t->returned = c.redraw;
        done += c.n + c.end;
        if (!whole) break;
    }
    t->input = (struct span){NULL, 0};
    if (at_end) text_line_end(t, out);
    return done;
}

/* feed_wide - the same of UTF-16: whole lines, one after the other, of which the first WIDE_LINE_BYTES count. */
static __attribute__((noinline, cold)) size_t feed_wide(struct text *t, struct span in, int at_end, const struct format_out *out)
{
    char line[WIDE_LINE_BYTES];
    size_t done = 0, n;
    while ((n = text_wide_line(t->wide, span_from(in, done))) != 0) {
        size_t kept = text_wide_utf8(t->wide, (struct span){in.p + done, n - 2}, line, sizeof line - 1);
        line[kept++] = '\n';
        if (!t->skipping) feed_bytes(t, (struct span){line, kept}, false, out);
        t->line += t->skipping;
        t->skipping = false;
        done += n;
    }
    bool endless = in.n - done >= FORMAT_RECORD_MAX_BYTES - 1;
    if (endless && !t->skipping) out->bad(out->arg, t->line, "a line is longer than 1 MiB");
    t->skipping |= endless;
    if (!at_end && !t->skipping) return done;
    size_t even = (in.n - done) & ~(size_t)1;
    n = text_wide_utf8(t->wide, (struct span){in.p + done, even}, line, sizeof line);
    if (at_end) feed_bytes(t, (struct span){line, t->skipping ? 0 : n}, at_end, out);
    return at_end ? in.n : done + even;
}

static size_t feed(void *state, struct span in, int at_end, const struct format_out *out)
{
    struct text *t = state;
    size_t mark = 0;
    if (t->wide == WIDE_UNASKED && in.n) {
        static const struct span marked = {"\xEF\xBB\xBF", 3}; /* UTF-8 that says so, as Windows writes it */
        if (in.n < marked.n && !at_end && memcmp(in.p, marked.p, in.n) == 0) return 0;
        t->wide = text_wide_of(in);
        if (t->wide == WIDE_UNASKED && !at_end) return 0;
        mark = t->wide > WIDE_NOT ? WIDE_MARK_BYTES : span_starts(in, marked.p) ? marked.n : 0;
    }
    if (t->wide <= WIDE_NOT) return mark + feed_bytes(t, span_from(in, mark), at_end, out);
    return mark + feed_wide(t, span_from(in, mark), at_end, out);
}

const struct format format_text = {
    .name = "text",
    .summary = "console output: key=value, key: value, progress bars, tables, tracebacks",
    .globs = "*.log *.out *.err *.txt *.md nohup.out train*",
    .growth = GROWTH_APPENDED,
    .state_size = sizeof(struct text),
    .sniff = text_sniff,
    .init = init,
    .feed = feed,
};
