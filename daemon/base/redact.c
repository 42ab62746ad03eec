/* redact - see redact.h.
 *
 * The text is walked word by word; a word is a run of what keys and tokens are made of. A word is hidden when its shape is that of
 * a known kind of key, when the word before it names a secret and '=' , ':' or (behind "--name") a blank lies between, or when it
 * follows "Bearer". Shapes: the prefixes that the issuers document (GitHub, Hugging Face, OpenAI, AWS, Slack, GitLab, Google);
 * JSON web tokens (RFC 7519): three base64url parts, the first begins with "eyJ". */
#include "redact.h"

#include <ctype.h>
#include <strings.h>

static const char hidden[] = "[redacted]";

static bool name_is(struct span part, const char *word)
{
    return part.n == strlen(word) && strncasecmp(part.p, word, part.n) == 0;
}

/* next_part - api_key, apiKey and API-KEY have the parts api, key. */
static struct span next_part(struct span *rest)
{
    size_t i = 0, n = 0;
    while (i < rest->n && !isalnum((unsigned char)rest->p[i])) i++;
    while (i + n < rest->n && isalnum((unsigned char)rest->p[i + n])) {
        bool camel = n && isupper((unsigned char)rest->p[i + n]) && islower((unsigned char)rest->p[i + n - 1]);
        if (camel) break;
        n++;
    }
    struct span part = {rest->p + i, n};
    *rest = span_from(*rest, i + n);
    return part;
}

/* is_count - words that make "token" a unit of text: num_tokens, token_count, tokens_per_second, pad_token_id. */
static bool is_count(struct span part)
{
    static const char *const words[] = {"num",
                                        "max",
                                        "min",
                                        "total",
                                        "per",
                                        "count",
                                        "id",
                                        "ids",
                                        "pad",
                                        "eos",
                                        "bos",
                                        "unk",
                                        "mask",
                                        "cls",
                                        "sep",
                                        "type",
                                        "level",
                                        "mean",
                                        "accuracy",
                                        "acc",
                                        "loss",
                                        "length",
                                        "size",
                                        "val",
                                        "special",
                                        "image",
                                        "dropout",
                                        "embedding",
                                        "classification",
                                        "new",
                                        "consumed",
                                        "seen",
                                        "train",
                                        "input",
                                        "output",
                                        "drop"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (name_is(part, words[i])) return true;
    return false;
}

bool redact_key(struct span key)
{
    static const char *const always[] = {"secret",        "password",  "passwd",     "passphrase",  "pwd",
                                         "authorization", "apikey",    "credential", "credentials", "accesskey",
                                         "privatekey",    "secretkey", "authtoken",  "cookie",      "webhook"};
    bool token = false, count = false, opens = false;
    for (struct span rest = key, part = next_part(&rest); part.n; part = next_part(&rest)) {
        for (size_t i = 0; i < sizeof always / sizeof *always; i++)
            if (name_is(part, always[i])) return true;
        if (opens && name_is(part, "key")) return true;
        opens = name_is(part, "api") || name_is(part, "access") || name_is(part, "private") || name_is(part, "signing") ||
                name_is(part, "encryption");
        token |= name_is(part, "token") || name_is(part, "auth");
        count |= is_count(part);
    }
    return token && !count;
}

/* Prefixes of issued keys; least: how many characters of key follow. */
static const struct {
    const char *prefix;
    size_t least;
} shapes[] = {
    {"hf_", 16},   {"sk-", 16},     {"sk_live_", 10}, {"rk_live_", 10}, {"ghp_", 16},   {"gho_", 16}, {"ghu_", 16},
    {"ghs_", 16},  {"ghr_", 16},    {"AKIA", 12},     {"ASIA", 12},     {"xoxb-", 8},   {"xoxp-", 8}, {"xoxa-", 8},
    {"xoxs-", 8},  {"xoxr-", 8},    {"xapp-", 8},     {"AIza", 30},     {"glpat-", 16}, {"npm_", 30}, {"github_pat_", 20},
    {"pypi-", 30}, {"wandb_v", 20}, {"r8_", 30},      {"gsk_", 20},     {"ya29.", 16},
};

static bool word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.' || c == '+' || c == '/' || c == '~' ||
           (unsigned char)c >= 0x80;
}

static bool is_web_token(struct span w)
{
    if (w.n < 30 || !span_starts(w, "eyJ")) return false;
    const char *dot = memchr(w.p, '.', w.n);
    return dot && memchr(dot + 1, '.', w.n - (size_t)(dot - w.p) - 1);
}

static bool is_secret(struct span w)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (span_starts(w, shapes[i].prefix) && w.n >= strlen(shapes[i].prefix) + shapes[i].least && !memchr(w.p, '/', w.n))
            return true;
    return is_web_token(w);
}

/* secret_inside - where in a word a secret of known shape begins (behind '/', say); w.n when there is none. */
static size_t secret_inside(struct span w)
{
    for (size_t i = 0; i < w.n; i++) {
        if (i && (isalnum((unsigned char)w.p[i - 1]) || w.p[i - 1] == '_')) continue;
        struct span rest = span_from(w, i);
        const char *slash = memchr(rest.p, '/', rest.n);
        if (slash) rest.n = (size_t)(slash - rest.p);
        if (is_secret(rest)) return i;
    }
    return w.n;
}

/* credentials - the length of "user:password" in "//user:password@host" at the start of s (behind the slashes); 0 for none. */
static size_t credentials(struct span s)
{
    size_t i = 0;
    bool colon = false;
    while (i < s.n && !isspace((unsigned char)s.p[i]) && !strchr("/@\"'<>", s.p[i])) colon |= s.p[i++] == ':';
    return i && i < s.n && s.p[i] == '@' && (colon || i >= 16) ? i : 0;
}

/* Between a secret's name and its value: blanks, quotes, one ':' or '='. */
struct between {
    bool assigned, blank_only;
    size_t n;
};

static struct between between(struct span s)
{
    struct between b = {false, true, 0};
    while (b.n < s.n && strchr(" \t\"'=:", s.p[b.n])) {
        b.assigned |= s.p[b.n] == '=' || s.p[b.n] == ':';
        b.blank_only &= s.p[b.n] == ' ' || s.p[b.n] == '\t';
        b.n++;
    }
    return b;
}

static size_t value_length(struct span s)
{
    size_t n = 0;
    while (n < s.n && !isspace((unsigned char)s.p[n]) && !strchr("\"',;)}]&", s.p[n])) n++;
    return n;
}

/* hide_value - if the word names a secret, append what is between and the mark; returns the bytes taken behind the word. */
static size_t hide_value(struct str *out, struct span word, struct span rest)
{
    bool scheme = name_is(word, "bearer"), flag = span_starts(word, "--");
    if (!scheme && !redact_key(word)) return 0;
    struct between b = between(rest);
    if (!b.n || !(b.assigned || ((scheme || flag) && b.blank_only))) return 0;
    size_t n = value_length(span_from(rest, b.n)), skip = 0;
    struct span value = {rest.p + b.n, n};
    bool worded = name_is(value, "bearer") || name_is(value, "basic");
    if (worded) {
        while (b.n + n + skip < rest.n && rest.p[b.n + n + skip] == ' ') skip++;
        skip += value_length(span_from(rest, b.n + n + skip));
    }
    if (!n || value.p[0] == '[' || name_is(value, "none") || name_is(value, "null")) return 0;
    str_add_span(out, (struct span){rest.p, b.n});
    str_add(out, hidden);
    return b.n + n + skip;
}

static size_t word_at(struct span s)
{
    size_t n = 0;
    while (n < s.n && word_char(s.p[n])) n++;
    return n;
}

static void add_word(struct str *out, struct span word)
{
    size_t at = secret_inside(word);
    str_add_span(out, (struct span){word.p, at});
    if (at < word.n) str_add(out, hidden);
}

void redact_text(struct str *out, struct span s)
{
    while (s.n) {
        size_t n = word_at(s);
        if (!n) {
            bool url = s.n > 3 && span_starts(s, "://");
            n = url ? 3 : 1;
            str_add_span(out, (struct span){s.p, n});
            s = span_from(s, n);
            size_t user = url ? credentials(s) : 0;
            if (user) str_add(out, hidden);
            s = span_from(s, user);
            continue;
        }
        struct span word = {s.p, n};
        s = span_from(s, n);
        add_word(out, word);
        s = span_from(s, hide_value(out, word, s));
    }
}

void redact(struct str *out, struct span key, struct span value)
{
    bool empty =
        !value.n || name_is(value, "none") || name_is(value, "null") || name_is(value, "true") || name_is(value, "false");
    if (!empty && redact_key(key)) str_add(out, hidden);
    else redact_text(out, value);
}
