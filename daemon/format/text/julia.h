/* text_julia - the box that Julia's @info draws around a message and its values, as one line.
 *
 *     ┌ Info: Epoch 3
 *     │   train_loss = 0.41
 *     └   test_loss = 0.52
 *
 * reads as "Epoch 3, train_loss = 0.41, test_loss = 0.52", at the line of the first. */
#ifndef MLWATCH_TEXT_JULIA_H
#define MLWATCH_TEXT_JULIA_H

#include "record.h"

enum { TEXT_JULIA_BYTES = 2048, TEXT_JULIA_LINES = 64 };

struct text_julia {
    unsigned lines; /* held; 0 for none */
    size_t n;
    uint64_t line; /* of the first, and its time */
    double time;
    char joined[TEXT_JULIA_BYTES];
};

/* text_julia - look at a line that is drawn with (l->drawn is not empty), or that comes while lines are held.
 *   whole    where the box ends, or is broken off: what it held, to be read before l; else its body is empty
 *   returns  true when l belongs to the box; where it breaks one off, ask again, for it may open another
 * Cost  O(n) of a line of a box; else a few bytes */
bool text_julia(struct text_julia *j, const struct text_line *l, struct text_line *whole);

#endif
