#include "prompt.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/random.h>

enum status prompt_nonce(char ret[PROMPT_NONCE_BYTES], struct err *err)
{
    unsigned char bytes[(PROMPT_NONCE_BYTES - 1) / 2];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return err_set(err, E_IO, "the system gives no random numbers");
    for (size_t i = 0; i < sizeof bytes; i++) snprintf(ret + 2 * i, 3, "%02x", bytes[i]);
    return OK;
}

/* A character's bytes, 0 for what is no UTF-8: too long a form, a surrogate, beyond U+10FFFF. */
static size_t character(struct span t, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)t.p;
    const size_t n = p[0] < 0x80                   ? 1
                     : p[0] >= 0xC2 && p[0] < 0xE0 ? 2
                     : (p[0] & 0xF0) == 0xE0       ? 3
                     : (p[0] & 0xF8) == 0xF0       ? 4
                                                   : 0;
    if (!n || n > t.n) return 0;
    uint32_t c = n == 1 ? p[0] : p[0] & (0xFFu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80) return 0;
        c = c << 6 | (p[i] & 0x3Fu);
    }
    if (c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) return 0;
    return *code = c, n;
}

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

static size_t add_character(struct str *out, struct span t)
{
    uint32_t c = 0;
    const size_t n = character(t, &c);
    if (!n) return str_addf(out, "\\x%02X", (unsigned char)t.p[0]), 1;
    if (c == '\n') str_add(out, "\\n");
    else if (is_control(c)) str_addf(out, c < 0x100 ? "\\x%02X" : "\\u%04X", (unsigned)c);
    else if (c == '[' || c == ']') str_add(out, c == '[' ? "(" : ")");
    else str_add_span(out, (struct span){t.p, n});
    const bool tag =
        c == '<' && t.n > 1 && (strchr("|/", t.p[1]) || isalpha((unsigned char)t.p[1]) || (unsigned char)t.p[1] >= 0x80);
    if (tag) str_add(out, " ");
    return n;
}

void prompt_add_data(struct str *out, struct span text, size_t max)
{
    const size_t before = out->n;
    while (text.n) {
        const size_t kept = out->n;
        text = span_from(text, add_character(out, text));
        if (out->failed || out->n - before <= max) continue;
        out->n = kept;
        out->p[kept] = 0;
        return;
    }
}

void prompt_add_fence(struct str *out, const char *name, const char *nonce, struct span lines)
{
    str_addf(out, "%s %s\n", name, nonce);
    str_add_span(out, lines);
    str_addf(out, "END %s\n", nonce);
}
