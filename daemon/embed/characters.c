#include "characters.h"

#include <stdlib.h>
#include <utf8proc.h>

struct range {
    int32_t from, to;
};

static int compare(const void *key, const void *element)
{
    const int32_t c = *(const int32_t *)key;
    const struct range *r = element;
    return c < r->from ? -1 : c > r->to;
}
#define IS_IN(c, ranges) (bsearch(&(c), ranges, sizeof ranges / sizeof *ranges, sizeof *ranges, compare) != NULL)

static const struct range ideographs[] = {{0x3400, 0x4dbf},   {0x4e00, 0x9fff},   {0xf900, 0xfaff},   {0x20000, 0x2a6df},
                                          {0x2a700, 0x2b73f}, {0x2b740, 0x2b81f}, {0x2b920, 0x2ceaf}, {0x2f800, 0x2fa1f}};

/* Where marks, punctuation and formats came into Unicode after version 8 (DerivedAge.txt; utf8proc 2.8 knows 15): to the original these
 * code points are unassigned, and plain. Between those of one range nothing else is more than plain. */
static const struct range newer[] = {
    {0x61d, 0x61d},     {0x7fd, 0x7fd},     {0x890, 0x8e2},     {0x9fd, 0x9fe},     {0xa76, 0xa76},     {0xafa, 0xaff},
    {0xb55, 0xb55},     {0xc04, 0xc3c},     {0xc77, 0xc77},     {0xc84, 0xc84},     {0xd00, 0xd00},     {0xd3b, 0xd3c},
    {0xd81, 0xd81},     {0xeba, 0xeba},     {0xece, 0xece},     {0x180f, 0x1886},   {0x1abf, 0x1ace},   {0x1b7d, 0x1b7e},
    {0x1df6, 0x1dfb},   {0x2e43, 0x2e5d},   {0xa82c, 0xa82c},   {0xa8c5, 0xa8c5},   {0xa8ff, 0xa8ff},   {0xa9bd, 0xa9bd},
    {0x10d24, 0x10f89}, {0x11070, 0x11074}, {0x110c2, 0x110cd}, {0x111cf, 0x111cf}, {0x1123e, 0x11241}, {0x1133b, 0x1133b},
    {0x11438, 0x1145e}, {0x11660, 0x1166c}, {0x116b9, 0x116b9}, {0x1182f, 0x1183b}, {0x1193b, 0x11fff}, {0x12ff1, 0x12ff2},
    {0x13430, 0x13455}, {0x16e97, 0x16f4f}, {0x16fe2, 0x16fe4}, {0x1cf00, 0x1cf46}, {0x1e000, 0x1e4ef}, {0x1e944, 0x1e95f}};

static enum character of_ascii(int32_t c)
{
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') return CHARACTER_SPACE;
    if (c < ' ' || c == 0x7f) return CHARACTER_NO_TEXT;
    if (c <= '/' || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || c >= '{') return CHARACTER_PUNCTUATION;
    return CHARACTER_PLAIN;
}

static enum character of_category(utf8proc_category_t k)
{
    switch (k) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return CHARACTER_SPACE;
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CO: return CHARACTER_NO_TEXT;
    case UTF8PROC_CATEGORY_MN: return CHARACTER_ACCENT;
    default: return k >= UTF8PROC_CATEGORY_PC && k <= UTF8PROC_CATEGORY_PO ? CHARACTER_PUNCTUATION : CHARACTER_PLAIN;
    }
}

enum character character_of(int32_t c)
{
    if (c < 0x80) return of_ascii(c);
    if (c == 0xfffd) return CHARACTER_NO_TEXT;
    if (c == 0x166d || c == 0x111c9) return CHARACTER_PUNCTUATION; /* since then made a symbol, */
    if (c == 0x1734) return CHARACTER_ACCENT;                      /* and a spacing mark */
    if (IS_IN(c, ideographs)) return CHARACTER_IDEOGRAPH;
    return IS_IN(c, newer) ? CHARACTER_PLAIN : of_category(utf8proc_category(c));
}
