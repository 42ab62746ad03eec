/* training_metrics - what the JSON and the YAML reader of metrics laid out by hand share: lists of values beside one list of steps. */
#ifndef MLWATCH_TRAINING_METRICS_H
#define MLWATCH_TRAINING_METRICS_H

#include "document.h"
#include "record.h"

enum { LAID_KEY_BYTES = 128 };

struct laid_key {
    char text[LAID_KEY_BYTES];
    size_t n;
};
/* The list in hand. */
struct laid_hand {
    struct laid_key list;
    int series; /* -1 when it was refused */
    bool open, long_told;
};
/* An object of lists that has its own steps (training_metrics_group.c). */
struct laid_list {
    double *at;
    size_t n, cap;
};
struct laid_group {
    struct laid_key parent, counter; /* its place; the list that counts */
    struct laid_list steps, times;   /* times: seconds since 1970, NaN for none */
    enum axis axis;
    struct laid_hand hand;
};
struct laid { /* zeroed */
    int64_t *steps;
    size_t n_steps, cap;
    enum axis axis; /* of the steps */
    bool placed;    /* there is a list of steps */
    bool late_told; /* that it stands behind a metric was reported */
    bool any;       /* a metric was told */
    struct laid_hand hand;
    struct document document;
    struct laid_group group;
    /* YAML */
    bool yaml, begun, skipping, flowing, in_row;
    struct laid_key key; /* of the block in hand */
    int64_t index;
    size_t row_indent;
    uint64_t line;
    struct record record;
};

/* laid_item - the index'th value of a list; a step, when the list is one of steps. No value: null, ~ or nothing.
 * laid_at - a value at a step of its own.  laid_fact - a setting. All borrow for the call and cost about 30 ns. */
void laid_item(struct laid *l, struct span key, int64_t index, struct span raw, uint64_t line, const struct format_out *out);
void laid_at(struct laid *l, struct span key, int64_t step, struct span raw, uint64_t line, const struct format_out *out);
void laid_fact(const struct format_out *out, struct span key, struct span raw);
/* laid_number - JSON's and YAML's words for numbers: 1e-3, "0.5", NaN, .nan, -.inf. False for anything else. */
bool laid_number(struct span raw, double *value);

/* laid_counter - is it the name of a list of steps, and what do they count? */
bool laid_counter(struct span key, enum axis *axis);
/* laid_is - is it the key that was kept? laid_keep - keep one of less than LAID_KEY_BYTES. */
bool laid_is(const struct laid_key *k, struct span key);
void laid_keep(struct laid_key *k, struct span key);
/* laid_series - the series of the list at `path`, called `name`; asked for at the list's first value. */
int laid_series(struct laid_hand *h, struct span path, struct span name, enum axis axis, const struct format_out *out);
/* laid_too_long - report, once a list, that it has more values than there are steps. */
void laid_too_long(struct laid_hand *h, uint64_t line, const struct format_out *out);

/* laid_group_item - the index'th value of a list within an object; path: the object's, a slash and the list's name.
 * False when no list of steps stands before it in the same object: then it is not told. Cost: about 50 ns. */
bool laid_group_item(struct laid_group *g, struct span path, int64_t index, struct span raw, uint64_t line,
                     const struct format_out *out);

/* laid_yaml - as format.feed, for the YAML half. */
size_t laid_yaml(struct laid *l, struct span in, int at_end, const struct format_out *out);

#endif
