/* text_pairs - see text/pairs.h.
 *
 * Words gather into a key until '=' or ':' or a number ends it; a number behind a key makes a pair. Separators (| , ; tab, " - ",
 * brackets) drop a key without a number. Numbers may carry a unit ("184.22ms", "3.96GB", "12 samples/sec") or stand in the name of
 * their type ("np.float64(0.5)", "tensor(0.5, device='cuda:0')"); "nanms", dates, clock times, versions and hashes are no numbers.
 * "nan.0" is one: progress bars pad with zeros. None and n/a end a key without a value.
 * What stands in other call brackets, BatchNorm2d(384, eps=0.0001), is code and never read. Two numbers in brackets that a line begins
 * with, "[2, 4000]" of PyTorch's tutorials, are epoch and batch, and so are those of "Epoch: [2][40]". */
#include "pairs.h"

#include <math.h>
#include <strings.h>

#include "../../base/num.h"
#include "word.h"

struct phrase {
    const char *start, *end, *last; /* last: its last word; start is NULL when there is none */
    unsigned words;
};
struct scan {
    const char *start, *p, *end;
    struct phrase key, outer; /* outer: the key before an opening bracket, taken up again behind it */
    char separator;           /* 0 until one was seen */
    bool inside;
    size_t before;       /* pairs in front of that bracket */
    double spread;       /* of the number in hand */
    struct span section; /* of the pairs to come */
    struct text_pairs *out;
};

/* What counters without a name are called. */
static const char epoch_word[] = "epoch", batch_word[] = "batch";
static const struct phrase of_epoch = {epoch_word, epoch_word + sizeof epoch_word - 1, epoch_word, 1},
                           batch = {batch_word, batch_word + sizeof batch_word - 1, batch_word, 1};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool ends_word(char c)
{
    switch (c) {
    case ' ':
    case '\t':
    case '|':
    case ',':
    case ';':
    case '(':
    case ')':
    case '[':
    case ']':
    case '{':
    case '}':
    case '=':
    case ':':
    case '"': return true;
    default: return false;
    }
}
static bool at_end(const struct scan *s, const char *p) { return p >= s->end; }

static void drop_key(struct scan *s)
{
    if (s->key.words == 1) s->section = (struct span){s->key.start, (size_t)(s->key.end - s->key.start)};
    s->out->prose += s->key.words;
    s->key = (struct phrase){0};
    s->separator = 0;
}

static void add_pair(struct scan *s, double value, double total, bool percent)
{
    struct text_pairs *out = s->out;
    bool named = s->key.start != NULL;
    if (!s->separator) s->separator = ' ';
    if ((named || !isnan(total)) && out->n < TEXT_PAIRS_MAX) {
        struct text_pair *pair = &out->pair[out->n++];
        *pair = (struct text_pair){{"", 0},   s->section, NULL,         value,        total,   NAN,
                                   s->spread, 0,          s->key.words, s->separator, percent, false};
        if (named) pair->key = (struct span){s->key.start, (size_t)(s->key.end - s->key.start)};
        if (named) pair->last = (uint32_t)(s->key.last - s->key.start);
    }
    s->key = (struct phrase){0};
    s->separator = 0;
    s->spread = NAN;
}

/* opaque - a token that looks like a number and is none; it is the text value of its key. */
static void opaque(struct scan *s)
{
    while (!at_end(s, s->p) && (!ends_word(*s->p) || *s->p == ':')) s->p++;
    s->key = (struct phrase){0};
    s->separator = 0;
}

/* fraction - "/ 600" behind a number; returns the end of it and its value, or NULL. */
static const char *fraction(const struct scan *s, const char *p, double *total)
{
    while (!at_end(s, p) && *p == ' ') p++;
    if (at_end(s, p) || *p != '/') return NULL;
    for (p++; !at_end(s, p) && *p == ' ';) p++;
    if (at_end(s, p) || !is_digit(*p)) return NULL;
    size_t n = num_prefix((struct span){p, (size_t)(s->end - p)}, total);
    return n && (at_end(s, p + n) || ends_word(p[n]) || p[n] == '%') ? p + n : NULL;
}

/* unit - the end of letters behind a number, or NULL when something else follows. */
static const char *unit(const struct scan *s, const char *p)
{
    const char *from = p;
    while (!at_end(s, p) && p - from < 12 && (is_letter(*p) || *p == '/' || *p == '%')) p++;
    return at_end(s, p) || ends_word(*p) || *p == '\'' ? p : NULL;
}

/* groups - a key whose numbers may be written in groups of three digits: torchtitan's tokens a second, "Step 1,000". */
static bool groups(const struct scan *s)
{
    static const char *const words[] = {"tps", "step", "iteration", "iter"};
    struct span last = {s->key.last, s->key.start ? (size_t)(s->key.end - s->key.last) : 0};
    for (size_t i = 0; last.n && i < sizeof words / sizeof *words; i++)
        if (last.n == strlen(words[i]) && strncasecmp(last.p, words[i], last.n) == 0) return true;
    return false;
}

/* thousands - the rest of "7,421". */
static const char *thousands(const struct scan *s, const char *p, double *value)
{
    if (at_end(s, p) || *p != ',' || !groups(s)) return p;
    while (s->end - p >= 4 && *p == ',' && is_digit(p[1]) && is_digit(p[2]) && is_digit(p[3])) {
        *value = *value * 1000 + (p[1] - '0') * 100 + (p[2] - '0') * 10 + (p[3] - '0');
        p += 4;
    }
    return p;
}

/* deviation - the end of "+0.01" or " + 0.01" behind a mean, NULL when something else follows. */
static const char *deviation(struct scan *s, const char *q)
{
    const char *p = q;
    while (!at_end(s, p) && *p == ' ' && p - q < 2) p++;
    if (s->end - p < 2 || *p != '+') return NULL;
    p++;
    if (*p == ' ') p++;
    size_t n = !at_end(s, p) && is_digit(*p) ? num_prefix((struct span){p, (size_t)(s->end - p)}, &s->spread) : 0;
    return n ? p + n : NULL;
}

/* padded - the end of ".0" behind nan or inf. */
static const char *padded(const struct scan *s, const char *p)
{
    if (!at_end(s, p) && *p == '.') p++;
    while (!at_end(s, p) && *p == '0') p++;
    return p;
}

/* rate - the end of "/s" behind a number, NULL when something else follows: "epoch=0/step=80". */
static const char *rate(const struct scan *s, const char *q)
{
    static const char *const units[] = {"/s", "/sec", "/second"};
    const char *end = unit(s, q);
    struct span u = {q, end ? (size_t)(end - q) : 0};
    for (size_t i = 0; u.n && i < sizeof units / sizeof *units; i++)
        if (span_is(u, units[i]) && (at_end(s, end) || (*end != '=' && *end != ':'))) return end;
    return NULL;
}

/* tail - the end of what belongs to the number before q: "/600", "ms", "%". NULL when it was no number: 12:30, 1.2.3, 0x1f, "nanms". */
static const char *tail(struct scan *s, const char *q, double value, double *total)
{
    *total = NAN;
    if (!isfinite(value)) q = padded(s, q);
    if (at_end(s, q)) return q;
    char c = *q, next = s->end - q > 1 ? q[1] : 0;
    if (c == '+' || (c == ' ' && next == '+')) {
        const char *behind = deviation(s, q);
        if (behind) return behind;
    }
    const char *end = fraction(s, q, total);
    if (end) return end;
    *total = NAN;
    if (c == '/' && (end = rate(s, q)) != NULL) return end;
    if (c == '/' && is_letter(next)) return q + 1; /* "epoch=0/micro_step=80" */
    if (is_letter(c) || c == '%') return isfinite(value) ? unit(s, q) : NULL;
    if (c == ':') return is_digit(next) ? NULL : q;
    if (ends_word(c) || c == '\'' || text_word_wide(q, s->end)) return q;
    bool sentence = (c == '.' || c == '>') && (!next || next == ' ' || next == '.'); /* "Epoch 3..." */
    return sentence ? q : NULL;
}

/* range - "Batch [20-40]": the end and the later number of it; NULL when it is none. */
static const char *range(const struct scan *s, const char *q, double *value)
{
    if (s->end - q < 3 || *q != '-' || !is_digit(q[1]) || s->p == s->start || s->p[-1] != '[') return NULL;
    double last;
    size_t n = num_prefix((struct span){q + 1, (size_t)(s->end - q) - 1}, &last);
    if (!n || at_end(s, q + 1 + n) || q[1 + n] != ']') return NULL;
    *value = last;
    return q + 1 + n;
}

/* in_brackets - does what stands from s->p to end have brackets to itself? */
static bool in_brackets(const struct scan *s, const char *end)
{
    const char *p = s->p;
    while (p > s->start && p[-1] == ' ') p--;
    while (!at_end(s, end) && *end == ' ') end++;
    return p > s->start && p[-1] == '[' && !at_end(s, end) && *end == ']';
}

/* batch_beside - "[40]" right behind the "[2]" of "Epoch: [2][40]" counts its batches. */
static bool batch_beside(const struct scan *s, const char *end)
{
    size_t n = s->out->n;
    if (s->key.start || !n || s->p - s->start < 3 || s->p[-1] != '[' || at_end(s, end) || *end != ']') return false;
    const char *p = s->p - 1;
    while (p > s->start && p[-1] == ' ') p--;
    const struct text_pair *last = &s->out->pair[n - 1];
    struct span word = span_from(last->key, last->last);
    return p > s->start && p[-1] == ']' && isnan(last->total) && word.n == 5 && strncasecmp(word.p, "epoch", 5) == 0;
}

static void number(struct scan *s, size_t n, double value)
{
    const char *q = thousands(s, s->p + n, &value);
    double total = NAN;
    const char *end = range(s, q, &value);
    if (!end) end = tail(s, q, value, &total);
    if (!end) {
        opaque(s);
        return;
    }
    size_t before = s->out->n;
    bool bracketed = !isnan(total) && in_brackets(s, end);
    if (isnan(total) && batch_beside(s, end)) s->key = batch;
    s->p = end;
    add_pair(s, value, total, end > q && *q == '%');
    if (s->out->n > before) s->out->pair[before].bracketed = bracketed;
}

/* close_bracket - the ')' that matches the '(' at p, or NULL. */
static const char *close_bracket(const struct scan *s, const char *p)
{
    enum { CALL_MAX_BYTES = 512 }; /* so that a line of brackets costs no more than others */
    int depth = 0;
    for (const char *stop = p + CALL_MAX_BYTES; !at_end(s, p) && p < stop; p++) {
        depth += *p == '(';
        depth -= *p == ')';
        if (!depth) return p;
    }
    return NULL;
}

static const char *const text_values[] = {"no", "none", "yes", "true", "false", "n/a", "na", "null", "auto", "off", "on"};

static bool is_text_value(struct span w)
{
    for (size_t i = 0; i < sizeof text_values / sizeof *text_values; i++)
        if (w.n == strlen(text_values[i]) && strncasecmp(w.p, text_values[i], w.n) == 0) return true;
    return memchr(w.p, '.', w.n) || memchr(w.p, '/', w.n);
}

/* is_missing - a value that is not there: the key before it has none. */
static bool is_missing(struct span w)
{
    static const char *const words[] = {"None", "none", "n/a", "N/A", "NA", "null"};
    if (w.n < 2 || w.n > 4 || (w.p[0] | 0x20) != 'n') return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (span_is(w, words[i])) return true;
    return false;
}

/* is_unit - "samples/sec" right behind a number and before another key. */
static bool is_unit(const struct scan *s, struct span w)
{
    if (s->key.start || !s->out->n || w.p - s->start < 2 || w.p[-1] != ' ' || !is_digit(w.p[-2])) return false;
    const char *slash = memchr(w.p, '/', w.n), *p = s->p;
    if (!slash || slash + 1 == w.p + w.n || !strchr("si", slash[1])) return false;
    while (p < s->end && *p == ' ') p++;
    return p < s->end && is_letter(*p);
}

/* wrapped - the value in "tensor(0.5, device='cuda:0')" or "np.float64(0.5)", with s->p at the bracket; false when it is other code. */
static bool wrapped(struct scan *s, struct span type, const char *close)
{
    static const char *const types[] = {"tensor", "np.float64", "np.float32", "np.float16", "np.int64", "numpy.float32", "Array"};
    bool known = false;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) known |= span_is(type, types[i]);
    if (!known || !close) return false;
    const char *p = s->p + 1;
    double value;
    if (*p == '[') p++;
    if (!num_prefix((struct span){p, (size_t)(close - p)}, &value)) return false;
    s->p = close + 1;
    add_pair(s, value, NAN, false);
    return true;
}

/* title - one or two words that the message begins with and a dash ends: "Validation Results - Epoch: 3  Avg loss: 0.31". */
static void title(const struct scan *s)
{
    struct text_pairs *out = s->out;
    bool first = s->key.start == s->start && !out->n && !out->label.n && !s->separator;
    if (!first || s->key.words > 2) return;
    out->label = (struct span){s->key.start, (size_t)(s->key.end - s->key.start)};
    out->titled = true;
}

static void extend_key(struct scan *s, struct span w)
{
    if (is_unit(s, w)) return;
    if (!s->key.start) s->key.start = w.p;
    s->key.end = w.p + w.n;
    s->key.last = w.p;
    s->key.words++;
}

/* glued - "epoch12" where a message begins. */
static bool glued_counter(struct scan *s, struct span w)
{
    double value, total;
    size_t name = s->key.start || s->out->n ? 0 : text_word_glued(w, &value, &total);
    if (!name) return false;
    s->key = (struct phrase){w.p, w.p + name, w.p, 1};
    add_pair(s, value, total, false);
    return true;
}

/* leads - "loss -> 0.5". */
static bool leads(const struct scan *s, struct span w)
{
    const char *p = s->p;
    while (p < s->end && *p == ' ') p++;
    return s->key.start && !s->separator && text_word_is_arrow(w) && p < s->end && is_digit(*p);
}

static void word(struct scan *s)
{
    if (s->p == s->start && *s->p == '<') s->p++;
    const char *from = s->p;
    while (!at_end(s, s->p) && !ends_word(*s->p) && !text_word_wide(s->p, s->end)) s->p++;
    struct span w = {from, (size_t)(s->p - from)};
    double value;
    if (glued_counter(s, w)) return;
    size_t n = s->key.start && (w.p[0] | 0x20) != 'x' && w.n <= 10 ? num_prefix(w, &value) : 0;
    if (n && !isfinite(value)) n = (size_t)(padded(s, w.p + n) - w.p);
    if (n && n == w.n - (w.p[w.n - 1] == '\'')) {
        add_pair(s, value, NAN, false);
    } else if (s->key.start && !at_end(s, s->p) && *s->p == '(' && wrapped(s, w, close_bracket(s, s->p))) {
        return;
    } else if (s->key.start && is_missing(w)) {
        s->key = (struct phrase){0};
        s->separator = 0;
    } else if (leads(s, w)) {
        s->separator = ':';
    } else if (text_word_is_dash(w)) {
        if (w.n == 1) title(s);
        drop_key(s);
    } else if (!s->separator) {
        if (w.n == 1 && w.p[0] == '#') s->out->code = true;
        extend_key(s, w);
        if (text_word_ends_sentence(w) && !at_end(s, s->p) && *s->p == ' ') drop_key(s);
    } else if (s->separator == '=' || is_text_value(w)) {
        s->key = (struct phrase){0};
        s->separator = 0;
    } else {
        s->section = (struct span){s->key.start, (size_t)(s->key.end - s->key.start)};
        if (!s->out->label.n) s->out->label = s->section;
        s->key = (struct phrase){0};
        s->separator = 0;
        extend_key(s, w);
    }
}

static bool is_unit_text(const char *p, const char *end)
{
    if (end - p > 12 || end == p) return false;
    for (; p < end; p++)
        if (!is_letter(*p) && *p != '/' && *p != '%') return false;
    return true;
}

/* mean - "(0.6)" behind the value of a pair. */
static bool mean(struct scan *s, const char *close)
{
    double value;
    if (!close || s->key.start || s->separator || !s->out->n) return false;
    struct span inner = span_trim((struct span){s->p + 1, (size_t)(close - s->p) - 1});
    if (!inner.n || num_prefix(inner, &value) != inner.n) return false;
    s->out->pair[s->out->n - 1].mean = value;
    s->p = close + 1;
    return true;
}

static void bracket(struct scan *s)
{
    const char *close = close_bracket(s, s->p);
    if (mean(s, close)) return;
    bool glued = s->p > s->start && s->p[-1] != ' ' && !ends_word(s->p[-1]);
    if (close && s->key.start && !s->separator && is_unit_text(s->p + 1, close)) {
        s->key.end = close + 1;
        s->p = close + 1;
    } else if (glued) {
        s->out->calls += s->key.start != NULL;
        s->key = (struct phrase){0};
        s->separator = 0;
        s->p = close ? close + 1 : s->end;
    } else {
        if (!s->inside) s->outer = s->key;
        if (s->key.words == 1) s->section = (struct span){s->key.start, (size_t)(s->key.end - s->key.start)};
        if (s->separator) s->outer = (struct phrase){0}; /* "Train: (loss = 0.5)" */
        s->before = s->out->n;
        s->inside = true;
        s->key = (struct phrase){0};
        s->separator = 0;
        s->p++;
    }
}

/* wide - a full-width sign parts like the one it stands for. */
static bool wide(struct scan *s)
{
    char c = text_word_wide(s->p, s->end);
    if (!c) return false;
    if (c != ':' && c != '=') drop_key(s);
    else if (s->key.start) s->separator = c;
    s->p += 3;
    return true;
}

/* counts_hash - the sign in "Epoch #12". */
static bool counts_hash(const struct scan *s)
{
    if (*s->p != '#' || !s->key.start || s->end - s->p < 2 || !is_digit(s->p[1])) return false;
    return text_word_is_counter((struct span){s->key.last, (size_t)(s->key.end - s->key.last)});
}

static void punctuation(struct scan *s)
{
    char c = *s->p, next = s->end - s->p > 1 ? s->p[1] : 0;
    switch (c) {
    case ')':
        drop_key(s);
        if (s->inside && (next == ':' || next == '=' || s->out->n <= s->before + 1)) s->key = s->outer;
        else if (s->inside) s->out->prose += s->outer.words;
        s->inside = false;
        break;
    case '[': /* a Keras bar is drawn in brackets */
        while (s->end - s->p > 1 && (s->p[1] == '=' || (s->p[1] == '>' && *s->p != '[') || (s->p[1] == '.' && *s->p != '[')))
            s->p++;
        break;
    case '=':
    case ':':
        if (next == '=' || (c == '=' && s->p > s->start && strchr("+-*/!<>", s->p[-1]))) s->out->code = true;
        if (s->key.start) s->separator = c;
        break;
    case '"': s->out->quoted = true; break;
    case '{':
    case '}':
        s->out->braces = true;
        drop_key(s);
        break;
    default: drop_key(s); break;
    }
    s->p++;
}

static bool starts_number(const struct scan *s)
{
    const char *p = s->p;
    if (is_digit(*p)) return true;
    if (*p != '-' && *p != '+' && *p != '.') return false;
    p++;
    if (at_end(s, p)) return false;
    return is_digit(*p) || *p == '.' || (s->key.start && (*p == 'n' || *p == 'i' || *p == 'N' || *p == 'I'));
}

/* lead - the number that a message begins with; returns the bytes it takes. Fractions, decimals, percentages, clock times and units are none. */
static size_t lead(struct span s, struct text_pairs *out)
{
    enum { DIGITS_MAX = 15 };
    bool bracket = s.n && s.p[0] == '[', hash = s.n && s.p[0] == '#';
    size_t i = bracket || hash, digits = 0;
    double value = 0;
    out->lead = NAN;
    out->lead_bracketed = bracket || hash;
    while (i < s.n && s.p[i] == ' ') i++;
    for (; i < s.n && is_digit(s.p[i]) && digits <= DIGITS_MAX; i++, digits++) value = value * 10 + (s.p[i] - '0');
    size_t end = i;
    while (i < s.n && s.p[i] == ' ') i++;
    if (!digits || digits > DIGITS_MAX || i + 1 >= s.n) return 0;
    char c = s.p[i], next = s.p[i + 1];
    bool ends = bracket ? c == ']' : strchr("|,:\t-)", c) ? !is_digit(next) : i > end && (is_letter(c) || c == '[');
    if (!ends) return 0;
    out->lead = value;
    return bracket ? i + 1 : end;
}

/* whole - a number of digits between blanks at p, and what stands behind; NULL for none. */
static const char *whole(const char *p, const char *end, double *value)
{
    enum { DIGITS_MAX = 12 };
    size_t digits = 0;
    while (p < end && *p == ' ') p++;
    for (*value = 0; p < end && is_digit(*p) && digits <= DIGITS_MAX; p++, digits++) *value = *value * 10 + (*p - '0');
    while (p < end && *p == ' ') p++;
    return digits && digits <= DIGITS_MAX && p < end ? p : NULL;
}

/* twin - "[2, 4000]", "[2 : 4000]" in front of a message. */
static bool twin(struct scan *s)
{
    double epoch, count;
    const char *p = s->p < s->end && *s->p == '[' ? whole(s->p + 1, s->end, &epoch) : NULL;
    if (!p || (*p != ',' && *p != ':') || !(p = whole(p + 1, s->end, &count)) || *p != ']') return false;
    s->p = p + 1;
    s->key = of_epoch;
    add_pair(s, epoch, NAN, false);
    s->key = batch;
    add_pair(s, count, NAN, false);
    return true;
}

void text_pairs(struct span message, struct text_pairs *out)
{
    message = text_word_bare(message);
    struct scan s = {.start = message.p, .p = message.p, .end = message.p + message.n, .spread = NAN, .out = out};
    out->n = 0;
    out->label = (struct span){"", 0};
    out->prose = out->calls = 0;
    out->code = out->quoted = out->braces = out->titled = false;
    out->lead = NAN;
    out->lead_bracketed = false;
    if (!twin(&s)) s.p += lead(message, out);
    while (s.p < s.end && !out->code) {
        double value;
        size_t n;
        if (*s.p == ' ' || (*s.p == '\t' && s.separator)) s.p++;
        else if (starts_number(&s) && (n = num_prefix((struct span){s.p, (size_t)(s.end - s.p)}, &value)) != 0)
            number(&s, n, value);
        else if (*s.p == '\'' || counts_hash(&s)) out->quoted |= *s.p == '\'', s.p++;
        else if (wide(&s)) continue;
        else if (*s.p == '(') bracket(&s);
        else if (ends_word(*s.p)) punctuation(&s);
        else word(&s);
    }
    drop_key(&s);
}
