#include "num_form.h"

#if defined __SSE2__

/* MISSES: the first literal that does not fit, and then each so-manieth, is learned. TOP_LEAST: the digits before the last sixteen are fewer, so that all
 * of them fit into 64 bits. */
enum { MISSES = 8, TOP_LEAST = 1000 };

/* A literal of num_scan's grammar, taken apart. */
struct parts {
    uint32_t sign, whole, behind, exponent; /* exponent: of a negative one, else 0 */
    bool fit;
};

static uint32_t digits_at(const char *p)
{
    uint32_t n = 0;
    while (p[n] >= '0' && p[n] <= '9') n++;
    return n;
}

static struct parts parts_of(const char *p, const char *end)
{
    struct parts l = {.sign = *p == '-'};
    l.whole = digits_at(p += l.sign);
    p += l.whole;
    if (*p == '.') l.behind = digits_at(p + 1), p += 1 + l.behind;
    if (p < end && p[1] == '-')
        for (const char *e = p + 2; e < end; e++) l.exponent = l.exponent * 10 + (uint32_t)(*e - '0');
    l.fit = l.whole + l.behind <= NUM_FORM_DIGITS && (p == end || p[1] == '-') && l.exponent + l.behind <= DECIMAL_EXACT;
    return l;
}

static void learn(struct num_form *f, const char *p, const char *end)
{
    uint32_t width = (uint32_t)(end - p);
    struct parts l = parts_of(p, end);
    if (width >= NUM_FORM_BYTES || !l.fit) return;
    uint32_t digits = l.sign + l.whole + l.behind + (l.behind > 0), n = l.whole + l.behind;
    unsigned char least[NUM_FORM_BYTES] = {0}, range[NUM_FORM_BYTES];
    memset(range, UINT8_MAX, sizeof range);
    for (uint32_t i = 0; i <= width; i++) {
        bool digit = i < digits && p[i] >= '0' && p[i] <= '9', leading = i == l.sign && l.whole > 1;
        least[i] = (unsigned char)(leading ? '1' : digit ? '0' : p[i]);
        range[i] = leading ? 8 : digit ? 9 : 0;
    }
    memcpy(&f->least, least, sizeof least);
    memcpy(&f->range, range, sizeof range);
    f->unit = l.sign ? -decimal_exact[l.exponent + l.behind] : decimal_exact[l.exponent + l.behind];
    f->width = (uint8_t)width;
    f->digits = (uint8_t)digits;
    f->all = (uint8_t)n, f->behind = (uint8_t)(l.behind ? l.behind : n);
}

/* ---- long literals ------------------------------------------------------------------------------------------------------ */

/* digits_of - as an integer; UINT64_MAX when they may not fit. */
static uint64_t digits_of(const char *p, const char *end, uint32_t whole, uint32_t behind)
{
    uint32_t n = whole + behind, low = n < NUM_FORM_BYTES ? n : NUM_FORM_BYTES, low_behind = behind < low ? behind : low;
    uint64_t top = 0, value = num_form_joined(end, low, low_behind);
    for (; n > NUM_FORM_BYTES; p++)
        if (*p != '.') top = top * 10 + (uint64_t)(*p - '0'), n--;
    return top < TOP_LEAST ? top * UINT64_C(10000000000000000) + value : UINT64_MAX;
}

/* long_number - a literal with a point, more digits than a form has, and less than 32 bytes up to its exponent; returns its end, or NULL for any other. As Python
 * writes its numbers: 16 or 17 digits that count. */
static const char *long_number(const char *p, double *value)
{
    uint64_t minus = *p == '-';
    uint32_t others = (num_scan_others(p + minus) | num_scan_others(p + minus + NUM_FORM_BYTES) << NUM_FORM_BYTES);
    if (!others || p[minus + (uint32_t)__builtin_ctz(others)] != '.') return NULL;
    uint32_t whole = (uint32_t)__builtin_ctz(others);
    others &= others - 1;
    uint32_t behind = others ? (uint32_t)__builtin_ctz(others) - whole - 1 : 0;
    const char *from = p + minus, *end = from + whole + 1 + behind;
    if (whole == 0 || (*from == '0' && whole > 1) || whole + behind <= NUM_FORM_DIGITS || behind == 0) return NULL;
    uint64_t digits = digits_of(from, end, whole, behind);
    int exponent = -(int)behind;
    if (digits == UINT64_MAX || ((*end | 32) == 'e' && !(end = num_scan_exponent(end, &exponent)))) return NULL;
    double size = decimal_nearest(digits, exponent);
    return isnan(size) ? NULL : (*value = num_scan_signed(size, minus), end);
}

const char *num_form_again(struct num_form *f, const char *p, double *value)
{
    const char *end = long_number(p, value);
    if (end) return end;
    end = num_scan(p, value);
    if (end && f->misses++ % MISSES == 0) learn(f, p, end);
    return end;
}

#else

typedef int num_form_needs_no_code;

#endif
