/* tensor_number - elements of every dtype as doubles, one after the other: the careful way. */
#ifndef MLWATCH_TENSOR_NUMBER_H
#define MLWATCH_TENSOR_NUMBER_H

#include "tensor.h"

/* tensor_reals - numbers an element has: 2 for complex ones, else 1. tensor_real_bytes - bytes of such a number. */
size_t tensor_reals(enum tensor_dtype d);
size_t tensor_real_bytes(enum tensor_dtype d);
/* tensor_is_float - can it hold NaN and a zero with a sign? */
bool tensor_is_float(enum tensor_dtype d);
/* tensor_byte - the value of a one-byte element. */
double tensor_byte(enum tensor_dtype d, uint8_t x);
/* tensor_widen - n reals at p, of any alignment. 64-bit integers are rounded. */
void tensor_widen(enum tensor_dtype d, const unsigned char *p, size_t n, double *out);

#endif
