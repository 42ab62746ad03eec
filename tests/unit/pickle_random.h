/* pickle_random - pickles written at random: one value in any of the ways that the opcodes of protocols 0 to 5 have for it.
 *
 * A way is chosen anew each time: five opcodes and two escapes for a text, three for a tuple, the memo by any of its six opcodes, values that are made
 * and popped again, marks that are set and dropped. What the pickle builds and imports stays the same. */
#ifndef MLWATCH_TEST_PICKLE_RANDOM_H
#define MLWATCH_TEST_PICKLE_RANDOM_H

#include "pickle_made.h"

struct dice {
    uint64_t x;
    uint32_t memo; /* the next free number */
};
/* roll - 0 .. n - 1 (xorshift64*, Vigna 2016). */
static inline uint32_t roll(struct dice *d, uint32_t n)
{
    d->x ^= d->x >> 12, d->x ^= d->x << 25, d->x ^= d->x >> 27;
    return (uint32_t)((d->x * UINT64_C(0x2545F4914F6CDD1D)) >> 32) % n;
}

/* Text as a line of protocol 0, some characters as escapes. */
static inline void put_line_text(struct stream *s, struct dice *d, const char *text, bool unicode)
{
    char c[16];
    put_op(s, unicode ? "V" : "S'");
    for (; *text; text++) {
        bool escape = roll(d, 4) == 0 || *text == '\'' || *text == '\\';
        if (!escape) snprintf(c, sizeof c, "%c", *text);
        else if (unicode) snprintf(c, sizeof c, roll(d, 2) ? "\\u%04x" : "\\U%08x", (unsigned)*text);
        else snprintf(c, sizeof c, roll(d, 2) ? "\\x%02x" : "\\%03o", (unsigned)*text);
        put_op(s, c);
    }
    put_op(s, unicode ? "\n" : "'\n");
}

static inline void put_text(struct stream *s, struct dice *d, const char *text)
{
    uint32_t n = (uint32_t)strlen(text);
    switch (roll(d, 7)) {
    case 0: put_line_text(s, d, text, true); return;
    case 1: put_line_text(s, d, text, false); return;
    case 2: put_op(s, "U"), put_byte(s, (int)n); break;
    case 3: put_op(s, "T"), put_u32(s, n); break;
    case 4: put_op(s, "X"), put_u32(s, n); break;
    case 5: put_byte(s, 0x8c), put_byte(s, (int)n); break;
    default: put_byte(s, 0x8d), put_u32(s, n), put_u32(s, 0); break;
    }
    put(s, text, n);
}

/* Numbered by what comes next, so that MEMOIZE agrees with the others. */
static inline uint32_t put_memo(struct stream *s, struct dice *d)
{
    char line[32];
    switch (roll(d, 4)) {
    case 0:
        snprintf(line, sizeof line, "p%u\n", d->memo);
        put_op(s, line);
        break;
    case 1:
        if (d->memo < 256) put_op(s, "q"), put_byte(s, (int)d->memo);
        else put_op(s, "r"), put_u32(s, d->memo);
        break;
    case 2: put_op(s, "r"), put_u32(s, d->memo); break;
    default: put_byte(s, 0x94); break;
    }
    return d->memo++;
}
static inline void put_get(struct stream *s, struct dice *d, uint32_t number)
{
    char line[32];
    snprintf(line, sizeof line, "g%u\n", number);
    if (roll(d, 2)) put_op(s, line);
    else if (number < 256 && roll(d, 2)) put_op(s, "h"), put_byte(s, (int)number);
    else put_op(s, "j"), put_u32(s, number);
}

/* The top value goes into the memo, and perhaps away and back. */
static inline void put_detour(struct stream *s, struct dice *d)
{
    if (roll(d, 3)) return;
    uint32_t number = put_memo(s, d);
    if (roll(d, 2)) put_op(s, "0"), put_get(s, d, number);
}

/* Something that leaves the stack as it was. */
static inline void put_noise(struct stream *s, struct dice *d)
{
    static const char *const noise[] = {"N0",
                                        "(0",
                                        "(NI1\n1",
                                        "]0",
                                        "}0",
                                        "I5\nK\x07"
                                        "00",
                                        "(lp",
                                        "S'x'\n0",
                                        "(NNt0",
                                        ")0",
                                        "K\x01"
                                        "2"
                                        "00"};
    for (uint32_t i = roll(d, 3); i > 0; i--) {
        const char *p = noise[roll(d, sizeof noise / sizeof *noise)];
        if (strcmp(p, "(lp") == 0) put_op(s, "(l"), put_memo(s, d), put_op(s, "0");
        else put_op(s, p);
    }
}

static inline void put_global(struct stream *s, struct dice *d, const char *module, const char *name)
{
    bool line = roll(d, 2) && !strchr(name, '.');
    put_noise(s, d);
    if (line) put_op(s, "c"), put_op(s, module), put_op(s, "\n"), put_op(s, name), put_op(s, "\n");
    else {
        put_text(s, d, module);
        put_detour(s, d);
        put_noise(s, d);
        put_text(s, d, name);
        put_detour(s, d);
        put_byte(s, 0x93);
    }
    put_detour(s, d);
}

static inline void put_begin(struct stream *s, struct dice *d)
{
    s->n = 0;
    d->memo = 0;
    if (roll(d, 2)) put_byte(s, 0x80), put_byte(s, (int)roll(d, 6));
}

/* What was written from `from` on, within frames that end at its end. */
static inline void put_frame(struct stream *s, size_t from)
{
    size_t n = s->n - from;
    assert_true(s->n + 9 <= sizeof s->p);
    memmove(s->p + from + 9, s->p + from, n);
    s->p[from] = (char)0x95;
    for (int i = 0; i < 8; i++) s->p[from + 1 + (size_t)i] = (char)((uint64_t)n >> (8 * i));
    s->n += 9;
}

#endif
