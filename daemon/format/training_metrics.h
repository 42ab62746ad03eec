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
struct laid { /* zeroed */
    int64_t *steps;
    size_t n_steps, cap;
    enum axis axis; /* of the steps */
    bool placed;    /* there is a list of steps */
    bool late_told; /* that it stands behind a metric was reported */
    bool any;       /* a metric was told */
    struct laid_key list;
    int series; /* of the list in hand; -1 when it was refused */
    bool open, long_told;
    struct document document;
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

/* laid_yaml - as format.feed, for the YAML half. */
size_t laid_yaml(struct laid *l, struct span in, int at_end, const struct format_out *out);

#endif
