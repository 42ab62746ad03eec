/* text_prefix - see text/prefix.h.
 *
 * A prefix is a run of tokens: a rank (text/rank.h), "[2026-01-05 10:00:01,123]" (text/stamp.h), "[INFO]", "INFO:tensorflow:", "| train_inner |",
 * "[logging.py:96:log_dist]", "I0105 10:00:01.123456 140735 train.py:42]" of absl and glog, "__main__:train:42 - " of loguru (text/logger.h).
 * Brackets that count ("[3/10]", "[Epoch 0/200]", "[0]") are the message, not a prefix. */
#include "prefix.h"

#include <ctype.h>
#include <math.h>

#include "logger.h"
#include "rank.h"
#include "stamp.h"

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
    size_t level = text_level_length(inner);
    if (inner.n > 80) return true;
    if (level && level < inner.n && inner.p[level] == '|') return false; /* "[INFO|DP=0|PP=0|TP=0]" of nanotron */
    for (size_t i = 0; i < inner.n; i++) letters |= isalpha((unsigned char)inner.p[i]) != 0;
    if (!letters) return true;
    for (size_t i = 0; i < sizeof counting / sizeof *counting; i++) {
        if (!text_starts(inner, counting[i])) continue;
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
        if (text_starts(inner, split_words[i]) && inner.n == strlen(split_words[i])) prefix->label = inner;
}

static void note_time(struct span token, struct text_prefix *prefix)
{
    if (!isnan(prefix->time)) return;
    prefix->time = text_stamp_time(token);
    if (!isnan(prefix->time)) prefix->clock = token;
}

static size_t bracket_length(struct span s, struct text_prefix *prefix)
{
    const char *end = memchr(s.p, ']', s.n < 160 ? s.n : 160);
    if (!end) return 0;
    struct span inner = {s.p + 1, (size_t)(end - s.p) - 1};
    size_t time = text_stamp_length(inner), length = inner.n + 2;
    inner = span_trim(inner);
    if (!time && is_message(inner)) return 0;
    if (time) note_time((struct span){inner.p, time}, prefix);
    note_label(inner, prefix);
    if (length < s.n && s.p[length] == ':') length++;
    return length;
}

/* one_token - bytes of the next prefix token, 0 when the message begins. */
static size_t one_token(struct span s, struct text_prefix *prefix, bool *dated)
{
    size_t n = text_rank_length(s, &prefix->rank);
    if (n) return n;
    if (s.p[0] == '[') {
        n = bracket_length(s, prefix);
        *dated |= n && (text_level_length(span_from(s, 1)) || text_stamp_length(span_from(s, 1)));
        return n;
    }
    if ((n = text_stamp_length(s)) != 0) {
        note_time((struct span){s.p, n}, prefix);
        *dated = true;
        return n;
    }
    if ((n = text_logger_sourced(s)) != 0) return *dated = true, n;
    if ((n = text_level_length(s)) != 0 || (n = text_logger_clocked(s)) != 0) return *dated = true, n;
    if (*dated && s.p[0] == '(') return text_logger_called(s);
    if (*dated && strchr("-|>:", s.p[0]) && (s.n == 1 || s.p[1] == ' ' || s.p[0] == ':')) return 1;
    if (*dated && (n = text_logger_length(s, &prefix->tag)) != 0) return n;
    return 0;
}

struct span text_unprefix(struct span line, struct text_prefix *prefix)
{
    enum { RANK_BYTES = 6 }; /* srun --label: four digits at most, a colon and a blank */
    bool dated = false;
    *prefix = (struct text_prefix){.time = NAN, .rank = TEXT_NO_RANK, .front = TEXT_NO_RANK};
    size_t blanks = text_skip_blank(line), n = text_rank_front(span_from(line, blanks), &prefix->front);
    if (blanks + n > RANK_BYTES) n = 0, prefix->front = TEXT_NO_RANK; /* "     64: loss" is padded for a step */
    line = span_from(line, blanks + n);
    if (n) blanks = 0;
    for (int i = 0; i < 12 && line.n; i++) {
        size_t at = text_skip_blank(line);
        struct span s = span_from(line, at);
        if (!s.n || !(n = one_token(s, prefix, &dated))) break;
        blanks = 0;
        line = span_from(s, n);
        if (line.n && line.p[0] == ' ') line = span_from(line, 1);
    }
    prefix->indented = blanks + text_skip_blank(line) > 0;
    return span_trim(line);
}
