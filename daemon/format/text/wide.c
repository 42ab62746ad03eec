/* text_wide - see text/wide.h. Encoding: RFC 2781, RFC 3629. */
#include "wide.h"

#include <stdint.h>

enum text_wide text_wide_of(struct span head)
{
    unsigned char a = (unsigned char)head.p[0], b = head.n > 1 ? (unsigned char)head.p[1] : 0;
    if (a < 0xFE) return WIDE_NOT;
    if (head.n < WIDE_MARK_BYTES) return WIDE_UNASKED;
    return a == 0xFF && b == 0xFE ? WIDE_LOWER_FIRST : a == 0xFE && b == 0xFF ? WIDE_HIGHER_FIRST : WIDE_NOT;
}

static uint32_t unit(enum text_wide is, const char *p)
{
    uint32_t a = (unsigned char)p[0], b = (unsigned char)p[1];
    return is == WIDE_LOWER_FIRST ? b << 8 | a : a << 8 | b;
}

size_t text_wide_line(enum text_wide is, struct span in)
{
    for (size_t i = 0; i + 1 < in.n; i += 2)
        if (unit(is, in.p + i) == '\n') return i + 2;
    return 0;
}

/* encode - one character; returns its bytes. */
static size_t encode(uint32_t c, char to[4])
{
    if (c < 0x80) return to[0] = (char)c, 1;
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = n - 1; i > 0; i--, c >>= 6) to[i] = (char)(0x80 | (c & 0x3F));
    to[0] = (char)(lead[n] | c);
    return n;
}

size_t text_wide_utf8(enum text_wide is, struct span in, char *out, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i + 1 < in.n; i += 2) {
        char bytes[4];
        uint32_t c = unit(is, in.p + i), low = i + 3 < in.n ? unit(is, in.p + i + 2) : 0;
        bool pair = c >= 0xD800 && c < 0xDC00 && low >= 0xDC00 && low < 0xE000;
        if (pair) c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00), i += 2;
        else if (c >= 0xD800 && c < 0xE000) c = '?';
        size_t k = encode(c, bytes);
        if (n + k > size) break;
        for (size_t j = 0; j < k; j++) out[n++] = bytes[j];
    }
    return n;
}
