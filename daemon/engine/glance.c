#include "glance.h"

#define FNV_BASIS UINT32_C(2166136261)
#define EMPTY     (FNV_BASIS | 1)

static bool ends_line(char c) { return c == '\n' || c == '\r'; }
static bool of_text(char c) { return (unsigned char)c >= ' ' || c == '\t' || c == '\033'; }

/* FNV-1a (Fowler, Noll, Vo 1991) */
static uint32_t mix(uint32_t hash, uint32_t value) { return (hash ^ value) * UINT32_C(16777619); }

static const char *digits(const char *p, const char *end)
{
    while (p < end && span_digit_char(*p)) p++;
    return p;
}

/* A number counts as '#' and how many digits it has before the point. Its exponent is hashed as it stands, by the caller. */
static const char *number(const char *p, const char *end, uint32_t *hash)
{
    const char *whole = digits(p, end);
    *hash = mix(mix(*hash, '#'), (uint32_t)(whole - p));
    bool fraction = whole < end && *whole == '.';
    return fraction ? digits(whole + 1, end) : whole;
}

static bool exponent(const char *p, const char *end)
{
    if (p >= end || (*p != 'e' && *p != 'E')) return false;
    p++;
    if (p < end && (*p == '-' || *p == '+')) p++;
    return p < end && span_digit_char(*p);
}

static const char *after_exponent(const char *p, const char *end, uint32_t *hash)
{
    for (*hash = mix(*hash, 'e'), p++; p < end && (span_digit_char(*p) || *p == '-' || *p == '+'); p++)
        *hash = mix(*hash, (uint8_t)*p);
    return p;
}

/* Of the line at p, and where it ends: at its line end, or where the bytes do. 0 for what is no text. */
static uint32_t shape(const char *p, const char *end, const char **ret)
{
    uint32_t hash = FNV_BASIS;
    bool text = true;
    while (p < end && !ends_line(*p)) {
        bool numeric = span_digit_char(*p);
        text = text && of_text(*p);
        if (numeric) p = number(p, end, &hash);
        else hash = mix(hash, (uint8_t)*p++);
        if (numeric && exponent(p, end)) p = after_exponent(p, end, &hash);
    }
    *ret = p;
    return text ? hash | 1 : 0;
}

static bool known(const struct glance *g, uint32_t hash)
{
    for (int i = 0; i < GLANCE_SHAPES; i++)
        if (g->shapes[i] == hash) return true;
    return false;
}

void glance_learn(struct glance *g, struct span read)
{
    const char *p = read.p, *end = read.p + read.n;
    for (int lines = 0; end > p && lines <= GLANCE_SHAPES; end--) lines += ends_line(end[-1]);
    if (end > p) p = end + 1; /* behind the line end that is one too many */
    for (end = read.p + read.n; p < end; p++) {
        uint32_t hash = shape(p, end, &p);
        if (p < end && hash != EMPTY && hash && !known(g, hash)) g->shapes[g->newest++ % GLANCE_SHAPES] = hash;
    }
}

bool glance_may_wait(const struct glance *g, struct span lines, size_t *ret)
{
    const char *p = lines.p, *end = lines.p + lines.n;
    *ret = 0;
    while (p < end) {
        uint32_t hash = shape(p, end, &p);
        if (p == end) return hash != 0;
        if (hash != EMPTY && (!hash || !known(g, hash))) return false;
        *ret = (size_t)(++p - lines.p);
    }
    return true;
}
