/* text_pairs - see text/pairs.h.
 *
 * Words gather into a key until '=' or ':' or a number ends it; a number behind a key makes a pair. Separators (| , ; tab, " - ",
 * brackets) drop a key without a number. Numbers may carry a unit ("184.22ms", "3.96GB", "12 samples/sec") or stand in the name of
 * their type ("np.float64(0.5)", "tensor(0.5, device='cuda:0')"); "nanms", dates, clock times, versions and hashes are no numbers.
 * "nan.0" is one: progress bars pad with zeros. None and n/a end a key without a value.
 * What stands in other call brackets, BatchNorm2d(384, eps=0.0001), is code and never read. Two numbers in brackets that a line begins
 * with, "[2, 4000]" of PyTorch's tutorials, are epoch and batch, and so are those of "Epoch: [2][40]". */
#include "pairs.h"

#include "../../base/num.h"
#include "scan.h"
#include "word.h"

#include <string.h>
#include <strings.h>

/* What counters without a name are called. */
static const char epoch_word[] = "epoch", batch_word[] = "batch";
static const struct phrase of_epoch = {epoch_word, epoch_word + sizeof epoch_word - 1, epoch_word, 1},
                           batch = {batch_word, batch_word + sizeof batch_word - 1, batch_word, 1};

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

/* close_bracket - the ')' that matches the '(' at p, or NULL. */
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

static void bracket(struct scan *s)
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

/* wide - a full-width sign parts like the one it stands for. */
static bool wide(struct scan *s)
{
    char c = text_word_wide(s->p, s->end);
    if (!c) return false;
    if (c != ':' && c != '=') scan_drop_key(s);
    else if (s->key.start) s->separator = c;
    s->p += 3;
    return true;
}

/* counts_hash - the sign in "Epoch #12". */
static bool counts_hash(const struct scan *s)
{
    if (*s->p != '#' || !s->key.start || s->end - s->p < 2 || !span_digit_char(s->p[1])) return false;
    return text_word_is_counter((struct span){s->key.last, (size_t)(s->key.end - s->key.last)});
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

static void punctuation(struct scan *s)
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

static bool starts_number(const struct scan *s)
{
    const char *p = s->p;
    if (span_digit_char(*p)) return true;
    if (*p != '-' && *p != '+' && *p != '.') return false;
    p++;
    if (scan_at_end(s, p)) return false;
    return span_digit_char(*p) || *p == '.' || (s->key.start && (*p == 'n' || *p == 'i' || *p == 'N' || *p == 'I'));
}

/* mark - ">>> ", "* " in front of a line that is to stand out. */
static size_t mark(struct span s)
{
    size_t n = 0, blanks;
    while (n < s.n && n < 4 && strchr("*>", s.p[n])) n++;
    for (blanks = n; blanks < s.n && s.p[blanks] == ' ';) blanks++;
    return n && blanks > n ? blanks : 0;
}

/* letter - "n=" and the like: one letter that counts. */
static size_t letter(struct span s)
{
    return s.n > 2 && strchr("nNitTku", s.p[0]) && s.p[1] == '=' && (span_digit_char(s.p[2]) || s.p[2] == ' ') ? 2 : 0;
}

/* lead - the number that a message begins with; returns the bytes it takes. Fractions, decimals, percentages, clock times and units are none. */
static size_t lead(struct span s, struct text_pairs *out)
{
    enum { DIGITS_MAX = 15 };
    size_t marked = mark(s), i = marked;
    char open = i < s.n ? s.p[i] : 0;
    bool bracket = open == '[', round = open == '(', hash = open == '#';
    size_t digits = 0;
    double value = 0;
    i += bracket || round || hash ? 1 : letter(span_from(s, i));
    out->lead = NAN;
    out->lead_bracketed = bracket || hash;
    while (i < s.n && s.p[i] == ' ') i++;
    for (; i < s.n && span_digit_char(s.p[i]) && digits <= DIGITS_MAX; i++, digits++) value = value * 10 + (s.p[i] - '0');
    size_t end = i;
    while (i < s.n && s.p[i] == ' ') i++;
    if (!digits || digits > DIGITS_MAX || i + 1 >= s.n) return 0;
    char c = s.p[i], next = s.p[i + 1];
    bool ends = bracket                 ? c == ']'
                : round                 ? c == ')' && (next == ' ' || next == '\t')
                : strchr("|,;:\t-)", c) ? !span_digit_char(next)
                                        : i > end && (span_letter_char(c) || c == '[');
    if (!ends) return 0;
    out->lead = value;
    return bracket || round ? i + 1 : end;
}

/* digits_at - the digits from i on as a number; returns their count, 0 where they are none or more than a count has. */
static size_t digits_at(struct span s, size_t i, double *value)
{
    enum { DIGITS_MAX = 12 };
    size_t n = 0;
    for (*value = 0; i + n < s.n && span_digit_char(s.p[i + n]); n++) *value = *value * 10 + (s.p[i + n] - '0');
    return n <= DIGITS_MAX ? n : 0;
}

static size_t blanks_at(struct span s, size_t i)
{
    size_t n = 0;
    while (i + n < s.n && s.p[i + n] == ' ') n++;
    return n;
}

/* names_part - does a word say whether training or held-out data is spoken of, and nothing else? */
static bool names_part(struct span word)
{
    static const char *const words[] = {"train", "training", "val", "valid", "validation", "eval", "evaluation", "test", "dev"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (word.n == strlen(words[i]) && strncasecmp(word.p, words[i], word.n) == 0) return true;
    return false;
}

/* headed - the part and the count of it that a message begins with, as "eval   14 | loss=0.5" and Catalyst's "valid (3/26) loss: 0.5"
 * (catalyst/core/runner.py and callbacks/printer); the word is what the line is about. Returns the bytes they take, 0 for none. */
static size_t headed(struct span s, struct text_pairs *out)
{
    size_t word = 0, i, n;
    double value, total;
    while (word < s.n && span_letter_char(s.p[word])) word++;
    size_t blanks = blanks_at(s, word);
    if (!blanks || !names_part((struct span){s.p, word})) return 0;
    i = word + blanks;
    bool round = i < s.n && s.p[i] == '(';
    if (!(n = digits_at(s, i += round, &value))) return 0;
    i += n;
    if (round) {
        if (i >= s.n || s.p[i] != '/' || !(n = digits_at(s, i + 1, &total)) || value > total) return 0;
        i += n + 1;
        if (i + 2 >= s.n || s.p[i] != ')' || s.p[i + 1] != ' ' || !span_letter_char(s.p[i + 2])) return 0;
    } else {
        i += blanks_at(s, i);
        if (i + 1 >= s.n || s.p[i] != '|' || s.p[i + 1] != ' ') return 0;
    }
    out->label = (struct span){s.p, word};
    out->lead = value;
    return i + 1;
}

/* whole - a number of digits between blanks at p, and what stands behind; NULL for none. */
static const char *whole(const char *p, const char *end, double *value)
{
    enum { DIGITS_MAX = 12 };
    size_t digits = 0;
    while (p < end && *p == ' ') p++;
    for (*value = 0; p < end && span_digit_char(*p) && digits <= DIGITS_MAX; p++, digits++) *value = *value * 10 + (*p - '0');
    while (p < end && *p == ' ') p++;
    return digits && digits <= DIGITS_MAX && p < end ? p : NULL;
}

/* note_whole - the next digits from p on; returns their end. */
static const char *note_whole(struct scan *s, const char *p, size_t pair, enum text_slot_is is)
{
    while (!span_digit_char(*p)) p++;
    const char *from = p;
    while (!scan_at_end(s, p) && span_digit_char(*p)) p++;
    text_slot_note(s->slots, s->start, from, p, pair, is);
    return p;
}

static void note_twin(struct scan *s)
{
    const char *p = note_whole(s, s->start, 0, SLOT_VALUE);
    note_whole(s, p, 1, SLOT_VALUE);
}

static void note_lead(struct scan *s) { note_whole(s, s->start, TEXT_SLOT_NO_PAIR, SLOT_LEAD); }

/* twin - "[2, 4000]", "[2 : 4000]", "[2][4000]" in front of a message. */
static bool twin(struct scan *s)
{
    double epoch, count;
    const char *p = s->p < s->end && *s->p == '[' ? whole(s->p + 1, s->end, &epoch) : NULL;
    bool apart = p && *p == ']' && s->end - p > 1 && p[1] == '[';
    if (!p || (*p != ',' && *p != ':' && !apart) || !(p = whole(p + 1 + apart, s->end, &count)) || *p != ']') return false;
    s->p = p + 1;
    s->key = of_epoch;
    if (s->slots) note_twin(s);
    scan_add_pair(s, epoch, NAN, false);
    s->key = batch;
    scan_add_pair(s, count, NAN, false);
    return true;
}

void text_pairs(struct span message, struct text_pairs *out) { text_pairs_noted(message, out, NULL); }

void text_pairs_noted(struct span message, struct text_pairs *out, struct text_slots *slots)
{
    message = text_word_bare(message);
    struct scan s = {.start = message.p, .p = message.p, .end = message.p + message.n, .spread = NAN, .out = out, .slots = slots};
    out->n = 0;
    out->label = (struct span){"", 0};
    out->prose = out->calls = 0;
    out->code = out->quoted = out->braces = out->titled = out->undivided = false;
    out->lead = NAN;
    out->lead_bracketed = false;
    if (!twin(&s)) {
        size_t n = headed(message, out);
        s.p += n ? n : lead(message, out);
    }
    if (slots && !isnan(out->lead)) note_lead(&s);
    while (s.p < s.end && !out->code) {
        double value;
        size_t n;
        if (*s.p == ' ' || (*s.p == '\t' && s.separator)) s.p++;
        else if (starts_number(&s) && (n = num_prefix((struct span){s.p, (size_t)(s.end - s.p)}, &value)) != 0)
            scan_number(&s, n, value);
        else if (*s.p == '\'' || counts_hash(&s)) out->quoted |= *s.p == '\'', s.p++;
        else if (wide(&s)) continue;
        else if (*s.p == '(') bracket(&s);
        else if (*s.p == '|' && scan_bars(&s)) continue;
        else if (scan_ends_word(*s.p)) punctuation(&s);
        else scan_word(&s);
    }
    scan_drop_key(&s);
}
