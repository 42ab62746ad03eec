#include "stamp.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "../field.h"

double text_stamp_time(struct span token)
{
    if (token.n < 19 || !span_digit_char(token.p[0]) || (token.p[4] != '-' && token.p[4] != '/')) return NAN;
    char iso[40];
    size_t n = token.n < sizeof iso ? token.n : sizeof iso;
    memcpy(iso, token.p, n);
    if (iso[4] == '/' && iso[7] == '/') iso[4] = iso[7] = '-';
    return field_time_text((struct span){iso, n});
}

static bool in_time(char c)
{
    static const bool of_time[256] = {
        ['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true, ['5'] = true, ['6'] = true,
        ['7'] = true, ['8'] = true, ['9'] = true, ['-'] = true, [':'] = true, [' '] = true, ['.'] = true,
        [','] = true, ['/'] = true, ['T'] = true, ['Z'] = true, ['+'] = true};
    return of_time[(unsigned char)c];
}

/* shaped - does s begin like the pattern, in which 0 is a digit, A a letter, '-' a dash, slash or blank, and ' ' a blank, colon or T? */
static bool shaped(struct span s, const char *pattern)
{
    size_t i = 0;
    for (; pattern[i] && i < s.n; i++) {
        char c = s.p[i], want = pattern[i];
        bool fits = want == '0'   ? span_digit_char(c)
                    : want == 'A' ? span_letter_char(c)
                    : want == '-' ? strchr("-/ ", c) != NULL
                    : want == ' ' ? strchr(" :T", c) != NULL
                                  : c == want;
        if (!fits) return false;
    }
    return !pattern[i];
}

/* is_month - "Nov" at p. */
static bool is_month(const char *p)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (size_t i = 0; i + 3 < sizeof months; i += 3)
        if (strncasecmp(p, months + i, 3) == 0) return true;
    return false;
}

/* month_length - a date that spells its month, and the time behind it: "22/Nov/2026 12:16:28", "22 Nov 2026 12:16:28", "Nov 22 12:16:28" of syslog,
 * "Sun Nov 22 12:16:28 2026" of ctime. */
static size_t month_length(struct span s)
{
    static const struct {
        const char *pattern;
        size_t month;
    } forms[] = {{"00-AAA-0000 00:00:00", 3},     {"0-AAA-0000 00:00:00", 2},      {"AAA 00 00:00:00", 0},
                 {"AAA  0 00:00:00", 0},          {"AAA AAA 00 00:00:00 0000", 4}, {"AAA AAA  0 00:00:00 0000", 4},
                 {"AAA, 00 AAA 0000 00:00:00", 8}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (!shaped(s, forms[i].pattern) || !is_month(s.p + forms[i].month)) continue;
        size_t n = strlen(forms[i].pattern);
        if (n + 1 < s.n && strchr(".,", s.p[n]) && span_digit_char(s.p[n + 1]))
            for (n++; n < s.n && span_digit_char(s.p[n]);) n++;
        return n;
    }
    return 0;
}

/* minute_length - "11-22 12:16", "2026-11-22 12:16": no seconds. */
static size_t minute_length(struct span s)
{
    static const char *const forms[] = {"00-00 00:00", "0000-00-00 00:00"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        size_t n = strlen(forms[i]);
        if (shaped(s, forms[i]) && (s.n == n || !strchr(":.0123456789", s.p[n]))) return n;
    }
    return 0;
}

size_t text_stamp_length(struct span s)
{
    size_t i = 0, colons = 0;
    if (s.n < 8 || (!span_digit_char(s.p[0]) && !span_letter_char(s.p[0]))) return 0;
    if ((i = month_length(s)) != 0 || (i = minute_length(s)) != 0) return i;
    if (!span_digit_char(s.p[0])) return 0;
    while (i < s.n && i < 40 && in_time(s.p[i])) {
        if (s.p[i] == ' ' && (i + 1 == s.n || !span_digit_char(s.p[i + 1]) || colons)) break;
        colons += s.p[i++] == ':';
    }
    while (i && strchr(":,. -/", s.p[i - 1])) i--;
    bool whole = i >= 19 && (s.p[4] == '-' || s.p[4] == '/'), dated = i >= 14 && (s.p[2] == '/' || s.p[2] == '-'),
         clock = i >= 8 && s.p[2] == ':';
    return colons >= 2 && (whole || dated || clock) ? i : 0;
}
