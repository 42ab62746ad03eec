#include "str.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool grow(struct str *s, size_t more)
{
    if (s->failed) return false;
    if (s->n + more + 1 <= s->cap) return true;
    size_t cap = s->cap ? s->cap * 2 : 128;
    while (cap < s->n + more + 1) cap *= 2;
    char *p = realloc(s->p, cap);
    if (!p) return s->failed = true, false;
    s->p = p;
    s->cap = cap;
    return true;
}

void str_done(struct str *s)
{
    if (!s) return;
    free(s->p);
    *s = (struct str){0};
}

void str_clear(struct str *s)
{
    s->n = 0;
    s->failed = false;
    if (s->p) s->p[0] = 0;
}

void str_add_span(struct str *s, struct span text)
{
    if (!grow(s, text.n)) return;
    if (text.n) memcpy(s->p + s->n, text.p, text.n);
    s->n += text.n;
    s->p[s->n] = 0;
}

void str_add(struct str *s, const char *text) { str_add_span(s, span_of(text)); }

void str_addf(struct str *s, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    if (n >= 0 && grow(s, (size_t)n)) {
        vsnprintf(s->p + s->n, (size_t)n + 1, format, again);
        s->n += (size_t)n;
    }
    va_end(again);
    va_end(args);
}

/* Length of the UTF-8 sequence at p, 0 if it is not valid; *code gets the code point. (Unicode 15, table 3-7) */
static size_t utf8_at(const unsigned char *p, size_t n, uint32_t *code)
{
    if (p[0] < 0x80) return *code = p[0], 1;
    size_t len = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] > 0xF4 || n < len) return 0;
    uint32_t c = p[0] & (0xFFu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xC0) != 0x80) return 0;
        c = c << 6 | (p[i] & 0x3Fu);
    }
    if ((len == 3 && c < 0x800) || (len == 4 && (c < 0x10000 || c > 0x10FFFF)) || (c >= 0xD800 && c <= 0xDFFF)) return 0;
    return *code = c, len;
}

static bool obeyed_by_terminals(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E ||
           c == 0x200F || c == 0x061C || c == 0x2028 || c == 0x2029 || c == 0xFEFF;
}

void str_add_printable(struct str *s, struct span text, size_t max)
{
    const unsigned char *p = (const unsigned char *)text.p;
    size_t left = text.n, count = 0;
    while (left) {
        uint32_t c = 0;
        if (count++ == max) {
            str_add(s, "…");
            return;
        }
        size_t len = utf8_at(p, left, &c);
        if (c == '\t' || c == '\n' || c == '\r') str_add(s, " ");
        else if (!len || obeyed_by_terminals(c)) str_add(s, "?");
        else str_add_span(s, (struct span){(const char *)p, len});
        p += len ? len : 1;
        left -= len ? len : 1;
    }
}

void str_add_number(struct str *s, double value)
{
    if (isnan(value)) str_add(s, "NaN");
    else if (isinf(value)) str_add(s, value > 0 ? "Infinity" : "-Infinity");
    else if (fabs(value) < 1e15 && value == floor(value) && fabs(value) < 1e6) str_addf(s, "%.0f", value == 0 ? 0.0 : value);
    else str_addf(s, "%.4g", value);
}

char *str_take(struct str *s)
{
    if (!s->p) str_add(s, "");
    char *p = s->p;
    *s = (struct str){0};
    return p;
}

char *str_dup(struct span text)
{
    char *copy = malloc(text.n + 1);
    if (!copy) return NULL;
    if (text.n) memcpy(copy, text.p, text.n);
    copy[text.n] = 0;
    return copy;
}
