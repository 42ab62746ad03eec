/* text_samples - see text/samples.h. */
#include "samples.h"

#include <math.h>
#include <strings.h>

#include "bar.h"

enum { LABEL_MAX_BYTES = 64, LABEL_WORDS = 9, RULE_BYTES = 3 };
#define HEAVY "\xE2\x94\x83" /* ┃ between the cells of a rich table's header */
#define LIGHT "\xE2\x94\x82" /* │ between other cells, and at the sides of a frame */

/* ---- points -------------------------------------------------------------------------------------------------------------- */

static void tell(struct text_samples *s, struct text_run *r, const struct format_out *out)
{
    struct text_line l = {.body = {"", 0}, .time = NAN, .line = s->group.line};
    struct text_where last = r->last; /* the log is further on */
    if (!s->group.n) return;
    text_point(r, &l, span_of("samples" SAMPLE_SERIES), s->group.sum / s->group.n, s->group.at, out);
    r->last = last;
    s->group.n = 0;
    s->group.sum = 0;
}

/* settle - tell the group if the text in hand, or the log, is at another step. */
static void settle(struct text_samples *s, struct text_run *r, const struct format_out *out)
{
    if (s->group.n && s->group.at.step != s->at.step) tell(s, r, out);
}

/* end_sample - the text in hand is whole. */
static void end_sample(struct text_samples *s, struct text_run *r, const struct format_out *out)
{
    double repetition = sample_repetition(&s->sample);
    sample_begin(&s->sample);
    if (isnan(repetition) || !s->placed) return;
    settle(s, r, out);
    if (!s->group.n) s->group.at = s->at, s->group.line = s->sample_line;
    s->group.sum += repetition;
    s->group.n++;
}

static void look_up(struct text_samples *s, const struct text_run *r)
{
    s->at = (struct text_where){r->last.step, r->last.axis, SPLIT_NONE};
    s->placed = r->points > 0;
}

static void add(struct text_samples *s, const struct text_run *r, struct span text, uint64_t line)
{
    if (!s->sample.tokens) look_up(s, r), s->sample_line = line;
    sample_add(&s->sample, text);
}

static void close_all(struct text_samples *s, struct text_run *r, const struct format_out *out)
{
    if (s->open) end_sample(s, r, out);
    s->open = SAMPLES_NONE;
}

/* ---- labels -------------------------------------------------------------------------------------------------------------- */

static bool among(struct span w, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((w.p[0] | 32) == words[i][0] && w.n == strlen(words[i]) && strncasecmp(w.p, words[i], w.n) == 0) return true;
    return false;
}

/* is_label - words of which at least one names a text that was generated, and none says that it is about something else. */
static bool is_label(struct span label)
{
    static const char *const core[] = {"sample",     "samples",     "generated",  "generating",   "generations",
                                       "completion", "completions", "hypothesis", "continuation", "decoded"};
    static const char *const beside[] = {"rank",   "model", "greedy", "example",     "step",       "epoch",  "iter", "iteration",
                                         "random", "eval",  "val",    "text",        "texts",      "output", "from", "after",
                                         "at",     "a",     "the",    "new",         "sampled",    "beam",   "some", "test",
                                         "top",    "k",     "p",      "temperature", "validation", "for"};
    size_t words = 0, cores = 0;
    while (label.n && words < LABEL_WORDS) {
        size_t n = 0;
        while (label.n && strchr(" -=*#<>[]()._/'\"", label.p[0])) label = span_from(label, 1);
        while (n < label.n && !strchr(" -=*#<>[]()._/'\"", label.p[n])) n++;
        struct span w = {label.p, n};
        label = span_from(label, n);
        if (!n || (w.p[0] >= '0' && w.p[0] <= '9')) continue;
        bool is_core = among(w, core, sizeof core / sizeof *core);
        if (!is_core && !among(w, beside, sizeof beside / sizeof *beside)) return false;
        words++;
        cores += is_core;
    }
    return cores && !label.n;
}

/* begins - the line is a label, or has one in front: the text behind it is written to *text. */
static bool begins(struct span body, struct span *text)
{
    struct span head = {body.p, body.n < LABEL_MAX_BYTES ? body.n : LABEL_MAX_BYTES};
    const char *colon = memchr(head.p, ':', head.n);
    bool ruled = strchr("-=*#<[.", body.p[0]) && body.n <= LABEL_MAX_BYTES;
    if (!colon && !ruled) return false;
    struct span label = {body.p, colon ? (size_t)(colon - body.p) : body.n};
    *text = colon ? span_trim(span_from(body, label.n + 1)) : (struct span){"", 0};
    return is_label(label);
}

/* is_rule - "---", "=====": nothing but one mark. */
static bool is_rule(struct span body)
{
    if (body.n < RULE_BYTES || !strchr("-=*_#~", body.p[0])) return false;
    for (size_t i = 1; i < body.n; i++)
        if (body.p[i] != body.p[0]) return false;
    return true;
}

/* ---- tables -------------------------------------------------------------------------------------------------------------- */

/* cell - the k-th cell of a row, from 0, that `border` parts; no bytes when the row has fewer borders. */
static struct span cell(struct span row, const char *border, int k)
{
    size_t n = strlen(border);
    for (;; k--) {
        const char *next = row.n ? memmem(row.p, row.n, border, n) : NULL;
        if (k == 0 && next) return span_trim((struct span){row.p, (size_t)(next - row.p)});
        if (!next) return (struct span){"", 0};
        row = span_from(row, (size_t)(next - row.p) + n);
    }
}

/* table_head - a header row with a column of texts; the cells before the first border are the frame's. */
static bool table_head(struct text_samples *s, struct span body)
{
    if (!span_has(body, HEAVY)) return false;
    s->framed = span_starts(body, LIGHT);
    for (s->column = 1; s->column < LABEL_WORDS; s->column++) {
        struct span name = cell(body, HEAVY, s->column);
        if (name.n && sample_named(name)) return true;
    }
    return false;
}

static void table_row(struct text_samples *s, struct text_run *r, const struct text_line *l, const struct format_out *out)
{
    static const char *const last[] = {"\xE2\x94\x94", "\xE2\x95\xB0"}; /* └ ╰ */
    struct span body = l->body;
    if (s->framed && span_starts(body, LIGHT)) body = span_trim(span_from(body, strlen(LIGHT)));
    if (span_starts(body, last[0]) || span_starts(body, last[1]) || (unsigned char)body.p[0] != 0xE2) close_all(s, r, out);
    else if (span_starts(body, LIGHT)) add(s, r, cell(body, LIGHT, s->column), l->line);
    else end_sample(s, r, out); /* a line between two rows */
}

/* ---- lines --------------------------------------------------------------------------------------------------------------- */

static void block_line(struct text_samples *s, struct text_run *r, const struct text_line *l, const struct format_out *out)
{
    bool message = !isnan(l->time) && (!s->told || s->sample.tokens), rule = is_rule(l->body);
    bool ends = (rule && s->sample.tokens) || message || l->redraw || text_bar_like(l->body);
    if (ends) close_all(s, r, out);
    else if (!rule) add(s, r, l->body, l->line);
}

/* open_block - the label's own line. A text that is long enough by itself ends with it: what follows may be anything. */
static void open_block(struct text_samples *s, struct text_run *r, const struct text_line *l, struct span text,
                       const struct format_out *out)
{
    s->open = SAMPLES_BLOCK;
    s->lines = 0;
    s->told = !isnan(l->time);
    sample_begin(&s->sample);
    add(s, r, text, l->line);
    if (s->sample.tokens >= SAMPLE_TOKENS_MIN) close_all(s, r, out);
}

void text_samples(struct text_samples *s, struct text_run *r, const struct text_line *l, bool record,
                  const struct format_out *out)
{
    struct span text;
    if (record) {
        close_all(s, r, out);
        look_up(s, r);
        settle(s, r, out);
        return;
    }
    if (s->open && ++s->lines > TEXT_SAMPLE_LINES) close_all(s, r, out);
    bool boxed = (unsigned char)l->body.p[0] == 0xE2;
    if (boxed && table_head(s, l->body)) {
        end_sample(s, r, out);
        s->open = SAMPLES_TABLE;
        s->lines = 0;
    } else if (!boxed && begins(l->body, &text)) {
        close_all(s, r, out);
        open_block(s, r, l, text, out);
    } else if (s->open == SAMPLES_TABLE) table_row(s, r, l, out);
    else if (s->open == SAMPLES_BLOCK) block_line(s, r, l, out);
}

void text_samples_end(struct text_samples *s, struct text_run *r, const struct format_out *out)
{
    close_all(s, r, out);
    tell(s, r, out);
}
