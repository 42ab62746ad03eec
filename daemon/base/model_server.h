/* model_server - where a server with models is, and which of them is asked: what stands behind the scheme in `embed` and `llm`. */
#ifndef MLWATCH_MODEL_SERVER_H
#define MLWATCH_MODEL_SERVER_H

#include "err.h"

enum { MODEL_NAME_BYTES = 160 };

/* A kind of server. */
struct model_server {
    const char *scheme;     /* "ollama"; the beginning of the model's name, too */
    const char *usual_base; /* where it is when only a model was named; NULL: it has to be said */
    const char *path;       /* behind the base */
};
struct model_address {
    char *url, *model;           /* what is asked, and for which model */
    char name[MODEL_NAME_BYTES]; /* "ollama:qwen3:8b" */
};

/* model_address_read - from "MODEL" or "http://HOST:PORT#MODEL". Errors: E_USAGE says what is missing or too long; E_MEMORY.
 * Pair with model_address_done, whatever came of it; it takes a zeroed struct too. */
enum status model_address_read(const struct model_server *server, const char *text, struct model_address *ret, struct err *err);
void model_address_done(struct model_address *a);

#endif
