/* text_sign - what signs do between the words and numbers of a message (text/scan.h): part them, join them, or say that something is none.
 *
 * Separators (| , ; tab, " - ", brackets) drop a key without a number. What stands in round brackets is the mean of the value in front, the split or the
 * unit of the name in front, or pairs of their own under that name; what stands in other call brackets, BatchNorm2d(384, eps=0.0001), is code
 * and never read. */
#include <string.h>

#include "../../base/num.h"
#include "scan.h"
#include "word.h"

const char *scan_close_bracket(const struct scan *s, const char *p)
{
    enum { CALL_MAX_BYTES = 512 }; /* so that a line of brackets costs no more than others */
    int depth = 0;
    for (const char *stop = p + CALL_MAX_BYTES; !scan_at_end(s, p) && p < stop; p++) {
        depth += *p == '(';
        depth -= *p == ')';
        if (!depth) return p;
    }
    return NULL;
}

static bool is_unit_text(const char *p, const char *end)
{
    if (end - p > 12 || end == p) return false;
    for (; p < end; p++)
        if (!span_letter_char(*p) && !strchr("/%-", *p)) return false;
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
    if (s->slots) text_slot_note(s->slots, s->start, inner.p, inner.p + inner.n, s->out->n - 1, SLOT_MEAN);
    s->p = close + 1;
    return true;
}

/* of_split - "loss(val)=2.5": the split in brackets is part of the name, where a value follows. */
static bool of_split(struct scan *s, const char *close)
{
    static const char *const trains[] = {"train", "training", "tr"};
    if (!close || !s->key.start || s->separator || s->key.end != s->p) return false;
    struct span inner = {s->p + 1, (size_t)(close - s->p) - 1};
    bool split = !memchr(inner.p, ' ', inner.n) && text_split_of(inner);
    for (size_t i = 0; i < sizeof trains / sizeof *trains; i++) split |= span_is(inner, trains[i]);
    const char *p = close + 1;
    while (p < s->end && *p == ' ') p++;
    if (!split || p == s->end || !(*p == '=' || *p == ':' || span_digit_char(*p))) return false;
    s->key.end = s->p = close + 1;
    return true;
}

void scan_bracket(struct scan *s)
{
    const char *close = scan_close_bracket(s, s->p);
    if (mean(s, close) || of_split(s, close)) return;
    bool glued = s->p > s->start && s->p[-1] != ' ' && !scan_ends_word(s->p[-1]);
    if (close && s->key.start && !s->separator && is_unit_text(s->p + 1, close)) {
        s->key.end = close + 1;
        s->p = close + 1;
    } else if (glued) {
        s->out->calls += s->key.start != NULL;
        scan_forget(s);
        s->p = close ? close + 1 : s->end;
    } else {
        if (!s->inside) s->outer = s->key;
        if (s->key.words == 1) s->section = (struct span){s->key.start, (size_t)(s->key.end - s->key.start)};
        if (s->separator) s->outer = (struct phrase){0}; /* "Train: (loss = 0.5)" */
        s->before = s->out->n;
        s->inside = true;
        scan_forget(s);
        s->p++;
    }
}

bool scan_wide_sign(struct scan *s)
{
    char c = text_word_wide(s->p, s->end);
    if (!c) return false;
    if (c != ':' && c != '=') scan_drop_key(s);
    else if (s->key.start) s->separator = c;
    s->p += 3;
    return true;
}

/* arrow - "==>" and "=>" part: what stands behind is another section, or the value of the word in front. */
static bool arrow(struct scan *s)
{
    const char *p = s->p;
    while (p < s->end && *p == '=') p++;
    if (p == s->p || p >= s->end || *p != '>') return false;
    bool leads = p == s->p + 1 && s->key.start && p + 2 < s->end && p[1] == ' ' && span_digit_char(p[2]);
    if (leads) s->separator = ':';
    else scan_drop_key(s);
    s->p = p + 1;
    return true;
}

/* remark - "step time [ms]: 31.5", "ProgressLoss[last 5h of 10h]: 3.5": what stands in brackets between a name and its value. A unit is
 * part of the name, as in round brackets. */
static bool remark(struct scan *s)
{
    enum { REMARK_MAX_BYTES = 32 };
    size_t room = (size_t)(s->end - s->p) < REMARK_MAX_BYTES ? (size_t)(s->end - s->p) : REMARK_MAX_BYTES;
    const char *close = s->key.start && !s->separator ? memchr(s->p, ']', room) : NULL;
    if (!close || close + 1 >= s->end || (close[1] != ':' && close[1] != '=') || !span_letter_char(s->p[1])) return false;
    bool digit = false;
    for (const char *p = s->p + 1; p < close; p++) {
        if (!span_letter_char(*p) && !span_digit_char(*p) && !strchr(" /%.", *p)) return false;
        digit |= span_digit_char(*p);
    }
    if (digit && s->slots) s->slots->odd = true;
    if (is_unit_text(s->p + 1, close)) s->key.end = close + 1;
    s->p = close + 1;
    return true;
}

/* value_alone - is what follows the tab a number, and nothing behind it but the end, a tab or a comma? */
static bool value_alone(const struct scan *s)
{
    const char *p = s->p;
    double value;
    while (p < s->end && (*p == '\t' || *p == ' ')) p++;
    size_t n = num_prefix((struct span){p, (size_t)(s->end - p)}, &value);
    p += n;
    while (p < s->end && (*p == ' ' || *p == '%')) p++;
    return n && (p == s->end || *p == '\t' || *p == ',');
}

void scan_sign(struct scan *s)
{
    if ((*s->p == '=' && arrow(s)) || (*s->p == '[' && remark(s))) return;
    char c = *s->p, next = s->end - s->p > 1 ? s->p[1] : 0;
    switch (c) {
    case ')':
        scan_drop_key(s);
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
    case '\t': /* as a blank in "Train loss<tab>0.5"; one word alone may be anything */
        if (!s->key.start || s->key.words < 2 || !value_alone(s)) scan_drop_key(s);
        break;
    case '"': s->out->quoted = true; break;
    case '{':
    case '}':
        s->out->braces = true;
        scan_drop_key(s);
        break;
    default: scan_drop_key(s); break;
    }
    s->p++;
}
