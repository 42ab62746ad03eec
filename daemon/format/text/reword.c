/* text_reword - see text/reword.h. A call has one value in code and several in a record: one pair of "name(value)" alone is left as it is.
 * Sources: awslabs/sockeye, sockeye/training.py (Speedometer: "E=%d B=%d"); lists of names in front of lists of values are print() of a
 * zip, and name(value) the format string of many a loop. */
#include "reword.h"

#include <string.h>

#include "../../base/num.h"

enum { LISTED_MAX = 16, NAME_MAX_BYTES = 24 };

struct writer {
    char *p;
    size_t n;
    bool full;
};

static void put(struct writer *w, struct span s)
{
    if (s.n > TEXT_REWORD_MAX_BYTES - w->n) w->full = true;
    if (w->full) return;
    memcpy(w->p + w->n, s.p, s.n);
    w->n += s.n;
}

static bool name_char(char c) { return span_letter_char(c) || span_digit_char(c) || strchr("_-@%", c) != NULL; }

static struct span between(const char *from, const char *to) { return (struct span){from, (size_t)(to - from)}; }

/* value_at - the bytes of the number at p: 0 for none. */
static size_t value_at(const char *p, const char *end)
{
    double value;
    return p < end && (span_digit_char(*p) || strchr("+-.nNiI", *p)) ? num_prefix(between(p, end), &value) : 0;
}

/* A name and the number in brackets behind it. */
struct call {
    const char *name, *open, *close;
    bool counts; /* "epoch(3/10)" */
};

/* call_at - the call whose bracket is at `open`; false for any other bracket. */
static bool call_at(struct span line, const char *open, struct call *ret)
{
    const char *from = open, *end = line.p + line.n, *p = open + 1;
    while (from > line.p && name_char(from[-1])) from--;
    size_t n = value_at(p, end);
    if (from == open || !span_letter_char(*from) || !n || (from > line.p && !strchr(" \t,;|[:", from[-1]))) return false;
    bool total = n && p + n < end && p[n] == '/' && span_digit_char(p[n + 1 < (size_t)(end - p) ? n + 1 : n]);
    if (total) n += 1 + value_at(p + n + 1, end);
    if (p + n >= end || p[n] != ')' || (p + n + 1 < end && !strchr(" \t,;|]", p[n + 1]))) return false;
    *ret = (struct call){from, open, p + n, total};
    return true;
}

static struct span calls(struct span line, char *buffer)
{
    struct writer w = {buffer, 0, false};
    struct call c;
    const char *end = line.p + line.n, *done = line.p, *open = line.p;
    unsigned values = 0;
    while ((open = memchr(open, '(', (size_t)(end - open))) != NULL && !w.full) {
        if (call_at(line, open, &c)) {
            put(&w, between(done, c.open));
            put(&w, span_of(c.counts ? " " : ": "));
            put(&w, between(c.open + 1, c.close));
            done = c.close + 1;
            values += !c.counts && memchr(c.open, '.', (size_t)(c.close - c.open)) != NULL;
        }
        open++;
    }
    put(&w, between(done, end));
    return values < 2 || w.full ? (struct span){"", 0} : (struct span){buffer, w.n};
}

/* values_behind - the numbers between commas from p on; returns how many, and where they end. */
static size_t values_behind(const char *p, const char *end, struct span value[LISTED_MAX], const char **ret_end)
{
    size_t n = 0, k;
    while (n < LISTED_MAX && (k = value_at(p, end)) != 0) {
        value[n++] = (struct span){p, k};
        *ret_end = p += k;
        if (p == end || *p != ',') break;
        for (p++; p < end && *p == ' ';) p++;
    }
    return n;
}

/* names_before - as many names between commas, ending at p; returns where the first begins, or NULL. */
static const char *names_before(const char *start, const char *p, size_t n, struct span name[LISTED_MAX])
{
    while (n--) {
        const char *to = p;
        while (p > start && name_char(p[-1])) p--;
        bool word = p < to && span_letter_char(*p) && to - p <= NAME_MAX_BYTES;
        if (!word || value_at(p, to) == (size_t)(to - p)) return NULL; /* "loss: nan" is a value */
        name[n] = between(p, to);
        if (!n) break;
        while (p > start && p[-1] == ' ') p--;
        if (p == start || p[-1] != ',') return NULL;
        p--;
        while (p > start && p[-1] == ' ') p--;
    }
    const char *before = p;
    while (before > start && before[-1] == ' ') before--;
    if (before == start) return p;
    bool more = before[-1] == ',' && !(before - start > 1 && strchr("0123456789])", before[-2])); /* names than values */
    return more || strchr(":=", before[-1]) ? NULL : p;
}

/* opened - a bracket at the side of a list; the other side has its partner. */
static bool opened(char c) { return c == '[' || c == '('; }

/* list_at - the lists beside the sign at p, in their new words; false where there are none. */
static bool list_at(struct span line, const char *p, struct writer *w)
{
    struct span name[LISTED_MAX], value[LISTED_MAX];
    const char *end = line.p + line.n, *left = p, *right = p + 1, *stop = NULL;
    while (left > line.p && left[-1] == ' ') left--;
    while (right < end && *right == ' ') right++;
    bool named = left > line.p && strchr("])", left[-1]), valued = right < end && opened(*right), broken = false;
    size_t n = values_behind(right + valued, end, value, &stop);
    if (n < 2 || (valued && (stop == end || !strchr("])", *stop)))) return false;
    const char *from = names_before(line.p, left - named, n, name);
    if (!from || (named && (from == line.p || !opened(from[-1])))) return false;
    for (size_t i = 0; i < n; i++) broken |= memchr(value[i].p, '.', value[i].n) != NULL;
    if (!broken) return false;
    put(w, between(line.p, from - named));
    for (size_t i = 0; i < n; i++) {
        put(w, span_of(i ? ", " : ""));
        put(w, name[i]);
        put(w, span_of(": "));
        put(w, value[i]);
    }
    put(w, between(stop + valued, end));
    return true;
}

static struct span lists(struct span line, char *buffer)
{
    for (size_t i = 2; i + 3 < line.n; i++) {
        struct writer w = {buffer, 0, false};
        char c = line.p[i];
        if (c != ':' && c != '=') continue;
        if (list_at(line, line.p + i, &w)) return w.full ? (struct span){"", 0} : (struct span){buffer, w.n};
    }
    return (struct span){"", 0};
}

/* sides_at - the bytes of "(train/val):" at p; *held is what the second is; 0 for any other bracket. */
static size_t sides_at(const char *p, const char *end, struct span *held)
{
    static const char *const trains[] = {"train", "Train", "training", "tr", "trn"}, *const helds[] = {
                                                                                         "val",  "Val",  "valid", "validation",
                                                                                         "test", "Test", "dev"};
    const char *slash = memchr(p, '/', (size_t)(end - p)), *close = slash ? memchr(slash, ')', (size_t)(end - slash)) : NULL;
    bool both = false;
    if (!close || end - close < 3) return 0;
    *held = between(slash + 1, close);
    for (size_t i = 0; i < sizeof trains / sizeof *trains; i++) both |= span_is(between(p + 1, slash), trains[i]);
    for (size_t i = 0; both && i < sizeof helds / sizeof *helds; i++)
        if (span_is(*held, helds[i])) return strchr(":=", close[1]) ? (size_t)(close + 2 - p) : 0;
    return 0;
}

/* twins - "Loss (train/val): 0.5 / 0.6 | Acc (train/val): 0.8 / 0.7". */
static struct span twins(struct span line, char *buffer)
{
    struct writer w = {buffer, 0, false};
    const char *end = line.p + line.n, *done = line.p, *open = line.p;
    while ((open = memchr(open, '(', (size_t)(end - open))) != NULL) {
        struct span held;
        const char *to = open, *from, *p = open + sides_at(open, end, &held);
        while (to > line.p && to[-1] == ' ') to--;
        for (from = to; from > line.p && name_char(from[-1]);) from--;
        if (p == open++ || from == to) continue;
        struct span value[LISTED_MAX];
        const char *behind = p;
        for (size_t i = 0; i < 2; i++) {
            while (behind < end && *behind == ' ') behind++;
            value[i] = (struct span){behind, value_at(behind, end)};
            behind += value[i].n;
            while (!i && behind < end && strchr(" /|,", *behind)) behind++;
        }
        if (!value[0].n || !value[1].n) continue;
        const struct span told[] = {
            between(done, from), span_of("train "), between(from, to), span_of(": "), value[0], span_of(", "), held,
            span_of(" "),        between(from, to), span_of(": "),     value[1]};
        for (size_t i = 0; i < sizeof told / sizeof *told; i++) put(&w, told[i]);
        done = open = behind;
    }
    put(&w, between(done, end));
    return done == line.p || w.full ? (struct span){"", 0} : (struct span){buffer, w.n};
}

/* losses - "Losses {'ner': 12.5, 'tagger': 0.5}" of spaCy's pipelines, with a count in front or without: the only one of them is the loss. */
static struct span losses(struct span line, char *buffer)
{
    static const char head[] = "Losses {";
    struct writer w = {buffer, 0, false};
    const char *p = memmem(line.p, line.n, head, sizeof head - 1), *end = line.p + line.n;
    if (!p || end[-1] != '}') return (struct span){"", 0};
    bool several = memchr(p, ',', (size_t)(end - p)) != NULL;
    put(&w, between(line.p, p));
    for (p += sizeof head - 1; p < end && strchr("'\"", *p);) {
        const char *close = memchr(p + 1, *p, (size_t)(end - p) - 1), *from = close ? close + 2 : end;
        while (from < end && *from == ' ') from++;
        size_t n = value_at(from, end);
        if (!n) return (struct span){"", 0};
        if (several) put(&w, between(p + 1, close));
        put(&w, span_of(several ? " loss: " : "loss: "));
        put(&w, (struct span){from, n});
        for (p = from + n; p < end && strchr(", ", *p);) p++;
        if (p + 1 < end) put(&w, span_of(", "));
    }
    return w.full || p + 1 != end ? (struct span){"", 0} : (struct span){buffer, w.n};
}

/* reached - "Epoch 3, global step 80: 'val_loss' reached 0.5 (best 0.5), saving model to ..." of Lightning's checkpoints. */
static struct span reached(struct span line, char *buffer)
{
    static const char said[] = "' reached ", best[] = " (best ";
    struct writer w = {buffer, 0, false};
    const char *end = line.p + line.n, *p = memmem(line.p, line.n, said, sizeof said - 1), *name = p;
    if (!p || !memmem(p, (size_t)(end - p), best, sizeof best - 1)) return (struct span){"", 0};
    while (name > line.p && name[-1] != '\'') name--;
    size_t n = value_at(p + sizeof said - 1, end);
    if (!n || name == line.p) return (struct span){"", 0};
    put(&w, between(line.p, name - 1));
    put(&w, between(name, p));
    put(&w, span_of(": "));
    put(&w, (struct span){p + sizeof said - 1, n});
    return w.full ? (struct span){"", 0} : (struct span){buffer, w.n};
}

/* letters - "E=3 B=50": the epoch and the batch of sockeye. */
static struct span letters(struct span line, char *buffer)
{
    struct writer w = {buffer, 0, false};
    const char *p = line.p + 2, *end = line.p + line.n;
    while (p < end && span_digit_char(*p)) p++;
    if (p == line.p + 2 || end - p < 5 || memcmp(p, " B=", 3) != 0 || !span_digit_char(p[3])) return (struct span){"", 0};
    put(&w, span_of("epoch="));
    put(&w, between(line.p + 2, p));
    put(&w, span_of(" batch="));
    put(&w, between(p + 3, end));
    return w.full ? (struct span){"", 0} : (struct span){buffer, w.n};
}

/* counted - "12 epoch, loss: 0.5": the counter behind its number. "12 epochs" are how many there are. */
static struct span counted(struct span line, char *buffer)
{
    static const char *const counters[] = {"epoch",     "Epoch",     "step",    "Step",   "iter",
                                           "iteration", "Iteration", "episode", "Episode"};
    struct writer w = {buffer, 0, false};
    size_t digits = 0, word = 0;
    while (digits < line.n && span_digit_char(line.p[digits])) digits++;
    struct span name = span_from(line, digits + 1 < line.n ? digits + 1 : line.n);
    while (word < name.n && span_letter_char(name.p[word])) word++;
    bool counts = false;
    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++) counts |= span_is((struct span){name.p, word}, counters[i]);
    if (!digits || line.p[digits] != ' ' || !counts || word == name.n || !strchr(",:;|", name.p[word]))
        return (struct span){"", 0};
    put(&w, (struct span){name.p, word});
    put(&w, span_of(" "));
    put(&w, (struct span){line.p, digits});
    put(&w, span_of(","));
    put(&w, span_from(name, word + 1));
    return w.full ? (struct span){"", 0} : (struct span){buffer, w.n};
}

/* before_dict - "Episode 3/100, reward: 1.5, actions: {'hold': 20, 'buy': 3}": what is told before a dict that is one of its values. */
static struct span before_dict(struct span line)
{
    const char *brace = memchr(line.p, '{', line.n), *p = brace;
    if (!brace || line.p[line.n - 1] != '}') return (struct span){"", 0};
    while (p > line.p && p[-1] == ' ') p--;
    if (p == line.p || !strchr(":=", p[-1])) return (struct span){"", 0};
    while (p > line.p && !strchr(",|;", *p)) p--;
    struct span told = span_trim(between(line.p, p));
    bool tells = memchr(told.p, ':', told.n) || memchr(told.p, '=', told.n);
    return tells ? told : (struct span){"", 0};
}

struct span text_reword(struct span line, char buffer[TEXT_REWORD_MAX_BYTES])
{
    struct span said = {"", 0};
    if (line.n > TEXT_REWORD_MAX_BYTES / 2) return said;
    if (span_starts(line, "E=")) return letters(line, buffer);
    said = span_digit_char(line.p[0]) ? counted(line, buffer) : losses(line, buffer);
    if (!said.n) said = before_dict(line);
    if (!said.n) said = reached(line, buffer);
    if (!said.n && memchr(line.p, '(', line.n)) said = twins(line, buffer);
    if (!said.n && memchr(line.p, '(', line.n)) said = calls(line, buffer);
    return !said.n && memchr(line.p, ',', line.n) ? lists(line, buffer) : said;
}
