/* text_clean - see text/clean.h.
 *
 * A prefix is a run of tokens: a rank (text/rank.h), "[2026-01-05 10:00:01,123]", "[INFO]", "INFO:tensorflow:", "| train_inner |",
 * "[logging.py:96:log_dist]", "I0105 10:00:01.123456 140735 train.py:42]" of absl and glog, "__main__:train:42 - " of loguru.
 * Brackets that count ("[3/10]", "[Epoch 0/200]", "[0]") are the message, not a prefix.
 * Sequences: ECMA-48 section 5.4 (CSI: ESC [ parameters final) and the xterm OSC form (ESC ] ... BEL or ESC \). */
#include "clean.h"

#include <ctype.h>
#include <math.h>
#include <strings.h>

#include "../field.h"
#include "rank.h"

static size_t escape_length(struct span s)
{
    size_t i = 2;
    if (s.n < 2) return s.n;
    if (s.p[1] == '[') {
        while (i < s.n && (s.p[i] < 0x40 || s.p[i] > 0x7e)) i++;
        return i < s.n ? i + 1 : s.n;
    }
    if (s.p[1] != ']') return 2;
    while (i < s.n && s.p[i] != 0x07 && s.p[i] != 0x1b) i++;
    if (i < s.n && s.p[i] == 0x1b) i++;
    return i < s.n ? i + 1 : s.n;
}

static bool is_control(char c) { return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7f; }

static size_t clean_run(struct span s)
{
    size_t i = 0;
    while (i < s.n && !is_control(s.p[i])) i++;
    return i;
}

enum { BLOCK = 32 };

/* block_is_clean - without a branch inside, so that the compiler takes many bytes at once. */
static bool block_is_clean(const char *p)
{
    unsigned char odd = 0;
    for (int i = 0; i < BLOCK; i++) {
        unsigned char c = (unsigned char)p[i];
        odd |= (unsigned char)((c < 0x20) & (c != '\t')) | (unsigned char)(c == 0x7f);
    }
    return !odd;
}

bool text_is_clean(struct span raw)
{
    if (raw.n < BLOCK) return clean_run(raw) == raw.n;
    const char *last = raw.p + raw.n - BLOCK;
    for (const char *p = raw.p; p < last; p += BLOCK)
        if (!block_is_clean(p)) return false;
    return block_is_clean(last);
}

struct span text_clean(struct span raw, char *buffer)
{
    size_t n = 0, run = clean_run(raw);
    while (raw.n && n < TEXT_CLEAN_MAX_BYTES) {
        size_t take = run < TEXT_CLEAN_MAX_BYTES - n ? run : TEXT_CLEAN_MAX_BYTES - n;
        memcpy(buffer + n, raw.p, take);
        n += take;
        raw = span_from(raw, run);
        if (raw.n) raw = span_from(raw, raw.p[0] == 0x1b ? escape_length(raw) : 1);
        run = clean_run(raw);
    }
    return (struct span){buffer, n};
}

static bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

static size_t skip_blank(struct span s)
{
    size_t i = 0;
    while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t')) i++;
    return i;
}

double text_prefix_time(struct span token)
{
    if (token.n < 19 || !span_digit_char(token.p[0]) || (token.p[4] != '-' && token.p[4] != '/')) return NAN;
    char iso[40];
    size_t n = token.n < sizeof iso ? token.n : sizeof iso;
    memcpy(iso, token.p, n);
    if (iso[4] == '/' && iso[7] == '/') iso[4] = iso[7] = '-';
    return field_time_text((struct span){iso, n});
}

/* starts_with - in any case; the first letter is compared before anything is called. */
static bool starts_with(struct span s, const char *word)
{
    size_t n;
    return s.n && (s.p[0] | 0x20) == (word[0] | 0x20) && s.n >= (n = strlen(word)) && strncasecmp(s.p, word, n) == 0;
}

static bool in_time(char c)
{
    static const bool of_time[256] = {
        ['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true, ['5'] = true, ['6'] = true,
        ['7'] = true, ['8'] = true, ['9'] = true, ['-'] = true, [':'] = true, [' '] = true, ['.'] = true,
        [','] = true, ['/'] = true, ['T'] = true, ['Z'] = true, ['+'] = true};
    return of_time[(unsigned char)c];
}

/* shaped - does s begin like the pattern, in which 0 is a digit, A a letter, '-' a dash, slash or blank, and ' ' a blank, colon or T? */
static bool shaped(struct span s, const char *pattern)
{
    size_t i = 0;
    for (; pattern[i] && i < s.n; i++) {
        char c = s.p[i], want = pattern[i];
        bool fits = want == '0'   ? span_digit_char(c)
                    : want == 'A' ? span_letter_char(c)
                    : want == '-' ? strchr("-/ ", c) != NULL
                    : want == ' ' ? strchr(" :T", c) != NULL
                                  : c == want;
        if (!fits) return false;
    }
    return !pattern[i];
}

/* is_month - "Nov" at p. */
static bool is_month(const char *p)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (size_t i = 0; i + 3 < sizeof months; i += 3)
        if (strncasecmp(p, months + i, 3) == 0) return true;
    return false;
}

/* month_length - a date that spells its month, and the time behind it: "22/Nov/2026 12:16:28", "22 Nov 2026 12:16:28", "Nov 22 12:16:28" of syslog,
 * "Sun Nov 22 12:16:28 2026" of ctime. */
static size_t month_length(struct span s)
{
    static const struct {
        const char *pattern;
        size_t month;
    } forms[] = {{"00-AAA-0000 00:00:00", 3},     {"0-AAA-0000 00:00:00", 2},      {"AAA 00 00:00:00", 0},
                 {"AAA  0 00:00:00", 0},          {"AAA AAA 00 00:00:00 0000", 4}, {"AAA AAA  0 00:00:00 0000", 4},
                 {"AAA, 00 AAA 0000 00:00:00", 8}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (!shaped(s, forms[i].pattern) || !is_month(s.p + forms[i].month)) continue;
        size_t n = strlen(forms[i].pattern);
        if (n + 1 < s.n && strchr(".,", s.p[n]) && span_digit_char(s.p[n + 1]))
            for (n++; n < s.n && span_digit_char(s.p[n]);) n++;
        return n;
    }
    return 0;
}

/* minute_length - "11-22 12:16", "2026-11-22 12:16": no seconds. */
static size_t minute_length(struct span s)
{
    static const char *const forms[] = {"00-00 00:00", "0000-00-00 00:00"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        size_t n = strlen(forms[i]);
        if (shaped(s, forms[i]) && (s.n == n || !strchr(":.0123456789", s.p[n]))) return n;
    }
    return 0;
}

/* time_length - bytes of a date and time, or of a clock time alone, at the start of s. */
static size_t time_length(struct span s)
{
    size_t i = 0, colons = 0;
    if (s.n < 8 || (!span_digit_char(s.p[0]) && !span_letter_char(s.p[0]))) return 0;
    if ((i = month_length(s)) != 0 || (i = minute_length(s)) != 0) return i;
    if (!span_digit_char(s.p[0])) return 0;
    while (i < s.n && i < 40 && in_time(s.p[i])) {
        if (s.p[i] == ' ' && (i + 1 == s.n || !span_digit_char(s.p[i + 1]) || colons)) break;
        colons += s.p[i++] == ':';
    }
    while (i && strchr(":,. -/", s.p[i - 1])) i--;
    bool whole = i >= 19 && (s.p[4] == '-' || s.p[4] == '/'), dated = i >= 14 && (s.p[2] == '/' || s.p[2] == '-'),
         clock = i >= 8 && s.p[2] == ':';
    return colons >= 2 && (whole || dated || clock) ? i : 0;
}

static const char *const levels[] = {"INFO", "WARNING", "WARN", "ERROR", "DEBUG", "CRITICAL", "FATAL", "NOTICE"};

static size_t level_length(struct span s)
{
    if (!s.n || !strchr("iwedcfn", s.p[0] | 0x20)) return 0;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        if (!starts_with(s, levels[i])) continue;
        size_t n = strlen(levels[i]);
        if (s.n == n || strchr(" :]|-\t", s.p[n])) return n;
    }
    return 0;
}

static const char *const counting[] = {"epoch", "step", "iter", "batch", "round", "episode", "d loss", "g loss", "loss"};

/* counts_of - "Train | 003/030": a count and its end behind a bar. */
static bool counts_of(struct span inner)
{
    const char *bar = memchr(inner.p, '|', inner.n), *slash = bar ? memchr(bar, '/', (size_t)(inner.p + inner.n - bar)) : NULL;
    return slash && span_digit_char(slash[-1]) && slash + 1 < inner.p + inner.n && span_digit_char(slash[1]);
}

/* is_message - a bracket that is part of the message: it counts or it holds values. */
static bool is_message(struct span inner)
{
    bool letters = false;
    size_t level = level_length(inner);
    if (inner.n > 80) return true;
    if (level && level < inner.n && inner.p[level] == '|') return false; /* "[INFO|DP=0|PP=0|TP=0]" of nanotron */
    for (size_t i = 0; i < inner.n; i++) letters |= isalpha((unsigned char)inner.p[i]) != 0;
    if (!letters) return true;
    for (size_t i = 0; i < sizeof counting / sizeof *counting; i++) {
        if (!starts_with(inner, counting[i])) continue;
        size_t n = strlen(counting[i]);
        if (inner.n == n || !(isalpha((unsigned char)inner.p[n]) || inner.p[n] == '_')) return true;
    }
    bool glue = inner.n && inner.p[0] == 'E' && memmem(inner.p, inner.n, " | it ", 6); /* text/glue.h */
    return memchr(inner.p, '=', inner.n) || memmem(inner.p, inner.n, ": ", 2) || counts_of(inner) || glue;
}

static const char *const split_words[] = {"val",        "valid", "validation", "test",    "eval",
                                          "evaluation", "dev",   "cv",         "holdout", "heldout"};

static void note_label(struct span inner, struct text_prefix *prefix)
{
    for (size_t i = 0; i < sizeof split_words / sizeof *split_words; i++)
        if (starts_with(inner, split_words[i]) && inner.n == strlen(split_words[i])) prefix->label = inner;
}

static void note_time(struct span token, struct text_prefix *prefix)
{
    if (!isnan(prefix->time)) return;
    prefix->time = text_prefix_time(token);
    if (!isnan(prefix->time)) prefix->clock = token;
}

static size_t bracket_length(struct span s, struct text_prefix *prefix)
{
    const char *end = memchr(s.p, ']', s.n < 160 ? s.n : 160);
    if (!end) return 0;
    struct span inner = {s.p + 1, (size_t)(end - s.p) - 1};
    size_t time = time_length(inner), length = inner.n + 2;
    inner = span_trim(inner);
    if (!time && is_message(inner)) return 0;
    if (time) note_time((struct span){inner.p, time}, prefix);
    note_label(inner, prefix);
    if (length < s.n && s.p[length] == ':') length++;
    return length;
}

/* clocked_length - "I0105 10:00:01.123456 140735 train.py:42]" of absl and glog: level, month and day, time, thread, place. */
static size_t clocked_length(struct span s)
{
    if (s.n < 20 || !is_capital(s.p[0]) || !span_digit_char(s.p[1]) || !strchr("IWEF", s.p[0]) || s.p[5] != ' ' || s.p[8] != ':')
        return 0;
    for (int i = 1; i <= 4; i++)
        if (!span_digit_char(s.p[i])) return 0;
    const char *end = memchr(s.p, ']', s.n < 160 ? s.n : 160);
    return end ? (size_t)(end - s.p) + 1 : 0;
}

/* placed_length - "__main__:train:42 - ": module, function and line. */
static size_t placed_length(struct span s)
{
    size_t i = 0, colons = 0;
    for (; i < s.n && i < 120 && (isalnum((unsigned char)s.p[i]) || strchr("_.<>:", s.p[i])); i++) colons += s.p[i] == ':';
    bool ends = colons == 2 && i + 2 < s.n && span_digit_char(s.p[i - 1]) && memcmp(s.p + i, " - ", 3) == 0;
    return ends ? i + 3 : 0;
}

/* called_length - "(trainer:762)": module and line of ESPnet's loggers. */
static size_t called_length(struct span s)
{
    enum { CALLED_BYTES = 64 };
    size_t i = 1;
    while (i < s.n && i < CALLED_BYTES && (isalnum((unsigned char)s.p[i]) || strchr("_.-", s.p[i]))) i++;
    if (i == 1 || i >= s.n || s.p[i] != ':') return 0;
    size_t line = ++i;
    while (i < s.n && span_digit_char(s.p[i])) i++;
    return i > line && i + 1 < s.n && s.p[i] == ')' && s.p[i + 1] == ' ' ? i + 1 : 0;
}

/* sourced_length - "LOG (nnet-train[5.5]:main():nnet-loss.cc:269) " of Kaldi: level, then program, function, file and line. */
static size_t sourced_length(struct span s)
{
    enum { LEVEL_BYTES = 9, SOURCE_BYTES = 160 };
    if (s.n < 16 || !strchr("LVW", s.p[0])) return 0;
    const char *open = memchr(s.p, '(', LEVEL_BYTES + 1), *end = s.p + (s.n < SOURCE_BYTES ? s.n : SOURCE_BYTES);
    const char *file = open && open[-1 + (open == s.p)] == ' ' ? memmem(open, (size_t)(end - open), ".cc:", 4) : NULL;
    if (!file) return 0;
    const char *p = file + 4;
    while (p < end && span_digit_char(*p)) p++;
    return p > file + 4 && p + 1 < end && *p == ')' && p[1] == ' ' ? (size_t)(p - s.p) + 1 : 0;
}

/* place_length - "[line:88]". */
static size_t place_length(struct span s)
{
    enum { PLACE_BYTES = 16 };
    const char *end = memchr(s.p, ']', s.n < PLACE_BYTES ? s.n : PLACE_BYTES);
    return end ? (size_t)(end - s.p) + 1 : 0;
}

/* filed_length - "server.py:116 | ", "logging.py:  97: " of SlowFast: file and line. */
static __attribute__((noinline, cold)) size_t filed_length(struct span s, size_t name)
{
    size_t i = name + 1;
    if (name < 4 || memcmp(s.p + name - 3, ".py", 3) != 0 || s.p[name] != ':') return 0;
    size_t blanks = skip_blank(span_from(s, i));
    if (blanks) i += blanks;
    while (i < s.n && span_digit_char(s.p[i])) i++;
    if (blanks) return i > name + 1 + blanks && i + 1 < s.n && s.p[i] == ':' && s.p[i + 1] == ' ' ? i + 2 : 0;
    size_t after = i + skip_blank(span_from(s, i));
    bool ends = i > name + 1 && after > i && after + 1 < s.n && (s.p[after] == '-' || s.p[after] == '|') && s.p[after + 1] == ' ';
    return ends ? after + 2 : 0;
}

/* named_length - "44k<tab>INFO<tab>" of the loggers of VITS, "flower 2022-04-02 10:00:00,123" of Flower's: a name in front of a level or a time. */
static __attribute__((noinline)) size_t named_length(struct span s, size_t name)
{
    struct span behind = span_from(s, name + 1);
    size_t level = s.p[name] == '\t' && is_capital(behind.p[0]) ? level_length(behind) : 0;
    if (level) return name + 1 + level;
    return s.p[name] == ' ' && span_digit_char(behind.p[0]) && time_length(behind) ? name + 1 : 0;
}

/* path_length - "log\\train.log - ": a logger that is called like its file. */
static __attribute__((noinline, cold)) size_t path_length(struct span s)
{
    size_t i = 0, file = 0;
    bool dotted = false;
    for (; i < s.n && i < 120 && (isalnum((unsigned char)s.p[i]) || strchr("_.-\\/", s.p[i])); i++) {
        if (s.p[i] == '/' || s.p[i] == '\\') file = i + 1, dotted = false;
        dotted |= s.p[i] == '.' && i > file;
    }
    return dotted && i + 3 < s.n && memcmp(s.p + i, " - ", 3) == 0 ? i + 3 : 0;
}

/* is_logger - what loggers of training scripts are called. */
static bool is_logger(struct span name)
{
    static const char *const words[] = {"tensorflow", "root",   "absl",   "trainer", "main",
                                        "__main__",   "logger", "runner", "solver",  "learner"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (name.n == strlen(words[i]) && strncasecmp(name.p, words[i], name.n) == 0) return true;
    return false;
}

/* counted_behind - "  120: loss", "[   120] loss": a number with a colon or brackets of its own is the message's, and no value of the word in
 * front. */
static bool counted_behind(struct span s)
{
    bool bracket = s.n && s.p[0] == '[';
    size_t i = skip_blank(span_from(s, bracket)) + bracket, digits = i;
    while (i < s.n && span_digit_char(s.p[i])) i++;
    return i > digits && i + 2 < s.n && s.p[i] == (bracket ? ']' : ':') && s.p[i + 1] == ' ' && span_letter_char(s.p[i + 2]);
}

/* logger_length - "root - " or "train_inner | ", "ppcls INFO: ": only behind a time or level. */
static size_t logger_length(struct span s, struct text_prefix *prefix)
{
    enum { LOGGER_BYTES = 120 };
    size_t i = 0;
    while (i < s.n && i < LOGGER_BYTES && (isalnum((unsigned char)s.p[i]) || s.p[i] == '_' || s.p[i] == '.')) i++;
    bool may_be_placed = i == LOGGER_BYTES || (i && i < s.n && strchr("<>:", s.p[i])); /* its name goes on behind a colon */
    size_t placed = may_be_placed ? placed_length(s) : 0, level;
    bool tab = i && i + 8 < s.n && s.p[i] == '\t' && is_capital(s.p[i + 1]),
         date = i && i + 20 < s.n && s.p[i] == ' ' && s.p[i + 5] == '-';
    size_t named = tab || date ? named_length(s, i) : 0;
    if (named) return named;
    if (!i || span_digit_char(s.p[0])) return 0;
    if (placed) return placed;
    if (i < s.n && (s.p[i] == '/' || s.p[i] == '\\')) return path_length(s);
    if (i < s.n && s.p[i] == ':' && (placed = filed_length(s, i)) != 0) return placed;
    struct span name = {s.p, i};
    if (i + 1 < s.n && s.p[i] == ' ' && is_capital(s.p[i + 1]) && (level = level_length(span_from(s, i + 1))) != 0)
        return i + 1 + level;
    size_t place = span_starts(span_from(s, i), "[line:") ? place_length(span_from(s, i)) : 0; /* "train.py[line:88] - " */
    size_t after = i + place + skip_blank(span_from(s, i + place));
    bool dashed = after > i && after + 1 < s.n && (s.p[after] == '-' || s.p[after] == '|') && s.p[after + 1] == ' ';
    bool colon = i < s.n && s.p[i] == ':' && i + 1 < s.n && (isalpha((unsigned char)s.p[i + 1]) || strchr(" [", s.p[i + 1]));
    if (colon && (field_of(name)->kind != FIELD_VALUE || memchr(name.p, '.', name.n) == NULL))
        colon = is_logger(name) || (field_of(name)->kind == FIELD_VALUE && counted_behind(span_from(s, i + 1)));
    if (!dashed && !colon) return 0;
    if (dashed && s.p[after] == '|' && prefix->tag.n) return 0; /* behind a logger's name it is the first cell of a row */
    prefix->tag = name;
    return colon ? i + 1 : after + 2;
}

/* one_token - bytes of the next prefix token, 0 when the message begins. */
static size_t one_token(struct span s, struct text_prefix *prefix, bool *dated)
{
    size_t n = text_rank_length(s, &prefix->rank);
    if (n) return n;
    if (s.p[0] == '[') {
        n = bracket_length(s, prefix);
        *dated |= n && (level_length(span_from(s, 1)) || time_length(span_from(s, 1)));
        return n;
    }
    if ((n = time_length(s)) != 0) {
        note_time((struct span){s.p, n}, prefix);
        *dated = true;
        return n;
    }
    if ((n = sourced_length(s)) != 0) return *dated = true, n;
    if ((n = level_length(s)) != 0 || (n = clocked_length(s)) != 0) return *dated = true, n;
    if (*dated && s.p[0] == '(') return called_length(s);
    if (*dated && strchr("-|>:", s.p[0]) && (s.n == 1 || s.p[1] == ' ' || s.p[0] == ':')) return 1;
    if (*dated && (n = logger_length(s, prefix)) != 0) return n;
    return 0;
}

struct span text_unprefix(struct span line, struct text_prefix *prefix)
{
    enum { RANK_BYTES = 6 }; /* srun --label: four digits at most, a colon and a blank */
    bool dated = false;
    *prefix = (struct text_prefix){.time = NAN, .rank = TEXT_NO_RANK, .front = TEXT_NO_RANK};
    size_t blanks = skip_blank(line), n = text_rank_front(span_from(line, blanks), &prefix->front);
    if (blanks + n > RANK_BYTES) n = 0, prefix->front = TEXT_NO_RANK; /* "     64: loss" is padded for a step */
    line = span_from(line, blanks + n);
    if (n) blanks = 0;
    for (int i = 0; i < 12 && line.n; i++) {
        size_t at = skip_blank(line);
        struct span s = span_from(line, at);
        if (!s.n || !(n = one_token(s, prefix, &dated))) break;
        blanks = 0;
        line = span_from(s, n);
        if (line.n && line.p[0] == ' ') line = span_from(line, 1);
    }
    prefix->indented = blanks + skip_blank(line) > 0;
    return span_trim(line);
}
