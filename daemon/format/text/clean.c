/* text_clean - see text/clean.h.
 *
 * Sequences: ECMA-48 section 5.4 (CSI: ESC [ parameters final) and the xterm OSC form (ESC ] ... BEL or ESC \). */
#include "clean.h"

static size_t escape_length(struct span s)
{
    size_t i = 2;
    if (s.n < 2) return s.n;
    if (s.p[1] == '[') {
        while (i < s.n && (s.p[i] < 0x40 || s.p[i] > 0x7e)) i++;
        return i < s.n ? i + 1 : s.n;
    }
    if (s.p[1] != ']') return 2;
    while (i < s.n && s.p[i] != 0x07 && s.p[i] != 0x1b) i++;
    if (i < s.n && s.p[i] == 0x1b) i++;
    return i < s.n ? i + 1 : s.n;
}

static bool is_control(char c) { return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7f; }

static size_t clean_run(struct span s)
{
    size_t i = 0;
    while (i < s.n && !is_control(s.p[i])) i++;
    return i;
}

enum { BLOCK = 32 };

/* block_is_clean - without a branch inside, so that the compiler takes many bytes at once. */
static bool block_is_clean(const char *p)
{
    unsigned char odd = 0;
    for (int i = 0; i < BLOCK; i++) {
        unsigned char c = (unsigned char)p[i];
        odd |= (unsigned char)((c < 0x20) & (c != '\t')) | (unsigned char)(c == 0x7f);
    }
    return !odd;
}

bool text_is_clean(struct span raw)
{
    if (raw.n < BLOCK) return clean_run(raw) == raw.n;
    const char *last = raw.p + raw.n - BLOCK;
    for (const char *p = raw.p; p < last; p += BLOCK)
        if (!block_is_clean(p)) return false;
    return block_is_clean(last);
}

struct span text_clean(struct span raw, char *buffer)
{
    size_t n = 0, run = clean_run(raw);
    while (raw.n && n < TEXT_CLEAN_MAX_BYTES) {
        size_t take = run < TEXT_CLEAN_MAX_BYTES - n ? run : TEXT_CLEAN_MAX_BYTES - n;
        memcpy(buffer + n, raw.p, take);
        n += take;
        raw = span_from(raw, run);
        if (raw.n) raw = span_from(raw, raw.p[0] == 0x1b ? escape_length(raw) : 1);
        run = clean_run(raw);
    }
    return (struct span){buffer, n};
}
