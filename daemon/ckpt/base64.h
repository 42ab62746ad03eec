/* base64 - RFC 4648, blanks and padding passed over. */
#ifndef MLWATCH_BASE64_H
#define MLWATCH_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* base64_decode - into to, which has room for n bytes; false when another character stands in it. */
static inline bool base64_decode(const char *p, size_t n, char *to, size_t *ret)
{
    uint32_t bits = 0;
    unsigned have = 0;
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        char c = p[i];
        if (c == '\n' || c == '\r' || c == ' ' || c == '=') continue;
        int v = c >= 'A' && c <= 'Z'   ? c - 'A'
                : c >= 'a' && c <= 'z' ? c - 'a' + 26
                : c >= '0' && c <= '9' ? c - '0' + 52
                : c == '+' || c == '-' ? 62
                : c == '/' || c == '_' ? 63
                                       : -1;
        if (v < 0) return false;
        bits = bits << 6 | (uint32_t)v;
        have += 6;
        if (have >= 8) to[k++] = (char)(bits >> (have -= 8));
    }
    return *ret = k, true;
}

#endif
