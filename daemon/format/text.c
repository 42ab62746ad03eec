/* text - console output of any training program: lines of free text, some of which are records.
 *
 * A line ends at '\n', or at '\r' where a progress bar redraws itself. It is cleaned of escapes and of what loggers put in front
 * (text_clean), then tried in this order: an open traceback, a boxed table (text_table), the shapes of text_family, the general
 * grammar of counters and pairs (text_pairs, text_record), settings (text_settings), events (text_event). What none of them knows
 * is prose and left alone: a name alone is weak evidence. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "format.h"
#include "text_bar.h"
#include "text_clean.h"
#include "text_event.h"
#include "text_family.h"
#include "text_settings.h"
#include "text_table.h"

struct text {
    uint64_t line; /* physical line of the next byte, from 1 */
    bool skipping; /* inside a line that was too long */
    struct text_run run;
    struct text_families families;
    struct text_table table;
    struct text_events events;
    struct text_facts facts;
};

static void init(void *state)
{
    struct text *t = state;
    t->line = 1;
    text_events_init(&t->events);
}

/* has_number - a digit, or "nan" or "inf"; most prose stops here. */
static bool has_number(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= '0' && s.p[i] <= '9') return true;
    return span_has(s, "nan") || span_has(s, "inf") || span_has(s, "NaN");
}

/* What a Megatron line says about numbers. It leaves the loss out when it is NaN or no iteration since the last line counted. */
struct health {
    bool has_loss, loss_nan, nan_iterations, skipped;
    double grad_norm; /* 0 when there is none */
};

static struct health health_of(const struct text_pairs *ps)
{
    struct health h = {0};
    for (size_t i = 0; i < ps->n; i++) {
        const struct text_pair *p = &ps->pair[i];
        bool loss = p->key.n >= 4 && memcmp(p->key.p + p->key.n - 4, "loss", 4) == 0;
        h.has_loss |= loss;
        h.loss_nan |= loss && isnan(p->value);
        if (span_is(p->key, "number of nan iterations")) h.nan_iterations = p->value > 0;
        if (span_is(p->key, "number of skipped iterations")) h.skipped = p->value > 0;
        if (span_is(p->key, "grad norm")) h.grad_norm = p->value;
    }
    return h;
}

/* note_health - an update that is skipped for an infinite gradient is the search for the loss scale of mixed precision, usual at
 * the start; NaN is a failure, told when it begins. */
static void note_health(struct text *t, const struct text_line *l, const struct text_pairs *ps, const struct format_out *out)
{
    struct health h = health_of(ps);
    bool bad = h.nan_iterations || h.loss_nan || (!h.has_loss && isnan(h.grad_norm));
    if (bad && !t->run.nonfinite) text_event_tell(l, EVENT_NONFINITE, out);
    if (!bad && h.skipped) text_event_tell(l, EVENT_LOSS_SCALE, out);
    t->run.nonfinite = bad;
}

static bool grammar(struct text *t, const struct text_line *l, const struct format_out *out)
{
    struct text_pairs ps;
    text_pairs(l->body, &ps);
    if (!text_record(&t->run, l, &ps, out)) return false;
    if (span_starts(l->body, "iteration")) note_health(t, l, &ps, out);
    return true;
}

/* note_label - "Test Error:" on a line of its own: what the next line is about. */
static void note_label(struct text *t, const struct text_line *l)
{
    enum { LABEL_MAX_BYTES = 40 };
    if (l->body.n > LABEL_MAX_BYTES) return;
    t->run.place.label_split = text_split_of(l->body);
    t->run.place.label_line = l->line;
}

static void message(struct text *t, const struct text_line *l, const struct format_out *out)
{
    if (t->events.open && text_event(&t->events, l, t->run.points, out)) return;
    if (strchr("|-+", l->body.p[0]) && text_table(&t->table, &t->run, l, out)) return;
    t->table.open = false;
    if (l->body.p[l->body.n - 1] == ':') note_label(t, l);
    bool counts = has_number(l->body) || span_has(l->body, "Train Loss");
    struct span rest = {"", 0};
    if (counts && text_family(&t->families, &t->run, l, &rest, out)) {
        struct text_line glued = *l;
        glued.body = rest;
        glued.indented = false;
        if (rest.n && rest.n < l->body.n) message(t, &glued, out);
        return;
    }
    if (text_settings_dotted(&t->facts, l->body, out)) return;
    if (counts && grammar(t, l, out)) {
        if (span_starts(l->body, "| End of training")) text_event(&t->events, l, t->run.points, out); /* a record and an end */
        return;
    }
    if (text_settings(&t->facts, l->body, out)) return;
    text_event(&t->events, l, t->run.points, out);
}

static void read_clean(struct text *t, struct span raw, bool redraw, const struct format_out *out)
{
    struct text_prefix prefix;
    struct span body = text_unprefix(raw, &prefix);
    if (!body.n) return;
    struct text_line l = {body, prefix.time, t->line, prefix.tag, SPLIT_NONE, prefix.indented, redraw};
    if (prefix.label.n) l.split = text_split_of(prefix.label);
    else if (prefix.tag.n) l.split = text_split_of(prefix.tag);
    message(t, &l, out);
}

/* read_dirty - of its own, because the buffer costs what it takes to clear it. */
static __attribute__((noinline)) void read_dirty(struct text *t, struct span raw, bool redraw, const struct format_out *out)
{
    char buffer[TEXT_CLEAN_MAX_BYTES];
    read_clean(t, text_clean(raw, buffer), redraw, out);
}

static void read_line(struct text *t, struct span raw, bool redraw, const struct format_out *out)
{
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

static size_t feed(void *state, struct span in, int at_end, const struct format_out *out)
{
    struct text *t = state;
    size_t done = 0;
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
        done += c.n + c.end;
        if (!whole) break;
    }
    if (at_end) text_bar_end(&t->families, &t->run, out);
    if (at_end) text_event_end(&t->events, out);
    return done;
}

/* --- sniffing: the head is read for real, into a sink that counts --- */

struct tally {
    unsigned points, events;
    int series;
};

static int tally_series(void *arg, struct span name, enum axis axis)
{
    (void)name, (void)axis;
    return ((struct tally *)arg)->series++;
}
static void tally_point(void *arg, int series, int64_t step, double time, double value, uint64_t line)
{
    (void)series, (void)step, (void)time, (void)value, (void)line;
    ((struct tally *)arg)->points++;
}
static void tally_fact(void *arg, struct span key, struct span value) { (void)arg, (void)key, (void)value; }
static void tally_event(void *arg, uint64_t line, enum event kind, struct span text)
{
    (void)line, (void)text;
    ((struct tally *)arg)->events += kind != EVENT_CHECKPOINT;
}
static void tally_bad(void *arg, uint64_t line, const char *why) { (void)arg, (void)line, (void)why; }

static struct tally tally_of(struct span head)
{
    struct tally tally = {0};
    struct arena arena;
    struct text *t = calloc(1, sizeof *t);
    if (!t) return tally;
    arena_init(&arena, 256 << 10);
    struct format_out out = {&tally, &arena, tally_series, tally_point, tally_fact, tally_event, tally_bad};
    init(t);
    feed(t, head, head.n < FORMAT_HEAD_BYTES, &out); /* a head that is cut ends inside a line */
    arena_done(&arena);
    free(t);
    return tally;
}

/* is_binary - NUL bytes, or more than one in ten bytes a control character other than those of consoles. */
static bool is_binary(struct span head)
{
    size_t odd = 0;
    for (size_t i = 0; i < head.n; i++) {
        unsigned char c = (unsigned char)head.p[i];
        if (!c) return true;
        odd += c < 0x20 && !strchr("\t\n\r\b\033\a\f", c);
    }
    return odd * 10 > head.n;
}

static bool ends_in(const char *name, const char *list)
{
    const char *dot = strrchr(name, '.');
    size_t n = dot ? strlen(dot) : 0;
    for (const char *p = list; n && (p = strcasestr(p, dot)) != NULL; p += n)
        if (p[n] == ' ' || !p[n]) return true;
    return false;
}

static bool begins_in(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (strncasecmp(name, *list, strlen(*list)) == 0) return true;
    return false;
}

static int sniff(const char *path, struct span head)
{
    static const char code[] =
        ".py .pyc .c .h .cc .cpp .cu .rs .go .js .ts .sh .bash .json .jsonl .ipynb .yaml .yml .toml .cfg .ini .csv .tsv .html "
        ".xml .tex .rst .lock .diff .patch .sql .css .bib .svg";
    static const char *const documents[] = {"readme",       "license",      "licence",    "notice", "changelog",
                                            "contributing", "requirements", "cmakelists", "vocab",  "merges",
                                            "copying",      "authors",      "citation",   NULL};
    static const char *const plain[] = {"train", "nohup", "stdout", "stderr", "output", "slurm", "log", NULL};
    const char *slash = path ? strrchr(path, '/') : NULL, *name = slash ? slash + 1 : path ? path : "";
    if (is_binary(head)) return 0;
    if (ends_in(name, code)) return head.n ? 5 : 0;
    struct tally tally = tally_of(head);
    if (tally.points >= 3) return 45;
    if (tally.points) return 40;
    bool document = begins_in(name, documents);
    if (tally.events && !document) return 30;
    if (!document && ends_in(name, ".log .out .err .txt")) return 25;
    if (!document && !ends_in(name, ".md") && begins_in(name, plain)) return 20;
    return head.n ? 10 : 5;
}

const struct format format_text = {
    .name = "text",
    .summary = "console output: key=value, key: value, progress bars, tables, tracebacks",
    .globs = "*.log *.out *.err *.txt *.md nohup.out train*",
    .growth = GROWTH_APPENDED,
    .state_size = sizeof(struct text),
    .sniff = sniff,
    .init = init,
    .feed = feed,
};
