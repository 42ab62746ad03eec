/* scan - one message while its pairs are taken (text/pairs.h): what pairs.c, lead.c, sign.c, key.c and number.c hand to each other. */
#ifndef MLWATCH_TEXT_SCAN_H
#define MLWATCH_TEXT_SCAN_H

#include <math.h>
#include <stdbool.h>

#include "form.h"
#include "names.h"
#include "pairs.h"

struct phrase {
    const char *start, *end, *last; /* last: its last word; start is NULL when there is none */
    unsigned words;
};
struct scan {
    const char *start, *p, *end;
    struct phrase key, outer; /* outer: the key before an opening bracket, taken up again behind it */
    char separator;           /* 0 until one was seen */
    bool inside;
    size_t before;          /* pairs in front of that bracket */
    double spread;          /* of the number in hand */
    struct span section;    /* of the pairs to come */
    const char *orphan_end; /* behind a number that had no key in front; NULL for none */
    double orphan;
    bool orphan_percent;
    struct text_pairs *out;
    struct text_slots *slots; /* where the numbers stand, for who asks; or NULL */
};

/* scan_ends_word - does c part words? A quote and a dot do not. */
static inline bool scan_ends_word(char c)
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
static inline bool scan_at_end(const struct scan *s, const char *p) { return p >= s->end; }

/* scan_forget - the words in hand are no key. */
static inline void scan_forget(struct scan *s)
{
    s->key = (struct phrase){0};
    s->separator = 0;
}

/* scan_value_first - "0.52 loss", "97.1% Accuracy": the number in front of the words in hand is their value. False where it is none. */
bool scan_value_first(struct scan *s);

/* scan_drop_key - the same, and they are prose; one alone is a section's name, and so are two that name a set of data: "Valid Summary |". */
static inline void scan_drop_key(struct scan *s)
{
    if (s->orphan_end && s->key.start && scan_value_first(s)) return;
    bool names = s->key.words == 1 || (s->key.words == 2 && !s->separator && !scan_at_end(s, s->p) && *s->p == '|' &&
                                       text_split_of((struct span){s->key.start, (size_t)(s->key.end - s->key.start)}));
    if (names) s->section = (struct span){s->key.start, (size_t)(s->key.end - s->key.start)};
    s->out->prose += s->key.words;
    scan_forget(s);
}

/* scan_add_pair - a value for the key in hand. Without a key only a fraction is kept. */
void scan_add_pair(struct scan *s, double value, double total, bool percent);
/* scan_lead - the counts that the message begins with: out->lead and out->label, or two pairs, epoch and batch. */
void scan_lead(struct scan *s);
/* scan_sign - the sign at s->p, which ends a word (scan_ends_word); scan_bracket - '('. scan_wide_sign - a full-width one, which parts like the one it stands for; false
 * where there is none. */
void scan_sign(struct scan *s);
void scan_bracket(struct scan *s);
bool scan_wide_sign(struct scan *s);
/* scan_close_bracket - the ')' that matches the '(' at p, or NULL when it is not near. */
const char *scan_close_bracket(const struct scan *s, const char *p);
/* scan_number - the number of n bytes at s->p, with its unit, fraction or deviation. */
void scan_number(struct scan *s, size_t n, double value);
/* scan_padded - the end of ".0" behind nan or inf. */
const char *scan_padded(const struct scan *s, const char *p);
/* scan_bars - "|g|" or "||grad||" in front of its value, with s->p at the first bar; false when the bar is none of a norm. */
bool scan_bars(struct scan *s);
/* scan_word - the word at s->p: part of a key, a value in words, or prose. */
void scan_word(struct scan *s);

#endif
