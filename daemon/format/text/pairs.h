/* text_pairs - the "key value" pairs of one message: `loss=0.5`, `lm loss: 2.3E+00`, `epoch 3`, `Step [100/600]`. */
#ifndef MLWATCH_TEXT_PAIRS_H
#define MLWATCH_TEXT_PAIRS_H

#include <stdbool.h>
#include <stdint.h>

#include "../../base/span.h"

struct text_name;
struct text_slots;
struct text_pair {
    struct span key; /* the words before it as logged; empty for a fraction without a name: "[640/60000", "200/ 2983 batches" */
    struct span section; /* the last word alone in front of it: "Val" of "Val | Loss: 0.5", "Test: (loss 0.5)"; empty for none */
    struct text_name *name;           /* what the key means; text_pairs leaves it NULL */
    double value;                     /* NaN and infinities are values */
    double total;                     /* of a fraction "n/total"; NaN for a plain number */
    double mean, spread;              /* of "5.8 (5.9)", the mean so far, and of "0.48+0.01", the deviation; NaN for none */
    uint32_t last;                    /* where the last word of key begins */
    uint32_t words;                   /* of key */
    char separator;                   /* '=', ':' or ' ' */
    bool percent;                     /* "31.02%" */
    bool bracketed;                   /* a fraction alone in brackets: "[  640/60000]" */
    uint8_t key_split, section_split; /* text_split_of key and section, where text/form.h knows them; else TEXT_SPLIT_UNASKED */
};
enum { TEXT_PAIRS_MAX = 48, TEXT_SPLIT_UNASKED = 255 };
struct text_pairs {
    size_t n;
    struct text_pair pair[TEXT_PAIRS_MAX]; /* what comes behind the last is dropped */
    struct span label;                     /* words ended by ':' that have no value of their own: "Test set: Average loss: 0.1" */
    bool titled;                           /* the label is ended by a dash: "Validation Results - Epoch: 3" */
    double lead;                           /* a whole number alone in front: "[  12] loss: 0.5", "12 | loss 0.5"; NaN for none */
    bool lead_bracketed;                   /* "[12]" or "#12", not "12" */
    unsigned prose, calls;                 /* words that belong to no pair; name(...) */
    bool code, quoted, braces;             /* "==" or "+=" ; a quote sign ; a brace */
    bool undivided;                        /* text_section_none, where text/form.h knows it; else false */
};

/* text_pairs - scan one cleaned message. Fills in out. Cost: O(n), about 2 ns a byte, no allocation. */
void text_pairs(struct span message, struct text_pairs *out);
/* text_pairs_noted - the same, and where the numbers stand (text/form.h). */
void text_pairs_noted(struct span message, struct text_pairs *out, struct text_slots *slots);

#endif
