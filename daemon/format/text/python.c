/* text_python - see text/python.h. Source: open-mmlab/mmengine, mmengine/config/config.py (pretty_text). */
#include "python.h"

#include <ctype.h>
#include <string.h>

enum { DEPTH_TOLD = 3 };

static bool word_char(char c) { return isalnum((unsigned char)c) || c == '_'; }

static size_t word_length(struct span s)
{
    size_t n = 0;
    while (n < s.n && word_char(s.p[n])) n++;
    return n;
}

static struct span skip_blanks(struct span s)
{
    while (s.n && s.p[0] == ' ') s = span_from(s, 1);
    return s;
}

/* assigned - the "key =" at the start of s, and what stands behind it; false when there is none. */
static bool assigned(struct span s, struct span *key, struct span *value)
{
    *key = (struct span){s.p, word_length(s)};
    struct span rest = skip_blanks(span_from(s, key->n));
    if (!key->n || isdigit((unsigned char)key->p[0]) || rest.n < 2 || rest.p[0] != '=' || rest.p[1] == '=') return false;
    *value = skip_blanks(span_from(rest, 1));
    return value->n > 0;
}

static bool opens(struct span s)
{
    struct span key, value;
    char last = s.n ? s.p[s.n - 1] : 0;
    return (last == '(' || last == ')' || last == ',') && assigned(s, &key, &value) && span_starts(value, "dict(");
}

/* goes_on - can the line stand within a dump? */
static bool goes_on(const struct text_python *d, struct span s)
{
    struct span key, value;
    return strchr(")]}", s.p[0]) || assigned(s, &key, &value) || (d->lists && !isupper((unsigned char)s.p[0]));
}

static bool push(struct text_python *d, struct span key, bool list)
{
    if (d->depth == TEXT_PYTHON_LEVELS || d->n + key.n + 1 >= sizeof d->path) return false;
    d->level[d->depth].above = d->n;
    d->level[d->depth++].list = list;
    d->lists += list;
    memcpy(d->path + d->n, key.p, key.n);
    d->n += key.n;
    d->path[d->n++] = '/';
    return true;
}

static void pop(struct text_python *d)
{
    if (!d->depth) return;
    d->n = d->level[--d->depth].above;
    d->lists -= d->level[d->depth].list;
}

/* wanted - of hooks and of held-out data nothing: their batch size is not the training's. */
static bool wanted(const struct text_python *d)
{
    static const char *const others[] = {"val", "test", "default_hooks", "custom_hooks", "vis", "env_cfg", "log", "dist"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (span_starts((struct span){d->path, d->n}, others[i])) return false;
    return !d->lists && d->depth <= DEPTH_TOLD;
}

static void tell(const struct text_python *d, struct text_facts *f, struct span key, struct span value,
                 const struct format_out *out)
{
    char name[TEXT_PYTHON_PATH_BYTES];
    if (!wanted(d) || d->n + key.n > sizeof name || span_is(value, "None")) return;
    memcpy(name, d->path, d->n);
    memcpy(name + d->n, key.p, key.n);
    text_fact(f, (struct span){name, d->n + key.n}, text_unquote(value), out);
}

/* literal - the length of a value that opens nothing: up to the ',' or bracket behind it, quotes skipped. */
static size_t literal(struct span s)
{
    char quote = 0;
    size_t n = 0;
    for (; n < s.n; n++) {
        char c = s.p[n];
        if (quote) quote = c == quote ? 0 : quote;
        else if (c == '\'' || c == '"') quote = c;
        else if (strchr(",()[]{}", c)) break;
    }
    return n;
}

/* step - read one thing at the start of s; returns its length, 0 when brackets are nested too deep. */
static size_t step(struct text_python *d, struct text_facts *f, struct span s, const struct format_out *out)
{
    static const struct span nameless = {"", 0};
    struct span key, value;
    bool pair = assigned(s, &key, &value);
    size_t before = pair ? (size_t)(value.p - s.p) : 0, n = literal(pair ? value : s);
    char next = before + n < s.n ? s.p[before + n] : 0;
    if (!before && !n && strchr(")]}", s.p[0])) return pop(d), 1;
    if (!before && !n && s.p[0] == ',') return 1;
    if (next == '(' || next == '[' || next == '{') {
        bool dict = pair && span_is((struct span){value.p, n}, "dict");
        return push(d, pair ? key : nameless, !dict) ? before + n + 1 : 0;
    }
    if (pair) tell(d, f, key, (struct span){value.p, n}, out);
    return before + n;
}

bool text_python(struct text_python *d, struct text_facts *f, struct span body, bool fresh, const struct format_out *out)
{
    if (fresh || (d->depth && (d->lines > TEXT_PYTHON_LINES || !goes_on(d, body)))) d->depth = 0;
    if (!d->depth && !opens(body)) return false;
    if (!d->depth) d->n = d->lines = d->lists = 0;
    d->lines++;
    for (struct span rest = skip_blanks(body); rest.n;) {
        size_t n = step(d, f, rest, out);
        if (!n) d->depth = 0;
        if (!d->depth) break;
        rest = skip_blanks(span_from(rest, n));
    }
    return true;
}
