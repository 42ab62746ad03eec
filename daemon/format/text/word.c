/* text_word - see text/word.h. Unicode: U+2013 and U+2014 are dashes, U+2022 and U+00B7 bullets, U+2192 and U+27A1 arrows, U+FF08 to U+FF1B
 * the full-width forms of ASCII signs. */
#include "word.h"

#include <math.h>
#include <string.h>
#include <strings.h>

char text_word_wide(const char *p, const char *end)
{
    if ((unsigned char)*p != 0xEF || end - p < 3 || (unsigned char)p[1] != 0xBC) return 0;
    switch ((unsigned char)p[2]) {
    case 0x88: return '(';
    case 0x89: return ')';
    case 0x8C: return ',';
    case 0x9A: return ':';
    case 0x9B: return ';';
    case 0x9D: return '=';
    default: return 0;
    }
}

static const char *const counters[] = {"epoch", "ep", "iter", "iteration", "step", "episode", "round"};

bool text_word_is_counter(struct span word)
{
    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
        if (word.n == strlen(counters[i]) && strncasecmp(word.p, counters[i], word.n) == 0) return true;
    return false;
}

/* digits - the whole number at the start of s and the bytes it takes; 0 for none, or for more than nine digits. */
static size_t digits(struct span s, double *value)
{
    enum { DIGITS_MAX = 9 };
    size_t n = 0;
    *value = 0;
    for (; n < s.n && s.p[n] >= '0' && s.p[n] <= '9'; n++) *value = *value * 10 + (s.p[n] - '0');
    return n <= DIGITS_MAX ? n : 0;
}

size_t text_word_glued(struct span word, double *value, double *total)
{
    size_t name = 0;
    while (name < word.n && (word.p[name] | 0x20) >= 'a' && (word.p[name] | 0x20) <= 'z') name++;
    bool epoch = name == 1 && word.p[0] == 'E';
    if (!name || name == word.n || !(epoch || text_word_is_counter((struct span){word.p, name}))) return 0;
    struct span rest = span_from(word, name + (strchr("-_#", word.p[name]) != NULL));
    size_t n = digits(rest, value);
    *total = NAN;
    if (!n) return 0;
    rest = span_from(rest, n);
    if (rest.n > 1 && rest.p[0] == '/' && (n = digits(span_from(rest, 1), total)) != 0) rest = span_from(rest, n + 1);
    return rest.n ? 0 : name;
}

static bool among(struct span word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (word.n == strlen(list[i]) && memcmp(word.p, list[i], word.n) == 0) return true;
    return false;
}

bool text_word_is_dash(struct span word)
{
    static const char *const signs[] = {"-", ">", "--", ">>", "->>", "\xE2\x80\x93", "\xE2\x80\x94", "\xE2\x80\xA2", "\xC2\xB7"};
    size_t dots = 0;
    while (dots < word.n && word.p[dots] == '.') dots++;
    return (word.n <= 3 && among(word, signs, sizeof signs / sizeof *signs)) || text_word_is_arrow(word) ||
           (dots && dots == word.n);
}

bool text_word_is_arrow(struct span word)
{
    static const char *const signs[] = {"->", "-->", "\xE2\x86\x92", "\xE2\x9E\xA1"};
    return word.n >= 2 && word.n <= 3 && among(word, signs, sizeof signs / sizeof *signs);
}

bool text_word_ends_sentence(struct span word)
{
    enum { SHORT_FORM_BYTES = 7 };
    char last = word.n ? word.p[word.n - 1] : 0;
    if (last == '!') return true;
    return last == '.' && word.n > SHORT_FORM_BYTES && !memchr(word.p, '.', word.n - 1);
}

/* rule - the bytes of a row of one sign, or of an arrow ("==>"), that s begins with, where a blank ends it. */
static size_t rule(struct span s)
{
    size_t n = 0;
    if (s.n < 4 || !strchr("=-#*~", s.p[0])) return 0;
    while (n < s.n && s.p[n] == s.p[0]) n++;
    if (n < s.n && s.p[n] == '>' && strchr("=-", s.p[0])) n++;
    return n > 1 && n < s.n && s.p[n] == ' ' ? n : 0;
}

struct span text_word_bare(struct span message)
{
    size_t n = rule(message);
    if (!n) return message;
    char sign = message.p[0];
    message = span_trim(span_from(message, n));
    while (message.n && message.p[message.n - 1] == sign) message.n--;
    return span_trim(message);
}
