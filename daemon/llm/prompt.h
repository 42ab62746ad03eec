/* prompt - text that nobody vouches for, put into a prompt so that a model can tell it from what it is asked.
 *
 *     FACTS 5b1e0c94d2a7f3c8e6b0a1d2c3f4e5a6
 *     [1] The loss diverged: ...
 *     END 5b1e0c94d2a7f3c8e6b0a1d2c3f4e5a6
 *
 * Whoever wrote the text could not know the number that ends it. That a model keeps to the fence is hoped for and not relied upon: ground.h
 * believes nothing that the facts do not say. */
#ifndef MLWATCH_PROMPT_H
#define MLWATCH_PROMPT_H

#include "../base/err.h"
#include "../base/str.h"

enum { PROMPT_NONCE_BYTES = 33, PROMPT_DATA_MAX = 4096 };

/* prompt_nonce - 32 random hexadecimal digits. Errors: E_IO when the system has no randomness. */
enum status prompt_nonce(char ret[PROMPT_NONCE_BYTES], struct err *err);

/* prompt_add_data - append at most max bytes of text, in one line: control characters, DEL and bidirectional controls as \xNN or \uNNNN,
 * ends of lines as \n, bytes that are no UTF-8 as \xNN; square brackets, which cite here, become round; "<|" and "<s>", which chat
 * templates use, get a space within. */
void prompt_add_data(struct str *out, struct span text, size_t max);
/* prompt_add_fence - append lines between "NAME nonce" and "END nonce". */
void prompt_add_fence(struct str *out, const char *name, const char *nonce, struct span lines);

#endif
