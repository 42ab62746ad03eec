/* num - decimal text to numbers, as training logs write them, whatever the locale. */
#ifndef MLWATCH_NUM_H
#define MLWATCH_NUM_H

#include <stdbool.h>
#include <stdint.h>

#include "span.h"

/* num_parse - the whole span as one number, correctly rounded.
 * Accepts a leading sign, 1e-05, 1E+03, .5, 5., and in any case nan -nan inf +inf infinity 1.#INF 1.#QNAN.
 * Refuses "", 1_000, 1,234, 0x10 and anything behind the number. Out of range becomes 0 or an infinity, as strtod.
 * Returns false and leaves *value alone when it is no number. Cost: about 10 ns for common literals. */
bool num_parse(struct span text, double *value);

/* num_prefix - the longest number at the start of text; returns the bytes it takes, 0 if there is none. */
size_t num_prefix(struct span text, double *value);

/* num_integer - the whole span as a decimal integer with an optional sign; false when it is none or does not fit. */
bool num_integer(struct span text, int64_t *value);

#endif
