/* role_symbol - quantities that people write as papers do: "L" and "J" are the loss, "|g|" is the norm of the gradient, "η" the learning rate. */
#ifndef MLWATCH_ROLE_SYMBOL_H
#define MLWATCH_ROLE_SYMBOL_H

#include <stddef.h>

/* role_symbol_spelled - a name that is a symbol, and the split it is of perhaps ("L", "val_J", "train/|g|"), in words.
 *   name     any text; case matters: Monitor's "l" is a length
 *   out      at least as long as a metric's name; written only when the name is such a symbol
 *   returns  out, or name itself when it is none or out is too short */
const char *role_symbol_spelled(const char *name, char *out, size_t size);

#endif
