/* histogram - elements by magnitude, a bucket a decade: what a person wants to see of a tensor that is sick. */
#ifndef MLWATCH_HISTOGRAM_H
#define MLWATCH_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#include "../../analyzers/tensor.h"
#include "../base/inspection.h"

/* histogram_add - count the n elements at p; buckets as inspection.h says. About 5 ns an element. */
void histogram_add(uint64_t counts[INSPECTION_BUCKETS], enum tensor_dtype dtype, const void *p, size_t n);
/* histogram_wanted - does it look sick: something not finite, mostly zeros, or of a size that weights do not have? */
bool histogram_wanted(const struct tensor_summary *s, bool is_weight);

#endif
