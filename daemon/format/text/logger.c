#include "logger.h"

#include <ctype.h>

#include "../field.h"
#include "stamp.h"

static bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

static const char *const levels[] = {"INFO", "WARNING", "WARN", "ERROR", "DEBUG", "CRITICAL", "FATAL", "NOTICE"};

size_t text_level_length(struct span s)
{
    if (!s.n || !strchr("iwedcfn", s.p[0] | 0x20)) return 0;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        if (!text_starts(s, levels[i])) continue;
        size_t n = strlen(levels[i]);
        if (s.n == n || strchr(" :]|-\t", s.p[n])) return n;
    }
    return 0;
}

size_t text_logger_clocked(struct span s)
{
    if (s.n < 20 || !is_capital(s.p[0]) || !span_digit_char(s.p[1]) || !strchr("IWEF", s.p[0]) || s.p[5] != ' ' || s.p[8] != ':')
        return 0;
    for (int i = 1; i <= 4; i++)
        if (!span_digit_char(s.p[i])) return 0;
    const char *end = memchr(s.p, ']', s.n < 160 ? s.n : 160);
    return end ? (size_t)(end - s.p) + 1 : 0;
}

size_t text_logger_sourced(struct span s)
{
    enum { LEVEL_BYTES = 9, SOURCE_BYTES = 160 };
    if (s.n < 16 || !strchr("LVW", s.p[0])) return 0;
    const char *open = memchr(s.p, '(', LEVEL_BYTES + 1), *end = s.p + (s.n < SOURCE_BYTES ? s.n : SOURCE_BYTES);
    const char *file = open && open[-1 + (open == s.p)] == ' ' ? memmem(open, (size_t)(end - open), ".cc:", 4) : NULL;
    if (!file) return 0;
    const char *p = file + 4;
    while (p < end && span_digit_char(*p)) p++;
    return p > file + 4 && p + 1 < end && *p == ')' && p[1] == ' ' ? (size_t)(p - s.p) + 1 : 0;
}

size_t text_logger_called(struct span s)
{
    enum { CALLED_BYTES = 64 };
    size_t i = 1;
    while (i < s.n && i < CALLED_BYTES && (isalnum((unsigned char)s.p[i]) || strchr("_.-", s.p[i]))) i++;
    if (i == 1 || i >= s.n || s.p[i] != ':') return 0;
    size_t line = ++i;
    while (i < s.n && span_digit_char(s.p[i])) i++;
    return i > line && i + 1 < s.n && s.p[i] == ')' && s.p[i + 1] == ' ' ? i + 1 : 0;
}

/* placed_length - "__main__:train:42 - ": module, function and line. */
static size_t placed_length(struct span s)
{
    size_t i = 0, colons = 0;
    for (; i < s.n && i < 120 && (isalnum((unsigned char)s.p[i]) || strchr("_.<>:", s.p[i])); i++) colons += s.p[i] == ':';
    bool ends = colons == 2 && i + 2 < s.n && span_digit_char(s.p[i - 1]) && memcmp(s.p + i, " - ", 3) == 0;
    return ends ? i + 3 : 0;
}

/* place_length - "[line:88]". */
static size_t place_length(struct span s)
{
    enum { PLACE_BYTES = 16 };
    const char *end = memchr(s.p, ']', s.n < PLACE_BYTES ? s.n : PLACE_BYTES);
    return end ? (size_t)(end - s.p) + 1 : 0;
}

/* filed_length - "server.py:116 | ", "logging.py:  97: " of SlowFast: file and line. */
static __attribute__((noinline, cold)) size_t filed_length(struct span s, size_t name)
{
    size_t i = name + 1;
    if (name < 4 || memcmp(s.p + name - 3, ".py", 3) != 0 || s.p[name] != ':') return 0;
    size_t blanks = text_skip_blank(span_from(s, i));
    if (blanks) i += blanks;
    while (i < s.n && span_digit_char(s.p[i])) i++;
    if (blanks) return i > name + 1 + blanks && i + 1 < s.n && s.p[i] == ':' && s.p[i + 1] == ' ' ? i + 2 : 0;
    size_t after = i + text_skip_blank(span_from(s, i));
    bool ends = i > name + 1 && after > i && after + 1 < s.n && (s.p[after] == '-' || s.p[after] == '|') && s.p[after + 1] == ' ';
    return ends ? after + 2 : 0;
}

/* named_length - "44k<tab>INFO<tab>" of the loggers of VITS, "flower 2022-04-02 10:00:00,123" of Flower's: a name in front of a level or a time. */
static __attribute__((noinline)) size_t named_length(struct span s, size_t name)
{
    struct span behind = span_from(s, name + 1);
    size_t level = s.p[name] == '\t' && is_capital(behind.p[0]) ? text_level_length(behind) : 0;
    if (level) return name + 1 + level;
    return s.p[name] == ' ' && span_digit_char(behind.p[0]) && text_stamp_length(behind) ? name + 1 : 0;
}

/* path_length - "log\\train.log - ": a logger that is called like its file. */
static __attribute__((noinline, cold)) size_t path_length(struct span s)
{
    size_t i = 0, file = 0;
    bool dotted = false;
    for (; i < s.n && i < 120 && (isalnum((unsigned char)s.p[i]) || strchr("_.-\\/", s.p[i])); i++) {
        if (s.p[i] == '/' || s.p[i] == '\\') file = i + 1, dotted = false;
        dotted |= s.p[i] == '.' && i > file;
    }
    return dotted && i + 3 < s.n && memcmp(s.p + i, " - ", 3) == 0 ? i + 3 : 0;
}

/* is_logger - what loggers of training scripts are called. */
static bool is_logger(struct span name)
{
    static const char *const words[] = {"tensorflow", "root",   "absl",   "trainer", "main",
                                        "__main__",   "logger", "runner", "solver",  "learner"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (name.n == strlen(words[i]) && strncasecmp(name.p, words[i], name.n) == 0) return true;
    return false;
}

/* counted_behind - "  120: loss", "[   120] loss": a number with a colon or brackets of its own is the message's, and no value of the word in
 * front. */
static bool counted_behind(struct span s)
{
    bool bracket = s.n && s.p[0] == '[';
    size_t i = text_skip_blank(span_from(s, bracket)) + bracket, digits = i;
    while (i < s.n && span_digit_char(s.p[i])) i++;
    return i > digits && i + 2 < s.n && s.p[i] == (bracket ? ']' : ':') && s.p[i + 1] == ' ' && span_letter_char(s.p[i + 2]);
}

size_t text_logger_length(struct span s, struct span *tag)
{
    enum { LOGGER_BYTES = 120 };
    size_t i = 0;
    while (i < s.n && i < LOGGER_BYTES && (isalnum((unsigned char)s.p[i]) || s.p[i] == '_' || s.p[i] == '.')) i++;
    bool may_be_placed = i == LOGGER_BYTES || (i && i < s.n && strchr("<>:", s.p[i])); /* its name goes on behind a colon */
    size_t placed = may_be_placed ? placed_length(s) : 0, level;
    bool tab = i && i + 8 < s.n && s.p[i] == '\t' && is_capital(s.p[i + 1]),
         date = i && i + 20 < s.n && s.p[i] == ' ' && s.p[i + 5] == '-';
    size_t named = tab || date ? named_length(s, i) : 0;
    if (named) return named;
    if (!i || span_digit_char(s.p[0])) return 0;
    if (placed) return placed;
    if (i < s.n && (s.p[i] == '/' || s.p[i] == '\\')) return path_length(s);
    if (i < s.n && s.p[i] == ':' && (placed = filed_length(s, i)) != 0) return placed;
    struct span name = {s.p, i};
    if (i + 1 < s.n && s.p[i] == ' ' && is_capital(s.p[i + 1]) && (level = text_level_length(span_from(s, i + 1))) != 0)
        return i + 1 + level;
    size_t place = span_starts(span_from(s, i), "[line:") ? place_length(span_from(s, i)) : 0; /* "train.py[line:88] - " */
    size_t after = i + place + text_skip_blank(span_from(s, i + place));
    bool dashed = after > i && after + 1 < s.n && (s.p[after] == '-' || s.p[after] == '|') && s.p[after + 1] == ' ';
    bool colon = i < s.n && s.p[i] == ':' && i + 1 < s.n && (isalpha((unsigned char)s.p[i + 1]) || strchr(" [", s.p[i + 1]));
    if (colon && (field_of(name)->kind != FIELD_VALUE || memchr(name.p, '.', name.n) == NULL))
        colon = is_logger(name) || (field_of(name)->kind == FIELD_VALUE && counted_behind(span_from(s, i + 1)));
    if (!dashed && !colon) return 0;
    if (dashed && s.p[after] == '|' && tag->n) return 0; /* behind a logger's name it is the first cell of a row */
    *tag = name;
    return colon ? i + 1 : after + 2;
}
