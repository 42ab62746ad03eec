/* num - decimal text to double.
 *
 * Up to 19 digits that count are gathered into an integer, which decimal.h rounds; where more digits can matter, or the powers of
 * ten do not reach, strtod_l in the C locale decides. */
#include "num.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <strings.h>

#include "num_scan.h"

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

/* What the characters of a literal say. */
struct literal {
    uint64_t digits; /* the first 19 that count */
    int exponent;
    bool any, cut; /* any: there is a digit; cut: behind those kept stand others than 0 */
};

/* read_digits - whole part and fraction; returns where they end. */
static size_t read_digits(struct span t, size_t i, struct literal *l)
{
    size_t kept = 0;
    for (bool point = false; i < t.n; i++) {
        if (t.p[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (!span_digit_char(t.p[i])) break;
        l->any = true;
        if (kept < NUM_SCAN_DIGITS) {
            l->digits = l->digits * 10 + (uint64_t)(t.p[i] - '0');
            kept += l->digits != 0;
            l->exponent -= point;
        } else {
            l->cut = l->cut || t.p[i] != '0';
            l->exponent += !point;
        }
    }
    return i;
}

/* read_exponent - the e at i and its digits, if they are there; returns where they end. */
static size_t read_exponent(struct span t, size_t i, struct literal *l)
{
    size_t j = i + 1;
    int written = 0;
    bool minus = false;
    if (i >= t.n || (t.p[i] | 32) != 'e') return i;
    if (j < t.n && (t.p[j] == '-' || t.p[j] == '+')) minus = t.p[j++] == '-';
    if (j >= t.n || !span_digit_char(t.p[j])) return i;
    for (; j < t.n && span_digit_char(t.p[j]); j++)
        if (written < 100000) written = written * 10 + (t.p[j] - '0');
    l->exponent += minus ? -written : written;
    return j;
}

/* rounded - the value, when the digits that were kept decide it: those cut off lie between them and the next number. Else NaN. */
static double rounded(const struct literal *l)
{
    double value = decimal_nearest(l->digits, l->exponent);
    return !l->cut || value == decimal_nearest(l->digits + 1, l->exponent) ? value : NAN;
}

static bool word_ahead(struct span t, size_t i)
{
    if (i >= t.n) return false;
    return (!span_digit_char(t.p[i]) && t.p[i] != '.') ||
           (t.n - i > 2 && t.p[i] == '1' && t.p[i + 1] == '.' && t.p[i + 2] == '#');
}

size_t num_prefix(struct span t, double *value)
{
    struct literal l = {0};
    size_t i = 0;
    bool negative = false;
    const char *end;
    if (!t.n) return 0;
    if (t.n >= NUM_SCAN_BYTES && (end = num_scan(t.p, value))) return (size_t)(end - t.p);
    if (t.p[0] == '-' || t.p[0] == '+') negative = t.p[i++] == '-';
    if (word_ahead(t, i)) {
        size_t word = word_prefix(span_from(t, i), negative ? -1 : 1, value);
        if (word) return i + word;
    }
    i = read_digits(t, i, &l);
    if (!l.any) return 0;
    i = read_exponent(t, i, &l);
    double v = l.digits ? rounded(&l) : 0;
    if (isnan(v)) return *value = slow(t.p, i), i;
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
        if (!span_digit_char(t.p[i]) || __builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, t.p[i] - '0', &v))
            return false;
    }
    if (!negative && v == INT64_MIN) return false;
    *value = negative ? v : -v;
    return true;
}
