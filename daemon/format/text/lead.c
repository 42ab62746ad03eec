/* text_lead - the counts without a name that a message begins with (text/scan.h): "12 | loss 0.5", "[3] loss", "[#003] loss", "eval   14 | loss=0.5", and epoch and batch
 * in brackets, "[2, 4000]" of PyTorch's tutorials. */
#include <string.h>
#include <strings.h>

#include "scan.h"

/* What counters without a name are called. */
static const char epoch_word[] = "epoch", batch_word[] = "batch";
static const struct phrase of_epoch = {epoch_word, epoch_word + sizeof epoch_word - 1, epoch_word, 1},
                           batch = {batch_word, batch_word + sizeof batch_word - 1, batch_word, 1};

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

/* number - the count that a message begins with; returns the bytes it takes. Fractions, decimals, percentages, clock times and units are none. */
static size_t number(struct span s, struct text_pairs *out)
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
    i += bracket && i < s.n && s.p[i] == '#';
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

void scan_lead(struct scan *s)
{
    struct text_pairs *out = s->out;
    struct span message = {s->start, (size_t)(s->end - s->start)};
    out->label = (struct span){"", 0};
    out->lead = NAN;
    out->lead_bracketed = false;
    if (!twin(s)) {
        size_t n = headed(message, out);
        s->p += n ? n : number(message, out);
    }
    if (s->slots && !isnan(out->lead)) note_lead(s);
}
