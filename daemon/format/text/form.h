/* text_form - the form of a line: its words with the numbers left out. A training loop prints one line again and again, and of a line whose
 * words are those of one before only the numbers are read anew.
 *
 *   line   Epoch [3/10], loss: 0.25        words  "Epoch ["  "/"  "], loss: "
 *   next   Epoch [4/10], loss: 0.1875      numbers  4  10  0.1875
 *
 * A form is made of a line that was a record. It fits another one byte for byte but for the numbers and the blanks in front of them, and only
 * where a number can take another's place without changing what the rest means; every other line is scanned by text_pairs. */
#ifndef MLWATCH_TEXT_FORM_H
#define MLWATCH_TEXT_FORM_H

#include "../../base/same.h"
#include "names.h"
#include "pairs.h"

enum { TEXT_FORMS = 4, TEXT_FORM_BYTES = 400, TEXT_FORM_PAIRS = 16, TEXT_SLOTS_MAX = 24, TEXT_SLOT_NO_PAIR = 255 };

/* What a number of the line is: of a pair, or the one in front of the message. */
enum text_slot_is { SLOT_VALUE, SLOT_TOTAL, SLOT_MEAN, SLOT_LEAD };
struct text_slot {
    uint16_t from, to; /* bytes of the message */
    uint8_t pair, is;  /* pair: TEXT_SLOT_NO_PAIR for a number that stands for nothing */
    bool whole;        /* only digits fit, as in front of a message */
};
/* Where text_pairs found numbers; odd: one of them cannot be exchanged. */
struct text_slots {
    size_t n;
    bool odd;
    struct text_slot at[TEXT_SLOTS_MAX];
};

struct text_form {
    uint32_t n;        /* bytes of text, 0 for no form */
    uint64_t families; /* rows of text/family.c that such a line is to be tried with */
    char text[TEXT_FORM_BYTES + SAME_BYTES];
    struct form_words { /* the words in front of each number, and behind the last */
        uint16_t from, n;
        uint32_t ending; /* base/same.h */
        bool blanks,
            signable; /* blanks: one or more stand behind them; signable: the number there may begin with a minus or not */
    } words[TEXT_SLOTS_MAX + 1];
    struct text_slots slots;
    size_t n_pairs;
    struct form_pair {
        struct form_part {
            const char *fixed; /* a name of our own, not of the message; else NULL */
            uint16_t words, at, n;
        } key, section;
        struct text_name *name; /* NULL before it is known */
        uint32_t last, words_of_key;
        uint8_t key_split, section_split;
        char separator;
        bool percent, bracketed;
    } pair[TEXT_FORM_PAIRS];
    struct form_part label;
    unsigned prose, calls;
    bool quoted, braces, titled, lead_bracketed, undivided;
};
struct text_forms {
    struct text_form form[TEXT_FORMS];
    unsigned last, next; /* the form that fitted last; the one to be replaced */
    uint32_t made, fitted;
};

/* text_forms_fit - find the form of a line and fill in what text_pairs would, names that are known too.
 *   behind   bytes that can be read behind the line: with NUM_SCAN_BYTES of them its last numbers are read as fast as its first ones
 *   returns  the form; NULL when no form fits, out is then undefined. Cost: 10 ns for a number */
const struct text_form *text_forms_fit(struct text_forms *f, struct span body, size_t behind, const struct text_names *names,
                                       struct text_pairs *out);
/* text_forms_keep - make a form of a line that was a record and that no form fits, where that pays.
 *   families  see struct text_form */
void text_forms_keep(struct text_forms *f, struct span body, uint64_t families);
/* text_slot_note - note a number of text_pairs: bytes from to to of the message at start. */
void text_slot_note(struct text_slots *s, const char *start, const char *from, const char *to, size_t pair, enum text_slot_is is);

#endif
