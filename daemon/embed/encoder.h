/* encoder - the neural network of all-MiniLM-L6-v2: token numbers to a vector, on the instruction set that the caller names. */
#ifndef MLWATCH_ENCODER_H
#define MLWATCH_ENCODER_H

#include <stdint.h>

#include "../base/err.h"
#include "simd.h"

enum { ENCODER_DIMS = 384, ENCODER_TOKENS_MAX = 256, ENCODER_VOCABULARY = 30522 };

struct encoder;

/* encoder_open - map a model.safetensors and pack its matrices for an instruction set (42 MB).
 * Errors: E_MEMORY; weights_open's and weights_tensor's. Cost: about 40 ms. */
enum status encoder_open(const char *path, const struct simd *simd, struct encoder **ret, struct err *err);
void encoder_close(struct encoder *m); /* takes NULL */
/* encoder_forward - the mean of the last layer over all tokens, not yet of length 1.
 *   token  (n,) numbers below ENCODER_VOCABULARY, [CLS] first, [SEP] last; n from 1 to ENCODER_TOKENS_MAX
 *   ret    (ENCODER_DIMS,)
 * Cost: 21 million multiplications and additions a token, and n² * 4608 for attention; no allocation. */
void encoder_forward(struct encoder *m, const uint32_t *token, size_t n, float *ret);

#endif
