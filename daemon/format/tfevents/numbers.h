/* tfevents_numbers - the numbers that a value of a summary is: one, or the four of a histogram, or none. */
#ifndef MLWATCH_TFEVENTS_NUMBERS_H
#define MLWATCH_TFEVENTS_NUMBERS_H

#include "event.h"
#include "tags.h"

struct numbers {
    uint32_t tag;
    unsigned first, n; /* at[i] is of the tag's series first + i */
    double at[HISTOGRAM_NUMBERS];
};

/* numbers_of - find the value's tag, remember its plugin, and read what it is. ret->n is 0 for pictures, texts, copies of other curves
 * and empty histograms; false when its tag is refused. What should be a number and is none is bad(). */
bool numbers_of(const struct value_record *v, struct tags *tags, uint64_t line, const struct format_out *out,
                struct numbers *ret);

#endif
