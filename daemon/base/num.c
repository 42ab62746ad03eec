/* num - decimal text to double.
 *
 * Up to 19 digits are gathered into an integer. When it fits 53 bits and the decimal exponent is within ±22, one exact
 * multiplication or division gives the correctly rounded result (Clinger 1990, "How to read floating point numbers
 * accurately", the fast path); everything else goes to strtod_l in the C locale. */
#include "num.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <strings.h>

static const double power_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                      1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static bool digit(char c) { return c >= '0' && c <= '9'; }

static size_t word_prefix(struct span t, double sign, double *value)
{
    static const struct {
        const char *word;
        double value;
    } words[] = {{"infinity", INFINITY}, {"inf", INFINITY}, {"nan", NAN},
                 {"1.#inf", INFINITY},   {"1.#qnan", NAN},  {"1.#ind", NAN}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i].word);
        if (t.n < n || strncasecmp(t.p, words[i].word, n) != 0) continue;
        *value = isnan(words[i].value) ? NAN : sign * words[i].value;
        return n;
    }
    return 0;
}

static double slow(const char *p, size_t n)
{
    static locale_t c_locale; /* made once; a lost race leaks one locale, harmlessly */
    char buffer[128], *text = n < sizeof buffer ? buffer : malloc(n + 1);
    if (!text) return NAN;
    if (!c_locale) c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    memcpy(text, p, n);
    text[n] = 0;
    double value = strtod_l(text, NULL, c_locale);
    if (text != buffer) free(text);
    return value;
}

size_t num_prefix(struct span t, double *value)
{
    size_t i = 0, digits = 0, kept = 0;
    uint64_t mantissa = 0;
    int exponent = 0, written = 0;
    bool negative = false, exact = true;
    if (!t.n) return 0;
    if (t.p[0] == '-' || t.p[0] == '+') negative = t.p[i++] == '-';
    if (i < t.n && !digit(t.p[i]) && t.p[i] != '.') {
        size_t word = word_prefix(span_from(t, i), negative ? -1 : 1, value);
        return word ? i + word : 0;
    }
    if (t.n - i > 2 && t.p[i] == '1' && t.p[i + 1] == '.' && t.p[i + 2] == '#') {
        size_t word = word_prefix(span_from(t, i), negative ? -1 : 1, value);
        if (word) return i + word;
    }
    for (bool point = false; i < t.n; i++) {
        if (t.p[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (!digit(t.p[i])) break;
        digits++;
        if (kept < 19) {
            mantissa = mantissa * 10 + (uint64_t)(t.p[i] - '0');
            kept += mantissa != 0;
            exponent -= point;
        } else {
            exact = exact && t.p[i] == '0';
            exponent += !point;
        }
    }
    if (!digits) return 0;
    if (i < t.n && (t.p[i] == 'e' || t.p[i] == 'E')) {
        size_t j = i + 1;
        bool minus = false;
        if (j < t.n && (t.p[j] == '-' || t.p[j] == '+')) minus = t.p[j++] == '-';
        if (j < t.n && digit(t.p[j])) {
            for (; j < t.n && digit(t.p[j]); j++)
                if (written < 100000) written = written * 10 + (t.p[j] - '0');
            exponent += minus ? -written : written;
            i = j;
        }
    }
    double v;
    if (mantissa == 0) v = 0.0;
    else if (exact && mantissa < (1ull << 53) && exponent >= -22 && exponent <= 22)
        v = exponent < 0 ? (double)mantissa / power_of_ten[-exponent] : (double)mantissa * power_of_ten[exponent];
    else return *value = slow(t.p, i), i;
    *value = negative ? -v : v;
    return i;
}

bool num_parse(struct span text, double *value)
{
    double v = 0;
    size_t n = num_prefix(text, &v);
    if (!n || n != text.n) return false;
    *value = v;
    return true;
}

bool num_integer(struct span t, int64_t *value)
{
    size_t i = 0;
    int64_t v = 0; /* gathered below zero: the range reaches one further there */
    bool negative = false;
    if (t.n && (t.p[0] == '-' || t.p[0] == '+')) negative = t.p[i++] == '-';
    if (i == t.n) return false;
    for (; i < t.n; i++) {
        if (!digit(t.p[i]) || __builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, t.p[i] - '0', &v)) return false;
    }
    if (!negative && v == INT64_MIN) return false;
    *value = negative ? v : -v;
    return true;
}
