/* redact - secrets out of what is stored or shown: values under secret-like keys, and values of secret-like shape.
 *
 * Every fact and every quoted event passes here first. Rather one token too many than one too few: a name like api_key hides its
 * value whatever it is; a value like hf_... is hidden under any name. */
#ifndef MLWATCH_REDACT_H
#define MLWATCH_REDACT_H

#include "str.h"

/* redact - append value, or "[redacted]" when key is secret-like (token, secret, password, api_key, authorization ...; not
 * num_tokens, tokenizer, max_tokens). Under any other key, as redact_text.
 *   Cost  O(key + value) */
void redact(struct str *out, struct span key, struct span value);

/* redact_text - append text with each secret in it replaced: hf_, sk-, gh?_, github_pat_, glpat-, AKIA and xox? keys, JSON web tokens,
 * user:password in URLs, Bearer and Basic credentials, `--api-key VALUE`, `password=VALUE`, `"token": "VALUE"`.
 *   Cost  O(n) */
void redact_text(struct str *out, struct span text);

/* redact_key - is this the name of a secret? */
bool redact_key(struct span key);

#endif
