/* text_block - see text/block.h. Sources: transformers' TrainingArguments.__str__, torch.optim.Optimizer.__repr__, json.dumps with indent. */
#include "block.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "../field.h"

static bool word_char(char c) { return isalnum((unsigned char)c) || c == '_'; }

static size_t word_length(struct span s)
{
    size_t n = 0;
    while (n < s.n && word_char(s.p[n])) n++;
    return n;
}

/* is_arguments - "TrainingArguments(" and other objects of settings; models are printed alike. */
static bool is_arguments(struct span s)
{
    static const char *const names[] = {"Namespace", "Config",  "Args",     "Arguments", "Parameters",
                                        "HParams",   "Options", "Settings", "Cfg"};
    size_t n = word_length(s);
    if (!n || n + 1 != s.n) return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = strlen(names[i]);
        if (n >= length && strncasecmp(s.p + n - length, names[i], length) == 0) return true;
    }
    return false;
}

/* unlabelled - "AdamW (" of "optimizer: AdamW (". */
static struct span unlabelled(struct span s)
{
    size_t n = word_length(s);
    bool labelled = n && n + 2 < s.n && s.p[n] == ':' && s.p[n + 1] == ' ' && span_has((struct span){s.p, n}, "ptim");
    return labelled ? span_trim(span_from(s, n + 1)) : s;
}

static bool open_block(struct text_block *b, struct span s, bool records)
{
    enum { HEAD_MAX_BYTES = 80 };
    char last = s.p[s.n - 1];
    if (last == '(') s = unlabelled(s);
    size_t n = word_length(s);
    if (s.n > HEAD_MAX_BYTES || (last != '(' && last != '{')) return false;
    struct text_block fresh = {.group = -1};
    if (last == '{' && !records && !memchr(s.p, '(', s.n)) fresh.kind = BLOCK_JSON;
    else if (last == '(' && is_arguments(s)) fresh.kind = BLOCK_CALL;
    else if (last == '(' && n && isupper((unsigned char)s.p[0]) && n + 2 == s.n && s.p[n] == ' ') fresh.kind = BLOCK_GROUP;
    else return false;
    if (fresh.kind == BLOCK_GROUP && n < sizeof fresh.path) memcpy(fresh.path, s.p, fresh.n = n);
    *b = fresh;
    return true;
}

/* assigned - "key=value," */
static bool assigned(struct text_facts *f, struct span s, const struct format_out *out)
{
    size_t n = word_length(s);
    if (!n || n >= s.n || s.p[n] != '=') return false;
    struct span value = span_from(s, n + 1);
    if (value.n && value.p[value.n - 1] == ',') value.n--;
    text_fact(f, (struct span){s.p, n}, text_unquote(value), out);
    return true;
}

/* grouped - "Parameter Group 1" and "lr: 0.001" below it. */
static bool grouped(struct text_block *b, struct text_facts *f, struct span s, const struct format_out *out)
{
    size_t n = word_length(s);
    if (span_starts(s, "Parameter Group ")) {
        if (b->group++ < 0) text_fact(f, span_of("optimizer"), (struct span){b->path, b->n}, out);
        return true;
    }
    if (b->group < 0 || !n || n >= s.n || s.p[n] != ':') return false;
    struct span value = span_trim(span_from(s, n + 1));
    bool settled = value.n && !span_is(value, "None") && !b->group; /* the other groups differ in little */
    if (settled) text_fact(f, (struct span){s.p, n}, value, out);
    return true;
}

static bool push(struct text_block *b, struct span key)
{
    if (b->depth == TEXT_BLOCK_LEVELS || b->n + key.n + 1 >= sizeof b->path) return false;
    b->level[b->depth++] = b->n;
    memcpy(b->path + b->n, key.p, key.n);
    b->n += key.n;
    b->path[b->n++] = '/';
    return true;
}

/* in_list - lines of a list are passed over. */
static bool in_list(struct text_block *b, struct span s)
{
    if (!b->list) return false;
    for (size_t i = 0; i < s.n; i++) b->list += (s.p[i] == '[') - (unsigned)(s.p[i] == ']' && b->list);
    return true;
}

/* member - `"key": value,`, `"key": {`, `},`; "epoch" and "step" belong to a record. */
static bool member(struct text_block *b, struct text_facts *f, struct span s, const struct format_out *out)
{
    if (in_list(b, s)) return true;
    if (s.p[0] == '}') {
        if (b->depth) b->n = b->level[--b->depth];
        else b->kind = BLOCK_NONE;
        return true;
    }
    const char *close = s.p[0] == '"' ? memchr(s.p + 1, '"', s.n - 1) : NULL;
    if (!close || close + 2 > s.p + s.n || close[1] != ':') return false;
    struct span key = {s.p + 1, (size_t)(close - s.p) - 1}, value = span_trim(span_from(s, key.n + 3));
    if (value.n && value.p[value.n - 1] == ',') value.n--;
    if (!b->depth && field_rank(field_of(key)) != FIELD_UNRANKED && !span_is(key, "epochs")) return false;
    if (span_is(value, "{")) return push(b, key);
    if (value.n && value.p[0] == '[' && value.p[value.n - 1] != ']') return b->list = 1, true;
    char path[TEXT_BLOCK_PATH_BYTES + 128];
    if (key.n > 120 || !value.n || span_is(value, "null")) return true;
    memcpy(path, b->path, b->n);
    memcpy(path + b->n, key.p, key.n);
    text_fact(f, (struct span){path, b->n + key.n}, text_unquote(value), out);
    return true;
}

bool text_block(struct text_block *b, struct text_facts *f, struct span body, bool records, const struct format_out *out)
{
    bool fits = false;
    if (b->kind == BLOCK_NONE) return open_block(b, body, records);
    if (++b->lines > TEXT_BLOCK_LINES) b->kind = BLOCK_NONE;
    if (b->kind != BLOCK_JSON && span_is(body, ")")) return b->kind = BLOCK_NONE, true;
    switch (b->kind) {
    case BLOCK_CALL: fits = assigned(f, body, out); break;
    case BLOCK_GROUP: fits = grouped(b, f, body, out); break;
    case BLOCK_JSON: fits = member(b, f, body, out); break;
    case BLOCK_NONE: break;
    }
    if (!fits) b->kind = BLOCK_NONE;
    return fits || open_block(b, body, records);
}
