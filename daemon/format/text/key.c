/* scan_word - see text/scan.h. Words gather into a key until a separator or a number ends it. A number may stand in the name of its type
 * ("np.float64(0.5)", "tensor(0.5, device='cuda:0')"); None and n/a end a key without a value. */
#include <strings.h>

#include "../../base/num.h"
#include "scan.h"
#include "word.h"

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
    if (s->key.start || !s->out->n || w.p - s->start < 2 || w.p[-1] != ' ' || !span_digit_char(w.p[-2])) return false;
    const char *slash = memchr(w.p, '/', w.n), *p = s->p;
    if (!slash || slash + 1 == w.p + w.n || !strchr("si", slash[1])) return false;
    while (p < s->end && *p == ' ') p++;
    return p < s->end && span_letter_char(*p);
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
    if (s->slots) s->slots->odd = true;
    scan_add_pair(s, value, NAN, false);
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

/* cost_in_time - "cost 61.2 s": what took time is no cost to bring down. */
static __attribute__((noinline)) void cost_in_time(const struct scan *s, struct span w)
{
    static const char *const units[] = {"s", "sec", "secs", "second", "seconds", "min", "mins", "minutes", "ms", "hours"};
    struct text_pair *last = s->out->n ? &s->out->pair[s->out->n - 1] : NULL;
    if (!last || last->key.n < 4 || (last->key.p[last->key.n - 1] | 0x20) != 't' || w.p - s->start < 2 ||
        !span_digit_char(w.p[-2]))
        return;
    if (w.p[-1] != ' ' || strncasecmp(last->key.p + last->key.n - 4, "cost", 4) != 0) return;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (span_is(w, units[i])) last->key.n = 0;
}

/* ends_value - the stop of a sentence behind a number, with its unit perhaps: "Time Elapsed: 3.600 s. Mean Reward: 23.361. Std of Reward: 3.1." */
static bool ends_value(const struct scan *s, struct span w)
{
    static const char *const stops[] = {".", "s.", "ms.", "sec.", "secs.", "seconds.", "min.", "minutes.", "h."};
    if (s->key.start || !s->out->n || w.p[w.n - 1] != '.' || w.p - s->start < 2) return false;
    if (!span_digit_char(w.p[-1]) && !(w.p[-1] == ' ' && span_digit_char(w.p[-2]))) return false;
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++)
        if (span_is(w, stops[i])) return true;
    return false;
}

/* is_measure - "PSNR: 28.1 dB", "MPJPE: 44.3 mm": what an error is measured in, where nothing of the value follows. */
static bool is_measure(const struct scan *s, struct span w)
{
    static const char *const units[] = {"dB",  "mm",   "cm",     "m",        "km",       "mm/s", "mm/s^2", "m/s",
                                        "px",  "pix",  "pixels", "deg",      "degrees",  "rad",  "eV",     "meV",
                                        "bpp", "nats", "bits",   "kcal/mol", "meV/atom", "it/s", "it/sec", "s/it"};
    if (s->key.start || !s->out->n || w.p - s->start < 2 || w.p[-1] != ' ' || !span_digit_char(w.p[-2])) return false;
    const char *p = s->p;
    while (p < s->end && *p == ' ') p++;
    bool ends = p == s->end || strchr(",;|)\t", *p);
    for (size_t i = 0; ends && i < sizeof units / sizeof *units; i++)
        if (span_is(w, units[i])) return true;
    return false;
}

static void extend_key(struct scan *s, struct span w)
{
    if (!s->key.start && w.n <= 7 && s->out->n) cost_in_time(s, w);
    if (is_unit(s, w) || ends_value(s, w) || is_measure(s, w)) return;
    if (!s->key.start) s->key.start = w.p;
    s->key.end = w.p + w.n;
    s->key.last = w.p;
    s->key.words++;
}

static bool among(struct span w, const char *const *words)
{
    for (; *words; words++)
        if (w.n == strlen(*words) && strncasecmp(w.p, *words, w.n) == 0) return true;
    return false;
}

/* next_word - the word at p, and p behind the blanks after it; letters only, or digits only. */
static struct span next_word(const char **p, const char *end, bool digits)
{
    const char *from = *p;
    while (*p < end && (digits ? span_digit_char(**p) : span_letter_char(**p))) ++*p;
    struct span w = {from, (size_t)(*p - from)};
    while (*p < end && **p == ' ') ++*p;
    return w;
}

/* window - "over the last 100 episodes", "last 10 games", behind or in front of a name: what its value is a mean of, and no part of it. Returns where
 * it ends, or NULL. */
static const char *window(const struct scan *s, struct span w)
{
    static const char *const joints[] = {"over", "across", "of", "in", "for", "from", "during", NULL},
                             *const lasts[] = {"last", "past", "previous", "prev", NULL},
                             *const counted[] = {"episodes", "episode", "eps",    "games",  "game",    "iterations", "steps",
                                                 "epochs",   "runs",    "rounds", "trials", "batches", "updates",    NULL};
    const char *p = w.p;
    struct span word = next_word(&p, s->end, false);
    bool over = word.n && strchr("oOaA", word.p[0]) && among(word, joints);
    if (among(word, joints)) word = next_word(&p, s->end, false);
    if (word.n == 3 && strncasecmp(word.p, "the", 3) == 0) word = next_word(&p, s->end, false);
    bool last = among(word, lasts);
    if (!last && (!over || word.n || !s->key.start)) return NULL;
    if (!next_word(&p, s->end, true).n) return NULL;
    word = next_word(&p, s->end, false);
    return among(word, counted) ? word.p + word.n : NULL;
}

/* glued - "epoch12", "E12" where a message begins. */
static bool glued_counter(struct scan *s, struct span w)
{
    static const char epoch[] = "epoch";
    double value, total;
    size_t name = s->key.start || s->out->n ? 0 : text_word_glued(w, &value, &total);
    if (!name) return false;
    s->key = (struct phrase){w.p, w.p + name, w.p, 1};
    if (name == 1) s->key = (struct phrase){epoch, epoch + sizeof epoch - 1, epoch, 1};
    if (s->slots) s->slots->odd = true;
    scan_add_pair(s, value, total, false);
    return true;
}

/* leads - "loss -> 0.5". */
static bool leads(const struct scan *s, struct span w)
{
    const char *p = s->p;
    while (p < s->end && *p == ' ') p++;
    return s->key.start && !s->separator && text_word_is_arrow(w) && p < s->end && span_digit_char(*p);
}

bool scan_bars(struct scan *s)
{
    enum { INSIDE_BYTES = 16 };
    const char *p = s->p;
    while (s->end - p > 2 && *p == '|' && p - s->p < 2) p++;
    size_t k = (size_t)(p - s->p);
    const char *from = p;
    while (p < s->end && (span_letter_char(*p) || (unsigned char)*p >= 0x80) && p - from < INSIDE_BYTES) p++;
    if (p == from || s->end - p <= (ptrdiff_t)k || memcmp(p, s->p, k) != 0) return false;
    if (s->p > s->start && !strchr(" \t,;([", s->p[-1])) return false;
    const char *behind = p += k;
    while (behind < s->end && strchr(" \t:=", *behind)) behind++;
    bool nan = s->end - behind >= 3 && strchr("ni", *behind | 0x20);
    if (behind == p || behind == s->end || !(span_digit_char(*behind) || nan)) return false;
    scan_drop_key(s);
    extend_key(s, (struct span){s->p, (size_t)(p - s->p)});
    s->p = p;
    return true;
}

/* angled - "train loss <loss>=0.5" of SageMaker: what kind of metric it is, behind its name. */
static bool angled(struct scan *s, struct span w)
{
    bool is =
        s->key.start && w.n > 2 && w.p[0] == '<' && w.p[w.n - 1] == '>' && s->end - s->p > 1 && *s->p == '=' && s->p[1] != ' ';
    if (is) s->separator = '=', s->p++; /* no comparison */
    return is;
}

void scan_word(struct scan *s)
{
    if (s->p == s->start && *s->p == '<') s->p++;
    const char *from = s->p;
    while (!scan_at_end(s, s->p) && !scan_ends_word(*s->p) && !text_word_wide(s->p, s->end)) s->p++;
    struct span w = {from, (size_t)(s->p - from)};
    double value;
    if (glued_counter(s, w) || angled(s, w)) return;
    const char *behind = w.n && !s->separator && strchr("oOaAiIfFdDlLpP", w.p[0]) ? window(s, w) : NULL;
    if (behind) {
        if (s->slots) s->slots->odd = true;
        s->p = behind;
        return;
    }
    size_t n = s->key.start && (w.p[0] | 0x20) != 'x' && w.n <= 10 ? num_prefix(w, &value) : 0;
    if (n && !isfinite(value)) n = (size_t)(scan_padded(s, w.p + n) - w.p);
    if (n && n == w.n - (w.p[w.n - 1] == '\'')) {
        if (s->slots) s->slots->odd = true;
        scan_add_pair(s, value, NAN, false);
    } else if (s->key.start && !scan_at_end(s, s->p) && *s->p == '(' && wrapped(s, w, scan_close_bracket(s, s->p))) {
        return;
    } else if (s->key.start && is_missing(w)) {
        scan_forget(s);
    } else if (leads(s, w)) {
        s->separator = ':';
    } else if (text_word_is_dash(w)) {
        if (w.n == 1) title(s);
        scan_drop_key(s);
    } else if (!s->separator) {
        if (w.n == 1 && w.p[0] == '#') s->out->code = true;
        extend_key(s, w);
        if (text_word_ends_sentence(w) && !scan_at_end(s, s->p) && *s->p == ' ') scan_drop_key(s);
    } else if (s->separator == '=' || is_text_value(w)) {
        scan_forget(s);
    } else {
        s->section = (struct span){s->key.start, (size_t)(s->key.end - s->key.start)};
        if (!s->out->label.n) s->out->label = s->section;
        scan_forget(s);
        extend_key(s, w);
    }
}
