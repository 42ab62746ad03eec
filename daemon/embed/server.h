/* server - what embedders behind an HTTP server share: where it is, one question, and a vector read out of a hostile answer. */
#ifndef MLWATCH_EMBED_SERVER_H
#define MLWATCH_EMBED_SERVER_H

#include "../base/json.h"
#include "../base/model_server.h"
#include "embedder.h"

/* How a kind of server is asked. */
struct server_kind {
    struct model_server at;
    const char *also;                              /* a further member of the question, as JSON; or NULL */
    const json_t *(*vector)(const json_t *answer); /* the array of numbers in an answer; NULL when there is none */
};

/* server_open, server_close, server_embed - embedder.h's open, close and embed, for a kind of server. Opening asks for one vector, to
 * learn its length. A text is cut off behind SERVER_TEXT_MAX bytes, about what minilm reads: llama.cpp's server refuses more than 512
 * tokens with its usual settings. */
enum { SERVER_TEXT_MAX = 1400, SERVER_ANSWER_MAX = 1 << 20 };
enum status server_open(const struct server_kind *kind, const struct embed_choice *c, const char *rest, struct embedding *ret,
                        struct err *err);
void server_close(void *state);
enum status server_embed(void *state, struct span text, float *ret, struct err *err);

#endif
