/* text_margin - see text/margin.h.
 *
 * text_unprefix asks of a message whether a rank, a level, a place or a logger's name begins it. For one that begins with a letter all of these look
 * at its first word, at signs and digits glued to it, and no further than AHEAD bytes behind the blanks after that, or to the end of what may
 * be a time there; none asks for the value of a digit behind the word. The few messages of which that is not so are not kept. */
#include "margin.h"

#include <math.h>
#include <strings.h>

#include "stamp.h"

enum { AHEAD = 10, CENTURY = 2 }; /* CENTURY: digits of a year by which "node-1: [2026-" is known */

static bool in_word(char c) { return span_letter_char(c) || span_digit_char(c) || c == '_' || c == '.' || c == '/' || c == '\\'; }

/* alike - the same bytes, but that a digit may be another one. */
static bool alike(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a[i] != b[i] && !(span_digit_char(a[i]) && span_digit_char(b[i]))) return false;
    return true;
}

/* ---- a prefix that is kept ----------------------------------------------------------------------------------------------- */

/* may_keep - is all that decides where the message begins in its first bytes? Not of ranks, whose number may be anywhere behind them, nor of what
 * begins with a bracket, which may be a long one, or like a date. */
static bool may_keep(struct span body)
{
    static const char *const ranks[] = {"rank", "local_rank", "global_rank"};
    if (body.p[0] == '{') return true;
    if (!span_letter_char(body.p[0]) || (body.n > 1 && span_digit_char(body.p[1]))) return false;
    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++)
        if (body.n >= strlen(ranks[i]) && strncasecmp(body.p, ranks[i], strlen(ranks[i])) == 0) return false;
    return true;
}

static bool in_time(char c) { return span_digit_char(c) || strchr("-: .,/TZ+", c) != NULL; }

/* What text_unprefix may have looked at of a message: its first word, and all; 0 bytes where no limit is known. */
struct looked {
    size_t word, all;
};

/* looked_at - "[line:" behind a name may be followed by much, and of "node-1: [2026" it asks for the digits. */
static struct looked looked_at(struct span body)
{
    size_t word = 0, n, blanks = 0;
    if (body.p[0] == '{') return (struct looked){1, 1};
    while (word < body.n && in_word(body.p[word])) word++;
    for (n = word; n < body.n && (in_word(body.p[n]) || strchr("<>:-", body.p[n])); n++) {}
    while (n + blanks < body.n && (body.p[n + blanks] == ' ' || body.p[n + blanks] == '\t')) blanks++;
    size_t behind = n + blanks, all = behind;
    bool bracket = behind < body.n && body.p[behind] == '[';
    if (bracket && (!blanks || body.p[n - 1] == ':')) return (struct looked){0, 0};
    while (all < body.n && in_time(body.p[all])) all++;
    return (struct looked){word, all + 1 > behind + AHEAD ? all + 1 : behind + AHEAD};
}

static void keep(struct text_margin *m, struct span line, struct span body, const struct text_prefix *prefix)
{
    m->kept = false;
    if (!body.n || !may_keep(body)) return;
    struct looked looked = looked_at(body);
    size_t at = (size_t)(body.p - line.p), all = at + looked.all;
    if (!looked.all || all > TEXT_MARGIN_BYTES || looked.all > body.n) return;
    const struct span time = prefix->clock;
    m->prefix = (uint16_t)at, m->exact = (uint16_t)(at + looked.word), m->all = (uint16_t)all;
    m->time_from = time.n ? (uint16_t)(time.p - line.p) : 0, m->time_to = (uint16_t)(m->time_from + time.n);
    m->tag = prefix->tag.n ? (uint16_t)(prefix->tag.p - line.p) : 0;
    m->label = prefix->label.n ? (uint16_t)(prefix->label.p - line.p) : 0;
    m->is = *prefix;
    memcpy(m->text, line.p, all);
    m->kept = true;
}

/* ---- a line that has it -------------------------------------------------------------------------------------------------- */

/* read_time - the line's own, if it is another; false when it is none. */
static bool read_time(struct text_margin *m, const char *line)
{
    char *before = m->text + m->time_from;
    size_t n = (size_t)m->time_to - m->time_from;
    line += m->time_from;
    if (memcmp(line, before, n) == 0) return true;
    bool dates = memcmp(line, before, CENTURY) == 0 && alike(line, before, n);
    double time = dates ? text_stamp_time((struct span){line, n}) : (double)NAN;
    if (isnan(time) || isnan(m->is.time)) return false;
    memcpy(before, line, n);
    m->is.time = time;
    return true;
}

static bool stands_in(struct text_margin *m, struct span line)
{
    if (!m->kept || line.n < m->all || memcmp(line.p, m->text, m->time_from) != 0) return false;
    if (memcmp(line.p + m->time_to, m->text + m->time_to, (size_t)m->exact - m->time_to) != 0) return false;
    return alike(line.p + m->exact, m->text + m->exact, (size_t)m->all - m->exact) && read_time(m, line.p);
}

struct span text_margin_unprefix(struct text_margin *m, struct span line, struct text_prefix *prefix)
{
    if (!stands_in(m, line)) {
        struct span body = text_unprefix(line, prefix);
        keep(m, line, body, prefix);
        return body;
    }
    *prefix = m->is;
    prefix->tag.p = line.p + m->tag;
    prefix->label.p = line.p + m->label;
    prefix->clock.p = line.p + m->time_from;
    return span_trim(span_from(line, m->prefix));
}
