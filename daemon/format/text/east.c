/* text_east - see text/east.h. Box drawing is U+2500 to U+257F: e2 94 80 to e2 95 bf. rich, prettytable and Julia's Logging draw with it;
 * U+2501 alone in a line, a bar of Keras, is not at its beginning. */
#include "east.h"

#include <string.h>

#include "clean.h"

/* drawn - the ASCII sign of a box-drawing character at p; 0 for any other. */
static char drawn(const char *p, const char *end)
{
    unsigned char a = (unsigned char)p[0], b = end - p > 2 ? (unsigned char)p[1] : 0, c = b ? (unsigned char)p[2] : 0;
    if (a != 0xE2 || (b != 0x94 && b != 0x95)) return 0;
    unsigned code = (b - 0x94u) * 64 + (c & 0x3F);
    if (code == 0x00 || code == 0x01 || code == 0x50 || (code >= 0x04 && code <= 0x05) || (code >= 0x08 && code <= 0x09))
        return '-';
    if (code == 0x02 || code == 0x03 || code == 0x51 || code == 0x06 || code == 0x07) return '|';
    return '+';
}

static struct span unboxed(struct span s, char *buffer)
{
    size_t n = 0, bars = 0;
    const char *end = s.p + s.n;
    for (const char *p = s.p; p < end && n < TEXT_CLEAN_MAX_BYTES;) {
        char sign = drawn(p, end);
        bars += sign == '|';
        buffer[n++] = sign ? sign : *p;
        p += sign ? 3 : 1;
    }
    struct span out = span_trim((struct span){buffer, n});
    if (bars == 1 && out.n > 1) return span_trim(span_from(out, 1)); /* "│   loss = 0.5" of Julia's @info */
    return out;
}

/* What is counted behind the number: "第3轮", "第 3 个epoch", "第100步". */
static const struct {
    const char *word, *name;
} counted[] = {{"轮", "epoch "},    {"輪", "epoch "},      {"个epoch", "epoch "},  {"个 epoch", "epoch "},
               {"epoch", "epoch "}, {"代", "epoch "},      {"エポック", "epoch "}, {"次迭代", "iter "},
               {"步", "step "},     {"ステップ", "step "}, {"回合", "episode "},   {"局", "episode "}};

static struct span ordinal(struct span s, char *buffer)
{
    static const char sign[] = "第";
    if (!span_starts(s, sign)) return s;
    struct span rest = span_trim(span_from(s, sizeof sign - 1));
    size_t digits = 0, n = 0;
    while (digits < rest.n && digits < 12 && rest.p[digits] >= '0' && rest.p[digits] <= '9') digits++;
    struct span behind = span_trim(span_from(rest, digits));
    for (size_t i = 0; digits && i < sizeof counted / sizeof *counted; i++) {
        if (!span_starts(behind, counted[i].word)) continue;
        behind = span_from(behind, strlen(counted[i].word));
        if (span_starts(behind, "训练")) behind = span_from(behind, strlen("训练"));
        if (behind.n > TEXT_CLEAN_MAX_BYTES - 64) behind.n = TEXT_CLEAN_MAX_BYTES - 64;
        n = (size_t)(stpcpy(buffer, counted[i].name) - buffer);
        memcpy(buffer + n, rest.p, digits);
        n += digits;
        buffer[n++] = ',';
        buffer[n++] = ' ';
        memcpy(buffer + n, behind.p, behind.n);
        return span_trim((struct span){buffer, n + behind.n});
    }
    return s;
}

struct span text_plainly(struct span line, char *buffer)
{
    return (unsigned char)line.p[0] == 0xE2 ? unboxed(line, buffer) : ordinal(line, buffer);
}
