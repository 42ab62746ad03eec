#include "json_pull.h"

#include <ctype.h>

enum { DEPTH_MAX = 128 };

static bool fault(struct json_pull *j, const char *what)
{
    if (!j->fault) j->fault = what;
    return false;
}

struct json_pull json_pull_of(struct span text) { return (struct json_pull){text.p, text.p, text.p + text.n, NULL, false}; }

static void skip_blank(struct json_pull *j)
{
    while (j->p < j->end && span_blank_char(*j->p)) j->p++;
}

bool json_pull_take(struct json_pull *j, char c)
{
    if (j->fault) return false;
    skip_blank(j);
    if (j->p == j->end || *j->p != c) return false;
    return j->p++, true;
}

bool json_pull_need(struct json_pull *j, char c)
{
    if (json_pull_take(j, c)) return true;
    return fault(j, c == ':'   ? "a colon is missing"
                    : c == '{' ? "an object is missing"
                    : c == '[' ? "an array is missing"
                               : "a bracket is missing");
}

bool json_pull_more(struct json_pull *j, char close, bool *first)
{
    bool begin = *first;
    *first = false;
    if (j->fault || json_pull_take(j, close)) return false;
    if (begin || json_pull_take(j, ',')) return true;
    return fault(j, "a comma or a closing bracket is missing");
}

/* The length of the UTF-8 character at p (RFC 3629: no surrogates, nothing overlong); 0 when it is none. */
static size_t character(const unsigned char *p, size_t n)
{
    static const unsigned char least[] = {0, 0, 0x80, 0xA0, 0x90};
    size_t k = p[0] < 0x80 ? 1 : p[0] < 0xC2 ? 0 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : p[0] < 0xF5 ? 4 : 0;
    if (k < 2) return k;
    if (k > n) return 0;
    if ((p[0] == 0xE0 || p[0] == 0xF0) && p[1] < least[k]) return 0;
    if ((p[0] == 0xED && p[1] > 0x9F) || (p[0] == 0xF4 && p[1] > 0x8F)) return 0;
    for (size_t i = 1; i < k; i++)
        if ((p[i] & 0xC0) != 0x80) return 0;
    return k;
}

static bool hex4(struct json_pull *j, uint32_t *ret)
{
    uint32_t v = 0;
    if (j->end - j->p < 4) return fault(j, "an escape is cut off");
    for (int i = 0; i < 4; i++) {
        char c = *j->p++;
        if (!isxdigit((unsigned char)c)) return fault(j, "an escape is not hexadecimal");
        v = v << 4 | (uint32_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
    }
    return *ret = v, true;
}

static char *put_character(char *to, uint32_t c)
{
    if (c < 0x80) return *to++ = (char)c, to;
    unsigned tail = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xC0, 0xE0, 0xF0};
    *to++ = (char)(lead[tail] | c >> 6 * tail);
    while (tail--) *to++ = (char)(0x80 | (c >> 6 * tail & 0x3F));
    return to;
}

/* Behind a backslash. to may be NULL. */
static bool escape(struct json_pull *j, char **to)
{
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
    uint32_t c, low;
    if (j->p == j->end) return fault(j, "a string is cut off");
    char e = *j->p++;
    const char *plain = e ? strchr(from, e) : NULL;
    if (plain) {
        c = (unsigned char)into[plain - from];
    } else {
        if (e != 'u') return fault(j, "an escape is unknown");
        if (!hex4(j, &c)) return false;
        if (c >= 0xDC00 && c < 0xE000) return fault(j, "a surrogate stands alone");
        if (c >= 0xD800 && c < 0xDC00) {
            if (j->end - j->p < 6 || j->p[0] != '\\' || j->p[1] != 'u') return fault(j, "a surrogate stands alone");
            j->p += 2;
            if (!hex4(j, &low)) return false;
            if (low < 0xDC00 || low >= 0xE000) return fault(j, "a surrogate stands alone");
            c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        }
    }
    if (*to) *to = put_character(*to, c);
    return true;
}

/* The closing quote, for the room a copy takes; NULL when there is none. */
static const char *closing_quote(const char *p, const char *end)
{
    for (; p < end && *p != '"'; p++)
        if (*p == '\\' && ++p == end) return NULL;
    return p < end ? p : NULL;
}

bool json_pull_string(struct json_pull *j, struct arena *a, struct span *ret)
{
    if (!json_pull_take(j, '"')) return fault(j, "a string is missing");
    const char *close = closing_quote(j->p, j->end);
    if (!close) return fault(j, "a string is cut off");
    char *copy = a ? arena_alloc(a, (size_t)(close - j->p) + 1) : NULL, *to = copy;
    if (a && !copy) return j->full = true, fault(j, "its strings are above the limit on memory");
    while (j->p < close) {
        unsigned char c = (unsigned char)*j->p;
        if (c < ' ') return fault(j, "a control character stands in a string");
        if (c == '\\') {
            j->p++;
            if (!escape(j, &to)) return false;
            continue;
        }
        size_t k = c < 0x80 ? 1 : character((const unsigned char *)j->p, (size_t)(close - j->p));
        if (!k) return fault(j, "a string is not valid UTF-8");
        if (to) to = (char *)memcpy(to, j->p, k) + k;
        j->p += k;
    }
    j->p++;
    if (ret) *ret = (struct span){copy, (size_t)(to - copy)};
    return true;
}

bool json_pull_count(struct json_pull *j, uint64_t *ret)
{
    uint64_t v = 0;
    skip_blank(j);
    if (j->fault || j->p == j->end || !isdigit((unsigned char)*j->p)) return fault(j, "a number is missing");
    if (*j->p == '0' && j->p + 1 < j->end && isdigit((unsigned char)j->p[1])) return fault(j, "a number begins with 0");
    for (; j->p < j->end && isdigit((unsigned char)*j->p); j->p++)
        if (__builtin_mul_overflow(v, 10u, &v) || __builtin_add_overflow(v, (uint64_t)(*j->p - '0'), &v))
            return fault(j, "a number is above 2^64");
    if (j->p < j->end && strchr(".eE+-", *j->p) && *j->p) return fault(j, "a number is no whole one");
    return *ret = v, true;
}

static bool skip_digits(struct json_pull *j)
{
    const char *begin = j->p;
    while (j->p < j->end && isdigit((unsigned char)*j->p)) j->p++;
    return j->p > begin || fault(j, "a number breaks off");
}

static bool skip_number(struct json_pull *j)
{
    if (*j->p == '-') j->p++;
    if (j->p < j->end && *j->p == '0') j->p++;
    else if (!skip_digits(j)) return false;
    if (j->p < j->end && *j->p == '.') {
        j->p++;
        if (!skip_digits(j)) return false;
    }
    if (j->p == j->end || (*j->p != 'e' && *j->p != 'E')) return true;
    j->p++;
    if (j->p < j->end && (*j->p == '+' || *j->p == '-')) j->p++;
    return skip_digits(j);
}

static bool skip_word(struct json_pull *j)
{
    static const char *const words[] = {"true", "false", "null"};
    struct span rest = {j->p, (size_t)(j->end - j->p)};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (span_starts(rest, words[i])) return j->p += strlen(words[i]), true;
    return fault(j, "a value is missing");
}

static bool skip_scalar(struct json_pull *j)
{
    if (j->p == j->end) return fault(j, "a value is missing");
    if (*j->p == '"') return json_pull_string(j, NULL, NULL);
    if (*j->p == '-' || isdigit((unsigned char)*j->p)) return skip_number(j);
    return skip_word(j);
}

bool json_pull_skip(struct json_pull *j)
{
    char close[DEPTH_MAX];
    bool first = false;
    for (unsigned depth = 0;;) {
        if (json_pull_take(j, '{') || json_pull_take(j, '[')) {
            if (depth == DEPTH_MAX) return fault(j, "values are nested too deeply");
            close[depth++] = j->p[-1] == '{' ? '}' : ']';
            first = true;
        } else if (j->fault || !skip_scalar(j)) {
            return false;
        }
        while (depth && !json_pull_more(j, close[depth - 1], &first)) {
            if (j->fault) return false;
            depth--;
        }
        if (!depth) return true;
        if (close[depth - 1] == '}' && (!json_pull_string(j, NULL, NULL) || !json_pull_need(j, ':'))) return false;
        skip_blank(j);
    }
}

bool json_pull_end(struct json_pull *j)
{
    skip_blank(j);
    return !j->fault && (j->p == j->end || fault(j, "something follows the value"));
}
