#include "text.h"

#include <stdint.h>

/* How many bytes follow a first byte of UTF-8; -1: it is none. */
static int following(unsigned char c) { return c < 0x80 ? 0 : c < 0xC2 ? -1 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : c < 0xF5 ? 3 : -1; }

bool text_is_utf8(struct span text)
{
    for (size_t i = 0; i < text.n;) {
        unsigned char c = (unsigned char)text.p[i];
        int more = following(c);
        if (more < 0 || (size_t)more > text.n - i - 1) return false;
        for (int k = 1; k <= more; k++)
            if (((unsigned char)text.p[i + (size_t)k] & 0xC0) != 0x80) return false;
        unsigned char second = more ? (unsigned char)text.p[i + 1] : 0;
        if ((c == 0xE0 && second < 0xA0) || (c == 0xF0 && second < 0x90) || (c == 0xF4 && second > 0x8F)) return false;
        i += (size_t)more + 1;
    }
    return true;
}

static int digit(char c, int base)
{
    int d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : base;
    return d < base ? d : -1;
}

/* Up to max digits at p; how many there were. */
static size_t number(const char *p, size_t n, size_t max, int base, uint32_t *ret)
{
    size_t i = 0;
    for (*ret = 0; i < n && i < max && digit(p[i], base) >= 0; i++) *ret = *ret * (uint32_t)base + (uint32_t)digit(p[i], base);
    return i;
}

static const char letters[] = "\\\\''\"\"a\ab\bf\fn\nr\rt\tv\v"; /* escape, what it means */

bool text_unescape(char *p, size_t *n)
{
    size_t to = 0;
    for (size_t i = 0; i < *n; i++) {
        uint32_t value;
        if (p[i] == '\\' && i + 1 == *n) return false;
        if (p[i] != '\\') {
            p[to++] = p[i];
            continue;
        }
        char c = p[++i];
        const char *letter = NULL;
        for (const char *l = letters; *l && !letter; l += 2)
            if (*l == c) letter = l;
        size_t octal = number(p + i, *n - i, 3, 8, &value);
        if (letter) p[to++] = letter[1];
        else if (octal) p[to++] = (char)value, i += octal - 1;
        else if (c == 'x') {
            if (number(p + i + 1, *n - i - 1, 2, 16, &value) != 2) return false;
            p[to++] = (char)value, i += 2;
        } else if (c != '\n') p[to++] = '\\', p[to++] = c;
    }
    *n = to;
    return true;
}

static size_t put_utf8(char *out, uint32_t c)
{
    size_t more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const uint8_t lead[] = {0, 0xC0, 0xE0, 0xF0};
    for (size_t k = more; k; k--, c >>= 6) out[k] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)(lead[more] | c);
    return more + 1;
}

bool text_raw_unicode(struct span text, char *out, size_t *n)
{
    enum { UNICODE_MAX = 0x10FFFF };
    size_t to = 0;
    for (size_t i = 0; i < text.n; i++) {
        uint32_t value;
        bool escape = text.p[i] == '\\' && i + 1 < text.n && (text.p[i + 1] == 'u' || text.p[i + 1] == 'U');
        size_t digits = escape ? (text.p[i + 1] == 'u' ? 4 : 8) : 0;
        if (!escape) {
            to += put_utf8(out + to, (unsigned char)text.p[i]);
            continue;
        }
        if (number(text.p + i + 2, text.n - i - 2, digits, 16, &value) != digits || value > UNICODE_MAX) return false;
        to += put_utf8(out + to, value);
        i += digits + 1;
    }
    *n = to;
    return true;
}

bool text_latin1(struct span text, char *out, size_t *n)
{
    size_t to = 0;
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c >= 0x80 && (c > 0xC3 || i + 1 == text.n)) return false;
        out[to++] = (char)(c < 0x80 ? c : (c & 3) << 6 | (text.p[++i] & 0x3F));
    }
    *n = to;
    return true;
}
