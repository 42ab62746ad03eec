/* embedder - a row of embed.c's table: what turns texts into vectors. */
#ifndef MLWATCH_EMBEDDER_H
#define MLWATCH_EMBEDDER_H

#include "../base/model_server.h"
#include "embed.h"

/* What an open embedder is, filled in by open. */
struct embedding {
    size_t dims; /* at most EMBED_DIMS_MAX */
    char model[MODEL_NAME_BYTES];
    void *state; /* the embedder's own */
};

struct embedder {
    const char *scheme;
    /* open - rest: what stands behind "scheme:" in the URL. Errors as embed_open. */
    enum status (*open)(const struct embed_choice *c, const char *rest, struct embedding *ret, struct err *err);
    void (*close)(void *state);
    /* embed - dims finite numbers, of any length but 0; the caller makes it 1. */
    enum status (*embed)(void *state, struct span text, float *ret, struct err *err);
};

extern const struct embedder embed_minilm, embed_hashing, embed_ollama, embed_openai;

#endif
