/* page - see page.h. Widths follow Unicode 15's East Asian Width (UAX 11), reduced to the ranges that logs hold. */
#include "page.h"

#include <stdint.h>

static const char *const inks[] = {[INK_PLAIN] = "",         [INK_BOLD] = "\033[1m",    [INK_DIM] = "\033[2m",
                                   [INK_RED] = "\033[1;31m", [INK_YELLOW] = "\033[33m", [INK_GREEN] = "\033[32m"};

static size_t character(const char *p, uint32_t *code)
{
    const unsigned char *u = (const unsigned char *)p;
    size_t len = u[0] < 0xC0 ? 1 : u[0] < 0xE0 ? 2 : u[0] < 0xF0 ? 3 : 4;
    uint32_t c = len == 1 ? u[0] : u[0] & (0xFFu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if ((u[i] & 0xC0) != 0x80) return *code = '?', i;
        c = c << 6 | (u[i] & 0x3Fu);
    }
    return *code = c, len;
}

static int columns_of(uint32_t c)
{
    if ((c >= 0x300 && c <= 0x36F) || (c >= 0x200B && c <= 0x200D) || (c >= 0xFE00 && c <= 0xFE0F)) return 0;
    bool wide = (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
                (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
                (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
    return wide ? 2 : 1;
}

int page_width(const char *text)
{
    int width = 0;
    for (uint32_t c; *text; width += columns_of(c)) text += character(text, &c);
    return width;
}

void page_ascii(struct str *out, const char *text)
{
    static const struct {
        uint32_t code;
        const char *plain;
    } forms[] = {{0x2192, "->"}, {0x2013, "-"}, {0x2014, "-"},      {0x2026, "..."}, {0xB7, "-"},    {0xD7, "x"},
                 {0x2018, "'"},  {0x2019, "'"}, {0x201C, "\""},     {0x201D, "\""},  {0x2265, ">="}, {0x2264, "<="},
                 {0x2248, "~"},  {0xB1, "+-"},  {0xA0, "\xC2\xA0"}, {0x25B2, "^"},   {0x3C3, "sd"},  {0x2212, "-"}};
    for (uint32_t c; *text;) {
        const char *plain = "?";
        size_t n = character(text, &c);
        for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
            if (forms[i].code == c) plain = forms[i].plain;
        if (c < 0x80) str_add_span(out, (struct span){text, n});
        else str_add(out, plain);
        text += n;
    }
}

static void spaces(struct str *out, int n)
{
    for (; n > 0; n--) str_add(out, " ");
}

/* Bytes of text that fit `room` columns, broken at the last space, or inside a word that is longer than a line. */
static size_t fitting(const char *text, int room, size_t *skip)
{
    size_t at = 0, space = 0;
    int width = 0;
    *skip = 0;
    while (text[at]) {
        uint32_t c;
        size_t n = character(text + at, &c);
        if (c == ' ') space = at;
        if (width + columns_of(c) > room && c != ' ') {
            if (!space) return at ? at : n;
            *skip = 1;
            return space;
        }
        width += columns_of(c);
        at += n;
    }
    return at;
}

static void add_text(struct str *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (i + 1 < n && (unsigned char)text[i] == 0xC2 && (unsigned char)text[i + 1] == 0xA0) str_add(out, " "), i++;
        else str_add_span(out, (struct span){text + i, 1});
}

static void inked(struct page *p, enum ink ink, const char *text, size_t n)
{
    bool colour = p->colour && ink != INK_PLAIN;
    if (colour) str_add(p->out, inks[ink]);
    add_text(p->out, text, n);
    if (colour) str_add(p->out, "\033[0m");
}

/* Lines of at most columns - hang; the cursor stands at hang already for the first one. */
static void wrapped(struct page *p, int hang, enum ink ink, const char *text)
{
    int room = p->columns - hang < 20 ? 20 : p->columns - hang;
    for (bool first = true; *text || first; first = false) {
        size_t skip, n = fitting(text, room, &skip);
        if (!first) spaces(p->out, hang);
        while (n && text[n - 1] == ' ' && !text[n]) n--, skip++;
        inked(p, ink, text, n);
        str_add(p->out, "\n");
        text += n + skip;
    }
}

static void row(struct page *p, int indent, enum ink ink, const char *label, int label_width, const char *text)
{
    int hang = indent + label_width;
    spaces(p->out, indent);
    if (!label_width) {
        wrapped(p, indent, ink, text);
        return;
    }
    if (page_width(label) >= label_width) { /* the label needs lines of its own */
        wrapped(p, indent, ink, label);
        spaces(p->out, hang);
    } else {
        inked(p, ink, label, strlen(label));
        if (*text) spaces(p->out, label_width - page_width(label));
    }
    wrapped(p, hang, INK_PLAIN, text);
}

void page_row(struct page *p, int indent, enum ink ink, const char *label, int label_width, const char *text)
{
    if (p->unicode) {
        row(p, indent, ink, label ? label : "", label_width, text ? text : "");
        return;
    }
    struct str l = {0}, t = {0};
    page_ascii(&l, label ? label : "");
    page_ascii(&t, text ? text : "");
    row(p, indent, ink, l.p ? l.p : "", label_width, t.p ? t.p : "");
    str_done(&l);
    str_done(&t);
}

void page_blank(struct page *p) { str_add(p->out, "\n"); }

void page_heading(struct page *p, const char *text)
{
    page_blank(p);
    page_row(p, 0, INK_BOLD, NULL, 0, text);
}
