/* text_pairs - see text/pairs.h.
 *
 * Words gather into a key until '=' or ':' or a number ends it; a number behind a key makes a pair. Separators (| , ; tab, " - ",
 * brackets) drop a key without a number. Numbers may carry a unit ("184.22ms", "3.96GB", "12 samples/sec") or stand in the name of
 * their type ("np.float64(0.5)", "tensor(0.5, device='cuda:0')"); "nanms", dates, clock times, versions and hashes are no numbers.
 * "nan.0" is one: progress bars pad with zeros. None and n/a end a key without a value.
 * Here the message is walked along; the counts it begins with are lead.c's, signs sign.c's, words and numbers key.c's and number.c's. */
#include "pairs.h"

#include "../../base/num.h"
#include "scan.h"
#include "word.h"

#include <string.h>
#include <strings.h>

void scan_add_pair(struct scan *s, double value, double total, bool percent)
{
    struct text_pairs *out = s->out;
    bool named = s->key.start != NULL;
    if (!s->separator) s->separator = ' ';
    if ((named || !isnan(total)) && out->n < TEXT_PAIRS_MAX) {
        struct text_pair *pair = &out->pair[out->n++];
        *pair = (struct text_pair){{"", 0},
                                   s->section,
                                   NULL,
                                   value,
                                   total,
                                   NAN,
                                   s->spread,
                                   0,
                                   s->key.words,
                                   s->separator,
                                   percent,
                                   false,
                                   TEXT_SPLIT_UNASKED,
                                   TEXT_SPLIT_UNASKED};
        if (named) pair->key = (struct span){s->key.start, (size_t)(s->key.end - s->key.start)};
        if (named) pair->last = (uint32_t)(s->key.last - s->key.start);
    }
    scan_forget(s);
    s->spread = NAN;
}

bool scan_value_first(struct scan *s)
{
    static const char *const metrics[] = {"loss", "accuracy", "acc", "mse", "mae", "rmse", "auc", "f1", "reward", "perplexity"};
    const char *from = s->orphan_end;
    s->orphan_end = NULL;
    while (from < s->key.start && *from == ' ') from++;
    bool behind = from == s->key.start && s->key.words <= 4 && !s->separator, known = false;
    struct span last = {s->key.last, (size_t)(s->key.end - s->key.last)};
    for (size_t i = 0; behind && i < sizeof metrics / sizeof *metrics; i++)
        known |= last.n == strlen(metrics[i]) && strncasecmp(last.p, metrics[i], last.n) == 0;
    if (!known) return false;
    if (s->slots) s->slots->odd = true;
    s->separator = ':';
    scan_add_pair(s, s->orphan, NAN, s->orphan_percent);
    return true;
}

static bool starts_number(const struct scan *s)
{
    const char *p = s->p;
    if (span_digit_char(*p)) return true;
    if (*p != '-' && *p != '+' && *p != '.') return false;
    p++;
    if (scan_at_end(s, p)) return false;
    return span_digit_char(*p) || *p == '.' || (s->key.start && (*p == 'n' || *p == 'i' || *p == 'N' || *p == 'I'));
}

/* counts_hash - the sign in "Epoch #12". */
static bool counts_hash(const struct scan *s)
{
    if (*s->p != '#' || !s->key.start || s->end - s->p < 2 || !span_digit_char(s->p[1])) return false;
    return text_word_is_counter((struct span){s->key.last, (size_t)(s->key.end - s->key.last)});
}

void text_pairs(struct span message, struct text_pairs *out) { text_pairs_noted(message, out, NULL); }

void text_pairs_noted(struct span message, struct text_pairs *out, struct text_slots *slots)
{
    message = text_word_bare(message);
    struct scan s = {.start = message.p, .p = message.p, .end = message.p + message.n, .spread = NAN, .out = out, .slots = slots};
    out->n = 0;
    out->prose = out->calls = 0;
    out->code = out->quoted = out->braces = out->titled = out->undivided = false;
    scan_lead(&s);
    while (s.p < s.end && !out->code) {
        double value;
        size_t n;
        if (*s.p == ' ' || (*s.p == '\t' && s.separator)) s.p++;
        else if (starts_number(&s) && (n = num_prefix((struct span){s.p, (size_t)(s.end - s.p)}, &value)) != 0)
            scan_number(&s, n, value);
        else if (*s.p == '\'' || counts_hash(&s)) out->quoted |= *s.p == '\'', s.p++;
        else if ((unsigned char)*s.p >= 0x80 && scan_wide_sign(&s)) continue;
        else if (*s.p == '(') scan_bracket(&s);
        else if (*s.p == '|' && scan_bars(&s)) continue;
        else if (scan_ends_word(*s.p)) scan_sign(&s);
        else scan_word(&s);
    }
    scan_drop_key(&s);
}
