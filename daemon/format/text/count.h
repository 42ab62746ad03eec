/* text_count - which number of a line counts the records: "step 12", "[100/600]", "[  12]" in front, "epoch 3". */
#ifndef MLWATCH_TEXT_COUNT_H
#define MLWATCH_TEXT_COUNT_H

#include "names.h"
#include "pairs.h"

struct text_run;

/* What a line counts. */
struct text_count {
    double value, total;                /* total: of "value/total", else NaN */
    double epoch, episode;              /* NaN when the line tells none; epoch also when it tells only a part of one like 0.12 */
    const struct field *field, *lesser; /* of the counter, and of a lesser one of the same kind; NULL for none */
    enum axis axis;                     /* AXIS_RECORD: nothing but a part of an epoch, so its records are numbered */
    enum text_split cut;                /* told by words before the counter, or by "Test: [11/98]" */
    bool named, leading;                /* by "step 12"; by the bare number in front */
};

/* text_count_of - the best counter of a line: a named one, a fraction, the number in front, the epoch. False when it has none. */
bool text_count_of(struct text_run *r, struct text_pairs *ps, struct arena *arena, struct text_count *c);

#endif
