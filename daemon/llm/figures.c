#include "figures.h"

#include <math.h>
#include <strings.h>

#include "../base/num.h"

enum { DIGITS_MAX = 64 };
#define ROUNDED_AT_MOST 0.05 /* of the number: 0.0186 may be 0.019 and not 0 */

enum unit {
    NONE,
    PERCENT,
    TIMES,
    STEP,
    EPOCH,
    EPISODE,
    RECORD,
    SAMPLE,
    BATCH,
    LINE,
    MILLISECOND,
    SECOND,
    MINUTE,
    HOUR,
    DAY,
    KB,
    MB,
    GB,
    SD
};

static const struct {
    const char *word;
    enum unit unit;
} units[] = {
    {"%", PERCENT},
    {"percent", PERCENT},
    {"pct", PERCENT},
    {"\xC3\x97", TIMES},
    {"x", TIMES},
    {"times", TIMES},
    {"time", TIMES},
    {"fold", TIMES},
    {"factor of", TIMES},
    {"step", STEP},
    {"steps", STEP},
    {"iteration", STEP},
    {"iterations", STEP},
    {"update", STEP},
    {"updates", STEP},
    {"epoch", EPOCH},
    {"epochs", EPOCH},
    {"episode", EPISODE},
    {"episodes", EPISODE},
    {"record", RECORD},
    {"records", RECORD},
    {"sample", SAMPLE},
    {"samples", SAMPLE},
    {"example", SAMPLE},
    {"examples", SAMPLE},
    {"batch", BATCH},
    {"batches", BATCH},
    {"line", LINE},
    {"lines", LINE},
    {"ms", MILLISECOND},
    {"s", SECOND},
    {"sec", SECOND},
    {"second", SECOND},
    {"seconds", SECOND},
    {"min", MINUTE},
    {"minute", MINUTE},
    {"minutes", MINUTE},
    {"h", HOUR},
    {"hour", HOUR},
    {"hours", HOUR},
    {"day", DAY},
    {"days", DAY},
    {"kb", KB},
    {"kib", KB},
    {"mb", MB},
    {"mib", MB},
    {"gb", GB},
    {"gib", GB},
    {"sd", SD},
    {"\xCF\x83", SD},
};
enum { N_UNITS = sizeof units / sizeof *units };

static const struct {
    const char *word;
    double value;
    enum unit unit;
} words[] = {
    {"zero", 0, NONE},         {"two", 2, NONE},       {"three", 3, NONE},      {"four", 4, NONE},       {"five", 5, NONE},
    {"six", 6, NONE},          {"seven", 7, NONE},     {"eight", 8, NONE},      {"nine", 9, NONE},       {"ten", 10, NONE},
    {"eleven", 11, NONE},      {"twelve", 12, NONE},   {"dozen", 12, NONE},     {"fifteen", 15, NONE},   {"twenty", 20, NONE},
    {"thirty", 30, NONE},      {"forty", 40, NONE},    {"fifty", 50, NONE},     {"sixty", 60, NONE},     {"seventy", 70, NONE},
    {"eighty", 80, NONE},      {"ninety", 90, NONE},   {"hundred", 100, NONE},  {"hundreds", 100, NONE}, {"thousand", 1000, NONE},
    {"thousands", 1000, NONE}, {"million", 1e6, NONE}, {"millions", 1e6, NONE}, {"billion", 1e9, NONE},  {"half", 0.5, NONE},
    {"halved", 0.5, NONE},     {"halve", 0.5, NONE},   {"quarter", 0.25, NONE}, {"twice", 2, TIMES},     {"double", 2, TIMES},
    {"doubled", 2, TIMES},     {"doubles", 2, TIMES},  {"doubling", 2, TIMES},  {"triple", 3, TIMES},    {"tripled", 3, TIMES},
    {"tenfold", 10, TIMES},    {"thrice", 3, TIMES},
};
enum { N_WORDS = sizeof words / sizeof *words };

/* Where a figure stands, and where its unit was: ranges need it. */
struct place {
    size_t from, to;
    bool before, behind;
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool same(struct span a, const char *b) { return a.n == strlen(b) && strncasecmp(a.p, b, a.n) == 0; }

/* Spaces, U+00A0 among them, and one hyphen ("360-fold"). */
static size_t skip_gap(struct span t, size_t i, bool hyphen)
{
    while (i < t.n) {
        if (t.p[i] == ' ') i++;
        else if (i + 1 < t.n && t.p[i] == '\xC2' && t.p[i + 1] == '\xA0') i += 2;
        else if (hyphen && t.p[i] == '-' && i + 1 < t.n && is_letter(t.p[i + 1])) i++, hyphen = false;
        else break;
    }
    return i;
}

/* ---- units ----------------------------------------------------------------------------------------------------------------- */

/* The unit that stands at i, and where it ends; i itself for none. */
static size_t unit_behind(struct span t, size_t i, enum unit *ret)
{
    size_t from = skip_gap(t, i, true), to = from;
    while (to < t.n && is_letter(t.p[to])) to++;
    if (to == from && to < t.n) to += t.p[to] == '%' ? 1 : (t.p[to] & 0xC0) == 0xC0 && to + 1 < t.n ? 2 : 0;
    for (size_t u = 0; u < N_UNITS; u++)
        if (same((struct span){t.p + from, to - from}, units[u].word)) return *ret = units[u].unit, to;
    return i;
}

/* "step 414", "steps: 414", "by a factor of 5", "×5". */
static enum unit unit_before(struct span t, size_t i)
{
    while (i && (strchr(" :=#", t.p[i - 1]) || (t.p[i - 1] == '\xA0' && i > 1 && t.p[i - 2] == '\xC2')))
        i -= t.p[i - 1] == '\xA0' ? 2 : 1;
    for (size_t u = 0; u < N_UNITS; u++) {
        const size_t n = strlen(units[u].word);
        const bool counts = units[u].unit == TIMES ? n != 1 && n != 4 && n != 5 : units[u].unit >= STEP && units[u].unit <= LINE;
        if (counts && i >= n && strncasecmp(t.p + i - n, units[u].word, n) == 0 &&
            (i == n || !is_letter(t.p[i - n - 1]) || n == 2))
            return units[u].unit;
    }
    return NONE;
}

/* ---- digits ---------------------------------------------------------------------------------------------------------------- */

/* Behind a letter, or a letter and - _ . /, digits are part of a name. */
static bool is_in_a_name(struct span t, size_t i)
{
    if (i && (is_letter(t.p[i - 1]) || t.p[i - 1] == '_')) return true;
    return i > 1 && strchr("-./", t.p[i - 1]) && (is_letter(t.p[i - 2]) || t.p[i - 2] == '_');
}

static bool is_negative(struct span t, size_t i)
{
    const size_t n = i && t.p[i - 1] == '-' ? 1 : i > 2 && memcmp(t.p + i - 3, "\xE2\x88\x92", 3) == 0 ? 3 : 0;
    return n && (i == n || strchr(" (=,:\"'", t.p[i - n - 1]) || t.p[i - n - 1] == '\x92');
}

/* The digits from i without separators into `plain`; returns the end. */
static size_t copy_number(struct span t, size_t i, char plain[DIGITS_MAX + 1], int *decimals, int *exponent)
{
    size_t n = 0;
    bool point = false;
    for (; i < t.n && n < DIGITS_MAX; i++) {
        if (is_digit(t.p[i])) *decimals += point;
        else if (t.p[i] == '.' && !point && i + 1 < t.n && is_digit(t.p[i + 1])) point = true;
        else if (t.p[i] == ',' && !point && i + 3 < t.n && is_digit(t.p[i + 1]) && is_digit(t.p[i + 2]) && is_digit(t.p[i + 3]))
            continue;
        else break;
        plain[n++] = t.p[i];
    }
    size_t e = i + 1;
    if (i < t.n && (t.p[i] == 'e' || t.p[i] == 'E')) {
        const bool minus = e < t.n && t.p[e] == '-';
        if (e < t.n && strchr("+-", t.p[e])) e++;
        size_t from = e;
        for (; e < t.n && is_digit(t.p[e]) && e - from < 4; e++) *exponent = 10 * *exponent + (t.p[e] - '0');
        if (e > from) i = e, *exponent = minus ? -*exponent : *exponent;
    }
    plain[n] = 0;
    return i;
}

/* 1.2k, 7B; but not 7 kB, 3M steps is. */
static size_t scale_behind(struct span t, size_t i, int *exponent)
{
    static const struct {
        char letter;
        int exponent;
    } scales[] = {{'k', 3}, {'K', 3}, {'M', 6}, {'B', 9}};
    if (i < t.n && (i + 1 == t.n || !is_letter(t.p[i + 1])))
        for (size_t s = 0; s < sizeof scales / sizeof *scales; s++)
            if (t.p[i] == scales[s].letter) return *exponent += scales[s].exponent, i + 1;
    return i;
}

static size_t read_digits(struct span t, size_t i, struct figure *f, struct place *p)
{
    char plain[DIGITS_MAX + 1];
    int decimals = 0, exponent = 0;
    enum unit unit = NONE;
    const bool point_first = i && t.p[i - 1] == '.';
    size_t end = copy_number(t, i, plain, &decimals, &exponent);
    if (!num_parse(span_of(plain), &f->value)) f->value = NAN;
    if (point_first) decimals = (int)strlen(plain), f->value *= pow(10, -decimals);
    end = scale_behind(t, end, &exponent);
    f->half = 0.5 * pow(10, exponent - decimals);
    f->value *= pow(10, exponent) * (is_negative(t, i - point_first) ? -1 : 1);
    p->from = i;
    p->to = unit_behind(t, end, &unit);
    p->behind = unit != NONE;
    if (!p->behind) unit = unit_before(t, i - point_first);
    p->before = !p->behind && unit != NONE;
    f->unit = (int)unit;
    while (p->to < t.n && p->to == end && is_letter(t.p[p->to])) p->to = ++end; /* 90th */
    if (!p->behind && !p->before && p->to > p->from)
        p->behind = (p->to = unit_behind(t, p->to, &unit), f->unit = (int)unit) != NONE;
    return p->to;
}

/* ---- words ----------------------------------------------------------------------------------------------------------------- */

static size_t read_word(struct span t, size_t i, struct figure *f, struct place *p, bool *is)
{
    size_t end = i;
    enum unit unit = NONE;
    while (end < t.n && is_letter(t.p[end])) end++;
    *is = false;
    for (size_t w = 0; w < N_WORDS; w++)
        if (same((struct span){t.p + i, end - i}, words[w].word)) {
            *is = true;
            *f = (struct figure){words[w].value, 0, (int)words[w].unit};
        }
    if (!*is) return end;
    *p = (struct place){i, end, false, f->unit != NONE};
    if (f->unit == NONE) p->to = unit_behind(t, end, &unit), f->unit = (int)unit, p->behind = unit != NONE;
    return p->to;
}

/* ---- all of them ----------------------------------------------------------------------------------------------------------- */

static bool joins(struct span gap)
{
    static const char *const all[] = {"-", "\xE2\x80\x93", "\xE2\x80\x94", "to", "and", "or", "\xE2\x86\x92", "through"};
    gap = span_trim(gap);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (same(gap, all[i])) return true;
    return false;
}

/* "3–10×" is 3× to 10×, "steps 414 to 507" twice a step; "three hundred steps" is one number. */
static size_t join(struct span t, struct figure *f, struct place *p, size_t n)
{
    for (size_t i = 0; i + 1 < n; i++) {
        struct span gap = {t.p + p[i].to, p[i + 1].from > p[i].to ? p[i + 1].from - p[i].to : 0};
        if (!joins(gap)) continue;
        if (!f[i].unit && p[i + 1].behind) f[i].unit = f[i + 1].unit;
        if (!f[i + 1].unit && p[i].before) f[i + 1].unit = f[i].unit, p[i + 1].before = true;
    }
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        const bool scales = kept && i && f[i].half == 0 && f[i].value >= 100 && !f[kept - 1].unit &&
                            f[kept - 1].value < f[i].value &&
                            span_trim((struct span){t.p + p[i - 1].to, p[i].from - p[i - 1].to}).n == 0;
        if (scales) f[kept - 1] = (struct figure){f[kept - 1].value * f[i].value, f[kept - 1].half * f[i].value, f[i].unit};
        else f[kept++] = f[i];
    }
    return kept;
}

size_t figures_of(struct span t, struct figure ret[FIGURES_MAX])
{
    struct place places[FIGURES_MAX];
    size_t n = 0;
    for (size_t i = 0; i < t.n && n < FIGURES_MAX;) {
        bool is = false;
        const bool in_name = is_in_a_name(t, i);
        size_t end = i + 1;
        if (is_digit(t.p[i]) && in_name) {
            while (end < t.n && (is_digit(t.p[end]) || is_letter(t.p[end]) || t.p[end] == '_')) end++;
        } else if (is_digit(t.p[i])) {
            end = read_digits(t, i, &ret[n], &places[n]);
            is = true;
        } else if (is_letter(t.p[i])) {
            end = read_word(t, i, &ret[n], &places[n], &is);
        }
        n += is;
        i = end;
    }
    return join(t, ret, places, n);
}

static bool is_near(double said, double half, double known)
{
    const double off = fabs(said - known);
    return off <= half * (1 + 1e-9) + 1e-12 * fabs(known) && off <= ROUNDED_AT_MOST * fabs(known);
}

bool figures_match(const struct figure *said, const struct figure *known)
{
    const double half = said->half > known->half ? said->half : known->half;
    const bool coarser = said->half >= known->half || said->value == known->value;
    if (said->unit == known->unit) return coarser && is_near(said->value, half, known->value);
    if (said->unit == PERCENT && known->unit == NONE) return is_near(said->value / 100, said->half / 100, known->value);
    if (said->unit == NONE && known->unit == PERCENT && (said->value < 1 || known->value >= 100))
        return is_near(said->value * 100, said->half * 100, known->value);
    return false;
}
