#include "figures.h"

#include <math.h>

#include "../base/num.h"
#include "figure_units.h"

enum { DIGITS_MAX = 64 };
#define ROUNDED_AT_MOST 0.05 /* of the number: 0.0186 may be 0.019 and not 0 */

static const struct {
    const char *word;
    double value;
    enum unit unit;
} words[] = {
    {"zero", 0, UNIT_NONE},        {"two", 2, UNIT_NONE},          {"three", 3, UNIT_NONE},     {"four", 4, UNIT_NONE},
    {"five", 5, UNIT_NONE},        {"six", 6, UNIT_NONE},          {"seven", 7, UNIT_NONE},     {"eight", 8, UNIT_NONE},
    {"nine", 9, UNIT_NONE},        {"ten", 10, UNIT_NONE},         {"eleven", 11, UNIT_NONE},   {"twelve", 12, UNIT_NONE},
    {"dozen", 12, UNIT_NONE},      {"fifteen", 15, UNIT_NONE},     {"twenty", 20, UNIT_NONE},   {"thirty", 30, UNIT_NONE},
    {"forty", 40, UNIT_NONE},      {"fifty", 50, UNIT_NONE},       {"sixty", 60, UNIT_NONE},    {"seventy", 70, UNIT_NONE},
    {"eighty", 80, UNIT_NONE},     {"ninety", 90, UNIT_NONE},      {"hundred", 100, UNIT_NONE}, {"hundreds", 100, UNIT_NONE},
    {"thousand", 1000, UNIT_NONE}, {"thousands", 1000, UNIT_NONE}, {"million", 1e6, UNIT_NONE}, {"millions", 1e6, UNIT_NONE},
    {"billion", 1e9, UNIT_NONE},   {"half", 0.5, UNIT_NONE},       {"halved", 0.5, UNIT_NONE},  {"halve", 0.5, UNIT_NONE},
    {"quarter", 0.25, UNIT_NONE},  {"twice", 2, UNIT_TIMES},       {"double", 2, UNIT_TIMES},   {"doubled", 2, UNIT_TIMES},
    {"doubles", 2, UNIT_TIMES},    {"doubling", 2, UNIT_TIMES},    {"triple", 3, UNIT_TIMES},   {"tripled", 3, UNIT_TIMES},
    {"tenfold", 10, UNIT_TIMES},   {"thrice", 3, UNIT_TIMES},
};
enum { N_WORDS = sizeof words / sizeof *words };

/* Where a figure stands, and where its unit was: ranges need it. */
struct place {
    size_t from, to;
    bool before, behind;
};

/* ---- digits ---------------------------------------------------------------------------------------------------------------- */

/* Behind a letter, or a letter and - _ . /, digits are part of a name. */
static bool is_in_a_name(struct span t, size_t i)
{
    if (i && (figure_is_letter(t.p[i - 1]) || t.p[i - 1] == '_')) return true;
    return i > 1 && strchr("-./", t.p[i - 1]) && (figure_is_letter(t.p[i - 2]) || t.p[i - 2] == '_');
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
        if (span_digit_char(t.p[i])) *decimals += point;
        else if (t.p[i] == '.' && !point && i + 1 < t.n && span_digit_char(t.p[i + 1])) point = true;
        else if (t.p[i] == ',' && !point && i + 3 < t.n && span_digit_char(t.p[i + 1]) && span_digit_char(t.p[i + 2]) &&
                 span_digit_char(t.p[i + 3]))
            continue;
        else break;
        plain[n++] = t.p[i];
    }
    size_t e = i + 1;
    if (i < t.n && (t.p[i] == 'e' || t.p[i] == 'E')) {
        const bool minus = e < t.n && t.p[e] == '-';
        if (e < t.n && strchr("+-", t.p[e])) e++;
        size_t from = e;
        for (; e < t.n && span_digit_char(t.p[e]) && e - from < 4; e++) *exponent = 10 * *exponent + (t.p[e] - '0');
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
    if (i < t.n && (i + 1 == t.n || !figure_is_letter(t.p[i + 1])))
        for (size_t s = 0; s < sizeof scales / sizeof *scales; s++)
            if (t.p[i] == scales[s].letter) return *exponent += scales[s].exponent, i + 1;
    return i;
}

static size_t read_digits(struct span t, size_t i, struct figure *f, struct place *p)
{
    char plain[DIGITS_MAX + 1];
    int decimals = 0, exponent = 0;
    enum unit unit = UNIT_NONE;
    const bool point_first = i && t.p[i - 1] == '.';
    size_t end = copy_number(t, i, plain, &decimals, &exponent);
    if (!num_parse(span_of(plain), &f->value)) f->value = NAN;
    if (point_first) decimals = (int)strlen(plain), f->value *= pow(10, -decimals);
    end = scale_behind(t, end, &exponent);
    f->half = 0.5 * pow(10, exponent - decimals);
    f->value *= pow(10, exponent) * (is_negative(t, i - point_first) ? -1 : 1);
    p->from = i;
    p->to = figure_unit_behind(t, end, &unit);
    p->behind = unit != UNIT_NONE;
    if (!p->behind) unit = figure_unit_before(t, i - point_first);
    p->before = !p->behind && unit != UNIT_NONE;
    f->unit = (int)unit;
    while (p->to < t.n && p->to == end && figure_is_letter(t.p[p->to])) p->to = ++end; /* 90th */
    if (!p->behind && !p->before && p->to > p->from)
        p->behind = (p->to = figure_unit_behind(t, p->to, &unit), f->unit = (int)unit) != UNIT_NONE;
    return p->to;
}

/* ---- words ----------------------------------------------------------------------------------------------------------------- */

static size_t read_word(struct span t, size_t i, struct figure *f, struct place *p, bool *is)
{
    size_t end = i;
    enum unit unit = UNIT_NONE;
    while (end < t.n && figure_is_letter(t.p[end])) end++;
    *is = false;
    for (size_t w = 0; w < N_WORDS; w++)
        if (figure_is_word((struct span){t.p + i, end - i}, words[w].word)) {
            *is = true;
            *f = (struct figure){words[w].value, 0, (int)words[w].unit};
        }
    if (!*is) return end;
    *p = (struct place){i, end, false, f->unit != UNIT_NONE};
    if (f->unit == UNIT_NONE) p->to = figure_unit_behind(t, end, &unit), f->unit = (int)unit, p->behind = unit != UNIT_NONE;
    return p->to;
}

/* ---- all of them ----------------------------------------------------------------------------------------------------------- */

static bool joins(struct span gap)
{
    static const char *const all[] = {"-", "\xE2\x80\x93", "\xE2\x80\x94", "to", "and", "or", "\xE2\x86\x92", "through"};
    gap = span_trim(gap);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (figure_is_word(gap, all[i])) return true;
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
        if (span_digit_char(t.p[i]) && in_name) {
            while (end < t.n && (span_digit_char(t.p[end]) || figure_is_letter(t.p[end]) || t.p[end] == '_')) end++;
        } else if (span_digit_char(t.p[i])) {
            end = read_digits(t, i, &ret[n], &places[n]);
            is = true;
        } else if (figure_is_letter(t.p[i])) {
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
    if (said->unit == UNIT_PERCENT && known->unit == UNIT_NONE) return is_near(said->value / 100, said->half / 100, known->value);
    if (said->unit == UNIT_NONE && known->unit == UNIT_PERCENT && (said->value < 1 || known->value >= 100))
        return is_near(said->value * 100, said->half * 100, known->value);
    return false;
}
