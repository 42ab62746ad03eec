/* scan_number - see text/scan.h. A number may carry a unit ("184.22ms", "3.96GB", "31%"), the end of a fraction ("100/600"), a deviation
 * ("0.48+0.01"); "nanms", dates, clock times, versions and hashes are no numbers. "nan.0" is one: progress bars pad with zeros. */
#include <string.h>
#include <strings.h>

#include "../../base/num.h"
#include "scan.h"
#include "word.h"

/* What counters without a name are called. */
static const char batch_word[] = "batch";
static const struct phrase batch = {batch_word, batch_word + sizeof batch_word - 1, batch_word, 1};

/* half_day - behind the AM or PM of a clock time that ends at p; p where there is none. */
static const char *half_day(const struct scan *s, const char *p)
{
    bool is = s->end - p >= 3 && *p == ' ' && strchr("apAP", p[1]) && (p[2] | 0x20) == 'm';
    return is && (s->end - p == 3 || scan_ends_word(p[3])) ? p + 3 : p;
}

/* opaque - a token that looks like a number and is none; it is the text value of its key. */
static void opaque(struct scan *s)
{
    bool clock = false;
    for (; !scan_at_end(s, s->p) && (!scan_ends_word(*s->p) || *s->p == ':'); s->p++) clock |= *s->p == ':';
    if (clock) s->p = half_day(s, s->p);
    scan_forget(s);
}

/* duration - the end of "2m 47s", "1d 03h 06m", a time in several units; NULL when q does not go on so. */
static const char *duration(const struct scan *s, const char *q)
{
    const char *end = NULL;
    while (!scan_at_end(s, q) && strchr("dhms", *q) && (scan_at_end(s, q + 1) || q[1] == ' ')) {
        const char *next = ++q;
        while (!scan_at_end(s, next) && *next == ' ' && next - q < 2) next++;
        if (next > q && end == NULL && (scan_at_end(s, next) || !span_digit_char(*next))) return NULL;
        end = q;
        for (q = next; !scan_at_end(s, q) && span_digit_char(*q);) q++;
        if (q == next) break;
    }
    return end;
}

/* fraction - "/ 600" behind a number; returns the end of it and its value, or NULL. */
static const char *fraction(const struct scan *s, const char *p, double *total)
{
    while (!scan_at_end(s, p) && *p == ' ') p++;
    if (scan_at_end(s, p) || *p != '/') return NULL;
    for (p++; !scan_at_end(s, p) && *p == ' ';) p++;
    if (scan_at_end(s, p) || !span_digit_char(*p)) return NULL;
    size_t n = num_prefix((struct span){p, (size_t)(s->end - p)}, total);
    const char *end = p + n, *dots = end;
    while (n && !scan_at_end(s, dots) && *dots == '.') dots++; /* "Epoch: 1/30.. Training Loss: 0.5.." */
    if (dots > end && (scan_at_end(s, dots) || *dots == ' ')) end = dots;
    return n && (scan_at_end(s, end) || scan_ends_word(*end) || *end == '%') ? end : NULL;
}

/* unit - the end of letters behind a number, or NULL when something else follows. */
static const char *unit(const struct scan *s, const char *p)
{
    const char *from = p;
    while (!scan_at_end(s, p) && p - from < 12 && (span_letter_char(*p) || *p == '/' || *p == '%')) p++;
    return scan_at_end(s, p) || scan_ends_word(*p) || *p == '\'' ? p : NULL;
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
    if (scan_at_end(s, p) || *p != ',' || !groups(s)) return p;
    while (s->end - p >= 4 && *p == ',' && span_digit_char(p[1]) && span_digit_char(p[2]) && span_digit_char(p[3])) {
        *value = *value * 1000 + (p[1] - '0') * 100 + (p[2] - '0') * 10 + (p[3] - '0');
        p += 4;
    }
    return p;
}

/* deviation - the end of "+0.01" or " + 0.01" behind a mean, NULL when something else follows. */
static const char *deviation(struct scan *s, const char *q)
{
    const char *p = q;
    while (!scan_at_end(s, p) && *p == ' ' && p - q < 2) p++;
    if (s->end - p < 2 || *p != '+') return NULL;
    p++;
    if (*p == ' ') p++;
    size_t n = !scan_at_end(s, p) && span_digit_char(*p) ? num_prefix((struct span){p, (size_t)(s->end - p)}, &s->spread) : 0;
    return n ? p + n : NULL;
}

/* padded - the end of ".0" behind nan or inf. */
const char *scan_padded(const struct scan *s, const char *p)
{
    if (!scan_at_end(s, p) && *p == '.') p++;
    while (!scan_at_end(s, p) && *p == '0') p++;
    return p;
}

/* rate - the end of "/s" behind a number, NULL when something else follows: "epoch=0/step=80". */
static const char *rate(const struct scan *s, const char *q)
{
    static const char *const units[] = {"/s", "/sec", "/second"};
    const char *end = unit(s, q);
    struct span u = {q, end ? (size_t)(end - q) : 0};
    for (size_t i = 0; u.n && i < sizeof units / sizeof *units; i++)
        if (span_is(u, units[i]) && (scan_at_end(s, end) || (*end != '=' && *end != ':'))) return end;
    return NULL;
}

/* tail - the end of what belongs to the number before q: "/600", "ms", "%". NULL when it was no number: 12:30, 1.2.3, 0x1f, "nanms". */
static const char *tail(struct scan *s, const char *q, double value, double *total)
{
    *total = NAN;
    if (!isfinite(value)) q = scan_padded(s, q);
    if (scan_at_end(s, q)) return q;
    char c = *q, next = s->end - q > 1 ? q[1] : 0;
    if (c == '+' || (c == ' ' && next == '+')) {
        const char *behind = deviation(s, q);
        if (behind) return behind;
    }
    const char *end = fraction(s, q, total);
    if (end) return end;
    *total = NAN;
    if (c == '/' && (end = rate(s, q)) != NULL) return end;
    if (c == '/' && span_letter_char(next)) return q + 1; /* "epoch=0/micro_step=80" */
    if (span_letter_char(c) || c == '%') return isfinite(value) ? unit(s, q) : NULL;
    if (c == ':') return span_digit_char(next) ? NULL : q;
    if (scan_ends_word(c) || c == '\'' || text_word_wide(q, s->end)) return q;
    bool sentence = (c == '.' || c == '>') && (!next || next == ' ' || next == '.'); /* "Epoch 3..." */
    return sentence ? q : NULL;
}

/* range - "Batch [20-40]": the end and the later number of it; NULL when it is none. */
static const char *range(const struct scan *s, const char *q, double *value)
{
    if (s->end - q < 3 || *q != '-' || !span_digit_char(q[1]) || s->p == s->start || s->p[-1] != '[') return NULL;
    double last;
    size_t n = num_prefix((struct span){q + 1, (size_t)(s->end - q) - 1}, &last);
    if (!n || scan_at_end(s, q + 1 + n) || q[1 + n] != ']') return NULL;
    *value = last;
    return q + 1 + n;
}

/* in_brackets - does what stands from s->p to end have brackets to itself? */
static bool in_brackets(const struct scan *s, const char *end)
{
    const char *p = s->p;
    while (p > s->start && p[-1] == ' ') p--;
    while (!scan_at_end(s, end) && *end == ' ') end++;
    return p > s->start && p[-1] == '[' && !scan_at_end(s, end) && *end == ']';
}

/* batch_beside - "[40]" right behind the "[2]" of "Epoch: [2][40]" counts its batches. */
static bool batch_beside(const struct scan *s, const char *end)
{
    size_t n = s->out->n;
    if (s->key.start || !n || s->p - s->start < 3 || s->p[-1] != '[' || scan_at_end(s, end) || *end != ']') return false;
    const char *p = s->p - 1;
    while (p > s->start && p[-1] == ' ') p--;
    const struct text_pair *last = &s->out->pair[n - 1];
    struct span word = span_from(last->key, last->last);
    return p > s->start && p[-1] == ']' && isnan(last->total) && word.n == 5 && strncasecmp(word.p, "epoch", 5) == 0;
}

/* float32 - the end of Julia's "0.75f0" or "1.0f-5", a number of single precision; NULL when something else follows. */
static const char *float32(const struct scan *s, const char *q, double *value)
{
    enum { EXPONENT_MAX = 38 };
    const char *p = q + 1;
    int exponent = 0;
    if (scan_at_end(s, q) || *q != 'f' || scan_at_end(s, p)) return NULL;
    bool down = *p == '-';
    if (down && scan_at_end(s, ++p)) return NULL;
    if (!span_digit_char(*p)) return NULL;
    for (; !scan_at_end(s, p) && span_digit_char(*p) && exponent <= EXPONENT_MAX; p++) exponent = exponent * 10 + (*p - '0');
    if (exponent > EXPONENT_MAX || !(scan_at_end(s, p) || scan_ends_word(*p))) return NULL;
    for (; exponent; exponent--) *value = down ? *value / 10 : *value * 10;
    return p;
}

/* past_total - behind the "/100k" at p. */
static const char *past_total(const struct scan *s, const char *p, bool is)
{
    if (is) p++;
    while (is && !scan_at_end(s, p) && !scan_ends_word(*p)) p++;
    return p;
}

/* magnitude - the end of the letter in "tokens_per_sec: 3.44K", as nanotron writes all its numbers; NULL when something else follows.
 * What memory is told in is left as it is. */
static const char *magnitude(const struct scan *s, const char *q, double *value)
{
    static const struct {
        char letter;
        double times;
    } letters[] = {{'K', 1e3}, {'k', 1e3}, {'M', 1e6}, {'B', 1e9}};
    bool told = s->separator == ':' || s->separator == '=' || groups(s);
    if (!told || scan_at_end(s, q) || !s->key.start) return NULL;
    bool of_all = s->end - q > 2 && q[1] == '/' && span_digit_char(q[2]); /* "step 12k/100k" */
    if (!of_all && !scan_at_end(s, q + 1) && !scan_ends_word(q[1])) return NULL;
    if (memmem(s->key.start, (size_t)(s->key.end - s->key.start), "mem", 3)) return NULL;
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (*q == letters[i].letter) return *value *= letters[i].times, past_total(s, q + 1, of_all);
    return NULL;
}

/* pair_to_come - the pair that a number will be in (scan_add_pair). */
static size_t pair_to_come(const struct scan *s, double total)
{
    bool kept = (s->key.start || !isnan(total)) && s->out->n < TEXT_PAIRS_MAX;
    return kept ? s->out->n : TEXT_SLOT_NO_PAIR;
}

/* note - where the number of n bytes at from stands, and the end of its fraction. One of groups, of a range or with a deviation is odd. */
static void note(struct scan *s, const char *from, size_t n, const char *q, double total, bool odd, size_t pair)
{
    s->slots->odd |= odd || q != from + n || !isnan(s->spread);
    text_slot_note(s->slots, s->start, from, q, pair, SLOT_VALUE);
    if (isnan(total)) return;
    while (*q == ' ' || *q == '/') q++;
    double value;
    n = num_prefix((struct span){q, (size_t)(s->end - q)}, &value);
    text_slot_note(s->slots, s->start, q, q + n, pair, SLOT_TOTAL);
}

void scan_number(struct scan *s, size_t n, double value)
{
    const char *q = thousands(s, s->p + n, &value), *from = s->p;
    double total = NAN;
    const char *end = range(s, q, &value);
    bool ranged = end != NULL;
    if (!end && ((end = float32(s, q, &value)) != NULL || (end = magnitude(s, q, &value)) != NULL) && s->slots)
        s->slots->odd = true;
    const char *lasts = end ? NULL : duration(s, q);
    if (lasts) s->p = lasts;
    if (!end) end = lasts ? lasts : tail(s, q, value, &total);
    if (!end || lasts) {
        opaque(s);
        return;
    }
    bool orphan = !s->key.start && isnan(total) && !s->inside;
    if (orphan) s->orphan = value, s->orphan_end = end, s->orphan_percent = *(end - 1) == '%';
    size_t before = s->out->n;
    bool bracketed = !isnan(total) && in_brackets(s, end);
    if (isnan(total) && batch_beside(s, end)) s->key = batch;
    s->p = end;
    if (s->slots) note(s, from, n, q, total, ranged, pair_to_come(s, total));
    scan_add_pair(s, value, total, end > q && *q == '%');
    if (s->out->n > before) s->out->pair[before].bracketed = bracketed;
}
