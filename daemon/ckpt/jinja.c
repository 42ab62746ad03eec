/* Only what stands in {{ }} and {% %} is code. Names are taken from it in order, and string literals with their escapes undone and with neighbours
 * that ~ or + would join put together, because x['__cla' ~ 'ss__'] and x|attr('\x5f\x5fclass\x5f\x5f') are the same as x.__class__. */
#include "jinja.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "../base/str.h"

enum { WORD_BYTES = 256, TOLD = 6 };

struct word {
    const char *name;
    enum ckpt_safety safety;
};
/* As a name or a whole string. */
static const struct word words[] = {
    {"__subclasses__", CKPT_MALICIOUS}, {"__globals__", CKPT_MALICIOUS},
    {"__builtins__", CKPT_MALICIOUS},   {"__import__", CKPT_MALICIOUS},
    {"__code__", CKPT_MALICIOUS},       {"__reduce__", CKPT_MALICIOUS},
    {"__reduce_ex__", CKPT_MALICIOUS},  {"__loader__", CKPT_MALICIOUS},
    {"__mro__", CKPT_MALICIOUS},        {"__bases__", CKPT_MALICIOUS},
    {"__base__", CKPT_MALICIOUS},       {"func_globals", CKPT_MALICIOUS},
    {"gi_frame", CKPT_MALICIOUS},       {"f_globals", CKPT_MALICIOUS},
    {"f_builtins", CKPT_MALICIOUS},     {"popen", CKPT_MALICIOUS},
    {"importlib", CKPT_MALICIOUS},      {"import_module", CKPT_MALICIOUS},
    {"subprocess", CKPT_MALICIOUS},     {"__getattribute__", CKPT_MALICIOUS},
    {"load_module", CKPT_MALICIOUS},    {"gi_code", CKPT_MALICIOUS},
    {"cr_frame", CKPT_MALICIOUS},       {"__getattr__", CKPT_MALICIOUS},
    {"__class__", CKPT_SUSPICIOUS},     {"__init__", CKPT_SUSPICIOUS},
    {"__dict__", CKPT_SUSPICIOUS},      {"__self__", CKPT_SUSPICIOUS},
    {"__func__", CKPT_SUSPICIOUS},      {"__call__", CKPT_SUSPICIOUS},
    {"__module__", CKPT_SUSPICIOUS},    {"__wrapped__", CKPT_SUSPICIOUS},
    {"lipsum", CKPT_SUSPICIOUS},        {"cycler", CKPT_SUSPICIOUS},
    {"joiner", CKPT_SUSPICIOUS},        {"_TemplateReference__context", CKPT_MALICIOUS},
    {"mro", CKPT_SUSPICIOUS},           {"get_flashed_messages", CKPT_SUSPICIOUS},
    {"url_for", CKPT_SUSPICIOUS},       {"environment", CKPT_SUSPICIOUS},
};
/* Only where they are called or reached as an attribute: as words they stand in texts too. */
static const struct word calls[] = {
    {"eval", CKPT_MALICIOUS},     {"exec", CKPT_MALICIOUS},     {"system", CKPT_MALICIOUS},   {"open", CKPT_SUSPICIOUS},
    {"compile", CKPT_SUSPICIOUS}, {"getattr", CKPT_SUSPICIOUS}, {"globals", CKPT_SUSPICIOUS}, {"attr", CKPT_SUSPICIOUS},
};
static const struct word tags[] = {
    {"include", CKPT_SUSPICIOUS},
    {"import", CKPT_SUSPICIOUS},
    {"extends", CKPT_SUSPICIOUS},
    {"from", CKPT_SUSPICIOUS},
};

struct reader {
    const char *p, *end;
    char string[WORD_BYTES]; /* literals that would be joined */
    size_t string_n;
    bool joins; /* a ~ or + stands behind the last literal */
    enum ckpt_safety worst;
    struct str names;
    unsigned told, dunders;
};

static const struct word *find(const struct word *table, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(table[i].name, name) == 0) return &table[i];
    return NULL;
}
#define FIND(table, name) find(table, sizeof(table) / sizeof *(table), name)

static void note(struct reader *r, const char *name, enum ckpt_safety s)
{
    if (s > r->worst) r->worst = s;
    if (r->told++ < TOLD) str_addf(&r->names, "%s%s", r->names.n ? ", " : "", name);
}

static bool is_dunder(const char *s)
{
    size_t n = strlen(s);
    return n > 4 && s[0] == '_' && s[1] == '_' && s[n - 1] == '_' && s[n - 2] == '_';
}

static void judge_word(struct reader *r, const char *name)
{
    const struct word *w = FIND(words, name);
    if (w) note(r, name, w->safety);
    else if (is_dunder(name)) note(r, name, CKPT_SUSPICIOUS);
}

/* Every name in the joined literals, also in the midst: '{0.__class__}'.format(x). */
static void judge_string(struct reader *r)
{
    char name[WORD_BYTES];
    size_t n = 0;
    for (size_t i = 0; i <= r->string_n; i++) {
        char c = i < r->string_n ? r->string[i] : 0;
        if (isalnum((unsigned char)c) || c == '_') {
            name[n++] = c;
            continue;
        }
        name[n] = 0;
        if (strchr(name, '_')) judge_word(r, name); /* plain words are text */
        if (n && n == r->string_n) {
            const struct word *w = FIND(words, name);
            if (w && !strchr(name, '_')) note(r, name, w->safety);
        }
        n = 0;
    }
    r->string_n = 0;
}

static int hex(const char *p, const char *end, int digits)
{
    int v = 0;
    if (end - p < digits) return -1;
    for (int i = 0; i < digits; i++) {
        if (!isxdigit((unsigned char)p[i])) return -1;
        v = v << 4 | (p[i] <= '9' ? p[i] - '0' : (p[i] | 32) - 'a' + 10);
    }
    return v;
}

/* One character behind a backslash, as Python undoes it. */
static char unescape(struct reader *r)
{
    char c = *r->p++;
    int digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0, v = digits ? hex(r->p, r->end, digits) : -1;
    if (digits && v >= 0) return r->p += digits, v < 128 ? (char)v : '?';
    if (c < '0' || c > '7') return c;
    for (v = c - '0'; r->p < r->end && *r->p >= '0' && *r->p <= '7' && v < 32; r->p++) v = v * 8 + *r->p - '0';
    return v < 128 ? (char)v : '?';
}

static void read_string(struct reader *r)
{
    char quote = *r->p++;
    if (!r->joins) judge_string(r);
    while (r->p < r->end && *r->p != quote) {
        char c = *r->p++;
        if (c == '\\' && r->p < r->end) c = unescape(r);
        if (r->string_n < sizeof r->string - 1) r->string[r->string_n++] = c;
        else judge_string(r);
    }
    if (r->p < r->end) r->p++;
    r->joins = true; /* 'a' 'b' is one string, too */
}

/* attr with a plain name does no more than a dot does. */
static bool names_plainly(struct span rest)
{
    rest = span_trim(rest);
    if (rest.n < 3 || rest.p[0] != '(') return false;
    rest = span_trim(span_from(rest, 1));
    if (!rest.n || (rest.p[0] != '\'' && rest.p[0] != '"')) return false;
    for (size_t i = 1; i < rest.n && rest.p[i] != '\\'; i++)
        if (rest.p[i] == rest.p[0]) return span_starts(span_trim(span_from(rest, i + 1)), ")");
    return false;
}

static void read_name(struct reader *r, char before, bool tag)
{
    char name[WORD_BYTES];
    size_t n = 0;
    for (; r->p < r->end && (isalnum((unsigned char)*r->p) || *r->p == '_'); r->p++)
        if (n < sizeof name - 1) name[n++] = *r->p;
    name[n] = 0;
    struct span rest = {r->p, (size_t)(r->end - r->p)};
    judge_word(r, name);
    bool called = span_starts(span_trim(rest), "(");
    const struct word *w = FIND(calls, name);
    if (w && called && !(strcmp(name, "attr") == 0 && names_plainly(rest))) note(r, name, w->safety);
    if (before == '.' && (strcmp(name, "os") == 0 || strcmp(name, "sys") == 0)) note(r, name, CKPT_MALICIOUS);
    if (tag && (w = FIND(tags, name))) note(r, name, w->safety);
}

/* One {{ ... }} or {% ... %}: from behind the opening to the closing, strings may hold the closing. */
static void read_code(struct reader *r, char kind)
{
    char close = kind == '{' ? '}' : '%', before = 0;
    bool first = true;
    while (r->p + 1 < r->end && !(r->p[0] == close && r->p[1] == '}')) {
        char c = *r->p;
        if (c == '\'' || c == '"') {
            read_string(r);
        } else if (isalpha((unsigned char)c) || c == '_') {
            read_name(r, before, kind == '%' && first);
            first = r->joins = false;
        } else {
            if (c == '~' || c == '+') r->joins = true;
            else if (!isspace((unsigned char)c)) r->joins = false;
            r->p++;
        }
        if (!isspace((unsigned char)c) && c != '-') before = c;
    }
    judge_string(r);
    r->joins = false;
}

static void skip_comment(struct reader *r)
{
    const char *close = memmem(r->p, (size_t)(r->end - r->p), "#}", 2);
    r->p = close ? close + 2 : r->end;
}

void jinja_judge(struct span text, const char *where, const struct ckpt_sink *out)
{
    struct reader r = {.p = text.p, .end = text.p + text.n};
    while (r.p + 1 < r.end) {
        char kind = r.p[0] == '{' ? r.p[1] : 0;
        r.p += kind == '{' || kind == '%' || kind == '#' ? 2 : 1;
        if (kind == '{' || kind == '%') read_code(&r, kind);
        else if (kind == '#') skip_comment(&r);
    }
    if (r.worst != CKPT_SAFE)
        ckpt_say_safety(out, r.worst, "%s is a program that reaches for %s", where,
                        r.names.p ? r.names.p : "what a template has no use for");
    str_done(&r.names);
}
