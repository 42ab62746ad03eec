/* text_names - what the key of a pair means, and the series it feeds. Looked up once a key, remembered for the run. */
#ifndef MLWATCH_TEXT_NAMES_H
#define MLWATCH_TEXT_NAMES_H

#include "../field.h"
#include "../format.h"
#include "pairs.h"
#include "prefix.h"

/* The part of the data that a line is about, where the key does not say it. */
enum text_split {
    SPLIT_NONE,
    SPLIT_VALID,
    SPLIT_TEST,
    SPLIT_EVAL,
    SPLIT_EPOCH,
    SPLIT_COUNT
}; /* EPOCH: means over an epoch of training */

enum {
    NAME_METRIC = 1,  /* its last word is one that metrics end in: lr, norm, time; what a value behind a blank needs */
    NAME_STRONG = 2,  /* loss, accuracy, score: what training is for */
    NAME_SPLIT = 4,   /* says itself that it is about held-out data */
    NAME_IGNORED = 8, /* a restatement ("best ...") or bookkeeping */
    NAME_RANK = 16,   /* which process wrote the line */
    NAME_SMALL = 32,  /* "eta", not seen yet: the rate where it begins below one, else the time that remains */
    NAME_ALONE = 64   /* a score that comes in lines of its own between the records (text_plain) */
};
struct text_name {
    uint32_t hash, n_key, n_name;
    const char *key, *name; /* the words in the log; the name they settle to */
    struct text_name *main; /* the entry of the settled name, where that is another: "Avg. loss" feeds the series of "loss" */
    const struct field *field;
    uint16_t rank; /* field_rank */
    uint8_t flags;
    enum text_split cut;        /* words cut off before a counter told a split: "validation loss at" iteration 1000 */
    bool told;                  /* a setting of this name was made a fact */
    int64_t owner;              /* the rank whose values the series are (text/rank.h); TEXT_NO_RANK before one spoke */
    int64_t alone_at;           /* with NAME_ALONE: where the last stood */
    double drawn;               /* the value that a bar showed last; NaN for none */
    int series[SPLIT_COUNT][2]; /* [0] of the training loop, [1] of epochs; TEXT_UNASKED before the first */
};
enum { TEXT_NAMES_MAX = 512, TEXT_NAME_MAX_BYTES = 120, TEXT_UNASKED = -2, TEXT_UNCOUNTED_MAX = 256 };
struct text_names {
    uint32_t used;
    struct text_name *slot[2 * TEXT_NAMES_MAX];
    uint32_t uncounted[TEXT_UNCOUNTED_MAX]; /* hashes of keys that were found to be no counters */
};

/* text_name_of - the entry of a key; NULL when it is too long or the table or the arena is full. Cost: a hash, about 15 ns. */
struct text_name *text_name_of(struct text_names *names, struct span key, size_t last, struct arena *arena);
/* text_name_known - the entry that text_name_of made before; NULL when there is none. */
struct text_name *text_name_known(const struct text_names *names, struct span key);
/* text_name_counts - would this key be a counter (step, epoch ...)? For keys without an entry; about 500 ns, 15 ns when asked again. */
bool text_name_counts(struct text_names *names, struct span key, size_t last);
/* text_name_series - the handle for one split and axis; -1 when the host refuses. A name that is used on two axes or splits
 * becomes several series: "valid loss", "epoch loss"; numbered records go on in the series of epochs. */
int text_name_series(struct text_name *name, enum text_split split, enum axis axis, const struct format_out *out);
/* text_names_anew - what training tells is counted otherwise from now on: its series are asked for again. */
void text_names_anew(struct text_names *names);
/* text_split_of - the split a few words speak of: "Test set", "valid on 'valid' subset". */
enum text_split text_split_of(struct span words);
/* text_key_split, text_section_split - the same of a pair's key and of what stands in front of it. */
static inline enum text_split text_key_split(const struct text_pair *p)
{
    return p->key_split == TEXT_SPLIT_UNASKED ? text_split_of(p->key) : (enum text_split)p->key_split;
}
static inline enum text_split text_section_split(const struct text_pair *p)
{
    return p->section_split == TEXT_SPLIT_UNASKED ? text_split_of(p->section) : (enum text_split)p->section_split;
}

#endif
