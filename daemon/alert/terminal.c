#include "terminal.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { TEXT_MAX = 400, NAME_MAX_CHARS = 60 };

static const struct {
    const char *word, *colour;
} severities[] = {
    [SEVERITY_INFO] = {"INFO", "\033[36m"},
    [SEVERITY_WARNING] = {"WARNING", "\033[33m"},
    [SEVERITY_CRITICAL] = {"CRITICAL", "\033[1;31m"},
};
static const char RESOLVED[] = "\033[32m", DIM[] = "\033[2m", PLAIN[] = "\033[0m";

/* Words of our own; log text goes through str_add_printable. Without UTF-8 the few signs of ours have plain stand-ins. */
static void add_ours(struct str *s, const char *text, bool unicode)
{
    static const struct {
        const char *sign, *plain;
    } signs[] = {{"→", "->"}, {"–", "-"}, {"×", "x"}, {"·", "-"}, {"…", "..."}};
    while (*text) {
        size_t k = 0;
        while (k < sizeof signs / sizeof *signs && strncmp(text, signs[k].sign, strlen(signs[k].sign)) != 0) k++;
        if (!unicode && k < sizeof signs / sizeof *signs) {
            str_add(s, signs[k].plain);
            text += strlen(signs[k].sign);
        } else str_add_span(s, (struct span){text++, 1});
    }
}

static void add_foreign(struct str *s, const char *text, size_t max, const struct terminal_style *style)
{
    struct str clean = {0};
    str_add_printable(&clean, span_of(text ? text : ""), max);
    if (clean.p) add_ours(s, clean.p, style->unicode);
    str_done(&clean);
}

static void paint(struct str *s, const struct terminal_style *style, const char *colour)
{
    if (style->colour) str_add(s, colour);
}

/* News whose message says all: of which run, which kind, where. */
static const struct {
    const char *news, *word, *colour;
} sentences[] = {{"trying", "WATCHING", "\033[36m"}, {"outcome", "OUTCOME", "\033[36m"}};

static bool told_as_sentence(const struct alert *a, const struct terminal_style *style, struct str *out)
{
    for (size_t i = 0; a->news && i < sizeof sentences / sizeof *sentences; i++) {
        if (strcmp(a->news, sentences[i].news) != 0) continue;
        paint(out, style, sentences[i].colour);
        str_add(out, sentences[i].word);
        paint(out, style, PLAIN);
        str_add(out, " ");
        add_foreign(out, a->message, TEXT_MAX, style);
        str_add(out, "\n");
        return true;
    }
    return false;
}

static void first_line(const struct alert *a, const struct terminal_style *style, struct str *out)
{
    char clock[16] = "--:--:--";
    struct tm tm;
    time_t t = (time_t)a->when;
    bool resolved = a->news && strcmp(a->news, "resolved") == 0;
    if (localtime_r(&t, &tm)) strftime(clock, sizeof clock, "%H:%M:%S", &tm);
    str_add(out, clock);
    str_add(out, " ");
    if (told_as_sentence(a, style, out)) return;
    paint(out, style, resolved ? RESOLVED : severities[a->severity].colour);
    str_add(out, resolved ? "RESOLVED" : severities[a->severity].word);
    paint(out, style, PLAIN);
    str_add(out, " ");
    add_foreign(out, a->run, NAME_MAX_CHARS, style);
    str_add(out, " ");
    add_foreign(out, a->kind, NAME_MAX_CHARS, style);
    if (a->where && *a->where) {
        str_add(out, " ");
        add_foreign(out, a->where, NAME_MAX_CHARS, style);
    }
    str_add(out, ": ");
    add_foreign(out, a->message, TEXT_MAX, style);
    str_add(out, "\n");
}

static const char *belief(double probability)
{
    return probability >= 0.8 ? "likely " : probability >= 0.5 ? "possibly " : "perhaps ";
}

static void second_line(const struct alert *a, const struct terminal_style *style, struct str *out)
{
    str_add(out, "         ");
    if (a->cause) {
        str_add(out, belief(a->probability));
        add_foreign(out, a->cause, NAME_MAX_CHARS, style);
        str_addf(out, " (%.2f)", a->probability);
        if (a->probability < 0.8 && a->missing && *a->missing) {
            str_add(out, "; needed to decide: ");
            add_foreign(out, a->missing, NAME_MAX_CHARS, style);
        } else if (a->fix && *a->fix) {
            str_add(out, ": ");
            add_foreign(out, a->fix, TEXT_MAX, style);
        }
        add_ours(out, " · ", style->unicode);
    }
    paint(out, style, DIM);
    str_add(out, "mlwatch explain ");
    add_foreign(out, a->incident, NAME_MAX_CHARS, style);
    paint(out, style, PLAIN);
    str_add(out, "\n");
}

/* Cells of a line: escape sequences and the tails of characters take none. */
static size_t cells_of(const char *p, size_t n)
{
    size_t cells = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '\033') {
            while (i < n && p[i] != 'm') i++;
        } else cells += ((unsigned char)p[i] & 0xC0) != 0x80;
    }
    return cells;
}

/* Break at spaces; what goes on stands below the text, not below the clock. */
static void wrapped(const struct str *line, int columns, struct str *out)
{
    static const char indent[] = "         ";
    size_t used = 0, from = 0, width = columns > 30 ? (size_t)columns : 0;
    for (size_t i = 0; i <= line->n; i++) {
        if (i < line->n && (line->p[i] != ' ' || i < sizeof indent)) continue;
        size_t cells = cells_of(line->p + from, i - from);
        if (width && used > sizeof indent && used + cells >= width) {
            str_add(out, "\n");
            str_add(out, indent);
            used = sizeof indent - 1;
            while (from < i && line->p[from] == ' ') from++;
            cells = cells_of(line->p + from, i - from);
        }
        str_add_span(out, (struct span){line->p + from, i - from});
        used += cells;
        from = i;
    }
}

void terminal_alert(const struct alert *a, const struct terminal_style *style, struct str *out)
{
    struct str line = {0};
    first_line(a, style, &line);
    if (line.p) wrapped(&line, style->columns, out);
    str_clear(&line);
    if (!a->news || strcmp(a->news, "resolved") != 0) second_line(a, style, &line);
    if (line.n) wrapped(&line, style->columns, out);
    str_done(&line);
}
