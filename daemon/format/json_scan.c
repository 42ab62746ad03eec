/* json_scan - see json_scan.h. A recursive walk whose depth is limited; `end` is where the text may continue. */
#include "json_scan.h"

#include <math.h>

#include "../base/num.h"

static bool fail(struct json_cursor *c, enum json_state state)
{
    c->state = state;
    return false;
}
static bool fail_here(struct json_cursor *c) { return fail(c, c->p == c->end ? JSON_TORN : JSON_BAD); }

void json_scan_space(struct json_cursor *c)
{
    while (c->p < c->end && span_blank_char(*c->p)) c->p++;
}

bool json_scan_take(struct json_cursor *c, char character)
{
    json_scan_space(c);
    if (c->p == c->end || *c->p != character) return fail_here(c);
    c->p++;
    return true;
}

static bool hex4(const char *p)
{
    for (int i = 0; i < 4; i++) {
        char c = (char)(p[i] | 32);
        if (!((p[i] >= '0' && p[i] <= '9') || (c >= 'a' && c <= 'f'))) return false;
    }
    return true;
}

static bool escape(struct json_cursor *c) /* c->p stands behind the backslash */
{
    if (c->p == c->end) return fail(c, JSON_TORN);
    char e = *c->p++;
    if (e != 'u') return (e && strchr("\"\\/bfnrt", e)) || fail(c, JSON_BAD);
    if (c->end - c->p < 4) return fail(c, JSON_TORN);
    if (!hex4(c->p)) return fail(c, JSON_BAD);
    c->p += 4;
    return true;
}

bool json_scan_string(struct json_cursor *c, struct span *raw, bool *escaped)
{
    *escaped = false;
    if (!json_scan_take(c, '"')) return false;
    const char *from = c->p;
    while (c->p < c->end && *c->p != '"') {
        unsigned char character = (unsigned char)*c->p++;
        if (character < 0x20) return fail(c, JSON_BAD);
        if (character != '\\') continue;
        *escaped = true;
        if (!escape(c)) return false;
    }
    if (c->p == c->end) return fail(c, JSON_TORN);
    *raw = (struct span){from, (size_t)(c->p++ - from)};
    return true;
}

static bool is_digit(const char *p, const char *end) { return p < end && *p >= '0' && *p <= '9'; }

/* strict - does a number that num_prefix took follow RFC 8259: no leading zeros, digits on both sides of the point? */
static bool strict(const char *p, const char *end)
{
    if (*p == '-') p++;
    if (!is_digit(p, end)) return false;
    if (*p == '0' && is_digit(p + 1, end)) return false;
    const char *point = memchr(p, '.', (size_t)(end - p));
    return !point || is_digit(point + 1, end);
}

static bool constant(struct span t)
{
    static const char *const words[] = {"NaN", "Infinity", "-Infinity", "nan", "-nan", "inf", "-inf", "-NaN", "Inf", "-Inf"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (span_is(t, words[i])) return true;
    return false;
}

size_t json_scan_number(struct span text, double *value)
{
    double v;
    size_t n = num_prefix(text, &v);
    if (!n || (!strict(text.p, text.p + n) && !constant((struct span){text.p, n}))) return 0;
    *value = v;
    return n;
}

static bool token_char(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '.' || c == '-' || c == '+';
}

/* bare - a number or a word. The token is cut first: "1e" and "Inf" may be the start of another one. */
static bool bare(struct json_cursor *c, enum json_kind *kind, double *value)
{
    struct span token = {c->p, 0};
    while (token.p + token.n < c->end && token_char(token.p[token.n])) token.n++;
    if (token.p + token.n == c->end) return fail(c, JSON_TORN);
    if (!token.n) return fail(c, JSON_BAD);
    bool is_word = span_is(token, "null") || span_is(token, "true") || span_is(token, "false");
    *kind = is_word ? JSON_WORD : JSON_NUMBER;
    *value = NAN;
    if (!is_word && json_scan_number(token, value) != token.n) return fail(c, JSON_BAD);
    c->p += token.n;
    return true;
}

static bool skip(struct json_cursor *c, int depth);

static bool skip_members(struct json_cursor *c, int depth, char close)
{
    struct span key;
    bool escaped;
    if (depth >= JSON_DEPTH_MAX) return fail(c, JSON_BAD);
    if (json_scan_take(c, close)) return true;
    if (c->state == JSON_TORN) return false;
    for (;;) {
        if (close == '}' && (!json_scan_string(c, &key, &escaped) || !json_scan_take(c, ':'))) return false;
        if (!skip(c, depth + 1)) return false;
        if (json_scan_take(c, close)) return true;
        if (!json_scan_take(c, ',')) return false;
    }
}

static bool skip(struct json_cursor *c, int depth)
{
    struct span raw;
    bool escaped;
    double value;
    enum json_kind kind;
    json_scan_space(c);
    if (c->p == c->end) return fail(c, JSON_TORN);
    switch (*c->p) {
    case '{': c->p++; return skip_members(c, depth, '}');
    case '[': c->p++; return skip_members(c, depth, ']');
    case '"': return json_scan_string(c, &raw, &escaped);
    default: return bare(c, &kind, &value);
    }
}

bool json_scan_skip(struct json_cursor *c) { return skip(c, 0); }

/* --- the walk --- */

struct walk {
    const struct json_sink *sink;
    size_t n; /* bytes of the path; over the limit while a name is too long */
    char path[JSON_PATH_MAX_BYTES];
};

static size_t push(struct walk *w, struct span key, bool escaped)
{
    size_t before = w->n;
    if (w->n && w->n < JSON_PATH_MAX_BYTES) w->path[w->n] = '/';
    if (w->n) w->n++;
    if (key.n >= JSON_PATH_MAX_BYTES || w->n + key.n > JSON_PATH_MAX_BYTES) w->n = JSON_PATH_MAX_BYTES + 1;
    else if (escaped) w->n += json_scan_unescape(key, w->path + w->n, JSON_PATH_MAX_BYTES - w->n);
    else memcpy(w->path + w->n, key.p, key.n), w->n += key.n;
    return before;
}

static void tell(const struct walk *w, enum json_kind kind, const char *from, const char *to, double value)
{
    struct span path = {w->path, w->n <= JSON_PATH_MAX_BYTES ? w->n : 0};
    w->sink->scalar(w->sink->arg, path, kind, (struct span){from, (size_t)(to - from)}, value);
}

/* short_list - how many numbers the array at c holds; 0 when it is empty, longer than the limit or holds something else. */
static int short_list(struct json_cursor c)
{
    enum json_kind kind;
    double value;
    for (int n = 1; n <= JSON_ARRAY_MAX; n++) {
        json_scan_space(&c);
        if (!bare(&c, &kind, &value) || kind != JSON_NUMBER) return 0;
        if (json_scan_take(&c, ']')) return n;
        if (!json_scan_take(&c, ',')) return 0;
    }
    return 0;
}

static bool array(struct json_cursor *c, struct walk *w, int depth)
{
    const char *from = c->p++;
    int n = short_list(*c);
    if (!n) {
        if (!skip_members(c, depth, ']')) return false;
        tell(w, JSON_SKIPPED, from, c->p, NAN);
        return true;
    }
    for (int i = 0; i < n; i++) {
        enum json_kind kind;
        double value;
        char index = (char)('0' + i);
        size_t before = push(w, (struct span){&index, 1}, false);
        json_scan_space(c);
        from = c->p;
        bare(c, &kind, &value);
        tell(w, JSON_NUMBER, from, c->p, value);
        json_scan_space(c);
        c->p++; /* the comma or bracket that short_list saw */
        w->n = before;
    }
    return true;
}

static bool members(struct json_cursor *c, struct walk *w, int depth);

static bool value(struct json_cursor *c, struct walk *w, int depth)
{
    json_scan_space(c);
    if (c->p == c->end) return fail(c, JSON_TORN);
    const char *from = c->p;
    if (*from == '{') return members(c, w, depth + 1);
    if (*from == '[') return array(c, w, depth + 1);
    if (*from == '"') {
        struct span raw;
        bool escaped;
        if (!json_scan_string(c, &raw, &escaped)) return false;
        tell(w, JSON_TEXT, raw.p, raw.p + raw.n, NAN);
        return true;
    }
    enum json_kind kind;
    double number;
    if (!bare(c, &kind, &number)) return false;
    tell(w, kind, from, c->p, number);
    return true;
}

static bool members(struct json_cursor *c, struct walk *w, int depth)
{
    struct span key;
    bool escaped;
    if (depth > JSON_DEPTH_MAX) return fail(c, JSON_BAD);
    if (!json_scan_take(c, '{')) return false;
    if (json_scan_take(c, '}')) return true;
    if (c->state == JSON_TORN) return false;
    for (;;) {
        if (!json_scan_string(c, &key, &escaped) || !json_scan_take(c, ':')) return false;
        size_t before = push(w, key, escaped);
        if (!value(c, w, depth)) return false;
        w->n = before;
        if (json_scan_take(c, '}')) return true;
        if (!json_scan_take(c, ',')) return false;
    }
}

bool json_scan_object(struct json_cursor *c, const struct json_sink *sink)
{
    struct walk w = {.sink = sink};
    c->state = JSON_OK;
    return members(c, &w, 1);
}

/* --- escapes --- */

static unsigned code_unit(const char *p)
{
    unsigned u = 0;
    for (int i = 0; i < 4; i++) u = u << 4 | (unsigned)(p[i] <= '9' ? p[i] - '0' : (p[i] | 32) - 'a' + 10);
    return u;
}

static size_t utf8(unsigned u, char to[4])
{
    if (u < 0x80) return to[0] = (char)u, 1;
    if (u < 0x800) return to[0] = (char)(0xC0 | u >> 6), to[1] = (char)(0x80 | (u & 63)), 2;
    if (u < 0x10000)
        return to[0] = (char)(0xE0 | u >> 12), to[1] = (char)(0x80 | (u >> 6 & 63)), to[2] = (char)(0x80 | (u & 63)), 3;
    to[0] = (char)(0xF0 | u >> 18), to[1] = (char)(0x80 | (u >> 12 & 63));
    return to[2] = (char)(0x80 | (u >> 6 & 63)), to[3] = (char)(0x80 | (u & 63)), 4;
}

/* one - decode what stands behind a backslash; returns the bytes read. A lone surrogate becomes U+FFFD. */
static size_t one(struct span s, unsigned *u)
{
    static const char names[] = "bfnrt", meaning[] = "\b\f\n\r\t";
    const char *known = s.p[0] ? strchr(names, s.p[0]) : NULL;
    *u = known ? (unsigned char)meaning[known - names] : (unsigned char)s.p[0];
    if (s.p[0] != 'u' || s.n < 5) return 1;
    *u = code_unit(s.p + 1);
    if (*u < 0xD800 || *u > 0xDFFF) return 5;
    unsigned low = *u < 0xDC00 && s.n >= 11 && s.p[5] == '\\' && s.p[6] == 'u' ? code_unit(s.p + 7) : 0;
    if (low < 0xDC00 || low > 0xDFFF) return *u = 0xFFFD, 5;
    *u = 0x10000 + ((*u - 0xD800) << 10) + (low - 0xDC00);
    return 11;
}

size_t json_scan_unescape(struct span raw, char *to, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < raw.n;) {
        char bytes[4] = {raw.p[i]};
        size_t length = 1;
        if (raw.p[i++] == '\\' && i < raw.n) {
            unsigned u;
            i += one(span_from(raw, i), &u);
            length = utf8(u, bytes);
        }
        if (n + length > max) break;
        memcpy(to + n, bytes, length);
        n += length;
    }
    return n;
}
