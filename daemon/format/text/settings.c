/* text_settings - see text/settings.h.
 *
 * Shapes: Namespace(lr=20, clip=0.25) and other Config(...) dumps; {'optimization': {'d_lr': 0.0002}}; cmd = python train.py
 * --lr 1e-3 --fp16; Megatron's and DeepSpeed's "  learning_rate ........ 0.00015"; known names that stand alone (text_known); what a
 * program says about its machine (text_environment). Dumps of several lines: text_block. */
#include "settings.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "../../base/num.h"
#include "command.h"
#include "environment.h"
#include "known.h"

struct path {
    char text[TEXT_FACT_MAX_BYTES];
    size_t n;
};
struct dump {
    const char *p, *end;
    struct path path;
    struct text_facts *facts;
    const struct format_out *out;
    char assign;
};

static uint32_t hash_of(struct span key, struct span value)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < key.n; i++) h = (h ^ (unsigned char)key.p[i]) * 0x100000001b3u;
    h *= 31;
    for (size_t i = 0; i < value.n; i++) h = (h ^ (unsigned char)value.p[i]) * 0x100000001b3u;
    return (uint32_t)(h >> 32) | 1;
}

void text_fact(struct text_facts *f, struct span key, struct span value, const struct format_out *out)
{
    enum { SLOTS = 2 * TEXT_FACTS_MAX };
    key = span_trim(key);
    value = span_trim(value);
    if (!key.n || key.n > TEXT_FACT_MAX_BYTES || f->n >= TEXT_FACTS_MAX) return;
    if (value.n > TEXT_FACT_MAX_BYTES) value.n = TEXT_FACT_MAX_BYTES;
    uint32_t hash = hash_of(key, value), at = hash % SLOTS;
    for (; f->seen[at]; at = (at + 1) % SLOTS)
        if (f->seen[at] == hash) return;
    f->seen[at] = hash;
    f->n++;
    if (span_is(key, "logging_steps") && !num_parse(value, &f->logging_steps)) f->logging_steps = 0;
    out->fact(out->arg, key, value);
}

struct span text_unquote(struct span s)
{
    s = span_trim(s);
    if (s.n >= 2 && (s.p[0] == '\'' || s.p[0] == '"') && s.p[s.n - 1] == s.p[0]) return (struct span){s.p + 1, s.n - 2};
    return s;
}

static bool word_char(char c) { return isalnum((unsigned char)c) || c == '_'; }

/* item_end - the ',' or closing bracket that ends a value at p, quotes and inner brackets skipped. */
static const char *item_end(const char *p, const char *end)
{
    int depth = 0;
    for (char quote = 0; p < end; p++) {
        if (quote) {
            if (*p == '\\') p++;
            else if (*p == quote) quote = 0;
        } else if (*p == '\'' || *p == '"') quote = *p;
        else if (strchr("([{", *p)) depth++;
        else if (strchr(")]}", *p) && depth-- == 0) break;
        else if (*p == ',' && !depth) break;
    }
    return p < end ? p : end;
}

static void path_push(struct path *path, struct span key)
{
    if (path->n + key.n + 1 >= sizeof path->text) key.n = 0;
    if (path->n && key.n) path->text[path->n++] = '/';
    memcpy(path->text + path->n, key.p, key.n);
    path->n += key.n;
}

/* dump_items - "key: value, key: value" up to the end; values that are dicts themselves go one level down. */
static void dump_items(struct dump *d, const char *p, const char *end, char assign, int depth)
{
    while (p < end) {
        const char *next = item_end(p, end), *eq = p;
        while (eq < next && *eq != assign) eq++;
        struct span key = text_unquote((struct span){p, (size_t)(eq - p)});
        struct span value = span_trim((struct span){eq < next ? eq + 1 : next, eq < next ? (size_t)(next - eq) - 1 : 0});
        size_t before = d->path.n;
        if (eq < next && key.n && key.n < 100) {
            path_push(&d->path, key);
            if (value.n > 1 && value.p[0] == '{' && depth < TEXT_FACT_DEPTH_MAX)
                dump_items(d, value.p + 1, value.p + value.n - (value.p[value.n - 1] == '}'), ':', depth + 1);
            else text_fact(d->facts, (struct span){d->path.text, d->path.n}, text_unquote(value), d->out);
        }
        d->path.n = before;
        p = next < end ? next + 1 : end;
    }
}

static bool dict(struct text_facts *f, struct span s, const struct format_out *out)
{
    const char *open = memchr(s.p, '{', s.n);
    if (!open || open - s.p > 60 || s.n - (size_t)(open - s.p) < 8 || (open[1] != '\'' && open[1] != '"')) return false;
    struct dump d = {.facts = f, .out = out};
    const char *end = s.p + s.n, *colon = s.p[0] == '\'' ? memchr(s.p, ':', (size_t)(open - s.p)) : NULL;
    if (colon) path_push(&d.path, text_unquote((struct span){s.p, (size_t)(colon - s.p)}));
    dump_items(&d, open + 1, end[-1] == '}' ? end - 1 : end, ':', 1);
    return true;
}

/* call - Name(key=value, ...) of settings objects; model dumps are calls as well, so the name decides. */
static bool call(struct text_facts *f, struct span s, const struct format_out *out)
{
    static const char *const names[] = {"Namespace", "Config",  "Args",     "Arguments", "Parameters",
                                        "HParams",   "Options", "Settings", "Cfg"};
    const char *open = memchr(s.p, '(', s.n < 80 ? s.n : 80);
    if (!open || open == s.p || !word_char(open[-1])) return false;
    const char *from = open;
    while (from > s.p && word_char(from[-1])) from--;
    struct span name = {from, (size_t)(open - from)};
    bool known = false;
    for (size_t i = 0; i < sizeof names / sizeof *names && !known; i++) {
        size_t n = strlen(names[i]);
        known = name.n >= n && strncasecmp(name.p + name.n - n, names[i], n) == 0;
    }
    if (!known || span_starts(name, "Eval") || !memchr(open, '=', (size_t)(s.p + s.n - open))) return false;
    struct dump d = {.facts = f, .out = out};
    const char *end = s.p + s.n;
    dump_items(&d, open + 1, end[-1] == ')' ? end - 1 : end, '=', 1);
    return true;
}

/* dotted - "learning_rate ........ 0.00015"; DeepSpeed leaves the dots out when the name is long, these are not read. */
static bool dotted(struct text_facts *f, struct span s, const struct format_out *out)
{
    size_t n = 0, dots = 0;
    while (n < s.n && word_char(s.p[n])) n++;
    while (n + 1 + dots < s.n && s.p[n + 1 + dots] == '.') dots++;
    if (!n || n >= s.n || s.p[n] != ' ' || dots < 3) return false;
    struct span value = span_trim(span_from(s, n + 1 + dots));
    struct dump d = {.facts = f, .out = out};
    if (value.n > 2 && value.p[0] == '{') {
        path_push(&d.path, (struct span){s.p, n});
        dump_items(&d, value.p + 1, value.p + value.n - (value.p[value.n - 1] == '}'), ':', 1);
    } else if (value.n && !span_is(value, "{")) text_fact(f, (struct span){s.p, n}, text_unquote(value), out);
    return true;
}

bool text_settings_dotted(struct text_facts *f, struct span s, const struct format_out *out)
{
    return s.n > 8 && dotted(f, s, out);
}

bool text_settings(struct text_facts *f, struct span s, const struct format_out *out)
{
    if (s.n < 4) return false;
    return dict(f, s, out) || call(f, s, out) || text_command(f, s, out) || text_known(f, s, out) || text_environment(f, s, out);
}
